package orchestration

import "github.com/google/uuid"

// FreeRun returns back every slot that a run holds: for a run that is about to be
// deleted. A run without leases has no slots.
func (e Engine) FreeRun(tx Tx, id uuid.UUID) error {
	leases, err := tx.ReadHeldLeases(id)
	if err != nil {
		return err
	}
	for _, lease := range leases {
		if err := e.slots.Return(tx, lease.ID); err != nil {
			return err
		}
	}
	return nil
}
