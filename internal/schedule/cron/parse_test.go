package cron

import (
	"errors"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/budget"
)

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct {
		text string
		want error
	}{
		{"", ErrInvalid}, {"bad", ErrInvalid}, {"* * * *", ErrInvalid}, {"* * * * * * * *", ErrInvalid}, {"60 * * * *", ErrInvalid},
		{"* * 0 * *", ErrInvalid}, {"*/0 * * * *", ErrInvalid}, {"-1 * * * *", ErrInvalid}, {"* * * * 1,2#3", ErrInvalid}, {"* * * * 2#6", ErrInvalid},
		{"? * * * *", ErrInvalid}, {"H * * * *", ErrInvalid}, {"R * * * *", ErrRandom}, {"r(0-5) * * * *", ErrRandom},
	} {
		if _, err := Parse(c.text); !errors.Is(err, c.want) {
			t.Errorf("%q: error %v, want %v", c.text, err, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"0 9 * * 1-5", "*/7 l 5#2 jan-mar sun", "0 0 l * * 30 2030/2", "@weekly", "1-0 * * 1-0 6-2"} {
		f.Add(seed)
	}
	start := time.Date(2026, 2, 27, 23, 59, 30, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		e, err := Parse(text)
		if err != nil {
			return
		}
		at, err := e.Next(budget.New(t.Context(), "test", budget.Limits{Steps: 200_000}), start, true)
		if err == nil && !at.After(start) {
			t.Fatalf("%q: %s is not after %s", text, at, start)
		}
	})
}
