package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
)

// taskOwnerLook is when to look after a task run, of which those who wait for
// deadlines are told.
func (tx *Tx) taskOwnerLook(flowRun *uuid.UUID, state *prefect.StateType, name *string, due *prefect.Time) *prefect.Time {
	look := orchestration.TaskOwnerLook(tx.Now, flowRun, state, name, due)
	if look != nil {
		tx.Touch(Deadlines)
	}
	return look
}

// OwnedTaskRun is a task run that belongs to no flow run and that somebody has in
// hand, with the signs of their life.
type OwnedTaskRun struct {
	ID uuid.UUID
	orchestration.Signs
	// Delivered is the state in which a task worker took it, nil when none did.
	Delivered *uuid.UUID
}

// A worker that took the run in a state before its present, deferred one has
// nothing to do with it any more. One is there while it is subscribed to a server that is.
const (
	ownedTaskRunsOfOne  = ownedTaskRunsOf + `worker.session = ? THEN ? ELSE max(coalesce(worker.gone, worker.subscribed, 0)` + ownedTaskRunsFrom
	ownedTaskRunsOfMany = ownedTaskRunsOf + `(worker.session = ? OR replica.expires > ` + databaseNow + `) THEN ?
			ELSE max(coalesce(worker.gone, replica.expires, worker.subscribed, 0)` + ownedTaskRunsFrom + `LEFT JOIN replica ON replica.session = worker.session `
	ownedTaskRunsOf = `SELECT run.id, run.state_type, run.state_name, run.state_timestamp, coalesce(state.state_details, '{}'),
		coalesce(delivery.worker, ''), delivery.state_id, coalesce(delivery.hand_outs, 0),
		CASE WHEN worker.gone IS NULL AND `
	ownedTaskRunsFrom = `, coalesce(delivery.delivered, 0)) END,
		coalesce((SELECT created FROM log WHERE log.task_run_id = run.id ORDER BY timestamp DESC LIMIT 1), 0)
	FROM task_run AS run
		LEFT JOIN task_run_state AS state ON state.id = run.state_id
		LEFT JOIN task_run_delivery AS delivery ON delivery.task_run_id = run.id
			AND (delivery.state_id = run.state_id OR run.state_type <> 'SCHEDULED' OR coalesce(CAST(state.state_details ->> 'deferred' AS TEXT), '0') NOT IN ('1', 'true'))
		LEFT JOIN task_worker AS worker ON worker.name = delivery.worker `
)

func (tx *Tx) ownedTaskRuns() string { return tx.either(ownedTaskRunsOfOne, ownedTaskRunsOfMany) }

func (tx *Tx) scanOwnedTask(r Row) (*OwnedTaskRun, error) {
	var o OwnedTaskRun
	var details prefect.StateDetails
	err := r.Scan(&o.ID, &o.State, &o.Name, &o.Since, JSON(&details), &o.Worker, &o.Delivered, &o.HandOuts, &o.WorkerHeard, &o.Heard)
	o.Due, o.Listening = details.ScheduledTime, tx.listening
	o.InProcess = o.Name == dispatch.AwaitingRetry && (details.Deferred == nil || !*details.Deferred)
	return &o, err
}

// NextTaskOwnerLook is when to look after the first task run; false without any.
func (tx *Tx) NextTaskOwnerLook() (time.Time, bool, error) {
	return first(tx, `SELECT owner_due FROM task_run WHERE owner_due IS NOT NULL ORDER BY owner_due LIMIT 1`, nil, scanTime)
}

// ReadDueOwnedTaskRuns returns task runs to look after by a time, the first ones first.
func (tx *Tx) ReadDueOwnedTaskRuns(by time.Time, limit int) ([]*OwnedTaskRun, error) {
	return collect(tx, tx.ownedTaskRuns()+`WHERE run.owner_due <= ? ORDER BY run.owner_due LIMIT ?`,
		[]any{tx.session, tx.Now, by, limit}, tx.scanOwnedTask)
}

// ReadOwnedTaskRun returns a task run that belongs to no flow run with the signs of
// life of whoever has it in hand; nil when there is none.
func (tx *Tx) ReadOwnedTaskRun(run uuid.UUID) (*OwnedTaskRun, error) {
	owned, ok, err := first(tx, tx.ownedTaskRuns()+`WHERE run.id = ? AND run.flow_run_id IS NULL`, []any{tx.session, tx.Now, run}, tx.scanOwnedTask)
	if err != nil || !ok {
		return nil, err
	}
	return owned, nil
}

// SetTaskOwnerLook stores when to look after a task run again, nil for never.
func (tx *Tx) SetTaskOwnerLook(run uuid.UUID, at *prefect.Time) error {
	tx.Touch(Deadlines)
	_, err := tx.conn.Exec(`UPDATE task_run SET owner_due = ? WHERE id = ?`, at, run)
	return err
}

// CountTaskRunHandOut notes that a task run is handed out again.
func (tx *Tx) CountTaskRunHandOut(run uuid.UUID) error {
	_, err := tx.conn.Exec(`UPDATE task_run_delivery SET hand_outs = hand_outs + 1 WHERE task_run_id = ?`, run)
	return err
}
