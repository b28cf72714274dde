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

// FilterEvents gives the events that meet the filter, in its order: at most
// limit of them, after a place where after is given, else from offset on.
func (tx *Tx) FilterEvents(f *prefect.EventFilter, limit, offset int, after *EventPlace) ([]*prefect.ReceivedEvent, error) {
	where := eventsWhere(f)
	direction, comparison := "DESC", "<"
	if f.Order == prefect.OldestFirst {
		direction, comparison = "ASC", ">"
	}
	if len(f.ID.ID) > 0 {
		limit = min(limit, len(f.ID.ID))
	}
	order := ` ORDER BY event.occurred ` + direction + `, event.sequence ` + direction + ` LIMIT ? OFFSET ?`
	if f.Resource != nil && f.Resource.Distinct {
		return collect(tx, `SELECT `+eventColumns+` FROM event WHERE event.sequence IN (
				SELECT sequence FROM (SELECT event.sequence AS sequence, row_number() OVER (
					PARTITION BY event.resource_id ORDER BY event.occurred `+direction+`, event.sequence `+direction+`) AS place
				FROM event`+where.where()+`) WHERE place = 1)`+order,
			append(where.args, limit, offset), scanEvent)
	}
	if after != nil {
		where, offset = and(where, when("(event.occurred, event.sequence) "+comparison+" (?, ?)", after.Occurred, after.Sequence)), 0
	}
	return collect(tx, `SELECT `+eventColumns+` FROM event`+where.where()+order, append(where.args, limit, offset), scanEvent)
}

// BackfillEvents gives the events that meet the filter and lie in the log up to
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
	where := eventsWhere(f)
	what := "*"
	if f.Resource != nil && f.Resource.Distinct {
		what = "DISTINCT event.resource_id"
	}
	return tx.count(`SELECT count(`+what+`) FROM event`+where.where(), where.args...)
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
