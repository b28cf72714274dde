package prefect

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
)

// Trigger says when an automation fires. Exactly one of its kinds is set.
type Trigger struct {
	// ID names the trigger within its automation; buckets and firings of children
	// belong to it. The server draws a new one whenever a client sends a trigger.
	ID       uuid.UUID
	Event    *EventTrigger
	Compound *CompoundTrigger
	Sequence *SequenceTrigger
	Metric   *MetricTrigger
}

// Posture is whether a trigger fires because events came or because they did not.
type Posture string

// The postures.
const (
	Reactive  Posture = "Reactive"
	Proactive Posture = "Proactive"
	Metric    Posture = "Metric"
)

// EventTrigger fires when Threshold expected events have come within Within
// (reactive), or have not (proactive), for each distinct value of the labels ForEach.
type EventTrigger struct {
	Match        ResourceSpecification  `json:"match"`
	MatchRelated ResourceSpecifications `json:"match_related"`
	// After are the events that open the window, none when it is always open.
	After []string `json:"after"`
	// Expect are the names of events, each may end in *; none means all.
	Expect  []string `json:"expect"`
	ForEach []string `json:"for_each"`
	Posture Posture  `json:"posture"`
	// Threshold is a number of events.
	Threshold int     `json:"threshold"`
	Within    Seconds `json:"within"`
}

// CompoundTrigger fires when enough of its children have fired within Within, nil
// for however long ago.
type CompoundTrigger struct {
	Triggers []Trigger `json:"triggers"`
	Within   *Seconds  `json:"within"`
	Require  Require   `json:"require"`
}

// Require is how many children of a compound trigger have to fire.
type Require struct {
	// Number is the number when All and Any are false.
	Number   int
	Any, All bool
}

// SequenceTrigger fires when its children have fired in their order within Within,
// nil for however long ago.
type SequenceTrigger struct {
	Triggers []Trigger `json:"triggers"`
	Within   *Seconds  `json:"within"`
}

// MetricTrigger fires when a figure of the flow runs that it matches has been beyond a
// threshold for some time, and resolves when it has not been for as long.
type MetricTrigger struct {
	Match        ResourceSpecification  `json:"match"`
	MatchRelated ResourceSpecifications `json:"match_related"`
	Posture      Posture                `json:"posture"`
	Metric       MetricQuery            `json:"metric"`
}

// MetricQuery is a figure and its threshold.
type MetricQuery struct {
	// Name is the figure: lateness and duration (mean, in seconds), successes (a share from 0 to 1).
	Name      string  `json:"name"`
	Threshold Float   `json:"threshold"`
	Operator  string  `json:"operator"` // <, <=, > or >=
	Range     Seconds `json:"range"`
	FiringFor Seconds `json:"firing_for"`
}

// The types of triggers.
const (
	TriggerEvent    = "event"
	TriggerCompound = "compound"
	TriggerSequence = "sequence"
	TriggerMetric   = "metric"
)

// Type is the kind of the trigger in the contract.
func (t *Trigger) Type() string {
	switch {
	case t.Event != nil:
		return TriggerEvent
	case t.Compound != nil:
		return TriggerCompound
	case t.Sequence != nil:
		return TriggerSequence
	default:
		return TriggerMetric
	}
}

// Children are the triggers of a composite trigger, none of another.
func (t *Trigger) Children() []Trigger {
	switch {
	case t.Compound != nil:
		return t.Compound.Triggers
	case t.Sequence != nil:
		return t.Sequence.Triggers
	}
	return nil
}

// All calls visit for the trigger and everything below it, parents first. parent is
// nil for the trigger itself.
func (t *Trigger) All(visit func(trigger, parent *Trigger)) { t.walk(nil, visit) }

func (t *Trigger) walk(parent *Trigger, visit func(trigger, parent *Trigger)) {
	visit(t, parent)
	children := t.Children()
	for i := range children {
		children[i].walk(t, visit)
	}
}

// Posture is the posture of an event or metric trigger, "" for a composite one.
func (t *Trigger) Posture() Posture {
	switch {
	case t.Event != nil:
		return t.Event.Posture
	case t.Metric != nil:
		return t.Metric.Posture
	}
	return ""
}

// triggerHead is what every kind begins with.
type triggerHead struct {
	Type string    `json:"type"`
	ID   uuid.UUID `json:"id"`
}

// MarshalJSON writes the kind that is set.
func (t Trigger) MarshalJSON() ([]byte, error) {
	head := triggerHead{t.Type(), t.ID}
	switch {
	case t.Event != nil:
		return json.Marshal(struct {
			triggerHead
			*EventTrigger
		}{head, t.Event})
	case t.Compound != nil:
		return json.Marshal(struct {
			triggerHead
			*CompoundTrigger
		}{head, t.Compound})
	case t.Sequence != nil:
		return json.Marshal(struct {
			triggerHead
			*SequenceTrigger
		}{head, t.Sequence})
	case t.Metric != nil:
		return json.Marshal(struct {
			triggerHead
			*MetricTrigger
		}{head, t.Metric})
	}
	return nil, errors.New("a trigger of no kind")
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (t *Trigger) UnmarshalJSON(data []byte) error {
	var head triggerHead
	if err := json.Unmarshal(data, &head); err != nil {
		return err
	}
	*t = Trigger{ID: head.ID}
	switch head.Type {
	case TriggerEvent:
		t.Event = &EventTrigger{}
		return json.Unmarshal(data, t.Event)
	case TriggerCompound:
		t.Compound = &CompoundTrigger{}
		return json.Unmarshal(data, t.Compound)
	case TriggerSequence:
		t.Sequence = &SequenceTrigger{}
		return json.Unmarshal(data, t.Sequence)
	case TriggerMetric:
		t.Metric = &MetricTrigger{}
		return json.Unmarshal(data, t.Metric)
	}
	return fmt.Errorf("a trigger of type %q", head.Type)
}

// MarshalJSON writes "any", "all" or the number.
func (r Require) MarshalJSON() ([]byte, error) {
	switch {
	case r.Any:
		return []byte(`"any"`), nil
	case r.All:
		return []byte(`"all"`), nil
	}
	return json.Marshal(r.Number)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (r *Require) UnmarshalJSON(data []byte) error {
	*r = Require{Any: string(data) == `"any"`, All: string(data) == `"all"`}
	if r.Any || r.All {
		return nil
	}
	return json.Unmarshal(data, &r.Number)
}
