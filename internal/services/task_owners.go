package services

import (
	"time"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// TaskOwners does for task runs that belong to no flow run what Owners does for
// flow runs: see orchestration.Patience.TaskOwner.
type TaskOwners struct {
	engine   orchestration.Engine
	patience orchestration.Patience
	// lenient leaves running runs alone.
	lenient bool
}

// NewTaskOwners makes the service; lenient leaves alone runs that are running.
func NewTaskOwners(e orchestration.Engine, p orchestration.Patience, lenient bool) *TaskOwners {
	return &TaskOwners{e, p, lenient}
}

// Name implements Service.
func (*TaskOwners) Name() string { return "task-owners" }

// Next implements Service.
func (*TaskOwners) Next(tx *store.Tx) (time.Time, bool, error) { return tx.NextTaskOwnerLook() }

// Run implements Service.
func (s *TaskOwners) Run(tx *store.Tx) (int, error) {
	runs, err := tx.ReadDueOwnedTaskRuns(tx.Now, ownersBatch)
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

func (s *TaskOwners) look(tx *store.Tx, run *store.OwnedTaskRun) error {
	owner := s.patience.TaskOwner(run.Signs)
	switch {
	case owner.Fate == orchestration.Stays, s.lenient && run.State == prefect.Running:
		return tx.SetTaskOwnerLook(run.ID, nil)
	case owner.Until.After(tx.Now):
		return tx.SetTaskOwnerLook(run.ID, prefect.AtPointer(owner.Until))
	case owner.Fate == orchestration.HandedOut:
		return s.handOut(tx, run, owner)
	}
	_, err := s.engine.SetTaskRunState(tx, run.ID, stateWith(tx, prefect.Crashed, owner.Why), orchestration.Options{Force: true})
	return err
}

// handOut lets a run wait for a task worker again, with all that the state said in
// which one took it: the task's parameters are found by it.
func (s *TaskOwners) handOut(tx *store.Tx, run *store.OwnedTaskRun, owner orchestration.Owner) error {
	taken, err := tx.ReadTaskRunState(*run.Delivered)
	if err != nil {
		return err
	}
	to := stateWith(tx, prefect.Scheduled, owner.Why)
	if taken != nil {
		to.StateDetails = taken.StateDetails
	}
	deferred := true
	to.StateDetails.Deferred, to.StateDetails.TransitionID = &deferred, nil
	if _, err := s.engine.SetTaskRunState(tx, run.ID, to, orchestration.Options{Policy: orchestration.BackgroundTaskPolicy}); err != nil {
		return err
	}
	return tx.CountTaskRunHandOut(run.ID)
}
