package worker

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/clock"
)

func TestHealthcheck(t *testing.T) {
	now := clock.NewManual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	w := New(Config{Query: 10 * time.Second, Log: slog.New(slog.DiscardHandler)}, now, clock.NewIDs(now))
	for _, c := range []struct {
		name    string
		prepare func()
		status  int
		message string
	}{
		{"started", func() {}, http.StatusOK, "OK"},
		{"a poll takes long", func() { now.Advance(299 * time.Second) }, http.StatusOK, "OK"},
		{"a poll hangs", func() { now.Advance(2 * time.Second) }, http.StatusServiceUnavailable, "unresponsive"},
		{"the server is away", func() { w.server.away.Store(true) }, http.StatusOK, "OK"},
		{"the next poll is far", func() { w.server.away.Store(false); w.polls(time.Hour); now.Advance(time.Hour) }, http.StatusOK, "OK"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.prepare()
			out := httptest.NewRecorder()
			w.Healthcheck().ServeHTTP(out, httptest.NewRequest(http.MethodGet, "/health", nil))
			if out.Code != c.status || !strings.Contains(out.Body.String(), c.message) {
				t.Errorf("%d %s", out.Code, out.Body)
			}
		})
	}
}

func TestRunOnce(t *testing.T) {
	f, url := newFakeServer(t, "sh -c 'exit 3'")
	run := f.schedule(nil)
	w := New(Config{URL: url, Pool: "pool", Name: "once", Once: true, Query: time.Hour, Heartbeat: time.Minute, Prefetch: 10 * time.Second,
		Environ: os.Environ(), Out: io.Discard, Log: slog.New(slog.DiscardHandler)}, clock.System{}, clock.NewIDs(clock.System{}))
	if err := w.Run(context.Background()); err != nil { // ends by itself
		t.Fatal(err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.state[run]["type"] != "CRASHED" {
		t.Errorf("the run is %v", f.state[run])
	}
}
