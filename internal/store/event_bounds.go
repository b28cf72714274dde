package store

import "github.com/reevehq/reeve/internal/prefect"

// EventsBack is the place of the last of the n newest events that a filter passes over, after a
// place where after is given: those of its resources where an index has these alone, else those
// of its time whether they meet it or not. False when there are not so many. It
// reads keys of indexes alone. The filter asks for the newest first.
func (tx *Tx) EventsBack(f *prefect.EventFilter, after *EventPlace, n int) (EventPlace, bool, error) {
	passed := &prefect.EventFilter{Occurred: f.Occurred, Order: prefect.NewestFirst}
	if len(eventArms(f)) > 0 {
		passed.AnyResource, passed.Related = f.AnyResource, f.Related
	}
	var beyond condition
	if after != nil {
		beyond = when("(occurred, sequence) < (?, ?)", after.Occurred, after.Sequence)
	}
	q := tx.eventsInOrder(passed, beyond, 1, n-1)
	return first(tx, q.sql, q.args, func(r Row) (p EventPlace, err error) { return p, r.Scan(&p.Sequence, &p.Occurred) })
}
