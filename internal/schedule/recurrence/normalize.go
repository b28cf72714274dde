package recurrence

import (
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

// WithStart gives the text a DTSTART line when it has none. A rule that fires
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
		often := r.options.Freq == rrule.MINUTELY || r.options.Freq == rrule.SECONDLY
		if often && !r.countGiven && r.options.Interval > 0 && now.After(start) {
			step := periods[r.options.Freq] * time.Duration(r.options.Interval)
			start = start.Add(now.Sub(start) / step * step)
		}
	}
	return "DTSTART:" + start.Format("20060102T150405") + "\n" + text
}
