package prefect

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
)

// Variable is a named value that flows and templates read.
type Variable struct {
	ID      uuid.UUID       `json:"id"`
	Created *Time           `json:"created"`
	Updated *Time           `json:"updated"`
	Name    string          `json:"name"`
	Value   json.RawMessage `json:"value"`
	Tags    Tags            `json:"tags"`
}

// maxVariableValue is the most bytes of a variable's value written as compact JSON.
const maxVariableValue = 5000

// VariableValue is any JSON of at most 5000 bytes when written compactly.
type VariableValue json.RawMessage

// DecodesNull says that null is a value like others.
func (v *VariableValue) DecodesNull() {}

// DecodeWire implements decode.Wire.
func (v *VariableValue) DecodeWire(in pyjson.Value, at *decode.At) {
	if !in.IsNull() && compactLength(in) > maxVariableValue {
		at.ValueError(fmt.Sprintf("Variable value must be less than %d characters", maxVariableValue), in)
		return
	}
	*v = VariableValue(in.Raw())
}

// compactLength is the length of a value written without blanks and with no
// more escapes than JSON demands.
func compactLength(v pyjson.Value) int {
	switch v.Kind() {
	case pyjson.String:
		return textLength(v.Text())
	case pyjson.Array:
		n := 2 + max(0, len(v.Items())-1)
		for _, item := range v.Items() {
			n += compactLength(item)
		}
		return n
	case pyjson.Object:
		n := 2 + max(0, len(v.Members())-1)
		for _, m := range v.Members() {
			n += textLength(m.Key) + 1 + compactLength(m.Value)
		}
		return n
	}
	return len(v.Raw())
}

func textLength(text string) int {
	n := 2
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"', c == '\\', c == '\n', c == '\r', c == '\t', c == '\b', c == '\f':
			n += 2
		case c < 0x20:
			n += 6
		default:
			n++
		}
	}
	return n
}

// VariableCreate is the body of POST /variables/.
type VariableCreate struct {
	decode.Action
	Name  VariableName  `json:"name" rule:"required"`
	Value VariableValue `json:"value" rule:"required"`
	Tags  Tags          `json:"tags"`
}

// VariableUpdate is the body of the PATCH operations of variables.
type VariableUpdate struct {
	decode.Action
	Name  *VariableName `json:"name"`
	Value VariableValue `json:"value"`
	Tags  *Tags         `json:"tags"`
}

// VariableSort is an order of variables.
type VariableSort string

// VariableNameAsc is the default order of variables.
const VariableNameAsc VariableSort = "NAME_ASC"

// Values implements decode.Enum.
func (VariableSort) Values() []string {
	return []string{"CREATED_DESC", "UPDATED_DESC", "NAME_DESC", "NAME_ASC"}
}

// VariableFilter selects variables.
type VariableFilter struct {
	decode.Forbid
	Operator Operator `json:"operator"`
	ID       *AnyID   `json:"id"`
	Name     *AnyLike `json:"name"`
	Tags     *AllTags `json:"tags"`
}
