package api

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/prefect"
)

// A preview shows what becomes of a schedule when the clocks of its zone change.
func TestThePreviewShowsTheChangeOfClocks(t *testing.T) {
	spring := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	autumn := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		schedule string
		now      time.Time
		at       string
		times    []string
	}{
		{`{"cron": "30 2 * * *", "timezone": "Europe/Berlin"}`, spring, "2026-03-29T03:00:00+02:00",
			[]string{"2026-03-29T03:30:00+02:00", "2026-03-30T02:30:00+02:00"}},
		{`{"cron": "30 2 * * *", "timezone": "Europe/Berlin"}`, autumn, "2026-10-25T02:00:00+01:00",
			[]string{"2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"}},
		{`{"cron": "*/30 * * * *", "timezone": "America/New_York"}`, spring, "2026-03-08T03:00:00-04:00",
			[]string{"2026-03-08T01:00:00-05:00", "2026-03-08T01:30:00-05:00", "2026-03-08T03:00:00-04:00", "2026-03-08T03:30:00-04:00",
				"2026-03-08T04:00:00-04:00", "2026-03-08T04:30:00-04:00", "2026-03-08T05:00:00-04:00", "2026-03-08T05:30:00-04:00"}},
		{`{"interval": 86400, "anchor_date": "2026-01-01T09:00:00+01:00", "timezone": "Europe/Berlin"}`, spring, "2026-03-29T03:00:00+02:00",
			[]string{"2026-03-29T09:00:00+02:00"}},
		{`{"cron": "0 12 1 1 *", "timezone": "Europe/Berlin"}`, spring, "", nil}, // names no time about then
		{`{"cron": "30 2 * * *", "timezone": "UTC"}`, spring, "", nil},
		{`{"cron": "30 2 * * *", "timezone": "Asia/Tokyo"}`, spring, "", nil},
	} {
		var s prefect.Schedule
		if err := json.Unmarshal([]byte(c.schedule), &s); err != nil {
			t.Fatal(err)
		}
		s.Settle(c.now)
		out, err := previewOf(t.Context(), &s, c.now)
		if err != nil || out.Problem != nil {
			t.Errorf("%s: %v %v", c.schedule, err, out.Problem)
			continue
		}
		at, times := "", []string(nil)
		if out.ClockChange != nil {
			at = out.ClockChange.At.Format(time.RFC3339)
			for _, each := range out.ClockChange.Times {
				times = append(times, each.Format(time.RFC3339))
			}
		}
		if at != c.at || !slices.Equal(times, c.times) {
			t.Errorf("%s:\n got %s %v\nwant %s %v", c.schedule, at, times, c.at, c.times)
		}
	}
}
