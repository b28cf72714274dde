package prefect

import "github.com/reevehq/reeve/internal/prefect/decode"

// FlowFilter selects flows.
type FlowFilter struct {
	decode.Forbid
	Operator   Operator              `json:"operator"`
	ID         *AnyNotAnyID          `json:"id"`
	Deployment *FlowFilterDeployment `json:"deployment"`
	Name       *AnyLike              `json:"name"`
	Tags       *AllTags              `json:"tags"`
}

// FlowFilterDeployment selects flows by whether they have deployments.
type FlowFilterDeployment struct {
	decode.Forbid
	Operator Operator `json:"operator"`
	IsNull   *bool    `json:"is_null_"`
}

// FlowSort is an order of flows.
type FlowSort string

// Values implements decode.Enum.
func (FlowSort) Values() []string {
	return []string{"CREATED_DESC", "UPDATED_DESC", "NAME_ASC", "NAME_DESC"}
}
