package proxy

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/reevehq/reeve/internal/client"
	"github.com/reevehq/reeve/internal/fault"
)

const (
	// batchEvents and batchBytes bound what is brought to the server in one request.
	batchEvents = 500
	batchBytes  = 8 << 20
	// pingTime is how long a ping waits for the server to have what came before it.
	// One that is not answered in it is answered by the next.
	pingTime = 4 * time.Second
	// lastWill is how long events are still brought to the server when their sender
	// has gone. It was told of none of them that the server has it.
	lastWill = 30 * time.Second
)

// eventsIn is the websocket /events/in of somebody behind the gateway. Its events
// go to the server in requests, in their order. A ping is answered once the server
// has all that came before it, as at the server itself; so nothing is acknowledged
// that is not durable there.
type eventsIn struct {
	*socket
	api *client.Client

	mu      sync.Mutex
	batch   []json.RawMessage
	bytes   int
	busy    bool
	ended   bool
	err     error
	changed chan struct{} // closed at the next change of what is above
}

func newEventsIn(s *socket) *eventsIn { return &eventsIn{socket: s, changed: make(chan struct{})} }

// wait waits for a change until ctx ends. It must be called with mu held.
func (in *eventsIn) wait(ctx context.Context) error {
	changed := in.changed
	in.mu.Unlock()
	defer in.mu.Lock()
	select {
	case <-changed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// change makes a change with mu held.
func (in *eventsIn) change(what func()) {
	in.mu.Lock()
	defer in.mu.Unlock()
	what()
	close(in.changed)
	in.changed = make(chan struct{})
}

// ping reports whether the server has all that came so far.
func (in *eventsIn) ping(ctx context.Context, _ []byte) bool {
	ctx, cancel := context.WithTimeout(ctx, pingTime)
	defer cancel()
	in.mu.Lock()
	defer in.mu.Unlock()
	for in.err == nil && (in.busy || len(in.batch) > 0) {
		if in.wait(ctx) != nil {
			return false
		}
	}
	return in.err == nil
}

func (in *eventsIn) serve(ctx context.Context) error {
	up, err := in.authorise(ctx, true)
	if err != nil {
		return err
	}
	if up != nil {
		in.finish(up) // events go in requests
	}
	in.api = client.New(in.p.server.String(), in.password())
	sending, end := context.WithCancel(ctx)
	defer end()
	sent, read := make(chan struct{}), make(chan error, 1)
	in.readers.Go(func() {
		defer close(sent)
		in.send(sending)
	})
	in.readers.Go(func() { read <- in.read(ctx) })
	select {
	case err = <-read:
		in.change(func() { in.ended = true })
		select {
		case <-sent:
		case <-in.p.clock.After(lastWill):
		case <-ctx.Done():
		}
	case <-sent: // the server refused an event, or ctx ended
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if n := len(in.batch); n > 0 || in.busy {
		in.p.log.Warn("events of a client that has gone were not brought to the server; it was told of none of them", "number", n)
	}
	if in.err != nil {
		return in.err
	}
	return err
}

// read takes the client's events; it is held back when they come faster than the
// server takes them.
func (in *eventsIn) read(ctx context.Context) error {
	for {
		_, message, err := in.client.Read(ctx)
		if err != nil {
			return err
		}
		if !json.Valid(message) {
			return &refusal{websocket.StatusInvalidFramePayloadData, "an event is JSON"}
		}
		in.mu.Lock()
		for in.err == nil && (len(in.batch) >= batchEvents || in.bytes >= batchBytes) {
			if err = in.wait(ctx); err != nil {
				break
			}
		}
		failed := in.err
		in.mu.Unlock()
		if failed != nil || err != nil {
			return errors.Join(failed, err)
		}
		in.change(func() { in.batch, in.bytes = append(in.batch, message), in.bytes+len(message) })
	}
}

// send brings what comes to the server until the client has gone and all is
// there, ctx ends, or the server refuses an event.
func (in *eventsIn) send(ctx context.Context) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for in.err == nil {
		if len(in.batch) == 0 {
			if in.ended || in.wait(ctx) != nil {
				return
			}
			continue
		}
		batch := in.batch
		in.batch, in.bytes, in.busy = nil, 0, true
		in.mu.Unlock()
		err := in.bring(ctx, batch)
		in.change(func() { in.busy, in.err = false, err })
		in.mu.Lock()
	}
}

// bring returns once the server has the events, or refuses them for good.
func (in *eventsIn) bring(ctx context.Context, events []json.RawMessage) error {
	defer in.p.view.work()()
	for try := 0; ; try++ {
		err := in.api.Ask(ctx, http.MethodPost, "/events", events, nil)
		var status *client.Status
		switch {
		case err == nil:
			in.p.view.woke()
			return nil
		case fault.Is(err, fault.Unauthorised):
			return &refusal{websocket.StatusPolicyViolation, "authentication_failed"}
		case errors.As(err, &status) && status.Final() && len(events) > 1:
			for _, event := range events { // one of them is at fault
				if err := in.bring(ctx, []json.RawMessage{event}); err != nil {
					return err
				}
			}
			return nil
		case errors.As(err, &status) && status.Final():
			return &refusal{websocket.StatusInvalidFramePayloadData, "the server refuses an event"}
		}
		if !in.p.pause(ctx, try) {
			return ctx.Err()
		}
		_ = in.p.wake(ctx) // whether it is there is seen by the next attempt
	}
}
