package events

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// DeploymentCreated tells of a new deployment.
func DeploymentCreated(id uuid.UUID, now time.Time, d *DeploymentPlace) *prefect.Event {
	return lifecycle("deployment", Created, d.ID, d.Name, struct{}{}, d.Related(), id, now)
}

// DeploymentUpdated tells which fields of a deployment changed.
func DeploymentUpdated(id uuid.UUID, now time.Time, d *DeploymentPlace, changes *Changes) (*prefect.Event, error) {
	payload, err := changes.payload()
	if err != nil {
		return nil, err
	}
	e := lifecycle("deployment", Updated, d.ID, d.Name, struct{}{}, d.Related(), id, now)
	e.Payload = payload
	return e, nil
}

// DeploymentDeleted tells of a deployment's end.
func DeploymentDeleted(id uuid.UUID, now time.Time, d *DeploymentPlace) *prefect.Event {
	return lifecycle("deployment", Deleted, d.ID, d.Name, struct{}{}, d.Related(), id, now)
}

// ScheduleSetAside tells that one of a deployment's schedules is left alone until
// it is changed, and why. The contract has no such event.
func ScheduleSetAside(id uuid.UUID, now time.Time, d *DeploymentPlace, schedule uuid.UUID, reason string) *prefect.Event {
	payload := struct {
		Schedule uuid.UUID `json:"schedule_id"`
		Reason   string    `json:"reason"`
	}{schedule, reason}
	e := lifecycle("deployment", Updated, d.ID, d.Name, payload, d.Related(), id, now)
	e.Event = "reeve.deployment.schedule-set-aside"
	return e
}
