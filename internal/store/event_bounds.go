package store

import "time"

// EventsBack is when the last of the n newest events of a span occurred; false when
// there are not so many. It reads keys of an index alone.
func (tx *Tx) EventsBack(since, until time.Time, n int) (time.Time, bool, error) {
	return first(tx, `SELECT occurred FROM event INDEXED BY event_occurred WHERE occurred BETWEEN ? AND ? ORDER BY occurred DESC LIMIT 1 OFFSET ?`,
		[]any{since, until, n - 1}, scanTime)
}
