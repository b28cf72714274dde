package store

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/prefect"
)

// addDeliveries asks for the actions of a firing: those of the automation, and those
// of the states that it was brought to, of which told has the events' ids.
func (tx *Tx) addDeliveries(a *prefect.Automation, f *prefect.Firing, told map[prefect.TriggerState]uuid.UUID) error {
	kept, err := json.Marshal(a)
	if err != nil {
		return err
	}
	messages, err := tx.messagesOf(a, f)
	if err != nil {
		return err
	}
	index := 0
	add := func(actions []prefect.Action, state, toldBy any) error {
		for i := range actions {
			id := uuid.NewSHA1(f.ID, []byte{byte(index >> 8), byte(index)})
			_, err := tx.conn.Exec(`INSERT INTO automation_delivery (id, firing_id, automation_id, automation, created, begun, due,
				action_index, action, state, told_by, status) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting')`,
				id, f.ID, a.ID, json.RawMessage(kept), tx.Now, tx.Now, tx.Now, index, JSON(actions[i]), state, toldBy)
			if err == nil && messages != nil && actions[i].Type == prefect.SendNotification {
				err = messages.hold(tx, id, index, state)
			}
			if err != nil {
				return err
			}
			index++
		}
		return nil
	}
	var first any
	for _, state := range []prefect.TriggerState{prefect.Resolved, prefect.Triggered} {
		if id, ok := told[state]; ok {
			first = id
		}
	}
	if err := add(a.Actions, nil, first); err != nil {
		return err
	}
	if id, ok := told[prefect.Triggered]; ok {
		if err := add(a.ActionsOnTrigger, string(prefect.Triggered), id); err != nil {
			return err
		}
	}
	if id, ok := told[prefect.Resolved]; ok {
		if err := add(a.ActionsOnResolve, string(prefect.Resolved), id); err != nil {
			return err
		}
	}
	tx.Touch(Deliveries)
	tx.Touch(Deadlines)
	return nil
}

// WaitingDelivery is a delivery that waits, as far as its order goes.
type WaitingDelivery struct {
	Sequence     int64
	AutomationID uuid.UUID
	ActionIndex  int
	// OfState says that it tells of the automation's state, so that what was told of a
	// state before has to come first.
	OfState bool
	// OfIncident says that it tells of what will be told to be over, or that it is: those
	// of one action have to come in their order.
	OfIncident bool
}

// Yields reports whether others of the lane may go first after a failure.
func (w WaitingDelivery) Yields() bool { return !w.OfState && !w.OfIncident }

// Lane names the deliveries that are tried one after another: those of one action, and
// all that tell of an automation's state.
func (w WaitingDelivery) Lane() string {
	if w.OfState {
		return w.AutomationID.String() + "/state"
	}
	return fmt.Sprintf("%s/%d", w.AutomationID, w.ActionIndex)
}

const waitingColumns = `sequence, automation_id, action_index,
	state IS NOT NULL OR json_extract(automation, '$.trigger.type') = 'metric', incident IS NOT NULL`

func scanWaitingDelivery(r Row) (w WaitingDelivery, err error) {
	err = r.Scan(&w.Sequence, &w.AutomationID, &w.ActionIndex, &w.OfState, &w.OfIncident)
	return w, err
}

// WaitingDeliveries lists what waits after a place in the order of arrival.
func (tx *Tx) WaitingDeliveries(after int64, limit int) ([]WaitingDelivery, error) {
	return collect(tx, `SELECT `+waitingColumns+` FROM automation_delivery
		WHERE status = 'waiting' AND sequence > ? ORDER BY sequence LIMIT ?`, []any{after, limit}, scanWaitingDelivery)
}

// ResentDeliveries lists what waits since a time though its place in the order may have
// been passed: it was held, or is to be sent again.
func (tx *Tx) ResentDeliveries(since time.Time) ([]WaitingDelivery, error) {
	return collect(tx, `SELECT `+waitingColumns+` FROM automation_delivery
		WHERE status = 'waiting' AND again >= ? ORDER BY sequence`, []any{since}, scanWaitingDelivery)
}

// TakenDelivery is a delivery that is being tried.
type TakenDelivery struct {
	*prefect.TriggeredAction
	// Attempts counts those that began, this one too.
	Attempts int
	// Begun is since when it has been tried.
	Begun time.Time
}

// TakeDelivery leases a delivery for an attempt that ends by until. It returns nil
// when the delivery waits no longer, and a fault.Conflict when somebody else has it.
func (tx *Tx) TakeDelivery(sequence int64, until time.Time) (*TakenDelivery, error) {
	n, err := tx.conn.Exec(`UPDATE automation_delivery SET leased_until = ?, attempts = attempts + 1
		WHERE sequence = ? AND status = 'waiting' AND (leased_until IS NULL OR leased_until <= ?)`, until, sequence, tx.Now)
	if err != nil {
		return nil, err
	}
	t := &TakenDelivery{TriggeredAction: &prefect.TriggeredAction{Firing: &prefect.Firing{}}}
	var status string
	var state, incident *string
	var resolves *uuid.UUID
	err = tx.one(`SELECT delivery.id, delivery.automation, delivery.action, delivery.action_index, delivery.state, delivery.told_by,
			delivery.attempts, delivery.begun, delivery.status, delivery.incident, delivery.resolves, delivery.resolution, firing.firing
		FROM automation_delivery AS delivery JOIN automation_firing AS firing ON firing.id = delivery.firing_id
		WHERE delivery.sequence = ?`, []any{sequence}, &t.ID, JSON(&t.Automation), JSON(&t.Action), &t.Index, &state, &t.ToldBy,
		&t.Attempts, &t.Begun, &status, &incident, &resolves, JSON(&t.Resolution), JSON(t.Firing))
	switch {
	case err == ErrNoRows || err == nil && status != "waiting":
		return nil, nil
	case err != nil:
		return nil, err
	case n == 0:
		return nil, fault.New(fault.Conflict, "The delivery is being tried by somebody else.")
	}
	t.Triggered, t.Labels, t.Event = t.Firing.Triggered, t.Firing.Labels, t.Firing.Event
	if incident != nil {
		t.Incident = *incident
	}
	if t.Gathered, err = tx.toldTogether(t.ID, resolves, t.Incident); err != nil {
		return nil, err
	}
	if state == nil {
		return t, nil
	}
	e, err := events.AutomationFired(&t.Automation, t.Firing, prefect.TriggerState(*state))
	if err != nil {
		return nil, err
	}
	t.Event = &prefect.ReceivedEvent{Event: *e, Received: t.Firing.Triggered}
	return t, nil
}

// FreeDeliveries takes back what a process had in hand that is no more. A database has
// one server at a time, whose start this is.
func (tx *Tx) FreeDeliveries() error {
	_, err := tx.conn.Exec(`UPDATE automation_delivery SET leased_until = NULL WHERE status = 'waiting' AND leased_until IS NOT NULL`)
	return err
}

// DeliveryEnd is how an attempt at a delivery ended.
type DeliveryEnd struct {
	AnswerStatus int
	Answer       string
	Reason       string // why it failed, "" when it did not
}

// FinishDelivery notes that a delivery was made, or, dead, that it is given up, and
// tells of it with events. It is false when the delivery does not wait any more, and
// then nothing happens.
func (tx *Tx) FinishDelivery(sequence int64, dead bool, end DeliveryEnd, told ...*prefect.Event) (bool, error) {
	status := "delivered"
	if dead {
		status = "dead"
	}
	n, err := tx.conn.Exec(`UPDATE automation_delivery SET status = ?, finished = ?, due = NULL, leased_until = NULL,
		answer_status = ?, answer = ?, reason = ? WHERE sequence = ? AND status = 'waiting'`,
		status, tx.Now, end.AnswerStatus, end.Answer, end.Reason, sequence)
	if err != nil || n == 0 {
		return false, err
	}
	if !dead {
		if err := tx.noteTold(sequence); err != nil {
			return false, err
		}
	}
	return true, tx.Emit(told...)
}

// PostponeDelivery notes that an attempt failed, and when the next is due.
func (tx *Tx) PostponeDelivery(sequence int64, next time.Time, end DeliveryEnd) error {
	_, err := tx.conn.Exec(`UPDATE automation_delivery SET due = ?, leased_until = NULL, answer_status = ?, answer = ?, reason = ?
		WHERE sequence = ? AND status = 'waiting'`, next, end.AnswerStatus, end.Answer, end.Reason, sequence)
	tx.Touch(Deadlines)
	return err
}

// NextDelivery is when the next delivery is due, nil when none waits.
func (tx *Tx) NextDelivery() (*time.Time, error) {
	var due *time.Time
	err := tx.one(`SELECT min(due) FROM automation_delivery WHERE status = 'waiting'`, nil, &due)
	return due, err
}

const deliveryColumns = `id, automation_id, json_extract(automation, '$.name'), firing_id, created, action_index,
	json_extract(action, '$.type'), status, attempts, due, finished, answer_status, answer, reason, gathered_by, resolves`

func scanDelivery(r Row) (*prefect.AutomationDelivery, error) {
	var d prefect.AutomationDelivery
	var kind string
	err := r.Scan(&d.ID, &d.AutomationID, &d.AutomationName, &d.FiringID, &d.Created, &d.ActionIndex,
		&kind, &d.Status, &d.Attempts, &d.Due, &d.Finished, &d.AnswerStatus, &d.Answer, &d.Reason,
		&d.GatheredBy, &d.Resolves)
	d.ActionType = prefect.ActionType(kind)
	return &d, err
}

// Deliveries lists the deliveries of an automation, or of all when automation is nil,
// the newest first; status restricts them unless it is "".
func (tx *Tx) Deliveries(automation *uuid.UUID, status string, page prefect.Page) ([]*prefect.AutomationDelivery, error) {
	var c criteria
	if automation != nil {
		c.add(when("automation_id = ?", *automation))
	}
	if status != "" {
		c.add(when("status = ?", status))
	}
	all := c.join(prefect.And)
	return collect(tx, `SELECT `+deliveryColumns+` FROM automation_delivery`+all.where()+` ORDER BY sequence DESC LIMIT ? OFFSET ?`,
		append(all.args, page.Limit, page.Offset), scanDelivery)
}

// DeadDeliveries lists the deliveries that were given up since a time, the newest first,
// at most limit, and counts them, at most up to.
func (tx *Tx) DeadDeliveries(since time.Time, limit, upTo int) (all []*prefect.AutomationDelivery, n int, err error) {
	const dead = ` FROM automation_delivery WHERE status = 'dead' AND finished >= ?`
	if all, err = collect(tx, `SELECT `+deliveryColumns+dead+` ORDER BY finished DESC LIMIT ?`, []any{since, limit}, scanDelivery); err != nil || len(all) < limit {
		return all, len(all), err
	}
	n, err = tx.countUpTo(when(`SELECT 1`+dead, since), upTo)
	return all, n, err
}

// ReadDelivery returns a delivery, nil when there is none with that id.
func (tx *Tx) ReadDelivery(id uuid.UUID) (*prefect.AutomationDelivery, error) {
	d, _, err := first(tx, `SELECT `+deliveryColumns+` FROM automation_delivery WHERE id = ?`, []any{id}, scanDelivery)
	return d, err
}

// ResendDelivery has a delivery that is over made once more, as if it had been asked
// for now, and one that is held made at once. It is false when the delivery waits to be
// made already.
func (tx *Tx) ResendDelivery(id uuid.UUID) (bool, error) {
	n, err := tx.conn.Exec(`UPDATE automation_delivery SET status = 'waiting', attempts = 0, begun = ?, due = ?, again = ?, leased_until = NULL, finished = NULL,
		let_go = iif(noise_group IS NULL, NULL, coalesce(let_go, ?)), carries = 0, gathered_by = NULL, reason = ''
		WHERE id = ? AND status != 'waiting'`, tx.Now, tx.Now, tx.Now, tx.Now, id)
	tx.Touch(Deliveries)
	tx.Touch(Deadlines)
	return n > 0, err
}

// PurgeDeliveries deletes deliveries that ended as a status before a time, but for those
// whose end is to be told yet, and firings that are as old and have none, at most limit of each.
func (tx *Tx) PurgeDeliveries(status string, before time.Time, limit int) (int, error) {
	n, err := tx.conn.Exec(`DELETE FROM automation_delivery WHERE sequence IN (SELECT sequence FROM automation_delivery AS delivery
		WHERE status = ? AND status NOT IN ('waiting', 'held') AND finished < ?
			AND NOT EXISTS (SELECT 1 FROM automation_incident WHERE told = delivery.id) ORDER BY finished LIMIT ?)`, status, before, limit)
	if err != nil {
		return 0, err
	}
	_, err = tx.conn.Exec(`DELETE FROM automation_firing WHERE sequence IN (SELECT sequence FROM automation_firing AS firing
		WHERE triggered < ? AND NOT EXISTS (SELECT 1 FROM automation_delivery WHERE firing_id = firing.id) ORDER BY triggered LIMIT ?)`, before, limit)
	return int(n), err
}
