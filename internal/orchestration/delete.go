package orchestration

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/concurrency"
	"github.com/reevehq/reeve/internal/prefect"
)

// FreeFlowRun gives back the slot that a flow run has of its deployment's
// limit: for a run that is about to be deleted. A run that holds leases gives
// back those; one whose slot has none (it was made before leases were kept)
// gives back one slot.
func (e Engine) FreeFlowRun(tx Tx, id uuid.UUID, deployment *uuid.UUID, state prefect.StateType) error {
	leases, err := tx.ReadHeldLeases(id)
	if err != nil {
		return err
	}
	if len(leases) > 0 {
		for _, lease := range leases {
			if err := e.slots.Return(tx, lease.ID); err != nil {
				return err
			}
		}
		return nil
	}
	if deployment == nil || state != prefect.Pending && state != prefect.Running && state != prefect.Cancelling {
		return nil
	}
	d, err := tx.ReadDeploymentLimit(*deployment)
	if err != nil || d == nil || d.Limit == nil {
		return err
	}
	return e.slots.Release(tx, []*concurrency.Limit{d.Limit}, 1, 0)
}
