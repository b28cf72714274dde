package clock_test

import (
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/clock"
)

func TestRest(t *testing.T) {
	const least, most = 30 * time.Millisecond, 250 * time.Millisecond
	for took, want := range map[time.Duration]time.Duration{
		0: least, time.Millisecond: least, 10 * time.Millisecond: 100 * time.Millisecond, time.Second: most,
	} {
		if got := clock.Rest(took, least, most); got != want {
			t.Errorf("after %s: %s, want %s", took, got, want)
		}
	}
}
