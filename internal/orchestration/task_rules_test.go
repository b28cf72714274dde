package orchestration_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

func cacheKey(key string, expires *prefect.Time) func(*prefect.State) {
	return details(func(d *prefect.StateDetails) { d.CacheKey, d.CacheExpiration = &key, expires })
}

func taskRetries(n int, delay string) func(*prefect.TaskRun) {
	return func(run *prefect.TaskRun) {
		run.EmpiricalPolicy.Retries = &n
		if err := json.Unmarshal([]byte(delay), &run.EmpiricalPolicy.RetryDelay); err != nil {
			panic(err)
		}
	}
}

// Each case names a rule and the row of its table: what the rule makes of a
// proposal for a task run of a flow run in some state.
func TestTaskRules(t *testing.T) {
	shared := newWorld(t)
	no := false
	for _, c := range []struct {
		rule, row string
		flow      *prefect.State
		run       func(*prefect.TaskRun)
		from, to  *prefect.State
		want      outcome
	}{
		{"HandleTaskTerminalStateTransitions", "to Cancelling", nil, nil, state(prefect.Failed), state(prefect.Cancelling),
			outcome{abort, "Run is already FAILED.", "FAILED Failed"}},
		{"HandleTaskTerminalStateTransitions", "to Crashed", nil, nil, state(prefect.Completed), state(prefect.Crashed),
			outcome{abort, "Run is already COMPLETED.", "COMPLETED Completed"}},
		{"HandleTaskTerminalStateTransitions", "completed with a result", nil, nil, state(prefect.Completed, data(persistedResult)), state(prefect.Running),
			outcome{reject, "This run is already completed.", "COMPLETED Completed"}},
		{"HandleTaskTerminalStateTransitions", "completed without a result", nil, nil, state(prefect.Completed), state(prefect.Running),
			accepted("RUNNING Retrying")},

		{"PreventRunningTasksFromStoppedFlows", "flow pending", state(prefect.Pending), nil, state(prefect.Pending), state(prefect.Running),
			outcome{abort, "The enclosing flow must be running to begin task execution.", "PENDING Pending"}},
		{"PreventRunningTasksFromStoppedFlows", "flow failed", state(prefect.Failed), nil, state(prefect.Pending), state(prefect.Running),
			outcome{abort, "The enclosing flow must be running to begin task execution.", "PENDING Pending"}},

		{"RetryFailedTasks", "retries left", nil, taskRetries(1, "null"), state(prefect.Running), state(prefect.Failed),
			outcome{reject, "Retrying", "SCHEDULED AwaitingRetry"}},
		{"RetryFailedTasks", "no retries", nil, taskRetries(0, "null"), state(prefect.Running), state(prefect.Failed), accepted("FAILED Failed")},
		{"RetryFailedTasks", "not retriable", nil, taskRetries(1, "null"), state(prefect.Running),
			state(prefect.Failed, details(func(d *prefect.StateDetails) { d.Retriable = &no })), accepted("FAILED Failed")},

		{"WaitForScheduledTime", "in the future", nil, nil, state(prefect.Scheduled, due(noon.Add(time.Minute))), state(prefect.Running),
			outcome{prefect.Wait, "Scheduled time is in the future", "SCHEDULED Scheduled"}},

		{"RenameReruns", "the first run", nil, nil, state(prefect.Pending), state(prefect.Running), accepted("RUNNING Running")},
		{"RenameReruns", "again", nil, nil, state(prefect.Running), state(prefect.Running), accepted("RUNNING Rerunning")},
	} {
		t.Run(fmt.Sprintf("%s/%s", c.rule, c.row), func(t *testing.T) {
			w := shared.in(t)
			flow := c.flow
			if flow == nil {
				flow = state(prefect.Running)
			}
			parent := w.newFlowRun(flow)
			run := w.newTaskRun(c.from, func(run *prefect.TaskRun) {
				run.FlowRunID = &parent
				if c.run != nil {
					c.run(run)
				}
			})
			c.want.check(t, w.setTask(run, c.to, coreTask))
		})
	}
}

func TestTasksOfPausedFlowsAreNotReady(t *testing.T) {
	w := newWorld(t)
	parent := w.newFlowRun(state(prefect.Paused, reschedule, timeout(noon.Add(time.Hour))))
	run := w.newTaskRun(state(prefect.Pending), func(run *prefect.TaskRun) { run.FlowRunID = &parent })
	outcome{reject, "The flow is paused, new tasks can execute after resuming flow run: " + parent.String() + ".", "PAUSED NotReady"}.
		check(t, w.setTask(run, state(prefect.Running), coreTask))
	if d := w.taskRun(run).State.StateDetails; !d.PauseReschedule || !d.PauseTimeout.Equal(noon.Add(time.Hour)) {
		t.Errorf("details %+v", d)
	}
}

func TestTaskRetryDelays(t *testing.T) {
	for _, c := range []struct {
		delay string
		want  []time.Duration
	}{
		{"null", []time.Duration{0, 0}},
		{"1.5", []time.Duration{1500 * time.Millisecond, 1500 * time.Millisecond}},
		{"[1, 2]", []time.Duration{time.Second, 2 * time.Second, 2 * time.Second}},
		{"[]", []time.Duration{0}},
	} {
		t.Run(c.delay, func(t *testing.T) {
			w := newWorld(t)
			run := w.newTaskRun(state(prefect.Running), taskRetries(9, c.delay))
			for i, want := range c.want {
				now := w.clock.Now()
				w.setTask(run, state(prefect.Failed), coreTask)
				if got := w.taskRun(run).State.StateDetails.ScheduledTime.Sub(now); got != want {
					t.Errorf("delay %d is %v, want %v", i+1, got, want)
				}
				w.clock.Advance(want)
				accepted("RUNNING Retrying").check(t, w.setTask(run, state(prefect.Running), coreTask))
			}
		})
	}
}

func TestTaskCache(t *testing.T) {
	w := newWorld(t)
	run := func() uuid.UUID { return w.newTaskRun(state(prefect.Pending)) }
	w.setTask(w.newTaskRun(state(prefect.Running)), state(prefect.Completed, cacheKey("k", nil), data(persistedResult)), coreTask)
	hit := run()
	outcome{reject, "Retrieved state from cache", "COMPLETED Cached"}.check(t, w.setTask(hit, state(prefect.Running, cacheKey("k", nil)), coreTask))
	if got := w.taskRun(hit).State; string(got.Data) != persistedResult || *got.StateDetails.TaskRunID != hit {
		t.Errorf("cached state %+v", got)
	}
	yes := true
	accepted("RUNNING Running").check(t, w.setTask(run(), state(prefect.Running, cacheKey("k", nil),
		details(func(d *prefect.StateDetails) { d.RefreshCache = &yes })), coreTask))
	w.setTask(w.newTaskRun(state(prefect.Running)), state(prefect.Completed, cacheKey("short", prefect.AtPointer(noon.Add(time.Minute)))), coreTask)
	outcome{reject, "Retrieved state from cache", "COMPLETED Cached"}.check(t, w.setTask(run(), state(prefect.Running, cacheKey("short", nil)), coreTask))
	w.clock.Advance(2 * time.Minute)
	accepted("RUNNING Running").check(t, w.setTask(run(), state(prefect.Running, cacheKey("short", nil)), coreTask))
	long := make([]byte, 2001)
	for i := range long {
		long[i] = 'x'
	}
	outcome{reject, "Cache key exceeded maximum allowed length of 2000 characters.", "COMPLETED Completed"}.
		check(t, w.setTask(run(), state(prefect.Completed, cacheKey(string(long), nil)), coreTask))
}

func TestTaskSlotsOfTags(t *testing.T) {
	w := newWorld(t)
	w.newLimit("tag:few", 1)
	w.newLimit("tag:more", 2)
	w.newLimit("tag:none", 0)
	tagged := func(tags ...string) uuid.UUID {
		return w.newTaskRun(state(prefect.Pending), func(run *prefect.TaskRun) { run.Tags = tags })
	}
	want := func(step string, few, more int) {
		t.Helper()
		a, al := w.taken("tag:few")
		b, bl := w.taken("tag:more")
		if a != few || b != more || al != a || bl != b {
			t.Errorf("%s: %d and %d slots taken, %d and %d leased, want %d and %d", step, a, b, al, bl, few, more)
		}
	}
	one, two := tagged("few", "more", "free"), tagged("more", "few")
	accepted("RUNNING Running").check(t, w.setTask(one, state(prefect.Running), coreTask))
	want("one runs", 1, 1)
	result := w.setTask(two, state(prefect.Running), coreTask)
	outcome{prefect.Wait, "Concurrency limit reached for tags: more, few", "PENDING Pending"}.check(t, result)
	if s := result.Details.DelaySeconds; s < 1 || s > 13 {
		t.Errorf("to wait %d s", s)
	}
	want("two waits", 1, 1)
	w.setTask(one, state(prefect.Failed), coreTask)
	want("one failed", 0, 0)
	accepted("RUNNING Running").check(t, w.setTask(two, state(prefect.Running), coreTask))
	w.setTask(two, state(prefect.Cancelling), coreTask)
	want("two is cancelling", 1, 1)
	w.setTask(two, state(prefect.Cancelled), coreTask)
	want("two is cancelled", 0, 0)
	outcome{abort, `The concurrency limit on tag "none" is 0 and will deadlock if the task tries to run again.`, "PENDING Pending"}.
		check(t, w.setTask(tagged("more", "none"), state(prefect.Running), coreTask))
	want("aborted", 0, 0)
	early := w.newTaskRun(state(prefect.Scheduled, due(noon.Add(time.Hour))), func(run *prefect.TaskRun) { run.Tags = prefect.Tags{"few"} })
	outcome{prefect.Wait, "Scheduled time is in the future", "SCHEDULED Scheduled"}.check(t, w.setTask(early, state(prefect.Running), coreTask))
	want("too early: the slot is given back", 0, 0)
}

func TestFlowRetriesAndTheirTasks(t *testing.T) {
	w := newWorld(t)
	parent := w.newFlowRun(state(prefect.Running), retries(1))
	run := w.newTaskRun(state(prefect.Pending), func(run *prefect.TaskRun) { run.FlowRunID = &parent })
	w.setTask(run, state(prefect.Running), coreTask)
	if got := w.taskRun(run).FlowRunRunCount; got != 1 {
		t.Errorf("the task is of its flow's run %d", got)
	}
	w.setTask(run, state(prefect.Failed), coreTask)
	w.set(parent, state(prefect.Failed), core)
	w.set(parent, state(prefect.Running), core)
	accepted("RUNNING Retrying").check(t, w.setTask(run, state(prefect.Running), coreTask))
	if got := w.taskRun(run); got.FlowRunRunCount != 2 || got.RunCount != 1 {
		t.Errorf("run %d of the flow's run %d", got.RunCount, got.FlowRunRunCount)
	}
}

func TestBackgroundTasks(t *testing.T) {
	w := newWorld(t)
	yes, parameters := true, uuid.New()
	deferred := details(func(d *prefect.StateDetails) { d.Deferred = &yes })
	with := details(func(d *prefect.StateDetails) { d.TaskParametersID = &parameters })
	run := w.newTaskRun(state(prefect.Scheduled, deferred, with))
	w.update(func(tx *store.Tx) error {
		next, err := tx.ReadQueuedTaskRun([]string{"other", "task"})
		if err == nil && (next == nil || next.ID != run) {
			t.Errorf("next in the queue is %+v", next)
		}
		return err
	})
	accepted("PENDING Pending").check(t, w.setTask(run, state(prefect.Pending, deferred), forced))
	outcome{abort, "This run is in a PENDING state and cannot transition to a PENDING state.", "PENDING Pending"}.
		check(t, w.setTask(run, state(prefect.Pending, deferred), forced))
	accepted("RUNNING Running").check(t, w.setTask(run, state(prefect.Running, deferred), coreTask))
	if got := w.taskRun(run).State.StateDetails.TaskParametersID; got == nil || *got != parameters {
		t.Errorf("parameters %v", got)
	}
}
