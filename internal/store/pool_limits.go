package store

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/prefect"
)

// ReadPoolLimit returns the limit of the pool that a queue belongs to with the
// number of the pool's active runs, nil when it has none. Agents know of no
// limits of pools. It is answered by the index flow_run_slots.
func (tx *Tx) ReadPoolLimit(queue uuid.UUID) (*dispatch.Limit, error) {
	var l dispatch.Limit
	err := tx.one(`SELECT work_pool.name, work_pool.concurrency_limit, (SELECT count(*)
			FROM work_queue AS of_pool CROSS JOIN flow_run ON flow_run.work_queue_id = of_pool.id AND `+holdsClaim+`
			WHERE of_pool.work_pool_id = work_pool.id)
		FROM work_queue CROSS JOIN work_pool ON work_pool.id = work_queue.work_pool_id
			AND work_pool.concurrency_limit IS NOT NULL AND work_pool.type <> ?
		WHERE work_queue.id = ?`, []any{prefect.AgentPoolType, queue}, &l.Name, &l.Max, &l.Active)
	if err == ErrNoRows {
		return nil, nil
	}
	return &l, err
}

// ReadWorkQueueLimit returns a queue's own limit with the number of its active
// runs, nil when it has none.
func (tx *Tx) ReadWorkQueueLimit(queue uuid.UUID) (*dispatch.Limit, error) {
	var l dispatch.Limit
	err := tx.one(`SELECT name, concurrency_limit, (SELECT count(*) FROM flow_run WHERE flow_run.work_queue_id = work_queue.id AND `+holdsClaim+`)
		FROM work_queue WHERE id = ? AND concurrency_limit IS NOT NULL`, []any{queue}, &l.Name, &l.Max, &l.Active)
	if err == ErrNoRows {
		return nil, nil
	}
	return &l, err
}

// ReadWorkPoolType returns the type of the pool that a queue belongs to, "" when
// there is no such queue.
func (tx *Tx) ReadWorkPoolType(queue uuid.UUID) (kind string, err error) {
	err = tx.one(`SELECT work_pool.type FROM work_queue CROSS JOIN work_pool ON work_pool.id = work_queue.work_pool_id
		WHERE work_queue.id = ?`, []any{queue}, &kind)
	if err == ErrNoRows {
		return "", nil
	}
	return kind, err
}

// TellPoolSlotFreed tells the workers of a queue's pool that a run of it may
// start, when one is due.
func (tx *Tx) TellPoolSlotFreed(queue uuid.UUID) error {
	pools, err := column[uuid.UUID](tx, `SELECT work_queue.work_pool_id FROM work_queue WHERE work_queue.id = ?
		AND EXISTS (SELECT 1 FROM work_queue AS of_pool CROSS JOIN flow_run ON flow_run.work_queue_id = of_pool.id
			AND flow_run.state_type = 'SCHEDULED' AND flow_run.next_scheduled_start_time <= ?
			WHERE of_pool.work_pool_id = work_queue.work_pool_id)`, queue, tx.Now)
	if err != nil || len(pools) == 0 {
		return err
	}
	return tx.Emit(events.PoolSlotFreed(tx.IDs.V7(), tx.Now, pools[0]))
}
