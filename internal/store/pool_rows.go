package store

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// PoolRow is what the table of work pools shows of one.
type PoolRow struct {
	ID               uuid.UUID           `json:"id"`
	Name             string              `json:"name"`
	Type             string              `json:"type"`
	Description      *string             `json:"description"`
	Status           *prefect.PoolStatus `json:"status"` // null for pools of agents
	IsPaused         bool                `json:"is_paused"`
	ConcurrencyLimit *int                `json:"concurrency_limit"`
	Queues           int                 `json:"queues"`
	// Active are the runs that hold a slot, Due those that may start now and have
	// not, at most what the query was told to count.
	Active        int           `json:"active"`
	Due           int           `json:"due"`
	Workers       int           `json:"workers"`
	WorkersOnline int           `json:"workers_online"`
	LastPolled    *prefect.Time `json:"last_polled"`
}

// PoolRows returns the rows of work pools by name, at most limit. It counts at
// most mostDue due runs of each.
func (tx *Tx) PoolRows(limit, mostDue int) ([]*PoolRow, error) {
	settling := tx.Now.Before(tx.listening)
	return collect(tx, `SELECT work_pool.id, work_pool.name, work_pool.type, work_pool.description, work_pool.status,
			work_pool.is_paused, work_pool.concurrency_limit,
			(SELECT count(*) FROM work_queue AS queue WHERE queue.work_pool_id = work_pool.id),
			(SELECT count(*) FROM work_queue AS queue CROSS JOIN flow_run ON flow_run.work_queue_id = queue.id
				AND `+holdsClaim+` WHERE queue.work_pool_id = work_pool.id),
			(SELECT count(*) FROM (SELECT 1 FROM work_queue AS queue CROSS JOIN flow_run ON flow_run.work_queue_id = queue.id
				AND flow_run.state_type = 'SCHEDULED' AND flow_run.next_scheduled_start_time <= ?
				WHERE queue.work_pool_id = work_pool.id LIMIT ?)),
			(SELECT count(*) FROM worker WHERE worker.work_pool_id = work_pool.id),
			(SELECT count(*) FROM worker WHERE worker.work_pool_id = work_pool.id AND (? = 1 AND worker.status = 'ONLINE'
				OR worker.last_heartbeat_time > ? - 1000000 * ? * coalesce(nullif(worker.heartbeat_interval_seconds, 0), ?))),
			(SELECT max(queue.last_polled) FROM work_queue AS queue WHERE queue.work_pool_id = work_pool.id)
		FROM work_pool ORDER BY work_pool.name LIMIT ?`,
		[]any{tx.Now, mostDue, settling, tx.Now, prefect.MissedHeartbeats, prefect.DefaultHeartbeatInterval, limit},
		func(r Row) (*PoolRow, error) {
			var p PoolRow
			err := r.Scan(&p.ID, &p.Name, &p.Type, &p.Description, &p.Status, &p.IsPaused, &p.ConcurrencyLimit,
				&p.Queues, &p.Active, &p.Due, &p.Workers, &p.WorkersOnline, &p.LastPolled)
			if p.Type == prefect.AgentPoolType {
				p.Status = nil
			}
			return &p, err
		})
}

// PoolRun is a run of a pool's queues that holds a slot or may start. Worker is
// who says to have it, nil when nobody has said so.
type PoolRun struct {
	ID                uuid.UUID          `json:"id"`
	Name              string             `json:"name"`
	FlowName          string             `json:"flow_name"`
	Queue             uuid.UUID          `json:"work_queue_id"`
	StateType         *prefect.StateType `json:"state_type"`
	StateName         *string            `json:"state_name"`
	StateTimestamp    *prefect.Time      `json:"state_timestamp"`
	ExpectedStartTime *prefect.Time      `json:"expected_start_time"`
	Worker            *string            `json:"worker"`
}

const poolRunSelect = `SELECT flow_run.id, flow_run.name, flow.name, flow_run.work_queue_id, flow_run.state_type, flow_run.state_name,
		flow_run.state_timestamp, flow_run.expected_start_time, json_extract(flow_run.labels, '$."prefect.worker.name"')
	FROM work_queue CROSS JOIN flow_run ON flow_run.work_queue_id = work_queue.id `

func scanPoolRun(r Row) (*PoolRun, error) {
	var run PoolRun
	err := r.Scan(&run.ID, &run.Name, &run.FlowName, &run.Queue, &run.StateType, &run.StateName,
		&run.StateTimestamp, &run.ExpectedStartTime, &run.Worker)
	return &run, err
}

// PoolActiveRuns returns the runs of a pool that hold a slot, those that have
// held it longest first, at most limit.
func (tx *Tx) PoolActiveRuns(pool uuid.UUID, limit int) ([]*PoolRun, error) {
	return collect(tx, poolRunSelect+`AND `+holdsClaim+`
			JOIN flow ON flow.id = flow_run.flow_id
		WHERE work_queue.work_pool_id = ? ORDER BY flow_run.state_timestamp, flow_run.id LIMIT ?`,
		[]any{pool, limit}, scanPoolRun)
}

// QueueDueRuns returns the runs of a queue that may start now and have not, in
// the order in which they are due, at most limit.
func (tx *Tx) QueueDueRuns(queue uuid.UUID, limit int) ([]*PoolRun, error) {
	return collect(tx, poolRunSelect+`AND flow_run.state_type = 'SCHEDULED' AND flow_run.next_scheduled_start_time <= ?
			JOIN flow ON flow.id = flow_run.flow_id
		WHERE work_queue.id = ? ORDER BY flow_run.next_scheduled_start_time, flow_run.id LIMIT ?`,
		[]any{tx.Now, queue, limit}, scanPoolRun)
}

// CountQueueDue counts the runs of a queue that may start now and have not, and
// stops at most.
func (tx *Tx) CountQueueDue(queue uuid.UUID, most int) (int, error) {
	return tx.count(`SELECT count(*) FROM (SELECT 1 FROM flow_run WHERE work_queue_id = (SELECT ?)
		AND state_type = 'SCHEDULED' AND next_scheduled_start_time <= ? LIMIT ?)`, queue, tx.Now, most)
}
