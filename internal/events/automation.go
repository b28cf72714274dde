package events

import (
	"encoding/json"
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
