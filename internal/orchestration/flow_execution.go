package orchestration

import (
	"fmt"

	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/prefect"
)

// A run that is handed out is executed once. What a worker proposes may rest on
// the answer of a poll that is minutes old, because the worker or its machine
// was stopped meanwhile; and so may the first word of a process. The rules of
// the contract let a run that has ended meanwhile become pending or running
// again, and a second process run beside the first.

// handedOut reports whether a run is for workers, or for whoever serves its
// deployment, and not its caller's own.
func (r *FlowRun) handedOut() bool { return r.DeploymentID != nil || r.WorkQueueID != nil }

// preventSecondExecution keeps a run that is handed out from being claimed once
// it has ended, and from being run by a second process. Who wants to run it
// again schedules it, or forces the state: every way of the clients does. A run
// that nobody hands out is its caller's own.
var preventSecondExecution = rule{
	name: "ReevePreventSecondExecution",
	from: terminal | only(prefect.Running), to: only(prefect.Pending, prefect.Running),
	start: func() hooks { return secondExecution{} },
}

type secondExecution struct{ quiet }

func (secondExecution) before(t *transition) error {
	if !t.flow.handedOut() {
		return nil
	}
	if t.proposed.Type == prefect.Running && (t.initial.Type == prefect.Running || t.initial.Type == prefect.Crashed) {
		restarts, err := t.processRestarts()
		if err != nil || restarts {
			return err
		}
	}
	if t.initial.Type == prefect.Running {
		t.abort("Another process is executing this run.")
		return nil
	}
	t.abort(fmt.Sprintf("This run is in a %s state and cannot transition to a %s state; schedule it to run it again.",
		t.initial.Type, t.proposed.Type))
	return nil
}

// keepClaim keeps with a run which worker has claimed it, in the transaction of
// the claim, and forgets who had it before.
var keepClaim = rule{
	name: "ReeveKeepClaim", from: anyState.but(prefect.Pending), to: only(prefect.Pending),
	start: func() hooks { return claim{} },
}

type claim struct{ quiet }

func (claim) after(t *transition) error {
	if t.initial == nil || !t.flow.handedOut() {
		return nil
	}
	return t.tx.ClaimFlowRun(t.flow.ID, t.options.Claim)
}

// rescheduleRetries lets a run be handed out that is scheduled after it had tried
// again inside its process: that process has left it. The contract forgets this
// where the state is forced, and when a process is told to end, and such runs are
// never handed out.
var rescheduleRetries = transform("ReeveRescheduleRetries", func() hooks { return rescheduleRetry{} })

type rescheduleRetry struct{ quiet }

func (rescheduleRetry) after(t *transition) error {
	retry := t.flow.Policy.RetryType
	waits := t.status == prefect.Reject && t.validated != nil && t.validated.Name == dispatch.AwaitingRetry
	if typeOf(t.proposed) == prefect.Scheduled && !waits && retry != nil && *retry == prefect.RetryInProcess {
		t.setRetryType(pointer(prefect.RetryReschedule))
	}
	return nil
}

// processRestarts reports whether the infrastructure of a run may start its
// process again by itself, as Kubernetes does with a pod. Process workers, and
// processes that serve deployments, start one once for each claim.
func (t *transition) processRestarts() (bool, error) {
	if t.flow.WorkQueueID == nil {
		return false, nil
	}
	kind, err := t.tx.ReadWorkPoolType(*t.flow.WorkQueueID)
	return kind != prefect.ProcessPoolType, err
}
