package orchestration

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/prefect"
)

// FirstLook is after how long in its state a run is first looked at.
const FirstLook = time.Minute

// OwnerLook returns when to look whether somebody has the run in hand, nil for a
// state that waits for somebody or has a deadline of its own.
func (r *FlowRun) OwnerLook(now time.Time) *prefect.Time {
	switch {
	case r.StateType == nil:
		return nil
	case *r.StateType == prefect.Pending, *r.StateType == prefect.Running:
		return lookAfter(now, nil)
	case r.Standing().RetriesInProcess():
		return lookAfter(now, r.NextScheduledStartTime)
	}
	return nil
}

// TaskOwnerLook is OwnerLook of a task run, of which due is when it is to try again:
// nil too for one that ends with its flow run, or waits for a task worker to take it.
func TaskOwnerLook(now time.Time, flowRun *uuid.UUID, state *prefect.StateType, name *string, due *prefect.Time) *prefect.Time {
	if flowRun != nil || state == nil {
		return nil
	}
	switch {
	case *state == prefect.Pending, *state == prefect.Running, *state == prefect.Cancelling:
		return lookAfter(now, nil)
	case *state == prefect.Scheduled && name != nil && *name == dispatch.AwaitingRetry:
		return lookAfter(now, due)
	}
	return nil
}

func lookAfter(now time.Time, due *prefect.Time) *prefect.Time {
	if due != nil && due.After(now) {
		now = due.Time
	}
	return prefect.AtPointer(now.Add(FirstLook))
}
