package prefect

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect/decode"
)

// FlowRunCreate is the body of POST /flow_runs/.
type FlowRunCreate struct {
	decode.Action
	State                    *StateCreate  `json:"state"`
	Name                     RunName       `json:"name"`
	FlowID                   uuid.UUID     `json:"flow_id" rule:"required"`
	FlowVersion              *string       `json:"flow_version"`
	Parameters               Object        `json:"parameters"`
	Context                  Object        `json:"context"`
	ParentTaskRunID          *uuid.UUID    `json:"parent_task_run_id"`
	InfrastructureDocumentID *uuid.UUID    `json:"infrastructure_document_id"`
	EmpiricalPolicy          FlowRunPolicy `json:"empirical_policy"`
	Tags                     Tags          `json:"tags"`
	Labels                   Labels        `json:"labels"`
	IdempotencyKey           *string       `json:"idempotency_key"`
	WorkPoolName             *string       `json:"work_pool_name"`
	WorkQueueName            *string       `json:"work_queue_name"`
	JobVariables             *Object       `json:"job_variables"`
	DeploymentID             *uuid.UUID    `json:"deployment_id"`
}

// Defaults implements decode.Defaulter.
func (c *FlowRunCreate) Defaults() { c.EmpiricalPolicy.Defaults() }

// FlowRunUpdate is the body of PATCH /flow_runs/{id}.
type FlowRunUpdate struct {
	decode.Action
	Name              RunName       `json:"name"`
	FlowVersion       *string       `json:"flow_version"`
	Parameters        Object        `json:"parameters"`
	EmpiricalPolicy   FlowRunPolicy `json:"empirical_policy"`
	Tags              Tags          `json:"tags"`
	InfrastructurePID *string       `json:"infrastructure_pid"`
	JobVariables      *Object       `json:"job_variables"`
}

// Defaults implements decode.Defaulter.
func (u *FlowRunUpdate) Defaults() { u.EmpiricalPolicy.Defaults() }

// Merged is what the maps hold together; of a key in several the last counts.
func (l Labels) Merged(others ...Labels) Labels {
	out := make(Labels, len(l)+2)
	for key, value := range l {
		out[key] = value
	}
	for _, other := range others {
		for key, value := range other {
			out[key] = value
		}
	}
	return out
}
