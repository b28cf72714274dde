package services

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// A slot that becomes free, in whatever way, lets the first run that waits for it
// be handed out at once, and no other.
func TestAFreeSlotGoesToTheFirstWhoWaits(t *testing.T) {
	limit := func(e *estate, change func(tx *store.Tx) error) { update(e.T, e.store, change) }
	for name, free := range map[string]func(e *estate, holder uuid.UUID){
		"the run ends":  func(e *estate, holder uuid.UUID) { e.propose(holder, prefect.Completed, "", nil) },
		"it is crashed": func(e *estate, holder uuid.UUID) { e.set(holder, prefect.Crashed) },
		"it is deleted": func(e *estate, holder uuid.UUID) {
			limit(e, func(tx *store.Tx) error {
				if err := e.engine.FreeRun(tx, holder); err != nil {
					return err
				}
				_, err := tx.DeleteFlowRun(holder)
				return err
			})
		},
		"the limit is raised": func(e *estate, _ uuid.UUID) {
			limit(e, func(tx *store.Tx) error {
				d, err := tx.ReadDeploymentLimit(e.deployments["process"].ID)
				if err != nil {
					return err
				}
				two := 2
				return e.engine.Slots().Update(tx, d.Limit, &prefect.ConcurrencyLimitV2Update{Limit: &two})
			})
		},
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
				free(e, holder)
				sleep(time.Second)
				if due := e.due(); len(due) != 1 || due[0] != first {
					t.Fatalf("due are %v, want the first, %v", due, first)
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
