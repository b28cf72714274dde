package prefect

import (
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
)

// shortestProactive is the shortest window of a proactive trigger, and the one that
// it has when none is given.
const shortestProactive = 10 * time.Second

// shortestQuery is the shortest range of a metric, and the shortest time that it has
// to be beyond its threshold.
const shortestQuery = 300 * time.Second

// compoundLabel names compound triggers in the places of faults. The reference looks at
// their rule once more where they are in no other.
const (
	compoundLabel  = "function-after[validate_require(), CompoundTrigger]"
	compoundAround = "function-after[validate_require(), " + compoundLabel + "]"
)

// The kinds of triggers as clients write them; an id is read and not kept.
type (
	eventTriggerIn struct {
		ID           uuid.UUID              `json:"id"`
		Match        ResourceSpecification  `json:"match"`
		MatchRelated ResourceSpecifications `json:"match_related"`
		After        names                  `json:"after"`
		Expect       names                  `json:"expect"`
		ForEach      names                  `json:"for_each"`
		Posture      eventPosture           `json:"posture" rule:"required"`
		Threshold    int                    `json:"threshold"`
		Within       notNegative            `json:"within"`
	}
	compoundTriggerIn struct {
		ID       uuid.UUID `json:"id"`
		Triggers []Trigger `json:"triggers" rule:"required"`
		Within   *Seconds  `json:"within" rule:"required"`
		Require  Require   `json:"require" rule:"required"`
	}
	sequenceTriggerIn struct {
		ID       uuid.UUID `json:"id"`
		Triggers []Trigger `json:"triggers" rule:"required"`
		Within   *Seconds  `json:"within" rule:"required"`
	}
	metricTriggerIn struct {
		ID           uuid.UUID              `json:"id"`
		Match        ResourceSpecification  `json:"match"`
		MatchRelated ResourceSpecifications `json:"match_related"`
		Posture      metricPosture          `json:"posture"`
		Metric       metricTriggerQuery     `json:"metric" rule:"required"`
	}
	metricTriggerQuery struct {
		Name      prefectMetric         `json:"name" rule:"required"`
		Threshold Float                 `json:"threshold" rule:"required"`
		Operator  metricTriggerOperator `json:"operator" rule:"required"`
		Range     queryTime             `json:"range"`
		FiringFor queryTime             `json:"firing_for"`
	}
)

// DecodeWire implements decode.Wire: the kind of which the value has the most fields.
func (t *Trigger) DecodeWire(in pyjson.Value, at *decode.At) {
	*t = Trigger{}
	if isMetric(in) {
		t.Metric = decodeMetric(in, at.Key("MetricTrigger"))
		return
	}
	var event eventTriggerIn
	var compound compoundTriggerIn
	var sequence sequenceTriggerIn
	label := compoundAround
	if at.Below(compoundAround) {
		label = compoundLabel
	}
	switch at.Union(in, []decode.Kind{
		{Label: "EventTrigger", Decode: func(in pyjson.Value, at *decode.At) { at.Tagged(in, TriggerEvent, &event) }},
		{Label: label, Decode: func(in pyjson.Value, at *decode.At) { at.Tagged(in, TriggerCompound, &compound) }},
		{Label: "SequenceTrigger", Decode: func(in pyjson.Value, at *decode.At) { at.Tagged(in, TriggerSequence, &sequence) }},
	}) {
	case 0:
		t.Event = &EventTrigger{event.Match, event.MatchRelated, event.After, event.Expect, event.ForEach, Posture(event.Posture), event.Threshold, Seconds(event.Within)}
	case 1:
		t.Compound = &CompoundTrigger{compound.Triggers, compound.Within, compound.Require}
	case 2:
		t.Sequence = &SequenceTrigger{sequence.Triggers, sequence.Within}
	}
}

// isMetric reports whether clients mean a metric trigger, a kind that the reference
// has not.
func isMetric(in pyjson.Value) bool {
	if kind, there := in.Get("type"); there {
		return kind.Kind() == pyjson.String && kind.Text() == TriggerMetric
	}
	posture, _ := in.Get("posture")
	return posture.Kind() == pyjson.String && posture.Text() == string(Metric)
}

func decodeMetric(in pyjson.Value, at *decode.At) *MetricTrigger {
	var m metricTriggerIn
	at.Tagged(in, TriggerMetric, &m)
	return &MetricTrigger{m.Match, m.MatchRelated, Posture(m.Posture), MetricQuery{
		string(m.Metric.Name), m.Metric.Threshold, string(m.Metric.Operator), Seconds(m.Metric.Range), Seconds(m.Metric.FiringFor)}}
}

// SettleTriggers is the trigger of a body with its windows as the reference has them
// in mind when it speaks of the body: in seconds, those of proactive triggers 10 s
// when they are 0.
func SettleTriggers(body pyjson.Value) pyjson.Value {
	trigger, there := body.Get("trigger")
	if !there {
		return body
	}
	return body.With("trigger", settleTrigger(trigger))
}

func settleTrigger(t pyjson.Value) pyjson.Value {
	if t.Kind() != pyjson.Object {
		return t
	}
	if within, changes := settledWindow(t); changes {
		t = t.With("within", within)
	}
	children, _ := t.Get("triggers")
	if children.Kind() != pyjson.Array {
		return t
	}
	items := make([]pyjson.Value, len(children.Items()))
	for i, child := range children.Items() {
		items[i] = settleTrigger(child)
	}
	return t.With("triggers", pyjson.NewArray(items))
}

// settledWindow is the window of a trigger in seconds, if it is not left as it is.
func settledWindow(t pyjson.Value) (window pyjson.Value, changes bool) {
	within, given := t.Get("within")
	if given && within.IsNull() {
		return within, false
	}
	var faults decode.Issues
	length, readable := decode.Duration(within, new(decode.At).Apart(&faults))
	if given && !readable {
		return within, false
	}
	posture, _ := t.Get("posture")
	if length == 0 && posture.Text() == string(Proactive) {
		return seconds(shortestProactive), true
	}
	return seconds(length), given
}

// seconds is a length of time as a value.
func seconds(d time.Duration) pyjson.Value {
	text, err := Seconds(d).MarshalJSON()
	if err != nil {
		return pyjson.Value{} // a number is always written
	}
	v, _ := pyjson.Parse(text)
	return v
}

// Defaults implements decode.Defaulter.
func (e *eventTriggerIn) Defaults() {
	*e = eventTriggerIn{After: names{}, Expect: names{}, ForEach: names{}, Threshold: 1}
}

// Precheck implements decode.Prechecker.
func (e *eventTriggerIn) Precheck(in pyjson.Value, at *decode.At) bool {
	within, there := in.Get("within")
	if there && within.IsNull() {
		at.ValueError("`within` should be a valid timedelta", in)
		return false
	}
	posture, _ := in.Get("posture")
	if !there || posture.Text() != string(Proactive) {
		return true
	}
	var faults decode.Issues
	if length, ok := decode.Duration(within, at.Apart(&faults)); ok && length < shortestProactive {
		at.ValueError("`within` for Proactive triggers must be greater than or equal to 10 seconds", in)
		return false
	}
	return true
}

// Check implements decode.Checker.
func (e *eventTriggerIn) Check(pyjson.Value, *decode.At) {
	if e.Posture == eventPosture(Proactive) && e.Within == 0 {
		e.Within = notNegative(shortestProactive)
	}
}

// Check implements decode.Checker.
func (c *compoundTriggerIn) Check(in pyjson.Value, at *decode.At) {
	switch {
	case c.Require.Any || c.Require.All:
	case c.Require.Number < 1:
		at.ValueError("require must be at least 1", in)
	case c.Require.Number > len(c.Triggers):
		at.ValueError("require must be less than or equal to the number of triggers", in)
	}
}

// DecodeWire implements decode.Wire.
func (r *Require) DecodeWire(in pyjson.Value, at *decode.At) {
	switch in.Text() {
	case "any":
		*r = Require{Any: true}
		return
	case "all":
		*r = Require{All: true}
		return
	}
	var faults decode.Issues
	if n, ok := decode.Int(in, at.Key("int").Apart(&faults)); ok {
		*r = Require{Number: int(n)}
		return
	}
	at.Add(faults)
	expected := decode.Choices(requireWord("").Literals())
	at.Key("literal['any','all']").Fail("literal_error", "Input should be "+expected, in, map[string]any{"expected": expected})
}

// Defaults implements decode.Defaulter.
func (m *metricTriggerIn) Defaults() { m.Posture = metricPosture(Metric) }

// Defaults implements decode.Defaulter.
func (q *metricTriggerQuery) Defaults() {
	q.Range, q.FiringFor = queryTime(shortestQuery), queryTime(shortestQuery)
}

// names are a set of names of events or labels.
type names []string

// DecodeWire implements decode.Wire.
func (n *names) DecodeWire(in pyjson.Value, at *decode.At) {
	if items, ok := decode.Set(in, at); ok {
		*n = items
	}
}

// eventPosture is how an event trigger looks at events.
type eventPosture Posture

// DecodeWire implements decode.Wire.
func (p *eventPosture) DecodeWire(in pyjson.Value, at *decode.At) {
	switch posture := eventPosture(in.Text()); posture {
	case eventPosture(Reactive), eventPosture(Proactive):
		*p = posture
	default:
		const expected = "Posture.Reactive or Posture.Proactive"
		at.Fail("literal_error", "Input should be "+expected, in, map[string]any{"expected": expected})
	}
}

// metricPosture is the one posture of metric triggers.
type metricPosture string

// Literals implements decode.Literal.
func (metricPosture) Literals() []string { return []string{string(Metric)} }

// prefectMetric is the name of a figure that the server has.
type prefectMetric string

// Values implements decode.Enum.
func (prefectMetric) Values() []string { return []string{"lateness", "duration", "successes"} }

// metricTriggerOperator compares a figure with its threshold.
type metricTriggerOperator string

// Values implements decode.Enum.
func (metricTriggerOperator) Values() []string { return []string{"<", "<=", ">", ">="} }

// notNegative is a length of time that may be 0.
type notNegative time.Duration

// DecodeWire implements decode.Wire.
func (n *notNegative) DecodeWire(in pyjson.Value, at *decode.At) {
	switch length, ok := decode.Duration(in, at); {
	case ok && length < 0:
		at.Fail("greater_than_equal", "Input should be greater than or equal to 0 seconds", in, map[string]any{"ge": "0 seconds"})
	case ok:
		*n = notNegative(length)
	}
}

// queryTime is how far back a metric looks, or how long it has to be beyond its threshold.
type queryTime time.Duration

// DecodeWire implements decode.Wire.
func (q *queryTime) DecodeWire(in pyjson.Value, at *decode.At) {
	switch length, ok := decode.Duration(in, at); {
	case ok && length < shortestQuery:
		at.ValueError("The minimum range is 300 seconds (5 minutes)", in)
	case ok:
		*q = queryTime(length)
	}
}
