package events

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// followsWithin is how long the event of a pool's last status is named as the
// one that a new status event follows.
const followsWithin = 10 * time.Minute

func workPoolResource(p *prefect.WorkPool) prefect.Resource {
	return prefect.Resource{
		prefect.ResourceID:       "prefect.work-pool." + p.ID.String(),
		prefect.ResourceName:     p.Name,
		"prefect.work-pool.type": p.Type,
	}
}

func workPoolRelated(id, name, typ string) prefect.Resource {
	return prefect.Resource{
		prefect.ResourceID:       "prefect.work-pool." + id,
		prefect.ResourceName:     name,
		"prefect.work-pool.type": typ,
		prefect.ResourceRole:     "work-pool",
	}
}

// WorkPoolCreated tells of a new pool.
func WorkPoolCreated(id uuid.UUID, now time.Time, p *prefect.WorkPool) *prefect.Event {
	return workPoolLife(id, now, p, "prefect.work-pool.created")
}

// WorkPoolDeleted tells of a pool's end.
func WorkPoolDeleted(id uuid.UUID, now time.Time, p *prefect.WorkPool) *prefect.Event {
	return workPoolLife(id, now, p, "prefect.work-pool.deleted")
}

func workPoolLife(id uuid.UUID, now time.Time, p *prefect.WorkPool, name string) *prefect.Event {
	e := &prefect.Event{ID: id, Occurred: prefect.At(now), Event: name, Resource: workPoolResource(p)}
	e.Resource[prefect.ResourceRole] = "work-pool"
	if p.DefaultQueueID != nil {
		e.Related = append(e.Related, prefect.Resource{
			prefect.ResourceID:   "prefect.work-queue." + p.DefaultQueueID.String(),
			prefect.ResourceRole: "default-queue",
		})
	}
	if block := p.StorageConfiguration.DefaultResultStorageBlockID; block != nil {
		e.Related = append(e.Related, prefect.Resource{
			prefect.ResourceID:   "prefect.block-document." + block.String(),
			prefect.ResourceRole: "result-storage",
		})
	}
	return e
}

// WorkPoolUpdated tells which fields of a pool changed.
func WorkPoolUpdated(id uuid.UUID, now time.Time, p *prefect.WorkPool, changes *Changes) (*prefect.Event, error) {
	payload, err := changes.payload()
	if err != nil {
		return nil, err
	}
	e := &prefect.Event{ID: id, Occurred: prefect.At(now), Event: "prefect.work-pool.updated",
		Resource: workPoolResource(p), Payload: payload}
	e.Resource[prefect.ResourceRole] = "work-pool"
	return e, nil
}

// WorkPoolStatus tells of a pool's status; it follows the event of the status
// before when that was not long ago. before is nil for a new pool.
func WorkPoolStatus(id uuid.UUID, now time.Time, p, before *prefect.WorkPool) *prefect.Event {
	e := &prefect.Event{ID: id, Occurred: prefect.At(now), Resource: workPoolResource(p),
		Event: "prefect.work-pool." + p.StoredStatus.Kebab()}
	if before != nil && before.StatusSince != nil && now.Sub(before.StatusSince.Time) < followsWithin {
		e.Follows = before.StatusEvent
	}
	return e
}
