package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
)

// OwnedFlowRun is a run that somebody has in hand, with the signs of their life.
type OwnedFlowRun struct {
	ID uuid.UUID
	orchestration.Signs
}

const ownedRuns = `SELECT run.id, run.state_type, run.state_name, run.state_timestamp, run.next_scheduled_start_time,
		run.retries_in_process, run.deployment_id IS NOT NULL, pool.type, run.hand_outs,
		coalesce(json_extract(run.labels, '$."prefect.worker.name"'), ''),
		max(coalesce(worker.last_heartbeat_time, 0), CASE WHEN pool.id IS NULL THEN coalesce(deployment.last_polled, 0) ELSE 0 END),
		max(coalesce(beat.heard, 0), coalesce((SELECT created FROM log WHERE log.flow_run_id = run.id ORDER BY timestamp DESC LIMIT 1), 0))
	FROM flow_run AS run
		LEFT JOIN deployment ON deployment.id = run.deployment_id
		LEFT JOIN work_queue AS queue ON queue.id = run.work_queue_id
		LEFT JOIN work_pool AS pool ON pool.id = queue.work_pool_id
		LEFT JOIN worker ON worker.work_pool_id = pool.id AND worker.name = json_extract(run.labels, '$."prefect.worker.name"')
		LEFT JOIN flow_run_heartbeat AS beat ON beat.flow_run_id = run.id `

func (tx *Tx) scanOwned(r Row) (*OwnedFlowRun, error) {
	var o OwnedFlowRun
	var deployed bool
	var kind *string
	err := r.Scan(&o.ID, &o.State, &o.Name, &o.Since, &o.Due, &o.InProcess, &deployed, &kind, &o.HandOuts, &o.Worker, &o.WorkerHeard, &o.Heard)
	o.Listening = tx.listening
	switch {
	case kind != nil && *kind == prefect.ProcessPoolType:
		o.Place = orchestration.Processes
	case kind != nil:
		o.Place = orchestration.Elsewhere
	case deployed:
		o.Place = orchestration.Served
	}
	return &o, err
}

// ReadOwnedFlowRun returns the signs of life of one run, nil when there is none
// with that id or it has no state.
func (tx *Tx) ReadOwnedFlowRun(id uuid.UUID) (*OwnedFlowRun, error) {
	run, _, err := first(tx, ownedRuns+`WHERE run.id = ? AND run.state_type IS NOT NULL`, []any{id}, tx.scanOwned)
	return run, err
}

// NextOwnerLook is when to look after the first run; false without any.
func (tx *Tx) NextOwnerLook() (time.Time, bool, error) {
	return first(tx, `SELECT owner_due FROM flow_run WHERE owner_due IS NOT NULL ORDER BY owner_due LIMIT 1`, nil, scanTime)
}

// ReadDueOwnedFlowRuns returns runs to look after by a time, the first ones first.
func (tx *Tx) ReadDueOwnedFlowRuns(by time.Time, limit int) ([]*OwnedFlowRun, error) {
	return collect(tx, ownedRuns+`WHERE run.owner_due <= ? ORDER BY run.owner_due LIMIT ?`, []any{by, limit}, tx.scanOwned)
}

// SetOwnerLook stores when to look after a run again, nil for never.
func (tx *Tx) SetOwnerLook(run uuid.UUID, at *prefect.Time) error {
	tx.Touch(Deadlines)
	_, err := tx.conn.Exec(`UPDATE flow_run SET owner_due = ? WHERE id = ?`, at, run)
	return err
}

// NoteHandOut counts that a run is handed out again, and takes from it what says
// where its process is: it has none.
func (tx *Tx) NoteHandOut(run uuid.UUID) error {
	if _, err := tx.conn.Exec(`UPDATE flow_run SET infrastructure_pid = NULL, hand_outs = hand_outs + 1 WHERE id = ?`, run); err != nil {
		return err
	}
	return tx.ClaimFlowRun(run, nil)
}
