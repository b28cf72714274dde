package prefect

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestTimeIsWrittenAsItsLayoutSays(t *testing.T) {
	year0, year10000 := time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro(), time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()-1
	rapid.Check(t, func(t *rapid.T) {
		at := time.UnixMicro(rapid.Int64Range(year0, year10000).Draw(t, "microseconds")).In(time.FixedZone("", 3600))
		if rapid.Bool().Draw(t, "whole") {
			at = at.Truncate(time.Second)
		}
		layout := "2006-01-02T15:04:05.000000Z"
		if at.Nanosecond() == 0 {
			layout = "2006-01-02T15:04:05Z"
		}
		if got, want := (Time{at}).String(), at.UTC().Format(layout); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	})
}
