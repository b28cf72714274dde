package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/schedule"
)

// ScheduleSoon asks the scheduler to look at a deployment: at once when it has
// active schedules and is not paused, never else. What was computed of the
// deployment's schedules before is out of date. Schedules that are not followed miss
// their times from now on.
func (tx *Tx) ScheduleSoon(deployment uuid.UUID) error {
	if err := tx.missTimes(deployment); err != nil {
		return err
	}
	_, err := tx.conn.Exec(`UPDATE deployment SET schedule_revision = schedule_revision + 1,
		next_scheduling = CASE WHEN paused = 0 AND EXISTS (SELECT 1 FROM deployment_schedule AS s
			WHERE s.deployment_id = deployment.id AND s.active = 1 AND s.set_aside IS NULL) THEN ? END WHERE id = ?`,
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

// DeploymentsToSchedule returns the deployments that are due to be looked at, the
// longest due first.
func (tx *Tx) DeploymentsToSchedule(limit int) ([]uuid.UUID, error) {
	return column[uuid.UUID](tx, `SELECT id FROM deployment WHERE next_scheduling <= ? ORDER BY next_scheduling LIMIT ?`, tx.Now, limit)
}

// Scheduling is a deployment as it was when the times of its schedules were
// computed, and what came of it.
type Scheduling struct {
	Deployment *prefect.Deployment
	schedule.DeploymentPlan

	revision int64
}

// ReadScheduling reads a deployment to compute the times of its schedules; nil
// when there is none with that id.
func (tx *Tx) ReadScheduling(id uuid.UUID) (*Scheduling, error) {
	d, err := tx.ReadDeployment(id)
	if err != nil || d == nil {
		return nil, err
	}
	s := &Scheduling{Deployment: d}
	return s, tx.one(`SELECT schedule_revision FROM deployment WHERE id = ?`, []any{id}, &s.revision)
}

// current reports whether a deployment still is as it was read.
func (tx *Tx) current(s *Scheduling) (bool, error) {
	return tx.exists(`SELECT 1 FROM deployment WHERE id = ? AND schedule_revision = ? AND work_queue_id IS ?`,
		s.Deployment.ID, s.revision, s.Deployment.WorkQueueID)
}

// endScheduling notes what came of a deployment's schedules: those that are set
// aside, of which it tells, and when to look again.
func (tx *Tx) endScheduling(s *Scheduling) error {
	for id, reason := range s.Faulty {
		if err := tx.setAside(s.Deployment, id, reason.Error()); err != nil {
			return err
		}
	}
	var again *time.Time
	if !s.Again.IsZero() {
		again = &s.Again
	}
	_, err := tx.conn.Exec(`UPDATE deployment SET next_scheduling = ? WHERE id = ?`, again, s.Deployment.ID)
	tx.Touch(Deadlines)
	return err
}

func (tx *Tx) setAside(d *prefect.Deployment, id uuid.UUID, reason string) error {
	n, err := tx.conn.Exec(`UPDATE deployment_schedule SET set_aside = ?, set_aside_at = ?,
		missed_since = coalesce(missed_since, ?) WHERE id = ?`, reason, tx.Now, tx.Now, id)
	if err != nil || n == 0 {
		return err
	}
	place, err := tx.ReadDeploymentPlace(d.ID)
	if err != nil {
		return err
	}
	return tx.Emit(events.ScheduleSetAside(tx.IDs.V7(), tx.Now, place, id, reason))
}

// NextScheduledRun is when the next run that a deployment's schedules made is due;
// nil when none waits.
func (tx *Tx) NextScheduledRun(deployment uuid.UUID) (at *time.Time, err error) {
	err = tx.one(`SELECT min(next_scheduled_start_time) FROM flow_run
		WHERE deployment_id = ? AND state_type = 'SCHEDULED' AND auto_scheduled = 1`, []any{deployment}, &at)
	return at, err
}

// SetAsideSchedule is a schedule that the scheduler leaves alone until it is changed.
type SetAsideSchedule struct {
	ID             uuid.UUID     `json:"id"`
	Slug           *string       `json:"slug"`
	DeploymentID   uuid.UUID     `json:"deployment_id"`
	DeploymentName string        `json:"deployment_name"`
	FlowName       string        `json:"flow_name"`
	Reason         string        `json:"reason"`
	Since          *prefect.Time `json:"since"`
}

// SetAsideSchedules returns schedules that are set aside, by deployment.
func (tx *Tx) SetAsideSchedules(limit int) ([]*SetAsideSchedule, error) {
	return collect(tx, `SELECT s.id, s.slug, deployment.id, deployment.name, flow.name, s.set_aside, s.set_aside_at
		FROM deployment_schedule AS s JOIN deployment ON deployment.id = s.deployment_id JOIN flow ON flow.id = deployment.flow_id
		WHERE s.set_aside IS NOT NULL ORDER BY s.deployment_id, s.sequence LIMIT ?`, []any{limit}, func(r Row) (*SetAsideSchedule, error) {
		var s SetAsideSchedule
		err := r.Scan(&s.ID, &s.Slug, &s.DeploymentID, &s.DeploymentName, &s.FlowName, &s.Reason, &s.Since)
		return &s, err
	})
}

// createScheduledRuns makes runs of a deployment at times of one of its schedules,
// without orchestration. Times that have a run are passed over. It returns the number
// of new runs.
func (tx *Tx) createScheduledRuns(d *prefect.Deployment, runs schedule.Runs) (made int, err error) {
	of, err := schedule.NewRunOf(d, runs.Schedule)
	if err != nil {
		return 0, err
	}
	for _, at := range runs.Times {
		if there, err := tx.exists(`SELECT 1 FROM flow_run WHERE flow_id = ? AND idempotency_key = ?`, d.FlowID, of.Key(at)); err != nil || there {
			if err != nil {
				return made, err
			}
			continue
		}
		run, state := of.At(at, tx.Now, tx.IDs)
		run.StateID, run.StateType, run.StateName, run.StateTimestamp = &state.ID, &state.Type, &state.Name, &state.Timestamp
		if _, _, err := tx.CreateFlowRun(run, orchestration.NewFlowRun(run)); err != nil {
			return made, err
		}
		if err := tx.CreateFlowRunState(run.ID, state); err != nil {
			return made, err
		}
		made++
	}
	if made > 0 {
		tx.Touch(Deadlines)
	}
	return made, nil
}
