package orchestration

import (
	"fmt"

	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/prefect"
)

// A flow's limit is kept where runs are handed out: what is over it is not
// shown to workers and stays scheduled. The rule here is for two workers that
// hold the answers of polls made before either claimed a run.

// secureFlowLimit lets a run of a deployment become pending only within its
// flow's limit. A refused run keeps its place: it is due again at once, and
// handed out when there is room.
var secureFlowLimit = rule{
	name: "ReeveSecureFlowLimit",
	from: anyState &^ active, to: only(prefect.Pending),
	start: func() hooks { return flowLimit{} },
}

type flowLimit struct{ quiet }

func (flowLimit) before(t *transition) error {
	if t.flow.DeploymentID == nil || t.retriesInProcess() {
		return nil
	}
	limit, err := t.tx.ReadFlowLimit(t.flow.FlowID)
	if err != nil || limit == nil || !limit.Full() {
		return err
	}
	return t.reject(t.waitInPlace(fmt.Sprintf("Flow %s has %d of at most %d active runs.", limit.Name, limit.Active, limit.Max)),
		"Flow concurrency limit reached.")
}

// retriesInProcess reports whether the run waits inside its process: it is active then.
func (t *transition) retriesInProcess() bool {
	return t.initial != nil && t.flow.Standing().RetriesInProcess()
}

// freeFlowLimit tells workers when a run stops being one of its flow's active runs.
var freeFlowLimit = transform("ReeveFreeFlowLimit", func() hooks { return freeLimit{} })

type freeLimit struct{ quiet }

func (freeLimit) after(t *transition) error {
	if t.proposed == nil || t.initial == nil || t.flow.DeploymentID == nil || active.has(t.proposed.Type) ||
		!active.has(t.initial.Type) && t.initial.Name != dispatch.AwaitingRetry {
		return nil
	}
	limit, err := t.tx.ReadFlowLimit(t.flow.FlowID)
	if err != nil || limit == nil || limit.Full() {
		return err
	}
	return t.tx.TellFlowSlotFreed(t.flow.FlowID)
}
