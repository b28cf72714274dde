package follow

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// BatchEvents bounds the events that one transaction applies.
const BatchEvents = 200

// retries is how long a follower waits after failures in a row.
var retries = clock.Backoff{Least: time.Second, Most: time.Minute}

const (
	// cursorLag bounds the events of no concern that the stored cursor does not say
	// it has passed: writing it for each would double the server's writes.
	cursorLag = 1000
	// gather is how long events are gathered from the first new one on: on a busy
	// server each commit brings some, and to look after each would cost it a tenth of
	// its time. A look that takes long, at a database over a network, is followed by
	// a longer rest (clock.Rest), at most longestGather.
	gather        = 5 * time.Millisecond
	longestGather = 50 * time.Millisecond
	// failing is how long a follower may fail before the health check says so.
	failing = time.Minute
)

// Follower drives one consumer. Run and Step serve one goroutine; Health and
// Passed may be called from any.
type Follower struct {
	consumer Consumer
	store    *store.Store
	clock    clock.Clock
	log      *slog.Logger

	known  bool          // false at first and after a failure: the cursor is read again
	cursor int64         // as stored
	looked time.Duration // how long the last look at the log took

	mu      sync.Mutex // guards what follows
	passed  int64      // no event that is wanted lies between the cursor and this
	refused int        // events that were left out since the start
	since   time.Time  // of the failures in a row
	last    error      // the newest of them
	ended   error      // why Run ended before its context
}

// New makes a follower; it does nothing before Run.
func New(c Consumer, s *store.Store, machine clock.Clock, log *slog.Logger) *Follower {
	return &Follower{consumer: c, store: s, clock: machine, log: log}
}

// Run follows the log until ctx ends. It may be called again: others may have followed meanwhile.
func (f *Follower) Run(ctx context.Context) {
	f.begin()
	defer func() {
		if p := recover(); p != nil {
			f.log.Error("a consumer of events died", "consumer", f.consumer.Name, "error", p, "stack", string(debug.Stack()))
			f.mu.Lock()
			defer f.mu.Unlock()
			f.ended = fmt.Errorf("the consumer %s died: %v", f.consumer.Name, p)
		}
	}()
	grown, stop := f.store.Watch(store.Events)
	defer stop()
	failures := 0
	for {
		more, err := f.Step(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			f.log.Error("follow the event log", "consumer", f.consumer.Name, "error", err)
			failures++
			select {
			case <-f.clock.After(retries.Pause(failures)):
			case <-ctx.Done():
				return
			}
			continue
		case !more:
			if !f.waits(ctx, grown) {
				return
			}
		}
		failures = 0
	}
}

// begin forgets how things went, and how far the log was read.
func (f *Follower) begin() {
	f.known = false
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last, f.ended = nil, nil
}

// waits returns once the log has grown and what comes with the first new event has
// had time to come, or false when the context has ended.
func (f *Follower) waits(ctx context.Context, grown <-chan struct{}) bool {
	select {
	case <-grown:
	case <-ctx.Done():
		return false
	}
	select {
	case <-f.clock.After(clock.Rest(f.looked, gather, longestGather)):
		return true
	case <-ctx.Done():
		return false
	}
}

// Passed is the sequence up to which every event has taken effect or is of no
// concern; 0 until the follower has looked.
func (f *Follower) Passed() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.passed
}

// Refused is how many events were left out since the start.
func (f *Follower) Refused() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.refused
}

// Health says what is wrong with the follower: that it ended, or that it has been
// failing for a minute.
func (f *Follower) Health() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ended != nil {
		return f.ended
	}
	if f.last == nil || f.clock.Now().Sub(f.since) < failing {
		return nil
	}
	return fmt.Errorf("the consumer %s has been failing since %s: %w", f.consumer.Name, f.since.UTC().Format(time.RFC3339), f.last)
}

// Step deals with one batch of the log and reports whether there may be more.
func (f *Follower) Step(ctx context.Context) (more bool, err error) {
	defer func() { f.fared(ctx, err) }()
	began := f.clock.Now()
	b, err := f.read(ctx)
	f.looked = f.clock.Now().Sub(began)
	if err != nil {
		return false, err
	}
	items := f.prepare(b.events)
	if len(items) == 0 && b.to-f.cursor < cursorLag {
		f.pass(b.to)
		return b.more, nil
	}
	err = f.write(ctx, items, b.to)
	if refusal(err) {
		err = f.writeApart(ctx, items, b.to)
	}
	if errors.Is(err, store.ErrCursorMoved) || errors.Is(err, ErrAnew) {
		f.known = false
		return true, nil
	}
	if err != nil {
		return false, err
	}
	f.pass(b.to)
	return b.more, nil
}

// fared notes how a step went. After a failure the cursor is read again.
func (f *Follower) fared(ctx context.Context, err error) {
	if err != nil {
		f.known = false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil || ctx.Err() != nil {
		f.last = nil
		return
	}
	if f.last == nil {
		f.since = f.clock.Now()
	}
	f.last = err
}

func (f *Follower) pass(to int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.passed = to
}

// batch is a piece of the log: the wanted events up to to.
type batch struct {
	to     int64
	events []*prefect.ReceivedEvent
	more   bool
}

func (f *Follower) read(ctx context.Context) (b batch, err error) {
	from := f.Passed()
	err = f.store.View(ctx, func(tx *store.Tx) error {
		if !f.known {
			if f.cursor, err = tx.EventCursor(f.consumer.Name); err != nil {
				return err
			}
			from = f.cursor
		}
		if b.to, err = tx.LastEventSequence(); err != nil {
			return err
		}
		b.to = max(b.to, from)
		if idle, err := f.idle(tx); idle || err != nil {
			return err
		}
		b.events, err = tx.ReadEventLog(from, b.to, f.consumer.Wants, BatchEvents)
		if b.more = len(b.events) == BatchEvents; b.more {
			b.to = b.events[len(b.events)-1].Sequence
		}
		if err != nil || f.consumer.Survey == nil {
			return err
		}
		return f.consumer.Survey(tx, b.events)
	})
	f.known = err == nil
	return b, err
}

func (f *Follower) idle(tx *store.Tx) (bool, error) {
	if f.consumer.Idle == nil {
		return false, nil
	}
	return f.consumer.Idle(tx)
}

// prepare reads events outside of any transaction and leaves out those that can
// never take effect.
func (f *Follower) prepare(events []*prefect.ReceivedEvent) []item {
	var items []item
	for _, e := range events {
		value, err := f.prepareOne(e)
		switch {
		case err != nil:
			f.leaveOut(e, err)
		case value != nil:
			items = append(items, item{e, value})
		}
	}
	return items
}

func (f *Follower) prepareOne(e *prefect.ReceivedEvent) (value any, err error) {
	defer func() {
		if p := recover(); p != nil {
			value, err = nil, fmt.Errorf("panic: %v", p)
			f.log.Error("a consumer of events panicked", "consumer", f.consumer.Name, "event", e.ID, "stack", string(debug.Stack()))
		}
	}()
	return f.consumer.Prepare(e)
}

// write moves the cursor and applies items, in one transaction.
func (f *Follower) write(ctx context.Context, items []item, to int64) error {
	err := f.store.Update(ctx, func(tx *store.Tx) (err error) {
		defer func() {
			if p := recover(); p != nil {
				f.log.Error("a consumer of events panicked", "consumer", f.consumer.Name, "error", p, "stack", string(debug.Stack()))
				err = fault.New(fault.Invalid, "panic: %v", p)
			}
		}()
		// The cursor first: what somebody else has dealt with is not even tried.
		if err := tx.AdvanceEventCursor(f.consumer.Name, f.cursor, to); err != nil || len(items) == 0 {
			return err
		}
		return f.consumer.Apply(tx, prepared(items))
	})
	if err == nil {
		f.cursor = to
	}
	return err
}

// writeApart applies items one by one, each with the cursor, so that one that is
// refused does not hold up the others.
func (f *Follower) writeApart(ctx context.Context, items []item, to int64) error {
	for i := range items {
		err := f.write(ctx, items[i:i+1], items[i].event.Sequence)
		if refusal(err) {
			f.leaveOut(items[i].event, err)
			continue
		}
		if err != nil {
			return err
		}
		f.pass(items[i].event.Sequence)
	}
	return f.write(ctx, nil, to)
}

// refusal reports whether an event of a batch cannot take effect, as against a
// failure that passes.
func refusal(err error) bool {
	return !errors.Is(err, store.ErrCursorMoved) && (fault.Is(err, fault.Conflict) || fault.Is(err, fault.Invalid))
}

func (f *Follower) leaveOut(e *prefect.ReceivedEvent, err error) {
	f.log.Warn("an event is left out", "consumer", f.consumer.Name, "event", e.ID, "name", e.Event.Event, "error", err)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refused++
}
