package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/orchestration"
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
	flowRunFrom  = ` FROM flow_run` + flowRunJoins
	flowRunJoins = `
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
		run.Estimate(now)
		return &run, err
	}
}

// CreateFlowRun writes the row of a flow run as its first state left it: at once, since an
// update would write every index by its state again. When a run of the flow with the same
// idempotency key is there already, that one is given and nothing is written.
func (tx *Tx) CreateFlowRun(run *prefect.FlowRun, as *orchestration.FlowRun) (made *prefect.FlowRun, created bool, err error) {
	n, err := tx.conn.Exec(`INSERT INTO flow_run (id, created, updated, name, flow_id,
			deployment_id, deployment_version, work_queue_id, work_queue_name, flow_version, parameters, idempotency_key,
			context, tags, labels, parent_task_run_id,
			auto_scheduled, infrastructure_document_id, infrastructure_pid, created_by, job_variables,
			state_id, state_type, state_name, state_timestamp, run_count,
			expected_start_time, next_scheduled_start_time, start_time, end_time, total_run_time,
			empirical_policy, retries_in_process, pause_timeout, owner_due)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (flow_id, idempotency_key) DO NOTHING`,
		run.ID, tx.Now, tx.Now, run.Name, run.FlowID,
		run.DeploymentID, run.DeploymentVersion, run.WorkQueueID, run.WorkQueueName, run.FlowVersion, run.Parameters, run.IdempotencyKey,
		run.Context, JSON(run.Tags), JSON(run.Labels), run.ParentTaskRunID,
		run.AutoScheduled, run.InfrastructureDocumentID, run.InfrastructurePID, NullJSON(run.CreatedBy), run.JobVariables,
		as.StateID, as.StateType, as.StateName, as.StateTimestamp, as.RunCount,
		as.ExpectedStartTime, as.NextScheduledStartTime, as.StartTime, as.EndTime, as.TotalRunTime,
		JSON(as.Policy), as.Standing().RetriesInProcess(), as.PauseTimeout, as.OwnerLook(tx.Now))
	if err != nil {
		return nil, false, err
	}
	if n > 0 {
		run.Created, run.Updated = prefect.AtPointer(tx.Now), prefect.AtPointer(tx.Now)
		if err := tx.noteState(as, true); err != nil {
			return nil, false, err
		}
		return run, true, tx.noteEffect("prefect.flow-run", run.ID)
	}
	if *run.IdempotencyKey == "" { // as in the reference: not a key to find a run by, but stored and unique
		return nil, false, fault.New(fault.Conflict, IntegrityConflict)
	}
	made, _, err = first(tx, `SELECT `+flowRunColumns+flowRunFrom+` WHERE flow_run.flow_id = (SELECT ?) AND flow_run.idempotency_key = (SELECT ?)`,
		[]any{run.FlowID, run.IdempotencyKey}, scanFlowRun(tx.Now))
	return made, false, err
}

// ReadFlowRun returns a flow run, nil when there is none with that id.
func (tx *Tx) ReadFlowRun(id uuid.UUID) (*prefect.FlowRun, error) {
	run, _, err := first(tx, `SELECT `+flowRunColumns+flowRunFrom+` WHERE flow_run.id = (SELECT ?)`, []any{id}, scanFlowRun(tx.Now))
	return run, err
}

// FilterFlowRuns returns the flow runs that meet the criteria, sorted.
func (tx *Tx) FilterFlowRuns(f *prefect.Filters, sort prefect.FlowRunSort, page prefect.Page) ([]*prefect.FlowRun, error) {
	q, err := tx.flowRunPage(flowRunColumns, flowRunJoins, f, sort, page)
	if err != nil {
		return nil, err
	}
	return collect(tx, q.sql, q.args, scanFlowRun(tx.Now))
}

// flowRunPage is a query for columns of a page of the flow runs that meet the criteria.
func (tx *Tx) flowRunPage(columns, joins string, f *prefect.Filters, sort prefect.FlowRunSort, page prefect.Page) (condition, error) {
	s, err := tx.searchFlowRuns(f, sort)
	if err != nil {
		return condition{}, err
	}
	found, err := tx.pageOf(s, page)
	return s.page(columns, joins, found, when(flowRunOrder[sort]), page), err
}

// CountFlowRuns counts the flow runs that meet the criteria.
func (tx *Tx) CountFlowRuns(f *prefect.Filters) (int, error) {
	if known, window, ok := inSums(f); ok && always.within(window).isLong() {
		return tx.sumsCount(known, window)
	}
	return tx.CountFlowRunsUpTo(f, all)
}

// UpdateFlowRun changes what was given; false when there is no such run. name
// is the run's new name, looked at when one was given.
func (tx *Tx) UpdateFlowRun(id uuid.UUID, u *prefect.FlowRunUpdate, name string) (bool, error) {
	set := assignments{}
	if u.Has("name") {
		set.add("name", name)
	}
	if u.Has("flow_version") {
		set.add("flow_version", u.FlowVersion)
	}
	if u.Has("parameters") {
		set.add("parameters", u.Parameters)
	}
	if u.Has("empirical_policy") {
		if err := tx.setPolicy(&set, id, &u.EmpiricalPolicy); err != nil {
			return false, err
		}
	}
	if u.Has("tags") {
		set.add("tags", JSON(u.Tags))
	}
	if u.Has("infrastructure_pid") {
		set.add("infrastructure_pid", u.InfrastructurePID)
	}
	if u.Has("job_variables") {
		set.add("job_variables", u.JobVariables)
	}
	return tx.update("flow_run", id, set)
}

// setPolicy sets a run's policy, and what depends on it: whose the run is, and
// whether it waits inside its process.
func (tx *Tx) setPolicy(set *assignments, id uuid.UUID, policy *prefect.FlowRunPolicy) error {
	var state *prefect.StateType
	var name *string
	err := tx.one(`SELECT state_type, state_name FROM flow_run WHERE id = ?`, []any{id}, &state, &name)
	if err != nil && err != ErrNoRows {
		return err
	}
	set.add("empirical_policy", JSON(policy))
	set.add("retries_in_process", dispatch.NewStanding(state, name, policy.RetryType, false).RetriesInProcess())
	set.add("owner_due", tx.Now)
	tx.Touch(Deadlines)
	return nil
}

// UpdateFlowRunLabels adds labels to those of a run, in place of ones of the
// same key; false when there is no such run.
func (tx *Tx) UpdateFlowRunLabels(id uuid.UUID, labels prefect.Labels) (bool, error) {
	var have prefect.Labels
	err := tx.one(`SELECT labels FROM flow_run WHERE id = ?`, []any{id}, JSON(&have))
	if err == ErrNoRows {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	set := assignments{}
	set.add("labels", JSON(have.Merged(labels)))
	return tx.update("flow_run", id, set)
}

// DeleteFlowRun deletes a run with its states, task runs and logs; false when
// there is no such run. Its slots are the caller's business: see
// concurrency.Slots.EndAll.
func (tx *Tx) DeleteFlowRun(id uuid.UUID) (bool, error) {
	found, err := tx.exists(`SELECT 1 FROM flow_run WHERE id = ?`, id)
	if err != nil {
		return false, err
	}
	_, err = tx.clearOut(deletableFlowRun, id, func() (bool, error) { return tx.dropFlowRun(id) })
	return found, err
}
