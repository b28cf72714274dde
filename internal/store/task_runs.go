package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
)

// A task run is read with its current state.
const (
	taskRunColumns = `task_run.id, task_run.created, task_run.updated, task_run.name, task_run.flow_run_id, task_run.task_key,
		task_run.dynamic_key, task_run.cache_key, task_run.cache_expiration, task_run.task_version, task_run.empirical_policy,
		task_run.tags, task_run.labels, task_run.state_id, task_run.task_inputs, task_run.state_type, task_run.state_name,
		task_run.state_timestamp, task_run.run_count, task_run.flow_run_run_count, task_run.expected_start_time,
		task_run.next_scheduled_start_time, task_run.start_time, task_run.end_time, task_run.total_run_time, ` + taskRunStateColumns
	taskRunFrom  = ` FROM task_run` + taskRunJoins
	taskRunJoins = `
		LEFT JOIN task_run_state AS state ON state.id = task_run.state_id
		LEFT JOIN artifact AS result ON result.id = state.result_artifact_id`
)

func scanTaskRun(now time.Time) func(Row) (*prefect.TaskRun, error) {
	return func(r Row) (*prefect.TaskRun, error) {
		var run prefect.TaskRun
		var state stateRow
		dest := append([]any{&run.ID, &run.Created, &run.Updated, &run.Name, &run.FlowRunID, &run.TaskKey,
			&run.DynamicKey, &run.CacheKey, &run.CacheExpiration, &run.TaskVersion, JSON(&run.EmpiricalPolicy),
			JSON(&run.Tags), JSON(&run.Labels), &run.StateID, &run.TaskInputs, &run.StateType, &run.StateName,
			&run.StateTimestamp, &run.RunCount, &run.FlowRunRunCount, &run.ExpectedStartTime,
			&run.NextScheduledStartTime, &run.StartTime, &run.EndTime, &run.TotalRunTime}, state.dest()...)
		if err := r.Scan(dest...); err != nil {
			return nil, err
		}
		var err error
		run.State, err = state.state()
		run.Estimate(now)
		return &run, err
	}
}

// CreateTaskRun writes the row of a task run as its first state left it. When the flow
// run has one with the same task and dynamic key already, that one is given and
// nothing is written.
func (tx *Tx) CreateTaskRun(run *prefect.TaskRun, as *orchestration.TaskRun) (made *prefect.TaskRun, created bool, err error) {
	n, err := tx.conn.Exec(`INSERT INTO task_run (id, created, updated, name, flow_run_id, task_key, dynamic_key, cache_key,
			cache_expiration, task_version, empirical_policy, tags, labels, task_inputs,
			state_id, state_type, state_name, state_timestamp, run_count, flow_run_run_count,
			expected_start_time, next_scheduled_start_time, start_time, end_time, total_run_time, owner_due)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (flow_run_id, task_key, dynamic_key) DO NOTHING`,
		run.ID, tx.Now, tx.Now, run.Name, run.FlowRunID, run.TaskKey, run.DynamicKey, run.CacheKey,
		run.CacheExpiration, run.TaskVersion, JSON(run.EmpiricalPolicy), JSON(run.Tags), JSON(run.Labels), run.TaskInputs,
		as.StateID, as.StateType, as.StateName, as.StateTimestamp, as.RunCount, as.FlowRunRunCount,
		as.ExpectedStartTime, as.NextScheduledStartTime, as.StartTime, as.EndTime, as.TotalRunTime,
		tx.taskOwnerLook(as.FlowRunID, as.StateType, as.StateName, as.NextScheduledStartTime))
	if err != nil {
		return nil, false, err
	}
	if n > 0 {
		run.Created, run.Updated = prefect.AtPointer(tx.Now), prefect.AtPointer(tx.Now)
		return run, true, nil
	}
	made, err = tx.ReadTaskRunByKeys(*run.FlowRunID, run.TaskKey, run.DynamicKey)
	return made, false, err
}

// ReadTaskRun returns a task run, nil when there is none with that id.
func (tx *Tx) ReadTaskRun(id uuid.UUID) (*prefect.TaskRun, error) {
	run, _, err := first(tx, `SELECT `+taskRunColumns+taskRunFrom+` WHERE task_run.id = (SELECT ?)`, []any{id}, scanTaskRun(tx.Now))
	return run, err
}

// ReadTaskRunByKeys returns the task run of a flow run with these keys, nil when
// there is none.
func (tx *Tx) ReadTaskRunByKeys(flowRunID uuid.UUID, taskKey, dynamicKey string) (*prefect.TaskRun, error) {
	run, _, err := first(tx, `SELECT `+taskRunColumns+taskRunFrom+`
		WHERE task_run.flow_run_id = (SELECT ?) AND task_run.task_key = (SELECT ?) AND task_run.dynamic_key = (SELECT ?)`,
		[]any{flowRunID, taskKey, dynamicKey}, scanTaskRun(tx.Now))
	return run, err
}

// FilterTaskRuns returns the task runs that meet the criteria, sorted.
func (tx *Tx) FilterTaskRuns(f *prefect.Filters, sort prefect.TaskRunSort, page prefect.Page) ([]*prefect.TaskRun, error) {
	q, err := tx.taskRunPage(taskRunColumns, taskRunJoins, f, sort, page)
	if err != nil {
		return nil, err
	}
	return collect(tx, q.sql, q.args, scanTaskRun(tx.Now))
}

// taskRunPage is a query for columns of a page of the task runs that meet the criteria.
func (tx *Tx) taskRunPage(columns, joins string, f *prefect.Filters, sort prefect.TaskRunSort, page prefect.Page) (condition, error) {
	s, err := tx.searchTaskRuns(f, sort)
	if err != nil {
		return condition{}, err
	}
	found, err := tx.pageOf(s, page)
	return s.page(columns, joins, found, taskRunsBy(sort, tx.Now), page), err
}

// CountTaskRuns counts the task runs that meet the criteria.
func (tx *Tx) CountTaskRuns(f *prefect.Filters) (int, error) {
	s, err := tx.searchTaskRuns(f, "")
	if err != nil {
		return 0, err
	}
	return tx.countRuns(s, all)
}

// UpdateTaskRun changes what was given; false when there is no such run. name
// is the run's new name, looked at when one was given.
func (tx *Tx) UpdateTaskRun(id uuid.UUID, u *prefect.TaskRunUpdate, name string) (bool, error) {
	set := assignments{}
	if u.Has("name") {
		set.add("name", name)
	}
	return tx.update("task_run", id, set)
}

// DeleteTaskRun deletes a task run with its states and logs; false when there
// is no such run.
func (tx *Tx) DeleteTaskRun(id uuid.UUID) (bool, error) {
	found, err := tx.exists(`SELECT 1 FROM task_run WHERE id = ?`, id)
	if err != nil {
		return false, err
	}
	_, err = tx.clearOut(deletableTaskRun, id, func() (bool, error) { return tx.dropTaskRun(id) })
	return found, err
}
