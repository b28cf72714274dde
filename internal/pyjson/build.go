package pyjson

import "encoding/json"

// NewObject makes an object of members. A key must be there only once.
func NewObject(members []Member) Value {
	return Value{kind: Object, raw: renderObject(members), members: members}
}

// NewArray makes an array of items.
func NewArray(items []Value) Value {
	return Value{kind: Array, raw: renderArray(items), items: items}
}

// NewString makes a string.
func NewString(text string) Value {
	raw, _ := json.Marshal(text) // a string always marshals
	return Value{kind: String, raw: raw, text: text}
}

// Merge is the object with all members set: new ones are last.
func (v Value) Merge(members []Member) Value {
	if v.kind != Object || len(members) == 0 {
		return v
	}
	out := Value{kind: Object, members: make([]Member, 0, len(v.members)+len(members))}
	var places map[string]int
	for _, m := range append(v.members[:len(v.members):len(v.members)], members...) {
		places = out.put(m.Key, m.Value, places)
	}
	out.raw = renderObject(out.members)
	return out
}

// Without is the object without a key.
func (v Value) Without(key string) Value {
	if _, ok := v.Get(key); !ok {
		return v
	}
	members := make([]Member, 0, len(v.members))
	for _, m := range v.members {
		if m.Key != key {
			members = append(members, m)
		}
	}
	return NewObject(members)
}
