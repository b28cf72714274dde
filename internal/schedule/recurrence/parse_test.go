package recurrence

import (
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/budget"
)

func newBudget(t *testing.T) *budget.Budget {
	b := budget.New(t.Context(), "test", budget.Limits{Steps: 200_000})
	t.Cleanup(b.Close)
	return b
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"FREQ=DAILY", "RRULE:FREQ=WEEKLY;BYDAY=MO,+1TU", "DTSTART:20250101T000000\nRRULE:FREQ=MONTHLY;BYSETPOS=-1;BYDAY=FR\nEXDATE:20250131T000000",
		"RDATE:20260101", "FREQ=SECONDLY;INTERVAL=7;BYHOUR=3", "FREQ=HOURLY;INTERVAL=2;BYHOUR=1", "FREQ=DAILY;COUNT=0", "FREQ=YEARLY;BYEASTER=1;UNTIL=20300101"} {
		f.Add(seed)
	}
	from := time.Date(2026, 2, 27, 23, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		set, err := Parse(text)
		if err != nil || len(text) > 200 {
			return
		}
		last, n := time.Time{}, 0
		_ = set.Occurrences(newBudget(t), from, time.Time{}, func(at time.Time) bool {
			if at.Before(from) || !at.After(last) {
				t.Fatalf("%q: %s after %s", text, at, last)
			}
			last, n = at, n+1
			return n < 5
		})
	})
}

// A rule of every second that began years ago must not be walked through.
func TestOldFrequentRuleIsCheap(t *testing.T) {
	set, err := Parse("DTSTART:19900101T000000\nRRULE:FREQ=SECONDLY")
	if err != nil {
		t.Fatal(err)
	}
	steps := 0
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	err = set.Occurrences(newBudget(t), from, time.Time{}, func(at time.Time) bool {
		steps++
		return !at.Equal(from)
	})
	if err != nil || steps != 1 {
		t.Errorf("%d steps, error %v", steps, err)
	}
}
