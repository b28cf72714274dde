package proxy

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/coder/websocket"

	"github.com/reevehq/reeve/internal/prefect"
)

// overlap is how far before its end the listening begins again: clients know
// events they have had.
const overlap = 10 * time.Second

// eventsOut is the websocket /events/out of somebody behind the gateway.
type eventsOut struct {
	*socket
	message map[string]json.RawMessage // the client's: {"type": "filter", "filter": ...}
	left    time.Time                  // when the server's websocket was last left
}

func (e *eventsOut) serve(ctx context.Context) error {
	up, err := e.authorise(ctx, true)
	if err != nil {
		return err
	}
	opening, cancel := context.WithTimeout(ctx, openTime)
	_, first, err := e.client.Read(opening)
	cancel()
	if err != nil {
		if up != nil {
			e.finish(up)
		}
		return err
	}
	if !e.patient(first) {
		if up != nil {
			e.finish(up) // it was opened as a gateway's own
		}
		return e.straight(ctx, first)
	}
	c := &carried{socket: e.socket, greet: e.greet, down: func(m []byte) []byte { return m },
		fate: func([]byte) fate { return absorbed }, leave: e.leave}
	return c.carry(ctx, up)
}

// patient reports whether the client listens to nothing but what concerns a worker.
// A server that is about to sleep has none of that to tell, and one that wakes
// calls the gateway, which then asks for what was missed: who listens to nothing
// else need not keep the server awake.
func (e *eventsOut) patient(first []byte) bool {
	var filter struct {
		Event struct {
			Name   []string `json:"name"`
			Prefix []string `json:"prefix"`
		} `json:"event"`
	}
	if json.Unmarshal(first, &e.message) != nil || json.Unmarshal(e.message["filter"], &filter) != nil {
		return false
	}
	for _, name := range filter.Event.Name {
		if !prefect.ConcernsWorker(name) {
			return false
		}
	}
	return len(filter.Event.Name) > 0 && len(filter.Event.Prefix) == 0
}

// greet sends the filter; not for the first time, it asks for what happened since
// the server's websocket was left.
func (e *eventsOut) greet(ctx context.Context, up *websocket.Conn) ([]byte, error) {
	message, err := json.Marshal(e.message)
	if err == nil && !e.left.IsZero() {
		message, err = e.since(e.left.Add(-overlap))
	}
	if err != nil {
		return nil, err
	}
	return nil, up.Write(ctx, websocket.MessageText, message)
}

// leave notes when the server was last heard. That a connection is lost shows
// only after two pings.
func (e *eventsOut) leave(lost bool) {
	e.left = e.p.clock.Now()
	if lost {
		e.left = e.left.Add(-2 * pingEvery)
	}
}

// since is the client's filter with a later start.
func (e *eventsOut) since(start time.Time) ([]byte, error) {
	var filter, occurred map[string]json.RawMessage
	if err := json.Unmarshal(e.message["filter"], &filter); err != nil {
		return nil, err
	}
	if filter["occurred"] != nil {
		if err := json.Unmarshal(filter["occurred"], &occurred); err != nil {
			return nil, err
		}
	}
	if occurred == nil {
		occurred = map[string]json.RawMessage{}
	}
	text, err := json.Marshal(prefect.At(start))
	if err != nil {
		return nil, err
	}
	occurred["since"] = text
	if filter["occurred"], err = json.Marshal(occurred); err != nil {
		return nil, err
	}
	whole, err := json.Marshal(filter)
	if err != nil {
		return nil, err
	}
	return json.Marshal(map[string]json.RawMessage{"type": e.message["type"], "filter": whole})
}

// straight passes a websocket through as it is; it ends when either side does.
func (e *eventsOut) straight(ctx context.Context, first []byte) error {
	defer e.p.view.work()()
	up, _, err := e.dial(ctx, false)
	if err != nil {
		return err
	}
	defer e.finish(up)
	left := make(chan struct{})
	defer close(left)
	if err := send(ctx, up, first); err != nil {
		return err
	}
	down, from := make(chan []byte), make(chan []byte)
	ended, gone := make(chan error, 1), make(chan error, 1)
	e.readers.Go(func() { ended <- pump(ctx, up, down, left) })
	e.readers.Go(func() { gone <- pump(ctx, e.client, from, left) })
	for {
		select {
		case message := <-down:
			if err := send(ctx, e.client, message); err != nil {
				return err
			}
		case message := <-from:
			if err := send(ctx, up, message); err != nil {
				return err
			}
		case err := <-gone:
			return err
		case err := <-ended:
			var closed websocket.CloseError
			if errors.As(err, &closed) {
				return &refusal{closed.Code, closed.Reason}
			}
			return err
		}
	}
}
