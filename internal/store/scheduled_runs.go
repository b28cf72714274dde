package store

import (
	"math"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/prefect"
)

// startable leaves out the runs whose claim is refused, whoever makes it: their deployment
// was deleted, or its limit is 0. They would be first at each poll, in the place of all that
// wait behind them for a slot of their pool.
const startable = `(flow_run.deployment_id IS NULL OR EXISTS (SELECT 1 FROM deployment
		LEFT JOIN concurrency_limit ON concurrency_limit.id = deployment.concurrency_limit_id
		WHERE deployment.id = flow_run.deployment_id AND coalesce(concurrency_limit."limit", 1) > 0))`

// dueRuns is found by the index flow_run_due.
const dueRuns = `SELECT ` + flowRunColumns + flowRunFrom + `
	WHERE flow_run.work_queue_id = ? AND flow_run.state_type = 'SCHEDULED'
		AND flow_run.next_scheduled_start_time BETWEEN ? AND ?
		AND flow_run.retries_in_process = 0
		AND (flow_run.next_scheduled_start_time, flow_run.id) > (?, ?)
		AND flow_run.flow_id NOT IN (SELECT unhex(value) FROM json_each(?))
		AND flow_run.state_name <> ? AND ` + startable + `
	ORDER BY flow_run.next_scheduled_start_time, flow_run.id LIMIT ?`

// DueRuns reads scheduled runs of a queue, the first due first. Those that wait
// inside their process are not for workers.
func (tx *Tx) DueRuns(d dispatch.Due) ([]*prefect.FlowRun, error) {
	from, to := bounds(d.After, d.Before)
	start, last := from, uuid.Nil
	if d.Last != nil {
		start, last = d.Last.NextScheduledStartTime.UnixMicro(), d.Last.ID
	}
	return collect(tx, dueRuns, []any{d.Queue, from, to, start, last, idList(d.Full), d.Except, d.Limit}, scanFlowRun(tx.Now))
}

// bounds are the moments of a range of which either end may be open.
func bounds(after, before *prefect.Time) (from, to int64) {
	from, to = math.MinInt64, math.MaxInt64
	if after != nil {
		from = after.UnixMicro()
	}
	if before != nil {
		to = before.UnixMicro()
	}
	return from, to
}

// NamedQueueSlots counts the runs that were given to a queue by its name and hold
// slots, as agents count them.
func (tx *Tx) NamedQueueSlots(name string) (int, error) {
	return tx.count(`SELECT count(*) FROM flow_run WHERE flow_run.work_queue_name = ? AND `+holdsClaim, name)
}

// NamedQueueRuns returns the scheduled runs of all queues of a name that are due by
// a time, the first due first.
func (tx *Tx) NamedQueueRuns(name string, before *prefect.Time, page prefect.Page) ([]*prefect.FlowRun, error) {
	_, to := bounds(nil, before)
	return collect(tx, `SELECT `+flowRunColumns+flowRunFrom+`
		WHERE flow_run.state_type = 'SCHEDULED' AND flow_run.next_scheduled_start_time <= ?
			AND coalesce(queue.name, flow_run.work_queue_name) = ? AND `+startable+`
		ORDER BY flow_run.next_scheduled_start_time, flow_run.id LIMIT ? OFFSET ?`,
		[]any{to, name, page.Limit, page.Offset}, scanFlowRun(tx.Now))
}

// MarkPolled notes that workers asked for the runs of queues: the queues and
// their deployments become ready.
func (tx *Tx) MarkPolled(queues []*prefect.WorkQueue) error {
	ids := make([]uuid.UUID, len(queues))
	for i, q := range queues {
		ids[i] = q.ID
	}
	_, err := tx.conn.Exec(`UPDATE work_queue SET last_polled = ?, updated = ?
		WHERE id IN (SELECT unhex(value) FROM json_each(?))`, tx.Now, tx.Now, idList(ids))
	if err != nil {
		return err
	}
	for _, q := range queues {
		if q.Status != prefect.NotReady {
			continue
		}
		if err := tx.SetWorkQueueStatus(q, prefect.Ready); err != nil {
			return err
		}
	}
	return tx.MarkDeploymentsReady(nil, ids)
}

// SetWorkQueueStatus returns a queue a status and tells of it.
func (tx *Tx) SetWorkQueueStatus(q *prefect.WorkQueue, status prefect.PoolStatus) error {
	n, err := tx.conn.Exec(`UPDATE work_queue SET status = ?, updated = ? WHERE id = ? AND status <> ?`,
		status, tx.Now, q.ID, status)
	if err != nil || n == 0 {
		return err
	}
	tx.Touch(Deadlines)
	changed := *q
	changed.Status = status
	return tx.Emit(events.WorkQueueStatus(tx.IDs.V7(), tx.Now, &changed))
}

// LateRuns counts the runs of a queue that are late.
func (tx *Tx) LateRuns(queue uuid.UUID) (int, error) {
	return tx.count(`SELECT count(*) FROM flow_run WHERE work_queue_id = ? AND state_type = 'SCHEDULED' AND state_name = 'Late'`, queue)
}
