package api

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/store"
)

func eventJSON(id uuid.UUID, name string) string {
	return fmt.Sprintf(`{"occurred":"2026-01-01T00:00:00Z","event":%q,"id":%q,"resource":{"prefect.resource.id":"thing.1"},
		"related":[{"prefect.resource.id":"other.1","prefect.resource.role":"friend"}]}`, name, id)
}

func countEvents(t *testing.T, s testServer) (n int) {
	t.Helper()
	err := s.store.View(t.Context(), func(tx *store.Tx) (err error) {
		n, err = tx.CountEventLog()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestEventsInAnswersPingsOnceAllBeforeThemIsDurable(t *testing.T) {
	s := newTestServer(t, Config{})
	c := s.dial(t, "/events/in", "")
	if got := receive(t, c); got != `{"type":"auth_success"}` {
		t.Fatalf("handshake: %s", got)
	}
	c.CloseRead(t.Context())

	release := make(chan struct{})
	held := make(chan struct{})
	go func() {
		_ = s.store.Update(context.Background(), func(*store.Tx) error {
			close(held)
			<-release
			return nil
		})
	}()
	<-held

	const sent = 1200
	twice := uuid.New()
	for i := range sent {
		id := uuid.New()
		if i%3 == 0 {
			id = twice
		}
		send(t, c, eventJSON(id, "thing.happened"))
	}
	pong := make(chan error, 1)
	go func() { pong <- c.Ping(t.Context()) }()
	select {
	case err := <-pong:
		t.Fatalf("the ping was answered (%v) while nothing could be committed", err)
	case <-time.After(50 * time.Millisecond): // the disk is held; there is nothing to wait for but time
	}
	close(release)
	if err := <-pong; err != nil {
		t.Fatal(err)
	}
	if got, want := countEvents(t, s), sent*2/3+1; got != want {
		t.Errorf("%d events in the log, want %d", got, want)
	}
}

func TestEventsInKeepsWhatCameBeforeABadFrame(t *testing.T) {
	s := newTestServer(t, Config{})
	c := s.dial(t, "/events/in", "")
	receive(t, c)
	send(t, c, eventJSON(uuid.New(), "good"))
	send(t, c, `{"event":"bad"}`)
	_, _, err := c.Read(t.Context())
	if websocket.CloseStatus(err) != websocket.StatusInvalidFramePayloadData {
		t.Errorf("closed with %v", err)
	}
	if got := countEvents(t, s); got != 1 {
		t.Errorf("%d events in the log, want 1", got)
	}
}

func TestSocketHandshake(t *testing.T) {
	tests := []struct {
		name, auth, frame, reason string
	}{
		{"no auth string, any token", "", `{"type":"auth","token":"x"}`, ""},
		{"right token", "a:b", `{"type":"auth","token":"a:b"}`, ""},
		{"wrong token", "a:b", `{"type":"auth","token":"a:c"}`, "Invalid token"},
		{"no token", "a:b", `{"type":"auth","token":null}`, "Auth required but no token provided"},
		{"another frame", "", `{"type":"hello"}`, "Expected 'auth' message"},
		{"no object", "", `[1]`, "Expected 'auth' message"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newTestServer(t, Config{AuthString: tt.auth})
			url := "ws" + s.URL[len("http"):] + "/api/events/in"
			c, _, err := websocket.Dial(t.Context(), url, &websocket.DialOptions{Subprotocols: []string{"prefect"}}) //nolint:bodyclose // hijacked
			if err != nil {
				t.Fatal(err)
			}
			defer c.CloseNow() //nolint:errcheck // the test is over
			send(t, c, tt.frame)
			_, data, err := c.Read(t.Context())
			if tt.reason == "" {
				if err != nil || string(data) != `{"type":"auth_success"}` {
					t.Errorf("answer %q, %v", data, err)
				}
				return
			}
			var closed websocket.CloseError
			if !errors.As(err, &closed) || closed.Code != websocket.StatusPolicyViolation || closed.Reason != tt.reason {
				t.Errorf("closed with %v", err)
			}
		})
	}
}

func TestSocketsEndWhenTheServerStops(t *testing.T) {
	s := newTestServer(t, Config{})
	c := s.dial(t, "/events/in", "")
	receive(t, c)
	c.CloseRead(t.Context())
	send(t, c, eventJSON(uuid.New(), "last"))
	if err := c.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.API.Close(t.Context())
	if got := countEvents(t, s); got != 1 {
		t.Errorf("%d events in the log, want 1", got)
	}
}
