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

	// crashWatch is for how long the leavings of a crashed one are: its process may
	// be alive after all, and goes on then.
	crashWatch = 2 * time.Minute

	parentCancelled = "The parent flow run was cancelled."
	parentCrashed   = "The parent flow run crashed."
)

// Cancellations ends what a flow run has left unfinished that was cancelled or
// has crashed: its task runs, and the flow runs started within it. It looks at
// once, or soon, and for a while again and again, because what was under way may
// still report.
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
	if run == nil || run.State == nil || run.State.Type != prefect.Cancelled && run.State.Type != prefect.Crashed {
		return 0, tx.DeleteCancellation(c.FlowRunID)
	}
	end := ending{prefect.Cancelled, parentCancelled, cancellationWatch}
	if run.State.Type == prefect.Crashed {
		end = ending{prefect.Crashed, parentCrashed, crashWatch}
	}
	n, err := s.endTaskRuns(tx, c.FlowRunID, end)
	if err != nil || n >= cancellationBatch {
		return n, err // the rest is due still
	}
	if err := s.endSubflows(tx, c.FlowRunID, end); err != nil {
		return n, err
	}
	age := tx.Now.Sub(c.Cancelled)
	if age >= end.watch {
		return n, tx.DeleteCancellation(c.FlowRunID)
	}
	c.Due = tx.Now.Add(max(cancellationLook, age))
	return n, tx.SaveCancellation(c)
}

// ending is how the leavings of a run end, and for how long they are looked after.
type ending struct {
	state   prefect.StateType
	message string
	watch   time.Duration
}

func (s *Cancellations) endTaskRuns(tx *store.Tx, run uuid.UUID, end ending) (int, error) {
	ids, err := tx.ReadUnfinishedTaskRuns(run, cancellationBatch)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		if _, err := s.engine.SetTaskRunState(tx, id, stateWith(tx, end.state, end.message), orchestration.Options{Force: true}); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}

// endSubflows ends the flow runs started within a run. Those of a deployment have
// infrastructure of their own: when the run was cancelled they are told by their
// state Cancelling, when it crashed they go on.
func (s *Cancellations) endSubflows(tx *store.Tx, run uuid.UUID, end ending) error {
	ids, err := tx.ReadUnfinishedSubflows(run)
	if err != nil {
		return err
	}
	for _, id := range ids {
		child, err := tx.ReadFlowRunForUpdate(id)
		if err != nil {
			return err
		}
		to := end.state
		if child.DeploymentID != nil {
			if child.State.Type == prefect.Cancelling || to == prefect.Crashed {
				continue
			}
			to = prefect.Cancelling
		}
		if _, err := s.engine.SetFlowRunState(tx, id, stateWith(tx, to, end.message), orchestration.Options{}); err != nil {
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
