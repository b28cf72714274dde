package live

import (
	"encoding/json"
	"testing"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/events"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/pyjson"
	"github.com/reevehq/reeve/internal/store"
)

// An event that is accepted can be stored, and reads back as what was sent.
func FuzzEventFrame(f *testing.F) {
	f.Add([]byte(`{"occurred":"2026-01-01T00:00:00Z","event":"thing.happened","id":"0193c7a0-0000-7000-8000-000000000000","resource":{"prefect.resource.id":"thing.1"},"related":[{"prefect.resource.id":"other.1","prefect.resource.role":"friend"}]}`))
	f.Add([]byte(`{"occurred":1e9,"event":"","id":"00000000000000000000000000000000","resource":{"prefect.resource.id":"\u0000"},"payload":{"a":NaN}}`))
	f.Add([]byte(`{"occurred":"2026-01-01","event":"x","id":"{urn","resource":{"prefect.resource.id":1},"related":[[]],"follows":null}`))
	s := newSockets(f)
	f.Fuzz(func(t *testing.T, frame []byte) {
		value, err := pyjson.Parse(frame)
		if err != nil {
			return
		}
		event, err := s.readEvent(value)
		if err != nil || event == nil {
			return
		}
		event.ID = uuid.New() // one that was not seen in another round
		if err := s.Emit(t.Context(), []*prefect.Event{event}); err != nil {
			t.Fatal(err)
		}
		filter := &prefect.EventFilter{Order: prefect.NewestFirst, ID: prefect.EventIDFilter{ID: []uuid.UUID{event.ID}}}
		filter.Occurred.Since, filter.Occurred.Until = &event.Occurred, &event.Occurred
		err = s.store.View(t.Context(), func(tx *store.Tx) error {
			found, err := tx.FilterEvents(filter, 1, 0, nil)
			if err != nil {
				return err
			}
			if len(found) != 1 {
				t.Fatal("the event is not in the log")
			}
			sent, _ := json.Marshal(event)
			stored, err := json.Marshal(&found[0].Event)
			if string(sent) != string(stored) {
				t.Errorf("stored %s, sent %s", stored, sent)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if !events.Matches(filter, event) {
			t.Error("the event does not match a filter of itself")
		}
	})
}
