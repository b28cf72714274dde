package orchestration_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
)

func TestTaskOwnerLook(t *testing.T) {
	now := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	flow, later := uuid.UUID{1}, prefect.AtPointer(now.Add(time.Hour))
	for _, c := range []struct {
		what  string
		flow  *uuid.UUID
		state prefect.StateType
		name  string
		due   *prefect.Time
		want  time.Duration // after now, 0 for never
	}{
		{"runs", nil, prefect.Running, "Running", nil, time.Minute},
		{"is being cancelled", nil, prefect.Cancelling, "Cancelling", nil, time.Minute},
		{"ends with its flow run", &flow, prefect.Running, "Running", nil, 0},
		{"waits for a worker", nil, prefect.Scheduled, "Scheduled", later, 0},
		{"is to try again", nil, prefect.Scheduled, "AwaitingRetry", later, time.Hour + time.Minute},
		{"was to try again", nil, prefect.Scheduled, "AwaitingRetry", prefect.AtPointer(now.Add(-time.Hour)), time.Minute},
		{"has ended", nil, prefect.Completed, "Completed", nil, 0},
	} {
		look := orchestration.TaskOwnerLook(now, c.flow, &c.state, &c.name, c.due)
		if c.want == 0 != (look == nil) || look != nil && look.Sub(now) != c.want {
			t.Errorf("one that %s is looked at %v", c.what, look)
		}
	}
	if orchestration.TaskOwnerLook(now, nil, nil, nil, nil) != nil {
		t.Error("one without a state is looked at")
	}
}
