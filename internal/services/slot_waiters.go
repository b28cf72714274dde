package services

import (
	"time"

	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// slotWaitersBatch bounds the runs that one piece of work lets go on.
const slotWaitersBatch = 50

// SlotWaiters lets runs be handed out at once that were put off for want of a
// slot of their deployment's limit, when one is free: in whatever way it became
// free, be it that a run ended, a lease ran out, a run was deleted, the limit was
// raised, or slots decay.
type SlotWaiters struct{ engine orchestration.Engine }

// NewSlotWaiters makes the service.
func NewSlotWaiters(e orchestration.Engine) *SlotWaiters { return &SlotWaiters{e} }

// Name implements Service.
func (*SlotWaiters) Name() string { return "slot-waiters" }

// Next implements Service.
func (*SlotWaiters) Next(tx *store.Tx) (at time.Time, ok bool, err error) {
	waiters, decays, err := nextForSlots(tx, 1)
	switch {
	case err != nil || len(waiters) > 0:
		return tx.Now, len(waiters) > 0, err
	case decays != nil:
		return *decays, true, nil
	}
	return at, false, nil
}

// Run implements Service. A run keeps its place in the queue: it is due when it
// first was.
func (s *SlotWaiters) Run(tx *store.Tx) (int, error) {
	waiters, _, err := nextForSlots(tx, slotWaitersBatch)
	if err != nil {
		return 0, err
	}
	for _, w := range waiters {
		due := stateWith(tx, prefect.Scheduled, "A slot of the deployment's concurrency limit is free.")
		due.Name, due.StateDetails.ScheduledTime = dispatch.AwaitingSlot, &w.Since
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

// nextForSlots returns the runs that are next to have the slots that are free and
// are put off all the same: of each deployment as many as it has slots. Those that
// are due already count, and are left out. decays is when the next slot of the others
// is free by itself; nil for never.
func nextForSlots(tx *store.Tx, limit int) (next []store.SlotWaiter, decays *time.Time, err error) {
	deployments, err := tx.SlotWaitersOf()
	if err != nil {
		return nil, nil, err
	}
	for _, deployment := range deployments {
		d, err := tx.ReadDeploymentLimit(deployment)
		if err != nil {
			return nil, nil, err
		}
		if d == nil {
			continue
		}
		if d.Limit != nil {
			if at, ok := d.Limit.Decays(tx.Now); ok && (decays == nil || at.Before(*decays)) {
				decays = &at
			}
		}
		free := min(d.Free(tx.Now), limit-len(next))
		if free <= 0 {
			continue
		}
		waiters, err := tx.ReadSlotWaiters(deployment, free)
		if err != nil {
			return nil, nil, err
		}
		for _, w := range waiters {
			if w.PutOff {
				next = append(next, w)
			}
		}
	}
	return next, decays, nil
}
