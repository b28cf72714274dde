package prefect

import (
	"reflect"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect/decode"
)

// The JSON of types that write and read it themselves, for the OpenAPI document.

func schema(s map[string]any) decode.Shape { return decode.Shape{Schema: s} }

func oneOf(types ...reflect.Type) decode.Shape { return decode.Shape{OneOf: types} }

var (
	anyObject = map[string]any{"type": "object", "additionalProperties": true}
	anyValue  = map[string]any{}
	aMoment   = map[string]any{"type": "string", "format": "date-time"}
	aNumber   = map[string]any{"type": "number"}
)

// Shape implements decode.Shaped.
func (Time) Shape() decode.Shape { return schema(aMoment) }

// Shape implements decode.Shaped.
func (OffsetTime) Shape() decode.Shape { return schema(aMoment) }

// Shape implements decode.Shaped.
func (Seconds) Shape() decode.Shape { return schema(aNumber) }

// Shape implements decode.Shaped.
func (PositiveInterval) Shape() decode.Shape { return schema(aNumber) }

// Shape implements decode.Shaped.
func (Object) Shape() decode.Shape { return schema(anyObject) }

// Shape implements decode.Shaped.
func (Labels) Shape() decode.Shape {
	return schema(map[string]any{"type": "object", "additionalProperties": map[string]any{"type": []string{"boolean", "integer", "number", "string"}}})
}

// Shape implements decode.Shaped.
func (Metadata) Shape() decode.Shape {
	return schema(map[string]any{"type": []string{"object", "null"}, "additionalProperties": map[string]any{"type": "string"}})
}

// Shape implements decode.Shaped.
func (PullSteps) Shape() decode.Shape {
	return schema(map[string]any{"type": []string{"array", "null"}, "items": anyObject})
}

// Shape implements decode.Shaped.
func (VariableValue) Shape() decode.Shape { return schema(anyValue) }

// Shape implements decode.Shaped.
func (BlockData) Shape() decode.Shape { return schema(anyObject) }

// Shape implements decode.Shaped.
func (JobTemplate) Shape() decode.Shape { return schema(anyObject) }

// Shape implements decode.Shaped.
func (TaskInputs) Shape() decode.Shape { return oneOf(reflect.TypeFor[map[string][]TaskInput]()) }

// The values that a task run is called with. InputType tells them apart.
type (
	// TaskInput is one of the four.
	TaskInput struct{}

	// TaskRunResult is the result of a task run.
	TaskRunResult struct {
		InputType string    `json:"input_type"`
		ID        uuid.UUID `json:"id" rule:"required"`
	}

	// FlowRunResult is the result of a flow run.
	FlowRunResult struct {
		InputType string    `json:"input_type"`
		ID        uuid.UUID `json:"id" rule:"required"`
	}

	// Parameter is a parameter of the flow.
	Parameter struct {
		InputType string `json:"input_type"`
		Name      string `json:"name" rule:"required"`
	}

	// Constant is a value of a type.
	Constant struct {
		InputType string `json:"input_type"`
		Type      string `json:"type" rule:"required"`
	}
)

// Shape implements decode.Shaped.
func (TaskInput) Shape() decode.Shape {
	return oneOf(reflect.TypeFor[TaskRunResult](), reflect.TypeFor[FlowRunResult](), reflect.TypeFor[Parameter](), reflect.TypeFor[Constant]())
}

// Shape implements decode.Shaped.
func (RetryDelay) Shape() decode.Shape {
	return schema(map[string]any{"type": []string{"number", "array", "null"}, "items": aNumber})
}

// Shape implements decode.Shaped.
func (Schedule) Shape() decode.Shape {
	return oneOf(reflect.TypeFor[IntervalSchedule](), reflect.TypeFor[CronSchedule](), reflect.TypeFor[RRuleSchedule]())
}

// Shape implements decode.Shaped.
func (EventRelatedFilters) Shape() decode.Shape {
	return oneOf(reflect.TypeFor[EventRelatedFilter](), reflect.TypeFor[[]EventRelatedFilter]())
}

// Shape implements decode.Shaped.
func (EventAnyFilters) Shape() decode.Shape {
	return oneOf(reflect.TypeFor[EventAnyFilter](), reflect.TypeFor[[]EventAnyFilter]())
}

// Shape implements decode.Shaped.
func (ScheduledJob) Shape() decode.Shape {
	return decode.Shape{Like: reflect.TypeFor[FlowRun](), Without: []string{"work_pool_id", "work_pool_name"}}
}

// Shape implements decode.Shaped.
func (StateResponse) Shape() decode.Shape {
	return oneOf(reflect.TypeFor[StateAcceptDetails](), reflect.TypeFor[StateWaitDetails](),
		reflect.TypeFor[StateRejectDetails](), reflect.TypeFor[StateAbortDetails]())
}

// Shape implements decode.Shaped.
func (GraphEntry) Shape() decode.Shape {
	return decode.Shape{Pair: []reflect.Type{reflect.TypeFor[uuid.UUID](), reflect.TypeFor[GraphNode]()}}
}
