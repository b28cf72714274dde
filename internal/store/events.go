package store

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// Emit appends events to the log, in the transaction that does what they tell
// of. An event whose id is in the log already is left out: senders may repeat.
func (tx *Tx) Emit(events ...*prefect.Event) error {
	for _, e := range events {
		payload := e.Payload
		if payload == nil {
			payload = []byte("{}")
		}
		if e.Related == nil {
			e.Related = []prefect.Resource{}
		}
		if tx.canAppendLater(e) {
			if err := tx.appendLater(e, payload); err != nil {
				return err
			}
			tx.Touch(Events)
			continue
		}
		// Not with RETURNING: SQLite would keep a journal of each statement, and
		// within a savepoint that costs more the longer the savepoint is.
		n, err := tx.conn.Exec(insertEvent,
			e.ID, e.Occurred, tx.Now, e.Event, e.Resource.ID(), JSON(e.Resource), JSON(e.Related), payload, e.Follows)
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		if err := tx.relate(e); err != nil {
			return err
		}
		if err := tx.noteEffect("prefect.event", e.ID); err != nil {
			return err
		}
		if e.Event == prefect.HeartbeatEvent {
			if err := tx.noteHeartbeat(e); err != nil {
				return err
			}
		}
		tx.Touch(Events)
	}
	return nil
}

// canAppendLater reports whether nothing depends on whether an event was in the log already,
// and one statement appends and indexes it.
func (tx *Tx) canAppendLater(e *prefect.Event) bool {
	_, ok := tx.conn.(Later)
	return ok && tx.cause == uuid.Nil && e.Event != prefect.HeartbeatEvent && len(e.Related) <= relatedAtOnce
}

// appendLater appends an event and indexes it by its related resources, as Emit does otherwise
// in steps of which each needs the answer to the one before. It is PostgreSQL's alone.
func (tx *Tx) appendLater(e *prefect.Event, payload json.RawMessage) error {
	args := append(make([]any, 0, 10+2*len(e.Related)),
		e.ID, e.Occurred, tx.Now, e.Event, e.Resource.ID(), JSON(e.Resource), JSON(e.Related), payload, e.Follows)
	if len(e.Related) > 0 {
		args = append(args, e.Occurred)
	}
	for _, related := range e.Related {
		args = append(args, related.ID(), related.Role())
	}
	return tx.exec(insertWithRelated[len(e.Related)], args...)
}

// insertEvent appends an event, unless there is one of its id.
const insertEvent = `INSERT INTO event (id, occurred, received, event, resource_id, resource, related, payload, follows)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`

// insertWithRelated are the statements that append an event with a number of related resources.
var insertWithRelated = func() []string {
	all := []string{insertEvent}
	for n := 1; n <= relatedAtOnce; n++ {
		all = append(all, `WITH added AS (`+insertEvent+` RETURNING sequence)
			INSERT INTO event_related (resource_id, occurred, sequence, resource_role)
			SELECT related.id, ?, added.sequence, related.role FROM added,
				(VALUES (?, ?)`+strings.Repeat(`, (?, ?)`, n-1)+`) AS related (id, role) ON CONFLICT DO NOTHING`)
	}
	return all
}()

// relatedAtOnce is how many related resources one statement indexes: as many as an event of
// a run has.
const relatedAtOnce = 8

// insertRelated are the statements that index a number of related resources.
var insertRelated = inserts(relatedAtOnce, `INSERT INTO event_related (resource_id, occurred, sequence, resource_role)`, 4, `ON CONFLICT DO NOTHING`)

// relate indexes an event that was just appended by its related resources.
func (tx *Tx) relate(e *prefect.Event) error {
	if len(e.Related) == 0 {
		return nil
	}
	var sequence int64
	if err := tx.one(`SELECT sequence FROM event WHERE id = ?`, []any{e.ID}, &sequence); err != nil {
		return err
	}
	for some := range slices.Chunk(e.Related, relatedAtOnce) {
		args := make([]any, 0, 4*relatedAtOnce)
		for _, related := range some {
			args = append(args, related.ID(), e.Occurred, sequence, related.Role())
		}
		if _, err := tx.conn.Exec(insertRelated[len(some)], args...); err != nil {
			return err
		}
	}
	return nil
}

// CountEventLog is the number of events in the log.
func (tx *Tx) CountEventLog() (int, error) { return tx.count(`SELECT count(*) FROM event`) }
