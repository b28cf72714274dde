package services

import (
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/store"
)

type gentleFake struct{ *fake }

func (gentleFake) Gentle() {}

// TestGentleServicesRest: between two pieces of a gentle service there is as much time as the
// first took, but never much.
func TestGentleServicesRest(t *testing.T) {
	for took, rest := range map[time.Duration]time.Duration{20 * time.Millisecond: 20 * time.Millisecond, time.Second: longestRest} {
		f := &fake{next: func(now time.Time) (time.Time, bool, error) { return now, true, nil }, run: func(time.Time) (int, error) {
			time.Sleep(took)
			return 1, nil
		}}
		inBubble(t, []Service{gentleFake{f}}, func(t *testing.T, _ *store.Store, r *Runner) {
			time.Sleep(10 * (took + rest))
			r.Stop()
			if n := f.ran(); n < 9 {
				t.Errorf("%d pieces of %s, want about 10", n, took)
			}
			for i := 1; i < len(f.runs); i++ {
				if gap := f.runs[i].Sub(f.runs[i-1]); gap < took+rest {
					t.Errorf("a piece of %s began %s after the one before, want at least %s of rest", took, gap, rest)
				}
			}
		})
	}
}
