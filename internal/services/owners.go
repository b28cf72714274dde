package services

import (
	"time"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// ownersBatch bounds the runs that one piece of work looks after.
const ownersBatch = 50

// Owners takes runs from whoever had them in hand and shows no sign of life any
// more: see orchestration.Patience. What sends heartbeats is judged by
// SilentRuns, and sooner.
type Owners struct {
	engine   orchestration.Engine
	patience orchestration.Patience
	// lenient leaves running runs alone.
	lenient bool
}

// NewOwners makes the service; lenient leaves alone runs that are running.
func NewOwners(e orchestration.Engine, p orchestration.Patience, lenient bool) *Owners {
	return &Owners{e, p, lenient}
}

// Name implements Service.
func (*Owners) Name() string { return "owners" }

// Next implements Service.
func (*Owners) Next(tx *store.Tx) (time.Time, bool, error) { return tx.NextOwnerLook() }

// Run implements Service.
func (s *Owners) Run(tx *store.Tx) (int, error) {
	runs, err := tx.ReadDueOwnedFlowRuns(tx.Now, ownersBatch)
	if err != nil {
		return 0, err
	}
	for _, run := range runs {
		if err := s.look(tx, run); err != nil {
			return 0, err
		}
	}
	return len(runs), nil
}

func (s *Owners) look(tx *store.Tx, run *store.OwnedFlowRun) error {
	owner := s.patience.Owner(run.Signs)
	switch {
	case owner.Fate == orchestration.Stays, s.lenient && run.State == prefect.Running:
		return tx.SetOwnerLook(run.ID, nil)
	case owner.Until.After(tx.Now):
		return tx.SetOwnerLook(run.ID, prefect.AtPointer(owner.Until))
	}
	to := stateWith(tx, prefect.Crashed, owner.Why)
	if owner.Fate == orchestration.HandedOut {
		to = stateWith(tx, prefect.Scheduled, owner.Why)
	}
	result, err := s.engine.SetFlowRunState(tx, run.ID, to, orchestration.Options{Policy: orchestration.CoreFlowPolicy})
	switch {
	case err != nil:
		return err
	case result.Status != prefect.Accept:
		return tx.SetOwnerLook(run.ID, nil)
	case owner.Fate == orchestration.HandedOut:
		return tx.NoteHandOut(run.ID)
	}
	return nil
}
