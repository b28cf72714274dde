package orchestration_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

const persistedResult = `{"type":"reference","key":"k"}`

var (
	abort  = prefect.Abort
	reject = prefect.Reject
)

func transition(id byte) func(*prefect.State) {
	return details(func(d *prefect.StateDetails) { d.TransitionID = &uuid.UUID{15: id} })
}

func pauseKey(key string) func(*prefect.State) {
	return details(func(d *prefect.StateDetails) { d.PauseKey = &key })
}

func reschedule(s *prefect.State) { s.StateDetails.PauseReschedule = true }

func timeout(at time.Time) func(*prefect.State) {
	return details(func(d *prefect.StateDetails) { d.PauseTimeout = prefect.AtPointer(at) })
}

func retries(n int) func(*prefect.FlowRun) {
	return func(run *prefect.FlowRun) { run.EmpiricalPolicy.Retries = &n }
}

func pid(run *prefect.FlowRun) {
	text := "host:1"
	run.InfrastructurePID = &text
}

func deployed(run *prefect.FlowRun) { id := uuid.UUID{1}; run.DeploymentID = &id }

// Each case names a rule and the row of its table: what the rule makes of a
// proposal.
func TestFlowRules(t *testing.T) {
	shared := newWorld(t)
	old := core
	old.API = "0.8.3"
	for _, c := range []struct {
		rule, row string
		run       func(*prefect.FlowRun)
		from, to  *prefect.State
		options   orchestration.Options
		want      outcome
	}{
		{"PreventDuplicateTransitions", "same id", nil, state(prefect.Running, transition(1)), state(prefect.Running, transition(1)), core,
			outcome{reject, "This run has already made this state transition.", "RUNNING Running"}},
		{"PreventDuplicateTransitions", "other id", nil, state(prefect.Running, transition(1)), state(prefect.Running, transition(2)), core,
			accepted("RUNNING Running")},
		{"PreventDuplicateTransitions", "no id", nil, state(prefect.Running), state(prefect.Running), core, accepted("RUNNING Running")},

		{"HandleFlowTerminalStateTransitions", "to Cancelling", nil, state(prefect.Failed), state(prefect.Cancelling), core,
			outcome{abort, "Run is already in terminal state FAILED.", "FAILED Failed"}},
		{"HandleFlowTerminalStateTransitions", "to Paused", nil, state(prefect.Cancelled), state(prefect.Paused), core,
			outcome{abort, "Run is already in terminal state CANCELLED.", "CANCELLED Cancelled"}},
		{"HandleFlowTerminalStateTransitions", "to Crashed", nil, state(prefect.Completed), state(prefect.Crashed), core,
			outcome{abort, "Run is already in terminal state COMPLETED.", "COMPLETED Completed"}},
		{"HandleFlowTerminalStateTransitions", "completed with a result, to run", nil, state(prefect.Completed, data(persistedResult)), state(prefect.Running), core,
			outcome{reject, "Run is already COMPLETED.", "COMPLETED Completed"}},
		{"HandleFlowTerminalStateTransitions", "completed without a result, to run", nil, state(prefect.Completed, data(`{"type":"unpersisted"}`)), state(prefect.Running), core,
			accepted("RUNNING Running")},
		{"HandleFlowTerminalStateTransitions", "completed with a result, to Completed without", nil, state(prefect.Completed, data(persistedResult)), state(prefect.Completed), core,
			outcome{reject, "Cannot overwrite a COMPLETED state that carries persisted result data with one that does not.", "COMPLETED Completed"}},
		{"HandleFlowTerminalStateTransitions", "completed with a result, to Failed", nil, state(prefect.Completed, data(persistedResult)), state(prefect.Failed), core,
			accepted("FAILED Failed")},
		{"HandleFlowTerminalStateTransitions", "to be scheduled, no deployment", nil, state(prefect.Failed), state(prefect.Scheduled), core,
			outcome{abort, "Cannot reschedule a run without an associated deployment.", "FAILED Failed"}},
		{"HandleFlowTerminalStateTransitions", "to be scheduled, deployment", deployed, state(prefect.Failed), state(prefect.Scheduled), core,
			accepted("SCHEDULED Scheduled")},

		{"PreventResultDataLoss", "forced", nil, state(prefect.Completed, data(persistedResult)), state(prefect.Completed), forced,
			outcome{reject, "Cannot overwrite a COMPLETED state that carries persisted result data with one that does not.", "COMPLETED Completed"}},
		{"PreventResultDataLoss", "forced, with a result", nil, state(prefect.Completed, data(persistedResult)), state(prefect.Completed, named("Again"), data(persistedResult)), forced,
			accepted("COMPLETED Again")},

		{"EnforceCancellingToCancelledTransition", "to Completed", nil, state(prefect.Cancelling), state(prefect.Completed), core,
			outcome{reject, "Cannot transition flows that are cancelling to a state other than Cancelled.", "CANCELLING Cancelling"}},
		{"EnforceCancellingToCancelledTransition", "to Cancelled", nil, state(prefect.Cancelling), state(prefect.Cancelled), core,
			accepted("CANCELLED Cancelled")},

		{"BypassCancellingFlowRunsWithNoInfra", "scheduled, no process", nil, state(prefect.Scheduled), state(prefect.Cancelling), core,
			outcome{reject, "Scheduled flow run has no infrastructure to terminate.", "CANCELLED Cancelled"}},
		{"BypassCancellingFlowRunsWithNoInfra", "scheduled, a process", pid, state(prefect.Scheduled), state(prefect.Cancelling), core,
			accepted("CANCELLING Cancelling")},
		{"BypassCancellingFlowRunsWithNoInfra", "resuming", pid, state(prefect.Scheduled, named("Resuming")), state(prefect.Cancelling), core,
			outcome{reject, "Scheduled flow run has no infrastructure to terminate.", "CANCELLED Cancelled"}},
		{"BypassCancellingFlowRunsWithNoInfra", "suspended, forced", nil, state(prefect.Paused, reschedule), state(prefect.Cancelling), forced,
			outcome{reject, "Suspended flow run has no infrastructure to terminate.", "CANCELLED Cancelled"}},
		{"BypassCancellingFlowRunsWithNoInfra", "paused", nil, state(prefect.Paused), state(prefect.Cancelling), core, accepted("CANCELLING Cancelling")},

		{"PreventPendingTransitions", "pending", nil, state(prefect.Pending), state(prefect.Pending), core,
			outcome{abort, "This run is in a PENDING state and cannot transition to a PENDING state.", "PENDING Pending"}},
		{"PreventPendingTransitions", "running", nil, state(prefect.Running), state(prefect.Pending), core,
			outcome{abort, "This run is in a RUNNING state and cannot transition to a PENDING state.", "RUNNING Running"}},
		{"PreventPendingTransitions", "another name", nil, state(prefect.Pending), state(prefect.Pending, named("Submitting")), core,
			accepted("PENDING Submitting")},
		{"PreventPendingTransitions", "back to the first name", nil, state(prefect.Pending, named("Submitting")), state(prefect.Pending), core,
			outcome{abort, "This run is in a PENDING state and cannot transition to a PENDING state.", "PENDING Submitting"}},

		{"EnsureOnlyScheduledFlowsMarkedLate", "running", deployed, state(prefect.Running), state(prefect.Scheduled, named("Late")), core,
			outcome{reject, "Only scheduled flows can be marked late.", "RUNNING Running"}},
		{"EnsureOnlyScheduledFlowsMarkedLate", "late already", nil, state(prefect.Scheduled, named("Late")), state(prefect.Scheduled, named("Late")), core,
			outcome{reject, "This flow run is already marked late.", "SCHEDULED Late"}},

		{"HandlePausingFlows", "no state", nil, nil, state(prefect.Paused), core,
			outcome{abort, "Cannot pause flows with no state.", "none"}},
		{"HandlePausingFlows", "not running", nil, state(prefect.Pending), state(prefect.Paused, named("Suspended")), core,
			outcome{reject, "Cannot suspend flows that are not currently running.", "PENDING Pending"}},
		{"HandlePausingFlows", "suspended without deployment", nil, state(prefect.Running), state(prefect.Paused, named("Suspended"), reschedule), core,
			outcome{abort, "Cannot suspend flows without a deployment.", "RUNNING Running"}},
		{"HandlePausingFlows", "running", nil, state(prefect.Running), state(prefect.Paused), core, accepted("PAUSED Paused")},

		{"HandleResumingPausedFlows", "to Pending", nil, state(prefect.Paused), state(prefect.Pending), core,
			outcome{reject, "This run cannot transition to the StateType.PENDING state from the StateType.PAUSED state.", "PAUSED Paused"}},
		{"HandleResumingPausedFlows", "suspended without deployment", nil, state(prefect.Paused, reschedule), state(prefect.Running), core,
			outcome{reject, "Cannot reschedule a running flow run without a deployment.", "PAUSED Paused"}},
		{"HandleResumingPausedFlows", "too late", nil, state(prefect.Paused, timeout(noon.Add(-time.Second))), state(prefect.Running), core,
			outcome{reject, "The flow run pause has timed out and can no longer resume.", "FAILED Failed"}},
		{"HandleResumingPausedFlows", "too late, cancelling", nil, state(prefect.Paused, timeout(noon.Add(-time.Second))), state(prefect.Cancelling), core,
			accepted("CANCELLING Cancelling")},
		{"HandleResumingPausedFlows", "in time", nil, state(prefect.Paused, timeout(noon.Add(time.Second))), state(prefect.Running), core,
			accepted("RUNNING Running")},

		{"WaitForScheduledTime", "in the future", nil, state(prefect.Scheduled, due(noon.Add(90*time.Second))), state(prefect.Running), core,
			outcome{prefect.Wait, "Scheduled time is in the future", "SCHEDULED Scheduled"}},
		{"WaitForScheduledTime", "half a second ahead", nil, state(prefect.Scheduled, due(noon.Add(500*time.Millisecond))), state(prefect.Running), core,
			accepted("RUNNING Running")},
		{"WaitForScheduledTime", "pending", nil, state(prefect.Pending, due(noon.Add(time.Hour))), state(prefect.Running), core,
			outcome{prefect.Wait, "Scheduled time is in the future", "PENDING Pending"}},

		{"RetryFailedFlows", "retries left", retries(1), state(prefect.Running), state(prefect.Failed), core,
			outcome{reject, "Retrying", "SCHEDULED AwaitingRetry"}},
		{"RetryFailedFlows", "no retries", retries(0), state(prefect.Running), state(prefect.Failed), core, accepted("FAILED Failed")},
		{"RetryFailedFlows", "not set", nil, state(prefect.Running), state(prefect.Failed), core, accepted("FAILED Failed")},
		{"RetryFailedFlows", "an older client", retries(1), state(prefect.Running), state(prefect.Failed), old,
			outcome{reject, "Retrying", "SCHEDULED AwaitingRetry"}},
	} {
		t.Run(fmt.Sprintf("%s/%s", c.rule, c.row), func(t *testing.T) {
			w := shared.in(t)
			run := w.newFlowRun(c.from, func(run *prefect.FlowRun) {
				if c.run != nil {
					c.run(run)
				}
				if c.from != nil && c.from.Type == prefect.Running {
					run.RunCount = 0
				}
			})
			c.want.check(t, w.set(run, c.to, c.options))
		})
	}
}

func TestScheduledTimeIsCopiedToPending(t *testing.T) {
	w := newWorld(t)
	at := noon.Add(-time.Hour)
	run := w.newFlowRun(state(prefect.Scheduled, due(at)))
	w.set(run, state(prefect.Pending), core)
	if got := w.flowRun(run).State.StateDetails.ScheduledTime; got == nil || !got.Equal(at) {
		t.Errorf("scheduled time %v, want %v", got, at)
	}
	w.set(run, state(prefect.Pending, named("Submitting")), core)
	if got := w.flowRun(run).State.StateDetails.ScheduledTime; got == nil || !got.Equal(at) {
		t.Errorf("scheduled time of a later pending state %v, want %v", got, at)
	}
}

// A flow run retries as often as it may, keeps message and data, and forgets
// its pauses each time.
func TestFlowRetriesUntilNoneAreLeft(t *testing.T) {
	w := newWorld(t)
	delay := 60
	run := w.newFlowRun(state(prefect.Running), retries(1), func(run *prefect.FlowRun) { run.EmpiricalPolicy.RetryDelay = &delay })
	w.update(func(tx *store.Tx) error { // a run that has paused before
		paused, err := tx.ReadFlowRunForUpdate(run)
		paused.Policy.PauseKeys = &prefect.StringSet{"k"}
		return errors.Join(err, tx.SaveFlowRun(paused))
	})
	message := "broke"
	w.set(run, state(prefect.Failed, data(`{"type":"x"}`), func(s *prefect.State) { s.Message = &message }), core)
	got := w.flowRun(run)
	if at := got.State.StateDetails.ScheduledTime; got.State.Name != "AwaitingRetry" || !at.Equal(noon.Add(time.Minute)) ||
		*got.State.Message != message || string(got.State.Data) != `{"type":"x"}` {
		t.Errorf("retry state %+v", got.State)
	}
	if p := got.Policy; *p.RetryType != prefect.RetryInProcess || *p.Resuming || len(*p.PauseKeys) != 0 {
		t.Errorf("policy %+v", p)
	}
	w.clock.Advance(time.Minute)
	w.set(run, state(prefect.Running), core)
	accepted("FAILED Failed").check(t, w.set(run, state(prefect.Failed), core))
	if got := w.flowRun(run); got.RunCount != 2 || got.Policy.RetryType != nil {
		t.Errorf("%d runs, retry type %v", got.RunCount, got.Policy.RetryType)
	}
}

// A pause fires once for each key. Being handed out again after a suspension is
// no further run; going on in the same process is counted, as in the contract.
func TestPauseKeysAndRunCount(t *testing.T) {
	w := newWorld(t)
	run := w.newFlowRun(state(prefect.Running), deployed)
	w.exec(`INSERT INTO deployment (id, created, updated, name, flow_id) VALUES (?, 0, 0, 'd', ?)`, uuid.UUID{1}, w.flow)
	w.set(run, state(prefect.Paused, reschedule, pauseKey("s")), core)
	w.set(run, state(prefect.Scheduled, named("Resuming")), core)
	w.set(run, state(prefect.Pending), core)
	w.set(run, state(prefect.Running), core)
	if got := w.flowRun(run); got.RunCount != 1 || *got.Policy.Resuming || !got.Policy.PauseKeys.Has("s") {
		t.Errorf("after resuming a suspended run: %d runs, policy %+v", got.RunCount, got.Policy)
	}
	run = w.newFlowRun(state(prefect.Running))
	w.set(run, state(prefect.Paused, pauseKey("k")), core)
	w.set(run, state(prefect.Running), core)
	if got := w.flowRun(run); got.RunCount != 2 || !*got.Policy.Resuming || !got.Policy.PauseKeys.Has("k") {
		t.Errorf("after resuming a paused run: %d runs, policy %+v", got.RunCount, got.Policy)
	}
	outcome{reject, "This pause has already fired.", "RUNNING Running"}.check(t, w.set(run, state(prefect.Paused, pauseKey("k")), core))
	accepted("PAUSED Paused").check(t, w.set(run, state(prefect.Paused), core))
	if got := len(*w.flowRun(run).Policy.PauseKeys); got != 2 {
		t.Errorf("%d pause keys, want one drawn for a pause without key", got)
	}
}

func TestGlobalFlowPolicyKeepsTheRunsTimes(t *testing.T) {
	w := newWorld(t)
	run := w.newFlowRun(state(prefect.Scheduled, due(noon.Add(time.Minute))))
	at := func(offset time.Duration) *prefect.Time { return prefect.AtPointer(noon.Add(offset)) }
	expect := func(step string, start, end, expected, next *prefect.Time, total time.Duration, count int) {
		t.Helper()
		got := w.flowRun(run)
		for name, pair := range map[string][2]*prefect.Time{"start": {got.StartTime, start}, "end": {got.EndTime, end},
			"expected": {got.ExpectedStartTime, expected}, "next": {got.NextScheduledStartTime, next}} {
			if (pair[0] == nil) != (pair[1] == nil) || pair[0] != nil && !pair[0].Equal(pair[1].Time) {
				t.Errorf("%s: %s time %v, want %v", step, name, pair[0], pair[1])
			}
		}
		if time.Duration(got.TotalRunTime) != total || got.RunCount != count {
			t.Errorf("%s: ran %v in %d runs, want %v in %d", step, time.Duration(got.TotalRunTime), got.RunCount, total, count)
		}
	}
	expect("scheduled", nil, nil, at(time.Minute), at(time.Minute), 0, 0)
	w.clock.Advance(2 * time.Minute)
	w.set(run, state(prefect.Running), core)
	expect("running", at(2*time.Minute), nil, at(time.Minute), nil, 0, 1)
	w.clock.Advance(time.Minute)
	w.set(run, state(prefect.Completed), core)
	expect("completed", at(2*time.Minute), at(3*time.Minute), at(time.Minute), nil, time.Minute, 1)
	w.clock.Advance(time.Minute)
	w.set(run, state(prefect.Running), core)
	expect("run again", at(2*time.Minute), nil, at(time.Minute), nil, time.Minute, 2)
	w.clock.Advance(time.Minute)
	w.set(run, state(prefect.Crashed), core)
	expect("crashed", at(2*time.Minute), at(5*time.Minute), at(time.Minute), nil, 2*time.Minute, 2)
}

// States of one moment differ by a microsecond.
func TestStatesHaveMomentsOfTheirOwn(t *testing.T) {
	w := newWorld(t)
	run := w.newFlowRun(state(prefect.Pending))
	for range 3 {
		w.set(run, state(prefect.Running), core)
	}
	if got := w.flowRun(run).State.Timestamp; !got.Equal(noon.Add(3 * time.Microsecond)) {
		t.Errorf("the fourth state is of %v", got)
	}
}

// A subflow's states are mirrored onto the task run that stands for it.
func TestSubflowsMirrorTheirStateOntoTheParentTask(t *testing.T) {
	w := newWorld(t)
	parent := w.newFlowRun(state(prefect.Running))
	task := w.newTaskRun(state(prefect.Pending), func(run *prefect.TaskRun) { run.FlowRunID = &parent })
	child := w.newFlowRun(state(prefect.Pending), func(run *prefect.FlowRun) { run.ParentTaskRunID = &task })
	w.set(child, state(prefect.Completed, data(persistedResult)), core)
	got := w.taskRun(task).State
	if got.Type != prefect.Completed || *got.StateDetails.ChildFlowRunID != child || *got.StateDetails.TaskRunID != task ||
		*got.StateDetails.FlowRunID != parent || string(got.Data) != persistedResult {
		t.Errorf("parent task's state %+v", got)
	}
	if own := w.flowRun(child).State.StateDetails; *own.TaskRunID != task || *own.FlowRunID != child {
		t.Errorf("subflow's details %+v", own)
	}
	accepted("RUNNING Running").check(t, w.set(child, state(prefect.Running), orchestration.Options{}))
	outcome{abort, "Cannot suspend subflows.", "RUNNING Running"}.check(t,
		w.set(child, state(prefect.Paused, named("Suspended"), reschedule), core))
}

func TestOldClientsFailedTasksRetryWithTheirFlow(t *testing.T) {
	w := newWorld(t)
	flow := w.newFlowRun(state(prefect.Running), retries(1))
	task := w.newTaskRun(state(prefect.Running), func(run *prefect.TaskRun) { run.FlowRunID = &flow })
	w.setTask(task, state(prefect.Failed), coreTask)
	old := core
	old.API = "0.8.2"
	w.set(flow, state(prefect.Failed), old)
	if got := w.taskRun(task); got.State.Name != "AwaitingRetry" || got.RunCount != 0 {
		t.Errorf("task run is %s after %d runs", got.State.Name, got.RunCount)
	}
}
