package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// A flow run is read with its current state and with the queue and pool it is
// in, under their present names.
const (
	flowRunColumns = `flow_run.id, flow_run.created, flow_run.updated, flow_run.name, flow_run.flow_id,
		flow_run.state_id, flow_run.state_type, flow_run.state_name, flow_run.state_timestamp,
		flow_run.deployment_id, flow_run.deployment_version, flow_run.work_queue_id,
		coalesce(queue.name, flow_run.work_queue_name), pool.id, pool.name,
		flow_run.flow_version, flow_run.parameters, flow_run.idempotency_key, flow_run.context, flow_run.empirical_policy,
		flow_run.tags, flow_run.labels, flow_run.parent_task_run_id, flow_run.run_count, flow_run.expected_start_time,
		flow_run.next_scheduled_start_time, flow_run.start_time, flow_run.end_time, flow_run.total_run_time,
		flow_run.auto_scheduled, flow_run.infrastructure_document_id, flow_run.infrastructure_pid, flow_run.created_by,
		flow_run.job_variables, ` + stateColumns
	flowRunFrom = ` FROM flow_run
		LEFT JOIN flow_run_state AS state ON state.id = flow_run.state_id
		LEFT JOIN artifact AS result ON result.id = state.result_artifact_id
		LEFT JOIN work_queue AS queue ON queue.id = flow_run.work_queue_id
		LEFT JOIN work_pool AS pool ON pool.id = queue.work_pool_id`
)

func scanFlowRun(now time.Time) func(Row) (*prefect.FlowRun, error) {
	return func(r Row) (*prefect.FlowRun, error) {
		var run prefect.FlowRun
		var state stateRow
		run.EmpiricalPolicy.Defaults()
		dest := append([]any{&run.ID, &run.Created, &run.Updated, &run.Name, &run.FlowID,
			&run.StateID, &run.StateType, &run.StateName, &run.StateTimestamp,
			&run.DeploymentID, &run.DeploymentVersion, &run.WorkQueueID,
			&run.WorkQueueName, &run.WorkPoolID, &run.WorkPoolName,
			&run.FlowVersion, &run.Parameters, &run.IdempotencyKey, &run.Context, JSON(&run.EmpiricalPolicy),
			JSON(&run.Tags), JSON(&run.Labels), &run.ParentTaskRunID, &run.RunCount, &run.ExpectedStartTime,
			&run.NextScheduledStartTime, &run.StartTime, &run.EndTime, &run.TotalRunTime,
			&run.AutoScheduled, &run.InfrastructureDocumentID, &run.InfrastructurePID, JSON(&run.CreatedBy),
			&run.JobVariables}, state.dest()...)
		if err := r.Scan(dest...); err != nil {
			return nil, err
		}
		var err error
		run.State, err = state.state()
		run.EstimatedRunTime = estimatedRunTime(now, run.TotalRunTime, run.CurrentType(), run.StateTimestamp)
		run.EstimatedStartTimeDelta = lateness(now, run.CurrentType(), run.StartTime, run.ExpectedStartTime)
		return &run, err
	}
}

// estimatedRunTime is the time a run has run so far.
func estimatedRunTime(now time.Time, total prefect.Seconds, t prefect.StateType, since *prefect.Time) prefect.Seconds {
	if t == prefect.Running && since != nil {
		return total + prefect.Seconds(now.Sub(since.Time))
	}
	return total
}

// lateness is how long after its expected time a run started, or how long it
// has been waiting to start since.
func lateness(now time.Time, t prefect.StateType, start, expected *prefect.Time) prefect.Seconds {
	switch {
	case expected == nil:
	case start != nil && start.After(expected.Time):
		return prefect.Seconds(start.Sub(expected.Time))
	case start == nil && expected.Before(now) && !t.IsTerminal():
		return prefect.Seconds(now.Sub(expected.Time))
	}
	return 0
}

// CreateFlowRun writes the row of a flow run, without its state. When a run of
// the flow with the same idempotency key is there already, that one is given
// and nothing is written.
func (tx *Tx) CreateFlowRun(run *prefect.FlowRun) (made *prefect.FlowRun, created bool, err error) {
	n, err := tx.conn.Exec(`INSERT INTO flow_run (id, created, updated, name, flow_id,
			deployment_id, deployment_version, work_queue_id, work_queue_name, flow_version, parameters, idempotency_key,
			context, empirical_policy, tags, labels, parent_task_run_id, expected_start_time, next_scheduled_start_time,
			auto_scheduled, infrastructure_document_id, infrastructure_pid, created_by, job_variables)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (flow_id, idempotency_key) DO NOTHING`,
		run.ID, tx.Now, tx.Now, run.Name, run.FlowID,
		run.DeploymentID, run.DeploymentVersion, run.WorkQueueID, run.WorkQueueName, run.FlowVersion, run.Parameters, run.IdempotencyKey,
		run.Context, JSON(run.EmpiricalPolicy), JSON(run.Tags), JSON(run.Labels), run.ParentTaskRunID, run.ExpectedStartTime, run.NextScheduledStartTime,
		run.AutoScheduled, run.InfrastructureDocumentID, run.InfrastructurePID, NullJSON(run.CreatedBy), run.JobVariables)
	if err != nil {
		return nil, false, err
	}
	if n > 0 {
		run.Created, run.Updated = prefect.AtPointer(tx.Now), prefect.AtPointer(tx.Now)
		return run, true, nil
	}
	made, _, err = first(tx, `SELECT `+flowRunColumns+flowRunFrom+` WHERE flow_run.flow_id = ? AND flow_run.idempotency_key = ?`,
		[]any{run.FlowID, run.IdempotencyKey}, scanFlowRun(tx.Now))
	return made, false, err
}

// ReadFlowRun gives a flow run, nil when there is none with that id.
func (tx *Tx) ReadFlowRun(id uuid.UUID) (*prefect.FlowRun, error) {
	run, _, err := first(tx, `SELECT `+flowRunColumns+flowRunFrom+` WHERE flow_run.id = ?`, []any{id}, scanFlowRun(tx.Now))
	return run, err
}

// FilterFlowRuns gives the flow runs that meet the criteria, sorted.
func (tx *Tx) FilterFlowRuns(f *prefect.Filters, sort prefect.FlowRunSort, page prefect.Page) ([]*prefect.FlowRun, error) {
	c := flowRunsWhere(f)
	return collect(tx, `SELECT `+flowRunColumns+flowRunFrom+c.where()+` ORDER BY `+flowRunOrder[sort]+` LIMIT ? OFFSET ?`,
		append(c.args, page.Limit, page.Offset), scanFlowRun(tx.Now))
}

// CountFlowRuns counts the flow runs that meet the criteria.
func (tx *Tx) CountFlowRuns(f *prefect.Filters) (int, error) {
	c := flowRunsWhere(f)
	return tx.count(`SELECT count(*) FROM flow_run`+c.where(), c.args...)
}
