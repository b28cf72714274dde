package live

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/storetest"
)

// newSockets returns sockets on an empty database, for tests of what is behind them. That
// clients get what they should is tested in package api, where the operations are.
func newSockets(t testing.TB) *Sockets {
	t.Helper()
	machine := clock.System{}
	return New(storetest.New(t, machine).Store, machine, slog.New(slog.DiscardHandler), nil,
		Config{Events: prefect.EventLimits{}.WithDefaults()})
}

func TestEventTailServesFollowersThatFellBehind(t *testing.T) {
	s := newSockets(t)
	leave := s.tail.follow(t.Context(), 0)
	const number = tailEvents + 300
	err := s.store.Update(t.Context(), func(tx *store.Tx) error {
		for i := range number {
			if err := tx.Emit(&prefect.Event{ID: tx.IDs.V7(), Event: "x", Occurred: prefect.At(tx.Now),
				Resource: prefect.Resource{prefect.ResourceID: fmt.Sprint(i)}}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for place := int64(0); place < number; {
		events, to, err := s.tail.next(t.Context(), place)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if place++; e.Sequence != place {
				t.Fatalf("event %d where %d was due", e.Sequence, place)
			}
		}
		place = to
	}
	leave()
	if s.tail.followers != 0 || len(s.tail.kept) > 0 {
		t.Error("the tail keeps events that nobody follows")
	}
}

// failsOnce is a database whose next read fails once that is asked for.
type failsOnce struct {
	store.Backend
	fail atomic.Bool
}

func (d *failsOnce) View(ctx context.Context, fn func(store.Conn) error) error {
	if d.fail.CompareAndSwap(true, false) {
		return fault.New(fault.Busy, "the database does not answer")
	}
	return d.Backend.View(ctx, fn)
}

// TestEventTailReadsAgainAfterAFailure: an event that could not be read when it came is told though
// none comes after it.
func TestEventTailReadsAgainAfterAFailure(t *testing.T) {
	machine := clock.NewManual(storetest.Start)
	db := &failsOnce{Backend: storetest.New(t, machine).Backend}
	s := store.New(db, machine, clock.NewIDs(machine))
	tail := newEventTail(s, machine, slog.New(slog.DiscardHandler))
	db.fail.Store(true)
	defer tail.follow(t.Context(), 0)()
	for db.fail.Load() {
		runtime.Gosched()
	}
	db.fail.Store(true) // for whom the event wakes
	err := s.Update(t.Context(), func(tx *store.Tx) error {
		return tx.Emit(&prefect.Event{ID: tx.IDs.V7(), Event: "x", Occurred: prefect.At(tx.Now), Resource: prefect.Resource{prefect.ResourceID: "r"}})
	})
	if err != nil {
		t.Fatal(err)
	}
	told := make(chan error, 1)
	go func() {
		_, _, err := tail.next(t.Context(), 0)
		told <- err
	}()
	for {
		select {
		case err := <-told:
			if err != nil {
				t.Error(err)
			}
			return
		case <-time.After(time.Millisecond):
			machine.Advance(tailPause)
		}
	}
}
