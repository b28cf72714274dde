package store

import "github.com/google/uuid"

// CountTasksOf counts the task runs of a flow run, and those of them that have ended; it
// looks at so many of them at most.
func (tx *Tx) CountTasksOf(run uuid.UUID, most int) (all, ended int, err error) {
	err = tx.one(`SELECT count(*), count(*) FILTER (WHERE state_type IN `+endedTypes+`)
		FROM (SELECT state_type FROM task_run WHERE flow_run_id = ? LIMIT ?)`, []any{run, most}, &all, &ended)
	return all, ended, err
}
