package store

import (
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
		var sequence int64
		err := tx.one(`INSERT INTO event (id, occurred, received, event, resource_id, resource, related, payload, follows)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING RETURNING sequence`,
			[]any{e.ID, e.Occurred, tx.Now, e.Event, e.Resource.ID(), JSON(e.Resource), JSON(e.Related), payload, e.Follows}, &sequence)
		if err == ErrNoRows {
			continue
		}
		if err != nil {
			return err
		}
		for _, related := range e.Related {
			_, err := tx.conn.Exec(`INSERT INTO event_related (resource_id, occurred, sequence, resource_role)
				VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`, related.ID(), e.Occurred, sequence, related.Role())
			if err != nil {
				return err
			}
		}
		tx.Touch(Events)
	}
	return nil
}

// CountEventLog is the number of events in the log.
func (tx *Tx) CountEventLog() (int, error) { return tx.count(`SELECT count(*) FROM event`) }
