package services

import (
	"time"

	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// slotWaitersBatch bounds the runs that one piece of work lets go on.
const slotWaitersBatch = 50

// SlotWaiters lets runs be handed out at once that were put off for want of a
// slot of their deployment's limit, when one is free: in whatever way it became
// free, be it that a run ended, a lease ran out, a run was deleted or the limit
// was raised.
type SlotWaiters struct{ engine orchestration.Engine }

// NewSlotWaiters makes the service.
func NewSlotWaiters(e orchestration.Engine) *SlotWaiters { return &SlotWaiters{e} }

// Name implements Service.
func (*SlotWaiters) Name() string { return "slot-waiters" }

// Next implements Service.
func (*SlotWaiters) Next(tx *store.Tx) (time.Time, bool, error) {
	waiters, err := tx.ReadSlotWaiters(1)
	return tx.Now, len(waiters) > 0, err
}

// Run implements Service. A run keeps its place in the queue: it is due when it
// first was.
func (s *SlotWaiters) Run(tx *store.Tx) (int, error) {
	waiters, err := tx.ReadSlotWaiters(slotWaitersBatch)
	if err != nil {
		return 0, err
	}
	for _, w := range waiters {
		due := stateWith(tx, prefect.Scheduled, "A slot of the deployment's concurrency limit is free.")
		due.Name, due.StateDetails.ScheduledTime = "AwaitingConcurrencySlot", &w.Since
		if _, err := s.engine.SetFlowRunState(tx, w.ID, due, orchestration.Options{}); err != nil {
			return 0, err
		}
		if w.Queue != nil {
			if err := tx.TellPoolSlotFreed(*w.Queue); err != nil {
				return 0, err
			}
		}
	}
	return len(waiters), nil
}
