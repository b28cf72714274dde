package server

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reevehq/reeve/internal/api"
	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/proxy"
	"github.com/reevehq/reeve/internal/sleep"
)

const (
	// wakeTime is what a machine takes to start, before the server does.
	wakeTime = 1 * time.Second
	// flowTime is for how long a run runs; startTime what its process takes to start.
	flowTime  = 5 * time.Second
	startTime = 4 * time.Second
)

// untold is a clock that knows of no jumps: what tells of them waits for the
// kernel, which simulated time does not go on without.
type untold struct{ clock.Clock }

// socket is a listening socket without a network, held by a machine's keeper.
type socket struct {
	conns chan net.Conn
	mu    sync.Mutex
	ended chan struct{} // closed while the deadline has passed
}

func newSocket() *socket { return &socket{conns: make(chan net.Conn, 128), ended: make(chan struct{})} }

func (s *socket) dial() net.Conn {
	here, there := net.Pipe()
	s.conns <- there
	return here
}

// Accept implements net.Listener.
func (s *socket) Accept() (net.Conn, error) {
	s.mu.Lock()
	ended := s.ended
	s.mu.Unlock()
	select {
	case <-ended:
		return nil, os.ErrDeadlineExceeded
	default:
	}
	select {
	case c := <-s.conns:
		return c, nil
	case <-ended:
		return nil, os.ErrDeadlineExceeded
	}
}

// SetDeadline knows a deadline that has passed and none.
func (s *socket) SetDeadline(at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at.IsZero() {
		s.ended = make(chan struct{})
		return nil
	}
	select {
	case <-s.ended:
	default:
		close(s.ended)
	}
	return nil
}

// Close leaves the socket to its holder.
func (s *socket) Close() error   { return s.SetDeadline(time.Unix(1, 0)) }
func (s *socket) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

// world is an installation in simulated time: a machine whose server sleeps, a
// gateway that never does, and a worker.
type world struct {
	t        *testing.T
	clock    clock.Clock
	database string
	server   *socket
	proxy    *proxy.Proxy

	mu     sync.Mutex
	starts int
	awake  time.Duration
	delays []time.Duration // of runs, from their time to RUNNING
}

// keep starts the server whenever a connection arrives, until ctx ends.
func (w *world) keep(ctx context.Context) {
	for {
		var first net.Conn
		select {
		case first = <-w.server.conns:
		case <-ctx.Done():
			return
		}
		began := w.clock.Now()
		time.Sleep(wakeTime)
		w.server.conns <- first
		_ = w.server.SetDeadline(time.Time{})
		srv, err := openAt(context.Background(), w.database, Config{Clock: w.clock,
			API:   api.Config{BasePath: "/api", DefaultLimit: 200},
			Sleep: sleep.Settings{Mode: sleep.Exit, After: 30 * time.Second, Least: 30 * time.Second}})
		if err == nil {
			err = srv.Serve(ctx, w.server)
		}
		if err != nil {
			w.t.Error(err)
			return
		}
		w.mu.Lock()
		w.starts++
		w.awake += w.clock.Now().Sub(began)
		w.mu.Unlock()
	}
}

// ask asks through the gateway, as a worker does, until it is answered.
func (w *world) ask(method, path string, body, to any) {
	for {
		text, err := json.Marshal(body)
		if err != nil {
			w.t.Error(err)
		}
		r := httptest.NewRequest(method, "/api"+path, bytes.NewReader(text))
		r.Header.Set("Content-Type", "application/json")
		answer := httptest.NewRecorder()
		w.proxy.ServeHTTP(answer, r)
		switch {
		case answer.Code == http.StatusServiceUnavailable:
			time.Sleep(5 * time.Second)
			continue
		case answer.Code >= 300:
			w.t.Errorf("%s %s answered %d: %s", method, path, answer.Code, answer.Body)
		case to != nil:
			if err := json.Unmarshal(answer.Body.Bytes(), to); err != nil {
				w.t.Error(err)
			}
		}
		return
	}
}

// work is what the stock worker does, with its defaults and a prefetch of 20 s:
// it polls every 10 s, more or less, and sends a heartbeat every 30 s.
func (w *world) work(ctx context.Context, ids clock.IDs) {
	var runs sync.WaitGroup
	defer runs.Wait()
	taken := map[string]bool{}
	beat := time.Time{}
	for ctx.Err() == nil {
		if now := w.clock.Now(); now.Sub(beat) >= 30*time.Second {
			beat = now
			w.ask(http.MethodPost, "/work_pools/p/workers/heartbeat", doc{"name": "w", "heartbeat_interval_seconds": 30}, nil)
		}
		var found []struct {
			FlowRun struct {
				ID string    `json:"id"`
				At time.Time `json:"next_scheduled_start_time"`
			} `json:"flow_run"`
		}
		w.ask(http.MethodPost, "/work_pools/p/get_scheduled_flow_runs", doc{"scheduled_before": w.clock.Now().Add(20 * time.Second)}, &found)
		for _, f := range found {
			if !taken[f.FlowRun.ID] {
				taken[f.FlowRun.ID] = true
				runs.Go(func() { w.run(f.FlowRun.ID, f.FlowRun.At) })
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration((0.7 + 0.6*ids.Float()) * float64(10*time.Second))):
		}
	}
}

// run is the life of a run in its process.
func (w *world) run(id string, at time.Time) {
	set := func(state string) {
		w.ask(http.MethodPost, "/flow_runs/"+id+"/set_state", doc{"state": doc{"type": state}}, nil)
	}
	set("PENDING")
	time.Sleep(startTime)
	time.Sleep(at.Sub(w.clock.Now()))
	set("RUNNING")
	w.mu.Lock()
	w.delays = append(w.delays, w.clock.Now().Sub(at))
	w.mu.Unlock()
	time.Sleep(flowTime)
	set("COMPLETED")
}

// memory is a folder in memory, where there is one: a day has thousands of
// commits, and that they are on disk is tested elsewhere.
func memory(t *testing.T) string {
	folder, err := os.MkdirTemp("/dev/shm", "reeve-day")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	return folder
}

// TestADay: with a worker attached and a run every half hour, the server sleeps
// nearly all of a day, and each run starts in time.
func TestADay(t *testing.T) {
	transport := http.DefaultTransport.(*http.Transport)
	dial := transport.DialContext
	t.Cleanup(func() { transport.DialContext = dial })
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t, clock: untold{clock.System{}}, database: filepath.Join(memory(t), "reeve.db"), server: newSocket()}
		ids := clock.NewSeededIDs(w.clock, strings.NewReader(strings.Repeat("a seed that is long enough for a day of jitter", 10_000)))
		calls := newSocket()
		transport.DialContext = func(_ context.Context, _, address string) (net.Conn, error) {
			if strings.HasPrefix(address, "gateway") {
				return calls.dial(), nil
			}
			return w.server.dial(), nil
		}
		var err error
		w.proxy, err = proxy.New(proxy.Config{Pools: []string{"p"}, Settings: config.Gateway{Name: "g", API: "http://server/api",
			URL: "http://gateway", FloorPoll: config.Span(5 * time.Minute), Hold: config.Span(30 * time.Second)}}, w.clock, ids, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		nudged := &http.Server{Handler: http.HandlerFunc(w.proxy.ServeNudge), ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
		var running sync.WaitGroup
		ctx, stop := context.WithCancel(context.Background())
		running.Go(func() { w.keep(ctx) })
		running.Go(func() { _ = nudged.Serve(calls) })
		w.proxy.Start()

		start := w.clock.Now()
		w.ask(http.MethodPost, "/work_pools/", doc{"name": "p", "type": "process"}, nil)
		var flow named
		w.ask(http.MethodPost, "/flows/", doc{"name": "f"}, &flow)
		w.ask(http.MethodPost, "/deployments/", doc{"name": "d", "flow_id": flow.ID, "work_pool_name": "p",
			"schedules": []doc{{"active": true, "schedule": doc{"interval": 1800, "anchor_date": start.Add(10 * time.Minute)}}}}, nil)
		working, rest := context.WithCancel(ctx)
		running.Go(func() { w.work(working, ids) })
		time.Sleep(24*time.Hour - w.clock.Now().Sub(start))

		w.mu.Lock()
		awake, starts, delays := w.awake, w.starts, slices.Clone(w.delays)
		w.mu.Unlock()
		asleep := 1 - float64(awake)/float64(24*time.Hour)
		t.Logf("asleep %.2f %% of the day, woken %d times; %d runs, %s late at most", asleep*100, starts, len(delays), slices.Max(delays))
		if asleep < 0.97 {
			t.Errorf("the server slept %.2f %% of the day, not 97 %%", asleep*100)
		}
		if len(delays) != 48 {
			t.Errorf("%d runs started, want 48", len(delays))
		}
		if late := slices.Max(delays); late > time.Second+wakeTime {
			t.Errorf("a run started %s late", late)
		}
		rest()
		stop()
		w.proxy.Close()
		_ = nudged.Shutdown(context.Background())
		transport.CloseIdleConnections()
		running.Wait()
	})
}
