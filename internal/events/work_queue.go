package events

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

func workQueueEvent(id uuid.UUID, now time.Time, q *prefect.WorkQueue, what string) *prefect.Event {
	return &prefect.Event{
		ID: id, Occurred: prefect.At(now), Event: "prefect.work-queue." + what,
		Resource: prefect.Resource{
			prefect.ResourceID:   "prefect.work-queue." + q.ID.String(),
			prefect.ResourceName: q.Name,
			prefect.ResourceRole: "work-queue",
		},
		Related: []prefect.Resource{workPoolRelated(q.WorkPoolID.String(), q.WorkPoolName, q.WorkPoolType)},
	}
}

// WorkQueueCreated tells of a new queue.
func WorkQueueCreated(id uuid.UUID, now time.Time, q *prefect.WorkQueue) *prefect.Event {
	return workQueueEvent(id, now, q, "created")
}

// WorkQueueDeleted tells of a queue's end.
func WorkQueueDeleted(id uuid.UUID, now time.Time, q *prefect.WorkQueue) *prefect.Event {
	return workQueueEvent(id, now, q, "deleted")
}

// WorkQueueStatus tells of a queue's status.
func WorkQueueStatus(id uuid.UUID, now time.Time, q *prefect.WorkQueue) *prefect.Event {
	return workQueueEvent(id, now, q, q.Status.Kebab())
}

// WorkQueueUpdated tells which fields of a queue changed.
func WorkQueueUpdated(id uuid.UUID, now time.Time, q *prefect.WorkQueue, changes *Changes) (*prefect.Event, error) {
	payload, err := changes.payload()
	if err != nil {
		return nil, err
	}
	e := workQueueEvent(id, now, q, "updated")
	e.Payload = payload
	return e, nil
}
