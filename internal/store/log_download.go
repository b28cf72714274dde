package store

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// ReadFlowRunName returns the name of a flow run, nil when there is none with
// that id.
func (tx *Tx) ReadFlowRunName(id uuid.UUID) (*string, error) {
	names, err := column[string](tx, `SELECT name FROM flow_run WHERE id = ?`, id)
	if err != nil || len(names) == 0 {
		return nil, err
	}
	return &names[0], nil
}

// ReadFlowRunLogs returns logs of a flow run in the order of their time, at most
// limit of those after one that was read before; after is nil at the start.
func (tx *Tx) ReadFlowRunLogs(id uuid.UUID, after *prefect.Log, limit int) ([]*prefect.Log, error) {
	if after == nil {
		return collect(tx, `SELECT `+logColumns+` FROM log WHERE flow_run_id = ? ORDER BY timestamp, sequence LIMIT ?`,
			[]any{id, limit}, scanLog)
	}
	return collect(tx, `SELECT `+logColumns+` FROM log WHERE flow_run_id = ? AND (timestamp, sequence) > (?, ?) ORDER BY timestamp, sequence LIMIT ?`,
		[]any{id, after.Timestamp, after.Sequence, limit}, scanLog)
}
