package prefect

import (
	"slices"

	"github.com/google/uuid"
)

// TriggerState is what a firing says of its trigger.
type TriggerState string

// The states.
const (
	Triggered TriggerState = "Triggered"
	Resolved  TriggerState = "Resolved"
)

// Firing is one instance of a trigger that fired. It keeps what made it fire, so that
// actions can speak of it however late they are done.
type Firing struct {
	// ID is derived from the automation, the trigger, the bucket and the start of its
	// window: what fires once has one id, whatever crashes or repeats.
	ID      uuid.UUID      `json:"id"`
	Trigger Trigger        `json:"trigger"`
	States  []TriggerState `json:"trigger_states"`
	// Triggered is when the trigger fired, which may be after the event occurred.
	Triggered Time `json:"triggered"`
	// Labels are the values of the labels that the trigger is evaluated for each of.
	Labels map[string]string `json:"triggering_labels"`
	// Firings are those of the children of a composite trigger.
	Firings []Firing `json:"triggering_firings"`
	// Event is the newest event of the firing: the one that made a reactive trigger
	// fire, the last that a proactive one has seen, nil when there was none.
	Event *ReceivedEvent `json:"triggering_event"`
	// Value is the figure that made a metric trigger fire.
	Value *Float `json:"triggering_value"`
}

// All are the firing and those that it comes of, parents first.
func (f *Firing) All() []*Firing {
	all := []*Firing{f}
	for i := range f.Firings {
		all = append(all, f.Firings[i].All()...)
	}
	return all
}

// IsOver reports whether the firing says that its trigger is resolved, and no more.
func (f *Firing) IsOver() bool {
	return slices.Contains(f.States, Resolved) && !slices.Contains(f.States, Triggered)
}

// Events are the events of the firing and of those that it comes of.
func (f *Firing) Events() []*ReceivedEvent {
	var events []*ReceivedEvent
	for _, firing := range f.All() {
		if firing.Event != nil {
			events = append(events, firing.Event)
		}
	}
	return events
}

// TriggeredAction is one action that a firing asks for, with all that it may speak of.
type TriggeredAction struct {
	// ID is derived from the firing's and the index: repeats of the action carry it.
	ID         uuid.UUID         `json:"id"`
	Automation Automation        `json:"automation"`
	Firing     *Firing           `json:"firing"`
	Triggered  Time              `json:"triggered"`
	Labels     map[string]string `json:"triggering_labels"`
	// Event is the firing's event, for actions of a state the event that tells of it.
	Event  *ReceivedEvent `json:"triggering_event"`
	Action Action         `json:"action"`
	Index  int            `json:"action_index"`
	// ToldBy is the id of the event prefect.automation.triggered or .resolved.
	ToldBy *uuid.UUID `json:"automation_triggered_event_id"`
	// Incident is what has to succeed for a message to be over, "" when nothing has to.
	Incident string `json:"-"`
	// Gathered are the messages that this one tells together, nil when it is alone.
	Gathered *Gathered `json:"-"`
	// Resolution is what made an end of what was told before, nil when it has none.
	Resolution *Resolution `json:"-"`
}
