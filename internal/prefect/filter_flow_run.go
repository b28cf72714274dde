package prefect

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect/decode"
)

// FlowRunFilter selects flow runs.
type FlowRunFilter struct {
	decode.Forbid
	Operator               Operator                `json:"operator"`
	ID                     *AnyNotAnyID            `json:"id"`
	Name                   *AnyLike                `json:"name"`
	Tags                   *AllAnyTags             `json:"tags"`
	DeploymentID           *AnyIDOrNull            `json:"deployment_id"`
	WorkQueueName          *AnyTextOrNull          `json:"work_queue_name"`
	State                  *FlowRunFilterState     `json:"state"`
	FlowVersion            *AnyText                `json:"flow_version"`
	StartTime              *BetweenOrNull          `json:"start_time"`
	EndTime                *BetweenOrNull          `json:"end_time"`
	ExpectedStartTime      *Between                `json:"expected_start_time"`
	NextScheduledStartTime *Between                `json:"next_scheduled_start_time"`
	ParentFlowRunID        *FlowRunFilterParent    `json:"parent_flow_run_id"`
	ParentTaskRunID        *AnyIDOrNull            `json:"parent_task_run_id"`
	IdempotencyKey         *AnyNotAnyText          `json:"idempotency_key"`
	CreatedBy              *FlowRunFilterCreatedBy `json:"created_by"`
}

// FlowRunFilterState selects flow runs by their current state.
type FlowRunFilterState struct {
	decode.Forbid
	Operator Operator        `json:"operator"`
	Type     *AnyNotAnyState `json:"type"`
	Name     *AnyNotAnyText  `json:"name"`
}

// FlowRunFilterParent selects the subflow runs of flow runs.
type FlowRunFilterParent struct {
	decode.Forbid
	Operator Operator    `json:"operator"`
	Any      []uuid.UUID `json:"any_" rule:"null"`
}

// FlowRunFilterCreatedBy selects flow runs by who made them.
type FlowRunFilterCreatedBy struct {
	decode.Forbid
	Operator Operator    `json:"operator"`
	ID       []uuid.UUID `json:"id_" rule:"null"`
	Type     []string    `json:"type_" rule:"null"`
	IsNull   *bool       `json:"is_null_"`
}

// OnlyIDs reports whether the filter names ids to include and nothing else.
func (f *FlowRunFilter) OnlyIDs() bool {
	if f.ID == nil || len(f.ID.Any) == 0 {
		return false
	}
	rest := *f
	rest.ID, rest.Operator = nil, ""
	return rest == FlowRunFilter{}
}

// FlowRunSort is an order of flow runs.
type FlowRunSort string

// Values implements decode.Enum.
func (FlowRunSort) Values() []string {
	return []string{"ID_DESC", "START_TIME_ASC", "START_TIME_DESC", "EXPECTED_START_TIME_ASC", "EXPECTED_START_TIME_DESC",
		"NAME_ASC", "NAME_DESC", "NEXT_SCHEDULED_START_TIME_ASC", "END_TIME_DESC"}
}
