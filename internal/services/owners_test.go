package services

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// estate is pools, deployments and their runs, in the hands of workers and
// processes that a test lets live or die.
type estate struct {
	*runs
	pools       map[string]*prefect.WorkPool
	deployments map[string]*prefect.Deployment // by pool; "" is one that is served
}

func newEstate(t *testing.T, s *store.Store) *estate {
	e := &estate{runs: newRuns(t, s), pools: map[string]*prefect.WorkPool{}, deployments: map[string]*prefect.Deployment{}}
	update(t, s, func(tx *store.Tx) error {
		for _, name := range []string{"process", "kubernetes", ""} {
			var queue *uuid.UUID
			if name != "" {
				pool, err := tx.CreateWorkPool(&prefect.WorkPoolCreate{Name: prefect.PoolName(name), Type: name})
				if err != nil {
					return err
				}
				e.pools[name], queue = pool, pool.DefaultQueueID
			}
			one := 1
			body := &prefect.DeploymentCreate{Name: "d" + name, FlowID: e.flow, ConcurrencyLimit: &one}
			body.Mark("concurrency_limit")
			made, _, err := tx.CreateDeployment(body, queue)
			if err != nil {
				return err
			}
			e.deployments[name] = made
		}
		return nil
	})
	return e
}

// make makes a scheduled run in a pool, for whoever serves it (""), or for its
// caller ("own").
func (e *estate) make(place string) uuid.UUID {
	return e.create(prefect.Scheduled, func(run *prefect.FlowRun, _ *prefect.State) {
		retries := 1
		run.EmpiricalPolicy.Retries = &retries
		if d := e.deployments[place]; d != nil {
			run.DeploymentID, run.WorkQueueID = &d.ID, d.WorkQueueID
		}
	})
}

// propose proposes a state as a client does and returns the verdict.
func (e *estate) propose(id uuid.UUID, typ prefect.StateType, name string, change func(*prefect.StateDetails)) (status prefect.SetStateStatus) {
	e.Helper()
	update(e.T, e.store, func(tx *store.Tx) error {
		if run, err := tx.ReadFlowRunForUpdate(id); err != nil || run == nil {
			return err
		}
		state := prefect.NewState(tx.IDs.V7(), typ, tx.Now)
		if name != "" {
			state.Name = name
		}
		if change != nil {
			change(&state.StateDetails)
		}
		result, err := e.engine.SetFlowRunState(tx, id, state, orchestration.Options{Policy: orchestration.CoreFlowPolicy, Client: "3.9.1", API: "0.8.4"})
		if err == nil {
			status = result.Status
		}
		return err
	})
	return status
}

func (e *estate) label(id uuid.UUID, worker string) {
	update(e.T, e.store, func(tx *store.Tx) error {
		_, err := tx.UpdateFlowRunLabels(id, prefect.Labels{prefect.WorkerNameLabel: prefect.Text(worker)})
		return err
	})
}

func (e *estate) workerBeats(pool, worker string) {
	update(e.T, e.store, func(tx *store.Tx) error {
		return tx.HeartbeatWorker(e.pools[pool], worker, nil)
	})
}

func (e *estate) message(id uuid.UUID) (text string) {
	update(e.T, e.store, func(tx *store.Tx) error {
		run, err := tx.ReadFlowRunForUpdate(id)
		if err == nil && run.State.Message != nil {
			text = *run.State.Message
		}
		return err
	})
	return text
}

func (e *estate) slots(place string) (taken int) {
	update(e.T, e.store, func(tx *store.Tx) error {
		d, err := tx.ReadDeploymentLimit(e.deployments[place].ID)
		if err == nil {
			taken = d.Limit.Taken(tx.Now)
		}
		return err
	})
	return taken
}

// Runs that lose whoever had them in hand, and what becomes of them when.
func TestRunsThatNobodyHasInHand(t *testing.T) {
	const s, m, h = time.Second, time.Minute, time.Hour
	for _, c := range []struct {
		name  string
		place string
		do    func(e *estate, id uuid.UUID)
		until time.Duration
		state string
		since time.Duration
		slots int
	}{
		{"claimed, and the worker is killed", "process", func(e *estate, id uuid.UUID) { e.propose(id, prefect.Pending, "", nil) },
			5 * m, "Scheduled", m, 0},
		{"claimed just now", "process", func(e *estate, id uuid.UUID) { e.propose(id, prefect.Pending, "", nil) }, 59 * s, "Pending", 0, 1},
		{"claimed by a worker that asks others for infrastructure, and is killed", "kubernetes",
			func(e *estate, id uuid.UUID) { e.propose(id, prefect.Pending, "", nil) }, 5 * m, "Crashed", m, 0},
		{"its machine does not come back", "process", func(e *estate, id uuid.UUID) {
			e.propose(id, prefect.Pending, "", nil)
			e.workerBeats("process", "w")
			e.label(id, "w")
			e.propose(id, prefect.Pending, "Submitting", nil)
		}, 5 * m, "Scheduled", 2 * m, 0},
		{"its worker lives", "process", func(e *estate, id uuid.UUID) {
			e.propose(id, prefect.Pending, "", nil)
			e.label(id, "w")
			for range 60 {
				e.workerBeats("process", "w")
				sleep(30 * s)
			}
		}, 30 * m, "Pending", 0, 0}, // the lease of its slot has run out; it takes one when it runs
		{"its worker lives, and has forgotten it", "process", func(e *estate, id uuid.UUID) {
			e.propose(id, prefect.Pending, "", nil)
			e.label(id, "w")
			for range 180 {
				e.workerBeats("process", "w")
				sleep(30 * s)
			}
		}, 90 * m, "Scheduled", h, 0},
		{"a pod that has not started yet", "kubernetes", func(e *estate, id uuid.UUID) {
			e.propose(id, prefect.Pending, "", nil)
			e.label(id, "w")
			e.workerBeats("kubernetes", "w")
		}, 20 * h, "Pending", 0, 0},
		{"it waits to try again, and its process dies", "process", func(e *estate, id uuid.UUID) {
			e.propose(id, prefect.Pending, "", nil)
			e.propose(id, prefect.Running, "", nil)
			if got := e.propose(id, prefect.Failed, "", nil); got != prefect.Reject {
				e.Errorf("the failure is answered with %s", got)
			}
			if got := e.slots("process"); got != 1 {
				e.Errorf("%d slots are taken while it waits to try again", got)
			}
		}, h, "Crashed", 2 * m, 0},
		{"it waits to try again, its heartbeats end", "process", func(e *estate, id uuid.UUID) {
			delay := 3600
			update(e.T, e.store, func(tx *store.Tx) error {
				run, err := tx.ReadFlowRunForUpdate(id)
				run.Policy.RetryDelay = &delay
				if err == nil {
					err = tx.SaveFlowRun(run)
				}
				return err
			})
			e.propose(id, prefect.Pending, "", nil)
			e.propose(id, prefect.Running, "", nil)
			for range 3 {
				e.beat(id)
				sleep(30 * s)
			}
			e.propose(id, prefect.Failed, "", nil)
			e.beat(id)
		}, h, "Crashed", 180 * s, 0},
		{"it runs and sends no heartbeats", "own", func(e *estate, id uuid.UUID) { e.propose(id, prefect.Running, "", nil) }, 23 * h, "Running", 0, 0},
		{"it runs, sends no heartbeats, and nothing is heard for a day", "own", func(e *estate, id uuid.UUID) { e.propose(id, prefect.Running, "", nil) }, 25 * h, "Crashed", 24 * h, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, All(Config{LateRunsOff: true}), func(t *testing.T, s *store.Store, runner *Runner) {
				e, start := newEstate(t, s), time.Now()
				id := e.make(c.place)
				c.do(e, id)
				sleep(c.until - time.Since(start))
				e.want(id, c.state, c.since, start)
				if e.deployments[c.place] != nil {
					if got := e.slots(c.place); got != c.slots {
						t.Errorf("%d slots are taken, want %d", got, c.slots)
					}
				}
				if moved := c.since > 0; moved != (e.message(id) != "") {
					t.Errorf("message %q", e.message(id))
				}
				if err := runner.Health(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// What is left of a crashed run ends with it; flow runs with a process of their
// own go on.
func TestACrashedRunEndsWhatItHasLeft(t *testing.T) {
	inBubble(t, All(Config{}), func(t *testing.T, s *store.Store, _ *Runner) {
		e, start := newEstate(t, s), time.Now()
		run := e.make("process")
		e.set(run, prefect.Running)
		task, done := e.createTask(run, prefect.Running), e.createTask(run, prefect.Completed)
		child := func(deployed bool) uuid.UUID {
			parent := e.createTask(run, prefect.Running)
			return e.create(prefect.Running, func(r *prefect.FlowRun, _ *prefect.State) {
				r.ParentTaskRunID = &parent
				if deployed {
					r.DeploymentID = &e.deployments["process"].ID
				}
			})
		}
		inside, outside := child(false), child(true)
		e.set(run, prefect.Crashed)
		sleep(9 * time.Second)
		e.want(task, "Running", 0, start)
		sleep(2 * time.Second)
		e.want(task, "Crashed", 10*time.Second, start)
		e.want(done, "Completed", 0, start)
		e.want(inside, "Crashed", 10*time.Second, start)
		e.want(outside, "Running", 0, start)
	})
}

// A run that is scheduled after it tried again inside its process is handed out.
func TestACrashedRetryCanBeScheduledAgain(t *testing.T) {
	inBubble(t, All(Config{}), func(t *testing.T, s *store.Store, _ *Runner) {
		e := newEstate(t, s)
		id := e.make("process")
		for _, typ := range []prefect.StateType{prefect.Pending, prefect.Running, prefect.Failed, prefect.Running, prefect.Crashed} {
			e.propose(id, typ, "", nil)
		}
		e.set(id, prefect.Scheduled) // as prefect flow-run retry does: forced
		var handed []prefect.ScheduledRun
		update(t, s, func(tx *store.Tx) (err error) {
			queues, err := tx.WorkQueuesOf(e.pools["process"].ID)
			if err == nil {
				handed, err = dispatch.ScheduledRuns(tx, e.pools["process"], queues, nil, nil, 10)
			}
			return err
		})
		if len(handed) != 1 {
			t.Errorf("%d runs are handed out, want 1", len(handed))
		}
	})
}

// Whatever happens to runs: once all processes are dead and time has passed, each
// has ended, is due, or is paused, and none holds a slot.
func TestNoHistoryLeavesARunBehind(t *testing.T) {
	places := []string{"process", "kubernetes", "", "own"}
	histories := 12
	if os.Getenv("REEVE_LONG") != "" {
		histories = 1000
	}
	for seed := range histories {
		steps := rapid.SliceOfN(rapid.IntRange(0, 999), 5, 60).Example(seed)
		t.Run(fmt.Sprint("history ", seed), func(t *testing.T) {
			inBubble(t, All(Config{}), func(t *testing.T, s *store.Store, runner *Runner) {
				e := newEstate(t, s)
				ids := []uuid.UUID{e.make(places[seed%len(places)])}
				for _, step := range steps {
					id := ids[step%len(ids)]
					e.act(step/20, id, func(place string) { ids = append(ids, e.make(place)) }, places[step%len(places)])
				}
				sleep(80 * time.Hour)
				for _, id := range ids {
					e.rests(id, steps)
				}
				for place := range e.deployments {
					if taken := e.slots(place); taken != 0 {
						t.Errorf("%d slots of deployment %q are taken after %v", taken, place, steps)
					}
				}
				if err := runner.Health(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// act lets something happen to a run; what is not possible is refused.
func (e *estate) act(what int, id uuid.UUID, more func(place string), place string) {
	details := func(d *prefect.StateDetails) { d.PauseTimeout = prefect.AtPointer(time.Now().Add(time.Hour)) }
	switch what {
	case 0, 1, 2, 3, 4, 5:
		e.propose(id, prefect.Pending, "", nil)
	case 6, 7:
		e.label(id, "w")
	case 8, 9:
		e.propose(id, prefect.Pending, "Submitting", nil)
	case 10, 11, 12, 13, 14, 15, 16:
		e.propose(id, prefect.Running, "", nil)
	case 17, 18, 19, 20:
		e.propose(id, prefect.Failed, "", nil)
	case 21:
		e.propose(id, prefect.Completed, "", nil)
	case 22, 23:
		e.propose(id, prefect.Crashed, "", nil)
	case 24:
		e.propose(id, prefect.Cancelling, "", nil)
	case 25:
		e.propose(id, prefect.Paused, "", details)
	case 26:
		e.propose(id, prefect.Paused, "Suspended", func(d *prefect.StateDetails) { details(d); d.PauseReschedule = true })
	case 27, 28:
		e.propose(id, prefect.Scheduled, "Resuming", nil)
	case 29:
		e.set(id, prefect.StateTypes()[len(place)%len(prefect.StateTypes())])
	case 30, 31, 32:
		e.beat(id)
	case 33, 34:
		e.workerBeats("process", "w")
	case 35:
		more(place)
	case 36:
		e.set(id, prefect.Scheduled)
	case 37:
		e.set(id, prefect.Running)
	default:
		sleep(time.Duration(what*what) * time.Second / 10)
	}
}

// rests checks that a run has ended, is due, or is paused.
func (e *estate) rests(id uuid.UUID, steps []int) {
	update(e.T, e.store, func(tx *store.Tx) error {
		run, err := tx.ReadFlowRun(id)
		if err != nil || run == nil {
			return err
		}
		retry := run.EmpiricalPolicy.RetryType
		due := *run.StateType == prefect.Scheduled && run.NextScheduledStartTime != nil && (retry == nil || *retry != prefect.RetryInProcess)
		if !run.StateType.IsTerminal() && *run.StateType != prefect.Paused && !due {
			e.Errorf("the run is %s %s, due %v, after %v", *run.StateType, *run.StateName, run.NextScheduledStartTime, steps)
		}
		left, err := tx.ReadUnfinishedTaskRuns(id, 10)
		if *run.StateType == prefect.Crashed && len(left) > 0 {
			e.Errorf("the run crashed and has %d task runs that have not ended", len(left))
		}
		return err
	})
}
