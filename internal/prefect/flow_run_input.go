package prefect

import "github.com/google/uuid"

// FlowRunInput is a value that is sent to a flow run under a key.
type FlowRunInput struct {
	ID        uuid.UUID `json:"id"`
	Created   *Time     `json:"created"`
	Updated   *Time     `json:"updated"`
	FlowRunID uuid.UUID `json:"flow_run_id"`
	Key       string    `json:"key"`
	Value     string    `json:"value"`
	Sender    *string   `json:"sender"`
}
