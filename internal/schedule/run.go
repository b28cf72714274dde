package schedule

import (
	"maps"
	"time"

	"github.com/reevehq/reeve/internal/clock"
	"github.com/reevehq/reeve/internal/prefect"
)

// RunOf is what the runs of one schedule of a deployment have in common.
type RunOf struct {
	run  prefect.FlowRun
	keys string // the beginning of their idempotency keys
}

// NewRunOf makes it. It fails when the parameters of deployment and schedule
// cannot be merged.
func NewRunOf(d *prefect.Deployment, s *prefect.DeploymentSchedule) (*RunOf, error) {
	parameters, err := d.Parameters.Merged(s.Parameters)
	if err != nil {
		return nil, err
	}
	labels := maps.Clone(d.Labels)
	if labels == nil {
		labels = prefect.Labels{}
	}
	labels["prefect.flow.id"] = prefect.Text(d.FlowID.String())
	labels["prefect.deployment.id"] = prefect.Text(d.ID.String())
	author, kind := s.Schedule.Name(), "SCHEDULE"
	if s.Slug != nil && *s.Slug != "" {
		author = *s.Slug
	}
	of := &RunOf{
		run: prefect.FlowRun{FlowID: d.FlowID, DeploymentID: &d.ID, DeploymentVersion: d.Version,
			WorkQueueID: d.WorkQueueID, WorkQueueName: d.StoredQueueName, Parameters: parameters,
			InfrastructureDocumentID: d.InfrastructureDocumentID, Tags: append(prefect.Tags{"auto-scheduled"}, d.Tags...),
			Labels: labels, AutoScheduled: true, JobVariables: &prefect.Object{},
			CreatedBy: &prefect.Author{ID: &s.ID, Type: &kind, DisplayValue: &author}},
		keys: "scheduled " + d.ID.String() + " " + s.ID.String() + " ",
	}
	of.run.EmpiricalPolicy.Defaults()
	return of, nil
}

// Keys is how their idempotency keys begin.
func (o *RunOf) Keys() string { return o.keys }

// Key is the idempotency key of the run at a time: there is one of each time.
func (o *RunOf) Key(at time.Time) string { return o.keys + Written(at) }

// At is the run at a time, with the state that it has from the beginning.
func (o *RunOf) At(at, now time.Time, ids clock.IDs) (*prefect.FlowRun, *prefect.State) {
	run, key, message := o.run, o.Key(at), "Flow run scheduled"
	run.ID, run.IdempotencyKey = ids.V7(), &key
	run.Name = prefect.NewRunName(ids.Float)
	run.ExpectedStartTime, run.NextScheduledStartTime = prefect.AtPointer(at), prefect.AtPointer(at)
	state := prefect.NewState(ids.V7(), prefect.Scheduled, now)
	state.Message, state.StateDetails.ScheduledTime = &message, run.ExpectedStartTime
	return &run, state
}
