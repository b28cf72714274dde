package store

import (
	"time"

	"github.com/reevehq/reeve/internal/prefect"
)

const (
	oldestEvent       = `SELECT occurred, sequence FROM event ORDER BY occurred LIMIT 1`
	oldestEventNamed  = `SELECT occurred, sequence FROM event WHERE event = ? ORDER BY occurred LIMIT 1`
	eventsBefore      = `SELECT sequence, occurred, related FROM event WHERE occurred < ? AND +sequence <= ? ORDER BY occurred LIMIT ?`
	eventsNamedBefore = `SELECT sequence, occurred, related FROM event WHERE event = ? AND occurred < ? AND +sequence <= ? ORDER BY occurred LIMIT ?`
)

// OldestEvent is when the oldest event of a name occurred, of any name when it
// is empty, and its place in the log; false when there is none.
func (tx *Tx) OldestEvent(name string) (occurred time.Time, sequence int64, ok bool, err error) {
	query, args := oldestEvent, []any(nil)
	if name != "" {
		query, args = oldestEventNamed, []any{name}
	}
	var oldest prefect.Time
	switch err := tx.one(query, args, &oldest, &sequence); err {
	case nil:
		return oldest.Time, sequence, true, nil
	case ErrNoRows:
		return time.Time{}, 0, false, nil
	default:
		return time.Time{}, 0, false, err
	}
}

// DeleteEventsBefore deletes events that occurred before a moment, the oldest
// first, at most limit and fewer when they take long; only those of a name unless it is
// empty, and none after a place in the log. It returns how many it deleted.
func (tx *Tx) DeleteEventsBefore(before time.Time, name string, upTo int64, limit int) (int, error) {
	tx.within(limit)
	for !tx.spent() {
		most := tx.chunk()
		n, err := tx.deleteEventsBefore(before, name, upTo, most)
		tx.spend(n)
		if err != nil || n < most {
			return limit - tx.piece.rows, err
		}
	}
	return limit - tx.piece.rows, nil
}

func (tx *Tx) deleteEventsBefore(before time.Time, name string, upTo int64, limit int) (int, error) {
	query, args := eventsBefore, []any{before, upTo, limit}
	if name != "" {
		query, args = eventsNamedBefore, []any{name, before, upTo, limit}
	}
	type old struct {
		sequence int64
		occurred prefect.Time
		related  []prefect.Resource
	}
	found, err := collect(tx, query, args, func(r Row) (o old, err error) {
		return o, r.Scan(&o.sequence, &o.occurred, JSON(&o.related))
	})
	if err != nil {
		return 0, err
	}
	for _, o := range found {
		for _, related := range o.related {
			if _, err := tx.conn.Exec(`DELETE FROM event_related WHERE resource_id = ? AND occurred = ? AND sequence = ?`,
				related.ID(), o.occurred, o.sequence); err != nil {
				return 0, err
			}
		}
		if _, err := tx.conn.Exec(`DELETE FROM event WHERE sequence = ?`, o.sequence); err != nil {
			return 0, err
		}
	}
	return len(found), nil
}
