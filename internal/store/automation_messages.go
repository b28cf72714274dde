package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/noise"
	"github.com/reevehq/reeve/internal/prefect"
)

// firingMessages is what the messages of a firing have in common, of an automation that
// has settings for them.
type firingMessages struct {
	automation uuid.UUID
	settings   *prefect.Noise
	firing     *prefect.Firing
	about      prefect.MessageSubject
	// succeeded says that the run it is about has completed meanwhile.
	succeeded bool
}

// messagesOf is what the messages of a firing have in common, nil when all are sent at once.
func (tx *Tx) messagesOf(a *prefect.Automation, f *prefect.Firing) (*firingMessages, error) {
	settings, err := tx.ReadNoise(a.ID)
	if err != nil || settings == nil {
		return nil, err
	}
	m := &firingMessages{automation: a.ID, settings: settings, firing: f, about: noise.SubjectOf(f)}
	if f.Trigger.Metric != nil && f.IsOver() {
		if err := tx.noteRecovery(a.ID); err != nil {
			return nil, err
		}
	}
	if m.about.Run == nil {
		return m, nil
	}
	var now *string
	var run, flow prefect.NamedObject
	var deployment *uuid.UUID
	var name *string
	err = tx.one(`SELECT run.id, run.name, run.state_type, flow.id, flow.name, deployment.id, deployment.name
		FROM flow_run AS run JOIN flow ON flow.id = run.flow_id LEFT JOIN deployment ON deployment.id = run.deployment_id
		WHERE run.id = (SELECT ?)`, []any{m.about.Run.ID}, &run.ID, &run.Name, &now, &flow.ID, &flow.Name, &deployment, &name)
	if err == ErrNoRows {
		return m, nil
	}
	if err != nil {
		return nil, err
	}
	m.about.Run, m.about.Flow = run.Shortened(), flow.Shortened()
	if deployment != nil {
		m.about.Deployment = prefect.NamedObject{ID: *deployment, Name: *name}.Shortened()
	}
	m.succeeded = now != nil && *now == string(prefect.Completed)
	return m, nil
}

// hold has a delivery of the firing held until it has been judged. state is that of the
// automation of which it tells, nil of none. One that tells of the end of something is not
// gathered with others.
func (m *firingMessages) hold(tx *Tx, id uuid.UUID, index int, state any) error {
	if state == string(prefect.Resolved) || m.firing.IsOver() {
		_, err := tx.conn.Exec(`UPDATE automation_delivery SET status = 'held', subject = ? WHERE id = ?`, JSON(m.about), id)
		return err
	}
	var run *uuid.UUID
	if m.about.Run != nil {
		run = &m.about.Run.ID
	}
	var incident *string
	if what := noise.IncidentOf(m.settings, m.about, m.firing); what != "" && (what != noise.Whole || state != nil) {
		// Of a figure that is as it should be again the actions for every firing tell by themselves.
		incident = &what
		if err := tx.openIncident(m, index, what); err != nil {
			return err
		}
	}
	_, err := tx.conn.Exec(`UPDATE automation_delivery SET status = 'held', subject = ?, run_id = ?, noise_group = ?, incident = ? WHERE id = ?`,
		JSON(m.about), run, noise.GroupOf(m.settings, m.about), incident, id)
	return err
}

// NextHeld is when the next message that is held is to be judged; false when none is.
func (tx *Tx) NextHeld() (time.Time, bool, error) {
	return first(tx, `SELECT due FROM automation_delivery WHERE status = 'held' ORDER BY due LIMIT 1`, nil, scanTime)
}

// HeldMessage is a message that is held. How things stand is known after Standing.
type HeldMessage struct {
	noise.Message
	AutomationID uuid.UUID

	sequence int64
	id       uuid.UUID
	index    int
	run      *uuid.UUID
	group    *string
}

// DueMessages returns messages that are to be judged now, at most limit.
func (tx *Tx) DueMessages(limit int) ([]*HeldMessage, error) {
	return collect(tx, `SELECT sequence, id, automation_id, action_index, created, coalesce(subject ->> 'state', '') IN ('FAILED', 'CRASHED'),
		run_id, noise_group, carries FROM automation_delivery WHERE status = 'held' AND due <= ? ORDER BY due, sequence LIMIT ?`, []any{tx.Now, limit},
		func(r Row) (*HeldMessage, error) {
			m := &HeldMessage{}
			err := r.Scan(&m.sequence, &m.id, &m.AutomationID, &m.index, &m.Created, &m.Failure, &m.run, &m.group, &m.Carries)
			m.Resolves = m.group == nil
			return m, err
		})
}

// Standing completes a message with how its run and its group stand now. It is false when
// the message is no longer held.
func (tx *Tx) Standing(m *HeldMessage) (bool, error) {
	held, err := tx.exists(`SELECT 1 FROM automation_delivery WHERE sequence = ? AND status = 'held'`, m.sequence)
	if err != nil || !held || m.Resolves {
		return held, err
	}
	sent, some, err := first(tx, `SELECT let_go FROM automation_delivery WHERE automation_id = ? AND action_index = ? AND noise_group = ?
		AND let_go IS NOT NULL AND status != 'dead' ORDER BY let_go DESC LIMIT 1`, []any{m.AutomationID, m.index, m.group}, scanTime)
	if some {
		m.Sent = &sent
	}
	if err != nil || m.run == nil {
		return true, err
	}
	run := &noise.Run{}
	var state *string
	err = tx.one(`SELECT state_type, next_scheduled_start_time FROM flow_run WHERE id = (SELECT ?)`, []any{*m.run}, &state, &run.Next)
	if err == nil && state != nil {
		run.State = prefect.StateType(*state)
		m.Run = run
	}
	if err != nil && err != ErrNoRows {
		return false, err
	}
	m.Retold, err = tx.exists(`SELECT 1 FROM automation_delivery WHERE run_id = ? AND sequence > ? AND automation_id = ? AND action_index = ?
		AND noise_group IS NOT NULL AND status NOT IN ('dropped', 'dead') LIMIT 1`, *m.run, m.sequence, m.AutomationID, m.index)
	return true, err
}

// HoldMessage holds a message until a time, and says why. One that waits for quiet hours
// or an interval to end is told by the one of its group that does so already.
func (tx *Tx) HoldMessage(m *HeldMessage, v noise.Verdict) error {
	carries := !m.Resolves && v.Held != noise.ForRun
	if carries {
		if joined, err := tx.join(m, nil); err != nil || joined {
			return err
		}
	}
	_, err := tx.conn.Exec(`UPDATE automation_delivery SET due = ?, carries = ?, reason = ?,
		held_for = iif(held_for = 'repeat', held_for, ?) WHERE sequence = ?`, v.Until, carries, v.Reason, string(v.Held), m.sequence)
	tx.Touch(Deadlines)
	return err
}

// join has a message told by the one that carries those of its group; false when there is
// none but itself. With due that one is judged then.
func (tx *Tx) join(m *HeldMessage, due *time.Time) (bool, error) {
	if m.Carries {
		return false, nil
	}
	carrier, some, err := first(tx, `SELECT id FROM automation_delivery WHERE automation_id = ? AND action_index = ? AND noise_group = ? AND carries = 1`,
		[]any{m.AutomationID, m.index, m.group}, scanID)
	if err != nil || !some {
		return false, err
	}
	number, err := tx.countUpTo(when(`SELECT 1 FROM automation_delivery WHERE gathered_by = ?`, carrier), mostGathered)
	if err != nil {
		return false, err
	}
	if number < mostGathered {
		_, err = tx.conn.Exec(`UPDATE automation_delivery SET status = 'gathered', gathered_by = ?, due = NULL, finished = ?, reason = ? WHERE sequence = ?`,
			carrier, tx.Now, "told with delivery "+carrier.String(), m.sequence)
	} else if _, err = tx.conn.Exec(`UPDATE automation_delivery SET beyond = beyond + 1 WHERE id = ?`, carrier); err == nil {
		err = tx.DropMessage(m, "counted in delivery "+carrier.String()+", which tells of many")
	}
	if err != nil || due == nil {
		return true, err
	}
	_, err = tx.conn.Exec(`UPDATE automation_delivery SET due = min(due, ?) WHERE id = ?`, *due, carrier)
	return true, err
}

// mostGathered bounds the messages that one gathers, and so what a transaction does with
// them; of those beyond it tells the number.
const mostGathered = 200

// LetGo has a message sent. With settled, those that it tells of whose runs have been
// retried to success are taken out before.
func (tx *Tx) LetGo(m *HeldMessage, settled bool) error {
	if m.group != nil {
		if joined, err := tx.join(m, &tx.Now); err != nil || joined {
			return err
		}
	}
	if m.Carries && settled {
		if _, err := tx.conn.Exec(`UPDATE automation_delivery SET status = 'dropped', gathered_by = NULL, reason = ? WHERE sequence IN (
			SELECT delivery.sequence FROM automation_delivery AS delivery JOIN flow_run AS run ON run.id = delivery.run_id
			WHERE delivery.gathered_by = (SELECT ?) AND run.state_type = 'COMPLETED'
				AND delivery.subject ->> 'state' IN ('FAILED', 'CRASHED'))`, noise.Retried, m.id); err != nil {
			return err
		}
	}
	_, err := tx.conn.Exec(`UPDATE automation_delivery SET status = 'waiting', due = ?, begun = ?, again = ?, carries = 0, reason = '',
		let_go = iif(noise_group IS NULL, NULL, ?) WHERE sequence = ?`, tx.Now, tx.Now, tx.Now, tx.Now, m.sequence)
	tx.Touch(Deliveries)
	tx.Touch(Deadlines)
	return err
}

// DropMessage has a message not sent, and says why. What it would have told of too is told by
// the first of those.
func (tx *Tx) DropMessage(m *HeldMessage, reason string) error {
	if _, err := tx.conn.Exec(`UPDATE automation_delivery SET status = 'dropped', carries = 0, due = NULL, finished = ?, reason = ? WHERE sequence = ?`,
		tx.Now, reason, m.sequence); err != nil || !m.Carries {
		return err
	}
	next, some, err := first(tx, `SELECT id FROM automation_delivery WHERE gathered_by = ? ORDER BY sequence LIMIT 1`, []any{m.id}, scanID)
	if err != nil || !some {
		return err
	}
	if _, err := tx.conn.Exec(`UPDATE automation_delivery SET status = 'held', carries = 1, due = ?, finished = NULL, gathered_by = NULL, reason = '',
		(held_for, beyond) = (SELECT held_for, beyond FROM automation_delivery WHERE sequence = ?) WHERE id = ?`, tx.Now, m.sequence, next); err != nil {
		return err
	}
	_, err = tx.conn.Exec(`UPDATE automation_delivery SET gathered_by = ?, reason = ? WHERE gathered_by = ?`,
		next, "told with delivery "+next.String(), m.id)
	tx.Touch(Deadlines)
	return err
}

// describedMessages bounds the messages that one tells of in detail.
const describedMessages = 20

// toldTogether are the messages that a delivery tells together, or those of whose common
// end it tells: one of a single run is that run's alone.
func (tx *Tx) toldTogether(id uuid.UUID, resolves *uuid.UUID, incident string) (*prefect.Gathered, error) {
	switch {
	case resolves == nil:
		return tx.gathered(id)
	case noise.OfRun(incident):
		return nil, nil
	}
	return tx.gathered(*resolves)
}

// gathered are the messages that a delivery tells together, nil when it is alone.
func (tx *Tx) gathered(id uuid.UUID) (*prefect.Gathered, error) {
	if some, err := tx.exists(`SELECT 1 FROM automation_delivery WHERE gathered_by = ? LIMIT 1`, id); err != nil || !some {
		return nil, err
	}
	const all = ` FROM (SELECT * FROM automation_delivery WHERE id = ? UNION ALL SELECT * FROM automation_delivery WHERE gathered_by = ?)`
	g := &prefect.Gathered{}
	var err error
	if g.Number, err = tx.count(`SELECT count(DISTINCT coalesce(run_id, id))`+all, id, id); err != nil || g.Number < 2 {
		return nil, err
	}
	query := tx.either(`SELECT subject, max(sequence) AS last`+all+` GROUP BY coalesce(run_id, id) ORDER BY last LIMIT ?`,
		`SELECT subject, last FROM (SELECT DISTINCT ON (coalesce(run_id, id)) subject, sequence AS last`+all+` ORDER BY coalesce(run_id, id), sequence DESC) ORDER BY last LIMIT ?`)
	g.First, err = collect(tx, query, []any{id, id, describedMessages},
		func(r Row) (s prefect.MessageSubject, err error) {
			var last int64
			err = r.Scan(JSON(&s), &last)
			return s, err
		})
	if err != nil {
		return nil, err
	}
	var group, held *string
	var beyond int
	if err := tx.one(`SELECT noise_group, held_for, beyond FROM automation_delivery WHERE id = ?`, []any{id}, &group, &held, &beyond); err != nil {
		return nil, err
	}
	g.Number += beyond
	g.More = held != nil && *held == string(noise.ForRepeat)
	if group != nil {
		g.Kind, g.Group = noise.NameOf(*group, g.First[0])
	}
	return g, nil
}
