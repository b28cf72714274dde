package store

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/concurrency"
	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
)

var _ orchestration.Tx = (*Tx)(nil)

// Stamp is the transaction's time and its source of ids.
func (tx *Tx) Stamp() (time.Time, clock.IDs) { return tx.Now, tx.IDs }

// ReadFlowRunForUpdate returns what a change of its state needs of a flow run,
// nil when there is none with that id.
func (tx *Tx) ReadFlowRunForUpdate(id uuid.UUID) (*orchestration.FlowRun, error) {
	var run orchestration.FlowRun
	var state stateRow
	run.Policy.Defaults()
	dest := append([]any{&run.ID, &run.Name, JSON(&run.Tags), &run.FlowID, &run.DeploymentID, &run.WorkQueueID,
		&run.ParentTaskRunID, &run.InfrastructurePID, &run.PauseTimeout, JSON(&run.CreatedBy), JSON(&run.Policy),
		&run.RunCount, &run.StateID, &run.StateType, &run.StateName, &run.StateTimestamp,
		&run.ExpectedStartTime, &run.NextScheduledStartTime, &run.StartTime, &run.EndTime, &run.TotalRunTime}, state.dest()...)
	err := tx.one(`SELECT flow_run.id, flow_run.name, flow_run.tags, flow_run.flow_id, flow_run.deployment_id, flow_run.work_queue_id,
			flow_run.parent_task_run_id, flow_run.infrastructure_pid, flow_run.pause_timeout, flow_run.created_by, flow_run.empirical_policy,
			flow_run.run_count, flow_run.state_id, flow_run.state_type, flow_run.state_name, flow_run.state_timestamp,
			flow_run.expected_start_time, flow_run.next_scheduled_start_time, flow_run.start_time, flow_run.end_time, flow_run.total_run_time,
			`+stateColumns+` FROM flow_run
			LEFT JOIN flow_run_state AS state ON state.id = flow_run.state_id
			LEFT JOIN artifact AS result ON result.id = state.result_artifact_id
		WHERE flow_run.id = (SELECT ?)`, []any{id}, dest...)
	if err == ErrNoRows {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	run.State, err = state.state()
	return &run, err
}

// SaveFlowRun stores what a change of its state changes of a flow run.
func (tx *Tx) SaveFlowRun(run *orchestration.FlowRun) error {
	standing := run.Standing()
	if run.StateType != nil && !dispatch.Process.Holds(standing) {
		if err := tx.DeleteHeartbeats(run.ID); err != nil {
			return err
		}
	}
	if err := tx.noteState(run, false); err != nil {
		return err
	}
	waits := run.StateType != nil && (*run.StateType == prefect.Scheduled || *run.StateType == prefect.Pending)
	return tx.exec(`UPDATE flow_run SET updated = ?, state_id = ?, state_type = ?, state_name = ?, state_timestamp = ?,
			run_count = ?, expected_start_time = ?, next_scheduled_start_time = ?, start_time = ?, end_time = ?, total_run_time = ?,
			empirical_policy = ?, retries_in_process = ?, pause_timeout = ?, owner_due = ?,
			hand_outs = iif(? = 1, hand_outs, 0)
		WHERE id = ?`,
		tx.Now, run.StateID, run.StateType, run.StateName, run.StateTimestamp,
		run.RunCount, run.ExpectedStartTime, run.NextScheduledStartTime, run.StartTime, run.EndTime, run.TotalRunTime,
		JSON(run.Policy), standing.RetriesInProcess(), run.PauseTimeout, run.OwnerLook(tx.Now), waits, run.ID)
}

// noteState notes for those who look at how runs end that a run has come to its state, which
// is about to be stored, or is the first of one that was made just now.
func (tx *Tx) noteState(run *orchestration.FlowRun, made bool) error {
	switch t := run.StateType; {
	case t == nil:
	case *t == prefect.Cancelled:
		return tx.noteBrokenOff(run.ID, tx.Now)
	case *t == prefect.Crashed:
		return tx.noteBrokenOff(run.ID, tx.Now.Add(lastWords))
	default: // one that has ended changes the figures that automations look at
		tx.Touch(Deadlines)
		if *t == prefect.Completed {
			return tx.noteSuccess(run, made)
		}
	}
	return nil
}

// HasFlowRunState reports whether a flow run has a state of that moment.
func (tx *Tx) HasFlowRunState(run uuid.UUID, at prefect.Time) (bool, error) {
	return tx.exists(`SELECT 1 FROM flow_run_state WHERE flow_run_id = ? AND timestamp = ?`, run, at)
}

// ReadFlowRunRelated returns the things that a flow run's events name.
func (tx *Tx) ReadFlowRunRelated(run *orchestration.FlowRun) (*events.FlowRunRelated, error) {
	if run.DeploymentID == nil && run.WorkQueueID == nil && run.ParentTaskRunID == nil {
		return tx.readFlowRelated(run.FlowID)
	}
	var flow, deployment, queue, pool, task namedRow
	err := tx.one(`SELECT flow.id, flow.name, flow.tags, deployment.id, deployment.name, deployment.tags,
			queue.id, queue.name, pool.id, pool.name, pool.type, task.id, task.name, task.tags
		FROM (SELECT 1)
			LEFT JOIN flow ON flow.id = (SELECT ?)
			LEFT JOIN deployment ON deployment.id = (SELECT ?)
			LEFT JOIN work_queue AS queue ON queue.id = (SELECT ?)
			LEFT JOIN work_pool AS pool ON pool.id = queue.work_pool_id
			LEFT JOIN task_run AS task ON task.id = (SELECT ?)`,
		[]any{run.FlowID, run.DeploymentID, run.WorkQueueID, run.ParentTaskRunID},
		&flow.id, &flow.name, JSON(&flow.tags), &deployment.id, &deployment.name, JSON(&deployment.tags),
		&queue.id, &queue.name, &pool.id, &pool.name, &pool.typ, &task.id, &task.name, JSON(&task.tags))
	if err != nil {
		return nil, err
	}
	return &events.FlowRunRelated{Flow: flow.named(), Deployment: deployment.named(),
		WorkQueue: queue.named(), WorkPool: pool.named(), TaskRun: task.named()}, nil
}

func (tx *Tx) readFlowRelated(id uuid.UUID) (*events.FlowRunRelated, error) {
	var flow namedRow
	err := tx.one(`SELECT id, name, tags FROM flow WHERE id = ?`, []any{id}, &flow.id, &flow.name, JSON(&flow.tags))
	if err == ErrNoRows {
		err = nil
	}
	return &events.FlowRunRelated{Flow: flow.named()}, err
}

// namedRow receives what an event names; all is null for what is not there.
type namedRow struct {
	id   *uuid.UUID
	name string
	typ  string
	tags prefect.Tags
}

func (n *namedRow) named() *events.Named {
	if n.id == nil {
		return nil
	}
	return &events.Named{ID: *n.id, Name: n.name, Type: n.typ, Tags: n.tags}
}

// ReadFlowLabels returns a flow's labels, none when there is no such flow.
func (tx *Tx) ReadFlowLabels(flow uuid.UUID) (prefect.Labels, error) {
	return tx.labels(`SELECT labels FROM flow WHERE id = ?`, flow)
}

// ReadFlowRunLabels returns a flow run's labels, none when there is no such run.
func (tx *Tx) ReadFlowRunLabels(run uuid.UUID) (prefect.Labels, error) {
	return tx.labels(`SELECT labels FROM flow_run WHERE id = ?`, run)
}

func (tx *Tx) labels(query string, id uuid.UUID) (prefect.Labels, error) {
	labels := prefect.Labels{}
	if err := tx.one(query, []any{id}, JSON(&labels)); err != nil && err != ErrNoRows {
		return nil, err
	}
	return labels, nil
}

// ReadDeploymentLabels returns a deployment's flow and labels, found is false when
// there is no such deployment.
func (tx *Tx) ReadDeploymentLabels(deployment uuid.UUID) (flow uuid.UUID, labels prefect.Labels, found bool, err error) {
	err = tx.one(`SELECT flow_id, labels FROM deployment WHERE id = ?`, []any{deployment}, &flow, JSON(&labels))
	if err == ErrNoRows {
		return flow, nil, false, nil
	}
	return flow, labels, err == nil, err
}

// ReadDeploymentLimit returns a deployment's concurrency limit and options, nil
// when there is no such deployment.
func (tx *Tx) ReadDeploymentLimit(deployment uuid.UUID) (*orchestration.DeploymentLimit, error) {
	var id *uuid.UUID
	var text, ours *string
	err := tx.one(`SELECT concurrency_limit_id, concurrency_options, collisions FROM deployment WHERE id = ?`, []any{deployment}, &id, &text, &ours)
	if err == ErrNoRows {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	d := &orchestration.DeploymentLimit{}
	if text != nil {
		var options struct {
			Strategy orchestration.CollisionStrategy `json:"collision_strategy"`
			Grace    *int                            `json:"grace_period_seconds"`
		}
		if err := json.Unmarshal([]byte(*text), &options); err != nil {
			return nil, err
		}
		d.Strategy = options.Strategy
		if options.Grace != nil {
			d.Grace = time.Duration(*options.Grace) * time.Second
		}
	}
	if ours != nil {
		d.Strategy = orchestration.CollisionStrategy(*ours)
	}
	if id == nil {
		return d, nil
	}
	limits, err := tx.ReadConcurrencyLimits([]uuid.UUID{*id})
	if err == nil && len(limits) == 1 {
		d.Limit = limits[0]
	}
	return d, err
}

var _ concurrency.Tx = (*Tx)(nil)
