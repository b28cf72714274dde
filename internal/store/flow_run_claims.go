package store

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// ClaimFlowRun returns a run the labels of the worker that claims it, in place of
// those of whoever had it before.
func (tx *Tx) ClaimFlowRun(run uuid.UUID, worker prefect.Labels) error {
	var labels prefect.Labels
	if err := tx.one(`SELECT labels FROM flow_run WHERE id = ?`, []any{run}, JSON(&labels)); err != nil {
		return err
	}
	changed := len(worker) > 0
	for _, name := range prefect.OwnerLabels() {
		if _, had := labels[name]; had {
			delete(labels, name)
			changed = true
		}
	}
	if !changed {
		return nil
	}
	_, err := tx.conn.Exec(`UPDATE flow_run SET labels = ? WHERE id = ?`, JSON(labels.Merged(worker)), run)
	return err
}
