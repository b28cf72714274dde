package schedule

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/prefect"
)

func TestRunOfASchedule(t *testing.T) {
	machine := clock.NewManual(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	slug, at := "nightly", machine.Now().Add(time.Hour)
	d := &prefect.Deployment{ID: uuid.New(), FlowID: uuid.New(), Parameters: prefect.Object(`{"a": 1, "b": 1}`),
		Tags: prefect.Tags{"mine"}, Labels: prefect.Labels{"team": prefect.Text("x")}}
	s := &prefect.DeploymentSchedule{ID: uuid.New(), Slug: &slug, Parameters: prefect.Object(`{"b": 2}`),
		Schedule: prefect.Schedule{Interval: &prefect.IntervalSchedule{}}}
	of, err := NewRunOf(d, s)
	if err != nil {
		t.Fatal(err)
	}
	run, state := of.At(at, machine.Now(), clock.NewIDs(machine))
	want := "scheduled " + d.ID.String() + " " + s.ID.String() + " 2026-03-01 13:00:00+00:00"
	if *run.IdempotencyKey != want || of.Key(at) != want {
		t.Errorf("the key is %q, want %q", *run.IdempotencyKey, want)
	}
	if !run.AutoScheduled || run.FlowID != d.FlowID || *run.DeploymentID != d.ID || !run.ExpectedStartTime.Equal(at) || !run.NextScheduledStartTime.Equal(at) {
		t.Errorf("the run is %+v", run)
	}
	if merged, _ := d.Parameters.Merged(s.Parameters); string(run.Parameters) != string(merged) {
		t.Errorf("the parameters are %s, want %s", run.Parameters, merged)
	}
	if !run.Tags.Has("auto-scheduled") || !run.Tags.Has("mine") || len(run.Labels) != 3 || len(d.Labels) != 1 {
		t.Errorf("tags %v, labels %v, those of the deployment %v", run.Tags, run.Labels, d.Labels)
	}
	if *run.CreatedBy.DisplayValue != slug || *run.CreatedBy.Type != "SCHEDULE" || *run.CreatedBy.ID != s.ID {
		t.Errorf("created by %+v", run.CreatedBy)
	}
	if state.Type != prefect.Scheduled || !state.StateDetails.ScheduledTime.Equal(at) || !state.Timestamp.Equal(machine.Now()) {
		t.Errorf("the state is %+v", state)
	}
	if next, _ := of.At(at.Add(time.Hour), machine.Now(), clock.NewIDs(machine)); next.ID == run.ID || *next.IdempotencyKey == want {
		t.Errorf("the next run has the id %s and the key %s of the first", next.ID, *next.IdempotencyKey)
	}
}
