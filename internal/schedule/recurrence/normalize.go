package recurrence

import (
	"strings"
	"time"
)

// WithStart returns the text a DTSTART line when it has none. A rule that fires
// every so many minutes or seconds, without COUNT, starts at the last of its
// steps before now, which is a calendar reading in the schedule's zone; all
// others start at DefaultStart. What cannot be read is left as it is.
func WithStart(text string, now time.Time) string {
	if strings.Contains(strings.ToUpper(text), "DTSTART") {
		return text
	}
	set, err := Parse(text)
	if err != nil || set.Startable() != nil {
		return text
	}
	start := DefaultStart
	if set.Single {
		r := set.rules[0]
		often := r.frequency == minutely || r.frequency == secondly
		if often && !r.countGiven && r.interval > 0 && now.After(start) {
			step := lengths[r.frequency] * r.interval
			passed := now.Unix() - start.Unix()
			start = start.Add(time.Duration(passed/step*step) * time.Second)
		}
	}
	return "DTSTART:" + start.Format("20060102T150405") + "\n" + text
}
