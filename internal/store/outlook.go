package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// nextDue reads the first scheduled run of a queue from a moment on, by the
// index flow_run_due. Up to now, runs of the flows that are full are left out:
// they are due when a slot is free. Later ones may find one.
const nextDue = `SELECT next_scheduled_start_time FROM flow_run
	WHERE work_queue_id = ? AND state_type = 'SCHEDULED' AND next_scheduled_start_time >= ?
		AND retries_in_process = 0
		AND (next_scheduled_start_time > ? OR flow_id NOT IN (SELECT unhex(value) FROM json_each(?)))
	ORDER BY next_scheduled_start_time LIMIT 1`

// FirstDue is when the first scheduled run of a queue is due from a moment on:
// see nextDue for the flows that are full. False when none is.
func (tx *Tx) FirstDue(queue uuid.UUID, from time.Time, full []uuid.UUID) (time.Time, bool, error) {
	return first(tx, nextDue, []any{queue, from, tx.Now, idList(full)}, scanTime)
}

// WorkPools returns all pools by name.
func (tx *Tx) WorkPools() ([]*prefect.WorkPool, error) {
	return collect(tx, `SELECT `+workPoolColumns+` FROM work_pool ORDER BY name`, nil, scanWorkPool)
}

// HasWorker reports whether a pool has a worker that is online or was heard of
// since a moment.
func (tx *Tx) HasWorker(pool uuid.UUID, since time.Time) (bool, error) {
	return tx.exists(`SELECT 1 FROM worker WHERE work_pool_id = ? AND (status = 'ONLINE' OR last_heartbeat_time > ?) LIMIT 1`, pool, since)
}

// ActiveRun is a flow run that has a process, or is about to get or lose one.
type ActiveRun struct {
	ID    uuid.UUID
	Name  string
	State string
}

// ReadActiveRuns returns runs that have a process: pending, running and cancelling
// ones, those that wait in their process for a retry, and paused ones, which
// wait in it too, other than suspended ones.
func (tx *Tx) ReadActiveRuns(limit int) ([]ActiveRun, error) {
	return collect(tx, `SELECT id, name, state_name FROM flow_run WHERE `+holdsClaim+`
		UNION ALL SELECT id, name, state_name FROM flow_run WHERE state_type = 'PAUSED' AND state_name <> 'Suspended'
		UNION ALL SELECT id, name, state_name FROM flow_run WHERE state_type = 'SCHEDULED' AND retries_in_process = 1
		LIMIT ?`, []any{limit}, func(r Row) (a ActiveRun, err error) {
		err = r.Scan(&a.ID, &a.Name, &a.State)
		return a, err
	})
}
