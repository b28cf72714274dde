package store

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// LimitHolder is a lease on slots of a concurrency limit, with whose it is as far
// as that is known.
type LimitHolder struct {
	// Kind is flow_run or task_run, nil when the lease names no holder.
	Kind *string `json:"kind"`
	// Name is that of the task run or the flow run, FlowRunID the flow run it
	// belongs to.
	Name        *string      `json:"name"`
	FlowRunID   *uuid.UUID   `json:"flow_run_id"`
	FlowRunName *string      `json:"flow_run_name"`
	Slots       int          `json:"slots"`
	Since       prefect.Time `json:"since"`
	// Expires is when the slots come back unless the lease is renewed; nil for what holds
	// them as long as it goes on.
	Expires *prefect.Time `json:"expires"`
}

// LimitHolders returns the leases that hold slots of a limit, the oldest first,
// at most limit.
func (tx *Tx) LimitHolders(id uuid.UUID, limit int) ([]*LimitHolder, error) {
	return collect(tx, `SELECT lease.holder_type, coalesce(task_run.name, run.name), coalesce(run.id, caller.id),
			coalesce(run.name, caller.name), lease.slots, lease.created, lease.expires
		FROM concurrency_lease_limit AS held CROSS JOIN concurrency_lease AS lease ON lease.id = held.lease_id AND lease.released = 0
			LEFT JOIN flow_run AS run ON lease.holder_type = 'flow_run' AND run.id = lease.holder_id
			LEFT JOIN task_run ON lease.holder_type = 'task_run' AND task_run.id = lease.holder_id
			LEFT JOIN flow_run AS caller ON caller.id = task_run.flow_run_id
		WHERE held.limit_id = ? ORDER BY lease.created, lease.id LIMIT ?`, []any{id, limit}, func(r Row) (*LimitHolder, error) {
		var h LimitHolder
		return &h, r.Scan(&h.Kind, &h.Name, &h.FlowRunID, &h.FlowRunName, &h.Slots, &h.Since, &h.Expires)
	})
}

// DeploymentTitle returns how a deployment is called, "flow/deployment"; "" when
// there is none with that id.
func (tx *Tx) DeploymentTitle(id uuid.UUID) (title string, err error) {
	err = tx.one(`SELECT flow.name || '/' || deployment.name FROM deployment JOIN flow ON flow.id = deployment.flow_id
		WHERE deployment.id = ?`, []any{id}, &title)
	if err == ErrNoRows {
		return "", nil
	}
	return title, err
}
