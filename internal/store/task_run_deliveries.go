package store

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
)

// ReadWaitingTaskRuns returns background runs of the tasks that wait for a task
// worker, those that retry first, then the longest waiting: at most limit.
func (tx *Tx) ReadWaitingTaskRuns(taskKeys []string, limit int) ([]*prefect.TaskRun, error) {
	return tx.readWaitingTaskRuns(taskKeys, "", limit)
}

func (tx *Tx) readWaitingTaskRuns(taskKeys []string, and string, limit int) ([]*prefect.TaskRun, error) {
	return collect(tx, `SELECT `+taskRunColumns+taskRunFrom+`
		WHERE task_run.state_type = 'SCHEDULED' AND task_run.task_key IN (SELECT value FROM json_each(?))
			AND CAST(state.state_details ->> 'deferred' AS TEXT) IN ('1', 'true')
			AND NOT EXISTS (SELECT 1 FROM task_run_delivery AS delivery
				WHERE delivery.task_run_id = task_run.id AND delivery.state_id = task_run.state_id)`+and+`
		ORDER BY task_run.state_name = 'AwaitingRetry' DESC, task_run.state_timestamp LIMIT ?`,
		[]any{textList(taskKeys), limit}, scanTaskRun(tx.Now))
}

// CreateTaskRunDelivery notes that a task worker has taken over a run in its
// state: it waits no more until it gets another.
func (tx *Tx) CreateTaskRunDelivery(taskRunID, stateID uuid.UUID, worker string) error {
	if err := tx.SetTaskOwnerLook(taskRunID, prefect.AtPointer(tx.Now.Add(orchestration.FirstLook))); err != nil {
		return err
	}
	_, err := tx.conn.Exec(`INSERT INTO task_run_delivery (task_run_id, state_id, worker, delivered)
		SELECT id, ?, ?, ? FROM task_run WHERE id = ?
		ON CONFLICT (task_run_id) DO UPDATE SET state_id = excluded.state_id, worker = excluded.worker, delivered = excluded.delivered`,
		stateID, worker, tx.Now, taskRunID)
	return err
}
