package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

const workerColumns = `worker.id, worker.created, worker.updated, worker.name, worker.work_pool_id,
	worker.last_heartbeat_time, worker.heartbeat_interval_seconds, worker.status`

// scanWorker reads a worker; its status is what its last heartbeat says now,
// whatever the row's status still is, unless the server has just woken.
func (tx *Tx) scanWorker() func(Row) (*prefect.Worker, error) {
	return func(r Row) (*prefect.Worker, error) {
		var w prefect.Worker
		var stored prefect.WorkerStatus
		err := r.Scan(&w.ID, &w.Created, &w.Updated, &w.Name, &w.WorkPoolID, &w.LastHeartbeatTime, &w.HeartbeatIntervalSeconds, &stored)
		w.Status = prefect.Offline
		heard := w.LastHeartbeatTime != nil && w.LastHeartbeatTime.After(tx.Now.Add(-silence(w.HeartbeatIntervalSeconds)))
		if heard || stored == prefect.Online && tx.Now.Before(tx.listening) {
			w.Status = prefect.Online
		}
		return &w, err
	}
}

// HeartbeatWorker notes that a worker of a pool is alive, making it when it is
// new, and readies the pool. The interval, in seconds, stays what it was when
// nil. It changes pool.
func (tx *Tx) HeartbeatWorker(pool *prefect.WorkPool, name string, interval *int) error {
	n, err := tx.conn.Exec(`UPDATE worker SET last_heartbeat_time = ?, updated = ?,
			heartbeat_interval_seconds = coalesce(?, heartbeat_interval_seconds)
		WHERE work_pool_id = ? AND name = ? AND status = 'ONLINE'`, tx.Now, tx.Now, interval, pool.ID, name)
	if err != nil {
		return err
	}
	if n == 0 {
		since, err := tx.heardSince(pool.ID, name)
		if err != nil {
			return err
		}
		_, err = tx.conn.Exec(`INSERT INTO worker (id, created, updated, name, work_pool_id, last_heartbeat_time,
				heartbeat_interval_seconds, online_since, status)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'ONLINE')
			ON CONFLICT (work_pool_id, name) DO UPDATE SET last_heartbeat_time = excluded.last_heartbeat_time,
				updated = excluded.updated, status = 'ONLINE', online_since = excluded.online_since,
				heartbeat_interval_seconds = coalesce(excluded.heartbeat_interval_seconds, worker.heartbeat_interval_seconds)`,
			tx.IDs.V4(), tx.Now, tx.Now, name, pool.ID, tx.Now, interval, since)
		if err != nil {
			return err
		}
		tx.Touch(Deadlines)
	}
	if pool.StoredStatus != prefect.NotReady {
		return nil
	}
	tx.Touch(Deadlines)
	return tx.SetWorkPoolStatus(pool, prefect.Ready)
}

// heardSince returns since when a worker that is heard of now, and was offline,
// has been there: since before, when the server slept while it was not heard.
func (tx *Tx) heardSince(pool uuid.UUID, name string) (time.Time, error) {
	var last, since *time.Time
	var interval *int
	err := tx.one(`SELECT last_heartbeat_time, heartbeat_interval_seconds, online_since FROM worker
		WHERE work_pool_id = ? AND name = ?`, []any{pool, name}, &last, &interval, &since)
	if err == ErrNoRows || err == nil && (last == nil || since == nil) {
		return tx.Now, nil
	}
	if err != nil {
		return tx.Now, err
	}
	awake, err := tx.ReadAwakenings(*last, tx.Now)
	if err != nil || len(awake) == 0 {
		return tx.Now, err
	}
	unheard := time.Duration(0)
	for _, a := range awake {
		from, until := a.Woke, a.Until(tx.Now)
		if from.Before(*last) {
			from = *last
		}
		if until.After(from) {
			unheard += until.Sub(from)
		}
	}
	if unheard < silence(interval) {
		return *since, nil
	}
	return tx.Now, nil
}

// silence is how long a worker may not be heard of before it counts as offline.
func silence(interval *int) time.Duration {
	seconds := prefect.DefaultHeartbeatInterval
	if interval != nil && *interval != 0 {
		seconds = *interval
	}
	return time.Duration(seconds*prefect.MissedHeartbeats) * time.Second
}

// DeleteWorker deletes a worker of a pool; false when there is none of that name.
func (tx *Tx) DeleteWorker(pool uuid.UUID, name string) (bool, error) {
	n, err := tx.conn.Exec(`DELETE FROM worker WHERE work_pool_id = ? AND name = ?`, pool, name)
	tx.Touch(Deadlines)
	return n > 0, err
}

// FilterWorkers returns the workers of a pool that meet the filter, the one that
// was heard of last first.
func (tx *Tx) FilterWorkers(pool uuid.UUID, f *prefect.WorkerFilter, page prefect.Page) ([]*prefect.Worker, error) {
	c := and(when("worker.work_pool_id = ?", pool), workerCondition(f))
	return collect(tx, `SELECT `+workerColumns+` FROM worker`+c.where()+` ORDER BY worker.last_heartbeat_time DESC, worker.id LIMIT ? OFFSET ?`,
		append(c.args, page.Limit, page.Offset), tx.scanWorker())
}

// workerCondition restricts a row of worker.
func workerCondition(f *prefect.WorkerFilter) condition {
	if f == nil {
		return condition{}
	}
	var c criteria
	if f.LastHeartbeatTime != nil {
		c.add(between("worker.last_heartbeat_time", f.LastHeartbeatTime))
	}
	if f.Status != nil {
		var status criteria
		texts(&status, "worker.status", f.Status.Any)
		notTexts(&status, "worker.status", f.Status.NotAny)
		c.add(status.join(prefect.And))
	}
	return c.join(f.Operator)
}
