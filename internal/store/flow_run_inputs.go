package store

import (
	"slices"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

const flowRunInputColumns = `id, created, updated, flow_run_id, key, value, sender`

func scanFlowRunInput(r Row) (*prefect.FlowRunInput, error) {
	var in prefect.FlowRunInput
	err := r.Scan(&in.ID, &in.Created, &in.Updated, &in.FlowRunID, &in.Key, &in.Value, &in.Sender)
	return &in, err
}

// CreateFlowRunInput stores an input, whose id and times it sets; false when the
// run has one of that key.
func (tx *Tx) CreateFlowRunInput(in *prefect.FlowRunInput) (bool, error) {
	in.ID, in.Created, in.Updated = tx.IDs.V4(), prefect.AtPointer(tx.Now), prefect.AtPointer(tx.Now)
	n, err := tx.conn.Exec(`INSERT INTO flow_run_input (`+flowRunInputColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (flow_run_id, key) DO NOTHING`,
		in.ID, in.Created, in.Updated, in.FlowRunID, in.Key, in.Value, in.Sender)
	return n > 0, err
}

// ReadFlowRunInput returns a run's input of a key, nil when there is none.
func (tx *Tx) ReadFlowRunInput(run uuid.UUID, key string) (*prefect.FlowRunInput, error) {
	in, _, err := first(tx, `SELECT `+flowRunInputColumns+` FROM flow_run_input WHERE flow_run_id = ? AND key = ?`,
		[]any{run, key}, scanFlowRunInput)
	return in, err
}

// FilterFlowRunInputs returns a run's inputs whose key begins with prefix and is
// none of the excluded, oldest first; a limit below 0 is none.
func (tx *Tx) FilterFlowRunInputs(run uuid.UUID, prefix string, exclude []string, limit int) ([]*prefect.FlowRunInput, error) {
	all, err := collect(tx, `SELECT `+flowRunInputColumns+` FROM flow_run_input
		WHERE flow_run_id = ? AND substr(key, 1, length(?)) = ? ORDER BY created, id`, []any{run, prefix, prefix}, scanFlowRunInput)
	if err != nil {
		return nil, err
	}
	found := slices.DeleteFunc(all, func(in *prefect.FlowRunInput) bool { return slices.Contains(exclude, in.Key) })
	if limit >= 0 && len(found) > limit {
		found = found[:limit]
	}
	return found, nil
}

// DeleteFlowRunInputs deletes a run's inputs of those keys.
func (tx *Tx) DeleteFlowRunInputs(run uuid.UUID, keys []string) error {
	_, err := tx.conn.Exec(`DELETE FROM flow_run_input WHERE flow_run_id = ? AND key IN (SELECT value FROM json_each(?))`, run, JSON(keys))
	return err
}

// DeleteFlowRunInput deletes a run's input of a key; false when there is none.
func (tx *Tx) DeleteFlowRunInput(run uuid.UUID, key string) (bool, error) {
	n, err := tx.conn.Exec(`DELETE FROM flow_run_input WHERE flow_run_id = ? AND key = ?`, run, key)
	return n > 0, err
}
