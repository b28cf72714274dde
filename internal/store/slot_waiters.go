package store

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// SlotWaiter is a run that was refused a slot of its deployment's limit.
type SlotWaiter struct {
	ID    uuid.UUID
	Queue *uuid.UUID
	// Since is when it was first to start; a worker may have claimed it before.
	Since prefect.Time
	// PutOff reports whether it is due only later than that.
	PutOff bool
}

// SlotWaitersOf returns the deployments of which runs that were refused a slot are
// put off.
func (tx *Tx) SlotWaitersOf() ([]uuid.UUID, error) {
	return column[uuid.UUID](tx, `SELECT DISTINCT deployment_id FROM flow_run
		WHERE state_name = 'AwaitingConcurrencySlot' AND deployment_id IS NOT NULL AND next_scheduled_start_time > ?`, tx.Now)
}

// ReadSlotWaiters returns the runs that were refused a slot of a deployment's limit,
// by the priority of their queues, then first come, first served. Those of queues
// and pools that are paused are left out.
func (tx *Tx) ReadSlotWaiters(deployment uuid.UUID, limit int) ([]SlotWaiter, error) {
	return collect(tx, `SELECT run.id, run.work_queue_id, coalesce(run.expected_start_time, run.created),
			run.next_scheduled_start_time > max(?, coalesce(run.expected_start_time, run.created))
		FROM flow_run AS run
			LEFT JOIN work_queue AS queue ON queue.id = run.work_queue_id
			LEFT JOIN work_pool AS pool ON pool.id = queue.work_pool_id
		WHERE run.state_name = 'AwaitingConcurrencySlot' AND run.state_type = 'SCHEDULED' AND run.deployment_id = ?
			AND coalesce(queue.is_paused, 0) = 0 AND coalesce(pool.is_paused, 0) = 0
		ORDER BY coalesce(queue.priority, 0), run.expected_start_time, run.id LIMIT ?`, []any{tx.Now, deployment, limit},
		func(r Row) (w SlotWaiter, err error) {
			err = r.Scan(&w.ID, &w.Queue, &w.Since, &w.PutOff)
			return w, err
		})
}
