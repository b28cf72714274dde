package store

import "github.com/reevehq/reeve/internal/prefect"

// flowRunStart is when a run started, or else should have: what runs are sorted
// and bounded by. It must be written as in the index flow_run_start.
const flowRunStart = "coalesce(flow_run.start_time, flow_run.expected_start_time)"

// flowRunCondition restricts a row of flow_run.
func flowRunCondition(f *prefect.FlowRunFilter) condition {
	if f == nil {
		return condition{}
	}
	var c criteria
	if f.ID != nil {
		c.add(anyNotAnyID("flow_run.id", f.ID))
	}
	if f.Name != nil {
		c.add(anyLike("flow_run.name", f.Name))
	}
	if f.Tags != nil {
		c.add(allAnyTags("flow_run.tags", f.Tags))
	}
	if f.DeploymentID != nil {
		c.add(anyIDOrNull("flow_run.deployment_id", f.DeploymentID))
	}
	if f.WorkQueueName != nil {
		c.add(anyTextOrNull("flow_run.work_queue_name", f.WorkQueueName))
	}
	if f.FlowVersion != nil {
		c.add(anyText("flow_run.flow_version", f.FlowVersion))
	}
	if f.State != nil {
		c.add(flowRunState(f.State))
	}
	if f.StartTime != nil {
		c.add(startOrNull(f.StartTime))
	}
	if f.EndTime != nil {
		c.add(betweenOrNull("flow_run.end_time", f.EndTime))
	}
	if f.ExpectedStartTime != nil {
		c.add(between("flow_run.expected_start_time", f.ExpectedStartTime))
	}
	if f.NextScheduledStartTime != nil {
		c.add(between("flow_run.next_scheduled_start_time", f.NextScheduledStartTime))
	}
	if f.ParentFlowRunID != nil {
		c.add(parentFlowRun(f.ParentFlowRunID))
	}
	if f.ParentTaskRunID != nil {
		c.add(anyIDOrNull("flow_run.parent_task_run_id", f.ParentTaskRunID))
	}
	if f.IdempotencyKey != nil {
		c.add(anyNotAnyText("flow_run.idempotency_key", f.IdempotencyKey))
	}
	if f.CreatedBy != nil {
		c.add(flowRunCreatedBy(f.CreatedBy))
	}
	return c.join(f.Operator)
}

// flowRunState restricts the current state.
func flowRunState(f *prefect.FlowRunFilterState) condition {
	var c criteria
	if t := f.Type; t != nil {
		var one criteria
		texts(&one, "flow_run.state_type", t.Any)
		notTexts(&one, "flow_run.state_type", t.NotAny)
		c.add(one.join(prefect.And))
	}
	if n := f.Name; n != nil {
		c.add(anyNotAnyText("flow_run.state_name", n))
	}
	return c.join(f.Operator)
}

// startOrNull bounds when a run started or should have; is_null_ looks at the
// actual start alone.
func startOrNull(f *prefect.BetweenOrNull) condition {
	var c criteria
	c.between(flowRunStart, f.After, f.Before)
	c.null("flow_run.start_time", f.IsNull)
	return c.join(prefect.And)
}

func betweenOrNull(column string, f *prefect.BetweenOrNull) condition {
	var c criteria
	c.between(column, f.After, f.Before)
	c.null(column, f.IsNull)
	return c.join(prefect.And)
}

func parentFlowRun(f *prefect.FlowRunFilterParent) condition {
	if f.Any == nil {
		return condition{}
	}
	var parent criteria
	parent.ids("parent.flow_run_id", f.Any)
	return having("task_run AS parent", "parent.id = flow_run.parent_task_run_id", parent.join(prefect.And))
}

// Who made a run, written as in the index flow_run_creator.
const (
	creatorType = "json_extract(flow_run.created_by, '$.type')"
	creatorID   = "json_extract(flow_run.created_by, '$.id')"
)

func flowRunCreatedBy(f *prefect.FlowRunFilterCreatedBy) condition {
	var c criteria
	if f.ID != nil {
		ids := make([]string, len(f.ID))
		for i, id := range f.ID {
			ids[i] = id.String()
		}
		texts(&c, creatorID, ids)
	}
	texts(&c, creatorType, f.Type)
	c.null("flow_run.created_by", f.IsNull)
	return c.join(f.Operator)
}

// flowRunsWhere restricts the rows of a query on flow_run by filters of several
// resources.
func flowRunsWhere(f *prefect.Filters) condition {
	c := criteria{flowRunCondition(f.FlowRuns), ofDeployments(f.Deployments), ofPools(f.WorkPools), ofQueues(f.WorkQueues), ofFlows(f.Flows)}
	if f.TaskRuns != nil {
		c.add(havingTaskRun(f.TaskRuns))
	}
	return c.join(prefect.And)
}

// havingTaskRun restricts a row of flow_run to those that have such a task run.
func havingTaskRun(f *prefect.TaskRunFilter) condition {
	return having("task_run", "task_run.flow_run_id = flow_run.id", taskRunCondition(f))
}

var flowRunOrder = map[prefect.FlowRunSort]string{
	"ID_DESC":                       "flow_run.id DESC",
	"START_TIME_ASC":                flowRunStart + " ASC",
	"START_TIME_DESC":               flowRunStart + " DESC",
	"EXPECTED_START_TIME_ASC":       "flow_run.expected_start_time ASC",
	"EXPECTED_START_TIME_DESC":      "flow_run.expected_start_time DESC",
	"NAME_ASC":                      "flow_run.name ASC",
	"NAME_DESC":                     "flow_run.name DESC",
	"NEXT_SCHEDULED_START_TIME_ASC": "flow_run.next_scheduled_start_time ASC",
	"END_TIME_DESC":                 "flow_run.end_time DESC",
}
