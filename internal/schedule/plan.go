package schedule

import (
	"time"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/prefect"
)

// Goal says how many runs a schedule is to have waiting.
type Goal struct {
	// MinRuns and MinTime are what is wanted: so many runs, and runs until so
	// far ahead.
	MinRuns int
	MinTime time.Duration
	// MaxRuns and MaxTime bound it.
	MaxRuns int
	MaxTime time.Duration
}

// DefaultGoal is the contract's.
func DefaultGoal() Goal {
	return Goal{MinRuns: 3, MinTime: time.Hour, MaxRuns: 100, MaxTime: 100 * 24 * time.Hour}
}

// Plan is the runs that a schedule should have waiting, and when to plan again.
type Plan struct {
	Times []time.Time
	// Again is when the schedule will need more runs; zero when it has no more to give.
	Again time.Time
}

// pace is the least time in which a schedule gets the runs that the goal bounds:
// about as many a minute, however frequent the schedule.
const pace = 50 * time.Second

// Times are the moments at which a schedule should have runs waiting at start. most,
// when not nil, bounds how many runs may wait.
func (g Goal) Times(b *budget.Budget, s *prefect.Schedule, most *int, start time.Time) ([]time.Time, error) {
	bound, least := g.bounds(most)
	return Times(b, s, Range{N: bound, Start: start, End: start.Add(g.MaxTime), Enough: func(n int, at time.Time) bool {
		return n >= least && !at.Before(start.Add(g.MinTime))
	}})
}

// bounds are the greatest and the least number of runs that may wait.
func (g Goal) bounds(most *int) (bound, least int) {
	if most == nil {
		return g.MaxRuns, g.MinRuns
	}
	return min(g.MaxRuns, *most), min(g.MinRuns, *most)
}

// Plan makes the plan of a schedule at start. most, when not nil, bounds how
// many runs may wait.
func (g Goal) Plan(b *budget.Budget, s *prefect.Schedule, most *int, start time.Time) (Plan, error) {
	times, err := g.Times(b, s, most, start)
	if err != nil {
		return Plan{}, err
	}
	bound, least := g.bounds(most)
	least = max(1, least)
	p := Plan{Times: times}
	reached := len(times) > 0 && !times[len(times)-1].Before(start.Add(g.MinTime))
	switch {
	case !reached && most != nil && len(times) > 0 && len(times) >= *most:
		p.Again = times[len(times)-least]
	case len(times) >= least && (reached || len(times) >= bound):
		p.Again = again(times, least, g.MinTime, start)
	default: // the end of the horizon, or of the schedule, cut it short
		p.Again = g.far(b, s, start.Add(g.MaxTime))
	}
	soonest := start.Add(max(time.Second, pace*time.Duration(len(times))/time.Duration(max(1, g.MaxRuns))))
	if !p.Again.IsZero() && p.Again.Before(soonest) {
		p.Again = soonest
	}
	return p, nil
}

// far says when to plan again a schedule that has too few times before the end of
// the horizon: when the next one comes into it, zero when there is none. A next one
// that takes too long to find is looked for again when half of the horizon has passed.
func (g Goal) far(b *budget.Budget, s *prefect.Schedule, end time.Time) time.Time {
	next, err := Times(b, s, Range{N: 1, Start: end.Add(time.Second)})
	switch {
	case budget.Is(err):
		return end.Add(-g.MaxTime / 2)
	case err != nil || len(next) == 0:
		return time.Time{}
	}
	return next[0].Add(-g.MaxTime)
}

// again is when fewer than least runs wait, or the last one is less than ahead
// away. A schedule too frequent for its bound is looked at when half of it has
// passed, a minute later at most.
func again(times []time.Time, least int, ahead time.Duration, start time.Time) time.Time {
	last := times[len(times)-1]
	at := times[max(0, len(times)-least)]
	if t := last.Add(-ahead); t.Before(at) {
		at = t
	}
	if at.After(start) {
		return at
	}
	return start.Add(min(last.Sub(start)/2, time.Minute))
}
