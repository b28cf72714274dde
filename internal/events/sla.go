package events

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// violation is the name of the events that tell of a violated agreement, Prefect Cloud's.
const violation = "prefect.sla.violation"

// FlowRunViolates tells that a run took longer than an agreement allows, or did not
// start in time.
func FlowRunViolates(id uuid.UUID, now time.Time, s *prefect.SLA, run uuid.UUID, name string, tags prefect.Tags, related *FlowRunRelated, since time.Time) *prefect.Event {
	return violated(id, now, s, prefect.Resource{prefect.ResourceID: "prefect.flow-run." + run.String(), prefect.ResourceName: name},
		related.resources(tags), since)
}

// DeploymentViolates tells that a deployment went without a completed run for
// longer than an agreement allows.
func DeploymentViolates(id uuid.UUID, now time.Time, s *prefect.SLA, d *DeploymentPlace, since time.Time) *prefect.Event {
	return violated(id, now, s, prefect.Resource{prefect.ResourceID: resourceID("deployment", d.ID), prefect.ResourceName: d.Name}, d.Related(), since)
}

func violated(id uuid.UUID, now time.Time, s *prefect.SLA, resource prefect.Resource, related []prefect.Resource, since time.Time) *prefect.Event {
	payload, err := json.Marshal(struct {
		*prefect.SLA
		Kind  prefect.SLAKind `json:"kind"`
		Since prefect.Time    `json:"since"`
	}{s, s.Kind, prefect.At(since)})
	if err != nil {
		payload = nil // an agreement is texts and numbers; that it is violated is told in any case
	}
	resource["prefect.sla.severity"] = string(s.Severity)
	return &prefect.Event{ID: id, Occurred: prefect.At(now), Event: violation, Resource: resource, Payload: payload,
		Related: append(related, prefect.Resource{prefect.ResourceID: resourceID("sla", s.ID), prefect.ResourceRole: "sla",
			prefect.ResourceName: s.Name, "prefect.sla.severity": string(s.Severity)})}
}
