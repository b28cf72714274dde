package prefect

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
)

// EventOrder is the order of events by the moment they occurred.
type EventOrder string

// The orders.
const (
	OldestFirst EventOrder = "ASC"
	NewestFirst EventOrder = "DESC"
)

// Values implements decode.Enum.
func (EventOrder) Values() []string { return []string{"ASC", "DESC"} }

// EventFilter selects events: all that is given must hold. Unknown keys are
// refused. An empty list restricts nothing, unlike in the filters of runs.
type EventFilter struct {
	decode.Forbid
	Occurred    EventOccurredFilter  `json:"occurred"`
	Event       *EventNameFilter     `json:"event"`
	Resource    *EventResourceFilter `json:"resource"`
	Related     EventRelatedFilters  `json:"related"`
	AnyResource EventAnyFilters      `json:"any_resource"`
	ID          EventIDFilter        `json:"id"`
	Text        *EventTextFilter     `json:"text"`
	Order       EventOrder           `json:"order"`
}

// Defaults implements decode.Defaulter.
func (f *EventFilter) Defaults() { f.Order = NewestFirst }

// eventWindow is how far back a filter without a beginning looks.
const eventWindow = 180 * 24 * time.Hour

// Resolve sets the window of time where the filter leaves it open: from the
// start of the day 180 days ago until now.
func (f *EventFilter) Resolve(now time.Time) {
	if f.Occurred.Since == nil {
		f.Occurred.Since = AtPointer(now.UTC().Truncate(24 * time.Hour).Add(-eventWindow))
	}
	if f.Occurred.Until == nil {
		f.Occurred.Until = AtPointer(now)
	}
}

// The parts of an EventFilter. Their lists are bounded: each item is a comparison
// with each event, and the reference's database takes no more of them.
type (
	// EventOccurredFilter is a window of time, both ends included. Resolve sets
	// an end that was not given.
	EventOccurredFilter struct {
		decode.Forbid
		Since *Time `json:"since"`
		Until *Time `json:"until"`
	}

	// EventNameFilter includes and excludes by the event's name.
	EventNameFilter struct {
		decode.Forbid
		Prefix        []string `json:"prefix" rule:"null,max=1000"`
		ExcludePrefix []string `json:"exclude_prefix" rule:"null,max=1000"`
		Name          []string `json:"name" rule:"null,max=1000"`
		ExcludeName   []string `json:"exclude_name" rule:"null,max=1000"`
	}

	// EventResourceFilter restricts the primary resource. Distinct asks for only
	// the first event, in the filter's order, of each resource.
	EventResourceFilter struct {
		decode.Forbid
		ID       []string      `json:"id" rule:"null,max=1000"`
		IDPrefix []string      `json:"id_prefix" rule:"null,max=1000"`
		Labels   LabelPatterns `json:"labels"`
		Distinct bool          `json:"distinct"`
	}

	// EventRelatedFilter asks for one related resource that meets all of it.
	EventRelatedFilter struct {
		decode.Forbid
		ID               []string         `json:"id" rule:"null,max=1000"`
		Role             []string         `json:"role" rule:"null,max=1000"`
		ResourcesInRoles []ResourceRoleOf `json:"resources_in_roles" rule:"null,max=1000"`
		Labels           LabelPatterns    `json:"labels"`
	}

	// EventAnyFilter asks for one resource, primary or related, that meets all of it.
	EventAnyFilter struct {
		decode.Forbid
		ID       []string      `json:"id" rule:"null,max=1000"`
		IDPrefix []string      `json:"id_prefix" rule:"null,max=1000"`
		Labels   LabelPatterns `json:"labels"`
	}

	// EventIDFilter is a list of ids to include.
	EventIDFilter struct {
		decode.Forbid
		ID []uuid.UUID `json:"id" rule:"null"`
	}

	// EventTextFilter is a search over an event's name, resources and payload.
	EventTextFilter struct {
		decode.Forbid
		Query string `json:"query" rule:"required,max=200"`
	}

	// EventRelatedFilters must all hold; on the wire one alone or a list.
	EventRelatedFilters []EventRelatedFilter

	// EventAnyFilters must all hold; on the wire one alone or a list.
	EventAnyFilters []EventAnyFilter
)

// DecodeWire implements decode.Wire.
func (f *EventRelatedFilters) DecodeWire(in pyjson.Value, at *decode.At) {
	*f = oneOrMany[EventRelatedFilter](in, at, "EventRelatedFilter")
}

// DecodeWire implements decode.Wire.
func (f *EventAnyFilters) DecodeWire(in pyjson.Value, at *decode.At) {
	*f = oneOrMany[EventAnyFilter](in, at, "EventAnyResourceFilter")
}

// mostParts bounds the resources and patterns of a filter, each of which is
// looked for in each event.
const mostParts = 1000

// oneOrMany reads null, a T or a list of them. name is what issues call T.
func oneOrMany[T any](in pyjson.Value, at *decode.At, name string) []T {
	if in.IsNull() {
		return nil
	}
	var one T
	single := at.Try(in, &one, name)
	if len(single) == 0 {
		return []T{one}
	}
	var many []T
	if n := len(in.Items()); n > mostParts {
		at.Fail("too_long", fmt.Sprintf("List should have at most %d items after validation, not %d", mostParts, n), in,
			map[string]any{"field_type": "List", "max_length": mostParts, "actual_length": n})
		return nil
	}
	list := at.Try(in, &many, "list["+name+"]")
	if len(list) == 0 {
		return many
	}
	at.Add(single)
	at.Add(list)
	return nil
}

// LabelPatterns are, for each label, the patterns of which its value must
// match one. In a pattern * and ? are wildcards and a leading ! negates.
type LabelPatterns map[string][]string

// DecodeWire implements decode.Wire: a single pattern need not be in a list,
// and one that is empty counts as none.
func (l *LabelPatterns) DecodeWire(in pyjson.Value, at *decode.At) {
	*l = nil
	if in.IsNull() {
		return
	}
	if in.Kind() != pyjson.Object {
		at.Fail("dict_type", "Input should be a valid dictionary", in, nil)
		return
	}
	if n := len(in.Members()); n > mostLabels {
		at.Fail("too_long", fmt.Sprintf("Dictionary should have at most %d items after validation, not %d", mostLabels, n), in,
			map[string]any{"field_type": "Dictionary", "max_length": mostLabels, "actual_length": n})
		return
	}
	patterns := make(LabelPatterns, len(in.Members()))
	for _, m := range in.Members() {
		if m.Value.Kind() == pyjson.String {
			patterns[m.Key] = []string{}
			if text := m.Value.Text(); text != "" {
				patterns[m.Key] = []string{text}
			}
			continue
		}
		place := at.Key(m.Key)
		var list []string
		if n := len(m.Value.Items()); n > mostParts {
			place.Fail("too_long", fmt.Sprintf("List should have at most %d items after validation, not %d", mostParts, n), m.Value,
				map[string]any{"field_type": "List", "max_length": mostParts, "actual_length": n})
			continue
		}
		issues := place.Try(m.Value, &list, "list[str]")
		if len(issues) > 0 {
			place.Key("str").Fail("string_type", "Input should be a valid string", m.Value, nil)
			place.Add(issues)
			continue
		}
		patterns[m.Key] = list
	}
	*l = patterns
}

// mostLabels bounds the labels of a filter.
const mostLabels = 100

// ResourceRoleOf is a resource's id and its role, on the wire a list of two.
type ResourceRoleOf [2]string

// DecodeWire implements decode.Wire.
func (p *ResourceRoleOf) DecodeWire(in pyjson.Value, at *decode.At) {
	if in.Kind() != pyjson.Array {
		at.Fail("tuple_type", "Input should be a valid tuple", in, nil)
		return
	}
	items := in.Items()
	if len(items) > len(p) {
		at.Fail("too_long", fmt.Sprintf("Tuple should have at most 2 items after validation, not %d", len(items)), in,
			map[string]any{"field_type": "Tuple", "max_length": len(p), "actual_length": len(items)})
		return
	}
	for i := range p {
		if i >= len(items) {
			at.Key(i).Fail("missing", "Field required", in, nil)
			continue
		}
		at.Key(i).Decode(items[i], &p[i])
	}
}
