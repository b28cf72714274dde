package events

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
)

// The label that tells events of automations how their trigger looks at events, and
// the role in which they name the event that made it fire.
const (
	postureLabel        = "prefect.posture"
	triggeringEventRole = "triggering-event"
)

// AutomationFired tells that a firing brought an automation into a state. Its id is
// derived from the firing's: told again, it is the same event.
func AutomationFired(a *prefect.Automation, f *prefect.Firing, state prefect.TriggerState) (*prefect.Event, error) {
	resource := prefect.Resource{prefect.ResourceID: resourceID("automation", a.ID), prefect.ResourceName: a.Name}
	if posture := f.Trigger.Posture(); posture != "" {
		resource[postureLabel] = string(posture)
	}
	related := []prefect.Resource{}
	if f.Event != nil {
		related = append(related, relatedResource("event", f.Event.ID, triggeringEventRole))
	}
	labels := f.Labels
	if labels == nil {
		labels = map[string]string{}
	}
	payload, err := json.Marshal(struct {
		Labels map[string]string      `json:"triggering_labels"`
		Event  *prefect.ReceivedEvent `json:"triggering_event"`
	}{labels, f.Event})
	return &prefect.Event{
		ID:       uuid.NewSHA1(f.ID, []byte(state)),
		Occurred: f.Triggered,
		Event:    "prefect.automation." + strings.ToLower(string(state)),
		Resource: resource,
		Related:  related,
		Payload:  payload,
	}, err
}

// Automation is the event prefect.automation.<action>. Its payload is the automation.
func Automation(action Action, a *prefect.Automation, id uuid.UUID, now time.Time) *prefect.Event {
	return lifecycle("automation", action, a.ID, a.Name, a, nil, id, now)
}

// FiredEventID is the id of the event that tells of a firing, of the first one when it
// brought the automation into two states.
func FiredEventID(f *prefect.Firing) uuid.UUID {
	state := prefect.Resolved
	if slices.Contains(f.States, prefect.Triggered) {
		state = prefect.Triggered
	}
	return uuid.NewSHA1(f.ID, []byte(state))
}

// ToldBy is the event by which the firing was told that an event of an automation
// speaks of; false for other events.
func ToldBy(e *prefect.Event) (uuid.UUID, bool) {
	if !strings.HasPrefix(e.Event, "prefect.automation.") {
		return uuid.Nil, false
	}
	for _, related := range e.Related {
		if related.Role() == toldByRole {
			id, err := uuid.Parse(strings.TrimPrefix(related.ID(), "prefect.event."))
			return id, err == nil
		}
	}
	return e.ID, true
}

// toldByRole is the role in which events of actions name the event that told of the
// firing that asked for them.
const toldByRole = "automation-triggered-event"

// AutomationPaused tells that the server paused an automation by itself, at an event, and why.
func AutomationPaused(a *prefect.Automation, at *prefect.ReceivedEvent, reason string, id uuid.UUID, now time.Time) *prefect.Event {
	var related []prefect.Resource
	if at != nil {
		related = append(related, relatedResource("event", at.ID, triggeringEventRole))
	}
	return lifecycleNamed("reeve.automation.paused", "automation", a.ID, a.Name, map[string]string{"reason": reason}, related, id, now)
}
