package actions

import (
	"encoding/json"
	"maps"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// tight is how soon after its event an action must have been asked for to follow it:
// consumers wait for what an event follows, and for what is long ago in vain.
const tight = 5 * time.Minute

// Told are the events that tell of an action that is over: that its block was loaded,
// that it was asked for, and that it was done or has failed.
func Told(t *prefect.TriggeredAction, out *Outcome, newID func() uuid.UUID, now time.Time) []*prefect.Event {
	var events []*prefect.Event
	if out.Loaded != "" {
		events = append(events, &prefect.Event{ID: newID(), Occurred: prefect.At(now), Event: "prefect.block." + out.Loaded + ".loaded",
			Resource: out.Block, Related: []prefect.Resource{
				{prefect.ResourceID: "prefect.block-type." + out.Loaded, prefect.ResourceRole: "block-type"}}})
	}
	resource := prefect.Resource{prefect.ResourceID: "prefect.automation." + t.Automation.ID.String(),
		prefect.ResourceName: t.Automation.Name, "prefect.trigger-type": t.Automation.Trigger.Type()}
	if t.Automation.Trigger.Event != nil {
		resource["prefect.posture"] = string(t.Automation.Trigger.Event.Posture)
	}
	related := append([]prefect.Resource{}, out.Related...)
	if t.ToldBy != nil {
		related = append(related, eventResource(*t.ToldBy, "automation-triggered-event"))
	}
	var follows *uuid.UUID
	if t.Event != nil {
		related = append(related, eventResource(t.Event.ID, "triggering-event"))
		if t.Triggered.Sub(t.Event.Occurred.Time).Abs() < tight {
			follows = &t.Event.ID
		}
	}
	payload := map[string]any{"action_index": t.Index, "action_type": t.Action.Type, "invocation": t.ID}
	asked := &prefect.Event{ID: newID(), Occurred: t.Triggered, Event: "prefect.automation.action.triggered",
		Resource: resource, Related: related, Payload: text(payload), Follows: follows}
	name := "prefect.automation.action.executed"
	if out.Failure != "" {
		name, payload["reason"] = "prefect.automation.action.failed", out.Failure
	}
	maps.Copy(payload, out.Details)
	return append(events, asked, &prefect.Event{ID: newID(), Occurred: prefect.At(now), Event: name,
		Resource: resource, Related: related, Payload: text(payload), Follows: &asked.ID})
}

func eventResource(id uuid.UUID, role string) prefect.Resource {
	return prefect.Resource{prefect.ResourceID: "prefect.event." + id.String(), prefect.ResourceRole: role}
}

func text(payload map[string]any) json.RawMessage {
	b, err := json.Marshal(payload)
	if err != nil {
		return nil // it is made of texts and numbers; one that cannot be written is no reason not to tell
	}
	return b
}
