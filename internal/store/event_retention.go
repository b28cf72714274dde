package store

import (
	"slices"
	"strings"
	"time"

	"github.com/reevehq/reeve/internal/prefect"
)

const (
	oldestEvent       = `SELECT occurred, sequence FROM event WHERE occurred >= ? ORDER BY occurred LIMIT 1`
	oldestEventNamed  = `SELECT occurred, sequence FROM event WHERE event = ? AND occurred >= ? ORDER BY occurred LIMIT 1`
	eventsBefore      = `SELECT sequence, occurred, related FROM event WHERE occurred >= ? AND occurred < ? AND +sequence <= ? ORDER BY occurred LIMIT ?`
	eventsNamedBefore = `SELECT sequence, occurred, related FROM event WHERE event = ? AND occurred >= ? AND occurred < ? AND +sequence <= ? ORDER BY occurred LIMIT ?`
)

// LooksPastTheDead reports whether an index leads past the entries of rows that were deleted, for
// as long as anybody's snapshot is older than that: PostgreSQL's does, and with a backup of an hour
// each look for the oldest row would go through all that were deleted meanwhile.
func (tx *Tx) LooksPastTheDead() bool { return tx.onPostgres() }

// OldestEvent is when the oldest event of a name occurred, of any name when it
// is empty, of those from a moment on, and its place in the log; false when there is none.
func (tx *Tx) OldestEvent(name string, from time.Time) (occurred time.Time, sequence int64, ok bool, err error) {
	query, args := oldestEvent, []any{from}
	if name != "" {
		query, args = oldestEventNamed, []any{name, from}
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

// DeleteEvents deletes events that occurred from a moment on and before another, the oldest
// first, at most limit and fewer when they take long; only those of a name unless it is
// empty, and none after a place in the log. It returns how many it deleted.
func (tx *Tx) DeleteEvents(name string, from, before time.Time, upTo int64, limit int) (int, error) {
	tx.within(limit)
	for !tx.spent() {
		most := tx.chunk()
		old, err := tx.eventsBefore(name, from, before, upTo, most)
		if err == nil {
			err = tx.dropEvents(old)
		}
		tx.spend(len(old))
		if err != nil || len(old) < most {
			return limit - tx.piece.rows, err
		}
		from = old[len(old)-1].occurred.Time
	}
	return limit - tx.piece.rows, nil
}

// oldEvent is what is to be known of an event to delete it.
type oldEvent struct {
	sequence int64
	occurred prefect.Time
	related  []prefect.Resource
}

func (tx *Tx) eventsBefore(name string, from, before time.Time, upTo int64, limit int) ([]oldEvent, error) {
	query, args := eventsBefore, []any{from, before, upTo, limit}
	if name != "" {
		query, args = eventsNamedBefore, append([]any{name}, args...)
	}
	return collect(tx, query, args, func(r Row) (o oldEvent, err error) {
		return o, r.Scan(&o.sequence, &o.occurred, JSON(&o.related))
	})
}

// dropEvents deletes events, and what indexes them by their related resources.
func (tx *Tx) dropEvents(old []oldEvent) error {
	if _, ok := tx.conn.(Later); ok {
		return tx.dropEventsLater(old)
	}
	for _, o := range old {
		for _, related := range o.related {
			if _, err := tx.conn.Exec(`DELETE FROM event_related WHERE resource_id = ? AND occurred = ? AND sequence = ?`,
				related.ID(), o.occurred, o.sequence); err != nil {
				return err
			}
		}
		if _, err := tx.conn.Exec(`DELETE FROM event WHERE sequence = ?`, o.sequence); err != nil {
			return err
		}
	}
	return nil
}

// dropEventsLater does that in few statements, of which none is waited for. It is PostgreSQL's alone.
func (tx *Tx) dropEventsLater(old []oldEvent) error {
	var rows, sequences []any
	for _, o := range old {
		for _, related := range o.related {
			rows = append(rows, related.ID(), o.occurred, o.sequence)
		}
		sequences = append(sequences, o.sequence)
	}
	for some := range slices.Chunk(rows, 3*eventsAtOnce) {
		if err := tx.exec(deleteRelated[len(some)/3], some...); err != nil {
			return err
		}
	}
	for some := range slices.Chunk(sequences, eventsAtOnce) {
		if err := tx.exec(deleteEvents[len(some)], some...); err != nil {
			return err
		}
	}
	return nil
}

// eventsAtOnce is how many rows one statement of those deletes.
const eventsAtOnce = 25

// deleteEvents and deleteRelated are the statements that delete a number of rows.
var (
	deleteEvents = func() []string {
		all := make([]string, eventsAtOnce+1)
		for n := 1; n <= eventsAtOnce; n++ {
			all[n] = `DELETE FROM event WHERE sequence IN (?` + strings.Repeat(", ?", n-1) + `)`
		}
		return all
	}()
	deleteRelated = inserts(eventsAtOnce, `DELETE FROM event_related WHERE (resource_id, occurred, sequence) IN (`, 3, `)`)
)
