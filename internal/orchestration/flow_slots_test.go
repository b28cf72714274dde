package orchestration_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

const limitReached = "Deployment concurrency limit reached."

func (w *world) wantTaken(step string, want int) {
	w.Helper()
	if slots, leased := w.taken("deployment"); slots != want || leased != want {
		w.Errorf("%s: %d slots taken, %d of them leased, want %d", step, slots, leased, want)
	}
}

func (w *world) leaseOf(run uuid.UUID) *uuid.UUID {
	return w.flowRun(run).State.StateDetails.DeploymentConcurrencyLeaseID
}

func TestDeploymentSlotsThroughALife(t *testing.T) {
	for _, c := range []struct {
		name   string
		client string
	}{{"a client that renews leases", "3.9.1"}, {"an older client", "3.4.10"}, {"an unknown client", ""}} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			deployment := w.newDeployment(1, "")
			options := core
			options.Client = c.client
			one, two := w.newFlowRun(state(prefect.Scheduled), of(deployment)), w.newFlowRun(state(prefect.Scheduled), of(deployment))
			w.set(one, state(prefect.Pending), options)
			w.wantTaken("pending", 1)
			lease := w.leaseOf(one)
			outcome{reject, limitReached, "SCHEDULED AwaitingConcurrencySlot"}.check(t, w.set(two, state(prefect.Pending), options))
			if got := w.flowRun(two).NextScheduledStartTime; !got.Equal(noon.Add(30 * time.Second)) {
				t.Errorf("due again at %v", got)
			}
			w.set(one, state(prefect.Pending, named("Submitting")), options)
			w.set(one, state(prefect.Running), options)
			w.wantTaken("running", 1)
			if now := w.leaseOf(one); now == nil || *now != *lease {
				t.Errorf("the lease changed from %v to %v", lease, now)
			}
			w.set(one, state(prefect.Completed), options)
			w.wantTaken("completed", 0)
			accepted("PENDING Pending").check(t, w.set(two, state(prefect.Pending), options))
			w.set(two, state(prefect.Cancelling), options)
			w.wantTaken("cancelling", 1)
			w.set(two, state(prefect.Cancelled), options)
			w.wantTaken("cancelled", 0)
		})
	}
}

func TestSecureFlowConcurrencySlots(t *testing.T) {
	for _, c := range []struct {
		row, options string
		slots        int
		client       string
		want         outcome
	}{
		{"limit 0", "", 0, "3.9.1", outcome{abort, "The deployment concurrency limit is 0. The flow will deadlock if submitted again.", "SCHEDULED Scheduled"}},
		{"full, by default", "", 1, "3.9.1", outcome{reject, limitReached, "SCHEDULED AwaitingConcurrencySlot"}},
		{"full, ENQUEUE", `{"collision_strategy":"ENQUEUE"}`, 1, "3.9.1", outcome{reject, limitReached, "SCHEDULED AwaitingConcurrencySlot"}},
		{"full, CANCEL_NEW", `{"collision_strategy":"CANCEL_NEW"}`, 1, "3.9.1", outcome{reject, limitReached, "CANCELLED Cancelled"}},
		{"free", "", 2, "3.9.1", accepted("PENDING Pending")},
		{"full, a worker that takes slots itself", "", 1, "3.0.2", accepted("PENDING Pending")},
	} {
		t.Run(c.row, func(t *testing.T) {
			w := newWorld(t)
			deployment := w.newDeployment(c.slots, c.options)
			if c.slots > 0 {
				w.set(w.newFlowRun(state(prefect.Scheduled), of(deployment)), state(prefect.Pending), core)
			}
			options := core
			options.Client = c.client
			c.want.check(t, w.set(w.newFlowRun(state(prefect.Scheduled), of(deployment)), state(prefect.Pending), options))
		})
	}
	t.Run("no such deployment", func(t *testing.T) {
		w := newWorld(t)
		run := w.newFlowRun(state(prefect.Scheduled), of(uuid.New()))
		outcome{abort, "Deployment not found.", "SCHEDULED Scheduled"}.check(t, w.set(run, state(prefect.Pending), core))
	})
}

// expire ends all leases whose time is over.
func (w *world) expire() {
	w.update(func(tx *store.Tx) error {
		leases, err := tx.ReadExpiredLeases(tx.Now, 100)
		for _, lease := range leases {
			if err == nil {
				err = w.engine.Slots().Expire(tx, lease)
			}
		}
		return err
	})
}

func TestValidateDeploymentConcurrencyAtRunning(t *testing.T) {
	for _, c := range []struct {
		row    string
		late   bool // the lease expires while the process is made
		taken  bool // and another run takes the slot
		client string
		want   outcome
	}{
		{"in time", false, false, "3.9.1", accepted("RUNNING Running")},
		{"slot lost, still free", true, false, "3.9.1", accepted("RUNNING Running")},
		{"slot lost, taken by another", true, true, "3.9.1",
			outcome{reject, "Deployment concurrency limit reached after lease expiry.", "CANCELLED Cancelled"}},
		{"slot lost, a client without leases", true, true, "3.4.0", accepted("RUNNING Running")},
	} {
		t.Run(c.row, func(t *testing.T) {
			w := newWorld(t)
			deployment := w.newDeployment(1, `{"collision_strategy":"ENQUEUE","grace_period_seconds":60}`)
			run, other := w.newFlowRun(state(prefect.Scheduled), of(deployment)), w.newFlowRun(state(prefect.Scheduled), of(deployment))
			options := core
			options.Client = c.client
			w.set(run, state(prefect.Pending), options)
			if c.late {
				w.clock.Advance(61 * time.Second)
				w.expire()
				w.wantTaken("expired", 0)
			}
			if c.taken {
				w.set(other, state(prefect.Pending), core)
			}
			c.want.check(t, w.set(run, state(prefect.Running), options))
			if !c.taken {
				w.wantTaken("running", 1)
			}
			w.set(run, state(prefect.Cancelled), forced)
			w.set(other, state(prefect.Cancelled), forced)
			w.wantTaken("at the end", 0)
		})
	}
}

// A run that its own process retries keeps its slot; any other way out of the
// states with a process gives it back.
func TestReleaseFlowConcurrencySlots(t *testing.T) {
	for _, c := range []struct {
		row     string
		retries int
		to      *prefect.State
		options orchestration.Options
		want    int
	}{
		{"retried in process", 1, state(prefect.Failed), core, 1},
		{"failed", 0, state(prefect.Failed), core, 0},
		{"rescheduled", 0, state(prefect.Scheduled, named("AwaitingRetry")), core, 0},
		{"paused", 0, state(prefect.Paused), core, 0},
		{"crashed, forced", 0, state(prefect.Crashed), forced, 0},
		{"still running", 0, state(prefect.Running), core, 1},
		{"cancelling", 0, state(prefect.Cancelling), core, 1},
	} {
		t.Run(c.row, func(t *testing.T) {
			w := newWorld(t)
			run := w.newFlowRun(state(prefect.Scheduled), of(w.newDeployment(1, "")), retries(c.retries))
			w.set(run, state(prefect.Pending), core)
			w.set(run, state(prefect.Running), core)
			w.set(run, c.to, c.options)
			w.wantTaken(c.row, c.want)
			w.set(run, state(prefect.Cancelled), forced)
			w.wantTaken("cancelled at last", 0)
		})
	}
}

// The process of a run that has ended may still try to renew its lease: it is
// told that all is well. What was given back is gone.
func TestRenewingALeaseAfterTheEnd(t *testing.T) {
	w := newWorld(t)
	deployment := w.newDeployment(2, "")
	run, other := w.newFlowRun(state(prefect.Scheduled), of(deployment)), w.newFlowRun(state(prefect.Scheduled), of(deployment))
	w.set(run, state(prefect.Pending), core)
	w.set(other, state(prefect.Pending), core)
	lease := *w.leaseOf(run)
	w.set(run, state(prefect.Running), core)
	w.set(run, state(prefect.Completed), core)
	renew := func() error {
		return w.store.Update(t.Context(), func(tx *store.Tx) error { return w.engine.Slots().Renew(tx, lease, time.Minute) })
	}
	if err := renew(); err != nil {
		t.Errorf("renew the lease of a finished run: %v", err)
	}
	w.clock.Advance(2 * time.Minute)
	w.expire()
	w.wantTaken("expired, beside one that is held", 1)
	if err := renew(); err == nil {
		t.Error("a lease that expired was renewed")
	}
}

func TestEnforceDeploymentConcurrencyOnLate(t *testing.T) {
	mark := orchestration.Options{Policy: orchestration.MarkLateRunsPolicy}
	for _, c := range []struct {
		row, options string
		full         bool
		want         outcome
	}{
		{"full, CANCEL_NEW", `{"collision_strategy":"CANCEL_NEW"}`, true,
			outcome{reject, "Deployment concurrency limit is full and uses the CANCEL_NEW strategy.", "CANCELLED Cancelled"}},
		{"free, CANCEL_NEW", `{"collision_strategy":"CANCEL_NEW"}`, false, accepted("SCHEDULED Late")},
		{"full, ENQUEUE", `{"collision_strategy":"ENQUEUE"}`, true, accepted("SCHEDULED Late")},
	} {
		t.Run(c.row, func(t *testing.T) {
			w := newWorld(t)
			deployment := w.newDeployment(1, c.options)
			if c.full {
				w.set(w.newFlowRun(state(prefect.Scheduled), of(deployment)), state(prefect.Pending), core)
			}
			c.want.check(t, w.set(w.newFlowRun(state(prefect.Scheduled), of(deployment)), state(prefect.Scheduled, named("Late")), mark))
		})
	}
}
