package sleep

import (
	"strings"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/schedule"
)

func cron(text, zone string) *prefect.Schedule {
	return &prefect.Schedule{Cron: &prefect.CronSchedule{Cron: prefect.CronText(text), Timezone: &zone, DayOr: true}}
}

func every(d time.Duration) *prefect.Schedule {
	anchor := prefect.OffsetTime{Time: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	return &prefect.Schedule{Interval: &prefect.IntervalSchedule{Interval: prefect.PositiveInterval(d), AnchorDate: &anchor}}
}

func rrule(text string) *prefect.Schedule {
	zone := prefect.ZoneName("UTC")
	return &prefect.Schedule{RRule: &prefect.RRuleSchedule{RRule: prefect.RRuleText(text), Timezone: &zone}}
}

func TestPlan(t *testing.T) {
	from := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		name      string
		schedules []*prefect.Schedule
		want      string
	}{
		{"none", nil, ""},
		{"every half hour", []*prefect.Schedule{every(30 * time.Minute)}, "0,30 * * * *"},
		{"every minute", []*prefect.Schedule{every(time.Minute)}, "* * * * *"},
		{"every ten seconds", []*prefect.Schedule{every(10 * time.Second)}, "* * * * *"},
		{"every day", []*prefect.Schedule{cron("15 6 * * *", "UTC")}, "15 6 * * *"},
		{"in a zone with summer time", []*prefect.Schedule{cron("0 9 * * *", "Europe/Berlin")}, "0 7 * 3-10 *|0 8 * 1-3,10-12 *"},
		{"on working days", []*prefect.Schedule{cron("0 9-17 * * 1-5", "UTC")}, "0 9-17 * * 1-5"},
		{"on the first of the month", []*prefect.Schedule{cron("0 0 1 * *", "UTC")}, "0 0 1 * *"},
		{"on the last of the month", []*prefect.Schedule{cron("0 0 L * *", "UTC")}, "0 0 28-31 * *"},
		{"once a year", []*prefect.Schedule{cron("5 4 3 2 *", "UTC")}, "5 4 3 2 *"},
		{"by a rule", []*prefect.Schedule{rrule("DTSTART:20260101T083000Z\nRRULE:FREQ=WEEKLY;BYDAY=MO,TH")}, "30 8 * * 1,4"},
		{"several", []*prefect.Schedule{cron("0 6 * * *", "UTC"), cron("0 18 * * *", "UTC"), cron("30 7 * * *", "UTC"), cron("0 6 * * 1", "UTC")},
			"0 6,18 * * *|30 7 * * *"},
		{"that ended", []*prefect.Schedule{rrule("DTSTART:20200101T083000Z\nRRULE:FREQ=DAILY;COUNT=3")}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			plan, err := Plan(t.Context(), test.schedules, from)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(plan.Lines, "|"); got != test.want || plan.Schedules != len(test.schedules) {
				t.Errorf("lines are %q of %d schedules, want %q", got, plan.Schedules, test.want)
			}
			for _, s := range test.schedules {
				covered(t, plan, s, from)
			}
		})
	}
}

// covered checks that a line names every time of a schedule, by the lines' own
// meaning.
func covered(t *testing.T, plan *WakePlan, s *prefect.Schedule, from time.Time) {
	t.Helper()
	times, err := schedule.Times(schedule.NewBudget(t.Context()), s, schedule.Range{N: 300, Start: from, End: from.Add(horizon)})
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range times {
		at = at.UTC().Truncate(time.Minute)
		found := false
		for _, line := range plan.Lines {
			due, err := schedule.Times(schedule.NewBudget(t.Context()), cron(line, "UTC"), schedule.Range{N: 1, Start: at})
			if err == nil && len(due) == 1 && due[0].Equal(at) {
				found = true
				break
			}
		}
		if !found {
			t.Fatalf("%s is in none of %q", at, plan.Lines)
		}
	}
}
