package api

import "github.com/reevehq/reeve/internal/prefect"

// The filters that requests carry, by the resources that they may name. Other
// keys of such a body are passed over.
type (
	runFilters struct {
		Flows       *prefect.FlowFilter       `json:"flows"`
		FlowRuns    *prefect.FlowRunFilter    `json:"flow_runs"`
		TaskRuns    *prefect.TaskRunFilter    `json:"task_runs"`
		Deployments *prefect.DeploymentFilter `json:"deployments"`
	}

	poolFilters struct {
		runFilters
		WorkPools *prefect.WorkPoolFilter `json:"work_pools"`
	}

	queueFilters struct {
		poolFilters
		WorkQueues *prefect.WorkQueueFilter `json:"work_pool_queues"`
	}
)

func (f *runFilters) filters() *prefect.Filters {
	return &prefect.Filters{Flows: f.Flows, FlowRuns: f.FlowRuns, TaskRuns: f.TaskRuns, Deployments: f.Deployments}
}

func (f *poolFilters) filters() *prefect.Filters {
	all := f.runFilters.filters()
	all.WorkPools = f.WorkPools
	return all
}

func (f *queueFilters) filters() *prefect.Filters {
	all := f.poolFilters.filters()
	all.WorkQueues = f.WorkQueues
	return all
}
