package clock

import (
	"testing"
	"time"
)

func TestBackoffDoublesUpToItsMost(t *testing.T) {
	for _, test := range []struct {
		backoff  Backoff
		failures int
		want     time.Duration
	}{
		{Backoff{time.Second, time.Minute}, 0, time.Second},
		{Backoff{time.Second, time.Minute}, 1, time.Second},
		{Backoff{time.Second, time.Minute}, 2, 2 * time.Second},
		{Backoff{time.Second, time.Minute}, 6, 32 * time.Second},
		{Backoff{time.Second, time.Minute}, 7, time.Minute},
		{Backoff{time.Second, time.Minute}, 1 << 40, time.Minute},
		{Backoff{24 * time.Hour, 48 * time.Hour}, 1000, 48 * time.Hour},
	} {
		if got := test.backoff.Pause(test.failures); got != test.want {
			t.Errorf("%v after %d failures: %v, want %v", test.backoff, test.failures, got, test.want)
		}
	}
}

type always float64

func (a always) Float() float64 { return float64(a) }

func TestJitterTakesAtMostAFifth(t *testing.T) {
	b := Backoff{time.Second, time.Minute}
	for random, want := range map[float64]time.Duration{0: 4 * time.Second, 0.5: 3600 * time.Millisecond, 1: 3200 * time.Millisecond} {
		if got := b.Jittered(3, always(random)); got != want {
			t.Errorf("with %v: %v, want %v", random, got, want)
		}
	}
}
