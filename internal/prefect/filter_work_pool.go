package prefect

import "github.com/reevehq/reeve/internal/prefect/decode"

// WorkPoolFilter selects work pools.
type WorkPoolFilter struct {
	decode.Forbid
	Operator Operator `json:"operator"`
	ID       *AnyID   `json:"id"`
	Name     *AnyText `json:"name"`
	Type     *AnyText `json:"type"`
}
