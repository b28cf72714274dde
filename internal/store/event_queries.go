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
	q := tx.eventPage(f, limit, offset, after)
	return collect(tx, q.sql, q.args, scanEvent)
}

// eventOrder is the order of a filter, and the sign by which a place comes after another.
func eventOrder(f *prefect.EventFilter) (order, after string) {
	if f.Order == prefect.OldestFirst {
		return " ORDER BY occurred ASC, sequence ASC", ">"
	}
	return " ORDER BY occurred DESC, sequence DESC", "<"
}

func (tx *Tx) eventPage(f *prefect.EventFilter, limit, offset int, after *EventPlace) condition {
	if len(f.ID.ID) > 0 {
		limit = min(limit, len(f.ID.ID))
	}
	var beyond condition
	order, comparison := eventOrder(f)
	if after != nil && !isDistinct(f) {
		beyond, offset = when("(occurred, sequence) "+comparison+" (?, ?)", after.Occurred, after.Sequence), 0
	}
	// The page is found by the keys alone; only its events are read.
	keys := tx.eventsInOrder(f, beyond, limit, offset)
	return condition{`SELECT ` + eventColumns + ` FROM (SELECT sequence AS wanted FROM (` + keys.sql + `)) JOIN event ON event.sequence = wanted` + order, keys.args}
}

// eventsInOrder is a query for the sequence and occurred of events that meet the filter, in
// its order. Several indexes that have the order are merged, no further than the page.
func (tx *Tx) eventsInOrder(f *prefect.EventFilter, beyond condition, limit, offset int) condition {
	order, _ := eventOrder(f)
	arms := eventArms(f)
	if len(arms) == 0 {
		keys := tx.eventKeys(f)
		return condition{`SELECT sequence, occurred FROM (` + keys.sql + `)` + beyond.where() + order + ` LIMIT ? OFFSET ?`,
			append(append(keys.args, beyond.args...), limit, offset)}
	}
	for i := range arms {
		if beyond.sql != "" {
			arms[i] = condition{arms[i].sql + " AND " + beyond.sql, append(arms[i].args, beyond.args...)}
		}
		if tx.onPostgres() && limit >= 0 { // which gathers what it makes a union of: no more than the page can need
			arms[i] = condition{`SELECT sequence, occurred FROM (` + arms[i].sql + order + ` LIMIT ?) AS newest`, append(arms[i].args, limit+offset)}
		}
	}
	keys := merged(arms)
	return condition{keys.sql + order + ` LIMIT ? OFFSET ?`, append(keys.args, limit, offset)}
}

func isDistinct(f *prefect.EventFilter) bool { return f.Resource != nil && f.Resource.Distinct }

// mostArms bounds the resources of which each has an index of its own looked through.
const mostArms = 10

// eventArms are the queries for the keys of events that together meet a filter by nothing but
// one related resource, or by resources in any role, each of them in order by an index; none
// for other filters.
func eventArms(f *prefect.EventFilter) (arms []condition) {
	if f.Event != nil || f.Resource != nil || f.Text != nil || len(f.ID.ID) > 0 {
		return nil
	}
	const related = `SELECT DISTINCT sequence, occurred FROM event_related WHERE resource_id = ? AND occurred BETWEEN ? AND ?`
	since, until := *f.Occurred.Since, *f.Occurred.Until
	switch {
	case len(f.AnyResource) == 0 && len(f.Related) == 1:
		if r := f.Related[0]; len(r.Labels)+len(r.Role)+len(r.ResourcesInRoles) == 0 && len(r.ID) == 1 {
			return []condition{when(related, r.ID[0], since, until)}
		}
	case len(f.AnyResource) == 1 && len(f.Related) == 0:
		if r := f.AnyResource[0]; len(r.Labels)+len(r.IDPrefix) == 0 && len(r.ID) <= mostArms {
			for _, id := range r.ID {
				arms = append(arms, when(`SELECT sequence, occurred FROM event WHERE resource_id = ? AND occurred BETWEEN ? AND ?`, id, since, until),
					when(related, id, since, until))
			}
		}
	}
	return arms
}

// merged are the rows of several queries, each once.
func merged(all []condition) (whole condition) {
	for i, c := range all {
		if i > 0 {
			whole.sql += " UNION "
		}
		whole.sql += c.sql
		whole.args = append(whole.args, c.args...)
	}
	return whole
}

// eventKeys is a query for the sequence and occurred of the events that meet
// the filter, each once. A filter by nothing but one related resource, or
// resources in any role, is answered by the indexes of these.
func (tx *Tx) eventKeys(f *prefect.EventFilter) condition {
	window := when("BETWEEN ? AND ?", *f.Occurred.Since, *f.Occurred.Until)
	if isDistinct(f) {
		where := eventsWhere(f)
		extreme, order := "max", " DESC"
		if f.Order == prefect.OldestFirst {
			extreme, order = "min", ""
		}
		return condition{tx.either(`SELECT sequence, occurred FROM (SELECT event.sequence AS sequence, `+extreme+`(event.occurred) AS occurred
				FROM event`+where.where()+` GROUP BY event.resource_id)`,
			`SELECT sequence, occurred FROM (SELECT DISTINCT ON (event.resource_id) event.sequence AS sequence, event.occurred AS occurred
				FROM event`+where.where()+` ORDER BY event.resource_id, event.occurred`+order+`)`), where.args}
	}
	if arms := eventArms(f); len(arms) > 0 {
		order, _ := eventOrder(f)
		keys := merged(arms)
		if tx.onPostgres() {
			return keys
		}
		return condition{keys.sql + order + ` LIMIT -1`, keys.args} // in order they are merged, and not gathered to find what is twice in them
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
	keys := tx.eventKeys(f)
	return tx.count(`SELECT count(*) FROM (`+keys.sql+`)`, keys.args...)
}

// eventsOf is what events are counted from that meet a filter: " FROM event", and which.
func (tx *Tx) eventsOf(f *prefect.EventFilter) condition {
	if len(eventArms(f)) > 0 {
		keys := tx.eventKeys(f)
		return condition{` FROM (` + keys.sql + `) AS found CROSS JOIN event ON event.sequence = found.sequence`, keys.args}
	}
	where := eventsWhere(f)
	return condition{` FROM event` + where.where(), where.args}
}

// counting is where buckets are counted from: before the window, because the division of integers
// rounds towards zero. before is how many buckets that is from their origin.
func counting(f *prefect.EventFilter, b events.Buckets) (from time.Time, before int64) {
	before = max(0, int64(b.Origin().Sub(f.Occurred.Since.Time)/b.Length)+1)
	return b.Origin().Add(-time.Duration(before) * b.Length), before
}

// CountEventsByTime counts the events that meet the filter by bucket of time,
// numbered from the origin of the buckets.
func (tx *Tx) CountEventsByTime(f *prefect.EventFilter, b events.Buckets) (map[int64]int, error) {
	var from condition
	if len(eventArms(f)) > 0 { // the keys tell enough
		keys := tx.eventKeys(f)
		from = condition{` FROM (` + keys.sql + `) AS event`, keys.args}
	} else {
		from = tx.eventsOf(f)
	}
	origin, before := counting(f, b)
	counts := map[int64]int{}
	err := tx.conn.Query(`SELECT (event.occurred - ?) / ? AS bucket, count(*)`+from.sql+` GROUP BY bucket`,
		append([]any{origin, b.Length}, from.args...), func(r Row) error {
			var bucket int64
			var n int
			err := r.Scan(&bucket, &n)
			counts[bucket-before] = n
			return err
		})
	return counts, err
}

// CountEventsByTimeAndName counts the events that meet the filter by bucket of time, as
// CountEventsByTime, and by name, in one pass.
func (tx *Tx) CountEventsByTimeAndName(f *prefect.EventFilter, b events.Buckets) (times map[int64]int, names map[string]int, err error) {
	from := tx.eventsOf(f)
	origin, before := counting(f, b)
	times, names = map[int64]int{}, map[string]int{}
	err = tx.conn.Query(`SELECT (event.occurred - ?) / ? AS bucket, event.event, count(*)`+from.sql+` GROUP BY bucket, event.event`,
		append([]any{origin, b.Length}, from.args...), func(r Row) error {
			var bucket int64
			var name string
			var n int
			err := r.Scan(&bucket, &name, &n)
			times[bucket-before] += n
			names[name] += n
			return err
		})
	return times, names, err
}

// CountEventsByName counts the events that meet the filter by their name, the
// most frequent first.
func (tx *Tx) CountEventsByName(f *prefect.EventFilter) ([]events.Count, error) {
	from := tx.eventsOf(f)
	return collect(tx, `SELECT event.event, event.event, count(*) AS number, min(event.occurred), max(event.occurred)`+
		from.sql+` GROUP BY event.event ORDER BY number DESC, event.event`, from.args, scanEventCount)
}

// CountEventsByResource counts the events that meet the filter by their primary
// resource, the most frequent first; each is called by its newest name.
func (tx *Tx) CountEventsByResource(f *prefect.EventFilter) ([]events.Count, error) {
	from := tx.eventsOf(f)
	return collect(tx, `SELECT value, coalesce(resource ->> '$."prefect.resource.name"', resource ->> '$."prefect.name"', value) AS label,
			number, oldest, latest
		FROM (SELECT value, number, oldest, latest,
				(SELECT named.resource FROM event AS named WHERE named.resource_id = value AND named.occurred = latest LIMIT 1) AS resource
			FROM (SELECT event.resource_id AS value, count(*) AS number, min(event.occurred) AS oldest, max(event.occurred) AS latest`+
		from.sql+` GROUP BY event.resource_id))
		ORDER BY number DESC, label`, from.args, scanEventCount)
}

func scanEventCount(r Row) (c events.Count, err error) {
	return c, r.Scan(&c.Value, &c.Label, &c.Count, &c.Start, &c.End)
}
