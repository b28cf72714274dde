package live

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// What the tail keeps of the log's end, in events and in bytes of their JSON.
const (
	tailEvents = 2048
	tailBytes  = 4 << 20
	// tailRead is how many events are read from the log at a time.
	tailRead = 250
	// tailPause is how long the tail waits after it could not read: the event that it was woken
	// for may be the last for long.
	tailPause = time.Second
)

// eventTail reads the end of the log once for all sockets that follow it. It
// keeps only a copy of what was read last: a socket that is further behind
// reads the log itself, so none of them can lose an event or hold up another.
// Without sockets nothing runs and nothing is kept.
type eventTail struct {
	store *store.Store
	clock clock.Clock
	log   *slog.Logger

	mu        sync.Mutex
	followers int
	stop      context.CancelFunc
	from      int64 // what follows is all of the log after this place ...
	to        int64 // ... up to this one
	kept      []*tailEvent
	bytes     int
	grown     chan struct{} // closed when the log has grown beyond to
}

// tailEvent is an event as its followers send it.
type tailEvent struct {
	*prefect.ReceivedEvent
	frame []byte
}

func newEventTail(s *store.Store, c clock.Clock, log *slog.Logger) *eventTail {
	return &eventTail{store: s, clock: c, log: log, grown: make(chan struct{})}
}

// follow starts reading, for the first follower, from the place that the
// follower has seen. The returned function ends its interest.
func (t *eventTail) follow(ctx context.Context, place int64) (leave func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.followers++
	if t.followers == 1 {
		t.from, t.to = place, place
		ctx, t.stop = context.WithCancel(context.WithoutCancel(ctx))
		go t.read(ctx)
	}
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.followers--
		if t.followers == 0 {
			t.stop()
			t.kept, t.bytes = nil, 0
		}
	}
}

// next returns events after a place and how far they reach. Without any it waits
// for the log to grow.
func (t *eventTail) next(ctx context.Context, after int64) (events []*tailEvent, to int64, err error) {
	for {
		t.mu.Lock()
		from, to, kept, grown := t.from, t.to, t.kept, t.grown
		t.mu.Unlock()
		if after < from {
			return t.fromLog(ctx, after, to)
		}
		if after < to {
			for len(kept) > 0 && kept[0].Sequence <= after {
				kept = kept[1:]
			}
			return kept, to, nil
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return nil, after, ctx.Err()
		}
	}
}

// fromLog reads a piece of the log for a follower that has fallen behind.
func (t *eventTail) fromLog(ctx context.Context, after, upTo int64) (events []*tailEvent, to int64, err error) {
	to = upTo
	err = t.store.View(ctx, func(tx *store.Tx) error {
		found, err := tx.ReadEventLog(after, upTo, "", tailRead)
		if err != nil {
			return err
		}
		if len(found) == tailRead {
			to = found[len(found)-1].Sequence
		}
		events, err = frames(found)
		return err
	})
	return events, to, err
}

func frames(found []*prefect.ReceivedEvent) ([]*tailEvent, error) {
	events := make([]*tailEvent, len(found))
	for i, e := range found {
		frame, err := eventOut(e)
		if err != nil {
			return nil, err
		}
		events[i] = &tailEvent{e, frame}
	}
	return events, nil
}

// eventOut is the frame that carries an event.
func eventOut(e *prefect.ReceivedEvent) ([]byte, error) {
	return json.Marshal(struct {
		Type  string                 `json:"type"`
		Event *prefect.ReceivedEvent `json:"event"`
	}{"event", e})
}

// read keeps the tail at the log's end until ctx ends.
func (t *eventTail) read(ctx context.Context) {
	changed, stop := t.store.Watch(store.Events)
	defer stop()
	for {
		t.mu.Lock()
		after := t.to
		t.mu.Unlock()
		var events []*tailEvent
		to := after
		err := t.store.View(ctx, func(tx *store.Tx) error {
			last, err := tx.LastEventSequence()
			if err != nil || last <= after {
				return err
			}
			found, err := tx.ReadEventLog(after, last, "", tailRead)
			if err != nil {
				return err
			}
			if to = last; len(found) == tailRead {
				to = found[len(found)-1].Sequence
			}
			events, err = frames(found)
			return err
		})
		if ctx.Err() != nil {
			return
		}
		var again <-chan time.Time
		if err != nil {
			t.log.Error("follow the event log", "error", err)
			again = t.clock.After(tailPause)
		} else if to > after {
			if !t.append(ctx, events, to) {
				return
			}
			continue
		}
		select {
		case <-changed:
		case <-again:
		case <-ctx.Done():
			return
		}
	}
}

// append keeps events and tells the followers; false when ctx has ended, after
// which the tail is another reader's.
func (t *eventTail) append(ctx context.Context, events []*tailEvent, to int64) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if ctx.Err() != nil {
		return false
	}
	// The old slice may be in a follower's hands: it is never written to again.
	kept := append(t.kept[:len(t.kept):len(t.kept)], events...)
	for _, e := range events {
		t.bytes += len(e.frame)
	}
	for len(kept) > tailEvents || t.bytes > tailBytes && len(kept) > 0 {
		t.from, t.bytes = kept[0].Sequence, t.bytes-len(kept[0].frame)
		kept = kept[1:]
	}
	t.kept, t.to = kept, to
	close(t.grown)
	t.grown = make(chan struct{})
	return true
}
