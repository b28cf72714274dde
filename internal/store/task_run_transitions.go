package store

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
)

// ReadTaskRunForUpdate returns what a change of its state needs of a task run, nil
// when there is none with that id.
func (tx *Tx) ReadTaskRunForUpdate(id uuid.UUID) (*orchestration.TaskRun, error) {
	var run orchestration.TaskRun
	var state stateRow
	dest := append([]any{&run.ID, &run.Name, JSON(&run.Tags), &run.FlowRunID, &run.TaskKey, &run.FlowRunRunCount, JSON(&run.Policy),
		&run.RunCount, &run.StateID, &run.StateType, &run.StateName, &run.StateTimestamp,
		&run.ExpectedStartTime, &run.NextScheduledStartTime, &run.StartTime, &run.EndTime, &run.TotalRunTime}, state.dest()...)
	err := tx.one(`SELECT task_run.id, task_run.name, task_run.tags, task_run.flow_run_id, task_run.task_key,
			task_run.flow_run_run_count, task_run.empirical_policy,
			task_run.run_count, task_run.state_id, task_run.state_type, task_run.state_name, task_run.state_timestamp,
			task_run.expected_start_time, task_run.next_scheduled_start_time, task_run.start_time, task_run.end_time, task_run.total_run_time,
			`+taskRunStateColumns+taskRunFrom+` WHERE task_run.id = (SELECT ?)`, []any{id}, dest...)
	if err == ErrNoRows {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	run.State, err = state.state()
	return &run, err
}

// SaveTaskRun stores what a change of its state changes of a task run.
func (tx *Tx) SaveTaskRun(run *orchestration.TaskRun) error {
	return tx.exec(`UPDATE task_run SET updated = ?, state_id = ?, state_type = ?, state_name = ?, state_timestamp = ?,
			run_count = ?, flow_run_run_count = ?, expected_start_time = ?, next_scheduled_start_time = ?, start_time = ?,
			end_time = ?, total_run_time = ?, owner_due = ?
		WHERE id = ?`,
		tx.Now, run.StateID, run.StateType, run.StateName, run.StateTimestamp,
		run.RunCount, run.FlowRunRunCount, run.ExpectedStartTime, run.NextScheduledStartTime, run.StartTime,
		run.EndTime, run.TotalRunTime, tx.taskOwnerLook(run.FlowRunID, run.StateType, run.StateName, run.NextScheduledStartTime), run.ID)
}

// HasTaskRunState reports whether a task run has a state of that moment.
func (tx *Tx) HasTaskRunState(run uuid.UUID, at prefect.Time) (bool, error) {
	return tx.exists(`SELECT 1 FROM task_run_state WHERE task_run_id = ? AND timestamp = ?`, run, at)
}

// ReadFailedTaskRuns returns the ids of a flow run's failed task runs.
func (tx *Tx) ReadFailedTaskRuns(flowRun uuid.UUID) ([]uuid.UUID, error) {
	return column[uuid.UUID](tx, `SELECT id FROM task_run WHERE flow_run_id = ? AND state_type = 'FAILED'`, flowRun)
}

// ReadBackgroundTaskRun returns the task run of these keys that belongs to no flow
// run, nil when there is none.
func (tx *Tx) ReadBackgroundTaskRun(taskKey, dynamicKey string) (*prefect.TaskRun, error) {
	run, _, err := first(tx, `SELECT `+taskRunColumns+taskRunFrom+`
		WHERE task_run.flow_run_id IS NULL AND task_run.task_key = (SELECT ?) AND task_run.dynamic_key = (SELECT ?) LIMIT 1`,
		[]any{taskKey, dynamicKey}, scanTaskRun(tx.Now))
	return run, err
}

// ReadCachedState returns the newest state cached under a key that has not
// expired, nil when there is none.
func (tx *Tx) ReadCachedState(key string) (*prefect.State, error) {
	id, found, err := first(tx, `SELECT task_run_state_id FROM task_run_state_cache
		WHERE cache_key = ? AND (cache_expiration IS NULL OR cache_expiration > ?)
		ORDER BY created DESC LIMIT 1`, []any{key, tx.Now}, scanID)
	if err != nil || !found {
		return nil, err
	}
	return tx.ReadTaskRunState(id)
}

func scanID(r Row) (id uuid.UUID, err error) {
	err = r.Scan(&id)
	return id, err
}

// CreateCachedState caches a state under a key.
func (tx *Tx) CreateCachedState(key string, expiration *prefect.Time, state uuid.UUID) error {
	_, err := tx.conn.Exec(`INSERT INTO task_run_state_cache (id, created, cache_key, cache_expiration, task_run_state_id)
		VALUES (?, ?, ?, ?, ?)`, tx.IDs.V4(), tx.Now, key, expiration, state)
	return err
}

// EnqueueTaskRun puts a background task run into the queue of its task key.
func (tx *Tx) EnqueueTaskRun(run *orchestration.TaskRun, retry bool) error {
	tx.Touch(TaskRuns)
	_, err := tx.conn.Exec(`INSERT INTO task_run_queue (task_run_id, task_key, retry, created) VALUES (?, ?, ?, ?)
		ON CONFLICT (task_run_id) DO UPDATE SET retry = excluded.retry, created = excluded.created`,
		run.ID, run.TaskKey, retry, tx.Now)
	return err
}

// ReadQueuedTaskRun returns the background task run that is next for any of the
// task keys, retries first, nil when none waits.
func (tx *Tx) ReadQueuedTaskRun(keys []string) (*prefect.TaskRun, error) {
	for _, key := range keys {
		id, found, err := first(tx, `SELECT task_run_id FROM task_run_queue WHERE task_key = ?
			ORDER BY retry DESC, created LIMIT 1`, []any{key}, scanID)
		if err != nil {
			return nil, err
		}
		if found {
			return tx.ReadTaskRun(id)
		}
	}
	return nil, nil
}

// DeleteQueuedTaskRun takes a background task run off its queue; false when it
// was not in it.
func (tx *Tx) DeleteQueuedTaskRun(id uuid.UUID) (bool, error) {
	n, err := tx.conn.Exec(`DELETE FROM task_run_queue WHERE task_run_id = ?`, id)
	return n > 0, err
}
