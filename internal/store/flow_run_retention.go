package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// finishedRun says of a flow run that retention may delete it: it is terminal, and no task
// run of another run started it.
const finishedRun = `parent_task_run_id IS NULL AND state_type IN ` + endedTypes

// OldestFinishedRun is when the first of the runs ended that retention may
// delete; false when there is none.
func (tx *Tx) OldestFinishedRun() (time.Time, bool, error) {
	var ended prefect.Time
	err := tx.one(`SELECT end_time FROM flow_run WHERE end_time IS NOT NULL AND `+finishedRun+` ORDER BY end_time LIMIT 1`, nil, &ended)
	if err == ErrNoRows {
		return time.Time{}, false, nil
	}
	return ended.Time, err == nil, err
}

// DeleteRunsEndedBefore deletes runs that ended before a moment, with their
// states, task runs, logs and artifacts, the oldest first; it touches at most
// about limit runs, logs and artifacts, so that a run with many of them takes
// several calls. Their subflow runs lose their parents and are found by the
// next call. It returns how many rows it deleted.
func (tx *Tx) DeleteRunsEndedBefore(before time.Time, limit int) (int, error) {
	runs, err := column[uuid.UUID](tx, `SELECT id FROM flow_run WHERE end_time < ? AND `+finishedRun+` ORDER BY end_time LIMIT ?`, before, limit)
	if err != nil {
		return 0, err
	}
	total := 0
	for _, run := range runs {
		if total >= limit {
			return total, nil
		}
		n, err := tx.deleteOutput(run, limit-total)
		if total += n; err != nil {
			return total, err
		}
		if total >= limit {
			return total, nil
		}
		if _, err := tx.DeleteFlowRun(run); err != nil {
			return total, err
		}
		total++
	}
	return total, nil
}

// deleteOutput deletes at most limit logs and artifacts of a run and returns how
// many it deleted.
func (tx *Tx) deleteOutput(run uuid.UUID, limit int) (int, error) {
	logs, err := tx.conn.Exec(`DELETE FROM log WHERE sequence IN (SELECT sequence FROM log WHERE flow_run_id = ? LIMIT ?)`, run, limit)
	if err != nil {
		return 0, err
	}
	total := int(logs)
	artifacts, err := column[uuid.UUID](tx, `SELECT id FROM artifact WHERE flow_run_id = ? LIMIT ?`, run, limit-total)
	if err != nil {
		return total, err
	}
	for _, artifact := range artifacts {
		if _, err := tx.DeleteArtifact(artifact); err != nil {
			return total, err
		}
		total++
	}
	return total, nil
}
