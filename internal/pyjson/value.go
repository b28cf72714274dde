// Package pyjson reads JSON the way the reference server's JSON module does:
// object order is kept, every value remembers the bytes it was read from, and a
// syntax error carries the message and character position that clients see in
// a 422 body.
package pyjson

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// Kind is the JSON type of a Value; numbers are told apart as Python does.
type Kind uint8

// The kinds of a Value. A number with a fraction or an exponent is a Float.
const (
	Null Kind = iota
	Bool
	Int
	Float
	String
	Array
	Object
)

// Value is one parsed JSON value. Its zero value is null.
type Value struct {
	kind    Kind
	raw     []byte
	text    string
	items   []Value
	members []Member
}

// Member is one key of an object with its value.
type Member struct {
	Key   string
	Value Value
}

// Kind tells the JSON type.
func (v Value) Kind() Kind { return v.kind }

// IsNull reports whether the value is null.
func (v Value) IsNull() bool { return v.kind == Null }

// Raw returns the bytes the value was read from; they are valid JSON and belong
// to the parsed input.
func (v Value) Raw() json.RawMessage {
	if v.raw == nil {
		return json.RawMessage("null")
	}
	return v.raw
}

// MarshalJSON writes the value as it was read.
func (v Value) MarshalJSON() ([]byte, error) { return v.Raw(), nil }

// Text is the decoded text of a String, else "".
func (v Value) Text() string { return v.text }

// Truth is the value of a Bool.
func (v Value) Truth() bool { return v.kind == Bool && v.raw[0] == 't' }

// Int64 returns the value of an Int that fits.
func (v Value) Int64() (int64, bool) {
	if v.kind != Int {
		return 0, false
	}
	n, err := strconv.ParseInt(string(v.raw), 10, 64)
	return n, err == nil
}

// Float64 returns the value of an Int or Float.
func (v Value) Float64() (float64, bool) {
	if v.kind != Int && v.kind != Float {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(v.raw), 64)
	return f, err == nil
}

// Items are the elements of an Array.
func (v Value) Items() []Value { return v.items }

// Members are the keys of an Object in the order they were written; a key
// written twice is there once, with its last value.
func (v Value) Members() []Member { return v.members }

// Get finds a key of an Object.
func (v Value) Get(key string) (Value, bool) {
	for i := range v.members {
		if v.members[i].Key == key {
			return v.members[i].Value, true
		}
	}
	return Value{}, false
}

// Truthy reports whether the value counts as true in Python.
func (v Value) Truthy() bool {
	switch v.kind {
	case Bool:
		return v.Truth()
	case Int, Float:
		f, _ := v.Float64()
		return f != 0
	case String:
		return v.text != ""
	case Array:
		return len(v.items) > 0
	case Object:
		return len(v.members) > 0
	}
	return false
}

// With is an Object with a key set, last when it is new; any other value stays
// as it is.
func (v Value) With(key string, value Value) Value {
	if v.kind != Object {
		return v
	}
	out := Value{kind: Object, members: make([]Member, 0, len(v.members)+1)}
	found := false
	for _, m := range v.members {
		if m.Key == key {
			m.Value, found = value, true
		}
		out.members = append(out.members, m)
	}
	if !found {
		out.members = append(out.members, Member{key, value})
	}
	out.raw = renderObject(out.members)
	return out
}

// DumpSize is the number of bytes the value takes when Python writes it without
// spaces: all but ASCII is escaped.
func (v Value) DumpSize() int {
	switch v.kind {
	case String:
		return textSize(v.text)
	case Array:
		size := 2 + max(0, len(v.items)-1)
		for _, item := range v.items {
			size += item.DumpSize()
		}
		return size
	case Object:
		size := 2 + max(0, len(v.members)-1)
		for _, m := range v.members {
			size += textSize(m.Key) + 1 + m.Value.DumpSize()
		}
		return size
	}
	return len(v.Raw())
}

func textSize(text string) int {
	size := 2
	for _, c := range text {
		switch {
		case c == '"' || c == '\\' || c == '\n' || c == '\r' || c == '\t' || c == '\b' || c == '\f':
			size += 2
		case c < ' ' || c > '~' && c <= 0xFFFF:
			size += 6
		case c > 0xFFFF:
			size += 12
		default:
			size++
		}
	}
	return size
}

// Size bounds the memory, in bytes, that Parse and what is made of its result take
// beside data, as it was measured: texts are copied on their way into the database
// and into the answer, and each value has a place and a share in lists that grow.
func Size(data []byte) int64 {
	values := bytes.Count(data, []byte{','}) + bytes.Count(data, []byte{'['}) + bytes.Count(data, []byte{'{'})
	return textCopies*int64(len(data)) + valueSize*int64(min(values, mostValues))
}

// textCopies is how often a text is there at once, at most: as a value, in the
// database's memory, in its event and in the answer.
const textCopies = 6

// valueSize is what one value takes, with what is garbage by the time it is read.
const valueSize = 256
