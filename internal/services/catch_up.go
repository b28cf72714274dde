package services

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// skip ends a run whose time was missed.
func (s *Scheduler) skip(tx *store.Tx, run uuid.UUID, why string) error {
	_, err := s.config.Engine.SetFlowRunState(tx, run, stateWith(tx, prefect.Cancelled, why), orchestration.Options{})
	return err
}

// settleTime bounds how long a server that was away settles the times that schedules
// missed before it answers: a worker must not be handed a run that is to be skipped.
const settleTime = 2 * time.Second

// CatchUp is to be called when the server was away and before it answers anybody: see
// Scheduler.Back.
func (c Config) CatchUp(ctx context.Context, st *store.Store) error {
	if c.SchedulerOff {
		return nil
	}
	return NewScheduler(c.Scheduler).Back(ctx, st)
}

// Back notes that the server was away until now, and settles the times that schedules
// have missed which are to catch up. What it has no time for the scheduler does.
func (s *Scheduler) Back(ctx context.Context, st *store.Store) error {
	var missing int
	err := st.Update(ctx, func(tx *store.Tx) (err error) {
		missing, err = tx.MissTimes()
		return err
	})
	if err != nil || missing == 0 {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	var due []uuid.UUID
	err = st.View(ctx, func(tx *store.Tx) (err error) {
		due, err = tx.UnsettledDeployments(s.config.Batch)
		return err
	})
	w := store.NewRunWriter(st)
	for i := 0; i < len(due) && err == nil; i++ {
		_, err = s.plan(ctx, st, due[i], w)
	}
	if err == nil {
		err = w.Flush(ctx)
	}
	if ctx.Err() != nil {
		return nil // they are still due
	}
	return err
}
