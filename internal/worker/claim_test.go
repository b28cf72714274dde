package worker

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/clock"
)

// leap is a clock that jumps, as one does for a process that was stopped.
type leap struct {
	clock.System
	by atomic.Int64
}

func (c *leap) Now() time.Time { return c.System.Now().Add(time.Duration(c.by.Load())) }

// A worker that is stopped between two steps of a run goes on with answers that
// are minutes old. Whatever became of the run meanwhile, it starts no process.
func TestARunThatWasGivenAwayIsNotStarted(t *testing.T) {
	for name, taken := range map[string]func(f *fakeServer, id string){
		"another worker ran it": func(f *fakeServer, id string) {
			f.state[id] = map[string]any{"type": "COMPLETED", "name": "Completed"}
		},
		"another worker has claimed it": func(f *fakeServer, id string) {
			f.labels[id] = map[string]any{processLabel: "another"}
		},
		"it was put back": func(f *fakeServer, id string) {
			f.state[id] = map[string]any{"type": "SCHEDULED", "name": "Scheduled"}
			f.due = nil
		},
		"it was deleted": func(f *fakeServer, id string) { delete(f.state, id) },
	} {
		for _, step := range []string{"/labels", "/set_state twice"} {
			t.Run(name+" after "+step, func(t *testing.T) {
				t.Parallel()
				began := filepath.Join(t.TempDir(), "began")
				f, url := newFakeServer(t, "touch "+began)
				id := f.schedule(nil)
				path, twice := strings.CutSuffix(step, " twice")
				call, now := "POST /flow_runs/"+id+path, new(leap)
				if path == "/labels" {
					call = "PATCH /flow_runs/" + id + path
				}
				calls := 0
				f.mu.Lock()
				f.after[call] = func() {
					if calls++; !twice || calls == 2 {
						now.by.Store(int64(2 * time.Minute))
						taken(f, id)
					}
				}
				f.mu.Unlock()
				stop := startAt(t, url, 0, now)
				f.until("claimed", func() bool { return f.past[id] != nil })
				f.until("given away and polled again", func() bool {
					return now.by.Load() > 0 && strings.HasSuffix(f.calls[len(f.calls)-1], "/get_scheduled_flow_runs")
				})
				stop()
				if _, err := os.Stat(began); err == nil {
					t.Errorf("its process was started; the worker asked %q", f.calls)
				}
			})
		}
	}
}

// Nobody could cancel a run that was deleted, or see what it does.
func TestTheProcessOfADeletedRunIsEnded(t *testing.T) {
	f, url := newFakeServer(t, "sleep 300")
	id := f.schedule(nil)
	stop := start(t, url, 0)
	defer stop()
	f.until("marked", func() bool { return f.labels[id][runLabel] != nil })
	f.mu.Lock()
	label := f.labels[id][runLabel].(string)
	delete(f.state, id)
	f.mu.Unlock()
	f.until("ended", func() bool { return alive(label) == 0 })
}

// A process may die while it waits to try again within itself. The run is then
// nobody's, unless another process is to go on with it.
func TestAProcessThatDiesWhileItWaitsToRetry(t *testing.T) {
	for retry, want := range map[string]string{"in_process": "CRASHED", "reschedule": "SCHEDULED"} {
		t.Run(retry, func(t *testing.T) {
			t.Parallel()
			f, url := newFakeServer(t, "sh -c 'sleep 0.5; kill -9 $$'")
			id := f.schedule(nil)
			stop := start(t, url, 0)
			f.until("marked", func() bool { return f.labels[id][runLabel] != nil })
			f.mu.Lock()
			f.due = nil
			f.state[id], f.retries[id] = map[string]any{"type": "SCHEDULED", "name": "AwaitingRetry"}, retry
			before := maps.Clone(f.state[id])
			f.mu.Unlock()
			f.until("looked what became of it", func() bool { return strings.Contains(strings.Join(f.calls, "\n"), "GET /flow_runs/"+id) })
			if want == "CRASHED" {
				f.until("crashed", func() bool { return f.state[id]["type"] == want })
			}
			stop()
			if got := f.state[id]["type"]; got != want {
				t.Errorf("%v became %v", before, f.state[id])
			}
		})
	}
}
