package store

import (
	"math"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// SlotWaiter is a run that was refused a slot of its deployment's limit and is
// put off, though a slot is free now.
type SlotWaiter struct {
	ID, Deployment uuid.UUID
	Queue          *uuid.UUID
	// Since is when it was first to start; a worker may have claimed it before.
	Since prefect.Time
}

// ReadSlotWaiters gives the runs that are next to have the slots that are free:
// of each deployment as many as it has slots, by the priority of their queues,
// then first come, first served. Those that are due already count, and are left
// out; so are those of queues and pools that are paused.
func (tx *Tx) ReadSlotWaiters(limit int) ([]SlotWaiter, error) {
	deployments, err := column[uuid.UUID](tx, `SELECT DISTINCT deployment_id FROM flow_run
		WHERE state_name = 'AwaitingConcurrencySlot' AND deployment_id IS NOT NULL AND next_scheduled_start_time > ?`, tx.Now)
	if err != nil {
		return nil, err
	}
	var all []SlotWaiter
	for _, deployment := range deployments {
		free, err := tx.freeSlots(deployment)
		if err != nil {
			return nil, err
		}
		if free = min(free, limit-len(all)); free <= 0 {
			continue
		}
		waiters, err := tx.slotWaiters(deployment, free)
		if err != nil {
			return nil, err
		}
		all = append(all, waiters...)
	}
	return all, nil
}

// freeSlots is how many runs of a deployment may become pending.
func (tx *Tx) freeSlots(deployment uuid.UUID) (int, error) {
	d, err := tx.ReadDeploymentLimit(deployment)
	switch {
	case err != nil || d == nil:
		return 0, err
	case d.Limit == nil:
		return math.MaxInt, nil
	case !d.Limit.Active:
		return 0, nil // it has no slots to give
	}
	return d.Limit.Limit - d.Limit.Taken(tx.Now), nil
}

func (tx *Tx) slotWaiters(deployment uuid.UUID, first int) (waiters []SlotWaiter, err error) {
	err = tx.conn.Query(`SELECT run.id, run.work_queue_id, coalesce(run.expected_start_time, run.created),
			run.next_scheduled_start_time > max(?, coalesce(run.expected_start_time, run.created))
		FROM flow_run AS run
			LEFT JOIN work_queue AS queue ON queue.id = run.work_queue_id
			LEFT JOIN work_pool AS pool ON pool.id = queue.work_pool_id
		WHERE run.state_name = 'AwaitingConcurrencySlot' AND run.state_type = 'SCHEDULED' AND run.deployment_id = ?
			AND coalesce(queue.is_paused, 0) = 0 AND coalesce(pool.is_paused, 0) = 0
		ORDER BY coalesce(queue.priority, 0), run.expected_start_time, run.id LIMIT ?`, []any{tx.Now, deployment, first}, func(r Row) error {
		w := SlotWaiter{Deployment: deployment}
		var putOff bool
		if err := r.Scan(&w.ID, &w.Queue, &w.Since, &putOff); err != nil {
			return err
		}
		if putOff {
			waiters = append(waiters, w)
		}
		return nil
	})
	return waiters, err
}
