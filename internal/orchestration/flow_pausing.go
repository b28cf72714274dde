package orchestration

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/reevehq/reeve/internal/prefect"
)

// verb is what a pause is called in sentences about the proposed state.
func (t *transition) verb() string {
	if t.proposed.Name == "Suspended" {
		return "suspend"
	}
	return "pause"
}

// handlePausingFlows lets running runs pause, each pause of a key once.
var handlePausingFlows = rule{
	name: "HandlePausingFlows", from: anyState, to: only(prefect.Paused),
	start: func() hooks { return &pausing{} },
}

type pausing struct {
	quiet
	key *string
}

func (r *pausing) before(t *transition) error {
	verb := t.verb()
	switch {
	case t.initial == nil:
		t.abort(fmt.Sprintf("Cannot %s flows with no state.", verb))
		return nil
	case t.initial.Type != prefect.Running:
		return t.reject(nil, fmt.Sprintf("Cannot %s flows that are not currently running.", verb))
	}
	r.key = t.proposed.StateDetails.PauseKey
	if r.key == nil {
		r.key = pointer(t.ids.V4().String())
	}
	switch {
	case t.flow.Policy.PauseKeys != nil && t.flow.Policy.PauseKeys.Has(*r.key):
		return t.reject(nil, fmt.Sprintf("This %s has already fired.", verb))
	case !t.proposed.StateDetails.PauseReschedule:
	case t.flow.ParentTaskRunID != nil:
		t.abort(fmt.Sprintf("Cannot %s subflows.", verb))
	case t.flow.DeploymentID == nil:
		t.abort(fmt.Sprintf("Cannot %s flows without a deployment.", verb))
	}
	return nil
}

// after keeps that the pause has fired. It had not before in this attempt, so
// what is stored under the names of its inputs was said to an earlier one.
func (r *pausing) after(t *transition) error {
	if r.key != nil {
		t.addPauseKey(*r.key)
	}
	if t.validated == nil || len(t.validated.StateDetails.RunInputKeyset) == 0 {
		return nil
	}
	return t.tx.DeleteFlowRunInputs(t.flow.ID, slices.Collect(maps.Values(t.validated.StateDetails.RunInputKeyset)))
}

// handleResumingFlows says where a paused run may go, and marks it as resuming
// so that going on does not count as another run.
var handleResumingFlows = rule{
	name: "HandleResumingPausedFlows", from: only(prefect.Paused), to: anyState,
	start: func() hooks { return resuming{} },
}

type resuming struct{ quiet }

func (resuming) before(t *transition) error {
	to := t.proposed.Type
	if to != prefect.Running && to != prefect.Scheduled && to != prefect.Cancelling && !to.IsTerminal() {
		return t.reject(nil, fmt.Sprintf("This run cannot transition to the StateType.%s state from the StateType.%s state.", to, t.initial.Type))
	}
	verb, name := t.verb(), strings.ToLower(t.proposed.Name)
	if t.initial.StateDetails.PauseReschedule && t.flow.DeploymentID == nil {
		return t.reject(nil, fmt.Sprintf("Cannot reschedule a %s flow run without a deployment.", name))
	}
	if to == prefect.Cancelling {
		return nil // the process of a paused run is alive and must hear of it, however late
	}
	if timeout := t.initial.StateDetails.PauseTimeout; timeout != nil && timeout.Before(t.now) {
		failed := t.state(prefect.Failed)
		failed.Message = pointer(fmt.Sprintf("The flow was %s and never resumed.", name))
		return t.reject(failed, fmt.Sprintf("The flow run %s has timed out and can no longer resume.", verb))
	}
	return nil
}

// after begins a new attempt when a run that paused inside its process is
// scheduled: the process does not go on, and its pauses fire again. One that was
// suspended skips those that it has passed.
func (resuming) after(t *transition) error {
	if !t.initial.StateDetails.PauseReschedule && t.options.knowsPauses() && typeOf(t.validated) == prefect.Scheduled {
		t.forgetPauses(pointer(prefect.RetryReschedule))
		return nil
	}
	t.setResuming(true)
	return nil
}
