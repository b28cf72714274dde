package services

import (
	"log/slog"
	"time"

	"github.com/reevehq/reeve/internal/schedule"
	"github.com/reevehq/reeve/internal/store"
)

// SchedulerConfig are the scheduler's settings; zero fields have the contract's
// defaults.
type SchedulerConfig struct {
	// Goal is how many runs each schedule has waiting.
	Goal schedule.Goal
	// Batch is how many deployments are looked at in one transaction (100).
	Batch int
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

// Run implements Service. A schedule that can name no time is told of in the
// log and holds up nothing.
func (s *Scheduler) Run(tx *store.Tx) (int, error) {
	due, err := tx.DeploymentsToSchedule(s.config.Batch)
	if err != nil {
		return 0, err
	}
	made := 0
	for _, id := range due {
		n, faulty, err := tx.ScheduleDeployment(id, s.config.Goal)
		if err != nil {
			return made, err
		}
		for schedule, reason := range faulty {
			s.config.Log.Error("a schedule cannot be followed", "deployment", id, "schedule", schedule, "error", reason)
		}
		made += n
	}
	if made > 0 {
		s.config.Log.Debug("scheduled runs", "runs", made, "deployments", len(due))
	}
	return max(made, len(due)), nil
}
