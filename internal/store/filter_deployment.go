package store

import "github.com/reevehq/reeve/internal/prefect"

// deploymentCondition restricts a row of deployment.
func deploymentCondition(f *prefect.DeploymentFilter) condition {
	if f == nil {
		return condition{}
	}
	var c criteria
	if f.ID != nil {
		c.add(anyNotAnyID("deployment.id", f.ID))
	}
	if f.Name != nil {
		c.add(anyLike("deployment.name", f.Name))
	}
	if f.FlowOrDeploymentName != nil {
		c.add(flowOrDeploymentName(f.FlowOrDeploymentName.Like))
	}
	if f.Paused != nil {
		c.add(equal("deployment.paused", f.Paused))
	}
	if f.Tags != nil {
		c.add(allAnyTags("deployment.tags", f.Tags))
	}
	if f.WorkQueueName != nil {
		c.add(anyText("deployment.work_queue_name", f.WorkQueueName))
	}
	return c.join(f.Operator)
}

func flowOrDeploymentName(part *string) condition {
	var own, flow criteria
	own.contains("deployment.name", part)
	if len(own) == 0 {
		return condition{}
	}
	flow.contains("its_flow.name", part)
	own.add(having("flow AS its_flow", "its_flow.id = deployment.flow_id", flow.join(prefect.And)))
	return own.join(prefect.Or)
}

// deploymentsWhere restricts the rows of a query on deployment by filters of
// several resources.
func deploymentsWhere(f *prefect.Filters) condition {
	c := criteria{deploymentCondition(f.Deployments)}
	if f.Flows != nil {
		c.add(having("flow", "flow.id = deployment.flow_id", flowCondition(f.Flows)))
	}
	if f.FlowRuns != nil || f.TaskRuns != nil {
		inner := criteria{flowRunCondition(f.FlowRuns)}
		if f.TaskRuns != nil {
			inner.add(havingTaskRun(f.TaskRuns))
		}
		c.add(having("flow_run", "flow_run.deployment_id = deployment.id", inner.join(prefect.And)))
	}
	if f.WorkQueues != nil {
		c.add(having("work_queue", "work_queue.id = deployment.work_queue_id", workQueueCondition(f.WorkQueues)))
	}
	if f.WorkPools != nil {
		c.add(havingPool("deployment.work_queue_id", f.WorkPools))
	}
	return c.join(prefect.And)
}

var deploymentOrder = map[prefect.DeploymentSort]string{
	"CREATED_DESC": "deployment.created DESC",
	"UPDATED_DESC": "deployment.updated DESC",
	"NAME_ASC":     "deployment.name ASC",
	"NAME_DESC":    "deployment.name DESC",
}
