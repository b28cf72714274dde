package prefect

import (
	"encoding/json"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect/decode"
)

// SavedSearch is a set of filters that a user interface keeps under a name.
type SavedSearch struct {
	ID      uuid.UUID           `json:"id"`
	Created *Time               `json:"created"`
	Updated *Time               `json:"updated"`
	Name    string              `json:"name"`
	Filters []SavedSearchFilter `json:"filters"`
}

// SavedSearchFilter is one condition of a saved search; the server does not
// interpret it.
type SavedSearchFilter struct {
	Object    string          `json:"object" rule:"required"`
	Property  string          `json:"property" rule:"required"`
	Type      string          `json:"type" rule:"required"`
	Operation string          `json:"operation" rule:"required"`
	Value     json.RawMessage `json:"value" rule:"required"`
}

// SavedSearchCreate is the body of PUT /saved_searches/.
type SavedSearchCreate struct {
	decode.Action
	Name    string              `json:"name" rule:"required"`
	Filters []SavedSearchFilter `json:"filters"`
}

// Defaults implements decode.Defaulter.
func (s *SavedSearchCreate) Defaults() { s.Filters = []SavedSearchFilter{} }
