package prefect

import (
	"reflect"

	"github.com/reevehq/reeve/internal/prefect/decode"
)

// The JSON of automations, for the OpenAPI document.

// Shape implements decode.Shaped.
func (Trigger) Shape() decode.Shape {
	return decode.Shape{Variants: []decode.Variant{
		{Name: "EventTrigger", Kind: TriggerEvent, Like: reflect.TypeFor[eventTriggerIn]()},
		{Name: "CompoundTrigger", Kind: TriggerCompound, Like: reflect.TypeFor[compoundTriggerIn]()},
		{Name: "SequenceTrigger", Kind: TriggerSequence, Like: reflect.TypeFor[sequenceTriggerIn]()},
		{Name: "MetricTrigger", Kind: TriggerMetric, Like: reflect.TypeFor[metricTriggerIn]()},
	}}
}

// Shape implements decode.Shaped.
func (Action) Shape() decode.Shape {
	variants := make([]decode.Variant, len(actionKinds))
	for i, kind := range actionKinds {
		like := reflect.TypeOf(kind.part(&Action{})).Elem()
		switch kind.of {
		case RunDeployment:
			like = reflect.TypeFor[runDeploymentIn]()
		case SendNotification:
			like = reflect.TypeFor[sendNotificationIn]()
		case CallWebhook:
			like = reflect.TypeFor[callWebhookIn]()
		}
		variants[i] = decode.Variant{Name: kind.name, Kind: string(kind.of), Like: like}
	}
	return decode.Shape{Variants: variants}
}

// requireWord is how many children a compound trigger requires, in a word.
type requireWord string

// Literals implements decode.Literal.
func (requireWord) Literals() []string { return []string{"any", "all"} }

// Shape implements decode.Shaped.
func (Require) Shape() decode.Shape {
	return oneOf(reflect.TypeFor[int](), reflect.TypeFor[requireWord]())
}

// Shape implements decode.Shaped.
func (Patterns) Shape() decode.Shape {
	return oneOf(reflect.TypeFor[string](), reflect.TypeFor[[]string]())
}

// Shape implements decode.Shaped.
func (ResourceSpecifications) Shape() decode.Shape {
	return oneOf(reflect.TypeFor[ResourceSpecification](), reflect.TypeFor[[]ResourceSpecification]())
}

// Shape implements decode.Shaped.
func (eventPosture) Shape() decode.Shape {
	return schema(map[string]any{"type": "string", "enum": []string{string(Reactive), string(Proactive)}})
}

// Shape implements decode.Shaped.
func (notNegative) Shape() decode.Shape {
	return schema(map[string]any{"type": "number", "minimum": 0})
}

// Shape implements decode.Shaped.
func (queryTime) Shape() decode.Shape {
	return schema(map[string]any{"type": "number", "minimum": shortestQuery.Seconds()})
}

// Shape implements decode.Shaped.
func (scheduleAfter) Shape() decode.Shape {
	return schema(map[string]any{"type": "number", "minimum": 0})
}

// Shape implements decode.Shaped.
func (parametersIn) Shape() decode.Shape { return schema(anyObject) }
