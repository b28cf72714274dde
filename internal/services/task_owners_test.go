package services

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/concurrency"
	"github.com/reevehq/reeve/internal/follow"
	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// background is a background task run, its task worker, and what they report.
type background struct {
	*runs
	run        uuid.UUID
	parameters uuid.UUID
	limit      uuid.UUID
	subscribed time.Time
	recorder   *follow.Follower
}

func newBackground(t *testing.T, s *store.Store) *background {
	quiet := slog.New(slog.DiscardHandler)
	b := &background{runs: newRuns(t, s), parameters: uuid.New(), recorder: follow.New(TaskRunRecorder(quiet), s, clock.System{}, quiet)}
	deferred := true
	update(t, s, func(tx *store.Tx) error {
		limit, err := concurrency.Create(tx, &prefect.ConcurrencyLimitV2Create{Active: true, Name: "tag:gpu", Limit: 1})
		if err != nil {
			return err
		}
		b.limit = limit.ID
		state := prefect.NewState(tx.IDs.V7(), prefect.Scheduled, tx.Now)
		state.StateDetails.Deferred, state.StateDetails.TaskParametersID = &deferred, &b.parameters
		made, _, err := b.engine.CreateTaskRun(tx, &prefect.TaskRun{Name: "task", TaskKey: "k", DynamicKey: "0", Tags: prefect.Tags{"gpu"}},
			state, orchestration.Options{Policy: orchestration.BackgroundTaskPolicy})
		if err == nil {
			b.run = made.ID
		}
		return err
	})
	return b
}

// waits returns the run if it waits for a task worker.
func (b *background) waits() (run *prefect.TaskRun) {
	update(b.T, b.store, func(tx *store.Tx) error {
		waiting, err := tx.ReadWaitingTaskRuns([]string{"k"}, 1)
		if len(waiting) > 0 {
			run = waiting[0]
		}
		return err
	})
	return run
}

// take lets the worker subscribe and take the run.
func (b *background) take() {
	b.Helper()
	b.subscribe()
	run := b.waits()
	if run == nil {
		b.Fatal("the run does not wait for a task worker")
	}
	if got := run.State.StateDetails.TaskParametersID; got == nil || *got != b.parameters {
		b.Errorf("the task's parameters are %v, want %s", got, b.parameters)
	}
	update(b.T, b.store, func(tx *store.Tx) error { return tx.CreateTaskRunDelivery(run.ID, *run.StateID, "w") })
}

func (b *background) subscribe() {
	update(b.T, b.store, func(tx *store.Tx) error {
		b.subscribed = tx.Now
		return tx.SubscribeTaskWorker("w", []string{"k"})
	})
}

func (b *background) leave() {
	update(b.T, b.store, func(tx *store.Tx) error { return tx.UnsubscribeTaskWorker("w", b.subscribed) })
}

// report lets the process of the task report a state of this moment by an event.
func (b *background) report(typ prefect.StateType, name string, details string) {
	b.Helper()
	update(b.T, b.store, func(tx *store.Tx) error {
		return tx.Emit(&prefect.Event{
			ID: tx.IDs.V7(), Event: "prefect.task-run." + name, Occurred: prefect.At(tx.Now),
			Resource: prefect.Resource{prefect.ResourceID: "prefect.task-run." + b.run.String(), "prefect.orchestration": "client"},
			Payload: json.RawMessage(fmt.Sprintf(`{"validated_state":{"type":%q,"name":%q,"state_details":{%s}},
				"task_run":{"name":"task","task_key":"k","dynamic_key":"0","tags":["gpu"]}}`, typ, name, details)),
		})
	})
	for more := true; more; {
		var err error
		if more, err = b.recorder.Step(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// hold lets the run take the slot of its tag.
func (b *background) hold() {
	update(b.T, b.store, func(tx *store.Tx) error {
		limits, err := tx.ReadConcurrencyLimitsByName([]string{"tag:gpu"})
		if err != nil {
			return err
		}
		if _, err = b.engine.Slots().Acquire(tx, limits, 1); err != nil {
			return err
		}
		_, err = b.engine.Slots().Lease(tx, limits, 1, concurrency.Forever, &concurrency.Holder{Type: concurrency.TaskRunHolder, ID: b.run})
		return err
	})
}

func TestTaskRunsThatNobodyHasInHand(t *testing.T) {
	const s, m, h = time.Second, time.Minute, time.Hour
	retry := func(after time.Duration) string {
		return fmt.Sprintf(`"scheduled_time":%q`, time.Now().Add(after).UTC().Format(time.RFC3339))
	}
	for _, c := range []struct {
		name  string
		do    func(b *background)
		until time.Duration
		state string
		since time.Duration
		waits bool
	}{
		{"it waits for a worker", func(*background) {}, 30 * h, "Scheduled", 0, true},
		{"its worker lives", func(b *background) { b.take() }, 30 * h, "Scheduled", 0, false},
		{"taken, and its worker dies before it says so", func(b *background) { b.take(); b.leave() }, h, "Scheduled", 2 * m, true},
		{"taken, and its worker is back in time", func(b *background) { b.take(); b.leave(); sleep(100 * s); b.subscribe() }, h, "Scheduled", 0, false},
		{"the end of an old socket comes after the new one", func(b *background) {
			b.take()
			old := b.subscribed
			sleep(s)
			b.subscribe()
			b.subscribed = old
			b.leave()
		}, h, "Scheduled", 0, false},
		{"pending, and its worker dies", func(b *background) {
			b.take()
			sleep(s)
			b.report(prefect.Pending, "Pending", `"deferred":true`)
			b.leave()
		}, h, "Scheduled", s + 2*m, true},
		{"running for long in a worker that lives", func(b *background) {
			b.take()
			sleep(s)
			b.report(prefect.Running, "Running", "")
			b.hold()
		}, 30 * h, "Running", s, false},
		{"running, and its worker dies", func(b *background) {
			b.take()
			sleep(s)
			b.report(prefect.Running, "Running", "")
			b.hold()
			sleep(h)
			b.leave()
		}, 2 * h, "Crashed", h + s + 15*m, false},
		{"it waits to try again in a worker that dies", func(b *background) {
			b.take()
			sleep(s)
			b.report(prefect.Running, "Running", "")
			b.hold()
			sleep(s)
			b.report(prefect.Scheduled, "AwaitingRetry", retry(10*m))
			b.leave()
		}, h, "Crashed", 2*s + 12*m, false},
		{"it waits to try again in a worker that lives", func(b *background) {
			b.take()
			sleep(s)
			b.report(prefect.Scheduled, "AwaitingRetry", retry(10*m))
		}, h, "AwaitingRetry", s, false},
		{"no worker ever took it, and its process dies", func(b *background) {
			sleep(s)
			b.report(prefect.Running, "Running", "")
		}, 30 * h, "Crashed", 24*h + s, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, All(Config{}), func(t *testing.T, s *store.Store, runner *Runner) {
				b, start := newBackground(t, s), time.Now()
				c.do(b)
				sleep(c.until - time.Since(start))
				b.want(b.run, c.state, c.since, start)
				if waits := b.waits() != nil; waits != c.waits {
					t.Errorf("it waits for a worker: %t", waits)
				}
				update(t, s, func(tx *store.Tx) error {
					limit, err := tx.ReadConcurrencyLimit(b.limit)
					if taken := limit.Taken(tx.Now); taken > 0 && c.state != "Running" {
						t.Errorf("%d slots of its tag are taken", taken)
					}
					return err
				})
				if err := runner.Health(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// A run that ends every worker that takes it is given up after a while, be it a
// task run or a flow run.
func TestARunIsHandedOutAgainAHandfulOfTimes(t *testing.T) {
	t.Run("task run", func(t *testing.T) {
		inBubble(t, All(Config{}), func(t *testing.T, s *store.Store, _ *Runner) {
			b := newBackground(t, s)
			for range 6 {
				b.take()
				b.leave()
				sleep(10 * time.Minute)
			}
			update(t, s, func(tx *store.Tx) error {
				run, err := tx.ReadTaskRun(b.run)
				if *run.StateType != prefect.Crashed || !strings.Contains(*run.State.Message, "5 times") {
					t.Errorf("the run is %s: %s", *run.StateType, *run.State.Message)
				}
				return err
			})
		})
	})
	t.Run("flow run", func(t *testing.T) {
		inBubble(t, All(Config{LateRunsOff: true}), func(t *testing.T, s *store.Store, _ *Runner) {
			e := newEstate(t, s)
			id := e.make("process")
			claim := func(times int) {
				t.Helper()
				for range times {
					if got := e.propose(id, prefect.Pending, "", nil); got != prefect.Accept {
						t.Fatalf("the claim is answered with %s", got)
					}
					sleep(10 * time.Minute)
				}
			}
			claim(4)
			e.propose(id, prefect.Running, "", nil) // it ran: what came before does not count any more
			e.set(id, prefect.Scheduled)
			claim(5)
			e.set(id, prefect.Scheduled)
			claim(1)
			update(t, s, func(tx *store.Tx) error {
				run, err := tx.ReadFlowRun(id)
				if *run.StateType != prefect.Crashed || !strings.Contains(*run.State.Message, "5 times") {
					t.Errorf("the run is %s: %v", *run.StateType, run.State.Message)
				}
				return err
			})
			if got := e.slots("process"); got != 0 {
				t.Errorf("%d slots are taken", got)
			}
			e.set(id, prefect.Scheduled) // somebody wants it to be tried again
			claim(1)
			if got := e.message(id); !strings.Contains(got, "handed out again") {
				t.Errorf("the message is %q", got)
			}
		})
	})
}
