package services

import (
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/concurrency"
	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/storetest"
)

func TestTheClockJumps(t *testing.T) {
	start := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		name  string
		due   time.Duration // of the service's work, after the start
		fails bool          // its first run, which holds it back for a second
		jump  time.Duration
		pass  time.Duration // after the jump
		runs  int
	}{
		{"forward over the deadline", time.Hour, false, 2 * time.Hour, 0, 1},
		{"forward, not as far", time.Hour, false, time.Minute, 0, 0},
		{"back from the deadline", time.Minute, false, -time.Hour, 2 * time.Minute, 0},
		{"back, while it is held back", 0, true, -time.Hour, 2 * time.Second, 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			manual := clock.NewManual(start)
			done := false
			ids := clock.NewIDs(manual)
			service := &fake{
				next: func(now time.Time) (time.Time, bool, error) {
					if test.fails {
						return now, !done, nil
					}
					return start.Add(test.due), !done, nil
				},
				run: func(time.Time) (int, error) {
					if test.fails && !done {
						test.fails = false
						return 0, errors.New("not yet")
					}
					done = true
					return 1, nil
				}}
			if test.fails {
				service.next = func(now time.Time) (time.Time, bool, error) { return now, !done, nil }
			}
			r := NewRunner(storetest.New(t, manual).Store, manual, ids, slog.New(slog.DiscardHandler), service)
			r.Start(t.Context())
			t.Cleanup(r.Stop)
			looks := func(n int) {
				for deadline := time.Now().Add(2 * time.Second); service.looked() < n && time.Now().Before(deadline); {
					time.Sleep(time.Millisecond)
				}
			}
			looks(1)
			if test.due == 0 {
				for service.ran() == 0 {
					time.Sleep(time.Millisecond)
				}
			}
			before := service.looked()
			manual.Jump(test.jump)
			r.Jumped(test.jump)
			if test.pass > 0 {
				time.Sleep(20 * time.Millisecond) // the loop arms its timer
				manual.Advance(test.pass)
			}
			looks(before + 1)
			for deadline := time.Now().Add(300 * time.Millisecond); service.ran() < test.runs && time.Now().Before(deadline); {
				time.Sleep(time.Millisecond)
			}
			if got := service.ran(); got != test.runs {
				t.Errorf("ran %d times, want %d", got, test.runs)
			}
		})
	}
}

// A clock that is set back to before the server woke makes nothing wait for that moment
// to come again: leases end, and silence is one, as long after as they would have.
func TestTheClockIsSetBackBeforeTheStart(t *testing.T) {
	start := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	manual := clock.NewManual(start)
	s := storetest.New(t, manual).Store
	s.Awake(start)
	leases := NewLeaseExpirations(orchestration.New(orchestration.Settings{}).Slots(), start)
	manual.Jump(-3 * time.Hour)
	update(t, s, func(tx *store.Tx) error {
		return tx.CreateLease(&concurrency.Lease{ID: tx.IDs.V4(), Created: tx.Now, Expires: tx.Now.Add(time.Second), Slots: 1})
	})
	ended := 0
	look := func() (at time.Time) {
		update(t, s, func(tx *store.Tx) (err error) {
			if at, _, err = leases.Next(tx); err != nil {
				return err
			}
			n, err := leases.Run(tx)
			ended += n
			return err
		})
		return at
	}
	if at := look(); at.Sub(manual.Now()) > leaseMercy {
		t.Errorf("the lease is looked at at %s, %s from now", at, at.Sub(manual.Now()))
	}
	manual.Advance(leaseMercy)
	look()
	if ended != 1 {
		t.Errorf("%d leases have ended", ended)
	}
	update(t, s, func(tx *store.Tx) error {
		if tx.Listening().After(tx.Now) {
			t.Errorf("silence counts from %s on, %s from now", tx.Listening(), tx.Listening().Sub(tx.Now))
		}
		return nil
	})
}
