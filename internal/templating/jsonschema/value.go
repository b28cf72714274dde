// Package jsonschema checks values against JSON schemas (draft 2020-12) and
// words what is wrong the way the contract's clients see it: the sentences, the
// order of the faults and the choice of the one that is shown are those of
// Python's jsonschema.
package jsonschema

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"unicode"

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

// Parse reads JSON text.
func Parse(data []byte) (any, error) {
	v, err := pyjson.Parse(data)
	if err != nil {
		return nil, err
	}
	return FromJSON(v), nil
}

// FromJSON makes a value of parsed JSON.
func FromJSON(v pyjson.Value) any {
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
			list[i] = FromJSON(item)
		}
		return list
	case pyjson.Object:
		o := NewObject()
		for _, m := range v.Members() {
			o.Set(m.Key, FromJSON(m.Value))
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

// Repr writes a value as Python shows it.
func Repr(v any) string {
	switch v := v.(type) {
	case bool:
		if v {
			return "True"
		}
		return "False"
	case Number:
		return v.repr()
	case string:
		return Quote(v)
	case List:
		parts := make([]string, len(v))
		for i, item := range v {
			parts[i] = Repr(item)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case *Object:
		parts := make([]string, len(v.keys))
		for i, key := range v.keys {
			parts[i] = Quote(key) + ": " + Repr(v.values[key])
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return "None"
}

func (n Number) repr() string {
	if n.isInt {
		return n.text
	}
	f := n.float
	if a := math.Abs(f); a != 0 && (a < 1e-4 || a >= 1e16) {
		text := strconv.FormatFloat(f, 'e', -1, 64)
		return text
	}
	text := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}

// Quote writes text as Python shows it: in single quotes unless it holds some
// and no double ones.
func Quote(text string) string {
	quote := byte('\'')
	if strings.Contains(text, "'") && !strings.Contains(text, `"`) {
		quote = '"'
	}
	b := []byte{quote}
	for _, c := range text {
		switch {
		case c == rune(quote) || c == '\\':
			b = append(b, '\\', byte(c))
		case c == '\n':
			b = append(b, `\n`...)
		case c == '\r':
			b = append(b, `\r`...)
		case c == '\t':
			b = append(b, `\t`...)
		case c < ' ' || c == 0x7f || c > 0x7f && c <= 0xff && !unicode.IsPrint(c):
			b = append(b, `\x`...)
			b = append(b, hexDigits(uint32(c), 2)...)
		case c > 0xff && !unicode.IsPrint(c):
			if c <= 0xffff {
				b = append(append(b, `\u`...), hexDigits(uint32(c), 4)...)
			} else {
				b = append(append(b, `\U`...), hexDigits(uint32(c), 8)...)
			}
		default:
			b = append(b, string(c)...)
		}
	}
	return string(append(b, quote))
}

func hexDigits(n uint32, width int) string {
	text := strconv.FormatUint(uint64(n), 16)
	return strings.Repeat("0", max(0, width-len(text))) + text
}

// Equal tells whether two values are equal; true is not 1.
func Equal(a, b any) bool {
	switch a := a.(type) {
	case Number:
		other, ok := b.(Number)
		return ok && (a.text == other.text || a.float == other.float)
	case List:
		other, ok := b.(List)
		if !ok || len(a) != len(other) {
			return false
		}
		for i := range a {
			if !Equal(a[i], other[i]) {
				return false
			}
		}
		return true
	case *Object:
		other, ok := b.(*Object)
		if !ok || a.Len() != other.Len() {
			return false
		}
		for key, value := range a.values {
			if v, there := other.values[key]; !there || !Equal(value, v) {
				return false
			}
		}
		return true
	case Placeholder:
		return false
	}
	if _, isPlaceholder := b.(Placeholder); isPlaceholder {
		return false
	}
	switch b.(type) {
	case Number, List, *Object:
		return false
	}
	return a == b
}

// Is tells whether a value has a JSON type; an integer may be written 1.0.
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
