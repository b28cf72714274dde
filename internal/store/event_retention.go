package store

import (
	"time"

	"github.com/reevehq/reeve/internal/prefect"
)

// OldestEvent is when the oldest event of a name occurred, of any name when it
// is empty; false when there is none.
func (tx *Tx) OldestEvent(name string) (time.Time, bool, error) {
	query, args := `SELECT min(occurred) FROM event`, []any(nil)
	if name != "" {
		query, args = `SELECT min(occurred) FROM event WHERE event = ?`, []any{name}
	}
	var oldest *prefect.Time
	if err := tx.one(query, args, &oldest); err != nil || oldest == nil {
		return time.Time{}, false, err
	}
	return oldest.Time, true, nil
}

// DeleteEventsBefore deletes events that occurred before a moment, the oldest
// first, at most limit; only those of a name unless it is empty. It gives how
// many it deleted.
func (tx *Tx) DeleteEventsBefore(before time.Time, name string, limit int) (int, error) {
	query, args := `SELECT sequence, occurred, related FROM event WHERE occurred < ? ORDER BY occurred LIMIT ?`, []any{before, limit}
	if name != "" {
		query, args = `SELECT sequence, occurred, related FROM event WHERE event = ? AND occurred < ? ORDER BY occurred LIMIT ?`, []any{name, before, limit}
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
