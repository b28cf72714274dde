package orchestration

import (
	"errors"
	"maps"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// CreateFlowRun makes a flow run and gives it its first state, under the
// minimal policy. The run's id is drawn when it has none; its labels are
// completed by those of its deployment, or else its flow. state may be nil.
//
// When the flow has a run with the same idempotency key, that one is given,
// created is false and nothing is written. A run that was made is given as it
// was passed in, with its state; read it again for the names of its queue and
// pool. A flow that does not exist is a fault.Conflict.
func (e Engine) CreateFlowRun(tx Tx, run *prefect.FlowRun, state *prefect.State, o Options) (made *prefect.FlowRun, created bool, err error) {
	now, ids := tx.Stamp()
	if run.ID == uuid.Nil {
		run.ID = ids.V7()
	}
	if run.Labels, err = flowRunLabels(tx, run); err != nil {
		return nil, false, err
	}
	r := NewFlowRun(run)
	if state == nil {
		return tx.CreateFlowRun(run, r)
	}
	r.make = func() (err error) {
		made, created, err = tx.CreateFlowRun(run, r)
		return known(created, err)
	}
	o.Force = true
	result, err := e.governFlowRun(tx, r, state, o)
	if err != nil {
		return made, false, unlessKnown(err)
	}
	made.State, made.StateID, made.StateType, made.StateName, made.StateTimestamp = result.State, r.StateID, r.StateType, r.StateName, r.StateTimestamp
	made.RunCount, made.ExpectedStartTime, made.NextScheduledStartTime = r.RunCount, r.ExpectedStartTime, r.NextScheduledStartTime
	made.StartTime, made.EndTime, made.TotalRunTime, made.EmpiricalPolicy = r.StartTime, r.EndTime, r.TotalRunTime, r.Policy
	made.Estimate(now)
	return made, true, nil
}

// flowRunLabels are a run's labels: those of what it comes from, the system's
// and its own, the later before the earlier.
func flowRunLabels(tx Tx, run *prefect.FlowRun) (prefect.Labels, error) {
	if run.DeploymentID != nil {
		flow, labels, found, err := tx.ReadDeploymentLabels(*run.DeploymentID)
		if err != nil {
			return nil, err
		}
		if found {
			return merge(labels, prefect.Labels{
				"prefect.flow.id":       prefect.Text(flow.String()),
				"prefect.deployment.id": prefect.Text(run.DeploymentID.String()),
			}, run.Labels), nil
		}
	}
	labels, err := tx.ReadFlowLabels(run.FlowID)
	return merge(labels, prefect.Labels{"prefect.flow.id": prefect.Text(run.FlowID.String())}, run.Labels), err
}

func merge(all ...prefect.Labels) prefect.Labels {
	merged := prefect.Labels{}
	for _, labels := range all {
		maps.Copy(merged, labels)
	}
	return merged
}

// CreateTaskRun makes a task run and gives it its first state, under the
// minimal policy (the background one when the state is deferred). What holds
// for CreateFlowRun holds for it; a run is known again by its flow run, task key
// and dynamic key.
func (e Engine) CreateTaskRun(tx Tx, run *prefect.TaskRun, state *prefect.State, o Options) (made *prefect.TaskRun, created bool, err error) {
	now, ids := tx.Stamp()
	if run.ID == uuid.Nil {
		run.ID = ids.V7()
	}
	if run.FlowRunID == nil {
		if made, err = tx.ReadBackgroundTaskRun(run.TaskKey, run.DynamicKey); err != nil || made != nil {
			return made, false, err
		}
	} else {
		labels, err := tx.ReadFlowRunLabels(*run.FlowRunID)
		if err != nil {
			return nil, false, err
		}
		run.Labels = merge(labels, prefect.Labels{"prefect.flow-run.id": prefect.Text(run.FlowRunID.String())}, run.Labels)
	}
	r := NewTaskRun(run)
	if state == nil {
		return tx.CreateTaskRun(run, r)
	}
	r.make = func() (err error) {
		made, created, err = tx.CreateTaskRun(run, r)
		return known(created, err)
	}
	o.Force = true
	result, err := e.governTaskRun(tx, r, state, o)
	if err != nil {
		return made, false, unlessKnown(err)
	}
	made.State, made.StateID, made.StateType, made.StateName, made.StateTimestamp = result.State, r.StateID, r.StateType, r.StateName, r.StateTimestamp
	made.RunCount, made.FlowRunRunCount = r.RunCount, r.FlowRunRunCount
	made.ExpectedStartTime, made.NextScheduledStartTime = r.ExpectedStartTime, r.NextScheduledStartTime
	made.StartTime, made.EndTime, made.TotalRunTime = r.StartTime, r.EndTime, r.TotalRunTime
	made.Estimate(now)
	return made, true, nil
}

// errKnown ends the making of a run that is there already: it keeps the state it has.
var errKnown = errors.New("there is such a run")

func known(created bool, err error) error {
	if err == nil && !created {
		return errKnown
	}
	return err
}

func unlessKnown(err error) error {
	if err == errKnown {
		return nil
	}
	return err
}
