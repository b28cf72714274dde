package noise

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/reevehq/reeve/internal/prefect"
)

// Whatever the hours, the zone and the time: an end of quiet hours is no part of them, and
// until then it is quiet.
func TestQuietHoursEndWhereTheyEnd(t *testing.T) {
	days := []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
	// These change clocks by an hour, by half of one, over midnight, by a day, in the other season, and never.
	zones := []string{"Europe/Berlin", "Australia/Lord_Howe", "America/Santiago", "Pacific/Apia", "Europe/Dublin", "Asia/Tokyo"}
	hours := rapid.Custom(func(t *rapid.T) string {
		from := rapid.IntRange(0, 95).Draw(t, "from") * 15
		to := (from + rapid.IntRange(1, 95).Draw(t, "quarters")*15) % (24 * 60)
		on := rapid.SliceOfNDistinct(rapid.SampledFrom(days), 1, 4, rapid.ID[string]).Draw(t, "days")
		return fmt.Sprintf("%s %02d:%02d-%02d:%02d", strings.Join(on, ","), from/60, from%60, to/60, to%60)
	})
	start := time.Date(2011, 12, 1, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(zones).Draw(t, "zone")
		s := &prefect.Noise{Quiet: rapid.SliceOfN(hours, 1, 3).Draw(t, "quiet"), Timezone: &name}
		now := start.Add(time.Duration(rapid.IntRange(0, 400*24*12).Draw(t, "now")) * 5 * time.Minute)
		until := quietUntil(s, now)
		if until.Before(now) || until.Sub(now) > 9*24*time.Hour {
			t.Fatalf("%s is quiet until %s", now, until)
		}
		if again := quietUntil(s, until); !again.Equal(until) {
			t.Fatalf("%s is quiet until %s, which is quiet until %s", now, until, again)
		}
		if between := now.Add(until.Sub(now) / 2); !quietUntil(s, between).Equal(until) && until.After(now) {
			t.Fatalf("%s is quiet until %s, but %s until %s", now, until, between, quietUntil(s, between))
		}
	})
}
