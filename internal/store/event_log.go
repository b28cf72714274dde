package store

import (
	"errors"
	"time"

	"github.com/reevehq/reeve/internal/prefect"
)

const eventColumns = `event.sequence, event.id, event.occurred, event.received, event.event,
	event.resource, event.related, event.payload, event.follows`

func scanEvent(r Row) (*prefect.ReceivedEvent, error) {
	var e prefect.ReceivedEvent
	err := r.Scan(&e.Sequence, &e.ID, &e.Occurred, &e.Received, &e.Event.Event,
		JSON(&e.Resource), JSON(&e.Related), &e.Payload, &e.Follows)
	return &e, err
}

// LastEventSequence is the place of the newest event in the log, 0 when there
// never was one.
func (tx *Tx) LastEventSequence() (int64, error) {
	var sequence int64
	err := tx.one(`SELECT coalesce(max(sequence), 0) FROM event`, nil, &sequence)
	return sequence, err
}

// ReadEventLog returns the events after a place in the log and up to another
// whose name starts with prefix, in the log's order, at most limit.
func (tx *Tx) ReadEventLog(after, upTo int64, prefix string, limit int) ([]*prefect.ReceivedEvent, error) {
	// The plus signs keep the planner from the index of names: what is new is
	// little, however much there is of one name.
	return collect(tx, `SELECT `+eventColumns+` FROM event
		WHERE sequence > ? AND sequence <= ? AND +event >= ? AND +event < ? ORDER BY sequence LIMIT ?`,
		[]any{after, upTo, prefix, prefixEnd(prefix), limit}, scanEvent)
}

// FirstReceived is when the first event after a place in the log was received, false
// when there is none.
func (tx *Tx) FirstReceived(after int64) (time.Time, bool, error) {
	return first(tx, `SELECT received FROM event WHERE sequence > ? ORDER BY sequence LIMIT 1`, []any{after}, scanTime)
}

// EventsReceivedBefore is the place in the log of the last event that was received
// before a moment, 0 when there is none. Events are received in their order, but for
// clocks that are set back.
func (tx *Tx) EventsReceivedBefore(at time.Time) (int64, error) {
	last, err := tx.LastEventSequence()
	if err != nil {
		return 0, err
	}
	low, high := int64(0), last
	for low < high { // the first event after low was received before at, those after high were not
		middle := low + (high-low)/2
		received, some, err := tx.FirstReceived(middle)
		if err != nil {
			return 0, err
		}
		if some && received.Before(at) {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low, nil
}

// prefixEnd is the least text that is greater than all that start with prefix.
func prefixEnd(prefix string) string { return prefix + "\U0010FFFF" }

// EventCursor is how far a consumer has read the log: the sequence of the last
// event it has dealt with. A consumer that is new stands before the first.
func (tx *Tx) EventCursor(consumer string) (int64, error) {
	var sequence int64
	err := tx.one(`SELECT sequence FROM event_cursor WHERE consumer = ?`, []any{consumer}, &sequence)
	if err == ErrNoRows {
		return 0, nil
	}
	return sequence, err
}

// ErrCursorMoved says that a consumer's cursor does not stand where it was
// expected: somebody else has dealt with the events after it.
var ErrCursorMoved = errors.New("the consumer's cursor was moved by somebody else")

// AdvanceEventCursor moves a consumer's cursor, in the transaction that holds
// the effect of the events between. It returns ErrCursorMoved when the cursor
// does not stand at from.
func (tx *Tx) AdvanceEventCursor(consumer string, from, to int64) error {
	n, err := tx.conn.Exec(`INSERT INTO event_cursor (consumer, sequence, updated) VALUES (?, ?, ?)
		ON CONFLICT (consumer) DO UPDATE SET sequence = excluded.sequence, updated = excluded.updated
		WHERE event_cursor.sequence = ?`, consumer, to, tx.Now, from)
	if err == nil && n == 0 {
		err = ErrCursorMoved
	}
	return err
}
