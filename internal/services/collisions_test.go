package services

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// collide says what becomes of runs of the process pool's deployment that find its
// limit full, and how many slots it has.
func (e *estate) collide(strategy orchestration.CollisionStrategy, slots int) {
	update(e.T, e.store, func(tx *store.Tx) error {
		id := e.deployments["process"].ID
		if _, err := tx.SetCollisions(id, strategy); err != nil {
			return err
		}
		d, err := tx.ReadDeploymentLimit(id)
		if err != nil {
			return err
		}
		return e.engine.Slots().Update(tx, d.Limit, &prefect.ConcurrencyLimitV2Update{Limit: &slots})
	})
}

// at makes a run of the process pool that is due in some time.
func (e *estate) at(in time.Duration) uuid.UUID {
	return e.create(prefect.Scheduled, func(run *prefect.FlowRun, state *prefect.State) {
		d := e.deployments["process"]
		run.DeploymentID, run.WorkQueueID, run.Name = &d.ID, d.WorkQueueID, "in "+in.String()
		state.StateDetails.ScheduledTime = prefect.AtPointer(time.Now().Add(in))
		pid := "1"
		run.InfrastructurePID = &pid
	})
}

// starts lets a worker start a run.
func (e *estate) starts(run uuid.UUID) uuid.UUID {
	e.Helper()
	for _, state := range []prefect.StateType{prefect.Pending, prefect.Running} {
		if got := e.propose(run, state, "", nil); got != prefect.Accept {
			e.Fatalf("%s is answered with %s", state, got)
		}
	}
	return run
}

func (e *estate) names(runs ...uuid.UUID) (names []string) {
	update(e.T, e.store, func(tx *store.Tx) error {
		names = nil
		for _, id := range runs {
			run, err := tx.ReadFlowRunForUpdate(id)
			if err != nil {
				return err
			}
			names = append(names, run.State.Name)
		}
		return nil
	})
	return names
}

func (e *estate) wantNames(step, want string, runs ...uuid.UUID) {
	e.Helper()
	if got := strings.Join(e.names(runs...), " "); got != want {
		e.Errorf("%s: the runs are %s, want %s", step, got, want)
	}
	if taken := e.slots("process"); taken > 2 {
		e.Errorf("%s: %d slots are taken", step, taken)
	}
}

func inCollisions(t *testing.T, strategy orchestration.CollisionStrategy, slots int, fn func(*estate)) {
	inBubble(t, All(Config{LateRunsOff: true}), func(t *testing.T, s *store.Store, _ *Runner) {
		e := newEstate(t, s)
		e.collide(strategy, slots)
		fn(e)
	})
}

// A run that is cancelled as it is marked late counts among those that ended.
func TestARunThatIsCancelledLateIsCounted(t *testing.T) {
	late := NewLateRuns(orchestration.New(orchestration.Settings{}), 0)
	inBubble(t, nil, func(t *testing.T, s *store.Store, _ *Runner) {
		e := newEstate(t, s)
		e.collide(orchestration.CancelNew, 1)
		e.starts(e.at(0))
		cancelled := e.at(-time.Minute)
		update(t, s, func(tx *store.Tx) error { _, err := late.Run(tx); return err })
		e.wantNames("late", "Cancelled", cancelled)
		update(t, s, func(tx *store.Tx) error {
			times, err := tx.MeasureFlowRunTimes()
			if len(times) != 1 || times[0].Runs != 1 || times[0].Outcome != prefect.Cancelled {
				t.Errorf("the runs that ended are %v", times)
			}
			return err
		})
	})
}

// A run is cancelled the moment it is due, or the moment the last slot is taken from
// then on, though no worker asks.
func TestCancelNewWhenDue(t *testing.T) {
	inCollisions(t, orchestration.CancelNew, 1, func(e *estate) {
		start := time.Now()
		soon, later, overdue := e.at(5*time.Second), e.at(time.Hour), e.at(-time.Minute)
		holder := e.at(0)
		sleep(time.Second)
		e.wantNames("while a slot is free", "Scheduled Scheduled Scheduled Scheduled", soon, later, overdue, holder)
		e.starts(holder)
		sleep(time.Second)
		e.want(overdue, "Cancelled", time.Second, start)
		if got := e.message(overdue); got != orchestration.LimitReached {
			e.Errorf("the message is %q", got)
		}
		if got := e.propose(overdue, prefect.Pending, "", nil); got != prefect.Reject {
			e.Errorf("a late claim is answered with %s, want REJECT as if the claim had found the limit full", got)
		}
		e.wantNames("after a late claim", "Cancelled", overdue)
		sleep(4 * time.Second)
		e.want(soon, "Cancelled", 5*time.Second, start)
		e.propose(holder, prefect.Completed, "", nil)
		sleep(2 * time.Hour)
		e.wantNames("after the end", "Scheduled", later)
	})
}

// Neither ENQUEUE nor a limit of 0, which lets nobody run, cancels anything.
func TestWhatIsNoCollision(t *testing.T) {
	for name, c := range map[string]struct {
		strategy orchestration.CollisionStrategy
		slots    int
	}{"enqueue": {orchestration.Enqueue, 1}, "no slots": {orchestration.CancelNew, 0}, "no slots, newest": {orchestration.CancelRunning, 0}} {
		t.Run(name, func(t *testing.T) {
			inCollisions(t, orchestration.Enqueue, 1, func(e *estate) {
				holder, waits := e.starts(e.at(0)), e.at(time.Second)
				e.collide(c.strategy, c.slots)
				sleep(2 * time.Second)
				e.wantNames(name, "Running Scheduled", holder, waits)
			})
		})
	}
}

func TestCancelRunning(t *testing.T) {
	const kept = "Running"
	t.Run("the newest takes the slot", func(t *testing.T) {
		inCollisions(t, orchestration.CancelRunning, 1, func(e *estate) {
			start := time.Now()
			running, first, second := e.starts(e.at(0)), e.at(5*time.Second), e.at(6*time.Second)
			sleep(4 * time.Second)
			e.wantNames("before", kept+" Scheduled Scheduled", running, first, second)
			sleep(1500 * time.Millisecond)
			e.want(running, "Cancelling", 5*time.Second, start)
			if got := e.propose(first, prefect.Pending, "", nil); got != prefect.Reject {
				e.Errorf("a claim while the slot is held is answered with %s", got)
			}
			e.wantNames("claimed", "Cancelling AwaitingConcurrencySlot", running, first)
			sleep(time.Second)
			e.wantNames("a newer one is due", "Cancelling Cancelled Scheduled", running, first, second)
			if got, want := e.message(first), "Flow run in 6s is newer"; !strings.Contains(got, want) {
				e.Errorf("the older one's message is %q", got)
			}
			e.propose(running, prefect.Cancelled, "", nil)
			sleep(time.Second)
			if due := e.due(); len(due) != 1 || due[0] != second {
				e.Errorf("due are %v, want %v", due, second)
			}
			e.starts(second)
			sleep(time.Minute)
			e.wantNames("at the end", "Cancelled Cancelled "+kept, running, first, second)
		})
	})
	t.Run("as many as needed, the oldest first", func(t *testing.T) {
		inCollisions(t, orchestration.CancelRunning, 2, func(e *estate) {
			b, a := e.starts(e.at(0)), e.starts(e.at(-time.Second))
			newest := e.at(time.Second)
			sleep(2 * time.Second)
			e.wantNames("one of two", "Running Cancelling Scheduled", b, a, newest)
			e.collide(orchestration.CancelRunning, 1)
			sleep(time.Second)
			e.wantNames("the limit was lowered", "Cancelling Cancelling Scheduled", b, a, newest)
		})
	})
	t.Run("who is older gives way", func(t *testing.T) {
		inCollisions(t, orchestration.CancelRunning, 1, func(e *estate) {
			holder, old := e.starts(e.at(0)), e.at(-time.Minute)
			sleep(time.Second)
			e.wantNames("an old run comes", "Running Cancelled", holder, old)
		})
	})
	t.Run("who may not start takes nothing", func(t *testing.T) {
		inCollisions(t, orchestration.CancelRunning, 1, func(e *estate) {
			holder, waits := e.starts(e.at(0)), e.at(time.Second)
			update(e.T, e.store, func(tx *store.Tx) error {
				queue, err := tx.ReadWorkQueue(*e.deployments["process"].WorkQueueID)
				if err != nil {
					return err
				}
				u := &prefect.WorkQueueUpdate{IsPaused: true}
				u.Mark("is_paused")
				return tx.UpdateWorkQueue(queue, u, false)
			})
			sleep(5 * time.Second)
			e.wantNames("the queue is paused", "Running Scheduled", holder, waits)
		})
	})
}

// More runs than one piece of work looks at end all the same, but the newest.
func TestManyThatWaitGiveWay(t *testing.T) {
	inCollisions(t, orchestration.CancelRunning, 1, func(e *estate) {
		holder := e.starts(e.at(-time.Hour))
		var all []uuid.UUID
		for i := range 2*collisionBatch + 7 {
			all = append(all, e.at(time.Duration(i)*time.Millisecond-time.Minute))
		}
		sleep(5 * time.Second)
		e.wantNames("at the end", "Cancelling Scheduled", holder, all[len(all)-1])
		for i, name := range e.names(all[:len(all)-1]...) {
			if name != "Cancelled" {
				e.Errorf("run %d is %s", i, name)
			}
		}
	})
}
