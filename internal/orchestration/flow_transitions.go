package orchestration

import (
	"fmt"

	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/prefect"
)

// preventDuplicateTransitions makes proposals idempotent: a client that lost
// the answer proposes again with the same transition id and is given the state
// it made.
var preventDuplicateTransitions = rule{
	name: "PreventDuplicateTransitions", from: anyState, to: anyState,
	start: func() hooks { return preventDuplicates{} },
}

type preventDuplicates struct{ quiet }

func (preventDuplicates) before(t *transition) error {
	if t.initial == nil {
		return nil
	}
	have, given := t.initial.StateDetails.TransitionID, t.proposed.StateDetails.TransitionID
	if have == nil || given == nil || *have != *given {
		return nil
	}
	return t.reject(nil, "This run has already made this state transition.")
}

const lossOfResult = "Cannot overwrite a COMPLETED state that carries persisted result data with one that does not."

// losesResult reports whether the proposed state would replace a completed one
// with a stored result by one without.
func (t *transition) losesResult() bool {
	return t.initial.Type == prefect.Completed && t.proposed.Type == prefect.Completed &&
		persisted(t.initial) && !carriesResult(t.proposed)
}

// handleFlowTerminalStates says which ended flow runs may go on, and forgets
// the pauses of those that do.
var handleFlowTerminalStates = rule{
	name: "HandleFlowTerminalStateTransitions", from: terminal, to: anyState,
	start: func() hooks { return &flowTerminal{} },
}

type flowTerminal struct {
	quiet
	policy prefect.FlowRunPolicy
}

func (r *flowTerminal) before(t *transition) error {
	r.policy = t.flow.Policy
	switch {
	case t.proposed.Type == prefect.Cancelling || t.proposed.Type == prefect.Paused || t.proposed.Type == prefect.Crashed:
		t.abort(fmt.Sprintf("Run is already in terminal state %s.", t.initial.Type))
		return nil
	case t.initial.Type == prefect.Completed && !t.proposed.Type.IsTerminal() && persisted(t.initial):
		return t.reject(nil, "Run is already COMPLETED.")
	case t.losesResult():
		return t.reject(nil, lossOfResult)
	case t.proposed.Type == prefect.Scheduled && t.flow.DeploymentID == nil:
		t.abort("Cannot reschedule a run without an associated deployment.")
		return nil
	}
	if !t.proposed.Type.IsTerminal() && t.options.knowsPauses() {
		var retry *prefect.RetryType
		if t.proposed.Type == prefect.Scheduled {
			retry = pointer(prefect.RetryReschedule)
		}
		t.forgetPauses(retry)
	}
	return nil
}

func (r *flowTerminal) cleanup(t *transition) error {
	t.setPolicy(r.policy)
	return nil
}

// preventResultDataLoss is the part of handleFlowTerminalStates that holds for
// forced states too.
var preventResultDataLoss = rule{
	name: "PreventResultDataLoss", from: terminal, to: terminal,
	start: func() hooks { return resultLoss{} },
}

type resultLoss struct{ quiet }

func (resultLoss) before(t *transition) error {
	if t.losesResult() {
		return t.reject(nil, lossOfResult)
	}
	return nil
}

// preventPendingTransitions keeps two workers from submitting the same run: the
// second one finds it pending. Only the names a pending run goes through
// (Submitting, InfrastructurePending) may change. Ended runs are scheduled or
// run again instead.
var preventPendingTransitions = rule{
	name: "PreventPendingTransitions",
	from: only(prefect.Pending, prefect.Cancelling, prefect.Running, prefect.Cancelled), to: only(prefect.Pending),
	start: func() hooks { return preventPending{} },
}

type preventPending struct{ quiet }

func (preventPending) before(t *transition) error {
	if t.initial.Type == prefect.Pending && t.initial.Name != t.proposed.Name && t.proposed.Name != "Pending" {
		t.proposed.StateDetails.ScheduledTime = t.initial.StateDetails.ScheduledTime
		t.proposed.StateDetails.DeploymentConcurrencyLeaseID = t.initial.StateDetails.DeploymentConcurrencyLeaseID
		return nil
	}
	t.abort(fmt.Sprintf("This run is in a %s state and cannot transition to a PENDING state.", t.initial.Type))
	return nil
}

// retryFailedFlows lets a failed run try again while it has retries left. The
// process that runs it waits and goes on, and so keeps its deployment's slot.
var retryFailedFlows = rule{
	name: "RetryFailedFlows", from: only(prefect.Running), to: only(prefect.Failed),
	start: func() hooks { return flowRetry{} },
}

type flowRetry struct{ quiet }

func (flowRetry) before(t *transition) error {
	policy := &t.flow.Policy
	if policy.Retries == nil || t.run.RunCount > *policy.Retries {
		t.setRetryType(nil) // so that the run can be retried by hand later
		return nil
	}
	delay := 0
	if policy.RetryDelay != nil {
		delay = *policy.RetryDelay
	}
	at := t.now.Add(seconds(float64(delay)))
	if t.options.loopsFailedTasks() {
		if err := t.retryFailedTasksOfFlow(at); err != nil {
			return err
		}
	}
	if t.options.knowsPauses() {
		t.forgetPauses(pointer(prefect.RetryInProcess))
	}
	retry := t.scheduled(dispatch.AwaitingRetry, at)
	retry.Message, retry.Data = t.proposed.Message, t.proposed.Data
	retry.StateDetails.DeploymentConcurrencyLeaseID = t.initial.StateDetails.DeploymentConcurrencyLeaseID
	return t.reject(retry, "Retrying")
}
