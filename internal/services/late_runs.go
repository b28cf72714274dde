package services

import (
	"time"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

const (
	// lateAfter is the contract's default of how long after its time a run is late.
	lateAfter = 15 * time.Second
	// lateBatch bounds the runs that one piece of work marks.
	lateBatch = 100
)

// LateRuns marks runs late that did not start in time.
type LateRuns struct {
	engine orchestration.Engine
	after  time.Duration
}

// NewLateRuns makes the service; after is how long after its time a run is late.
func NewLateRuns(e orchestration.Engine, after time.Duration) *LateRuns {
	if after == 0 {
		after = lateAfter
	}
	return &LateRuns{e, after}
}

// Name implements Service.
func (*LateRuns) Name() string { return "late-runs" }

// Next implements Service.
func (s *LateRuns) Next(tx *store.Tx) (time.Time, bool, error) {
	at, ok, err := tx.NextScheduledStart()
	return at.Add(s.after), ok, err
}

// Run implements Service.
func (s *LateRuns) Run(tx *store.Tx) (int, error) {
	runs, err := tx.ReadUnstartedFlowRuns(tx.Now.Add(-s.after), lateBatch)
	if err != nil {
		return 0, err
	}
	for _, run := range runs {
		late := prefect.NewState(tx.IDs.V7(), prefect.Scheduled, tx.Now)
		late.Name, late.StateDetails.ScheduledTime = "Late", &run.At
		if _, err := s.engine.SetFlowRunState(tx, run.ID, late, orchestration.Options{Policy: orchestration.MarkLateRunsPolicy}); err != nil {
			return 0, err
		}
	}
	return len(runs), nil
}
