package services

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/concurrency"
	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// runs makes and reads flow runs and task runs of a test.
type runs struct {
	*testing.T
	store  *store.Store
	engine orchestration.Engine
	flow   uuid.UUID
}

func newRuns(t *testing.T, s *store.Store) *runs {
	r := &runs{T: t, store: s, engine: orchestration.New(orchestration.Settings{})}
	update(t, s, func(tx *store.Tx) error {
		flow, _, err := tx.CreateFlow(&prefect.FlowCreate{Name: "flow"})
		r.flow = flow.ID
		return err
	})
	return r
}

func (r *runs) create(typ prefect.StateType, change func(*prefect.FlowRun, *prefect.State)) (id uuid.UUID) {
	r.Helper()
	update(r.T, r.store, func(tx *store.Tx) error {
		run := &prefect.FlowRun{Name: "run", FlowID: r.flow}
		run.EmpiricalPolicy.Defaults()
		state := prefect.NewState(tx.IDs.V7(), typ, tx.Now)
		if change != nil {
			change(run, state)
		}
		made, _, err := r.engine.CreateFlowRun(tx, run, state, orchestration.Options{})
		id = made.ID
		return err
	})
	return id
}

func (r *runs) createTask(flowRun uuid.UUID, typ prefect.StateType) (id uuid.UUID) {
	r.Helper()
	update(r.T, r.store, func(tx *store.Tx) error {
		made, _, err := r.engine.CreateTaskRun(tx, &prefect.TaskRun{Name: "task", TaskKey: "k", DynamicKey: uuid.NewString(), FlowRunID: &flowRun},
			prefect.NewState(tx.IDs.V7(), typ, tx.Now), orchestration.Options{})
		id = made.ID
		return err
	})
	return id
}

func (r *runs) set(id uuid.UUID, typ prefect.StateType) {
	r.Helper()
	update(r.T, r.store, func(tx *store.Tx) error {
		_, err := r.engine.SetFlowRunState(tx, id, prefect.NewState(tx.IDs.V7(), typ, tx.Now), orchestration.Options{Force: true})
		return err
	})
}

// want checks a run's state, and when it got it, in time since the start.
func (r *runs) want(id uuid.UUID, name string, after time.Duration, start time.Time) {
	r.Helper()
	update(r.T, r.store, func(tx *store.Tx) error {
		var state *prefect.State
		if run, err := tx.ReadFlowRunForUpdate(id); err != nil {
			return err
		} else if run != nil {
			state = run.State
		} else if task, err := tx.ReadTaskRunForUpdate(id); err != nil {
			return err
		} else {
			state = task.State
		}
		if at := state.Timestamp.Sub(start).Round(100 * time.Millisecond); state.Name != name || at != after {
			r.Errorf("the run is %s since %v, want %s since %v", state.Name, at, name, after)
		}
		return nil
	})
}

func sleep(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func TestLateRunsAreMarkedWhenTheyAreLate(t *testing.T) {
	engine := orchestration.New(orchestration.Settings{})
	inBubble(t, []Service{NewLateRuns(engine, 0)}, func(t *testing.T, s *store.Store, _ *Runner) {
		r, start := newRuns(t, s), time.Now()
		now := r.create(prefect.Scheduled, nil)
		later := r.create(prefect.Scheduled, func(_ *prefect.FlowRun, state *prefect.State) {
			state.StateDetails.ScheduledTime = prefect.AtPointer(start.Add(time.Hour))
		})
		waiting := r.create(prefect.Scheduled, func(_ *prefect.FlowRun, state *prefect.State) { state.Name = "AwaitingRetry" })
		sleep(14 * time.Second)
		r.want(now, "Scheduled", 0, start)
		sleep(2 * time.Second)
		r.want(now, "Late", 15*time.Second, start)
		r.want(waiting, "AwaitingRetry", 0, start)
		sleep(time.Hour)
		r.want(later, "Late", time.Hour+15*time.Second, start)
	})
}

func TestPausesExpire(t *testing.T) {
	engine := orchestration.New(orchestration.Settings{})
	inBubble(t, []Service{NewPauseExpirations(engine)}, func(t *testing.T, s *store.Store, _ *Runner) {
		r, start := newRuns(t, s), time.Now()
		pause := func(_ *prefect.FlowRun, state *prefect.State) {
			state.StateDetails.PauseTimeout = prefect.AtPointer(start.Add(time.Minute))
		}
		paused, resumed, endless := r.create(prefect.Paused, pause), r.create(prefect.Paused, pause), r.create(prefect.Paused, nil)
		sleep(50 * time.Second)
		r.set(resumed, prefect.Running)
		sleep(20 * time.Second)
		r.want(paused, "Failed", time.Minute, start)
		r.want(resumed, "Running", 50*time.Second, start)
		r.want(endless, "Paused", 0, start)
	})
}

func TestWhatACancelledRunLeftIsCancelled(t *testing.T) {
	engine := orchestration.New(orchestration.Settings{})
	inBubble(t, []Service{NewCancellations(engine)}, func(t *testing.T, s *store.Store, _ *Runner) {
		r, start := newRuns(t, s), time.Now()
		parent := r.create(prefect.Running, nil)
		running, done := r.createTask(parent, prefect.Running), r.createTask(parent, prefect.Completed)
		child := r.create(prefect.Running, func(run *prefect.FlowRun, _ *prefect.State) { run.ParentTaskRunID = &running })
		deployed := r.create(prefect.Running, func(run *prefect.FlowRun, _ *prefect.State) {
			run.ParentTaskRunID, run.DeploymentID = &running, &uuid.UUID{1}
		})
		other := r.createTask(r.create(prefect.Running, nil), prefect.Running)
		sleep(time.Second)
		r.set(parent, prefect.Cancelled)
		sleep(time.Second)
		r.want(running, "Cancelling", time.Second, start) // mirrored by the last of its subflows
		r.want(done, "Completed", 0, start)
		r.want(child, "Cancelled", time.Second, start)
		r.want(deployed, "Cancelling", time.Second, start)
		r.want(other, "Running", 0, start)
		late := r.createTask(parent, prefect.Running)
		sleep(20 * time.Second)
		r.want(late, "Cancelled", 21*time.Second, start)
		sleep(48 * time.Hour)
		update(t, s, func(tx *store.Tx) error {
			_, ok, err := tx.NextCancellation()
			if ok {
				t.Error("a run cancelled two days ago is looked after still")
			}
			return err
		})
	})
}

func TestCancellingTimesOut(t *testing.T) {
	engine := orchestration.New(orchestration.Settings{})
	inBubble(t, []Service{NewCancellingTimeouts(engine, 0)}, func(t *testing.T, s *store.Store, _ *Runner) {
		r, start := newRuns(t, s), time.Now()
		var pool *prefect.WorkPool
		update(t, s, func(tx *store.Tx) (err error) {
			pool, err = tx.CreateWorkPool(&prefect.WorkPoolCreate{Name: "pool", Type: "process"})
			return err
		})
		stuck := r.create(prefect.Running, func(run *prefect.FlowRun, _ *prefect.State) { run.WorkQueueID = pool.DefaultQueueID })
		ended := r.create(prefect.Running, nil)
		r.set(stuck, prefect.Cancelling)
		r.set(ended, prefect.Cancelling)
		sleep(time.Minute)
		r.set(ended, prefect.Cancelled)
		sleep(5 * time.Minute)
		r.want(stuck, "Cancelled", 5*time.Minute, start)
		r.want(ended, "Cancelled", time.Minute, start)
		update(t, s, func(tx *store.Tx) error {
			has, err := tx.HasCleanup(pool.ID)
			if !has {
				t.Error("the pool's workers are not asked to clean up")
			}
			return err
		})
	})
}

func TestExpiredLeasesGiveBackTheirSlots(t *testing.T) {
	slots := orchestration.New(orchestration.Settings{}).Slots()
	start := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // when bubbles start
	inBubble(t, []Service{NewLeaseExpirations(slots, start)}, func(t *testing.T, s *store.Store, _ *Runner) {
		var limit *concurrency.Limit
		lease := func(term time.Duration) (l *concurrency.Lease) {
			update(t, s, func(tx *store.Tx) (err error) {
				limits, err := tx.ReadConcurrencyLimitsByName([]string{"limit"})
				if err != nil {
					return err
				}
				if _, err = slots.Acquire(tx, limits, 1); err != nil {
					return err
				}
				l, err = slots.Lease(tx, limits, 1, term, nil)
				return err
			})
			return l
		}
		want := func(taken int) {
			t.Helper()
			update(t, s, func(tx *store.Tx) error {
				l, err := tx.ReadConcurrencyLimit(limit.ID)
				if got := l.Taken(tx.Now); got != taken {
					t.Errorf("%d slots taken, want %d", got, taken)
				}
				return err
			})
		}
		update(t, s, func(tx *store.Tx) (err error) {
			limit, err = concurrency.Create(tx, &prefect.ConcurrencyLimitV2Create{Active: true, Name: "limit", Limit: 9})
			return err
		})
		lease(10 * time.Second) // within the mercy after a start
		renewed := lease(time.Minute)
		lease(time.Minute)
		sleep(20 * time.Second)
		want(3)
		sleep(20 * time.Second)
		want(2)
		update(t, s, func(tx *store.Tx) error { return slots.Renew(tx, renewed.ID, time.Minute) })
		sleep(30 * time.Second)
		want(1)
		sleep(time.Minute)
		want(0)
	})
}
