package live

import (
	"context"
	"net/http"
	"sync"

	"github.com/coder/websocket"

	"github.com/reevehq/reeve/internal/api/rest"
	"github.com/reevehq/reeve/internal/api/ws"
	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/prefect"
)

// How many events, and how many bytes of them, one transaction of a socket
// takes. A sender that is faster than the disk is held back by the second batch.
const (
	intakeEvents = 500
	intakeBytes  = 2 << 20
)

// eventsIn is the websocket /events/in: each text frame is an event. Nothing
// is said about a frame itself; a sender learns that its events arrived from
// the pong to a ping it sent after them. So a ping is answered once all that
// came before it is durable. While one batch is being committed the next is
// read; their order is kept.
func (s *Sockets) eventsIn(w http.ResponseWriter, r *http.Request) {
	in := newIntake(s)
	onPing := func(context.Context, []byte) bool { return in.flush() == nil }
	s.hub.Serve(w, r, ws.Options{OnPing: onPing}, func(ctx context.Context, c *websocket.Conn) error {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		committed := make(chan struct{})
		go func() {
			defer close(committed)
			if in.commit(context.WithoutCancel(ctx)) != nil {
				cancel() // the sender will come back with all that got no pong
			}
		}()
		err := in.read(ctx, c)
		in.end()
		<-committed
		in.claim.Close()
		if in.err != nil {
			return in.err
		}
		return err
	})
}

// intake carries the events of one socket from its reader to the log.
type intake struct {
	sockets *Sockets

	mu      sync.Mutex
	changed sync.Cond // something below has changed
	batch   []*prefect.Event
	bytes   int
	claim   *budget.Claim // of the batch
	busy    bool          // a batch is being committed
	ended   bool          // no more events come
	err     error
}

func newIntake(s *Sockets) *intake {
	in := &intake{sockets: s, claim: s.config.Memory.Claim()}
	in.changed.L = &in.mu
	return in
}

// read takes frames until the socket ends or one is no event: then the socket
// is closed, as the reference does, after what came before was committed.
func (in *intake) read(ctx context.Context, c *websocket.Conn) error {
	for {
		value, err := ws.ReadJSON(ctx, c)
		if err != nil {
			return err
		}
		event, err := in.sockets.readEvent(value)
		if err != nil {
			return ws.Violation(websocket.StatusInvalidFramePayloadData, err.Error())
		}
		if event == nil {
			continue
		}
		if err := in.add(ctx, event, len(value.Raw())); err != nil {
			return err
		}
	}
}

// eventShare is how many times the size of its frame an event takes while it waits.
const eventShare = 3

func (in *intake) add(ctx context.Context, e *prefect.Event, size int) error {
	in.mu.Lock()
	defer in.mu.Unlock()
	for in.err == nil && (len(in.batch) >= intakeEvents || in.bytes >= intakeBytes) {
		in.changed.Wait()
	}
	if err := in.claim.Take(ctx, eventShare*int64(size)); err != nil {
		return ws.Violation(websocket.StatusTryAgainLater, err.Error())
	}
	in.batch, in.bytes = append(in.batch, e), in.bytes+size
	in.changed.Broadcast()
	return in.err
}

// flush waits until everything added so far is durable.
func (in *intake) flush() error {
	in.mu.Lock()
	defer in.mu.Unlock()
	for in.err == nil && (in.busy || len(in.batch) > 0) {
		in.changed.Wait()
	}
	return in.err
}

func (in *intake) end() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.ended = true
	in.changed.Broadcast()
}

// commit writes batch after batch until the end, or until one fails.
func (in *intake) commit(ctx context.Context) error {
	in.mu.Lock()
	defer in.mu.Unlock()
	for {
		for len(in.batch) == 0 && !in.ended {
			in.changed.Wait()
		}
		if len(in.batch) == 0 {
			return nil
		}
		batch, claim := in.batch, in.claim
		in.batch, in.bytes, in.busy, in.claim = nil, 0, true, in.sockets.config.Memory.Claim()
		in.changed.Broadcast()
		in.mu.Unlock()
		err := in.write(ctx, batch, claim)
		in.mu.Lock()
		in.busy, in.err = false, err
		in.changed.Broadcast()
		if err != nil {
			return err
		}
	}
}

// write commits a batch, in its turn when it is large: sockets that send without
// pause would else fill the writer's queue before everybody else.
func (in *intake) write(ctx context.Context, batch []*prefect.Event, claim *budget.Claim) error {
	defer claim.Close()
	size := 0
	for _, e := range batch {
		size += len(e.Payload)
	}
	if size > rest.LargeBody {
		if err := claim.Turn(ctx); err != nil {
			return ws.Violation(websocket.StatusTryAgainLater, err.Error())
		}
	}
	return in.sockets.Emit(ctx, batch)
}
