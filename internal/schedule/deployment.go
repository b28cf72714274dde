package schedule

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/schedule/cron"
	"github.com/reevehq/reeve/internal/schedule/recurrence"
)

// Runs are the times at which a schedule is to have runs.
type Runs struct {
	Schedule *prefect.DeploymentSchedule
	Times    []time.Time
}

// Split cuts the times into pieces of at most n.
func (r Runs) Split(n int) []Runs {
	var pieces []Runs
	for len(r.Times) > n {
		pieces = append(pieces, Runs{r.Schedule, r.Times[:n]})
		r.Times = r.Times[n:]
	}
	if len(r.Times) > 0 {
		pieces = append(pieces, r)
	}
	return pieces
}

// DeploymentPlan is what came of a deployment's schedules.
type DeploymentPlan struct {
	// Runs are the times at which each schedule is to have runs.
	Runs []Runs
	// Faulty are the schedules that cannot be followed, with the reason.
	Faulty map[uuid.UUID]error
	// Missed is what becomes of the times that schedules missed.
	Missed []*Missed
	// Again is when the deployment must be looked at next; zero for never.
	Again time.Time
}

// mostFaulty bounds the schedules of one plan that may use up their budgets.
const mostFaulty = 8

// PlanDeployment plans the runs of the schedules that a deployment follows: the
// active ones that are not set aside, none while it is paused. Each has a budget
// of its own, and one that cannot be planned holds up no other: after some of that
// sort the plan ends early and is to be continued at once. It fails only with ctx.
func (g Goal) PlanDeployment(ctx context.Context, d *prefect.Deployment, now time.Time) (DeploymentPlan, error) {
	p := DeploymentPlan{Faulty: map[uuid.UUID]error{}}
	for _, s := range d.Schedules {
		if !s.Active || s.SetAside != nil || d.Paused {
			continue
		}
		if len(p.Faulty) == mostFaulty {
			p.Again = now
			break
		}
		plan, err := g.planAlone(ctx, s, now)
		if ctx.Err() != nil {
			return p, context.Cause(ctx)
		}
		if err != nil {
			p.Faulty[s.ID] = err
			continue
		}
		if s.MissedSince != nil {
			missed, err := NewMissed(ctx, s, now)
			if ctx.Err() != nil {
				return p, context.Cause(ctx)
			}
			if err != nil {
				p.Faulty[s.ID] = err
				continue
			}
			p.Missed, p.Runs = append(p.Missed, missed), append(p.Runs, Runs{s, missed.Times})
		}
		p.Runs = append(p.Runs, Runs{s, plan.Times})
		if !plan.Again.IsZero() && (p.Again.IsZero() || plan.Again.Before(p.Again)) {
			p.Again = plan.Again
		}
	}
	return p, nil
}

func (g Goal) planAlone(ctx context.Context, s *prefect.DeploymentSchedule, now time.Time) (Plan, error) {
	b := NewBudget(ctx)
	defer b.Close()
	return g.Plan(b, &s.Schedule, s.MaxScheduledRuns, now)
}

// Check makes sure that schedules can be followed from now on, all within one
// budget. What it fails with is a *fault.Error of kind Invalid to those who ask
// for one: a cron expression or a rule that can name no time, or a schedule whose
// times take too long to find. What else keeps a schedule from being followed the
// contract finds out later, and so does the scheduler.
func (g Goal) Check(ctx context.Context, now time.Time, schedules ...*prefect.Schedule) error {
	b := NewBudget(ctx)
	defer b.Close()
	for _, s := range schedules {
		_, err := g.Times(b, s, nil, now)
		if b.Err() != nil || errors.Is(err, cron.ErrNone) || errors.Is(err, recurrence.ErrNever) {
			return Refusal(err)
		}
	}
	return nil
}

// Refusal is the error of a schedule whose times were asked for and cannot be
// given, as clients are shown it.
func Refusal(err error) error {
	if err == nil || budget.Is(err) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fault.New(fault.Invalid, "The schedule names no time: %s.", err)
}
