package orchestration_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// newPool makes a work pool and returns its default queue.
func (w *world) newPool(name, kind string) (queue uuid.UUID) {
	w.Helper()
	w.update(func(tx *store.Tx) error {
		pool, err := tx.CreateWorkPool(&prefect.WorkPoolCreate{Name: prefect.PoolName(name), Type: kind})
		if err == nil {
			queue = *pool.DefaultQueueID
		}
		return err
	})
	return queue
}

func in(queue uuid.UUID) func(*prefect.FlowRun) {
	return func(run *prefect.FlowRun) { run.WorkQueueID = &queue }
}

func nobodys(*prefect.FlowRun) {}

// What a worker or a process proposes that was stopped for a while must not
// execute a run again.
func TestRunsThatAreHandedOutAreExecutedOnce(t *testing.T) {
	shared := newWorld(t)
	process, pods := in(shared.newPool("processes", prefect.ProcessPoolType)), in(shared.newPool("pods", "kubernetes"))
	served := deployed
	ended := func(from, to string) outcome {
		return outcome{abort, "This run is in a " + from + " state and cannot transition to a " + to + " state; schedule it to run it again.", ""}
	}
	taken := outcome{abort, "Another process is executing this run.", "RUNNING Running"}
	for _, c := range []struct {
		name     string
		run      func(*prefect.FlowRun)
		from, to prefect.StateType
		options  orchestration.Options
		want     outcome
	}{
		{"claimed after it completed", process, prefect.Completed, prefect.Pending, core, ended("COMPLETED", "PENDING")},
		{"claimed after it failed", process, prefect.Failed, prefect.Pending, core, ended("FAILED", "PENDING")},
		{"claimed after it crashed", process, prefect.Crashed, prefect.Pending, core, ended("CRASHED", "PENDING")},
		{"claimed in another pool after it crashed", pods, prefect.Crashed, prefect.Pending, core, ended("CRASHED", "PENDING")},
		{"claimed by who serves it after it completed", served, prefect.Completed, prefect.Pending, core, ended("COMPLETED", "PENDING")},
		{"claimed after it was scheduled again", process, prefect.Scheduled, prefect.Pending, core, accepted("PENDING Pending")},
		{"claimed by force", process, prefect.Completed, prefect.Pending, forced, accepted("PENDING Pending")},
		{"its caller's own", nobodys, prefect.Completed, prefect.Pending, core, accepted("PENDING Pending")},

		{"run after it completed", process, prefect.Completed, prefect.Running, core, ended("COMPLETED", "RUNNING")},
		{"run after it was cancelled", process, prefect.Cancelled, prefect.Running, core, ended("CANCELLED", "RUNNING")},
		{"run after it crashed", process, prefect.Crashed, prefect.Running, core, ended("CRASHED", "RUNNING")},
		{"run beside another process", process, prefect.Running, prefect.Running, core, taken},
		{"run beside another process that serves it", served, prefect.Running, prefect.Running, core, taken},
		{"run by force", process, prefect.Running, prefect.Running, forced, accepted("RUNNING Running")},
		{"its caller's own, run again", nobodys, prefect.Running, prefect.Running, core, accepted("RUNNING Running")},
		{"a pod that is restarted", pods, prefect.Running, prefect.Running, core, accepted("RUNNING Running")},
		{"a pod that is restarted after its crash was reported", pods, prefect.Crashed, prefect.Running, core, accepted("RUNNING Running")},
		{"a pod that starts after the run was cancelled", pods, prefect.Cancelled, prefect.Running, core, ended("CANCELLED", "RUNNING")},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := shared.in(t)
			run := w.newFlowRun(state(c.from), c.run)
			if c.want.state == "" {
				c.want.state = string(c.from) + " " + state(c.from).Name
			}
			c.want.check(t, w.set(run, state(c.to), c.options))
		})
	}
}

// A proposal that is repeated because its answer was lost is not a second one.
func TestARepeatedStartIsTheFirst(t *testing.T) {
	w := newWorld(t)
	run := w.newFlowRun(state(prefect.Pending), in(w.newPool("p", prefect.ProcessPoolType)))
	accepted("RUNNING Running").check(t, w.set(run, state(prefect.Running, transition(1)), core))
	outcome{reject, "This run has already made this state transition.", "RUNNING Running"}.check(t,
		w.set(run, state(prefect.Running, transition(1)), core))
}

// A claim leaves the labels of the worker that made it, and none of one before.
func TestAClaimNamesItsWorker(t *testing.T) {
	w := newWorld(t)
	run := w.newFlowRun(state(prefect.Scheduled), in(w.newPool("p", prefect.ProcessPoolType)), func(run *prefect.FlowRun) {
		run.Labels = prefect.Labels{"mine": prefect.Text("x")}
	})
	claim := func(worker prefect.Labels) map[string]string {
		o := core
		o.Claim = worker
		w.set(run, state(prefect.Scheduled), forced)
		accepted("PENDING Pending").check(t, w.set(run, state(prefect.Pending), o))
		found := map[string]string{}
		w.update(func(tx *store.Tx) error {
			labels, err := tx.ReadFlowRunLabels(run)
			for _, name := range append(prefect.OwnerLabels(), "mine") {
				if value, ok := labels[name]; ok {
					found[name] = string(value)
				}
			}
			return err
		})
		return found
	}
	if got := claim(prefect.Labels{prefect.WorkerNameLabel: prefect.Text("w"), prefect.RunProcessLabel: prefect.Text("p")}); len(got) != 3 || got[prefect.WorkerNameLabel] != `"w"` || got["mine"] != `"x"` {
		t.Errorf("labels of the first claim: %v", got)
	}
	if got := claim(nil); len(got) != 1 {
		t.Errorf("labels of a claim by a worker that does not say who it is: %v", got)
	}
}

// A forced state keeps the lease of the deployment's slot, so that the slot is
// given back when the run leaves the states that need it.
func TestForcedStatesKeepTheLease(t *testing.T) {
	w := newWorld(t)
	run := w.newFlowRun(state(prefect.Scheduled), of(w.newDeployment(1, "")))
	w.set(run, state(prefect.Pending), core)
	lease := w.flowRun(run).State.StateDetails.DeploymentConcurrencyLeaseID
	w.set(run, state(prefect.Running), forced)
	if got := w.flowRun(run).State.StateDetails.DeploymentConcurrencyLeaseID; lease == nil || got == nil || *got != *lease {
		t.Errorf("lease %v after a forced state, want %v", got, lease)
	}
	w.set(run, state(prefect.Scheduled), forced)
	if slots, _ := w.taken("deployment"); slots != 0 {
		t.Errorf("%d slots taken once the run waits again", slots)
	}
}

// Entering a pause forgets what was said to an earlier attempt.
func TestPausingForgetsStoredInputs(t *testing.T) {
	w := newWorld(t)
	run := w.newFlowRun(state(prefect.Running))
	w.update(func(tx *store.Tx) error {
		for _, key := range []string{"a-schema", "a-response", "other"} {
			if _, err := tx.CreateFlowRunInput(&prefect.FlowRunInput{FlowRunID: run, Key: key, Value: "1"}); err != nil {
				return err
			}
		}
		return nil
	})
	keys := details(func(d *prefect.StateDetails) {
		d.RunInputKeyset = map[string]string{"schema": "a-schema", "response": "a-response"}
	})
	w.set(run, state(prefect.Paused, keys, pauseKey("k")), core)
	var left []*prefect.FlowRunInput
	w.update(func(tx *store.Tx) (err error) {
		left, err = tx.FilterFlowRunInputs(run, "", nil, -1)
		return err
	})
	if len(left) != 1 || left[0].Key != "other" {
		t.Errorf("%d inputs left", len(left))
	}
}

// A run that paused inside its process and is scheduled begins anew.
func TestSchedulingAPausedRunBeginsANewAttempt(t *testing.T) {
	w := newWorld(t)
	w.exec(`INSERT INTO deployment (id, created, updated, name, flow_id) VALUES (?, 0, 0, 'd', ?)`, uuid.UUID{1}, w.flow)
	old := core
	old.API = "0.8.3"
	for _, c := range []struct {
		name     string
		pause    func(*prefect.State)
		options  orchestration.Options
		resuming bool
	}{
		{"blocking", pauseKey("k"), core, false},
		{"suspended", func(s *prefect.State) { reschedule(s); pauseKey("k")(s) }, core, true},
		{"of an older client", pauseKey("k"), old, true},
	} {
		run := w.newFlowRun(state(prefect.Running), deployed)
		w.set(run, state(prefect.Paused, c.pause, timeout(noon.Add(time.Hour))), core)
		w.set(run, state(prefect.Scheduled), c.options)
		p := w.flowRun(run).Policy
		fresh := p.RetryType != nil && *p.RetryType == prefect.RetryReschedule
		if *p.Resuming != c.resuming || p.PauseKeys.Has("k") != c.resuming || fresh == c.resuming {
			t.Errorf("%s: policy %+v", c.name, p)
		}
	}
}
