package store

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/schedule"
)

// followed is of schedules that the scheduler makes runs of.
const followed = `active = 1 AND set_aside IS NULL
	AND NOT EXISTS (SELECT 1 FROM deployment WHERE deployment.id = deployment_id AND deployment.paused = 1)`

// missTimes notes from when on the schedules of a deployment miss their times that are
// not followed.
func (tx *Tx) missTimes(deployment uuid.UUID) error {
	_, err := tx.conn.Exec(`UPDATE deployment_schedule SET missed_since = ?
		WHERE deployment_id = ? AND missed_since IS NULL AND NOT (`+followed+`)`, tx.Now, deployment)
	return err
}

// MissTimes notes that the server was away until now: schedules that are to catch up
// have missed times since it was last there, and their deployments are due to be looked
// at. It returns how many there are.
func (tx *Tx) MissTimes() (deployments int, err error) {
	if any, err := tx.exists(`SELECT 1 FROM deployment_schedule WHERE catch_up IS NOT NULL`); err != nil || !any {
		return 0, err
	}
	gone, err := tx.lastThere()
	if err != nil {
		return 0, err
	}
	const missing = `catch_up IS NOT NULL AND ` + followed
	if _, err := tx.conn.Exec(`UPDATE deployment_schedule SET missed_since = max(?, updated)
		WHERE missed_since IS NULL AND `+missing, gone); err != nil {
		return 0, err
	}
	tx.Touch(Deadlines)
	n, err := tx.conn.Exec(`UPDATE deployment SET schedule_revision = schedule_revision + 1, next_scheduling = ?
		WHERE id IN (SELECT deployment_id FROM deployment_schedule WHERE missed_since IS NOT NULL AND `+missing+`)`, tx.Now)
	return int(n), err
}

// lastThere is when the server was last there, before now. It is long ago when the ledger
// has no entry, which the process before did not live to write: it writes a second late.
func (tx *Tx) lastThere() (time.Time, error) {
	last, err := tx.lastAwakening()
	switch {
	case err != nil || last == nil:
		return time.Time{}, err
	case last.Slept != nil:
		return *last.Slept, nil
	}
	return tx.lastSign(last, tx.Now)
}

// SetCatchUp says which of the times that a schedule missed get their run; nil for those
// whose run had been made. It returns the schedule, nil when the deployment has no such.
func (tx *Tx) SetCatchUp(deployment, id uuid.UUID, which *prefect.CatchUp) (*prefect.DeploymentSchedule, error) {
	n, err := tx.conn.Exec(`UPDATE deployment_schedule SET catch_up = ? WHERE id = ? AND deployment_id = ?`, (*string)(which), id, deployment)
	if err != nil || n == 0 {
		return nil, err
	}
	if err := tx.ScheduleSoon(deployment); err != nil {
		return nil, err
	}
	s, _, err := first(tx, `SELECT `+scheduleColumns+` FROM deployment_schedule WHERE id = ?`, []any{id}, scanSchedule)
	return s, err
}

// keepMissed takes over what is not in the contract from the schedules that a deployment
// had to those that took their place.
func (tx *Tx) keepMissed(before, after []*prefect.DeploymentSchedule) error {
	for _, s := range after {
		for _, had := range before {
			if !had.SameAs(s) || had.CatchUp == nil && had.MissedSince == nil {
				continue
			}
			if _, err := tx.conn.Exec(`UPDATE deployment_schedule SET catch_up = ?, missed_since = ? WHERE id = ?`,
				(*string)(had.CatchUp), had.MissedSince, s.ID); err != nil {
				return err
			}
			break
		}
	}
	return nil
}

// skipsPerWrite bounds the runs that a schedule skips in one transaction.
const skipsPerWrite = 500

// Missed settles the times that schedules missed: runs that are not to begin any more
// are handed to skip with the reason. What is over the bound is settled when the
// deployment is next looked at.
func (w *RunWriter) Missed(ctx context.Context, s *Scheduling, skip func(tx *Tx, run uuid.UUID, why string) error) error {
	for _, m := range s.Missed {
		err := w.add(ctx, runsPerWrite, s, func(tx *Tx) (int, error) { return 0, tx.settle(s.Deployment, m, skip) })
		if err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) settle(d *prefect.Deployment, m *schedule.Missed, skip func(*Tx, uuid.UUID, string) error) error {
	if !m.Skip.IsZero() {
		waiting, err := tx.missedRuns(d, m)
		if err != nil {
			return err
		}
		for _, run := range waiting {
			if err := skip(tx, run, m.Why); err != nil {
				return err
			}
		}
		if len(waiting) == skipsPerWrite {
			return nil
		}
	}
	_, err := tx.conn.Exec(`UPDATE deployment_schedule SET missed_since = NULL WHERE id = ?`, m.Schedule.ID)
	return err
}

// missedRuns returns the runs of times that a schedule missed and is not to make up for,
// which nobody has claimed.
func (tx *Tx) missedRuns(d *prefect.Deployment, m *schedule.Missed) ([]uuid.UUID, error) {
	of, err := schedule.NewRunOf(d, m.Schedule)
	if err != nil {
		return nil, err
	}
	return column[uuid.UUID](tx, `SELECT id FROM flow_run
		WHERE deployment_id = ? AND state_type = 'SCHEDULED' AND auto_scheduled = 1 AND next_scheduled_start_time <= ?
			AND state_name IN ('Scheduled', 'Late') AND run_count = 0 AND expected_start_time >= ? AND expected_start_time < ?
			AND substr(idempotency_key, 1, ?) = ?
		ORDER BY next_scheduled_start_time LIMIT ?`,
		d.ID, m.Until, m.Since, m.Skip, len(of.Keys()), of.Keys(), skipsPerWrite)
}

// UnsettledDeployments returns deployments that are due to be looked at for times that
// their schedules missed.
func (tx *Tx) UnsettledDeployments(limit int) ([]uuid.UUID, error) {
	return column[uuid.UUID](tx, `SELECT DISTINCT deployment_id FROM deployment_schedule
		WHERE catch_up IS NOT NULL AND missed_since IS NOT NULL AND `+followed+` LIMIT ?`, limit)
}
