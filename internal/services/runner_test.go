package services

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/storetest"
)

// fake is a service made of functions; it counts its calls.
type fake struct {
	mu    sync.Mutex
	next  func(now time.Time) (time.Time, bool, error)
	run   func(now time.Time) (int, error)
	looks int
	runs  []time.Time
}

func (f *fake) Name() string { return "fake" }

func (f *fake) Next(tx *store.Tx) (time.Time, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.looks++
	return f.next(tx.Now)
}

func (f *fake) Run(tx *store.Tx) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.runs = append(f.runs, tx.Now)
	return f.run(tx.Now)
}

func (f *fake) ran() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.runs)
}

func (f *fake) looked() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.looks
}

func never(time.Time) (time.Time, bool, error) { return time.Time{}, false, nil }
func one(time.Time) (int, error)               { return 1, nil }

func openStore(t *testing.T) *store.Store {
	t.Helper()
	return storetest.New(t, clock.System{}).Store
}

// inBubble runs a test with a store and a runner under simulated time.
func inBubble(t *testing.T, services []Service, body func(t *testing.T, s *store.Store, r *Runner)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := openStore(t)
		r := NewRunner(s, clock.System{}, clock.NewIDs(clock.System{}), slog.New(slog.DiscardHandler), services...)
		r.Start(t.Context())
		t.Cleanup(r.Stop)
		synctest.Wait()
		body(t, s, r)
	})
}

func nudge(t *testing.T, s *store.Store) {
	t.Helper()
	err := s.Update(t.Context(), func(tx *store.Tx) error { tx.Touch(store.Deadlines); return nil })
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * settle) // simulated
	synctest.Wait()
}

func TestRunsAtTheDeadlineAndNotBefore(t *testing.T) {
	var due time.Time
	f := &fake{run: one}
	f.next = func(now time.Time) (time.Time, bool, error) {
		if due.IsZero() {
			due = now.Add(90 * time.Second)
		}
		return due, len(f.runs) == 0, nil
	}
	inBubble(t, []Service{f}, func(t *testing.T, _ *store.Store, r *Runner) {
		if at, ok := r.Next(); !ok || !at.Equal(due) {
			t.Fatalf("next work is at %v, %v; want %v", at, ok, due)
		}
		time.Sleep(89 * time.Second)
		synctest.Wait()
		if f.ran() != 0 {
			t.Fatal("ran before its deadline")
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if f.ran() != 1 || !f.runs[0].Equal(due) {
			t.Fatalf("ran at %v, want once at %v", f.runs, due)
		}
	})
}

func TestDoesNotPoll(t *testing.T) {
	f := &fake{next: never, run: one}
	inBubble(t, []Service{f}, func(t *testing.T, s *store.Store, r *Runner) {
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		if n := f.looked(); n != 1 {
			t.Fatalf("looked %d times in an idle day, want once", n)
		}
		nudge(t, s)
		if n := f.looked(); n != 2 {
			t.Fatalf("looked %d times after a nudge, want twice", n)
		}
	})
}

func TestNudgesAreGathered(t *testing.T) {
	f := &fake{next: never, run: one}
	inBubble(t, []Service{f}, func(t *testing.T, s *store.Store, _ *Runner) {
		for range 100 {
			if err := s.Update(t.Context(), func(tx *store.Tx) error { tx.Touch(store.Deadlines); return nil }); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if n := f.looked(); n > 4 {
			t.Fatalf("looked %d times for 100 commits in one moment", n)
		}
	})
}

func TestAFailingServiceIsHeldBackAndReported(t *testing.T) {
	broken := true
	bad := &fake{run: func(time.Time) (int, error) {
		if broken {
			return 0, errors.New("no such luck")
		}
		return 1, nil
	}}
	bad.next = func(now time.Time) (time.Time, bool, error) { return now, broken, nil }
	panics := &fake{next: func(time.Time) (time.Time, bool, error) { panic("at the disco") }}
	good := &fake{run: one}
	good.next = func(now time.Time) (time.Time, bool, error) { return now, len(good.runs) < 5, nil }
	inBubble(t, []Service{bad, panics, good}, func(t *testing.T, s *store.Store, r *Runner) {
		time.Sleep(50 * time.Millisecond)
		synctest.Wait()
		if good.ran() != 5 {
			t.Fatalf("the healthy service ran %d times, want 5", good.ran())
		}
		if err := r.Health(); err != nil {
			t.Fatalf("unhealthy after the first failure: %v", err)
		}
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if n := bad.ran(); n < 5 || n > 12 {
			t.Fatalf("the failing service was tried %d times in five minutes", n)
		}
		err := r.Health()
		if err == nil || !strings.Contains(err.Error(), "no such luck") || !strings.Contains(err.Error(), "at the disco") {
			t.Fatalf("health is %v, want both failures", err)
		}
		bad.mu.Lock()
		broken = false
		bad.mu.Unlock()
		panics.mu.Lock()
		panics.next = never
		panics.mu.Unlock()
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if err := r.Health(); err != nil {
			t.Fatalf("health is %v after the services were mended", err)
		}
	})
}

// awayDatabase is a database that does not answer while it is said to be away.
type awayDatabase struct {
	store.Backend
	away atomic.Bool
}

func (d *awayDatabase) View(ctx context.Context, fn func(store.Conn) error) error {
	if d.away.Load() {
		return fault.New(fault.Busy, "the database does not answer")
	}
	return d.Backend.View(ctx, fn)
}

// TestADatabaseThatWasAwayHoldsBackNoService: what its absence makes fail is no failure of the
// services, however often the runner is nudged meanwhile; nor is it of others that one of them fails.
func TestADatabaseThatWasAwayHoldsBackNoService(t *testing.T) {
	good := &fake{run: one}
	good.next = func(now time.Time) (time.Time, bool, error) { return now, len(good.runs) < 1, nil }
	synctest.Test(t, func(t *testing.T) {
		db := &awayDatabase{Backend: storetest.New(t, clock.System{}).Backend}
		db.away.Store(true)
		s := store.New(db, clock.System{}, clock.NewIDs(clock.System{}))
		r := NewRunner(s, clock.System{}, clock.NewIDs(clock.System{}), slog.New(slog.DiscardHandler), good)
		r.Start(t.Context())
		t.Cleanup(r.Stop)
		for range 50 {
			nudge(t, s)
		}
		r.mu.Lock()
		failures := r.blind.failures
		r.mu.Unlock()
		if failures < 2 || failures > 5 {
			t.Errorf("looked %d times in 3 s", failures)
		}
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if err := r.Health(); err == nil || !strings.Contains(err.Error(), "cannot see what is due") {
			t.Errorf("health is %v", err)
		}
		db.away.Store(false)
		time.Sleep(looks.Most)
		synctest.Wait()
		if good.ran() != 1 || r.Health() != nil {
			t.Errorf("the service ran %d times once the database was back; health is %v", good.ran(), r.Health())
		}
	})
}

func TestAServiceThatIsDueAndDoesNothingIsHeldBack(t *testing.T) {
	f := &fake{next: func(now time.Time) (time.Time, bool, error) { return now, true, nil },
		run: func(time.Time) (int, error) { return 0, nil }}
	inBubble(t, []Service{f}, func(t *testing.T, _ *store.Store, _ *Runner) {
		time.Sleep(time.Minute)
		synctest.Wait()
		if n := f.ran(); n > 64 {
			t.Fatalf("ran %d times in a minute for nothing", n)
		}
	})
}

// jumping is the machine's clock with an offset that a test sets.
type jumping struct {
	clock.System
	mu     sync.Mutex
	offset time.Duration
}

func (j *jumping) Now() time.Time {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.System.Now().Add(j.offset)
}

func TestALookFollowsAJumpOfTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openStore(t)
		j := &jumping{}
		f := &fake{next: never, run: one}
		r := NewRunner(s, j, clock.NewIDs(j), slog.New(slog.DiscardHandler), f)
		r.Start(t.Context())
		defer r.Stop()
		synctest.Wait()
		j.mu.Lock()
		j.offset = -time.Hour
		j.mu.Unlock()
		time.Sleep(longestSleep)
		synctest.Wait()
		if n := f.looked(); n != 2 {
			t.Fatalf("looked %d times after a jump, want twice", n)
		}
	})
}

func TestStartAndStopInAnyOrder(t *testing.T) {
	s := openStore(t)
	f := &fake{next: never, run: one}
	r := NewRunner(s, clock.System{}, clock.NewIDs(clock.System{}), slog.New(slog.DiscardHandler), f)
	r.Stop() // without a start
	var all sync.WaitGroup
	for i := range 10 {
		all.Go(func() {
			for range 50 {
				if i%2 == 0 {
					r.Start(context.Background())
				} else {
					r.Stop()
				}
			}
		})
	}
	all.Wait()
	r.Stop()
	r.Stop()
	if err := r.Health(); err != nil {
		t.Fatal(err)
	}
	r.Start(t.Context())
	err := s.Update(t.Context(), func(tx *store.Tx) error {
		_, _, err := tx.CreateFlow(&prefect.FlowCreate{Name: "still-works"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	r.Stop()
}
