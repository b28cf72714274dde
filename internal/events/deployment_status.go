package events

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// DeploymentPlace names a deployment and what it hangs on. Queue and pool are
// uuid.Nil for a deployment without.
type DeploymentPlace struct {
	ID, FlowID, QueueID, PoolID         uuid.UUID
	Name, FlowName, QueueName, PoolName string
	PoolType                            string
	// StorageID and InfrastructureID are blocks, LimitID its concurrency limit;
	// nil without.
	StorageID, InfrastructureID, LimitID *uuid.UUID
}

// Related are the related resources of a deployment's events.
func (d *DeploymentPlace) Related() []prefect.Resource {
	related := []prefect.Resource{{
		prefect.ResourceID:   "prefect.flow." + d.FlowID.String(),
		prefect.ResourceName: d.FlowName,
		prefect.ResourceRole: "flow",
	}}
	if d.QueueID != uuid.Nil {
		related = append(related, prefect.Resource{
			prefect.ResourceID:   "prefect.work-queue." + d.QueueID.String(),
			prefect.ResourceName: d.QueueName,
			prefect.ResourceRole: "work-queue",
		}, workPoolRelated(d.PoolID.String(), d.PoolName, d.PoolType))
	}
	for _, other := range []struct {
		kind, role string
		id         *uuid.UUID
	}{
		{"block-document", "storage", d.StorageID},
		{"block-document", "infrastructure", d.InfrastructureID},
		{"concurrency-limit", "concurrency-limit", d.LimitID},
	} {
		if other.id != nil {
			related = append(related, prefect.Resource{
				prefect.ResourceID:   "prefect." + other.kind + "." + other.id.String(),
				prefect.ResourceRole: other.role,
			})
		}
	}
	return related
}

// DeploymentStatus tells that a deployment's runs are polled for, or are no more.
func DeploymentStatus(id uuid.UUID, now time.Time, d *DeploymentPlace, status prefect.PoolStatus) *prefect.Event {
	return &prefect.Event{
		ID: id, Occurred: prefect.At(now), Event: "prefect.deployment." + status.Kebab(),
		Resource: prefect.Resource{
			prefect.ResourceID:   "prefect.deployment." + d.ID.String(),
			prefect.ResourceName: d.Name,
		},
		Related: d.Related(),
	}
}
