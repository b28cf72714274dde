package orchestration

import "github.com/reevehq/reeve/internal/prefect"

const late = "Late"

// ensureOnlyScheduledMarkedLate keeps runs that are no longer waiting, or are
// late already, from being marked late.
var ensureOnlyScheduledMarkedLate = rule{
	name: "EnsureOnlyScheduledFlowsMarkedLate", from: anyState, to: only(prefect.Scheduled),
	start: func() hooks { return onlyScheduledLate{} },
}

type onlyScheduledLate struct{ quiet }

func (onlyScheduledLate) before(t *transition) error {
	switch {
	case t.initial == nil || t.proposed.Name != late:
	case t.initial.Type != prefect.Scheduled:
		return t.reject(nil, "Only scheduled flows can be marked late.")
	case t.initial.Name == late:
		return t.reject(nil, "This flow run is already marked late.")
	}
	return nil
}

// enforceSlotOnLate cancels a run that falls late when its deployment's limit
// is full and says that new runs are cancelled then: such a run may never get
// to where secureFlowSlot would find that out.
var enforceSlotOnLate = rule{
	name: "EnforceDeploymentConcurrencyOnLate", from: only(prefect.Scheduled), to: only(prefect.Scheduled),
	start: func() hooks { return slotOnLate{} },
}

type slotOnLate struct{ quiet }

func (slotOnLate) before(t *transition) error {
	if t.proposed.Name != late || t.flow.DeploymentID == nil {
		return nil
	}
	d, err := t.tx.ReadDeploymentLimit(*t.flow.DeploymentID)
	if err != nil || d == nil || d.Strategy != CancelNew || !d.Full(t.now) {
		return err
	}
	return t.reject(t.cancelled(LimitReached),
		"Deployment concurrency limit is full and uses the CANCEL_NEW strategy.")
}
