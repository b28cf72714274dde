package events

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// FlowCreated tells of a new flow.
func FlowCreated(id uuid.UUID, now time.Time, f *prefect.Flow) (*prefect.Event, error) {
	return flowLife(id, now, f, "prefect.flow.created")
}

// FlowUpdated tells that a flow was changed; f is what it is now.
func FlowUpdated(id uuid.UUID, now time.Time, f *prefect.Flow) (*prefect.Event, error) {
	return flowLife(id, now, f, "prefect.flow.updated")
}

// FlowDeleted tells of a flow's end.
func FlowDeleted(id uuid.UUID, now time.Time, f *prefect.Flow) (*prefect.Event, error) {
	return flowLife(id, now, f, "prefect.flow.deleted")
}

func flowLife(id uuid.UUID, now time.Time, f *prefect.Flow, name string) (*prefect.Event, error) {
	payload, err := json.Marshal(struct {
		Name   string         `json:"name"`
		Tags   prefect.Tags   `json:"tags"`
		Labels prefect.Labels `json:"labels"`
	}{f.Name, f.Tags, f.Labels})
	if err != nil {
		return nil, err
	}
	return &prefect.Event{ID: id, Occurred: prefect.At(now), Event: name, Payload: payload,
		Resource: prefect.Resource{prefect.ResourceID: "prefect.flow." + f.ID.String(), prefect.ResourceName: f.Name}}, nil
}

// PoolSlotFreed tells a pool that its limit has room for a run. Not of the
// contract: workers poll when they hear it.
func PoolSlotFreed(id uuid.UUID, now time.Time, pool uuid.UUID) *prefect.Event {
	return &prefect.Event{ID: id, Occurred: prefect.At(now), Event: prefect.PoolSlotFreed,
		Resource: prefect.Resource{prefect.ResourceID: "prefect.work-pool." + pool.String()}}
}

// FlowSlotFreed tells the pools in which a flow is deployed that its limit has
// room for a run. Not of the contract: workers poll when they hear it.
func FlowSlotFreed(id uuid.UUID, now time.Time, flow uuid.UUID, pools []uuid.UUID) *prefect.Event {
	e := &prefect.Event{ID: id, Occurred: prefect.At(now), Event: prefect.FlowSlotFreed,
		Resource: prefect.Resource{prefect.ResourceID: "prefect.flow." + flow.String()}}
	for _, pool := range pools {
		e.Related = append(e.Related, prefect.Resource{
			prefect.ResourceID: "prefect.work-pool." + pool.String(), prefect.ResourceRole: "work-pool"})
	}
	return e
}

// FlowRunDeleted tells the worker of a run that it was deleted. Not of the
// contract: workers end its process when they hear it.
func FlowRunDeleted(id uuid.UUID, now time.Time, run *prefect.FlowRun) *prefect.Event {
	e := &prefect.Event{ID: id, Occurred: prefect.At(now), Event: prefect.FlowRunDeleted,
		Resource: prefect.Resource{prefect.ResourceID: "prefect.flow-run." + run.ID.String(), prefect.ResourceName: run.Name}}
	if run.WorkPoolID != nil {
		e.Related = append(e.Related, prefect.Resource{
			prefect.ResourceID: "prefect.work-pool." + run.WorkPoolID.String(), prefect.ResourceRole: "work-pool"})
	}
	return e
}
