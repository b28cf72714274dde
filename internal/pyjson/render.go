package pyjson

import "encoding/json"

func renderArray(items []Value) []byte {
	out := []byte{'['}
	for i, item := range items {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, item.Raw()...)
	}
	return append(out, ']')
}

func renderObject(members []Member) []byte {
	out := []byte{'{'}
	for i, m := range members {
		if i > 0 {
			out = append(out, ',')
		}
		key, _ := json.Marshal(m.Key) // a string always marshals
		out = append(append(out, key...), ':')
		out = append(out, m.Value.Raw()...)
	}
	return append(out, '}')
}
