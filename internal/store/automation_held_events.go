package store

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/triggers"
)

// HoldEvent implements triggers.Rows.
func (tx *Tx) HoldEvent(h *triggers.HeldEvent) (bool, error) {
	n, err := tx.conn.Exec(`INSERT INTO automation_held_event (automation_id, trigger_id, bucket, event_id, occurred, starts, expects, held)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		h.Trigger.Automation, h.Trigger.Trigger, h.Key, h.Event, h.Occurred, h.Starts, h.Expects, tx.Now)
	return n > 0, err
}

// TrimHeldEvents implements triggers.Rows.
func (tx *Tx) TrimHeldEvents(trigger uuid.UUID, key string, horizon time.Duration, from, to time.Time, keep int) error {
	_, err := tx.conn.Exec(`DELETE FROM automation_held_event WHERE trigger_id = ? AND bucket = ? AND starts = 0 AND occurred <
			(SELECT max(occurred) FROM automation_held_event WHERE trigger_id = ? AND bucket = ?) - ?`,
		trigger, key, trigger, key, horizon.Microseconds())
	if err != nil {
		return err
	}
	surplus, err := tx.count(`SELECT count(*) FROM automation_held_event WHERE trigger_id = ? AND bucket = ? AND occurred >= ? AND occurred < ? AND starts = 0`,
		trigger, key, from, to)
	if err != nil || surplus <= 2*keep {
		return err
	}
	_, err = tx.conn.Exec(`DELETE FROM automation_held_event WHERE trigger_id = ? AND bucket = ? AND event_id IN (
		SELECT event_id FROM automation_held_event WHERE trigger_id = ? AND bucket = ? AND occurred >= ? AND occurred < ? AND starts = 0
		ORDER BY occurred, event_id LIMIT ? OFFSET ?)`, trigger, key, trigger, key, from, to, surplus-2*keep, keep)
	return err
}

// HeldEvents implements triggers.Rows: of one moment, those that open windows come first.
func (tx *Tx) HeldEvents(trigger uuid.UUID, key string, from, to time.Time, limit int) ([]triggers.HeldEvent, error) {
	return collect(tx, `SELECT automation_id, trigger_id, bucket, event_id, occurred, starts, expects FROM automation_held_event
		WHERE trigger_id = ? AND bucket = ? AND occurred >= ? AND occurred < ? ORDER BY occurred, starts DESC, event_id LIMIT ?`,
		[]any{trigger, key, from, to, limit}, func(r Row) (h triggers.HeldEvent, err error) {
			return h, r.Scan(&h.Trigger.Automation, &h.Trigger.Trigger, &h.Key, &h.Event, &h.Occurred, &h.Starts, &h.Expects)
		})
}

// ReleaseHeldEvent implements triggers.Rows.
func (tx *Tx) ReleaseHeldEvent(trigger uuid.UUID, key string, event uuid.UUID) error {
	_, err := tx.conn.Exec(`DELETE FROM automation_held_event WHERE trigger_id = ? AND bucket = ? AND event_id = ?`, trigger, key, event)
	return err
}

// FirstHeld is when the first event that is held was held, false when none is.
func (tx *Tx) FirstHeld() (time.Time, bool, error) {
	return first(tx, `SELECT held FROM automation_held_event ORDER BY held LIMIT 1`, nil, scanTime)
}

// DeleteHeldEvents forgets events that have been held since before a time, at most
// limit. Those of a bucket that is still to be looked into are held anew: its window may
// have been over for long, when the server was away.
func (tx *Tx) DeleteHeldEvents(before time.Time, limit int) (int, error) {
	type held struct {
		trigger, event uuid.UUID
		key            string
		awaited        bool
	}
	old, err := collect(tx, `SELECT trigger_id, event_id, bucket, EXISTS (SELECT 1 FROM automation_bucket AS open
			WHERE open.trigger_id = held.trigger_id AND open.bucket = held.bucket AND open.due IS NOT NULL)
		FROM automation_held_event AS held WHERE held < ? ORDER BY held LIMIT ?`, []any{before, limit},
		func(r Row) (h held, err error) { return h, r.Scan(&h.trigger, &h.event, &h.key, &h.awaited) })
	if err != nil {
		return 0, err
	}
	for _, h := range old {
		if h.awaited {
			_, err = tx.conn.Exec(`UPDATE automation_held_event SET held = ? WHERE trigger_id = ? AND bucket = ? AND event_id = ?`, tx.Now, h.trigger, h.key, h.event)
		} else {
			err = tx.ReleaseHeldEvent(h.trigger, h.key, h.event)
		}
		if err != nil {
			return 0, err
		}
	}
	return len(old), nil
}
