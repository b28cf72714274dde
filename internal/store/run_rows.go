package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// FlowRunRow is what a table shows of a flow run: the run with the names of what
// it belongs to, without its parameters and the data of its state. Message is the
// beginning of that of its current state.
type FlowRunRow struct {
	ID                uuid.UUID          `json:"id"`
	Name              string             `json:"name"`
	FlowID            uuid.UUID          `json:"flow_id"`
	FlowName          string             `json:"flow_name"`
	DeploymentID      *uuid.UUID         `json:"deployment_id"`
	DeploymentName    *string            `json:"deployment_name"`
	WorkPoolName      *string            `json:"work_pool_name"`
	WorkQueueName     *string            `json:"work_queue_name"`
	StateType         *prefect.StateType `json:"state_type"`
	StateName         *string            `json:"state_name"`
	StateTimestamp    *prefect.Time      `json:"state_timestamp"`
	Message           *string            `json:"message"`
	Tags              prefect.Tags       `json:"tags"`
	RunCount          int                `json:"run_count"`
	ExpectedStartTime *prefect.Time      `json:"expected_start_time"`
	StartTime         *prefect.Time      `json:"start_time"`
	EndTime           *prefect.Time      `json:"end_time"`
	TotalRunTime      prefect.Seconds    `json:"total_run_time"`
	AutoScheduled     bool               `json:"auto_scheduled"`
	IsSubflow         bool               `json:"is_subflow"`
	ParentTaskRunID   *uuid.UUID         `json:"parent_task_run_id"`
	CreatedBy         *string            `json:"created_by"`
}

const (
	flowRunRowSelect  = `SELECT ` + flowRunRowColumns + ` FROM flow_run` + flowRunRowJoins
	flowRunRowColumns = `flow_run.id, flow_run.name, flow_run.flow_id, flow.name, flow_run.deployment_id, named.name,
		pool.name, coalesce(queue.name, flow_run.work_queue_name), flow_run.state_type, flow_run.state_name,
		flow_run.state_timestamp, substr(state.message, 1, 300), flow_run.tags, flow_run.run_count, flow_run.expected_start_time,
		flow_run.start_time, flow_run.end_time, flow_run.total_run_time, flow_run.auto_scheduled, flow_run.parent_task_run_id,
		json_extract(flow_run.created_by, '$.display_value')`
	flowRunRowJoins = `
		JOIN flow ON flow.id = flow_run.flow_id
		LEFT JOIN deployment AS named ON named.id = flow_run.deployment_id
		LEFT JOIN flow_run_state AS state ON state.id = flow_run.state_id
		LEFT JOIN work_queue AS queue ON queue.id = flow_run.work_queue_id
		LEFT JOIN work_pool AS pool ON pool.id = queue.work_pool_id`
)

func scanFlowRunRow(now time.Time) func(Row) (*FlowRunRow, error) {
	return func(r Row) (*FlowRunRow, error) {
		var run FlowRunRow
		err := r.Scan(&run.ID, &run.Name, &run.FlowID, &run.FlowName, &run.DeploymentID, &run.DeploymentName,
			&run.WorkPoolName, &run.WorkQueueName, &run.StateType, &run.StateName,
			&run.StateTimestamp, &run.Message, JSON(&run.Tags), &run.RunCount, &run.ExpectedStartTime,
			&run.StartTime, &run.EndTime, &run.TotalRunTime, &run.AutoScheduled, &run.ParentTaskRunID, &run.CreatedBy)
		run.IsSubflow = run.ParentTaskRunID != nil
		if run.StateType != nil {
			run.TotalRunTime = prefect.RunTime(now, run.TotalRunTime, *run.StateType, run.StateTimestamp)
		}
		return &run, err
	}
}

// FilterFlowRunRows returns the rows of the flow runs that meet the criteria, sorted.
func (tx *Tx) FilterFlowRunRows(f *prefect.Filters, sort prefect.FlowRunSort, page prefect.Page) ([]*FlowRunRow, error) {
	q, err := tx.flowRunPage(flowRunRowColumns, flowRunRowJoins, f, sort, page)
	if err != nil {
		return nil, err
	}
	return collect(tx, q.sql, q.args, scanFlowRunRow(tx.Now))
}

// SubflowRunRows returns the rows of the flow runs that a flow run called, in the
// order in which they were to start.
func (tx *Tx) SubflowRunRows(parent uuid.UUID, limit int) ([]*FlowRunRow, error) {
	return collect(tx, flowRunRowSelect+` WHERE flow_run.parent_task_run_id IN (SELECT id FROM task_run WHERE flow_run_id = ?)
		ORDER BY flow_run.expected_start_time LIMIT ?`, []any{parent, limit}, scanFlowRunRow(tx.Now))
}

// CountFlowRunsUpTo counts the flow runs that meet the criteria, and stops at most.
func (tx *Tx) CountFlowRunsUpTo(f *prefect.Filters, most int) (int, error) {
	s, err := tx.searchFlowRuns(f, "")
	if err != nil {
		return 0, err
	}
	return tx.countRuns(s, most)
}

// TaskRunRow is what a table shows of a task run. StateTimestamp is since when
// it is in its state.
type TaskRunRow struct {
	ID                uuid.UUID          `json:"id"`
	Name              string             `json:"name"`
	TaskKey           string             `json:"task_key"`
	FlowRunID         *uuid.UUID         `json:"flow_run_id"`
	FlowRunName       *string            `json:"flow_run_name"`
	StateType         *prefect.StateType `json:"state_type"`
	StateName         *string            `json:"state_name"`
	StateTimestamp    *prefect.Time      `json:"state_timestamp"`
	Message           *string            `json:"message"`
	Tags              prefect.Tags       `json:"tags"`
	RunCount          int                `json:"run_count"`
	ExpectedStartTime *prefect.Time      `json:"expected_start_time"`
	StartTime         *prefect.Time      `json:"start_time"`
	EndTime           *prefect.Time      `json:"end_time"`
	TotalRunTime      prefect.Seconds    `json:"total_run_time"`
}

const (
	taskRunRowSelect  = `SELECT ` + taskRunRowColumns + ` FROM task_run` + taskRunRowJoins
	taskRunRowColumns = `task_run.id, task_run.name, task_run.task_key, task_run.flow_run_id, parent.name,
		task_run.state_type, task_run.state_name, task_run.state_timestamp, substr(state.message, 1, 300), task_run.tags,
		task_run.run_count, task_run.expected_start_time, task_run.start_time, task_run.end_time, task_run.total_run_time`
	taskRunRowJoins = `
		LEFT JOIN flow_run AS parent ON parent.id = task_run.flow_run_id
		LEFT JOIN task_run_state AS state ON state.id = task_run.state_id`
)

func scanTaskRunRow(now time.Time) func(Row) (*TaskRunRow, error) {
	return func(r Row) (*TaskRunRow, error) {
		var run TaskRunRow
		err := r.Scan(&run.ID, &run.Name, &run.TaskKey, &run.FlowRunID, &run.FlowRunName,
			&run.StateType, &run.StateName, &run.StateTimestamp, &run.Message, JSON(&run.Tags),
			&run.RunCount, &run.ExpectedStartTime, &run.StartTime, &run.EndTime, &run.TotalRunTime)
		if run.StateType != nil {
			run.TotalRunTime = prefect.RunTime(now, run.TotalRunTime, *run.StateType, run.StateTimestamp)
		}
		return &run, err
	}
}

// FilterTaskRunRows returns the rows of the task runs that meet the criteria, sorted.
func (tx *Tx) FilterTaskRunRows(f *prefect.Filters, sort prefect.TaskRunSort, page prefect.Page) ([]*TaskRunRow, error) {
	q, err := tx.taskRunPage(taskRunRowColumns, taskRunRowJoins, f, sort, page)
	if err != nil {
		return nil, err
	}
	return collect(tx, q.sql, q.args, scanTaskRunRow(tx.Now))
}

// TaskRunRowsOf returns the rows of a flow run's task runs, in the order in which
// they were to start.
func (tx *Tx) TaskRunRowsOf(flowRun uuid.UUID, limit int) ([]*TaskRunRow, error) {
	return collect(tx, taskRunRowSelect+` WHERE task_run.flow_run_id = ?
		ORDER BY coalesce(task_run.start_time, task_run.expected_start_time), task_run.id LIMIT ?`,
		[]any{flowRun, limit}, scanTaskRunRow(tx.Now))
}

// CountTaskRunsUpTo counts the task runs that meet the criteria, and stops at most.
func (tx *Tx) CountTaskRunsUpTo(f *prefect.Filters, most int) (int, error) {
	s, err := tx.searchTaskRuns(f, "")
	if err != nil {
		return 0, err
	}
	return tx.countRuns(s, most)
}

// RunCaller is the run that called a subflow, and the task run that stands for it.
type RunCaller struct {
	FlowRunID uuid.UUID `json:"flow_run_id"`
	Name      string    `json:"name"`
	TaskRunID uuid.UUID `json:"task_run_id"`
}

// ReadRunCaller returns who called a subflow by its parent task run, nil when that
// is gone.
func (tx *Tx) ReadRunCaller(task uuid.UUID) (*RunCaller, error) {
	caller, _, err := first(tx, `SELECT flow_run.id, flow_run.name, task_run.id FROM task_run
			JOIN flow_run ON flow_run.id = task_run.flow_run_id
		WHERE task_run.id = ?`, []any{task}, func(r Row) (*RunCaller, error) {
		var c RunCaller
		err := r.Scan(&c.FlowRunID, &c.Name, &c.TaskRunID)
		return &c, err
	})
	return caller, err
}

// RunArtifact is an artifact of a run without its data.
type RunArtifact struct {
	ID          uuid.UUID     `json:"id"`
	Created     *prefect.Time `json:"created"`
	Key         *string       `json:"key"`
	Type        *string       `json:"type"`
	Description *string       `json:"description"`
	TaskRunID   *uuid.UUID    `json:"task_run_id"`
}

// RunArtifacts returns the artifacts of a flow run, oldest first, results apart: these
// have neither a type nor a key of their own.
func (tx *Tx) RunArtifacts(flowRun uuid.UUID, limit int) ([]*RunArtifact, error) {
	return collect(tx, `SELECT id, created, key, type, substr(description, 1, 300), task_run_id FROM artifact
		WHERE flow_run_id = ? AND coalesce(type, '') <> 'result' AND (type IS NOT NULL OR key IS NOT NULL) ORDER BY created LIMIT ?`, []any{flowRun, limit},
		func(r Row) (*RunArtifact, error) {
			var a RunArtifact
			err := r.Scan(&a.ID, &a.Created, &a.Key, &a.Type, &a.Description, &a.TaskRunID)
			return &a, err
		})
}
