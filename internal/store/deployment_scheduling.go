package store

import (
	"maps"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/schedule"
)

// ScheduleSoon asks the scheduler to look at a deployment: at once when it has
// active schedules and is not paused, never else.
func (tx *Tx) ScheduleSoon(deployment uuid.UUID) error {
	_, err := tx.conn.Exec(`UPDATE deployment SET next_scheduling = CASE WHEN paused = 0 AND EXISTS
		(SELECT 1 FROM deployment_schedule AS s WHERE s.deployment_id = deployment.id AND s.active = 1) THEN ? END WHERE id = ?`,
		tx.Now, deployment)
	tx.Touch(Deadlines)
	return err
}

// NextScheduling is when a deployment must next be looked at.
func (tx *Tx) NextScheduling() (at time.Time, ok bool, err error) {
	err = tx.one(`SELECT next_scheduling FROM deployment WHERE next_scheduling IS NOT NULL ORDER BY next_scheduling LIMIT 1`, nil, &at)
	if err == ErrNoRows {
		return at, false, nil
	}
	return at, err == nil, err
}

// DeploymentsToSchedule gives the deployments that are due to be looked at, the
// longest due first.
func (tx *Tx) DeploymentsToSchedule(limit int) ([]uuid.UUID, error) {
	return column[uuid.UUID](tx, `SELECT id FROM deployment WHERE next_scheduling <= ? ORDER BY next_scheduling LIMIT ?`, tx.Now, limit)
}

// ScheduleDeployment makes the runs that a deployment's active schedules should
// have waiting and notes when it must be looked at again. It gives the number of
// new runs, and the schedules that can name no time with the reason.
func (tx *Tx) ScheduleDeployment(id uuid.UUID, goal schedule.Goal) (made int, faulty map[uuid.UUID]error, err error) {
	d, err := tx.ReadDeployment(id)
	if err != nil || d == nil {
		return 0, nil, err
	}
	var again *time.Time
	for _, s := range d.Schedules {
		if !s.Active || d.Paused {
			continue
		}
		plan, err := goal.Plan(&s.Schedule, s.MaxScheduledRuns, tx.Now)
		if err != nil {
			if faulty == nil {
				faulty = map[uuid.UUID]error{}
			}
			faulty[s.ID] = err
			continue
		}
		n, err := tx.CreateScheduledRuns(d, s, plan.Times)
		if err != nil {
			return made, faulty, err
		}
		made += n
		if !plan.Again.IsZero() && (again == nil || plan.Again.Before(*again)) {
			again = &plan.Again
		}
	}
	_, err = tx.conn.Exec(`UPDATE deployment SET next_scheduling = ? WHERE id = ?`, again, id)
	return made, faulty, err
}

// CreateScheduledRuns makes runs of a deployment at the times of one of its
// schedules, without orchestration. Times that have a run are passed over. It
// gives the number of new runs.
func (tx *Tx) CreateScheduledRuns(d *prefect.Deployment, s *prefect.DeploymentSchedule, times []time.Time) (made int, err error) {
	if len(times) == 0 {
		return 0, nil
	}
	base, err := scheduledRun(d, s)
	if err != nil {
		return 0, err
	}
	message := "Flow run scheduled"
	for _, at := range times {
		key := "scheduled " + d.ID.String() + " " + s.ID.String() + " " + schedule.Written(at)
		if there, err := tx.exists(`SELECT 1 FROM flow_run WHERE flow_id = ? AND idempotency_key = ?`, d.FlowID, key); err != nil || there {
			if err != nil {
				return made, err
			}
			continue
		}
		run := *base
		run.ID, run.IdempotencyKey = tx.IDs.V7(), &key
		run.Name = prefect.NewRunName(tx.IDs.Float)
		run.ExpectedStartTime, run.NextScheduledStartTime = prefect.AtPointer(at), prefect.AtPointer(at)
		if _, _, err := tx.CreateFlowRun(&run); err != nil {
			return made, err
		}
		state := prefect.NewState(tx.IDs.V7(), prefect.Scheduled, tx.Now)
		state.Message, state.StateDetails.ScheduledTime = &message, run.ExpectedStartTime
		if err := tx.CreateFlowRunState(run.ID, state); err != nil {
			return made, err
		}
		_, err := tx.conn.Exec(`UPDATE flow_run SET state_id = ?, state_type = ?, state_name = ?, state_timestamp = ? WHERE id = ?`,
			state.ID, state.Type, state.Name, state.Timestamp, run.ID)
		if err != nil {
			return made, err
		}
		made++
	}
	if made > 0 {
		tx.Touch(Deadlines)
	}
	return made, nil
}

// scheduledRun is what the runs of a schedule have in common.
func scheduledRun(d *prefect.Deployment, s *prefect.DeploymentSchedule) (*prefect.FlowRun, error) {
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
	run := &prefect.FlowRun{FlowID: d.FlowID, DeploymentID: &d.ID, DeploymentVersion: d.Version,
		WorkQueueID: d.WorkQueueID, WorkQueueName: d.StoredQueueName, Parameters: parameters,
		InfrastructureDocumentID: d.InfrastructureDocumentID, Tags: append(prefect.Tags{"auto-scheduled"}, d.Tags...),
		Labels: labels, AutoScheduled: true, JobVariables: &prefect.Object{},
		CreatedBy: &prefect.Author{ID: &s.ID, Type: &kind, DisplayValue: &author}}
	run.EmpiricalPolicy.Defaults()
	return run, nil
}
