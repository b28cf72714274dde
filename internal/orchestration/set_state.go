package orchestration

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
)

// SetFlowRunState proposes a state for a flow run and returns what became of it.
// The state belongs to the engine from then on. An unknown run is fault.Absent.
func (e Engine) SetFlowRunState(tx Tx, id uuid.UUID, proposed *prefect.State, o Options) (*prefect.OrchestrationResult, error) {
	run, err := tx.ReadFlowRunForUpdate(id)
	if err != nil {
		return nil, err
	}
	if run == nil {
		return nil, fault.New(fault.Absent, "Flow run with id %s not found", id)
	}
	return e.governFlowRun(tx, run, proposed, o)
}

func (e Engine) governFlowRun(tx Tx, run *FlowRun, proposed *prefect.State, o Options) (*prefect.OrchestrationResult, error) {
	now, ids := tx.Stamp()
	policy := o.Policy
	if o.Force || policy == nil {
		policy = MinimalFlowPolicy
	}
	t := &transition{Engine: e, tx: tx, now: now, ids: ids, run: &run.Run, flow: run,
		initial: run.State, proposed: proposed, options: o}
	if err := t.govern(policy, GlobalFlowPolicy); err != nil {
		return nil, err
	}
	return t.result(), nil
}

// SetTaskRunState proposes a state for a task run and returns what became of it.
// A deferred state goes through the background policy, whatever the options
// say. An unknown run is fault.Absent.
func (e Engine) SetTaskRunState(tx Tx, id uuid.UUID, proposed *prefect.State, o Options) (*prefect.OrchestrationResult, error) {
	run, err := tx.ReadTaskRunForUpdate(id)
	if err != nil {
		return nil, err
	}
	if run == nil {
		return nil, fault.New(fault.Absent, "Task run with id %s not found", id)
	}
	return e.governTaskRun(tx, run, proposed, o)
}

func (e Engine) governTaskRun(tx Tx, run *TaskRun, proposed *prefect.State, o Options) (*prefect.OrchestrationResult, error) {
	now, ids := tx.Stamp()
	policy := o.Policy
	switch {
	case proposed.StateDetails.Deferred != nil && *proposed.StateDetails.Deferred:
		policy = BackgroundTaskPolicy
	case o.Force || policy == nil:
		policy = MinimalTaskPolicy
	}
	t := &transition{Engine: e, tx: tx, now: now, ids: ids, run: &run.Run, task: run,
		initial: run.State, proposed: proposed, options: o}
	if err := t.govern(policy, GlobalTaskPolicy); err != nil {
		return nil, err
	}
	return t.result(), nil
}
