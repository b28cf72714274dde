package prefect

import (
	"encoding/json"

	"github.com/google/uuid"
)

// Resource is a thing that events speak of: a set of labels, of which
// prefect.resource.id is always there. Related resources also have
// prefect.resource.role.
type Resource map[string]string

// The labels that every resource, and every related one, has.
const (
	ResourceID   = "prefect.resource.id"
	ResourceName = "prefect.resource.name"
	ResourceRole = "prefect.resource.role"
)

// ID is the resource's id, for instance "prefect.flow-run.<uuid>".
func (r Resource) ID() string { return r[ResourceID] }

// Role is the role of a related resource, "" for the primary one.
func (r Resource) Role() string { return r[ResourceRole] }

// Event is something that happened to a resource. The sender chooses its id:
// an event that arrives twice is stored once.
type Event struct {
	Occurred Time            `json:"occurred"`
	Event    string          `json:"event"`
	Resource Resource        `json:"resource"`
	Related  []Resource      `json:"related"`
	Payload  json.RawMessage `json:"payload"`
	ID       uuid.UUID       `json:"id"`
	Follows  *uuid.UUID      `json:"follows"`
}

// ReceivedEvent is an event in the log.
type ReceivedEvent struct {
	Event
	Received Time `json:"received"`

	// Sequence is the event's place in the log; it is not on the wire.
	Sequence int64 `json:"-"`
}
