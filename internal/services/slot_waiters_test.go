package services

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/concurrency"
	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// deploymentLimit changes the limit of the process pool's deployment as clients do.
func (e *estate) deploymentLimit(u prefect.ConcurrencyLimitV2Update) {
	update(e.T, e.store, func(tx *store.Tx) error {
		d, err := tx.ReadDeploymentLimit(e.deployments["process"].ID)
		if err != nil {
			return err
		}
		return e.engine.Slots().Update(tx, d.Limit, &u)
	})
}

// redeploy changes the process pool's deployment.
func (e *estate) redeploy(key string, change func(*prefect.DeploymentUpdate)) {
	update(e.T, e.store, func(tx *store.Tx) error {
		d, err := tx.ReadDeployment(e.deployments["process"].ID)
		if err != nil {
			return err
		}
		u := &prefect.DeploymentUpdate{}
		change(u)
		u.Mark(key)
		return tx.UpdateDeployment(d, u, store.QueueChange{}, false)
	})
}

// A slot that becomes free, in whatever way, lets the first run that waits for it
// be handed out at once, and no other.
func TestAFreeSlotGoesToTheFirstWhoWaits(t *testing.T) {
	one, two, rate := 1, 2, 1.25
	on, off := true, false
	for name, c := range map[string]struct {
		free  func(e *estate, holder uuid.UUID)
		after time.Duration // before it is free, 0 for at once
		all   bool          // there is no limit any more
	}{
		"the run ends":  {free: func(e *estate, holder uuid.UUID) { e.propose(holder, prefect.Completed, "", nil) }},
		"it is crashed": {free: func(e *estate, holder uuid.UUID) { e.set(holder, prefect.Crashed) }},
		"it is paused":  {free: func(e *estate, holder uuid.UUID) { e.propose(holder, prefect.Paused, "", nil) }},
		"it is deleted": {free: func(e *estate, holder uuid.UUID) {
			update(e.T, e.store, func(tx *store.Tx) error {
				if err := e.engine.FreeRun(tx, holder); err != nil {
					return err
				}
				_, err := tx.DeleteFlowRun(holder)
				return err
			})
		}},
		"its lease runs out": {free: func(e *estate, holder uuid.UUID) {
			update(e.T, e.store, func(tx *store.Tx) error {
				run, err := tx.ReadFlowRunForUpdate(holder)
				if err != nil {
					return err
				}
				lease, err := tx.ReadLease(*run.State.StateDetails.DeploymentConcurrencyLeaseID)
				if err != nil {
					return err
				}
				lease.Expires = tx.Now
				return tx.UpdateLease(lease)
			})
		}},
		"the limit is raised": {free: func(e *estate, _ uuid.UUID) {
			e.deploymentLimit(prefect.ConcurrencyLimitV2Update{Limit: &two})
		}},
		"slots are given back by hand": {free: func(e *estate, _ uuid.UUID) {
			none := 0
			e.deploymentLimit(prefect.ConcurrencyLimitV2Update{ActiveSlots: &none})
		}},
		"the deployment's limit is raised": {free: func(e *estate, _ uuid.UUID) {
			e.redeploy("concurrency_limit", func(u *prefect.DeploymentUpdate) { u.ConcurrencyLimit = &two })
		}},
		"the deployment's limit is taken away": {all: true, free: func(e *estate, _ uuid.UUID) {
			e.redeploy("concurrency_limit", func(u *prefect.DeploymentUpdate) { u.ConcurrencyLimit = nil })
		}},
		"the deployment has another limit": {free: func(e *estate, _ uuid.UUID) {
			limit := &concurrency.Limit{ID: uuid.New(), Name: "another", Active: true, Limit: one, AvgSlotOccupancySeconds: 2}
			update(e.T, e.store, func(tx *store.Tx) error { return tx.CreateConcurrencyLimit(limit) })
			e.redeploy("global_concurrency_limit_id", func(u *prefect.DeploymentUpdate) { u.GlobalConcurrencyLimitID = &limit.ID })
		}},
		"the limit is on again": {free: func(e *estate, holder uuid.UUID) {
			e.deploymentLimit(prefect.ConcurrencyLimitV2Update{Active: &off})
			e.propose(holder, prefect.Completed, "", nil)
			sleep(time.Second)
			if due := e.due(); len(due) != 0 {
				e.Errorf("%d runs are due while the limit is off, which has no slots then", len(due))
			}
			e.deploymentLimit(prefect.ConcurrencyLimitV2Update{Active: &on})
		}},
		"slots decay": {after: 800 * time.Millisecond, free: func(e *estate, _ uuid.UUID) {
			e.deploymentLimit(prefect.ConcurrencyLimitV2Update{SlotDecayPerSecond: &rate})
		}},
		"the pool goes on": {free: func(e *estate, holder uuid.UUID) {
			pause := func(paused bool) {
				update(e.T, e.store, func(tx *store.Tx) error {
					pool, err := tx.ReadWorkPool(e.pools["process"].ID)
					if err != nil {
						return err
					}
					u := &prefect.WorkPoolUpdate{IsPaused: &paused}
					u.Mark("is_paused")
					return tx.UpdateWorkPool(pool, u)
				})
			}
			pause(true)
			e.propose(holder, prefect.Completed, "", nil)
			sleep(time.Second)
			pause(false)
		}},
		"the queue goes on": {free: func(e *estate, holder uuid.UUID) {
			pause := func(paused bool) {
				update(e.T, e.store, func(tx *store.Tx) error {
					queue, err := tx.ReadWorkQueue(*e.deployments["process"].WorkQueueID)
					if err != nil {
						return err
					}
					u := &prefect.WorkQueueUpdate{IsPaused: paused}
					u.Mark("is_paused")
					return tx.UpdateWorkQueue(queue, u, false)
				})
			}
			pause(true)
			e.propose(holder, prefect.Completed, "", nil)
			sleep(time.Second)
			pause(false)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, All(Config{LateRunsOff: true}), func(t *testing.T, s *store.Store, _ *Runner) {
				e := newEstate(t, s)
				holder := e.make("process")
				e.propose(holder, prefect.Pending, "", nil)
				e.propose(holder, prefect.Running, "", nil)
				first := e.make("process")
				sleep(time.Second)
				second := e.make("process")
				for _, id := range []uuid.UUID{second, first} {
					if got := e.propose(id, prefect.Pending, "", nil); got != prefect.Reject {
						t.Fatalf("a run past the limit is answered with %s", got)
					}
				}
				sleep(2 * time.Second)
				if due := e.due(); len(due) != 0 {
					t.Fatalf("%d runs are due while no slot is free", len(due))
				}
				c.free(e, holder)
				sleep(c.after + 100*time.Millisecond)
				want := []uuid.UUID{first}
				if c.all {
					want = append(want, second)
				}
				if due := e.due(); !slices.Equal(due, want) {
					t.Fatalf("due are %v, want %v", due, want)
				}
				if got := e.propose(first, prefect.Pending, "", nil); got != prefect.Accept {
					t.Errorf("the first is answered with %s", got)
				}
				if got := e.propose(first, prefect.Running, "", nil); got != prefect.Accept {
					t.Errorf("the first, running, is answered with %s", got)
				}
			})
		})
	}
}

// due are the runs that a worker of the process pool is handed now, in order.
func (e *estate) due() (ids []uuid.UUID) {
	update(e.T, e.store, func(tx *store.Tx) error {
		queues, err := tx.WorkQueuesOf(e.pools["process"].ID)
		if err != nil {
			return err
		}
		runs, err := dispatch.ScheduledRuns(tx, e.pools["process"], queues, nil, prefect.AtPointer(tx.Now), 10)
		for _, run := range runs {
			ids = append(ids, run.FlowRun.ID)
		}
		return err
	})
	return ids
}

// A slot that is free makes no run start before its time.
func TestAFreeSlotStartsNothingBeforeItsTime(t *testing.T) {
	inBubble(t, []Service{NewSlotWaiters(orchestration.New(orchestration.Settings{}))}, func(t *testing.T, s *store.Store, _ *Runner) {
		e, start := newEstate(t, s), time.Now()
		holder, d := e.make("process"), e.deployments["process"]
		later := func(name string, in time.Duration) uuid.UUID {
			return e.create(prefect.Scheduled, func(run *prefect.FlowRun, state *prefect.State) {
				run.DeploymentID, run.WorkQueueID, state.Name = &d.ID, d.WorkQueueID, name
				state.StateDetails.ScheduledTime = prefect.AtPointer(start.Add(in))
			})
		}
		prefetched := later("Scheduled", 8*time.Second)
		later("AwaitingConcurrencySlot", time.Hour) // as somebody made it
		e.propose(holder, prefect.Pending, "", nil)
		e.propose(prefetched, prefect.Pending, "", nil) // refused, until 30 s from now
		e.propose(holder, prefect.Completed, "", nil)
		sleep(7 * time.Second)
		if due := e.due(); len(due) != 0 {
			t.Errorf("due before their time are %v", due)
		}
		sleep(2 * time.Second)
		if due := e.due(); len(due) != 1 || due[0] != prefetched {
			t.Errorf("due are %v, want %v", due, prefetched)
		}
	})
}

// Who waits in a queue that is paused lets others go first.
func TestAPausedQueueHoldsNobodyElseBack(t *testing.T) {
	inBubble(t, []Service{NewSlotWaiters(orchestration.New(orchestration.Settings{}))}, func(t *testing.T, s *store.Store, _ *Runner) {
		e := newEstate(t, s)
		holder, first := e.make("process"), e.make("process")
		e.propose(holder, prefect.Pending, "", nil)
		var other *prefect.WorkQueue
		update(t, s, func(tx *store.Tx) (err error) {
			other, err = tx.CreateWorkQueue(e.pools["process"], &prefect.WorkQueueCreate{Name: "paused"})
			return err
		})
		d := e.deployments["process"]
		waits := e.create(prefect.Scheduled, func(run *prefect.FlowRun, state *prefect.State) {
			run.DeploymentID, run.WorkQueueID = &d.ID, &other.ID
			state.StateDetails.ScheduledTime = prefect.AtPointer(time.Now().Add(-time.Hour))
		})
		for _, id := range []uuid.UUID{waits, first} {
			e.propose(id, prefect.Pending, "", nil)
		}
		update(t, s, func(tx *store.Tx) error {
			u := &prefect.WorkQueueUpdate{IsPaused: true}
			u.Mark("is_paused")
			return tx.UpdateWorkQueue(other, u, false)
		})
		e.propose(holder, prefect.Completed, "", nil)
		sleep(time.Second)
		if due := e.due(); len(due) != 1 || due[0] != first {
			t.Errorf("due are %v, want %v", due, first)
		}
	})
}
