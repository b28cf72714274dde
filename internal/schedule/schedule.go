// Package schedule turns schedules into the times at which they are due.
//
// It owns what depends on time zones: which moment a calendar reading is when
// clocks are changed. The grammars are in the packages below it: cron for cron
// expressions, recurrence for iCalendar rules, zones for the zone database.
//
// The rules about changing clocks are the contract's, and differ by kind:
//   - cron and rrule think in readings. One that occurs twice counts where it
//     comes first; one that is skipped counts an hour (or whatever was skipped)
//     earlier. A moment that two readings stand for counts once.
//   - intervals below a day are exact. Longer ones move by calendar days: a
//     reading that occurs twice counts the second time, a skipped one moves on,
//     and so do all after it.
package schedule

import (
	"fmt"
	"time"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/schedule/cron"
	"github.com/reevehq/reeve/internal/schedule/recurrence"
	"github.com/reevehq/reeve/internal/schedule/zones"
)

// maxCandidates bounds how many times are considered in one call.
const maxCandidates = 1000

// Range says which times are wanted.
type Range struct {
	// N is the greatest number of times.
	N int
	// Start is the first moment that counts.
	Start time.Time
	// End is the last moment that counts; zero for no end.
	End time.Time
	// Enough, when given, says after each time whether it is the last one wanted.
	Enough func(n int, at time.Time) bool
}

// Times gives the moments at which a schedule is due, in the order in which it
// names them, each in the schedule's zone. It fails for a schedule that can
// name none, such as a cron expression for the 31st of February.
func Times(s *prefect.Schedule, want Range) ([]time.Time, error) {
	c := &collector{want: want, seen: map[time.Time]bool{}}
	var err error
	switch {
	case s.Interval != nil:
		err = c.interval(s.Interval)
	case s.Cron != nil:
		err = c.cron(s.Cron)
	case s.RRule != nil:
		err = c.recurrence(s.RRule)
	default:
		err = fmt.Errorf("a schedule of no kind")
	}
	return c.times, err
}

// collector takes candidates until enough were found.
type collector struct {
	want  Range
	times []time.Time
	seen  map[time.Time]bool
	tried int
}

// take adds a time and tells whether more are wanted. Times with the same
// calendar reading count as one.
func (c *collector) take(at time.Time) bool {
	if reading := wall(at); !c.seen[reading] {
		c.seen[reading] = true
		c.times = append(c.times, at)
		if c.want.Enough != nil && c.want.Enough(len(c.times), at) {
			return false
		}
	}
	if len(c.times) >= c.want.N || c.tried > maxCandidates {
		return false
	}
	c.tried++
	return true
}

// pastEnd tells whether a calendar reading lies after the end's.
func (c *collector) pastEnd(at time.Time, zone *time.Location) bool {
	return !c.want.End.IsZero() && wall(at).After(wall(c.want.End.In(zone)))
}

func (c *collector) interval(s *prefect.IntervalSchedule) error {
	zone, err := zones.Load(zoneName(s.Timezone))
	if err != nil {
		return err
	}
	step := time.Duration(s.Interval)
	if step <= 0 || s.AnchorDate == nil {
		return fmt.Errorf("an interval schedule needs an interval and an anchor")
	}
	days := int(step / (24 * time.Hour))
	rest := step % (24 * time.Hour)
	advance := func(t time.Time) time.Time {
		if days == 0 {
			return t.Add(step)
		}
		return later(wall(t).AddDate(0, 0, days).Add(rest), zone)
	}
	start := c.want.Start.In(zone)
	at := s.AnchorDate.Time.In(zone)
	at = at.Add(start.Sub(at) / step * step).In(zone)
	for wall(at).Before(wall(start)) {
		at = advance(at)
	}
	for !c.pastEnd(at, zone) && c.take(at) {
		at = advance(at)
	}
	return nil
}

func (c *collector) cron(s *prefect.CronSchedule) error {
	zone, err := zones.Load(zoneName(s.Timezone))
	if err != nil {
		return err
	}
	expression, err := cron.Parse(string(s.Cron))
	if err != nil {
		return fmt.Errorf("cron expression %q: %w", s.Cron, err)
	}
	start := c.want.Start.In(zone).Add(-time.Second)
	if start.Nanosecond() > 0 {
		start = start.Add(time.Second)
	}
	reading := wall(start)
	for {
		reading, err = expression.Next(reading, s.DayOr)
		if err != nil {
			return fmt.Errorf("cron expression %q: %w", s.Cron, err)
		}
		at := earlier(reading, zone)
		if c.pastEnd(at, zone) || !c.take(at) {
			return nil
		}
	}
}

func (c *collector) recurrence(s *prefect.RRuleSchedule) error {
	if s.Timezone == nil {
		return fmt.Errorf("a recurrence schedule without a time zone")
	}
	zone, err := zones.Load(string(*s.Timezone))
	if err != nil {
		return err
	}
	set, err := recurrence.Parse(string(s.RRule))
	if err == nil {
		err = set.Startable()
	}
	if err != nil {
		return err
	}
	// A reading of the day before may stand for a later moment than start's.
	from := wall(c.want.Start.In(zone)).Add(-24 * time.Hour)
	return set.Occurrences(from, func(reading time.Time) bool {
		at := earlier(reading, zone)
		if at.Before(c.want.Start) {
			return true
		}
		if !c.want.End.IsZero() && at.After(c.want.End) {
			return false
		}
		return c.take(at)
	})
}

func zoneName(name *string) string {
	if name == nil {
		return ""
	}
	return *name
}

// wall is the calendar reading of t, carried in UTC.
func wall(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.Add(time.Duration(offset) * time.Second).UTC()
}

// earlier is the moment of a reading: the first of two, and for a skipped one
// the moment before the change that lies as far from it.
func earlier(reading time.Time, zone *time.Location) time.Time {
	return place(reading, zone, true)
}

// later is the moment of a reading: the second of two, and for a skipped one
// the moment after the change that lies as far from it.
func later(reading time.Time, zone *time.Location) time.Time {
	return place(reading, zone, false)
}

// place finds the moment of a reading. At a change of clocks there are two
// offsets to choose from; the greater one gives the earlier moment.
func place(reading time.Time, zone *time.Location, first bool) time.Time {
	const near = 26 * time.Hour // further than any change skips
	guess := time.Date(reading.Year(), reading.Month(), reading.Day(),
		reading.Hour(), reading.Minute(), reading.Second(), reading.Nanosecond(), zone)
	before, after := offset(guess.Add(-near)), offset(guess.Add(near))
	least, most := min(before, after), max(before, after)
	if least == most {
		return guess
	}
	early, late := reading.Add(-most).In(zone), reading.Add(-least).In(zone)
	earlyFits, lateFits := offset(early) == most, offset(late) == least
	switch {
	case earlyFits && !lateFits:
		return early
	case lateFits && !earlyFits:
		return late
	case first:
		return early
	}
	return late
}

func offset(t time.Time) time.Duration {
	_, seconds := t.Zone()
	return time.Duration(seconds) * time.Second
}

// Written is a time as the contract's idempotency keys have it:
// 2006-01-02 15:04:05-05:00, with microseconds when there are any.
func Written(t time.Time) string {
	if t.Nanosecond() < 1000 {
		return t.Format("2006-01-02 15:04:05-07:00")
	}
	return t.Format("2006-01-02 15:04:05.000000-07:00")
}
