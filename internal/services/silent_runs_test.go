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

// beat sends a run's heartbeat.
func (r *runs) beat(id uuid.UUID) {
	r.Helper()
	update(r.T, r.store, func(tx *store.Tx) error {
		return tx.Emit(&prefect.Event{ID: tx.IDs.V7(), Occurred: prefect.At(tx.Now), Event: prefect.HeartbeatEvent,
			Resource: prefect.Resource{prefect.ResourceID: "prefect.flow-run." + id.String()}})
	})
}

// judged reports whether some run is known by its heartbeats.
func (r *runs) judged() (is bool) {
	r.Helper()
	update(r.T, r.store, func(tx *store.Tx) (err error) {
		_, is, err = tx.NextSilence(store.Silence{})
		return err
	})
	return is
}

func TestSilentRuns(t *testing.T) {
	const s = time.Second
	type step struct {
		at time.Duration // since the start
		do string        // a state, "beat", "away" (the server, up to the next step) or "wake"
	}
	beats := func(from, every, to time.Duration) (steps []step) {
		for at := from; at <= to; at += every {
			steps = append(steps, step{at, "beat"})
		}
		return steps
	}
	tests := []struct {
		name  string
		steps []step
		until time.Duration
		state string
		since time.Duration
		left  bool // it is still judged
	}{
		{"silent after three heartbeats", beats(0, 30*s, 60*s), 200 * s, "Crashed", 150 * s, false},
		{"silent for a little less", beats(0, 30*s, 60*s), 149 * s, "Running", 0, true},
		{"a longer interval", beats(0, 60*s, 180*s), 400 * s, "Crashed", 360 * s, false},
		{"goes on", beats(0, 30*s, 900*s), 960 * s, "Running", 0, true},
		{"never sent one", nil, 24 * time.Hour, "Running", 0, false},
		{"its interval is not known", beats(0, 30*s, 30*s), 569 * s, "Running", 0, true},
		{"its interval is not known, and it is silent", beats(0, 30*s, 30*s), 600 * s, "Crashed", 570 * s, false},
		{"one was lost", append(beats(0, 30*s, 60*s), beats(120*s, 30*s, 120*s)...), 600 * s, "Crashed", 300 * s, false},
		{"many were lost, long ago", append(beats(0, 30*s, 60*s), beats(140*s, 30*s, 260*s)...), 600 * s, "Crashed", 350 * s, false},
		{"a second process that found it taken", append(beats(0, 180*s, 0), append(beats(40*s, 1*s, 40*s), beats(180*s, 180*s, 900*s)...)...), 1400 * s, "Running", 0, true},
		{"finished", append(beats(0, 30*s, 60*s), step{70 * s, "COMPLETED"}, step{71 * s, "beat"}), 24 * time.Hour, "Completed", 70 * s, false},
		{"being cancelled", append(beats(0, 30*s, 60*s), step{80 * s, "CANCELLING"}), 600 * s, "Cancelled", 170 * s, false},
		{"waits in its process", append(beats(0, 30*s, 60*s), step{70 * s, "PAUSED"}), 24 * time.Hour, "Paused", 70 * s, false},
		{"goes on in a process of which nothing is heard", append(beats(0, 30*s, 60*s), step{70 * s, "PAUSED"}, step{900 * s, "RUNNING"}), time.Hour, "Running", 900 * s, false},
		{"the server was away", append(beats(0, 30*s, 60*s), step{70 * s, "away"}, step{3600 * s, "wake"}), 3600*s + 104*s, "Running", 0, true},
		{"the server was away, and it is heard again", append(append(beats(0, 30*s, 60*s), step{70 * s, "away"}, step{3600 * s, "wake"}), beats(3620*s, 30*s, 4000*s)...), 4060 * s, "Running", 0, true},
		{"the server was away, and it is silent", append(beats(0, 30*s, 60*s), step{70 * s, "away"}, step{3600 * s, "wake"}), 4000 * s, "Crashed", 3600*s + 105*s, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			engine := orchestration.New(orchestration.Settings{})
			inBubble(t, []Service{NewSilentRuns(engine, SilentRunsConfig{})}, func(t *testing.T, s *store.Store, runner *Runner) {
				r, start := newRuns(t, s), time.Now()
				id := r.create(prefect.Running, nil)
				for _, step := range test.steps {
					sleep(step.at - time.Since(start))
					switch step.do {
					case "beat":
						r.beat(id)
					case "away":
						runner.Stop()
					case "wake":
						s.Awake(time.Now())
						runner.Start(t.Context())
					default:
						r.set(id, prefect.StateType(step.do))
					}
				}
				sleep(test.until - time.Since(start))
				r.want(id, test.state, test.since, start)
				if got := r.judged(); got != test.left {
					t.Errorf("it is judged by its heartbeats: %v, want %v", got, test.left)
				}
				if err := runner.Health(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestASilentRunGivesBackItsSlot(t *testing.T) {
	engine := orchestration.New(orchestration.Settings{})
	inBubble(t, []Service{NewSilentRuns(engine, SilentRunsConfig{Interval: 10 * time.Second})}, func(t *testing.T, s *store.Store, _ *Runner) {
		r, slots := newRuns(t, s), 1
		var limit *concurrency.Limit
		var deployment *prefect.Deployment
		update(t, s, func(tx *store.Tx) (err error) {
			body := &prefect.DeploymentCreate{Name: "d", FlowID: r.flow, ConcurrencyLimit: &slots}
			body.Mark("concurrency_limit")
			if deployment, _, err = tx.CreateDeployment(body, nil); err != nil {
				return err
			}
			d, err := tx.ReadDeploymentLimit(deployment.ID)
			limit = d.Limit
			return err
		})
		id := r.create(prefect.Scheduled, func(run *prefect.FlowRun, _ *prefect.State) { run.DeploymentID = &deployment.ID })
		taken := func() (n int) {
			update(t, s, func(tx *store.Tx) error {
				l, err := tx.ReadConcurrencyLimit(limit.ID)
				n = l.Taken(tx.Now)
				return err
			})
			return n
		}
		for _, typ := range []prefect.StateType{prefect.Pending, prefect.Running} {
			update(t, s, func(tx *store.Tx) error {
				result, err := engine.SetFlowRunState(tx, id, prefect.NewState(tx.IDs.V7(), typ, tx.Now), orchestration.Options{Policy: orchestration.CoreFlowPolicy})
				if err == nil && result.Status != prefect.Accept {
					t.Errorf("%s is answered with %s", typ, result.Status)
				}
				return err
			})
			r.beat(id) // the first comes while it is pending still
		}
		sleep(89 * time.Second)
		if got := taken(); got != 1 {
			t.Errorf("%d slots are taken while it runs, want 1", got)
		}
		sleep(2 * time.Second)
		if got := taken(); got != 0 {
			t.Errorf("%d slots are taken when it has crashed, want 0", got)
		}
		update(t, s, func(tx *store.Tx) error {
			run, err := tx.ReadFlowRunForUpdate(id)
			if err != nil {
				return err
			}
			if want := "No heartbeat came from the flow run's process for 1m30s (the last one at 2000-01-01T00:00:00Z); it is taken to be gone."; run.State.Name != "Crashed" || *run.State.Message != want {
				t.Errorf("it is %s: %s", run.State.Name, *run.State.Message)
			}
			told, err := tx.ReadEventLog(0, 1000, "prefect.flow-run.Crashed", 10)
			if len(told) != 1 {
				t.Errorf("%d events tell that it crashed", len(told))
			}
			return err
		})
		// A process that was only cut off may still say how it ended.
		update(t, s, func(tx *store.Tx) error {
			result, err := engine.SetFlowRunState(tx, id, prefect.NewState(tx.IDs.V7(), prefect.Completed, tx.Now), orchestration.Options{Policy: orchestration.CoreFlowPolicy})
			if err == nil && result.Status != prefect.Accept {
				t.Errorf("completed is answered with %s", result.Status)
			}
			return err
		})
		synctest.Wait()
	})
}
