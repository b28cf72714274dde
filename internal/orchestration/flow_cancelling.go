package orchestration

import "github.com/reevehq/reeve/internal/prefect"

// enforceCancellingToCancelled keeps a run that is being cancelled from ending
// otherwise.
var enforceCancellingToCancelled = rule{
	name: "EnforceCancellingToCancelledTransition",
	from: only(prefect.Cancelling), to: anyState.but(prefect.Cancelled),
	start: func() hooks { return cancellingToCancelled{} },
}

type cancellingToCancelled struct{ quiet }

func (cancellingToCancelled) before(t *transition) error {
	return t.reject(nil, "Cannot transition flows that are cancelling to a state other than Cancelled.")
}

// bypassCancellingWithoutInfrastructure cancels a run at once that has no
// process to stop: it was never handed out, or is suspended, or is about to be
// handed out again after that. A run that awaits a retry may have a process.
var bypassCancellingWithoutInfrastructure = rule{
	name: "BypassCancellingFlowRunsWithNoInfra",
	from: only(prefect.Scheduled, prefect.Paused), to: only(prefect.Cancelling),
	start: func() hooks { return bypassCancelling{} },
}

type bypassCancelling struct{ quiet }

func (bypassCancelling) before(t *transition) error {
	pid := t.flow.InfrastructurePID
	switch {
	case t.initial.Type == prefect.Scheduled && (pid == nil || *pid == ""), t.initial.Name == "Resuming":
		return t.reject(t.cancelled(""), "Scheduled flow run has no infrastructure to terminate.")
	case t.initial.Type == prefect.Paused && t.initial.StateDetails.PauseReschedule:
		return t.reject(t.cancelled(""), "Suspended flow run has no infrastructure to terminate.")
	}
	return nil
}
