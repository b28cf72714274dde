package store

import (
	"time"

	"github.com/reevehq/reeve/internal/prefect"
)

// finishedRun says of a flow run that retention may delete it: it is terminal, and no task
// run of another run started it.
const finishedRun = `parent_task_run_id IS NULL AND state_type IN ` + endedTypes

// The index is named since SQLite would rather gather all runs of these states, and sort them.
const (
	oldestFinishedRun  = `SELECT end_time FROM flow_run INDEXED BY flow_run_end WHERE end_time >= ? AND ` + finishedRun + ` ORDER BY end_time LIMIT 1`
	finishedRunsBefore = `SELECT id FROM flow_run INDEXED BY flow_run_end WHERE end_time >= ? AND end_time < ? AND ` + finishedRun + ` ORDER BY end_time LIMIT ?`
)

// OldestFinishedRun is when the first of the runs ended that retention may
// delete, of those that ended from a moment on; false when there is none.
func (tx *Tx) OldestFinishedRun(from time.Time) (time.Time, bool, error) {
	var ended prefect.Time
	err := tx.one(oldestFinishedRun, []any{from}, &ended)
	if err == ErrNoRows {
		return time.Time{}, false, nil
	}
	return ended.Time, err == nil, err
}

// DeleteRunsEnded deletes runs that ended from a moment on and before another, with their
// states, task runs, logs and artifacts, the oldest first: at most about limit rows, and
// fewer when they take long, so that a run with many of them takes several calls. Their
// subflow runs lose their parents and are found by the next call that begins before their end. It
// returns how many rows it deleted.
func (tx *Tx) DeleteRunsEnded(from, before time.Time, limit int) (int, error) {
	tx.within(limit)
	_, err := tx.clearEach(finishedRunsBefore, []any{from, before}, tx.dropFlowRunAndArtifacts)
	return limit - tx.piece.rows, err
}
