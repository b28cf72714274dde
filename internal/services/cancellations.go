package services

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

const (
	// cancellationLook is after how long the leavings of a cancelled run are first
	// looked after again; the time doubles with each look.
	cancellationLook = 20 * time.Second
	// cancellationWatch is for how long they are looked after.
	cancellationWatch = 24 * time.Hour
	// cancellationBatch bounds the task runs, and the flow runs, of one piece of work.
	cancellationBatch = 100

	parentCancelled = "The parent flow run was cancelled."
)

// Cancellations cancels what a cancelled flow run has left unfinished: its task
// runs, and the flow runs started within it. It looks at once, and for a day
// again and again, because what was under way may still report.
type Cancellations struct{ engine orchestration.Engine }

// NewCancellations makes the service.
func NewCancellations(e orchestration.Engine) *Cancellations { return &Cancellations{e} }

// Name implements Service.
func (*Cancellations) Name() string { return "cancellations" }

// Next implements Service.
func (*Cancellations) Next(tx *store.Tx) (time.Time, bool, error) { return tx.NextCancellation() }

// Run implements Service.
func (s *Cancellations) Run(tx *store.Tx) (int, error) {
	due, err := tx.ReadDueCancellations(tx.Now, cancellationBatch)
	if err != nil {
		return 0, err
	}
	done := 0
	for _, c := range due {
		n, err := s.lookAfter(tx, c)
		if err != nil {
			return 0, err
		}
		done++
		if n >= cancellationBatch {
			break
		}
	}
	return done, nil
}

// lookAfter cancels what a cancelled run has left, and says when to look again.
func (s *Cancellations) lookAfter(tx *store.Tx, c *store.Cancellation) (int, error) {
	run, err := tx.ReadFlowRunForUpdate(c.FlowRunID)
	if err != nil {
		return 0, err
	}
	if run == nil || run.State == nil || run.State.Type != prefect.Cancelled {
		return 0, tx.DeleteCancellation(c.FlowRunID)
	}
	n, err := s.cancelTaskRuns(tx, c.FlowRunID)
	if err != nil || n >= cancellationBatch {
		return n, err // the rest is due still
	}
	if err := s.cancelSubflows(tx, c.FlowRunID); err != nil {
		return n, err
	}
	age := tx.Now.Sub(c.Cancelled)
	if age >= cancellationWatch {
		return n, tx.DeleteCancellation(c.FlowRunID)
	}
	c.Due = tx.Now.Add(max(cancellationLook, age))
	return n, tx.SaveCancellation(c)
}

func (s *Cancellations) cancelTaskRuns(tx *store.Tx, run uuid.UUID) (int, error) {
	ids, err := tx.ReadUnfinishedTaskRuns(run, cancellationBatch)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		if _, err := s.engine.SetTaskRunState(tx, id, stateWith(tx, prefect.Cancelled, parentCancelled), orchestration.Options{Force: true}); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}

// cancelSubflows cancels the flow runs started within a run: those of a
// deployment have infrastructure, which is told by their state Cancelling.
func (s *Cancellations) cancelSubflows(tx *store.Tx, run uuid.UUID) error {
	ids, err := tx.ReadUnfinishedSubflows(run)
	if err != nil {
		return err
	}
	for _, id := range ids {
		child, err := tx.ReadFlowRunForUpdate(id)
		if err != nil {
			return err
		}
		to := prefect.Cancelled
		if child.DeploymentID != nil {
			if child.State.Type == prefect.Cancelling {
				continue
			}
			to = prefect.Cancelling
		}
		if _, err := s.engine.SetFlowRunState(tx, id, stateWith(tx, to, parentCancelled), orchestration.Options{}); err != nil {
			return err
		}
	}
	return nil
}

// stateWith makes a state with a message.
func stateWith(tx *store.Tx, t prefect.StateType, message string) *prefect.State {
	s := prefect.NewState(tx.IDs.V7(), t, tx.Now)
	s.Message = &message
	return s
}
