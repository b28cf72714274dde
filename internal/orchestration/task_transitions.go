package orchestration

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/reevehq/reeve/internal/concurrency"
	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
)

// flowOfTask reads the flow run that a task run belongs to, nil without one.
func (t *transition) flowOfTask() (*FlowRun, error) {
	if t.task.FlowRunID == nil {
		return nil, nil
	}
	return t.tx.ReadFlowRunForUpdate(*t.task.FlowRunID)
}

func (t *transition) setRunCount(n int) { t.run.RunCount, t.dirty = n, true }

// handleTaskTerminalStates says which ended task runs may go on, and lets those
// that do retry from the beginning.
var handleTaskTerminalStates = rule{
	name: "HandleTaskTerminalStateTransitions", from: terminal, to: anyState,
	start: func() hooks { return &taskTerminal{} },
}

type taskTerminal struct {
	quiet
	runCount int
}

func (r *taskTerminal) before(t *transition) error {
	r.runCount = t.run.RunCount
	switch {
	case t.proposed.Type == prefect.Cancelling || t.proposed.Type == prefect.Paused || t.proposed.Type == prefect.Crashed:
		t.abort(fmt.Sprintf("Run is already %s.", t.initial.Type))
		return nil
	case t.initial.Type == prefect.Completed && persisted(t.initial):
		return t.reject(nil, "This run is already completed.")
	}
	if !t.proposed.Type.IsTerminal() {
		t.setRunCount(0)
	}
	if t.proposed.Type != prefect.Running {
		return nil
	}
	flow, err := t.flowOfTask()
	if err != nil || flow == nil {
		return err
	}
	if t.task.FlowRunRunCount < flow.RunCount { // the flow run is being retried
		t.rename("Retrying")
	}
	return nil
}

func (r *taskTerminal) cleanup(t *transition) error {
	t.setRunCount(r.runCount)
	return nil
}

// preventRunningTasksFromStoppedFlows lets a task run only while its flow runs.
var preventRunningTasksFromStoppedFlows = rule{
	name: "PreventRunningTasksFromStoppedFlows", from: anyState, to: only(prefect.Running),
	start: func() hooks { return stoppedFlow{} },
}

type stoppedFlow struct{ quiet }

func (stoppedFlow) before(t *transition) error {
	flow, err := t.flowOfTask()
	if err != nil || flow == nil {
		return err
	}
	switch typeOf(flow.State) {
	case prefect.Running:
	case prefect.Paused:
		paused := t.state(prefect.Paused)
		paused.Name = "NotReady"
		paused.StateDetails.PauseTimeout = flow.State.StateDetails.PauseTimeout
		paused.StateDetails.PauseReschedule = flow.State.StateDetails.PauseReschedule
		return t.reject(paused, fmt.Sprintf("The flow is paused, new tasks can execute after resuming flow run: %s.", flow.ID))
	default:
		t.abort("The enclosing flow must be running to begin task execution.")
	}
	return nil
}

// retryFailedTasks lets a failed task run try again while it has retries left
// and the client does not say that this failure is final.
var retryFailedTasks = rule{
	name: "RetryFailedTasks", from: only(prefect.Running), to: only(prefect.Failed),
	start: func() hooks { return taskRetry{} },
}

type taskRetry struct{ quiet }

func (taskRetry) before(t *transition) error {
	policy := &t.task.Policy
	if retriable := t.proposed.StateDetails.Retriable; retriable != nil && !*retriable {
		return nil
	}
	if policy.Retries == nil || t.run.RunCount > *policy.Retries {
		return nil
	}
	delay := retryDelay(json.RawMessage(policy.RetryDelay), t.run.RunCount)
	if jitter := policy.RetryJitterFactor; jitter != nil && *jitter > 0 && delay > 0 {
		delay = concurrency.Spread(delay, float64(*jitter), t.ids)
	}
	retry := t.scheduled(dispatch.AwaitingRetry, t.now.Add(seconds(delay)))
	retry.Message, retry.Data = t.proposed.Message, t.proposed.Data
	return t.reject(retry, "Retrying")
}

// retryDelay is the delay, in seconds, before the next of a run's tries: a
// number for all, or a list of which the last stands for all that follow.
func retryDelay(setting json.RawMessage, runCount int) float64 {
	var one float64
	if len(setting) == 0 || json.Unmarshal(setting, &one) == nil {
		return one
	}
	var many []float64
	if json.Unmarshal(setting, &many) != nil || len(many) == 0 {
		return 0
	}
	i := min(runCount-1, len(many)-1)
	if i < 0 {
		i = len(many) - 1
	}
	return many[i]
}

// renameReruns tells in the state's name that a task runs again.
var renameReruns = rule{
	name: "RenameReruns", from: anyState, to: only(prefect.Running),
	start: func() hooks { return rename{} },
}

type rename struct{ quiet }

func (rename) before(t *transition) error {
	switch {
	case t.initial == nil || t.run.RunCount == 0:
	case t.initial.Name == dispatch.AwaitingRetry:
		t.rename("Retrying")
	default:
		t.rename("Rerunning")
	}
	return nil
}

// updateFlowRunTracker notes of which try of its flow run a task run is.
var updateFlowRunTracker = rule{
	name: "UpdateFlowRunTrackerOnTasks", from: anyState, to: only(prefect.Running),
	start: func() hooks { return flowTracker{} },
}

type flowTracker struct{ quiet }

func (flowTracker) after(t *transition) error {
	if t.task.FlowRunID == nil {
		return nil
	}
	flow, err := t.flowOfTask()
	if err != nil {
		return err
	}
	if flow == nil {
		return fault.New(fault.Absent, "Unable to read flow run associated with task run: %s, this flow run might have been deleted", t.task.ID)
	}
	t.task.FlowRunRunCount, t.dirty = flow.RunCount, true
	return nil
}

// retryFailedTasksOfFlow sets a flow run's failed task runs to retry with it.
func (t *transition) retryFailedTasksOfFlow(at time.Time) error {
	failed, err := t.tx.ReadFailedTaskRuns(t.flow.ID)
	if err != nil {
		return err
	}
	for _, id := range failed {
		if _, err := t.SetTaskRunState(t.tx, id, t.scheduled(dispatch.AwaitingRetry, at), Options{Force: true}); err != nil {
			return err
		}
		run, err := t.tx.ReadTaskRunForUpdate(id)
		if err != nil {
			return err
		}
		run.RunCount = 0
		if err := t.tx.SaveTaskRun(run); err != nil {
			return err
		}
	}
	return nil
}

// enqueueScheduledTasks hands scheduled background tasks to those who wait for
// them.
var enqueueScheduledTasks = rule{
	name: "EnqueueScheduledTasks", from: anyState, to: only(prefect.Scheduled),
	start: func() hooks { return enqueue{} },
}

type enqueue struct{ quiet }

func (enqueue) after(t *transition) error {
	if t.validated == nil || t.validated.StateDetails.Deferred == nil || !*t.validated.StateDetails.Deferred {
		return nil
	}
	return t.tx.EnqueueTaskRun(t.task, t.validated.Name == dispatch.AwaitingRetry)
}
