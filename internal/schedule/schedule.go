// Package schedule turns schedules into the times at which they are due.
//
// It owns what depends on time zones: which moment a calendar reading is when
// clocks are changed. The grammars are in the packages below it: cron for cron
// expressions, recurrence for iCalendar rules, zones for the zone database.
//
// The rules about changing clocks are the contract's, and differ by kind:
//   - cron thinks in readings. One that occurs twice counts where it comes first; a
//     skipped one moves on by what was skipped. A moment counts once.
//   - rrule thinks in readings too, and takes them for the moments that the
//     contract's package for them does: see ruleMoment.
//   - intervals below a day are exact. Longer ones move by calendar days: a
//     reading that occurs twice counts the second time, a skipped one moves on,
//     and so do all after it.
//
// A schedule is a client's text and may be any amount of work, so all of it draws
// on a budget, and none of it runs in a transaction.
package schedule

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/schedule/recurrence"
	"github.com/reevehq/reeve/internal/schedule/zones"
)

// NewBudget makes the budget for the times of schedules. Ordinary schedules take a
// few hundred steps. The steps decide, so that the same schedule fares the same on
// every machine; the time is for one that is very slow.
func NewBudget(ctx context.Context) *budget.Budget {
	return budget.New(ctx, "computing the times of the schedule", budget.Limits{Steps: 2_000_000, Time: 5 * time.Second})
}

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

// Times returns the moments at which a schedule is due, in order, each in the
// schedule's zone. It fails for a schedule that can name none, such as a cron
// expression for the 31st of February, and with the error of a budget that is
// used up.
func Times(b *budget.Budget, s *prefect.Schedule, want Range) ([]time.Time, error) {
	c := &collector{budget: b, want: want, seen: map[time.Time]bool{}}
	var err error
	switch {
	case s.Interval != nil:
		err = c.interval(s.Interval)
	case s.Cron != nil:
		err = c.cron(s.Cron)
	case s.RRule != nil:
		err = c.recurrence(s.RRule)
	default:
		err = errors.New("a schedule of no kind")
	}
	slices.SortFunc(c.times, time.Time.Compare)
	return c.times, err
}

// collector takes candidates until enough were found.
type collector struct {
	budget *budget.Budget
	want   Range
	times  []time.Time
	seen   map[time.Time]bool
	tried  int
}

// take adds a time and reports whether more are wanted. Times with the same
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

// pastEnd reports whether a calendar reading lies after the end's.
func (c *collector) pastEnd(at time.Time, zone *time.Location) bool {
	return !c.want.End.IsZero() && wall(at).After(wall(c.want.End.In(zone)))
}

func (c *collector) recurrence(s *prefect.RRuleSchedule) error {
	if s.Timezone == nil {
		return errors.New("a recurrence schedule without a time zone")
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
	from, end := wall(c.want.Start.In(zone)).Add(-slack(c.want.Start.In(zone))), time.Time{}
	if !c.want.End.IsZero() {
		end = wall(c.want.End.In(zone)).Add(slack(c.want.End.In(zone)))
	}
	return set.Occurrences(c.budget, from, end, func(reading time.Time) bool {
		at := ruleMoment(reading, zone)
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

// Written is a time as the contract's idempotency keys have it:
// 2006-01-02 15:04:05-05:00, with microseconds when there are any.
func Written(t time.Time) string {
	if t.Nanosecond() < 1000 {
		return t.Format("2006-01-02 15:04:05-07:00")
	}
	return t.Format("2006-01-02 15:04:05.000000-07:00")
}
