package services

import (
	"time"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// TaskOwners watches over the owners of task runs that belong to no flow run: see
// orchestration.Patience.TaskOwner.
type TaskOwners struct {
	ownerWatch[*store.OwnedTaskRun]
}

// NewTaskOwners makes the service; lenient leaves alone runs that are running.
func NewTaskOwners(e orchestration.Engine, p orchestration.Patience, lenient bool) *TaskOwners {
	return &TaskOwners{ownerWatch[*store.OwnedTaskRun]{"task-owners", ownedTaskRuns{e, p}, lenient}}
}

type ownedTaskRuns struct {
	engine   orchestration.Engine
	patience orchestration.Patience
}

func (ownedTaskRuns) next(tx *store.Tx) (time.Time, bool, error) { return tx.NextTaskOwnerLook() }

func (ownedTaskRuns) due(tx *store.Tx, by time.Time, limit int) ([]*store.OwnedTaskRun, error) {
	return tx.ReadDueOwnedTaskRuns(by, limit)
}

func (o ownedTaskRuns) owner(run *store.OwnedTaskRun) (orchestration.Owner, prefect.StateType) {
	return o.patience.TaskOwner(run.Signs), run.State
}

func (ownedTaskRuns) lookAgain(tx *store.Tx, run *store.OwnedTaskRun, at *prefect.Time) error {
	return tx.SetTaskOwnerLook(run.ID, at)
}

func (o ownedTaskRuns) take(tx *store.Tx, run *store.OwnedTaskRun, from orchestration.Owner) error {
	if from.Fate == orchestration.HandedOut {
		return o.handOut(tx, run, from)
	}
	_, err := o.engine.SetTaskRunState(tx, run.ID, stateWith(tx, prefect.Crashed, from.Why), orchestration.Options{Force: true})
	return err
}

// handOut lets a run wait for a task worker again, with all that the state said in
// which one took it: the task's parameters are found by it.
func (o ownedTaskRuns) handOut(tx *store.Tx, run *store.OwnedTaskRun, from orchestration.Owner) error {
	taken, err := tx.ReadTaskRunState(*run.Delivered)
	if err != nil {
		return err
	}
	to := stateWith(tx, prefect.Scheduled, from.Why)
	if taken != nil {
		to.StateDetails = taken.StateDetails
	}
	deferred := true
	to.StateDetails.Deferred, to.StateDetails.TransitionID = &deferred, nil
	if _, err := o.engine.SetTaskRunState(tx, run.ID, to, orchestration.Options{Policy: orchestration.BackgroundTaskPolicy}); err != nil {
		return err
	}
	return tx.CountTaskRunHandOut(run.ID)
}
