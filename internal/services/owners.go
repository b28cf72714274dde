package services

import (
	"time"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// Owners watches over the owners of flow runs. What sends heartbeats is judged by
// SilentRuns too, and sooner.
type Owners struct {
	ownerWatch[*store.OwnedFlowRun]
}

// NewOwners makes the service; lenient leaves alone runs that are running.
func NewOwners(e orchestration.Engine, p orchestration.Patience, lenient bool) *Owners {
	return &Owners{ownerWatch[*store.OwnedFlowRun]{"owners", ownedFlowRuns{e, p}, lenient}}
}

type ownedFlowRuns struct {
	engine   orchestration.Engine
	patience orchestration.Patience
}

func (ownedFlowRuns) next(tx *store.Tx) (time.Time, bool, error) { return tx.NextOwnerLook() }

func (ownedFlowRuns) due(tx *store.Tx, by time.Time, limit int) ([]*store.OwnedFlowRun, error) {
	return tx.ReadDueOwnedFlowRuns(by, limit)
}

func (o ownedFlowRuns) owner(run *store.OwnedFlowRun) (orchestration.Owner, prefect.StateType) {
	return o.patience.Owner(run.Signs), run.State
}

func (ownedFlowRuns) lookAgain(tx *store.Tx, run *store.OwnedFlowRun, at *prefect.Time) error {
	return tx.SetOwnerLook(run.ID, at)
}

func (o ownedFlowRuns) take(tx *store.Tx, run *store.OwnedFlowRun, from orchestration.Owner) error {
	to := stateWith(tx, prefect.Crashed, from.Why)
	if from.Fate == orchestration.HandedOut {
		to = stateWith(tx, prefect.Scheduled, from.Why)
	}
	result, err := o.engine.SetFlowRunState(tx, run.ID, to, orchestration.Options{Policy: orchestration.CoreFlowPolicy})
	switch {
	case err != nil:
		return err
	case result.Status != prefect.Accept:
		return tx.SetOwnerLook(run.ID, nil)
	case from.Fate == orchestration.HandedOut:
		return tx.NoteHandOut(run.ID)
	}
	return nil
}
