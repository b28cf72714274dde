package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/noise"
	"github.com/reevehq/reeve/internal/orchestration"
	"github.com/reevehq/reeve/internal/prefect"
)

// openIncident notes that something is told of, or is about to be, whose end is told too.
func (tx *Tx) openIncident(m *firingMessages, index int, what string) error {
	var over *time.Time
	var resolution *prefect.Resolution
	if m.succeeded {
		over, resolution = &tx.Now, &prefect.Resolution{Run: m.about.Run, Occurred: prefect.At(tx.Now)}
	}
	_, err := tx.conn.Exec(`INSERT INTO automation_incident (automation_id, action_index, incident, opened, over, resolution) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (automation_id, action_index, incident) DO UPDATE SET opened = excluded.opened, over = excluded.over, resolution = excluded.resolution`,
		m.automation, index, what, tx.Now, over, NullJSON(resolution))
	return err
}

// noteSuccess notes that what automations told of is over with a run that is about to be
// stored as completed, or was made so.
func (tx *Tx) noteSuccess(run *orchestration.FlowRun, made bool) error {
	if some, err := tx.exists(`SELECT 1 FROM automation_incident WHERE over IS NULL LIMIT 1`); err != nil || !some {
		return err
	}
	if !made {
		if stored, err := tx.exists(`SELECT 1 FROM flow_run WHERE id = (SELECT ?) AND state_id = ?`, run.ID, run.StateID); err != nil || stored {
			return err // it completed before
		}
	}
	deployment := ""
	if run.DeploymentID != nil {
		deployment = noise.DeploymentResource(*run.DeploymentID)
	}
	n, err := tx.conn.Exec(`UPDATE automation_incident SET over = ?, resolution = ? WHERE over IS NULL AND incident IN (?, ?, ?)`, tx.Now,
		JSON(prefect.Resolution{Run: &prefect.NamedObject{ID: run.ID, Name: run.Name}, Occurred: prefect.At(tx.Now)}),
		noise.RunResource(run.ID), noise.FlowResource(run.FlowID), deployment)
	if n > 0 {
		tx.Touch(Deadlines)
	}
	return err
}

// noteRecovery notes that the figure of an automation is as it should be again.
func (tx *Tx) noteRecovery(automation uuid.UUID) error {
	n, err := tx.conn.Exec(`UPDATE automation_incident SET over = ?, resolution = ? WHERE automation_id = ? AND incident = ? AND over IS NULL`,
		tx.Now, JSON(prefect.Resolution{Occurred: prefect.At(tx.Now)}), automation, noise.Whole)
	if n > 0 {
		tx.Touch(Deadlines)
	}
	return err
}

// noteTold notes that a delivery has told of what is to be told to be over.
func (tx *Tx) noteTold(sequence int64) error {
	_, err := tx.conn.Exec(`UPDATE automation_incident SET told = told.id FROM automation_delivery AS told
		WHERE told.sequence = (SELECT ?) AND told.noise_group IS NOT NULL AND automation_incident.automation_id = told.automation_id
			AND automation_incident.action_index = told.action_index
			AND automation_incident.incident IN (SELECT told.incident UNION ALL SELECT incident FROM automation_delivery WHERE gathered_by = told.id)`, sequence)
	tx.Touch(Deadlines)
	return err
}

// NextOver is when something was over of which it has not been told yet; false when there is nothing.
func (tx *Tx) NextOver() (time.Time, bool, error) {
	return first(tx, `SELECT over FROM automation_incident WHERE over IS NOT NULL AND told IS NOT NULL ORDER BY over LIMIT 1`, nil, scanTime)
}

// TellEnds asks for the messages that tell of what is over, at most limit, and returns
// how many were looked at.
func (tx *Tx) TellEnds(limit int) (int, error) {
	type incident struct {
		automation, told uuid.UUID
		index            int
		what             string
		resolution       prefect.Resolution
	}
	all, err := collect(tx, `SELECT automation_id, action_index, incident, told, resolution FROM automation_incident
		WHERE over IS NOT NULL AND told IS NOT NULL ORDER BY over LIMIT ?`, []any{limit}, func(r Row) (i incident, err error) {
		err = r.Scan(&i.automation, &i.index, &i.what, &i.told, JSON(&i.resolution))
		return i, err
	})
	if err != nil {
		return 0, err
	}
	for _, i := range all {
		settings, err := tx.ReadNoise(i.automation)
		if err != nil {
			return 0, err
		}
		if settings != nil && settings.Resolved {
			if err := tx.tellEnd(i.told, i.what, i.resolution); err != nil {
				return 0, err
			}
		}
		// What is told later of before the end is over, too.
		if _, err := tx.conn.Exec(`UPDATE automation_incident SET told = NULL WHERE automation_id = ? AND action_index = ? AND incident = ?`,
			i.automation, i.index, i.what); err != nil {
			return 0, err
		}
	}
	return len(all), nil
}

// tellEnd asks for the message that what a delivery told of is over: of several that it
// told together, the newest of which that is the incident. Its id is derived from the
// delivery's: it is told once.
func (tx *Tx) tellEnd(told uuid.UUID, incident string, resolution prefect.Resolution) error {
	_, err := tx.conn.Exec(`INSERT INTO automation_delivery (id, firing_id, automation_id, automation, created, begun, due, action_index, action, state,
			told_by, status, subject, incident, resolves, resolution)
		SELECT ?, firing_id, automation_id, automation, ?, ?, ?, action_index, action, state, told_by, 'held', subject, incident, ?, ?
		FROM (SELECT * FROM automation_delivery WHERE id = ? UNION ALL SELECT * FROM automation_delivery WHERE gathered_by = ?)
		WHERE incident = ? ORDER BY sequence DESC LIMIT 1 ON CONFLICT (id) DO NOTHING`,
		uuid.NewSHA1(told, []byte(incident)), tx.Now, tx.Now, tx.Now, told, JSON(resolution), told, told, incident)
	tx.Touch(Deadlines)
	return err
}

// FirstIncident is when the oldest was noted of what is to be told to be over; false when
// there is nothing.
func (tx *Tx) FirstIncident() (time.Time, bool, error) {
	return first(tx, `SELECT opened FROM automation_incident ORDER BY opened LIMIT 1`, nil, scanTime)
}

// DeleteIncidents forgets what was noted before a time, at most limit.
func (tx *Tx) DeleteIncidents(before time.Time, limit int) (int, error) {
	n, err := tx.conn.Exec(`DELETE FROM automation_incident WHERE (automation_id, action_index, incident) IN
		(SELECT automation_id, action_index, incident FROM automation_incident WHERE opened < ? ORDER BY opened LIMIT ?)`, before, limit)
	return int(n), err
}
