package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/storetest"
)

// testServer is an API on a real database, listening on loopback.
type testServer struct {
	*API
	*httptest.Server
}

func newTestServer(t testing.TB, config Config) testServer {
	t.Helper()
	return serve(t, storetest.New(t, clock.System{}).Store, config)
}

// serve returns an API on a store that may have another one.
func serve(t testing.TB, s *store.Store, config Config) testServer {
	t.Helper()
	machine := clock.System{}
	ids := clock.NewIDs(machine)
	config.BasePath, config.DefaultLimit = "/api", 200
	a := New(s, machine, ids, slog.New(slog.DiscardHandler), config)
	server := httptest.NewServer(a.Handler())
	deleting, stop := context.WithCancel(context.Background())
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		continueDeletions(deleting, s)
	}()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		a.Close(ctx)
		server.Close()
		stop()
		<-stopped
	})
	return testServer{a, server}
}

// continueDeletions is the service that brings long deletions to their end.
func continueDeletions(ctx context.Context, s *store.Store) {
	due, unwatch := s.Watch(store.Deadlines)
	defer unwatch()
	for {
		for n, err := 1, error(nil); n > 0 && err == nil; {
			err = s.Update(ctx, func(tx *store.Tx) error {
				n, err = tx.ContinueDeletions()
				return err
			})
		}
		select {
		case <-due:
		case <-ctx.Done():
			return
		}
	}
}

// dial opens a websocket and goes through the handshake with the token.
func (s testServer) dial(t *testing.T, path, token string) *websocket.Conn {
	t.Helper()
	url := "ws" + strings.TrimPrefix(s.URL, "http") + "/api" + path
	c, response, err := websocket.Dial(t.Context(), url, &websocket.DialOptions{Subprotocols: []string{"prefect"}})
	if err != nil {
		t.Fatal(err)
	}
	if response.Body != nil {
		_ = response.Body.Close()
	}
	t.Cleanup(func() { _ = c.CloseNow() })
	send(t, c, `{"type":"auth","token":"`+token+`"}`)
	return c
}

func send(t *testing.T, c *websocket.Conn, frame string) {
	t.Helper()
	if err := c.Write(t.Context(), websocket.MessageText, []byte(frame)); err != nil {
		t.Fatal(err)
	}
}

func receive(t *testing.T, c *websocket.Conn) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	_, data, err := c.Read(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// rawObject is a JSON object as a body.
func rawObject(t *testing.T, text string) object {
	t.Helper()
	var o object
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		t.Fatal(err)
	}
	return o
}
