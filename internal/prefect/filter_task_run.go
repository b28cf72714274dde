package prefect

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect/decode"
)

// TaskRunFilter selects task runs.
type TaskRunFilter struct {
	decode.Forbid
	Operator          Operator              `json:"operator"`
	ID                *AnyID                `json:"id"`
	Name              *AnyLike              `json:"name"`
	Tags              *AllTags              `json:"tags"`
	State             *TaskRunFilterState   `json:"state"`
	StartTime         *BetweenOrNull        `json:"start_time"`
	EndTime           *BetweenOrNull        `json:"end_time"`
	ExpectedStartTime *Between              `json:"expected_start_time"`
	SubflowRuns       *Exists               `json:"subflow_runs"`
	FlowRunID         *TaskRunFilterFlowRun `json:"flow_run_id"`
}

// TaskRunFilterState selects task runs by their current state.
type TaskRunFilterState struct {
	decode.Forbid
	Operator Operator  `json:"operator"`
	Type     *AnyState `json:"type"`
	Name     *AnyText  `json:"name"`
}

// TaskRunFilterFlowRun selects task runs by their flow run. IsNull is false
// when not given: without it and without ids, task runs outside of flow runs
// are left out.
type TaskRunFilterFlowRun struct {
	decode.Forbid
	Operator Operator    `json:"operator"`
	Any      []uuid.UUID `json:"any_" rule:"null"`
	IsNull   *bool       `json:"is_null_"`
}

// Defaults implements decode.Defaulter.
func (f *TaskRunFilterFlowRun) Defaults() { f.IsNull = new(bool) }

// TaskRunSort is an order of task runs.
type TaskRunSort string

// Values implements decode.Enum.
func (TaskRunSort) Values() []string {
	return []string{"ID_DESC", "EXPECTED_START_TIME_ASC", "EXPECTED_START_TIME_DESC", "NAME_ASC", "NAME_DESC",
		"NEXT_SCHEDULED_START_TIME_ASC", "END_TIME_DESC", "DURATION_DESC", "DURATION_ASC"}
}
