package schedule

import (
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/prefect"
)

// Whatever the settings say, a plan is made again later than it was made, and not
// more often than its runs allow.
func TestPlanIsMadeAgain(t *testing.T) {
	start := time.Date(2026, 3, 7, 12, 0, 30, 0, time.UTC)
	every := func(step time.Duration) *prefect.Schedule {
		return &prefect.Schedule{Interval: &prefect.IntervalSchedule{Interval: prefect.PositiveInterval(step), AnchorDate: &prefect.OffsetTime{Time: start}}}
	}
	goal := func(minRuns, maxRuns int) Goal {
		g := DefaultGoal()
		g.MinRuns, g.MaxRuns = minRuns, maxRuns
		return g
	}
	three := 3
	for name, c := range map[string]struct {
		goal  Goal
		step  time.Duration
		most  *int
		runs  int
		again time.Duration
	}{
		"hourly":                   {DefaultGoal(), time.Hour, nil, 3, 0},
		"every second":             {DefaultGoal(), time.Second, nil, 100, 50 * time.Second},
		"every microsecond":        {DefaultGoal(), time.Microsecond, nil, 100, 50 * time.Second},
		"microseconds, three":      {DefaultGoal(), time.Microsecond, &three, 3, 1500 * time.Millisecond},
		"no least":                 {goal(0, 100), time.Hour, nil, 2, 0},
		"no least, three":          {goal(0, 100), time.Minute, &three, 3, 0},
		"no runs, which means one": {goal(0, 0), time.Microsecond, nil, 1, 50 * time.Second},
		"further than the horizon": {DefaultGoal(), 200 * 24 * time.Hour, nil, 1, 100 * 24 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			b := NewBudget(t.Context())
			defer b.Close()
			plan, err := c.goal.Plan(b, every(c.step), c.most, start)
			if err != nil {
				t.Fatal(err)
			}
			after := plan.Again.Sub(start)
			if len(plan.Times) != c.runs || after < time.Second || c.again > 0 && after != c.again {
				t.Errorf("%d runs, again after %s; want %d and %s", len(plan.Times), after, c.runs, c.again)
			}
		})
	}
}
