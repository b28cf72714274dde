package prefect

import "github.com/reevehq/reeve/internal/prefect/decode"

// WorkQueueFilter selects work queues.
type WorkQueueFilter struct {
	decode.Forbid
	Operator Operator       `json:"operator"`
	ID       *AnyID         `json:"id"`
	Name     *AnyStartsWith `json:"name"`
}
