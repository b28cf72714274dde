package noise

import (
	"time"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/schedule"
)

// mostSteps bounds how many hours that follow each other are gone through.
const mostSteps = 100

// quietUntil returns when the quiet hours end in which now is; now itself when it is in
// none. Hours that follow each other without a gap are one.
func quietUntil(s *prefect.Noise, now time.Time) time.Time {
	var all []prefect.QuietHours
	for _, text := range s.Quiet {
		if q, err := prefect.ParseQuietHours(text); err == nil {
			all = append(all, q)
		}
	}
	zone, until := zoneOf(s), now
	for range mostSteps {
		end := until
		for _, q := range all {
			if e, in := endOf(q, until, zone); in && e.After(end) {
				end = e
			}
		}
		if !end.After(until) {
			break
		}
		until = end
	}
	return until
}

// endOf returns when the hours end in which a moment is, false when it is not in them.
func endOf(q prefect.QuietHours, at time.Time, zone *time.Location) (time.Time, bool) {
	year, month, day := at.In(zone).Date()
	for _, back := range []int{0, 1} { // the hours may have begun yesterday
		begins := time.Date(year, month, day-back, 0, 0, 0, 0, time.UTC)
		if !q.On(begins.Weekday()) {
			continue
		}
		ends := begins
		if q.Wraps() {
			ends = ends.AddDate(0, 0, 1)
		}
		first, _ := schedule.Moments(begins.Add(minutes(q.From)), zone)
		_, last := schedule.Moments(ends.Add(minutes(q.To)), zone)
		if !at.Before(first) && at.Before(last) {
			return last, true
		}
	}
	return time.Time{}, false
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }
