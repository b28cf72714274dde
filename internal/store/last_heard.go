package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// When workers, queues and deployments were last heard of: each of these queries
// is about few rows, since it reads only those that are online or ready.
const (
	// lastsUntil is when an online worker counts as offline, in microseconds.
	lastsUntil = `(last_heartbeat_time + coalesce(heartbeat_interval_seconds, ?) * ? * 1000000)`
	// A deployment is polled for itself, by a runner, or with its queue.
	deploymentPolled = `max(deployment.last_polled, coalesce(work_queue.last_polled, deployment.last_polled))`
	readyDeployments = ` FROM deployment LEFT JOIN work_queue ON work_queue.id = deployment.work_queue_id
		WHERE deployment.status = 'READY' AND deployment.last_polled IS NOT NULL`
)

// Heartbeats are those that a worker may miss.
type Heartbeats struct {
	// Missed is the number of intervals a worker may be silent.
	Missed int
	// Seconds is the interval of workers that named none.
	Seconds int
}

// Listening is from when on somebody's silence means something: see Store.Awake.
func (tx *Tx) Listening() time.Time { return tx.listening }

// FirstSilence is when the first worker that is online will have missed too many
// heartbeats, nil without one.
func (tx *Tx) FirstSilence(h Heartbeats) (at *prefect.Time, err error) {
	err = tx.one(`SELECT min(`+lastsUntil+`) FROM worker WHERE status = 'ONLINE'`, []any{h.Seconds, h.Missed}, &at)
	return at, err
}

// MarkWorkersOffline marks workers offline that have missed too many heartbeats,
// and returns their number.
func (tx *Tx) MarkWorkersOffline(h Heartbeats) (int, error) {
	n, err := tx.conn.Exec(`UPDATE worker SET status = 'OFFLINE', updated = ? WHERE status = 'ONLINE' AND `+lastsUntil+` < ?`,
		tx.Now, h.Seconds, h.Missed, tx.Now)
	return int(n), err
}

// ReadyPoolsWithoutWorkers returns pools that are ready though no worker is online.
func (tx *Tx) ReadyPoolsWithoutWorkers(limit int) ([]*prefect.WorkPool, error) {
	return collect(tx, `SELECT `+workPoolColumns+` FROM work_pool WHERE work_pool.status = 'READY' AND NOT EXISTS (
		SELECT 1 FROM worker WHERE worker.work_pool_id = work_pool.id AND worker.status = 'ONLINE') LIMIT ?`, []any{limit}, scanWorkPool)
}

// FirstQueuePoll is the poll of the ready queue that was polled longest ago, nil
// without one.
func (tx *Tx) FirstQueuePoll() (at *prefect.Time, err error) {
	err = tx.one(`SELECT min(last_polled) FROM work_queue WHERE status = 'READY'`, nil, &at)
	return at, err
}

// ReadUnpolledQueues returns ready queues that were not polled since a moment.
func (tx *Tx) ReadUnpolledQueues(since time.Time) ([]*prefect.WorkQueue, error) {
	return collect(tx, `SELECT `+workQueueColumns+workQueueFrom+`
		WHERE work_queue.status = 'READY' AND work_queue.last_polled < ? ORDER BY work_queue.last_polled`, []any{since}, scanWorkQueue)
}

// FirstDeploymentPoll is the poll of the ready deployment that was polled longest
// ago, nil without one.
func (tx *Tx) FirstDeploymentPoll() (at *prefect.Time, err error) {
	err = tx.one(`SELECT min(`+deploymentPolled+`)`+readyDeployments, nil, &at)
	return at, err
}

// ReadUnpolledDeployments returns the ids of ready deployments that were not polled
// since a moment.
func (tx *Tx) ReadUnpolledDeployments(since time.Time) ([]uuid.UUID, error) {
	return column[uuid.UUID](tx, `SELECT deployment.id`+readyDeployments+` AND `+deploymentPolled+` < ?`, since)
}
