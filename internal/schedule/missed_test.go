package schedule_test

import (
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/schedule"
)

func TestMissedTimes(t *testing.T) {
	now := time.Date(2026, 3, 7, 12, 0, 30, 0, time.UTC)
	const hourly, daily = "0 * * * *", "30 9 * * *"
	at := func(hours int) time.Time { return now.Truncate(time.Hour).Add(-time.Duration(hours) * time.Hour) }
	for _, c := range []struct {
		name, cron string
		catchUp    prefect.CatchUp
		away       time.Duration
		n          int
		first      time.Time
		skip       time.Time
	}{
		{"nothing is asked for", hourly, "", 10 * time.Hour, 0, time.Time{}, time.Time{}},
		{"all", hourly, prefect.CatchUpAll, 10 * time.Hour, 10, at(9), time.Time{}},
		{"all, but not too many", hourly, prefect.CatchUpAll, 6 * 24 * time.Hour, schedule.CatchUpRuns, at(schedule.CatchUpRuns - 1), time.Time{}},
		{"all, but not too old", daily, prefect.CatchUpAll, 60 * 24 * time.Hour, 7, time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC), time.Time{}},
		{"the latest", hourly, prefect.CatchUpLatest, 10 * time.Hour, 1, at(0), at(0)},
		{"the latest, long ago", "0 0 1 1 *", prefect.CatchUpLatest, 5 * 365 * 24 * time.Hour, 1, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)},
		{"the latest of none", daily, prefect.CatchUpLatest, time.Hour, 0, time.Time{}, time.Time{}},
		{"none", hourly, prefect.CatchUpNone, 10 * time.Hour, 0, time.Time{}, now.Add(-time.Minute)},
		{"just paused", hourly, prefect.CatchUpAll, 0, 0, time.Time{}, time.Time{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			zone := "UTC"
			s := &prefect.DeploymentSchedule{MissedSince: prefect.AtPointer(now.Add(-c.away)),
				Schedule: prefect.Schedule{Cron: &prefect.CronSchedule{Cron: prefect.CronText(c.cron), Timezone: &zone, DayOr: true}}}
			if c.catchUp != "" {
				s.CatchUp = &c.catchUp
			}
			m, err := schedule.NewMissed(t.Context(), s, now)
			if err != nil {
				t.Fatal(err)
			}
			if len(m.Times) != c.n || c.n > 0 && !m.Times[0].Equal(c.first) || !m.Skip.Equal(c.skip) {
				t.Errorf("times %v, skip before %v; want %d from %v, skip before %v", m.Times, m.Skip, c.n, c.first, c.skip)
			}
			if (m.Why == "") != m.Skip.IsZero() {
				t.Errorf("skipped runs are told %q", m.Why)
			}
		})
	}
}

// A schedule of microseconds costs no more than any other.
func TestMissedTimesOfAFrequentSchedule(t *testing.T) {
	now := time.Date(2026, 3, 7, 12, 0, 30, 0, time.UTC)
	all := prefect.CatchUpAll
	s := &prefect.DeploymentSchedule{MissedSince: prefect.AtPointer(now.AddDate(-1, 0, 0)), CatchUp: &all,
		Schedule: prefect.Schedule{Interval: &prefect.IntervalSchedule{Interval: prefect.PositiveInterval(3 * time.Microsecond), AnchorDate: &prefect.OffsetTime{Time: now}}}}
	m, err := schedule.NewMissed(t.Context(), s, now)
	if err != nil || len(m.Times) != schedule.CatchUpRuns || !m.Times[schedule.CatchUpRuns-1].Equal(now) {
		t.Fatalf("%d times, %v", len(m.Times), err)
	}
}
