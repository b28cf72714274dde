package prefect

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect/decode"
)

// Flow is a named piece of work that has runs and deployments.
type Flow struct {
	ID      uuid.UUID `json:"id"`
	Created *Time     `json:"created"`
	Updated *Time     `json:"updated"`
	Name    string    `json:"name"`
	Tags    Tags      `json:"tags"`
	Labels  Labels    `json:"labels"`
}

// FlowCreate is the body of POST /flows/.
type FlowCreate struct {
	decode.Action
	Name   string `json:"name" rule:"required,pattern=name"`
	Tags   Tags   `json:"tags"`
	Labels Labels `json:"labels"`
}

// FlowUpdate is the body of PATCH /flows/{id}.
type FlowUpdate struct {
	decode.Action
	Tags Tags `json:"tags"`
}
