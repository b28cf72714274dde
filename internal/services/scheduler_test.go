package services_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/services"
	"github.com/reevehq/reeve/internal/store"
	"github.com/reevehq/reeve/internal/store/storetest"
)

func TestSchedulerKeepsRunsAhead(t *testing.T) {
	manual := clock.NewManual(time.Date(2026, 3, 7, 12, 0, 30, 0, time.UTC))
	s := storetest.New(t, manual).Store
	update := func(fn func(*store.Tx) error) {
		t.Helper()
		if err := s.Update(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	scheduler := services.NewScheduler(services.SchedulerConfig{})
	var id uuid.UUID
	zone, daily, most := "America/New_York", "daily", prefect.ScheduledMax(1)
	update(func(tx *store.Tx) error {
		flow, _, err := tx.CreateFlow(&prefect.FlowCreate{Name: "f"})
		if err != nil {
			return err
		}
		create := &prefect.DeploymentCreate{Name: "d", FlowID: flow.ID, Tags: prefect.Tags{"t"},
			Schedules: []*prefect.DeploymentScheduleCreate{{Active: true, Slug: &daily,
				Schedule: prefect.Schedule{Cron: &prefect.CronSchedule{Cron: "0 9 * * *", Timezone: &zone, DayOr: true}}}}}
		create.Mark("tags")
		d, _, err := tx.CreateDeployment(create, nil)
		if err != nil {
			return err
		}
		id = d.ID
		_, err = tx.CreateDeploymentSchedules(id, []*prefect.DeploymentScheduleCreate{{Active: true, MaxScheduledRuns: &most,
			Schedule: prefect.Schedule{Cron: &prefect.CronSchedule{Cron: "0 * * * *", DayOr: true}}}})
		return err
	})
	runs := func() (found []*prefect.FlowRun, next time.Time) {
		t.Helper()
		if _, err := scheduler.Work(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		update(func(tx *store.Tx) (err error) {
			next, _, err = scheduler.Next(tx)
			if err != nil {
				return err
			}
			found, err = tx.FilterFlowRuns(&prefect.Filters{}, "EXPECTED_START_TIME_ASC", prefect.Page{Limit: 100})
			return err
		})
		return found, next
	}
	found, next := runs()
	// One of the hourly schedule, which may have no more, and three of the daily one.
	if len(found) != 4 {
		t.Fatalf("%d runs, want 4", len(found))
	}
	run := found[1]
	if want := time.Date(2026, 3, 7, 14, 0, 0, 0, time.UTC); !run.ExpectedStartTime.Equal(want) || *run.StateName != "Scheduled" ||
		!run.AutoScheduled || !run.Tags.Has("auto-scheduled") || !run.Tags.Has("t") || *run.CreatedBy.DisplayValue != "daily" {
		t.Errorf("run %+v", run)
	}
	if want := time.Date(2026, 3, 8, 13, 0, 0, 0, time.UTC); !found[2].ExpectedStartTime.Equal(want) {
		t.Errorf("after the clocks change the run is at %s, want %s", found[2].ExpectedStartTime, want)
	}
	if want := found[0].ExpectedStartTime.Time; !next.After(manual.Now()) || next.After(want) {
		t.Errorf("next look at %s, want by %s", next, want)
	}
	if again, _ := runs(); len(again) != 4 {
		t.Errorf("%d runs after a second look, want 4", len(again))
	}
	manual.Advance(2*time.Hour + time.Second)
	if later, _ := runs(); len(later) != 6 {
		t.Errorf("%d runs two hours later, want 6: one more of each schedule", len(later))
	}
	update(func(tx *store.Tx) error {
		_, err := tx.PauseDeployment(id, true)
		return err
	})
	if left, next := runs(); len(left) != 0 || !next.IsZero() {
		t.Errorf("%d runs of a paused deployment, next look %s", len(left), next)
	}
}
