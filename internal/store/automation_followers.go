package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// ReadEvent implements triggers.Rows.
func (tx *Tx) ReadEvent(id uuid.UUID) (*prefect.ReceivedEvent, error) {
	e, ok, err := first(tx, `SELECT `+eventColumns+` FROM event WHERE id = ?`, []any{id}, scanEvent)
	if err != nil || !ok {
		return nil, err
	}
	return e, nil
}

// EventEvaluated reports whether an event stands before a place in the log and does
// not wait itself for one that it follows.
func (tx *Tx) EventEvaluated(id uuid.UUID, before int64) (bool, error) {
	return tx.exists(`SELECT 1 FROM event WHERE id = ? AND sequence < ?
		AND NOT EXISTS (SELECT 1 FROM automation_follower WHERE follower_id = event.id)`, id, before)
}

// AddFollower notes that an event waits for the one that it follows, until a time.
func (tx *Tx) AddFollower(e *prefect.ReceivedEvent, until time.Time) error {
	tx.Touch(Deadlines)
	_, err := tx.conn.Exec(`INSERT INTO automation_follower (follower_id, leader_id, occurred, due) VALUES (?, ?, ?, ?)
		ON CONFLICT (follower_id) DO NOTHING`, e.ID, *e.Follows, e.Occurred, until)
	return err
}

// LeaderEvaluated notes that an event was evaluated: what waits for it is due.
func (tx *Tx) LeaderEvaluated(leader uuid.UUID) error {
	n, err := tx.conn.Exec(`UPDATE automation_follower SET due = min(due, ?) WHERE leader_id = ?`, tx.Now, leader)
	if n > 0 {
		tx.Touch(Deadlines)
	}
	return err
}

// SomeFollower reports whether any event waits for one that it follows.
func (tx *Tx) SomeFollower() (bool, error) {
	return tx.exists(`SELECT 1 FROM automation_follower LIMIT 1`)
}

// IsAwaited reports whether an event is waited for.
func (tx *Tx) IsAwaited(leader uuid.UUID) (bool, error) {
	return tx.exists(`SELECT 1 FROM automation_follower WHERE leader_id = ? LIMIT 1`, leader)
}

// NextFollower is when an event is next to wait no longer, false when none waits.
func (tx *Tx) NextFollower() (time.Time, bool, error) {
	return first(tx, `SELECT due FROM automation_follower ORDER BY due LIMIT 1`, nil, scanTime)
}

// ReadDueFollowers returns the events that wait no longer, in the order in which they
// occurred. One that is no more in the log is left out, and forgotten by TakeFollower.
func (tx *Tx) ReadDueFollowers(limit int) (ids []uuid.UUID, all []*prefect.ReceivedEvent, err error) {
	ids, err = column[uuid.UUID](tx, `SELECT follower_id FROM automation_follower WHERE due <= ? ORDER BY occurred, follower_id LIMIT ?`, tx.Now, limit)
	if err != nil {
		return nil, nil, err
	}
	for _, id := range ids {
		e, err := tx.ReadEvent(id)
		if err != nil {
			return nil, nil, err
		}
		all = append(all, e)
	}
	return ids, all, nil
}

// TakeFollower has an event wait no longer; false when it did not.
func (tx *Tx) TakeFollower(id uuid.UUID) (bool, error) {
	n, err := tx.conn.Exec(`DELETE FROM automation_follower WHERE follower_id = ?`, id)
	return n > 0, err
}
