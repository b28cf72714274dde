package events

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// ArtifactCollection is the event prefect.artifact-collection.<action>; its
// related resources are the latest artifact and the runs that left it.
func ArtifactCollection(action Action, c *prefect.ArtifactCollection, id uuid.UUID, now time.Time) *prefect.Event {
	related := []prefect.Resource{relatedResource("artifact", c.LatestID, "latest")}
	if c.FlowRunID != nil {
		related = append(related, relatedResource("flow-run", *c.FlowRunID, "flow-run"))
	}
	if c.TaskRunID != nil {
		related = append(related, relatedResource("task-run", *c.TaskRunID, "task-run"))
	}
	return lifecycle("artifact-collection", action, c.ID, c.Key, struct {
		Key         string          `json:"key"`
		Type        *string         `json:"type"`
		Data        json.RawMessage `json:"data"`
		Description *string         `json:"description"`
	}{c.Key, c.Type, c.Data, c.Description}, related, id, now)
}
