package orchestration

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/concurrency"
	"github.com/reevehq/reeve/internal/dispatch"
	"github.com/reevehq/reeve/internal/prefect"
)

// A run takes a slot of its deployment's limit when it becomes pending, so that
// a worker starts nothing for a run that may not run. A lease on the slot, held
// by the run, is renewed by the process that runs it; it ends when the run
// leaves the states that have a process.

// preserveLeaseID keeps the lease's id in the run's states: workers send null.
var preserveLeaseID = transform("PreserveDeploymentConcurrencyLeaseId", func() hooks { return preserveLease{} })

type preserveLease struct{ quiet }

func (preserveLease) before(t *transition) error {
	if t.initial == nil || t.proposed == nil {
		return nil
	}
	if d := &t.proposed.StateDetails; d.DeploymentConcurrencyLeaseID == nil {
		d.DeploymentConcurrencyLeaseID = t.initial.StateDetails.DeploymentConcurrencyLeaseID
	}
	return nil
}

// grace is how long a run may take from its slot until it runs.
func (t *transition) grace(d *DeploymentLimit) time.Duration {
	if d.Grace > 0 {
		return d.Grace
	}
	return t.settings.InitialLease
}

// takeSlot takes a slot of a deployment's limit and leases it to the run. A run
// that holds one already keeps it. The lease is nil when no slot is free.
func (t *transition) takeSlot(d *DeploymentLimit) (*concurrency.Lease, error) {
	held, err := t.heldSlot(d)
	if err != nil {
		return nil, err
	}
	if held != nil {
		return held, t.slots.Renew(t.tx, held.ID, t.grace(d))
	}
	limits := []*concurrency.Limit{d.Limit}
	if d.Limit.Active {
		if taken, err := t.slots.Acquire(t.tx, limits, 1); err != nil || !taken {
			return nil, err
		}
	} else {
		return nil, nil // as in the contract: an inactive limit has no slots to give
	}
	return t.slots.Lease(t.tx, limits, 1, t.grace(d), &concurrency.Holder{Type: concurrency.FlowRunHolder, ID: t.flow.ID})
}

func (t *transition) heldSlot(d *DeploymentLimit) (*concurrency.Lease, error) {
	leases, err := t.tx.ReadHeldLeases(t.flow.ID)
	if err != nil {
		return nil, err
	}
	for _, lease := range leases {
		if len(lease.Limits) == 1 && lease.Limits[0] == d.Limit.ID && isSlotOf(t.initial, lease.ID) {
			return lease, nil
		}
	}
	return nil, nil
}

func isSlotOf(s *prefect.State, lease uuid.UUID) bool {
	return s != nil && s.StateDetails.DeploymentConcurrencyLeaseID != nil && *s.StateDetails.DeploymentConcurrencyLeaseID == lease
}

// secureFlowSlot lets a run become pending only with a slot of its deployment's limit.
var secureFlowSlot = rule{
	name: "SecureFlowConcurrencySlots",
	from: anyState &^ active, to: only(prefect.Pending),
	start: func() hooks { return &secureSlot{} },
}

type secureSlot struct {
	quiet
	taken *concurrency.Lease
}

func (r *secureSlot) before(t *transition) error {
	if t.flow.DeploymentID == nil || t.options.managesSlots() {
		return nil
	}
	d, err := t.tx.ReadDeploymentLimit(*t.flow.DeploymentID)
	switch {
	case err != nil:
		return err
	case d == nil:
		t.abort("Deployment not found.")
		return nil
	case d.Limit == nil:
		return nil
	case d.Limit.Limit == 0:
		t.abort("The deployment concurrency limit is 0. The flow will deadlock if submitted again.")
		return nil
	}
	lease, err := t.takeSlot(d)
	if err != nil {
		return err
	}
	if lease != nil {
		if !isSlotOf(t.initial, lease.ID) {
			r.taken = lease
		}
		t.proposed.StateDetails.DeploymentConcurrencyLeaseID = &lease.ID
		return nil
	}
	if d.Strategy == CancelNew {
		return t.reject(t.cancelled(LimitReached), LimitReached)
	}
	return t.reject(t.scheduled(dispatch.AwaitingSlot, t.now.Add(t.settings.ConcurrencySlotWait)), LimitReached)
}

func (r *secureSlot) cleanup(t *transition) error {
	if r.taken == nil {
		return nil
	}
	if t.validated != nil {
		t.validated.StateDetails.DeploymentConcurrencyLeaseID = nil
	}
	return t.slots.Return(t.tx, r.taken.ID)
}

// validateSlotAtRunning makes sure that a run still has its slot when it starts
// to run: a lease may have expired while its process was being made.
var validateSlotAtRunning = rule{
	name: "ValidateDeploymentConcurrencyAtRunning", from: only(prefect.Pending), to: only(prefect.Running),
	start: func() hooks { return validateSlot{} },
}

type validateSlot struct{ quiet }

func (validateSlot) before(t *transition) error {
	lease := t.initial.StateDetails.DeploymentConcurrencyLeaseID
	t.proposed.StateDetails.DeploymentConcurrencyLeaseID = lease
	if lease == nil || !t.options.keepsLease() || t.flow.DeploymentID == nil {
		return nil
	}
	d, err := t.tx.ReadDeploymentLimit(*t.flow.DeploymentID)
	if err != nil || d == nil || d.Limit == nil {
		return err
	}
	have, err := t.tx.ReadLease(*lease)
	if err != nil {
		return err
	}
	if have != nil && !have.Released {
		return t.slots.Renew(t.tx, have.ID, t.grace(d))
	}
	taken, err := t.takeSlot(d)
	if err != nil {
		return err
	}
	if taken != nil {
		t.proposed.StateDetails.DeploymentConcurrencyLeaseID = &taken.ID
		return nil
	}
	// The process exists: the run cannot wait its turn.
	return t.reject(t.cancelled("Deployment concurrency slot lost during provisioning - no slots available to continue execution"),
		"Deployment concurrency limit reached after lease expiry.")
}

// removeLeaseOfOldClients lets the slot of a client that cannot renew a lease
// be held until the run ends.
var removeLeaseOfOldClients = rule{
	name: "RemoveDeploymentConcurrencyLeaseForOldClientVersions",
	from: only(prefect.Pending), to: only(prefect.Running, prefect.Cancelling),
	start: func() hooks { return oldClientLease{} },
}

type oldClientLease struct{ quiet }

func (oldClientLease) after(t *transition) error {
	lease := t.initial.StateDetails.DeploymentConcurrencyLeaseID
	if lease == nil || t.options.keepsLease() {
		return nil
	}
	have, err := t.tx.ReadLease(*lease)
	if err != nil || have == nil || have.Released {
		return err
	}
	have.Expires = t.now.Add(concurrency.Forever)
	return t.tx.UpdateLease(have)
}

// releaseFlowSlots gives back the slot of a run that leaves the states with a
// process, and whatever an ended run holds. A run that its process will retry
// keeps its slot.
var releaseFlowSlots = transform("ReleaseFlowConcurrencySlots", func() hooks { return releaseFlow{} })

type releaseFlow struct{ quiet }

func (releaseFlow) after(t *transition) error {
	if t.proposed == nil {
		return nil
	}
	switch {
	case t.proposed.Type.IsTerminal():
		return t.slots.EndAll(t.tx, t.flow.ID)
	case t.initial == nil || !active.has(t.initial.Type) || active.has(t.proposed.Type):
		return nil
	case t.proposed.Name == dispatch.AwaitingRetry && t.status == prefect.Reject:
		return nil
	}
	if lease := t.initial.StateDetails.DeploymentConcurrencyLeaseID; lease != nil {
		return t.slots.End(t.tx, *lease)
	}
	return nil
}
