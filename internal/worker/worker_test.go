package worker

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/wire"
)

const (
	poolID = "11111111-1111-4111-8111-111111111111"
	flowID = "22222222-2222-4222-8222-222222222222"
)

// fakeServer answers what a worker asks, with one pool, one flow and the runs
// that a test gives it. It has no websockets: the worker falls back to polls.
type fakeServer struct {
	t *testing.T

	mu      sync.Mutex
	due     []map[string]any
	state   map[string]map[string]any // by run
	labels  map[string]map[string]any // likewise
	away    bool                      // nothing is answered
	calls   []string
	logs    []string
	command string
	refuse  map[string]int    // calls that are answered with this status, once each
	verdict string            // of PENDING, ACCEPT when empty
	retries map[string]string // how runs are retried
	lost    int               // answers to set_state that are lost after it was done
	after   map[string]func() // what happens, once each time, after a call
	claims  map[string]string // the claim header, by run
	past    map[string][]any  // names of the states that were proposed, by run
	changed chan struct{}
}

func newFakeServer(t *testing.T, command string) (*fakeServer, string) {
	f := &fakeServer{t: t, state: map[string]map[string]any{}, labels: map[string]map[string]any{}, command: command, refuse: map[string]int{}, after: map[string]func(){}, claims: map[string]string{}, retries: map[string]string{}, past: map[string][]any{}, changed: make(chan struct{}, 100)}
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	return f, s.URL + "/api"
}

func (f *fakeServer) schedule(variables map[string]any) string {
	id := uuid.NewString()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.state[id], f.labels[id] = map[string]any{"type": "SCHEDULED", "name": "Scheduled"}, map[string]any{}
	f.due = append(f.due, map[string]any{"flow_run": map[string]any{"id": id, "name": "a-run", "flow_id": flowID, "job_variables": variables}})
	return id
}

// leave makes a run that another worker had.
func (f *fakeServer) leave(state string, labels map[string]any) string {
	id := uuid.NewString()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.state[id], f.labels[id] = map[string]any{"type": state, "name": state}, labels
	return id
}

func (f *fakeServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/api")
	raw, _ := io.ReadAll(r.Body)
	f.mu.Lock()
	defer f.mu.Unlock()
	call := r.Method + " " + path
	f.calls = append(f.calls, call)
	if f.after[call] != nil {
		defer f.after[call]()
	}
	if status := f.refuse[call]; status != 0 {
		delete(f.refuse, call)
		w.WriteHeader(status)
		return
	}
	parts := strings.Split(strings.Trim(path, "/"), "/")
	switch {
	case f.away:
		w.WriteHeader(http.StatusServiceUnavailable)
	case r.Header.Get("Upgrade") != "":
		w.WriteHeader(http.StatusNotFound)
	case strings.HasSuffix(path, "/get_scheduled_flow_runs"):
		due := []map[string]any{}
		for _, run := range f.due {
			if f.state[run["flow_run"].(map[string]any)["id"].(string)]["type"] == "SCHEDULED" {
				due = append(due, run)
			}
		}
		f.answer(w, due)
	case path == "/work_pools/pool":
		f.answer(w, map[string]any{"id": poolID, "name": "pool", "type": "process", "base_job_template": map[string]any{
			"job_configuration": map[string]any{"command": f.command, "env": "{{ env }}"},
			"variables":         map[string]any{"properties": map[string]any{"env": map[string]any{"type": "object"}}}}})
	case parts[0] == "flow_runs" && len(parts) > 1 && len(parts[1]) == 36 && f.state[parts[1]] == nil:
		w.WriteHeader(http.StatusNotFound) // deleted
	case strings.HasSuffix(path, "/set_state"):
		if claim := r.Header.Get(wire.ClaimHeader); claim != "" {
			f.claims[parts[1]] = claim
		}
		f.setState(w, parts[1], raw)
	case path == "/flow_runs/count":
		n := 0
		for id := range f.state {
			if strings.Contains(string(raw), id) {
				n++
			}
		}
		f.answer(w, n)
	case path == "/flows/"+flowID:
		f.answer(w, map[string]any{"id": flowID, "name": "a-flow"})
	case path == "/flow_runs/filter":
		found := []map[string]any{}
		for id, state := range f.state {
			if strings.Contains(string(raw), fmt.Sprintf("%q", state["type"])) || strings.Contains(string(raw), fmt.Sprintf("%q", state["name"])) {
				found = append(found, map[string]any{"id": id, "name": "a-run", "flow_id": flowID, "labels": f.labels[id], "state": state})
			}
		}
		f.answer(w, found)
	case strings.HasSuffix(path, "/labels"):
		var labels map[string]any
		_ = json.Unmarshal(raw, &labels)
		maps.Copy(f.labels[parts[1]], labels)
	case parts[0] == "flow_runs" && r.Method == http.MethodGet:
		f.answer(w, map[string]any{"id": parts[1], "state": f.state[parts[1]], "labels": f.labels[parts[1]],
			"empirical_policy": map[string]any{"retry_type": f.retries[parts[1]]}})
	case path == "/logs/":
		var lines []line
		_ = json.Unmarshal(raw, &lines)
		for _, l := range lines {
			f.logs = append(f.logs, l.Message)
		}
	}
}

func (f *fakeServer) setState(w http.ResponseWriter, id string, raw []byte) {
	var in struct{ State map[string]any }
	_ = json.Unmarshal(raw, &in)
	status := "ACCEPT"
	f.past[id] = append(f.past[id], in.State["name"])
	switch have := f.state[id]; {
	case transitionOf(have) != nil && transitionOf(have) == transitionOf(in.State):
		status = "REJECT" // it has made this transition already
	case have["type"] == "COMPLETED":
		status = "ABORT"
	case in.State["name"] == "Pending" && f.verdict != "":
		status = f.verdict
	case in.State["name"] == "Pending" && have["type"] == "PENDING":
		status = "ABORT" // another worker has it
	default:
		f.state[id] = in.State
	}
	if f.lost > 0 {
		f.lost--
		panic(http.ErrAbortHandler)
	}
	f.answer(w, map[string]any{"status": status, "state": f.state[id]})
	select {
	case f.changed <- struct{}{}:
	default:
	}
}

func transitionOf(state map[string]any) any {
	details, _ := state["state_details"].(map[string]any)
	return details["transition_id"]
}

func (f *fakeServer) answer(w http.ResponseWriter, v any) { _ = json.NewEncoder(w).Encode(v) }

// until waits for the server to have been told something.
func (f *fakeServer) until(what string, ok func() bool) {
	f.t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		f.mu.Lock()
		done := ok()
		f.mu.Unlock()
		if done {
			return
		}
		select {
		case <-f.changed:
		case <-time.After(20 * time.Millisecond):
		case <-deadline:
			f.mu.Lock()
			defer f.mu.Unlock()
			f.t.Fatalf("never %s; states %v, calls %v", what, f.state, f.calls[max(0, len(f.calls)-30):])
		}
	}
}

func start(t *testing.T, url string, limit int) (stop func()) {
	t.Helper()
	return startAt(t, url, limit, clock.System{})
}

func startAt(t *testing.T, url string, limit int, c clock.Clock) (stop func()) {
	t.Helper()
	ids := clock.NewIDs(clock.System{})
	w := New(Config{URL: url, Pool: "pool", Name: "tester", Limit: limit, Drain: 300 * time.Millisecond, Query: 50 * time.Millisecond, Heartbeat: time.Minute,
		Prefetch: 10 * time.Second, Environ: os.Environ(), Out: io.Discard, Log: slog.New(slog.DiscardHandler)}, c, ids)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			select {
			case err := <-ended:
				if err != nil {
					t.Errorf("the worker ended with %v", err)
				}
			case <-time.After(20 * time.Second):
				t.Error("the worker does not end")
			}
		})
	}
	t.Cleanup(stop)
	return stop
}

func TestARunIsTakenAndRun(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	f, url := newFakeServer(t, `sh -c 'echo "$PREFECT__FLOW_RUN_ID $PREFECT__FLOW_NAME $EXTRA" > `+out+`'`)
	id := f.schedule(map[string]any{"env": map[string]any{"EXTRA": "yes", "NONE": nil}})
	stop := start(t, url, 0)
	f.until("said it was executed", func() bool { return strings.Count(strings.Join(f.calls, "\n"), "POST /events") >= 3 })
	stop()
	if got, want := read(t, out), id+" a-flow yes\n"; got != want {
		t.Errorf("the process saw %q, want %q", got, want)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if got := fmt.Sprint(f.past[id][:2]); got != "[Pending Submitting]" {
		t.Errorf("the worker proposed %s: what follows is its process's business", got)
	}
	if !strings.Contains(f.claims[id], self()) {
		t.Errorf("the claim %s does not say whose it is", f.claims[id])
	}
	for _, want := range []string{"PATCH /flow_runs/" + id + "/labels", "PATCH /flow_runs/" + id, "POST /work_pools/pool/workers/heartbeat"} {
		if !strings.Contains(strings.Join(f.calls, "\n"), want) {
			t.Errorf("no %s", want)
		}
	}
	if said := strings.Join(f.logs, "\n"); !strings.Contains(said, "Worker 'tester' submitting flow run") || !strings.Contains(said, "submitted to infrastructure") {
		t.Errorf("the run's logs have %q", said)
	}
}

func TestAProcessThatFailsIsReportedCrashed(t *testing.T) {
	for name, c := range map[string]struct{ command, message string }{
		"exit code":     {"sh -c 'exit 3'", "Process exited with status code: 3. Process exited with an unexpected status code."},
		"signal":        {"sh -c 'kill -9 $$'", "Process exited with status code: -9. Process exited due to a SIGKILL signal."},
		"last words":    {"sh -c 'echo fatal: no such repository; exit 128'", "Process exited with status code: 128. Process exited with an unexpected status code. It printed last:\nfatal: no such repository"},
		"ran no flow":   {"true", "The job's command ended with status code 0 and did not run the flow: true"},
		"no such thing": {"/no/such/program", "Failed to submit flow run to infrastructure"},
	} {
		t.Run(name, func(t *testing.T) {
			f, url := newFakeServer(t, c.command)
			id := f.schedule(nil)
			start(t, url, 0)
			f.until("crashed", func() bool { return f.state[id]["type"] == "CRASHED" })
			f.mu.Lock()
			defer f.mu.Unlock()
			if message, _ := f.state[id]["message"].(string); !strings.HasPrefix(message, c.message) {
				t.Errorf("message %q, want %q", message, c.message)
			}
		})
	}
}

func TestARunThatIsCancelledEndsWithItsWholeGroup(t *testing.T) {
	dir := t.TempDir()
	child := filepath.Join(dir, "child")
	f, url := newFakeServer(t, `sh -c 'sleep 300 & echo $! > `+child+`; wait'`)
	id := f.schedule(nil)
	start(t, url, 0)
	f.until("started", func() bool { raw, _ := os.ReadFile(child); return strings.HasSuffix(string(raw), "\n") })
	pid := strings.TrimSpace(read(t, child))
	f.mu.Lock()
	f.state[id] = map[string]any{"type": "CANCELLING", "name": "Cancelling"}
	f.mu.Unlock()
	f.until("cancelled", func() bool { return f.state[id]["type"] == "CANCELLED" })
	gone := func() bool {
		raw, err := os.ReadFile("/proc/" + pid + "/stat")
		return err != nil || strings.Contains(string(raw), ") Z ")
	}
	f.until("ended the descendants", gone)
}

func TestTheLimitIsKept(t *testing.T) {
	f, url := newFakeServer(t, "sleep 0.3")
	for range 4 {
		f.schedule(nil)
	}
	start(t, url, 2)
	f.until("started two", func() bool { return taken(f) >= 2 })
	f.mu.Lock()
	if n := taken(f); n > 2 {
		t.Errorf("%d runs were taken at once, the limit is 2", n)
	}
	f.mu.Unlock()
	f.until("took the others when there was room", func() bool { return taken(f) == 0 && len(f.past) == 4 })
}

func taken(f *fakeServer) (n int) {
	for _, state := range f.state {
		if state["type"] == "PENDING" {
			n++
		}
	}
	return n
}

func TestTheServersAbsenceIsOutlived(t *testing.T) {
	f, url := newFakeServer(t, "true")
	f.refuse["GET /work_pools/pool"] = http.StatusServiceUnavailable
	f.refuse["POST /work_pools/pool/get_scheduled_flow_runs"] = http.StatusBadGateway
	id := f.schedule(nil)
	f.refuse["POST /flow_runs/"+id+"/set_state"] = http.StatusServiceUnavailable
	start(t, url, 0)
	f.until("submitted", func() bool { return slices.Contains(f.past[id], any("Submitting")) })
}

func TestAClaimWhoseAnswerIsLostIsStillOurs(t *testing.T) {
	f, url := newFakeServer(t, "true")
	f.lost = 1
	id := f.schedule(nil)
	start(t, url, 0)
	f.until("submitted", func() bool { return slices.Contains(f.past[id], any("Submitting")) })
}

func TestARunThatTheServerKeepsIsLeftAlone(t *testing.T) {
	for _, verdict := range []string{"ABORT", "WAIT", "REJECT"} {
		t.Run(verdict, func(t *testing.T) {
			f, url := newFakeServer(t, "true")
			f.verdict = verdict
			id := f.schedule(nil)
			stop := start(t, url, 0)
			f.until("asked twice", func() bool {
				return strings.Count(strings.Join(f.calls, "\n"), "POST /flow_runs/"+id+"/set_state") >= 2
			})
			stop()
			f.mu.Lock()
			defer f.mu.Unlock()
			if strings.Contains(strings.Join(f.calls, "\n"), "GET /flows/") {
				t.Error("the run was started")
			}
		})
	}
}

func TestAPoolThatIsNotThereEndsTheWorker(t *testing.T) {
	f, url := newFakeServer(t, "true")
	f.refuse["GET /work_pools/pool"] = http.StatusNotFound
	w := New(Config{URL: url, Pool: "pool", Name: "tester", Query: time.Second, Heartbeat: time.Minute, Out: io.Discard,
		Log: slog.New(slog.DiscardHandler)}, clock.System{}, clock.NewIDs(clock.System{}))
	if err := w.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "does not exist") {
		t.Errorf("the worker ended with %v", err)
	}
}

func TestSplitCommand(t *testing.T) {
	for line, want := range map[string][]string{
		"python -m prefect.engine": {"python", "-m", "prefect.engine"},
		`sh -c 'a "b" $c'`:         {"sh", "-c", `a "b" $c`},
		`a "b \"c\" d" ''`:         {"a", `b "c" d`, ""},
		`a\ b  c`:                  {"a b", "c"},
		"":                         nil,
	} {
		got := splitCommand(line)
		if strings.Join(got, "|") != strings.Join(want, "|") || len(got) != len(want) {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
