package events

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// ConcurrencyLimit is what the events of a concurrency limit tell of it.
type ConcurrencyLimit struct {
	ID                 uuid.UUID     `json:"-"`
	Name               string        `json:"name"`
	Limit              int           `json:"limit"`
	Active             bool          `json:"active"`
	SlotDecayPerSecond prefect.Float `json:"slot_decay_per_second"`
}

// ConcurrencyLimitEvent tells that a limit was created, updated or deleted.
func ConcurrencyLimitEvent(action string, l ConcurrencyLimit, id uuid.UUID, occurred time.Time) *prefect.Event {
	payload, _ := json.Marshal(l) // strings and numbers always marshal
	return &prefect.Event{
		ID: id, Occurred: prefect.At(occurred), Event: "prefect.concurrency-limit." + action,
		Resource: prefect.Resource{
			prefect.ResourceID:   "prefect.concurrency-limit." + l.ID.String(),
			prefect.ResourceName: l.Name,
		},
		Related: []prefect.Resource{},
		Payload: payload,
	}
}
