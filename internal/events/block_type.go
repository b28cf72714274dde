package events

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// BlockType is the event prefect.block-type.<action>.
func BlockType(action Action, t *prefect.BlockType, id uuid.UUID, now time.Time) *prefect.Event {
	return lifecycle("block-type", action, t.ID, t.Name, struct {
		Name             string  `json:"name"`
		Slug             string  `json:"slug"`
		LogoURL          *string `json:"logo_url"`
		DocumentationURL *string `json:"documentation_url"`
		Description      *string `json:"description"`
		CodeExample      *string `json:"code_example"`
		IsProtected      bool    `json:"is_protected"`
	}{t.Name, t.Slug, t.LogoURL, t.DocumentationURL, t.Description, t.CodeExample, t.IsProtected}, nil, id, now)
}
