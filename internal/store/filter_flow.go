package store

import "github.com/reevehq/reeve/internal/prefect"

// flowCondition restricts a row of flow.
func flowCondition(f *prefect.FlowFilter) condition {
	if f == nil {
		return condition{}
	}
	var c criteria
	if f.ID != nil {
		c.add(anyNotAnyID("flow.id", f.ID))
	}
	if f.Deployment != nil {
		c.add(flowDeployment(f.Deployment.IsNull))
	}
	if f.Name != nil {
		c.add(anyLike("flow.name", f.Name))
	}
	if f.Tags != nil {
		c.add(allTags("flow.tags", f.Tags))
	}
	return c.join(f.Operator)
}

func flowDeployment(isNull *bool) condition {
	const one = "EXISTS (SELECT 1 FROM deployment AS of_flow WHERE of_flow.flow_id = flow.id)"
	switch {
	case isNull == nil:
		return condition{}
	case *isNull:
		return when("NOT " + one)
	}
	return when(one)
}

// flowsWhere restricts the rows of a query on flow by filters of several
// resources.
func flowsWhere(f *prefect.Filters) condition {
	c := criteria{flowCondition(f.Flows)}
	if f.Deployments != nil || f.WorkPools != nil {
		inner := criteria{deploymentCondition(f.Deployments)}
		if f.WorkPools != nil {
			inner.add(havingPool("deployment.work_queue_id", f.WorkPools))
		}
		c.add(having("deployment", "deployment.flow_id = flow.id", inner.join(prefect.And)))
	}
	if f.FlowRuns != nil || f.TaskRuns != nil {
		inner := criteria{flowRunCondition(f.FlowRuns)}
		if f.TaskRuns != nil {
			inner.add(havingTaskRun(f.TaskRuns))
		}
		c.add(having("flow_run", "flow_run.flow_id = flow.id", inner.join(prefect.And)))
	}
	return c.join(prefect.And)
}

var flowOrder = map[prefect.FlowSort]string{
	"CREATED_DESC": "flow.created DESC",
	"UPDATED_DESC": "flow.updated DESC",
	"NAME_ASC":     "flow.name ASC",
	"NAME_DESC":    "flow.name DESC",
}
