package events

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// Action is what happened to a configuration object.
type Action string

// The actions of lifecycle events.
const (
	Created Action = "created"
	Updated Action = "updated"
	Deleted Action = "deleted"
)

// lifecycle makes the event that an object was created, updated or deleted. Its
// primary resource is prefect.<kind>.<subject>.
func lifecycle(kind string, action Action, subject uuid.UUID, name string, payload any, related []prefect.Resource,
	id uuid.UUID, now time.Time) *prefect.Event {
	return lifecycleNamed(fmt.Sprintf("prefect.%s.%s", kind, action), kind, subject, name, payload, related, id, now)
}

// lifecycleNamed is lifecycle by another name of the event.
func lifecycleNamed(event, kind string, subject uuid.UUID, name string, payload any, related []prefect.Resource,
	id uuid.UUID, now time.Time) *prefect.Event {
	body, err := json.Marshal(payload)
	if err != nil {
		// Payloads are made of strings and stored JSON; one that cannot be
		// written is a defect, and no reason to lose the change it tells of.
		body = []byte("{}")
	}
	return &prefect.Event{
		ID:       id,
		Occurred: prefect.At(now),
		Event:    event,
		Resource: prefect.Resource{prefect.ResourceID: resourceID(kind, subject), prefect.ResourceName: name},
		Related:  related,
		Payload:  body,
	}
}

func resourceID(kind string, id uuid.UUID) string { return "prefect." + kind + "." + id.String() }

func relatedResource(kind string, id uuid.UUID, role string) prefect.Resource {
	return prefect.Resource{prefect.ResourceID: resourceID(kind, id), prefect.ResourceRole: role}
}
