package blocks

import (
	"slices"
	"strings"

	"github.com/reevehq/reeve/internal/pyjson"
)

const (
	secretFieldsKey = "secret_fields"
	// hidden stands for a secret value where secrets are not shown.
	hidden = "********"
)

// SecretFields are the paths, "outer.inner" or "outer.*", of a schema's secret
// values.
func SecretFields(fields pyjson.Value) []string {
	list, _ := fields.Get(secretFieldsKey)
	var paths []string
	for _, item := range list.Items() {
		if item.Kind() == pyjson.String {
			paths = append(paths, item.Text())
		}
	}
	return paths
}

// Hide replaces the secret values of a document by asterisks. A path with an
// asterisk hides all values below what is before it; an exact path hides its
// value unless that is null.
func Hide(data pyjson.Value, secretFields []string) pyjson.Value {
	paths := splitPaths(secretFields)
	for _, path := range paths {
		if value, ok := leaf(data, path); ok && !value.IsNull() {
			data = eachLeaf(data, nil, func(at []string, value pyjson.Value) pyjson.Value {
				if slices.Equal(at, path) {
					return pyjson.NewString(hidden)
				}
				return value
			})
			continue
		}
		if below, ok := wildcard(path); ok {
			data = eachLeaf(data, nil, func(at []string, value pyjson.Value) pyjson.Value {
				if startsWith(at, below) {
					return pyjson.NewString(hidden)
				}
				return value
			})
		}
	}
	return data
}

// Reveal undoes in an update what Hide did to the values it was made from:
// asterisks in the place of a secret become the current value again.
func Reveal(update, current pyjson.Value, secretFields []string) pyjson.Value {
	for _, path := range splitPaths(secretFields) {
		below, isWild := wildcard(path)
		exact, ok := leaf(current, path)
		if ok && !exact.IsNull() {
			isWild, below = false, nil
		} else if !isWild {
			continue
		}
		update = eachLeaf(update, nil, func(at []string, value pyjson.Value) pyjson.Value {
			if value.Kind() != pyjson.String || value.Text() != hidden {
				return value
			}
			switch {
			case isWild && startsWith(at, below):
				if now, ok := leaf(current, at); ok {
					return now
				}
			case !isWild && slices.Equal(at, path):
				return exact
			}
			return value
		})
	}
	return update
}

func splitPaths(fields []string) [][]string {
	paths := make([][]string, len(fields))
	for i, field := range fields {
		paths[i] = strings.Split(field, ".")
	}
	return paths
}

// wildcard gives the part of a path before its first asterisk.
func wildcard(path []string) ([]string, bool) {
	i := slices.Index(path, "*")
	if i < 0 {
		return nil, false
	}
	return path[:i], true
}

func startsWith(path, start []string) bool {
	return len(path) >= len(start) && slices.Equal(path[:len(start)], start)
}

// isLeaf tells what is taken as one value: all but objects with members.
func isLeaf(v pyjson.Value) bool { return v.Kind() != pyjson.Object || len(v.Members()) == 0 }

// leaf gives the value at a path, when it is a leaf.
func leaf(v pyjson.Value, path []string) (pyjson.Value, bool) {
	for _, key := range path {
		inner, ok := v.Get(key)
		if !ok {
			return pyjson.Value{}, false
		}
		v = inner
	}
	return v, isLeaf(v)
}

// eachLeaf maps the leaves below an object.
func eachLeaf(v pyjson.Value, at []string, change func(at []string, value pyjson.Value) pyjson.Value) pyjson.Value {
	members := make([]pyjson.Member, len(v.Members()))
	for i, m := range v.Members() {
		path := append(at[:len(at):len(at)], m.Key)
		if isLeaf(m.Value) {
			m.Value = change(path, m.Value)
		} else {
			m.Value = eachLeaf(m.Value, path, change)
		}
		members[i] = m
	}
	return pyjson.NewObject(members)
}
