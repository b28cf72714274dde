package services

import (
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/clock"
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
