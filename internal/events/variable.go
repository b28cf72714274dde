package events

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// Variable is the event prefect.variable.<action>.
func Variable(action Action, v *prefect.Variable, id uuid.UUID, now time.Time) *prefect.Event {
	return lifecycle("variable", action, v.ID, v.Name, struct {
		Name  string          `json:"name"`
		Value json.RawMessage `json:"value"`
		Tags  prefect.Tags    `json:"tags"`
	}{v.Name, v.Value, v.Tags}, nil, id, now)
}
