package store

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// Runnable is what a run takes from its deployment, with the template of the pool that its
// job variables are checked with; "" is none. It is read for each run that is made, twice:
// hence not the deployment as a whole.
type Runnable struct {
	ID                       uuid.UUID
	FlowID                   uuid.UUID
	Version                  *string
	WorkPoolID               *uuid.UUID
	WorkQueueID              *uuid.UUID
	WorkQueueName            *string
	InfrastructureDocumentID *uuid.UUID
	Tags                     prefect.Tags
	Parameters               prefect.Object
	ParameterOpenAPISchema   *prefect.Object
	EnforceParameterSchema   bool
	JobVariables             prefect.Object
	BaseJobTemplate          prefect.Object
}

// ReadRunnable returns what a run of a deployment takes from it, nil when there is no
// deployment with that id.
func (tx *Tx) ReadRunnable(deployment uuid.UUID) (*Runnable, error) {
	var r Runnable
	err := tx.one(`SELECT deployment.id, deployment.flow_id, deployment.version, pool.id, deployment.work_queue_id, deployment.work_queue_name,
			deployment.infrastructure_document_id, deployment.tags, deployment.parameters, deployment.parameter_openapi_schema,
			deployment.enforce_parameter_schema, deployment.job_variables, pool.base_job_template
		FROM deployment
			LEFT JOIN work_queue AS queue ON queue.id = deployment.work_queue_id
			LEFT JOIN work_pool AS pool ON pool.id = queue.work_pool_id
		WHERE deployment.id = ?`, []any{deployment},
		&r.ID, &r.FlowID, &r.Version, &r.WorkPoolID, &r.WorkQueueID, &r.WorkQueueName,
		&r.InfrastructureDocumentID, JSON(&r.Tags), &r.Parameters, &r.ParameterOpenAPISchema,
		&r.EnforceParameterSchema, &r.JobVariables, &r.BaseJobTemplate)
	if err == ErrNoRows {
		return nil, nil
	}
	return &r, err
}
