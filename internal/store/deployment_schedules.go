package store

import (
	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

const scheduleColumns = `id, created, updated, deployment_id, schedule, active, max_scheduled_runs, parameters, slug, set_aside, catch_up, missed_since`

func scanSchedule(r Row) (*prefect.DeploymentSchedule, error) {
	var s prefect.DeploymentSchedule
	var catchUp *string
	err := r.Scan(&s.ID, &s.Created, &s.Updated, &s.DeploymentID, JSON(&s.Schedule), &s.Active, &s.MaxScheduledRuns, &s.Parameters, &s.Slug, &s.SetAside,
		&catchUp, &s.MissedSince)
	s.CatchUp = (*prefect.CatchUp)(catchUp)
	return &s, err
}

// ReadDeploymentSchedules returns a deployment's schedules, the last changed first.
func (tx *Tx) ReadDeploymentSchedules(deployment uuid.UUID) ([]*prefect.DeploymentSchedule, error) {
	return collect(tx, `SELECT `+scheduleColumns+` FROM deployment_schedule WHERE deployment_id = ? ORDER BY updated DESC, sequence DESC`,
		[]any{deployment}, scanSchedule)
}

// ReadPausedSchedules returns the paused schedules of the deployment of a flow and
// name; none when there is no such deployment.
func (tx *Tx) ReadPausedSchedules(flow uuid.UUID, name string) (prefect.PausedSchedules, error) {
	found, err := collect(tx, `SELECT `+scheduleColumns+` FROM deployment_schedule
		WHERE deployment_id = (SELECT id FROM deployment WHERE flow_id = ? AND name = ?)`, []any{flow, name}, scanSchedule)
	return prefect.NewPausedSchedules(found), err
}

// CreateDeploymentSchedules adds schedules to a deployment and returns them. A
// slug that the deployment has already is a fault.Conflict.
func (tx *Tx) CreateDeploymentSchedules(deployment uuid.UUID, schedules []*prefect.DeploymentScheduleCreate) ([]*prefect.DeploymentSchedule, error) {
	made := []*prefect.DeploymentSchedule{}
	for _, c := range schedules {
		s := &prefect.DeploymentSchedule{ID: tx.IDs.V4(), Created: prefect.AtPointer(tx.Now), Updated: prefect.AtPointer(tx.Now),
			DeploymentID: &deployment, Schedule: c.Schedule, Active: c.Active, MaxScheduledRuns: (*int)(c.MaxScheduledRuns),
			Parameters: c.Parameters, Slug: c.Slug}
		_, err := tx.conn.Exec(`INSERT INTO deployment_schedule (`+scheduleColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, NULL)`,
			s.ID, tx.Now, tx.Now, deployment, JSON(s.Schedule), s.Active, s.MaxScheduledRuns, s.Parameters, s.Slug)
		if err != nil {
			return nil, err
		}
		made = append(made, s)
	}
	return made, tx.ScheduleSoon(deployment)
}

// newSchedule is a schedule made of an update that found none to change.
func newSchedule(u *prefect.DeploymentScheduleUpdate) *prefect.DeploymentScheduleCreate {
	c := &prefect.DeploymentScheduleCreate{Active: true, Schedule: *u.Schedule, MaxScheduledRuns: u.MaxScheduledRuns,
		Parameters: u.Parameters, Slug: u.Slug}
	if u.Active != nil {
		c.Active = *u.Active
	}
	return c
}

// CreateSchedulesOf adds the schedules of updates that found none to change.
func (tx *Tx) CreateSchedulesOf(deployment uuid.UUID, updates []*prefect.DeploymentScheduleUpdate) error {
	var schedules []*prefect.DeploymentScheduleCreate
	for _, u := range updates {
		schedules = append(schedules, newSchedule(u))
	}
	_, err := tx.CreateDeploymentSchedules(deployment, schedules)
	return err
}

// replaceSchedules puts schedules in the place of those a deployment has.
func (tx *Tx) replaceSchedules(deployment uuid.UUID, schedules []*prefect.DeploymentScheduleCreate) error {
	before, err := tx.ReadDeploymentSchedules(deployment)
	if err != nil {
		return err
	}
	if _, err := tx.conn.Exec(`DELETE FROM deployment_schedule WHERE deployment_id = ?`, deployment); err != nil {
		return err
	}
	after, err := tx.CreateDeploymentSchedules(deployment, schedules)
	if err != nil {
		return err
	}
	return tx.keepMissed(before, after)
}

// UpdateDeploymentSchedule changes what was given. A schedule that was set aside
// is tried again. False when the deployment has no such schedule.
func (tx *Tx) UpdateDeploymentSchedule(deployment, schedule uuid.UUID, u *prefect.DeploymentScheduleUpdate) (bool, error) {
	found, err := tx.exists(`SELECT 1 FROM deployment_schedule WHERE id = ? AND deployment_id = ?`, schedule, deployment)
	if err != nil || !found {
		return false, err
	}
	set := assignments{}
	if u.Active != nil {
		set.add("active", *u.Active)
	}
	if u.Schedule != nil {
		set.add("schedule", JSON(u.Schedule))
	}
	if u.MaxScheduledRuns != nil {
		set.add("max_scheduled_runs", int(*u.MaxScheduledRuns))
	}
	if u.Has("parameters") {
		set.add("parameters", u.Parameters)
	}
	if u.Slug != nil {
		set.add("slug", *u.Slug)
	}
	set.add("set_aside", nil)
	set.add("set_aside_at", nil)
	if _, err := tx.update("deployment_schedule", schedule, set); err != nil {
		return false, err
	}
	return true, tx.ScheduleSoon(deployment)
}

// ClearScheduleSlugs takes the slugs from schedules that are about to get new
// ones, so that they may trade them.
func (tx *Tx) ClearScheduleSlugs(schedules []uuid.UUID) error {
	_, err := tx.conn.Exec(`UPDATE deployment_schedule SET slug = NULL WHERE id IN (SELECT unhex(value) FROM json_each(?))`, idList(schedules))
	return err
}

// DeleteDeploymentSchedule deletes a schedule; false when the deployment has no
// such schedule.
func (tx *Tx) DeleteDeploymentSchedule(deployment, schedule uuid.UUID) (bool, error) {
	n, err := tx.conn.Exec(`DELETE FROM deployment_schedule WHERE id = ? AND deployment_id = ?`, schedule, deployment)
	if err != nil || n == 0 {
		return false, err
	}
	return true, tx.ScheduleSoon(deployment)
}

// notStarted is of runs that nobody has claimed or run: those that are refused a
// slot were claimed before.
const notStarted = `state_type = 'SCHEDULED' AND state_name <> 'AwaitingConcurrencySlot' AND run_count = 0`

// DeleteUpcomingRuns deletes the automatically scheduled runs of a deployment
// that have not been started; with future set, only those not yet due.
func (tx *Tx) DeleteUpcomingRuns(deployment uuid.UUID, future bool) error {
	from := int64(-1 << 62)
	if future {
		from = tx.Now.UnixMicro()
	}
	_, err := tx.conn.Exec(`DELETE FROM flow_run WHERE deployment_id = ? AND auto_scheduled = 1
		AND next_scheduled_start_time > ? AND `+notStarted, deployment, from)
	return err
}
