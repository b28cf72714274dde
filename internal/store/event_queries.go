package store

import (
	"time"

	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/prefect"
)

// EventPlace is where a page of events ended: the next begins after it.
type EventPlace struct {
	Occurred prefect.Time `json:"occurred"`
	Sequence int64        `json:"sequence"`
}

// FilterEvents returns the events that meet the filter, in its order: at most
// limit of them, after a place where after is given, else from offset on.
func (tx *Tx) FilterEvents(f *prefect.EventFilter, limit, offset int, after *EventPlace) ([]*prefect.ReceivedEvent, error) {
	q := eventPage(f, limit, offset, after)
	return collect(tx, q.sql, q.args, scanEvent)
}

func eventPage(f *prefect.EventFilter, limit, offset int, after *EventPlace) condition {
	direction, comparison := "DESC", "<"
	if f.Order == prefect.OldestFirst {
		direction, comparison = "ASC", ">"
	}
	if len(f.ID.ID) > 0 {
		limit = min(limit, len(f.ID.ID))
	}
	keys := eventKeys(f)
	var beyond condition
	if after != nil && !isDistinct(f) {
		beyond, offset = when("(occurred, sequence) "+comparison+" (?, ?)", after.Occurred, after.Sequence), 0
	}
	order := ` ORDER BY occurred ` + direction + `, sequence ` + direction
	// The page is found by the keys alone; only its events are read.
	return condition{`SELECT ` + eventColumns + ` FROM (SELECT sequence AS wanted FROM (` + keys.sql + `)` + beyond.where() + order + ` LIMIT ? OFFSET ?)
			JOIN event ON event.sequence = wanted` + order,
		append(append(keys.args, beyond.args...), limit, offset)}
}

func isDistinct(f *prefect.EventFilter) bool { return f.Resource != nil && f.Resource.Distinct }

// eventKeys is a query for the sequence and occurred of the events that meet
// the filter, each once. A filter by nothing but one related resource, or one
// resource in any role, is answered by the indexes of these.
func eventKeys(f *prefect.EventFilter) condition {
	window := when("BETWEEN ? AND ?", *f.Occurred.Since, *f.Occurred.Until)
	if isDistinct(f) {
		where := eventsWhere(f)
		extreme := "max"
		if f.Order == prefect.OldestFirst {
			extreme = "min"
		}
		// SQLite takes a column beside a lone max() from the row of the maximum.
		return condition{`SELECT sequence, occurred FROM (SELECT event.sequence AS sequence, ` + extreme + `(event.occurred) AS occurred
			FROM event` + where.where() + ` GROUP BY event.resource_id)`, where.args}
	}
	onlyResources := f.Event == nil && f.Resource == nil && f.Text == nil && len(f.ID.ID) == 0
	if onlyResources && len(f.AnyResource) == 0 && len(f.Related) == 1 {
		if inner := relatedCriteria(&f.Related[0]); len(f.Related[0].Labels) == 0 && len(inner) > 0 {
			where := and(append(inner, when("occurred "+window.sql, window.args...))...)
			return condition{`SELECT DISTINCT sequence, occurred FROM event_related` + where.where(), where.args}
		}
	}
	if onlyResources && len(f.Related) == 0 && len(f.AnyResource) == 1 && len(f.AnyResource[0].Labels)+len(f.AnyResource[0].IDPrefix) == 0 {
		if inner := resourceCriteria("resource_id", f.AnyResource[0].ID, nil); len(inner) > 0 {
			where := and(append(inner, when("occurred "+window.sql, window.args...))...)
			return condition{`SELECT sequence, occurred FROM event` + where.where() +
				` UNION SELECT sequence, occurred FROM event_related` + where.where(), append(where.args, where.args...)}
		}
	}
	where := eventsWhere(f)
	return condition{`SELECT sequence, occurred FROM event` + where.where(), where.args}
}

// BackfillEvents returns the events that meet the filter and lie in the log up to
// a place, oldest first: at most limit, after another place where one is given.
func (tx *Tx) BackfillEvents(f *prefect.EventFilter, upTo int64, limit int, after *EventPlace) ([]*prefect.ReceivedEvent, error) {
	where := and(eventsWhere(f), when("event.sequence <= ?", upTo))
	if after != nil {
		where = and(where, when("(event.occurred, event.sequence) > (?, ?)", after.Occurred, after.Sequence))
	}
	return collect(tx, `SELECT `+eventColumns+` FROM event`+where.where()+` ORDER BY event.occurred, event.sequence LIMIT ?`,
		append(where.args, limit), scanEvent)
}

// CountEvents counts the events that meet the filter, or their resources when
// it asks for distinct ones.
func (tx *Tx) CountEvents(f *prefect.EventFilter) (int, error) {
	if isDistinct(f) {
		where := eventsWhere(f)
		return tx.count(`SELECT count(DISTINCT event.resource_id) FROM event`+where.where(), where.args...)
	}
	keys := eventKeys(f)
	return tx.count(`SELECT count(*) FROM (`+keys.sql+`)`, keys.args...)
}

// CountEventsByTime counts the events that meet the filter by bucket of time,
// numbered from the origin of the buckets.
func (tx *Tx) CountEventsByTime(f *prefect.EventFilter, b events.Buckets) (map[int64]int, error) {
	where := eventsWhere(f)
	// Counted from before the window, because the division of integers rounds
	// towards zero.
	before := max(0, int64(b.Origin().Sub(f.Occurred.Since.Time)/b.Length)+1)
	origin := b.Origin().Add(-time.Duration(before) * b.Length)
	counts := map[int64]int{}
	err := tx.conn.Query(`SELECT (event.occurred - ?) / ? AS bucket, count(*) FROM event`+where.where()+` GROUP BY bucket`,
		append([]any{origin, b.Length}, where.args...), func(r Row) error {
			var bucket int64
			var n int
			err := r.Scan(&bucket, &n)
			counts[bucket-before] = n
			return err
		})
	return counts, err
}

// CountEventsByName counts the events that meet the filter by their name, the
// most frequent first.
func (tx *Tx) CountEventsByName(f *prefect.EventFilter) ([]events.Count, error) {
	where := eventsWhere(f)
	return collect(tx, `SELECT event.event, event.event, count(*) AS number, min(event.occurred), max(event.occurred)
		FROM event`+where.where()+` GROUP BY event.event ORDER BY number DESC, event.event`, where.args, scanEventCount)
}

// CountEventsByResource counts the events that meet the filter by their primary
// resource, the most frequent first; each is called by its newest name.
func (tx *Tx) CountEventsByResource(f *prefect.EventFilter) ([]events.Count, error) {
	where := eventsWhere(f)
	return collect(tx, `SELECT value, coalesce(resource ->> '$."prefect.resource.name"', resource ->> '$."prefect.name"', value) AS label,
			number, oldest, latest
		FROM (SELECT value, number, oldest, latest,
				(SELECT named.resource FROM event AS named WHERE named.resource_id = value AND named.occurred = latest LIMIT 1) AS resource
			FROM (SELECT event.resource_id AS value, count(*) AS number, min(event.occurred) AS oldest, max(event.occurred) AS latest
				FROM event`+where.where()+` GROUP BY event.resource_id))
		ORDER BY number DESC, label`, where.args, scanEventCount)
}

func scanEventCount(r Row) (c events.Count, err error) {
	return c, r.Scan(&c.Value, &c.Label, &c.Count, &c.Start, &c.End)
}
