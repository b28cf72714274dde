package services

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/schedule"
	"github.com/reevehq/reeve/internal/store"
)

// SchedulerConfig are the scheduler's settings; zero fields have the contract's
// defaults.
type SchedulerConfig struct {
	// Goal is how many runs each schedule has waiting.
	Goal schedule.Goal
	// Batch is how many deployments are looked at in one piece of work (100).
	Batch int
	// Engine ends the runs that are skipped; the zero one will do.
	Engine orchestration.Engine
	// Log is told of schedules that cannot be followed; nil for nobody.
	Log *slog.Logger
}

// Scheduler keeps runs waiting for every active schedule. It looks at a
// deployment when the deployment's column next_scheduling says so: when one of
// its schedules will have too few runs ahead, and at once after a change. What
// it costs does not depend on how many runs there have been.
type Scheduler struct{ config SchedulerConfig }

// NewScheduler makes a scheduler.
func NewScheduler(config SchedulerConfig) *Scheduler {
	if config.Goal == (schedule.Goal{}) {
		config.Goal = schedule.DefaultGoal()
	}
	if config.Batch <= 0 {
		config.Batch = 100
	}
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	return &Scheduler{config}
}

// Name implements Service.
func (*Scheduler) Name() string { return "scheduler" }

// Next implements Service.
func (*Scheduler) Next(tx *store.Tx) (time.Time, bool, error) { return tx.NextScheduling() }

// Work implements Worker. The times of each deployment's schedules are computed of
// what one transaction read, and others store them as long as the deployment is
// still the same; one that has changed meanwhile is due again. A schedule that
// names no time, or whose times take too long to find, is set aside until it is
// changed, and holds up nothing.
func (s *Scheduler) Work(ctx context.Context, st *store.Store) (int, error) {
	var due []uuid.UUID
	err := st.View(ctx, func(tx *store.Tx) (err error) {
		due, err = tx.DeploymentsToSchedule(s.config.Batch)
		return err
	})
	if err != nil {
		return 0, err
	}
	w := store.NewRunWriter(st)
	aside := 0
	for _, id := range due {
		n, err := s.plan(ctx, st, id, w)
		if err != nil {
			return w.Made, err
		}
		if aside += n; aside >= mostAside {
			break // the others are still due
		}
	}
	if err := w.Flush(ctx); err != nil {
		return w.Made, err
	}
	if w.Made > 0 {
		s.config.Log.Debug("scheduled runs", "runs", w.Made, "deployments", len(due))
	}
	return max(w.Made, len(due)), nil
}

// mostAside bounds the schedules that one piece of work sets aside: each may have
// used up its budget.
const mostAside = 8

// plan computes the times of one deployment and hands them to the writer. It returns
// the number of schedules that are to be set aside.
func (s *Scheduler) plan(ctx context.Context, st *store.Store, id uuid.UUID, w *store.RunWriter) (aside int, err error) {
	var found *store.Scheduling
	var now time.Time
	err = st.View(ctx, func(tx *store.Tx) (err error) {
		now = tx.Now
		found, err = tx.ReadScheduling(id)
		return err
	})
	if err != nil || found == nil {
		return 0, err
	}
	found.DeploymentPlan, err = s.config.Goal.PlanDeployment(ctx, found.Deployment, now)
	if err != nil {
		return 0, err
	}
	for id, reason := range found.Faulty {
		s.config.Log.Warn("a schedule is set aside until it is changed", "deployment", found.Deployment.ID,
			"deployment_name", found.Deployment.Name, "schedule", id, "reason", reason)
	}
	if err := w.Runs(ctx, found); err != nil {
		return 0, err
	}
	if err := w.Missed(ctx, found, s.skip); err != nil {
		return 0, err
	}
	return len(found.Faulty), w.End(ctx, found)
}
