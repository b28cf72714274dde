package prefect

import (
	"encoding/json"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
)

// Deployment is a flow with what it takes to run it from elsewhere.
type Deployment struct {
	ID          uuid.UUID             `json:"id"`
	Created     *Time                 `json:"created"`
	Updated     *Time                 `json:"updated"`
	Name        string                `json:"name"`
	Version     *string               `json:"version"`
	Description *string               `json:"description"`
	FlowID      uuid.UUID             `json:"flow_id"`
	Paused      bool                  `json:"paused"`
	Schedules   []*DeploymentSchedule `json:"schedules"`
	// ConcurrencyLimit is always null: GlobalConcurrencyLimit has replaced it.
	ConcurrencyLimit         *int                    `json:"concurrency_limit"`
	GlobalConcurrencyLimit   *GlobalConcurrencyLimit `json:"global_concurrency_limit"`
	ConcurrencyOptions       *ConcurrencyOptions     `json:"concurrency_options"`
	JobVariables             Object                  `json:"job_variables"`
	Parameters               Object                  `json:"parameters"`
	Tags                     Tags                    `json:"tags"`
	Labels                   Labels                  `json:"labels"`
	WorkQueueName            *string                 `json:"work_queue_name"`
	WorkQueueID              *uuid.UUID              `json:"work_queue_id"`
	LastPolled               *Time                   `json:"last_polled"`
	ParameterOpenAPISchema   *Object                 `json:"parameter_openapi_schema"`
	Path                     *string                 `json:"path"`
	PullSteps                *PullSteps              `json:"pull_steps"`
	Entrypoint               *string                 `json:"entrypoint"`
	StorageDocumentID        *uuid.UUID              `json:"storage_document_id"`
	InfrastructureDocumentID *uuid.UUID              `json:"infrastructure_document_id"`
	CreatedBy                *Author                 `json:"created_by"`
	UpdatedBy                *Updater                `json:"updated_by"`
	WorkPoolName             *string                 `json:"work_pool_name"`
	Status                   *DeploymentStatus       `json:"status"`
	EnforceParameterSchema   bool                    `json:"enforce_parameter_schema"`

	// ConcurrencyLimitID names the limit; WorkPoolID the pool of the queue.
	ConcurrencyLimitID *uuid.UUID `json:"-"`
	WorkPoolID         *uuid.UUID `json:"-"`
	// StoredQueueName is the name of the queue as it was given.
	StoredQueueName *string `json:"-"`
}

// DeploymentStatus says whether a worker has asked for a deployment's runs of late.
type DeploymentStatus string

// Values implements decode.Enum.
func (DeploymentStatus) Values() []string { return []string{"READY", "NOT_READY"} }

// CollisionStrategy says what becomes of a run that finds its deployment's
// limit full.
type CollisionStrategy string

// Values implements decode.Enum.
func (CollisionStrategy) Values() []string { return []string{"ENQUEUE", "CANCEL_NEW"} }

// ConcurrencyOptions say how a deployment's limit is applied.
type ConcurrencyOptions struct {
	CollisionStrategy  CollisionStrategy `json:"collision_strategy" rule:"required"`
	GracePeriodSeconds *int              `json:"grace_period_seconds" rule:"ge=60,le=86400"`
}

// PullSteps are the steps that fetch a deployment's code, kept as written.
type PullSteps json.RawMessage

// MarshalJSON implements json.Marshaler.
func (p PullSteps) MarshalJSON() ([]byte, error) {
	if len(p) == 0 {
		return []byte("null"), nil
	}
	return p, nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (p *PullSteps) UnmarshalJSON(data []byte) error {
	*p = append((*p)[:0], data...)
	return nil
}

// DecodeWire implements decode.Wire: a list of objects.
func (p *PullSteps) DecodeWire(in pyjson.Value, at *decode.At) {
	if in.Kind() != pyjson.Array {
		at.Fail("list_type", "Input should be a valid list", in, nil)
		return
	}
	for i, step := range in.Items() {
		if step.Kind() != pyjson.Object {
			at.Key(i).Fail("dict_type", "Input should be a valid dictionary", step, nil)
		}
	}
	*p = PullSteps(in.Raw())
}

// VersionInfo describes a version of a deployment. It is checked and dropped.
type VersionInfo struct {
	Type    string `json:"type" rule:"required"`
	Version string `json:"version" rule:"required"`
}

// oldFields are keys of deployments that older clients send; they are dropped.
type oldFields struct {
	WorkerPoolQueueID   json.RawMessage `json:"worker_pool_queue_id" rule:"hidden"`
	WorkerPoolName      json.RawMessage `json:"worker_pool_name" rule:"hidden"`
	WorkerPoolQueueName json.RawMessage `json:"worker_pool_queue_name" rule:"hidden"`
	WorkPoolQueueName   json.RawMessage `json:"work_pool_queue_name" rule:"hidden"`
}

// DeploymentCreate is the body of POST /deployments/.
type DeploymentCreate struct {
	decode.Action
	Name                     string                      `json:"name" rule:"required"`
	FlowID                   uuid.UUID                   `json:"flow_id" rule:"required"`
	Paused                   bool                        `json:"paused"`
	Schedules                []*DeploymentScheduleCreate `json:"schedules"`
	ConcurrencyLimit         *int                        `json:"concurrency_limit" rule:"gt=0"`
	ConcurrencyOptions       *ConcurrencyOptions         `json:"concurrency_options"`
	GlobalConcurrencyLimitID *uuid.UUID                  `json:"global_concurrency_limit_id"`
	EnforceParameterSchema   bool                        `json:"enforce_parameter_schema"`
	ParameterOpenAPISchema   *Object                     `json:"parameter_openapi_schema"`
	Parameters               Object                      `json:"parameters"`
	Tags                     Tags                        `json:"tags"`
	Labels                   Labels                      `json:"labels"`
	PullSteps                *PullSteps                  `json:"pull_steps"`
	WorkQueueName            *string                     `json:"work_queue_name"`
	WorkPoolName             *string                     `json:"work_pool_name"`
	StorageDocumentID        *uuid.UUID                  `json:"storage_document_id"`
	InfrastructureDocumentID *uuid.UUID                  `json:"infrastructure_document_id"`
	Description              *string                     `json:"description"`
	Path                     *string                     `json:"path"`
	Version                  *string                     `json:"version"`
	Entrypoint               *string                     `json:"entrypoint"`
	JobVariables             Object                      `json:"job_variables"`
	VersionInfo              *VersionInfo                `json:"version_info"`
	oldFields
}

// Defaults implements decode.Defaulter.
func (c *DeploymentCreate) Defaults() { c.EnforceParameterSchema = true }

// Rewrite implements decode.Rewriter: parameters count as given.
func (c *DeploymentCreate) Rewrite(in pyjson.Value) pyjson.Value {
	if _, given := in.Get("parameters"); given {
		return in
	}
	return in.With("parameters", emptyObject)
}

var emptyObject, _ = pyjson.Parse([]byte("{}"))

// DeploymentUpdate is the body of PATCH /deployments/{id}.
type DeploymentUpdate struct {
	decode.Action
	Version                  *string                     `json:"version"`
	Description              *string                     `json:"description"`
	Paused                   bool                        `json:"paused"`
	Schedules                []*DeploymentScheduleUpdate `json:"schedules"`
	ConcurrencyLimit         *int                        `json:"concurrency_limit" rule:"gt=0"`
	ConcurrencyOptions       *ConcurrencyOptions         `json:"concurrency_options"`
	GlobalConcurrencyLimitID *uuid.UUID                  `json:"global_concurrency_limit_id"`
	Parameters               *Object                     `json:"parameters"`
	ParameterOpenAPISchema   *Object                     `json:"parameter_openapi_schema"`
	Tags                     Tags                        `json:"tags"`
	WorkQueueName            *string                     `json:"work_queue_name"`
	WorkPoolName             *string                     `json:"work_pool_name"`
	Path                     *string                     `json:"path"`
	JobVariables             *Object                     `json:"job_variables"`
	PullSteps                *PullSteps                  `json:"pull_steps"`
	Entrypoint               *string                     `json:"entrypoint"`
	StorageDocumentID        *uuid.UUID                  `json:"storage_document_id"`
	InfrastructureDocumentID *uuid.UUID                  `json:"infrastructure_document_id"`
	EnforceParameterSchema   *bool                       `json:"enforce_parameter_schema"`
	VersionInfo              *VersionInfo                `json:"version_info"`
	oldFields
}

// BothLimits reports whether a body names a limit of its own and a global one,
// which only one may be; it returns the issue for clients.
func BothLimits(in pyjson.Value) decode.Issues {
	own, _ := in.Get("concurrency_limit")
	global, _ := in.Get("global_concurrency_limit_id")
	if !own.Truthy() || !global.Truthy() {
		return nil
	}
	return ValueIssue("A deployment cannot have both a concurrency limit and a global concurrency limit.", in)
}

// ValueIssue is the one issue of a body that a rule over all of it refuses.
func ValueIssue(sentence string, in pyjson.Value) decode.Issues {
	return decode.Issues{{Type: "value_error", Loc: []any{"body"}, Msg: "Value error, " + sentence, Input: in,
		Ctx: map[string]any{"error": struct{}{}}}}
}

// DeploymentFlowRunCreate is the body of POST /deployments/{id}/create_flow_run.
type DeploymentFlowRunCreate struct {
	decode.Action
	State                    *StateCreate  `json:"state"`
	Name                     RunName       `json:"name"`
	Parameters               Object        `json:"parameters"`
	EnforceParameterSchema   *bool         `json:"enforce_parameter_schema"`
	Context                  Object        `json:"context"`
	InfrastructureDocumentID *uuid.UUID    `json:"infrastructure_document_id"`
	EmpiricalPolicy          FlowRunPolicy `json:"empirical_policy"`
	Tags                     Tags          `json:"tags"`
	IdempotencyKey           *string       `json:"idempotency_key"`
	Labels                   Labels        `json:"labels"`
	ParentTaskRunID          *uuid.UUID    `json:"parent_task_run_id"`
	WorkQueueName            *string       `json:"work_queue_name"`
	JobVariables             *Object       `json:"job_variables"`
}

// Defaults implements decode.Defaulter.
func (c *DeploymentFlowRunCreate) Defaults() {
	c.EmpiricalPolicy.Defaults()
	c.JobVariables = &Object{}
}
