package orchestration

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/prefect"
)

// A work pool's limit is kept where runs are handed out, as the contract has it.
// The rule here is for two workers that hold the answers of polls made before
// either claimed a run. It counts cancelling runs too, which the contract's
// polls do not: their processes are there.

// securePoolLimit lets a run of a work pool become pending only within the
// pool's limit. A refused run keeps its place, as one over its flow's limit does.
var securePoolLimit = rule{
	name: "ReeveSecureWorkPoolLimit",
	from: anyState &^ active, to: only(prefect.Pending),
	start: func() hooks { return poolLimit{} },
}

type poolLimit struct{ quiet }

func (poolLimit) before(t *transition) error {
	if t.flow.WorkQueueID == nil || t.flow.DeploymentID == nil || t.retriesInProcess() {
		return nil
	}
	limit, err := t.tx.ReadPoolLimit(*t.flow.WorkQueueID)
	if err != nil || limit == nil || !limit.Full() {
		return err
	}
	return t.reject(t.waitInPlace(fmt.Sprintf("Work pool %s has %d of at most %d active runs.", limit.Name, limit.Active, limit.Max)),
		"Work pool concurrency limit reached.")
}

// waitInPlace makes the state of a run that is due but finds no slot: it stays
// due when it was.
func (t *transition) waitInPlace(why string) *prefect.State {
	at := t.now
	if t.initial != nil && t.initial.StateDetails.ScheduledTime != nil && t.initial.StateDetails.ScheduledTime.Before(at) {
		at = t.initial.StateDetails.ScheduledTime.Time
	}
	waiting := t.scheduled(dispatch.AwaitingSlot, at)
	waiting.Message = &why
	return waiting
}

// freePoolLimit tells a pool's workers when a run ends that left them, or its
// queue, no slot.
var freePoolLimit = transform("ReeveFreeWorkPoolLimit", func() hooks { return freePool{} })

type freePool struct{ quiet }

func (freePool) after(t *transition) error {
	if t.proposed == nil || t.initial == nil || t.flow.WorkQueueID == nil || active.has(t.proposed.Type) || !active.has(t.initial.Type) {
		return nil
	}
	for _, read := range []func(uuid.UUID) (*dispatch.Limit, error){t.tx.ReadPoolLimit, t.tx.ReadWorkQueueLimit} {
		limit, err := read(*t.flow.WorkQueueID)
		if err != nil {
			return err
		}
		if limit != nil && limit.Active == limit.Max-1 {
			return t.tx.TellPoolSlotFreed(*t.flow.WorkQueueID)
		}
	}
	return nil
}
