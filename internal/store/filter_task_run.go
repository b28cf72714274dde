package store

import (
	"time"

	"github.com/reevehq/reeve/internal/prefect"
)

// taskRunCondition restricts a row of task_run.
func taskRunCondition(f *prefect.TaskRunFilter) condition {
	if f == nil {
		return condition{}
	}
	var c criteria
	if f.ID != nil {
		c.add(anyID("task_run.id", f.ID))
	}
	if f.Name != nil {
		c.add(anyLike("task_run.name", f.Name))
	}
	if f.Tags != nil {
		c.add(allTags("task_run.tags", f.Tags))
	}
	if f.State != nil {
		c.add(taskRunState(f.State))
	}
	if f.StartTime != nil {
		c.add(betweenOrNull("task_run.start_time", f.StartTime))
	}
	if f.EndTime != nil {
		c.add(betweenOrNull("task_run.end_time", f.EndTime))
	}
	if f.ExpectedStartTime != nil {
		c.add(between("task_run.expected_start_time", f.ExpectedStartTime))
	}
	if f.SubflowRuns != nil {
		c.add(taskRunSubflow(f.SubflowRuns.Exists))
	}
	if f.FlowRunID != nil {
		c.add(taskRunFlowRun(f.FlowRunID))
	}
	return c.join(f.Operator)
}

func taskRunState(f *prefect.TaskRunFilterState) condition {
	var c criteria
	if f.Type != nil {
		texts(&c, "task_run.state_type", f.Type.Any)
	}
	if f.Name != nil {
		texts(&c, "task_run.state_name", f.Name.Any)
	}
	return c.join(f.Operator)
}

func taskRunSubflow(exists *bool) condition {
	const child = "EXISTS (SELECT 1 FROM flow_run AS child WHERE child.parent_task_run_id = task_run.id)"
	switch {
	case exists == nil:
		return condition{}
	case *exists:
		return when(child)
	}
	return when("NOT " + child)
}

// taskRunFlowRun: is_null_ true looks for task runs outside of flow runs,
// whatever ids are given; false, the default, for those within one when no ids
// are given.
func taskRunFlowRun(f *prefect.TaskRunFilterFlowRun) condition {
	var c criteria
	switch {
	case f.IsNull != nil && *f.IsNull:
		c.add(when("task_run.flow_run_id IS NULL"))
	case f.IsNull != nil && f.Any == nil:
		c.add(when("task_run.flow_run_id IS NOT NULL"))
	default:
		c.ids("task_run.flow_run_id", f.Any)
	}
	return c.join(f.Operator)
}

// taskRunsWhere restricts the rows of a query on task_run by filters of several
// resources.
func taskRunsWhere(f *prefect.Filters) condition {
	c := criteria{taskRunCondition(f.TaskRuns)}
	if f.Flows == nil && f.FlowRuns == nil && f.Deployments == nil && f.WorkPools == nil && f.WorkQueues == nil {
		return c.join(prefect.And)
	}
	if f.FlowRuns != nil && f.FlowRuns.OnlyIDs() && f.Flows == nil && f.Deployments == nil && f.WorkPools == nil && f.WorkQueues == nil {
		// The question of every run page: the task runs of one flow run.
		c.ids("task_run.flow_run_id", f.FlowRuns.ID.Any)
		c.notIDs("task_run.flow_run_id", f.FlowRuns.ID.NotAny)
		return c.join(prefect.And)
	}
	runs := *f
	runs.TaskRuns = nil
	c.add(having("flow_run", "flow_run.id = task_run.flow_run_id", flowRunsWhere(&runs)))
	return c.join(prefect.And)
}

var taskRunOrder = map[prefect.TaskRunSort]string{
	"ID_DESC":                       "task_run.id DESC",
	"EXPECTED_START_TIME_ASC":       "task_run.expected_start_time ASC",
	"EXPECTED_START_TIME_DESC":      "task_run.expected_start_time DESC",
	"NAME_ASC":                      "task_run.name ASC",
	"NAME_DESC":                     "task_run.name DESC",
	"NEXT_SCHEDULED_START_TIME_ASC": "task_run.next_scheduled_start_time ASC",
	"END_TIME_DESC":                 "task_run.end_time DESC",
	"DURATION_ASC":                  runTimeOf("task_run") + " ASC" + taskRunTies,
	"DURATION_DESC":                 runTimeOf("task_run") + " DESC" + taskRunTies,
}

// taskRunTies keep pages stable where many runs have run for as long, such as
// those that have not started.
const taskRunTies = ", task_run.expected_start_time DESC, task_run.id DESC"

// taskRunsBy is an order with the arguments of its placeholders.
func taskRunsBy(sort prefect.TaskRunSort, now time.Time) condition {
	order := when(taskRunOrder[sort])
	if sort == "DURATION_ASC" || sort == "DURATION_DESC" {
		order.args = []any{now}
	}
	return order
}
