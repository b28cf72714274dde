// Package jsonschema checks values against JSON schemas (draft 2020-12) and
// words what is wrong the way the contract's clients see it: the sentences, the
// order of the faults and the choice of the one that is shown are those of
// Python's jsonschema.
package jsonschema

import (
	"encoding/json"
	"errors"
	"math"
	"strconv"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/pyjson"
)

// A value is nil, a bool, a Number, a string, a List, an *Object or a Placeholder.

// Number is a JSON number; integers are told from floats by how they are written.
type Number struct {
	text  string
	float float64
	isInt bool
}

// List is a JSON array.
type List []any

// Object is a JSON object in the order of its keys.
type Object struct {
	keys   []string
	values map[string]any
}

// Placeholder stands where a value could not be had.
type Placeholder interface {
	// Fault is what is wrong; false when nothing is, and the value merely is not
	// known yet.
	Fault() (message string, wrong bool)
}

// NewObject makes an empty object.
func NewObject() *Object { return &Object{values: map[string]any{}} }

// Get finds a key.
func (o *Object) Get(key string) (any, bool) {
	v, ok := o.values[key]
	return v, ok
}

// Set puts a key; a new one is last.
func (o *Object) Set(key string, value any) {
	if _, there := o.values[key]; !there {
		o.keys = append(o.keys, key)
	}
	o.values[key] = value
}

// Delete takes a key out.
func (o *Object) Delete(key string) {
	if _, there := o.values[key]; !there {
		return
	}
	delete(o.values, key)
	for i, k := range o.keys {
		if k == key {
			o.keys = append(append([]string{}, o.keys[:i]...), o.keys[i+1:]...)
			return
		}
	}
}

// Keys are the keys in order.
func (o *Object) Keys() []string { return o.keys }

// Len is the number of keys.
func (o *Object) Len() int { return len(o.keys) }

// What values take, in bytes, beside their text.
const (
	sizeOfValue  = 64
	sizeOfObject = 256
)

// Parse reads JSON text.
func Parse(b *budget.Budget, data []byte) (any, error) {
	if err := b.Take(int64(len(data))); err != nil {
		return nil, err
	}
	v, err := pyjson.Parse(data)
	if errors.Is(err, pyjson.ErrTooMany) {
		return nil, &budget.Exhausted{What: "a JSON text", Resource: "size", Limit: err.Error()}
	}
	if err != nil {
		return nil, err
	}
	if err := b.Take(sizeOf(v)); err != nil {
		return nil, err
	}
	if err := b.Step(int64(len(data)) / 64); err != nil {
		return nil, err
	}
	return fromJSON(v), nil
}

// sizeOf is what a value takes once it is read. Its depth is the parser's.
func sizeOf(v pyjson.Value) int64 {
	size := int64(sizeOfValue)
	for _, item := range v.Items() {
		size += sizeOf(item)
	}
	if v.Kind() == pyjson.Object {
		size += sizeOfObject
	}
	for _, m := range v.Members() {
		size += sizeOfValue + sizeOf(m.Value)
	}
	return size
}

func fromJSON(v pyjson.Value) any {
	switch v.Kind() {
	case pyjson.Bool:
		return v.Truth()
	case pyjson.Int, pyjson.Float:
		f, _ := v.Float64()
		return Number{string(v.Raw()), f, v.Kind() == pyjson.Int}
	case pyjson.String:
		return v.Text()
	case pyjson.Array:
		list := make(List, len(v.Items()))
		for i, item := range v.Items() {
			list[i] = fromJSON(item)
		}
		return list
	case pyjson.Object:
		o := NewObject()
		for _, m := range v.Members() {
			o.Set(m.Key, fromJSON(m.Value))
		}
		return o
	}
	return nil
}

// Marshal writes a value as JSON; placeholders become null.
func Marshal(v any) json.RawMessage { return appendJSON(nil, v) }

func appendJSON(b []byte, v any) []byte {
	switch v := v.(type) {
	case bool:
		return strconv.AppendBool(b, v)
	case Number:
		return append(b, v.text...)
	case string:
		text, _ := json.Marshal(v) // a string always marshals
		return append(b, text...)
	case List:
		b = append(b, '[')
		for i, item := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, item)
		}
		return append(b, ']')
	case *Object:
		b = append(b, '{')
		for i, key := range v.keys {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendJSON(b, key), ':')
			b = appendJSON(b, v.values[key])
		}
		return append(b, '}')
	}
	return append(b, "null"...)
}

// Depth is how deep lists and objects nest in a value.
func Depth(v any) int {
	deepest := 0
	switch v := v.(type) {
	case List:
		for _, item := range v {
			deepest = max(deepest, Depth(item))
		}
	case *Object:
		for _, inner := range v.values {
			deepest = max(deepest, Depth(inner))
		}
	default:
		return 0
	}
	return deepest + 1
}

// Copy is a deep copy.
func Copy(v any) any {
	switch v := v.(type) {
	case List:
		out := make(List, len(v))
		for i, item := range v {
			out[i] = Copy(item)
		}
		return out
	case *Object:
		out := NewObject()
		for _, key := range v.keys {
			out.Set(key, Copy(v.values[key]))
		}
		return out
	}
	return v
}

// Is reports whether a value has a JSON type; an integer may be written 1.0.
func Is(v any, typ string) bool {
	switch v := v.(type) {
	case nil:
		return typ == "null"
	case bool:
		return typ == "boolean"
	case Number:
		return typ == "number" || typ == "integer" && (v.isInt || v.float == math.Trunc(v.float) && !math.IsInf(v.float, 0))
	case string:
		return typ == "string"
	case List:
		return typ == "array"
	case *Object:
		return typ == "object"
	}
	return false
}
