package store

import "github.com/reevehq/reeve/internal/prefect"

// The indexes of task_run.
const (
	taskRunByID       = "sqlite_autoindex_task_run_1" // the primary key
	taskRunByFlowRun  = "sqlite_autoindex_task_run_2" // flow_run_id, task_key, dynamic_key
	taskRunByName     = "task_run_name"
	taskRunByState    = "task_run_by_state"
	taskRunByStart    = "task_run_start"
	taskRunByExpected = "task_run_expected_start"
	taskRunByEnd      = "task_run_end"
)

// taskRunWalk is the index that has an order; nothing has that of the next scheduled
// time and of the duration, which changes while a task runs.
var taskRunWalk = map[prefect.TaskRunSort]string{
	"ID_DESC":                  taskRunByID,
	"EXPECTED_START_TIME_ASC":  taskRunByExpected,
	"EXPECTED_START_TIME_DESC": taskRunByExpected,
	"NAME_ASC":                 taskRunByName,
	"NAME_DESC":                taskRunByName,
	"END_TIME_DESC":            taskRunByEnd,
}

var taskRunTimes = timeIndexes{taskRunByEnd, taskRunByExpected, taskRunByStart, "task_run.start_time"}

// fewFlowRuns is of how many flow runs the task runs are gathered at most.
const fewFlowRuns = 1_000

// searchTaskRuns is the question of a filter in an order, "" for one of a count.
func (tx *Tx) searchTaskRuns(f *prefect.Filters, sort prefect.TaskRunSort) (*search, error) {
	s := &search{table: "task_run", where: taskRunsWhere(f), named: taskRunByName, ordered: taskRunWalk[sort], sort: string(sort), times: taskRunTimes, onPostgres: tx.onPostgres()}
	runs := f.TaskRuns
	if runs == nil || runs.Operator == prefect.Or {
		runs = &prefect.TaskRunFilter{}
	}
	if runs.ID != nil {
		s.ids(taskRunByID, "task_run.id", runs.ID.Any)
	}
	if of := runs.FlowRunID; of != nil && of.Operator != prefect.Or && (of.IsNull == nil || !*of.IsNull) {
		s.ids(taskRunByFlowRun, "task_run.flow_run_id", of.Any)
	}
	if err := tx.ofFlowRuns(s, f); err != nil {
		return nil, err
	}
	if t := runs.Tags; t != nil && t.Operator != prefect.Or {
		s.tags(taskRunByID, t.All, nil)
		s.onlyTag(t.All)
	}
	s.name(runs.Name)
	if s.counted == "" {
		s.counted = s.only(taskRunByID)
	}
	tx.windows(s, runs.EndTime, runs.ExpectedStartTime, runs.StartTime, string(sort))
	if state := runs.State; state != nil {
		var typed []prefect.StateType
		var named []string
		if state.Type != nil {
			typed = state.Type.Any
		}
		if state.Name != nil {
			named = state.Name.Any
		}
		if types := s.typesOf("task_run", "task_run.state_type", state.Operator, state.Type != nil, typed, state.Name != nil, named); types.sql != "" {
			s.lookup(taskRunByState, types)
			s.countByState(taskRunByState)
		}
		if state.Type != nil && state.Operator != prefect.Or {
			s.failedByName(&prefect.AnyNotAnyState{Any: state.Type.Any})
		}
	}
	return s, nil
}

// ofFlowRuns adds the flow runs that task runs belong to, when they are few.
func (tx *Tx) ofFlowRuns(s *search, f *prefect.Filters) error {
	if f.Flows == nil && f.FlowRuns == nil && f.Deployments == nil && f.WorkPools == nil && f.WorkQueues == nil {
		return nil
	}
	if f.FlowRuns != nil && f.FlowRuns.OnlyIDs() && f.Flows == nil && f.Deployments == nil && f.WorkPools == nil && f.WorkQueues == nil {
		s.ids(taskRunByFlowRun, "task_run.flow_run_id", f.FlowRuns.ID.Any)
		return nil
	}
	if f.Flows != nil {
		c := flowCondition(f.Flows)
		s.ofFlows = condition{"IN (SELECT flow.id FROM flow" + c.where() + ")", c.args}
	}
	above := *f
	above.TaskRuns = nil
	of, err := tx.searchFlowRuns(&above, "")
	if err != nil {
		return err
	}
	best, n, err := tx.rarest(of)
	if err != nil || n == fewRuns {
		return err
	}
	runs := of.gather(best.index, best.only)
	if n, err = tx.countUpTo(runs.rows(), fewFlowRuns); err != nil || n == fewFlowRuns {
		return err
	}
	s.lookup(taskRunByFlowRun, condition{"task_run.flow_run_id IN (SELECT flow_run.id FROM " + runs.from + runs.where.where() + ")", runs.where.args})
	return nil
}
