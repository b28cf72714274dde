package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/sleep"
	"github.com/reevehq/reeve/internal/wire"
)

// host is a machine's host that freezes it for some time: wall time jumps, and
// timers do not notice.
type host struct {
	clock  *clock.Manual
	away   time.Duration
	err    error
	asked  atomic.Int32
	before func()
}

func (h *host) Suspend(context.Context) error {
	h.before()
	h.asked.Add(1)
	if h.away > 0 {
		h.clock.Jump(h.away)
	}
	return h.err
}

// eventually waits for what another goroutine does in real time.
func eventually(t *testing.T, what string, look func() bool) {
	t.Helper()
	for deadline := time.Now().Add(3 * time.Second); !look(); {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
		time.Sleep(time.Millisecond)
	}
}

func TestSuspended(t *testing.T) {
	tests := []struct {
		name string
		away time.Duration
		err  error
	}{
		{"for half an hour", 30 * time.Minute, nil},
		{"and the answer is lost in it", 30 * time.Minute, errors.New("connection reset")},
		{"refused by the host", 0, errors.New("412")},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			manual := clock.NewManual(time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC))
			frozen := &host{clock: manual, away: test.away, err: test.err}
			s := openAsked(t, func(c *Config) {
				c.Clock = manual
				c.Sleep = sleep.Settings{Mode: sleep.Suspend, After: 30 * time.Second, Least: time.Minute, Host: frozen}
			})
			var left int64 = -1
			frozen.before = func() {
				if info, err := os.Stat(s.config.API.Database + "-wal"); err == nil {
					left = info.Size()
				}
			}
			// A run that becomes late while the machine is frozen, in a pool without
			// worker, for which nobody is woken.
			deployment := s.pool("p", false, nil)
			var run named
			s.do("/deployments/"+deployment+"/create_flow_run", doc{"state": doc{"type": "SCHEDULED",
				"state_details": doc{"scheduled_time": manual.Now().Add(10 * time.Minute)}}}, &run)
			url, socket := s.serve(t)
			manual.Advance(time.Second)
			eventually(t, "idle services", func() bool { return len(s.outlook().Reasons) == 0 })

			for i := 0; frozen.asked.Load() == 0; i++ {
				if i > 200 {
					t.Fatal("the host was not asked")
				}
				manual.Advance(10 * time.Second)
				time.Sleep(5 * time.Millisecond)
			}
			if left != 0 {
				t.Errorf("the log has %d bytes", left)
			}
			if test.away == 0 {
				return
			}
			eventually(t, "the run to be late", func() bool {
				var r struct {
					StateName string `json:"state_name"`
				}
				s.do("/flow_runs/"+run.ID, nil, &r)
				return r.StateName == "Late"
			})
			_, _, err := socket.Read(t.Context())
			if got := websocket.CloseStatus(err); got != websocket.StatusServiceRestart {
				t.Errorf("the websocket ended with %v", err)
			}
			if answer, err := http.Get(url + "/api/health"); err != nil || answer.StatusCode != http.StatusOK {
				t.Errorf("the server does not go on: %v", err)
			} else {
				_ = answer.Body.Close()
			}
		})
	}
}

// serve serves on loopback until the test ends. The websocket is one that a
// gateway keeps.
func (s asked) serve(t *testing.T) (url string, socket *websocket.Conn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, listener) }()
	url = "http://" + listener.Addr().String()
	socket, answer, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(url, "http")+"/api/events/in",
		&websocket.DialOptions{HTTPHeader: http.Header{wire.GatewayHeader: {"g"}}})
	if err != nil {
		t.Fatal(err)
	}
	if answer.Body != nil {
		_ = answer.Body.Close()
	}
	t.Cleanup(func() {
		_ = socket.CloseNow()
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return url, socket
}

func TestExitAndTheNextOnTheSameSocket(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	url := "http://" + listener.Addr().String() + "/api/admin/version"
	database := filepath.Join(t.TempDir(), "reeve.db")
	for life := range 2 {
		s := openAskedAt(t, database, func(c *Config) {
			c.Sleep = sleep.Settings{Mode: sleep.Exit, After: 30 * time.Millisecond, Least: time.Minute}
		})
		// As when systemd keeps the socket, the server gets a duplicate.
		file, err := listener.(*net.TCPListener).File()
		if err != nil {
			t.Fatal(err)
		}
		duplicate, err := net.FileListener(file)
		if err := errors.Join(err, file.Close()); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		asking := make(chan error, 1)
		go func() { asking <- ask(url) }() // waits at the socket until somebody serves it
		go func() { ended <- s.Serve(t.Context(), duplicate) }()
		if err := <-asking; err != nil {
			t.Errorf("life %d: %v", life, err)
		}
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("life %d: %v", life, err)
			}
		case <-time.After(5 * time.Second):
			t.Fatalf("life %d does not end", life)
		}
		for _, end := range []string{"-wal", "-shm"} {
			if _, err := os.Stat(database + end); err == nil {
				t.Errorf("life %d left %s behind", life, database+end)
			}
		}
	}
}

func ask(url string) error {
	answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Get(url)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("answered %s", answer.Status)
	}
	return nil
}
