package follow_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/follow"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/storetest"
)

var epoch = time.Date(2026, 11, 28, 8, 0, 0, 0, time.UTC)

// world is a store, and a consumer that keeps the names of what took effect as
// variables, so that effects are rows.
type world struct {
	*testing.T
	store   *store.Store
	machine *clock.Manual
	refuse  func(name string) error // asked for each event in the transaction
}

func newWorld(t *testing.T) *world {
	machine := clock.NewManual(epoch)
	return &world{t, storetest.New(t, machine).Store, machine, func(string) error { return nil }}
}

func (w *world) follower() *follow.Follower {
	return follow.New(follow.Consumer{
		Name:  "test",
		Wants: "wanted.",
		Prepare: func(e *prefect.ReceivedEvent) (any, error) {
			switch name := strings.TrimPrefix(e.Event.Event, "wanted."); name {
			case "boring":
				return nil, nil
			case "unreadable":
				return nil, errors.New("cannot be read")
			case "panics":
				panic(name)
			default:
				return name, nil
			}
		},
		Apply: func(tx *store.Tx, batch []any) error {
			for _, value := range batch {
				name := value.(string)
				if err := w.refuse(name); err != nil {
					return err
				}
				if _, err := tx.CreateVariable(&prefect.VariableCreate{Name: prefect.VariableName(name), Value: []byte("1")}); err != nil {
					return err
				}
			}
			return nil
		},
	}, w.store, w.machine, slog.New(slog.DiscardHandler))
}

func (w *world) emit(names ...string) {
	w.Helper()
	err := w.store.Update(w.Context(), func(tx *store.Tx) error {
		for _, name := range names {
			if err := tx.Emit(&prefect.Event{ID: tx.IDs.V7(), Event: name, Occurred: prefect.At(epoch),
				Resource: prefect.Resource{prefect.ResourceID: "r"}}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
}

// steps runs a follower until it has caught up or fails.
func steps(ctx context.Context, f *follow.Follower) error {
	for {
		if more, err := f.Step(ctx); err != nil || !more {
			return err
		}
	}
}

func (w *world) effects() (names []string, cursor int64) {
	w.Helper()
	err := w.store.View(w.Context(), func(tx *store.Tx) error {
		found, err := tx.FilterVariables(nil, prefect.VariableNameAsc, prefect.Page{Limit: 100})
		for _, v := range found {
			names = append(names, string(v.Name))
		}
		if err != nil {
			return err
		}
		cursor, err = tx.EventCursor("test")
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return names, cursor
}

// anywhere stands for any place of the cursor: effects are events, too.
const anywhere = -1

func (w *world) want(cursor int64, names ...string) {
	w.Helper()
	got, at := w.effects()
	if !slices.Equal(got, names) || at != cursor && cursor != anywhere {
		w.Errorf("took effect: %v, cursor %d; want %v, %d", got, at, names, cursor)
	}
}

func TestWhatCannotTakeEffectIsLeftOut(t *testing.T) {
	w := newWorld(t)
	w.refuse = func(name string) error {
		switch name {
		case "bad":
			return fault.New(fault.Conflict, "refused")
		case "dies":
			panic("in the transaction")
		}
		return nil
	}
	w.emit("wanted.a", "wanted.unreadable", "wanted.bad", "other", "wanted.panics", "wanted.dies", "wanted.boring", "wanted.b")
	f := w.follower()
	if err := steps(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	w.want(8, "a", "b")
	if f.Refused() != 4 || f.Passed() != 8 || f.Health() != nil {
		t.Errorf("refused %d, passed %d, health %v", f.Refused(), f.Passed(), f.Health())
	}
}

func TestEachEventTakesEffectOnceWhoeverFollows(t *testing.T) {
	w := newWorld(t)
	first, second := w.follower(), w.follower()
	for i := range 10 {
		w.emit(fmt.Sprintf("wanted.e%d", i))
		for _, f := range []*follow.Follower{first, second} {
			if err := steps(t.Context(), f); err != nil {
				t.Fatal(err)
			}
		}
		first, second = second, first
	}
	w.want(anywhere, "e0", "e1", "e2", "e3", "e4", "e5", "e6", "e7", "e8", "e9")
	if n := first.Refused() + second.Refused(); n > 0 { // as the second of two effects of a name is
		t.Errorf("%d events were to take effect again", n)
	}
}

func TestAPassingFailureIsTriedAgainAndTold(t *testing.T) {
	w := newWorld(t)
	full := true
	w.refuse = func(string) error {
		if full {
			return fault.New(fault.Full, "no space")
		}
		return nil
	}
	w.emit("wanted.a")
	f := w.follower()
	for range 2 {
		if err := steps(t.Context(), f); !fault.Is(err, fault.Full) {
			t.Fatalf("got %v", err)
		}
		w.machine.Advance(time.Minute)
	}
	if err := f.Health(); err == nil || !strings.Contains(err.Error(), "the consumer test has been failing since 2026-11-28T08:00:00Z") {
		t.Errorf("health says %v", err)
	}
	full = false
	if err := steps(t.Context(), f); err != nil || f.Health() != nil {
		t.Errorf("error %v, health %v", err, f.Health())
	}
	w.want(1, "a")
}

func TestEventsOfNoConcernCostNoWrite(t *testing.T) {
	w := newWorld(t)
	for range 10 {
		w.emit("other", "wanted.boring")
	}
	f := w.follower()
	if err := steps(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	if f.Passed() != 20 {
		t.Errorf("passed %d of 20", f.Passed())
	}
	w.want(0)
	for range 10 {
		w.emit(slices.Repeat([]string{"other"}, 100)...)
	}
	if err := steps(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	w.want(1020)
}

func TestAFollowerFollowsUntilItIsStopped(t *testing.T) {
	w := newWorld(t)
	ctx, stop := context.WithCancel(t.Context())
	f := w.follower()
	ended := make(chan struct{})
	go func() { defer close(ended); f.Run(ctx) }()
	for i := range 5 {
		w.emit(fmt.Sprintf("wanted.e%d", i))
	}
	for done, _ := w.effects(); len(done) < 5; done, _ = w.effects() {
		time.Sleep(time.Millisecond)
		w.machine.Advance(time.Millisecond)
	}
	stop()
	<-ended
	w.want(anywhere, "e0", "e1", "e2", "e3", "e4")
	if all := (follow.Followers{f}); all.Passed() != f.Passed() || f.Health() != nil {
		t.Errorf("passed %d, health %v", all.Passed(), f.Health())
	}
}
