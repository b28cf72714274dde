package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// What is stale: each of these queries is about few rows, since it reads only
// those that are online or ready.
const (
	// lastsUntil is when an online worker counts as offline, in microseconds.
	lastsUntil = `(last_heartbeat_time + coalesce(heartbeat_interval_seconds, ?) * ? * 1000000)`
	// A deployment is polled for itself, by a runner, or with its queue.
	deploymentPolled = `max(deployment.last_polled, coalesce(work_queue.last_polled, deployment.last_polled))`
	readyDeployments = ` FROM deployment LEFT JOIN work_queue ON work_queue.id = deployment.work_queue_id
		WHERE deployment.status = 'READY' AND deployment.last_polled IS NOT NULL`
	poolsWithoutWorkers = ` FROM work_pool WHERE work_pool.status = 'READY' AND NOT EXISTS (
		SELECT 1 FROM worker WHERE worker.work_pool_id = work_pool.id AND worker.status = 'ONLINE')`
)

// Staleness is how long workers, queues and deployments stay ready unheard of.
type Staleness struct {
	// MissedHeartbeats is the number of intervals a worker may be silent.
	MissedHeartbeats int
	// HeartbeatSeconds is the interval of workers that named none.
	HeartbeatSeconds int
	// Queue and Deployment are the times since the last poll.
	Queue, Deployment time.Duration
}

// NextStale is when the first worker, queue or deployment becomes stale; a pool
// that is ready without a worker is stale at once. False when nothing will.
func (tx *Tx) NextStale(s Staleness) (at time.Time, ok bool, err error) {
	earlier := func(t *prefect.Time, after time.Duration) {
		if t == nil {
			return
		}
		// Stale is what lies further back than the limit.
		if due := t.Add(after + time.Microsecond); !ok || due.Before(at) {
			at, ok = due, true
		}
	}
	none, err := tx.exists(`SELECT 1` + poolsWithoutWorkers + ` LIMIT 1`)
	if err != nil {
		return at, false, err
	}
	if none {
		return tx.Now, true, nil
	}
	var worker, queue, deployment *prefect.Time
	err = tx.one(`SELECT min(`+lastsUntil+`) FROM worker WHERE status = 'ONLINE'`,
		[]any{s.HeartbeatSeconds, s.MissedHeartbeats}, &worker)
	if err != nil {
		return at, false, err
	}
	if err = tx.one(`SELECT min(last_polled) FROM work_queue WHERE status = 'READY'`, nil, &queue); err != nil {
		return at, false, err
	}
	if err = tx.one(`SELECT min(`+deploymentPolled+`)`+readyDeployments, nil, &deployment); err != nil {
		return at, false, err
	}
	earlier(worker, 0)
	earlier(queue, s.Queue)
	earlier(deployment, s.Deployment)
	if ok && at.Before(tx.listening) {
		at = tx.listening
	}
	return at, ok, nil
}

// MarkStale marks workers offline and pools, deployments and queues not ready
// that are stale, tells of it, and gives their number.
func (tx *Tx) MarkStale(s Staleness) (n int, err error) {
	if tx.Now.Before(tx.listening) {
		return tx.markPoolsWithoutWorkers()
	}
	workers, err := tx.conn.Exec(`UPDATE worker SET status = 'OFFLINE', updated = ? WHERE status = 'ONLINE' AND `+lastsUntil+` < ?`,
		tx.Now, s.HeartbeatSeconds, s.MissedHeartbeats, tx.Now)
	if err != nil {
		return 0, err
	}
	pools, err := tx.markPoolsWithoutWorkers()
	if err != nil {
		return 0, err
	}
	deployments, err := column[uuid.UUID](tx, `SELECT deployment.id`+readyDeployments+` AND `+deploymentPolled+` < ?`,
		tx.Now.Add(-s.Deployment))
	if err != nil {
		return 0, err
	}
	if err := tx.MarkDeploymentsNotReady(deployments); err != nil {
		return 0, err
	}
	queues, err := collect(tx, `SELECT `+workQueueColumns+workQueueFrom+`
		WHERE work_queue.status = 'READY' AND work_queue.last_polled < ? ORDER BY work_queue.last_polled`,
		[]any{tx.Now.Add(-s.Queue)}, scanWorkQueue)
	if err != nil {
		return 0, err
	}
	for _, q := range queues {
		if err := tx.setWorkQueueStatus(q, prefect.NotReady); err != nil {
			return 0, err
		}
	}
	return int(workers) + pools + len(deployments) + len(queues), nil
}

// markPoolsWithoutWorkers marks pools not ready that have no worker online.
func (tx *Tx) markPoolsWithoutWorkers() (n int, err error) {
	pools, err := collect(tx, `SELECT `+workPoolColumns+poolsWithoutWorkers, nil, scanWorkPool)
	if err != nil {
		return 0, err
	}
	for _, p := range pools {
		if err := tx.SetWorkPoolStatus(p, prefect.NotReady); err != nil {
			return 0, err
		}
	}
	return len(pools), nil
}
