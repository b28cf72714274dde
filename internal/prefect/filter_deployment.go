package prefect

import "github.com/reevehq/reeve/internal/prefect/decode"

// DeploymentFilter selects deployments.
type DeploymentFilter struct {
	decode.Forbid
	Operator             Operator     `json:"operator"`
	ID                   *AnyNotAnyID `json:"id"`
	Name                 *AnyLike     `json:"name"`
	FlowOrDeploymentName *Like        `json:"flow_or_deployment_name"`
	Paused               *Equal       `json:"paused"`
	Tags                 *AllAnyTags  `json:"tags"`
	WorkQueueName        *AnyText     `json:"work_queue_name"`
	// ConcurrencyLimit is accepted and restricts nothing: the number it once
	// compared is no longer a property of a deployment.
	ConcurrencyLimit *DeploymentFilterConcurrencyLimit `json:"concurrency_limit"`
}

// DeploymentFilterConcurrencyLimit is a criterion of older clients.
type DeploymentFilterConcurrencyLimit struct {
	decode.Forbid
	Ge     *int  `json:"ge_"`
	Le     *int  `json:"le_"`
	IsNull *bool `json:"is_null_"`
}

// DeploymentSort is an order of deployments.
type DeploymentSort string

// DeploymentNameAsc is the default order of deployments.
const DeploymentNameAsc DeploymentSort = "NAME_ASC"

// Values implements decode.Enum.
func (DeploymentSort) Values() []string {
	return []string{"CREATED_DESC", "UPDATED_DESC", "NAME_ASC", "NAME_DESC"}
}
