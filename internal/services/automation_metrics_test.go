package services

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// metric is a metric trigger that looks back five minutes.
func metric(name, operator string, threshold float64, more string) string {
	return fmt.Sprintf(`{"type":"metric","posture":"Metric"%s,"metric":{"name":%q,"operator":%q,"threshold":%v,"range":300,"firing_for":60}}`,
		more, name, operator, threshold)
}

// ended makes a run of the flow that has ended now, after some time.
func (w *automationsWorld) ended(r *runs, state prefect.StateType, took time.Duration) {
	w.Helper()
	id := r.create(prefect.Pending, nil)
	r.set(id, prefect.Running)
	w.machine.Advance(took)
	r.set(id, state)
	w.settle()
}

// paused fires when a pool is.
const paused = `{"type":"event","posture":"Reactive","expect":["pool.paused"],"threshold":1,"within":0}`

func TestMetricTriggers(t *testing.T) {
	for _, test := range []struct {
		name    string
		trigger string
		play    func(w *automationsWorld, r *runs)
		fired   []string
	}{
		{"successes fall, for long enough, and rise", metric("successes", "<", 0.5, ""), func(w *automationsWorld, r *runs) {
			w.ended(r, prefect.Failed, time.Second) // at 1 s, and from then on
			w.until(40)
			w.ended(r, prefect.Failed, time.Second)
			w.until(200)
			for range 3 {
				w.ended(r, prefect.Completed, 0)
			}
			w.until(290)
		}, []string{"90", "290 resolved"}},
		{"not for long enough", metric("successes", "<", 0.5, ""), func(w *automationsWorld, r *runs) {
			w.ended(r, prefect.Failed, time.Second)
			w.until(30)
			w.ended(r, prefect.Completed, time.Second)
			w.until(290)
		}, nil},
		{"duration is the mean", metric("duration", ">", 10, ""), func(w *automationsWorld, r *runs) {
			w.ended(r, prefect.Completed, 5*time.Second)
			w.ended(r, prefect.Failed, 20*time.Second)
			w.until(200)
		}, []string{"90"}},
		{"lateness grows by itself", metric("lateness", ">", 100, ""), func(w *automationsWorld, r *runs) {
			r.create(prefect.Scheduled, func(run *prefect.FlowRun, s *prefect.State) {
				s.StateDetails.ScheduledTime = prefect.AtPointer(w.machine.Now().Add(10 * time.Second))
			})
			w.until(299)
		}, []string{"170.001"}},
		{"without runs there is no figure", metric("successes", "<", 0.5, ""), func(w *automationsWorld, r *runs) { w.until(1000) }, nil},
		{"only what matches", metric("successes", "<", 0.5, `,"match_related":{"prefect.resource.role":"flow","prefect.resource.name":"other"}`),
			func(w *automationsWorld, r *runs) {
				w.ended(r, prefect.Failed, time.Second)
				w.until(200)
			}, nil},
		{"by the flow's name", metric("successes", "<=", 0, `,"match":{"prefect.resource.id":"prefect.flow-run.*"},"match_related":{"prefect.resource.name":"fl?w"}`),
			func(w *automationsWorld, r *runs) {
				w.ended(r, prefect.Crashed, time.Second)
				w.until(200)
			}, []string{"90"}},
		{"with an event, in any order", `{"type":"compound","require":"all","within":600,"triggers":[` + paused + "," + metric("successes", "<", 0.5, "") + "]}",
			func(w *automationsWorld, r *runs) {
				w.ended(r, prefect.Failed, time.Second) // at 1 s; its figure is told at 90 s
				w.play("30 pool.paused")
				w.until(200)
			}, []string{"90"}},
		{"either is enough", `{"type":"compound","require":"any","within":600,"triggers":[` + paused + "," + metric("successes", "<", 0.5, "") + "]}",
			func(w *automationsWorld, r *runs) {
				w.ended(r, prefect.Failed, time.Second)
				w.until(200)
			}, []string{"90"}},
		{"the figure, then an event", `{"type":"sequence","within":600,"triggers":[` + metric("successes", "<", 0.5, "") + "," + paused + "]}",
			func(w *automationsWorld, r *runs) {
				w.ended(r, prefect.Failed, time.Second)
				w.play("120 pool.paused")
				w.until(200)
			}, []string{"120 pool.paused"}},
		{"an event, then the figure, though the other way was asked for", `{"type":"sequence","within":600,"triggers":[` + metric("successes", "<", 0.5, "") + "," + paused + "]}",
			func(w *automationsWorld, r *runs) {
				w.ended(r, prefect.Failed, time.Second)
				w.play("30 pool.paused")
				w.until(200)
			}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newAutomationsWorld(t)
			w.automation(test.trigger)
			test.play(w, newRuns(t, w.store))
			if got := w.fired(); !slices.Equal(got, test.fired) {
				t.Errorf("fired %q, want %q", got, test.fired)
			}
		})
	}
}

// While nothing happens, figures keep nobody awake.
func TestMetricTriggersLetTheServerSleep(t *testing.T) {
	w := newAutomationsWorld(t)
	w.automation(metric("successes", "<", 0.5, ""))
	r := newRuns(t, w.store)
	w.ended(r, prefect.Completed, time.Second)
	w.until(60)
	if at, due := w.next(); due {
		t.Errorf("something is due at %v", at)
	}
	w.ended(r, prefect.Failed, time.Second)
	w.ended(r, prefect.Failed, time.Second)
	w.until(100)
	at, due := w.next()
	if !due || at.Before(w.machine.Now()) {
		t.Errorf("due %v at %v, want when the figure has been too low for a minute", due, at)
	}
	w.open() // the server has slept, or was killed: what it waited for is in the database
	w.until(at.Sub(epoch).Seconds())
	if n := len(w.fired()); n != 1 {
		t.Errorf("fired %d times", n)
	}
}

// Names of resources are what events of runs have.
func TestFiguresAreOfRunsAsEventsNameThem(t *testing.T) {
	w := newAutomationsWorld(t)
	r := newRuns(t, w.store)
	id := r.create(prefect.Pending, func(run *prefect.FlowRun, _ *prefect.State) { run.Tags = prefect.Tags{"x"} })
	r.set(id, prefect.Completed)
	err := w.store.View(t.Context(), func(tx *store.Tx) error {
		found, err := tx.ReadMetricRuns(epoch, 10)
		if err != nil {
			return err
		}
		if len(found) != 1 || found[0].Resource.ID() != "prefect.flow-run."+id.String() {
			t.Fatalf("found %v", found)
		}
		told := w.told("prefect.flow-run.Completed")[0]
		if !slices.EqualFunc(found[0].Related, told.Related, func(a, b prefect.Resource) bool { return a.ID() == b.ID() && a.Role() == b.Role() }) {
			t.Errorf("related %v, the event has %v", found[0].Related, told.Related)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
