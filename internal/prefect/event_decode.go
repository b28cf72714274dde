package prefect

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
)

// EventLimits bound an event. An event that breaks one of the first three is
// refused; one that is larger than SizeBytes is dropped without an error.
type EventLimits struct {
	LabelsPerResource int
	RelatedResources  int
	NameLength        int
	SizeBytes         int
}

// WithDefaults has the contract's limits where l is zero.
func (l EventLimits) WithDefaults() EventLimits {
	for field, standard := range map[*int]int{
		&l.LabelsPerResource: 500, &l.RelatedResources: 100, &l.NameLength: 1024, &l.SizeBytes: 1_500_000,
	} {
		if *field == 0 {
			*field = standard
		}
	}
	return l
}

// DecodeEvent reads an event as a client sends it; unknown keys are ignored.
// Faults are reported to at, and the result is then of no use.
func DecodeEvent(in pyjson.Value, at *decode.At, limits *EventLimits) *Event {
	if in.Kind() != pyjson.Object {
		at.Fail("model_attributes_type", "Input should be a valid dictionary or object to extract fields from", in, nil)
		return nil
	}
	e := &Event{Related: []Resource{}, Payload: json.RawMessage("{}")}
	required := func(key string) (pyjson.Value, *decode.At, bool) {
		value, ok := in.Get(key)
		if !ok {
			at.Key(key).Fail("missing", "Field required", in, nil)
		}
		return value, at.Key(key), ok
	}
	if value, place, ok := required("occurred"); ok {
		e.Occurred.DecodeWire(value, place)
	}
	if value, place, ok := required("event"); ok {
		e.Event = decodeEventName(value, place, limits)
	}
	if value, place, ok := required("resource"); ok {
		e.Resource = decodeResource(value, place, limits, false)
	}
	if value, ok := in.Get("related"); ok {
		e.Related = decodeRelated(value, at.Key("related"), limits)
	}
	if value, ok := in.Get("payload"); ok {
		if value.Kind() == pyjson.Object {
			e.Payload = value.Raw()
		} else {
			at.Key("payload").Fail("dict_type", "Input should be a valid dictionary", value, nil)
		}
	}
	if value, place, ok := required("id"); ok {
		place.Decode(value, &e.ID)
	}
	if value, ok := in.Get("follows"); ok {
		at.Key("follows").Decode(value, &e.Follows)
	}
	return e
}

func decodeEventName(in pyjson.Value, at *decode.At, limits *EventLimits) string {
	if in.Kind() != pyjson.String {
		at.Fail("string_type", "Input should be a valid string", in, nil)
		return ""
	}
	if utf8.RuneCountInString(in.Text()) > limits.NameLength {
		at.ValueError(fmt.Sprintf("Event name must be at most %d characters", limits.NameLength), in)
	}
	return in.Text()
}

func decodeRelated(in pyjson.Value, at *decode.At, limits *EventLimits) []Resource {
	if in.Kind() != pyjson.Array {
		at.Fail("list_type", "Input should be a valid list", in, nil)
		return nil
	}
	before := at.Count()
	related := make([]Resource, 0, len(in.Items()))
	for i, item := range in.Items() {
		related = append(related, decodeResource(item, at.Key(i), limits, true))
	}
	if len(related) > limits.RelatedResources && at.Count() == before {
		at.ValueError(fmt.Sprintf("The maximum number of related resources is %d", limits.RelatedResources), in)
	}
	return related
}

func decodeResource(in pyjson.Value, at *decode.At, limits *EventLimits, needsRole bool) Resource {
	if in.Kind() != pyjson.Object {
		at.Fail("dict_type", "Input should be a valid dictionary", in, nil)
		return nil
	}
	before := at.Count()
	r := make(Resource, len(in.Members()))
	for _, m := range in.Members() {
		if m.Value.Kind() != pyjson.String {
			at.Key(m.Key).Fail("string_type", "Input should be a valid string", m.Value, nil)
			continue
		}
		r[m.Key] = m.Value.Text()
	}
	if at.Count() == before {
		if fault := r.fault(limits, needsRole); fault != "" {
			at.ValueError(fault, in)
		}
	}
	return r
}

// fault says which rule a resource breaks, "" for none.
func (r Resource) fault(limits *EventLimits, needsRole bool) string {
	if len(r) > limits.LabelsPerResource {
		return fmt.Sprintf("The maximum number of labels per resource is %d", limits.LabelsPerResource)
	}
	if _, given := r[ResourceID]; !given {
		return "Resources must include the prefect.resource.id label"
	}
	if r.ID() == "" {
		return "The prefect.resource.id label must be non-empty"
	}
	if !needsRole {
		return ""
	}
	if _, given := r[ResourceRole]; !given {
		return "Related Resources must include the prefect.resource.role label"
	}
	if r.Role() == "" {
		return "The prefect.resource.role label must be non-empty"
	}
	return ""
}
