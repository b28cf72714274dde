package api

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

func (s testServer) emitOne(t *testing.T, name string, n int) {
	t.Helper()
	err := s.store.Update(t.Context(), func(tx *store.Tx) error {
		return tx.Emit(&prefect.Event{ID: s.ids.V7(), Event: name, Occurred: prefect.At(tx.Now), Payload: fmt.Appendf(nil, `{"n":%d}`, n),
			Resource: prefect.Resource{prefect.ResourceID: fmt.Sprint("thing.", n)}})
	})
	if err != nil {
		t.Error(err)
	}
}

// nextEvent returns the name and number of the next event of a stream.
func nextEvent(t *testing.T, c *websocket.Conn) (name string, n int) {
	t.Helper()
	var message struct {
		Type  string
		Event struct {
			Event   string
			Payload struct{ N int }
		}
	}
	if err := json.Unmarshal([]byte(receive(t, c)), &message); err != nil || message.Type != "event" {
		t.Fatalf("message of type %q, %v", message.Type, err)
	}
	return message.Event.Event, message.Event.Payload.N
}

func (s testServer) stream(t *testing.T, options string) *websocket.Conn {
	t.Helper()
	c := s.dial(t, "/events/out", "")
	receive(t, c)
	until := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	send(t, c, fmt.Sprintf(`{"type":"filter","filter":{"occurred":{"until":%q},"event":{"prefix":["thing."]}}%s}`, until, options))
	return c
}

func TestEventsOutHasNeitherGapNorDuplicate(t *testing.T) {
	s := newTestServer(t, Config{EventBackfillPage: 7})
	const writers, each = 4, 60
	var writing sync.WaitGroup
	for w := range writers {
		writing.Go(func() {
			for i := range each {
				s.emitOne(t, "thing.done", w*each+i)
				s.emitOne(t, "other.done", 0)
			}
		})
	}
	// Sockets come while events are being written, so that each finds some of
	// them in the log and others as they are added.
	var reading sync.WaitGroup
	for range 3 {
		c := s.stream(t, "")
		reading.Go(func() {
			seen := map[int]bool{}
			for range writers * each {
				_, n := nextEvent(t, c)
				if seen[n] {
					t.Errorf("event %d came twice", n)
				}
				seen[n] = true
			}
		})
	}
	writing.Wait()
	reading.Wait()
}

func TestEventsOutWithoutBackfillStartsWithWhatComes(t *testing.T) {
	s := newTestServer(t, Config{})
	s.emitOne(t, "thing.old", 1)
	c := s.stream(t, `,"backfill":false`)
	// Nothing tells a client that its filter was taken: events are written until it gets one.
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				s.emitOne(t, "thing.new", 2)
			}
		}
	}()
	if name, _ := nextEvent(t, c); name != "thing.new" {
		t.Errorf("got %s", name)
	}
	close(stop)
	<-stopped
}

func TestEventsOutRefusesWhatIsNoFilter(t *testing.T) {
	s := newTestServer(t, Config{})
	for frame, reason := range map[string]string{
		`{"type":"hello"}`:                         "Expected 'filter' message",
		`{"type":"filter","filter":{"nothing":1}}`: "Invalid filter: Extra inputs are not permitted",
	} {
		c := s.dial(t, "/events/out", "")
		receive(t, c)
		send(t, c, frame)
		_, _, err := c.Read(t.Context())
		if websocket.CloseStatus(err) != websocket.StatusProtocolError {
			t.Errorf("%s: closed with %v, want %q", frame, err, reason)
		}
	}
}
