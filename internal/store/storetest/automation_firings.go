package storetest

import (
	"encoding/json"
	"testing"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

var automationFiringsCases = []Case{
	{"a firing is noted once, told once for each of its states", firingsAreToldOnce},
}

func firingsAreToldOnce(t *testing.T, open Open) {
	s, _ := newStore(t, open)
	trigger := prefect.Trigger{ID: uuid.New(), Event: &prefect.EventTrigger{Posture: prefect.Reactive}}
	a := &prefect.Automation{ID: uuid.New(), AutomationCore: prefect.AutomationCore{Name: "a", Trigger: trigger,
		Actions:          []prefect.Action{{Type: prefect.DoNothing}},
		ActionsOnTrigger: []prefect.Action{{Type: prefect.CancelFlowRun}},
		ActionsOnResolve: []prefect.Action{{Type: prefect.DeleteFlowRun}},
	}}
	cause := &prefect.ReceivedEvent{Event: prefect.Event{ID: uuid.New(), Event: "x", Resource: prefect.Resource{prefect.ResourceID: "r"}}}
	f := &prefect.Firing{ID: uuid.New(), Triggered: prefect.At(Start), Event: cause, Labels: map[string]string{"l": "v"},
		Trigger: trigger, States: []prefect.TriggerState{prefect.Triggered, prefect.Resolved}}
	for i, want := range []bool{true, false} {
		update(t, s, func(tx *store.Tx) error {
			fired, err := tx.Fire(a, f)
			if fired != want {
				t.Errorf("attempt %d fired: %v", i, fired)
			}
			return err
		})
	}
	view(t, s, func(tx *store.Tx) error {
		last, err := tx.LastEventSequence()
		if err != nil {
			return err
		}
		told, err := tx.ReadEventLog(0, last, "", 10)
		if err != nil {
			return err
		}
		if len(told) != 2 || told[0].Event.Event != "prefect.automation.triggered" || told[1].Event.Event != "prefect.automation.resolved" {
			t.Fatalf("told %v", told)
		}
		e := told[0]
		if e.Resource.ID() != "prefect.automation."+a.ID.String() || e.Resource["prefect.posture"] != "Reactive" || e.Resource["prefect.resource.name"] != "a" {
			t.Errorf("resource %v", e.Resource)
		}
		if len(e.Related) != 1 || e.Related[0].ID() != "prefect.event."+cause.ID.String() || e.Related[0].Role() != "triggering-event" {
			t.Errorf("related %v", e.Related)
		}
		var payload struct {
			Labels map[string]string      `json:"triggering_labels"`
			Cause  struct{ ID uuid.UUID } `json:"triggering_event"`
		}
		if err := json.Unmarshal(e.Payload, &payload); err != nil {
			return err
		}
		if payload.Labels["l"] != "v" || payload.Cause.ID != cause.ID {
			t.Errorf("payload %s", e.Payload)
		}
		return nil
	})
}
