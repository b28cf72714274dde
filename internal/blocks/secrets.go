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
// value unless that is null. It goes through the document once, however many
// paths there are.
func Hide(data pyjson.Value, secretFields []string) pyjson.Value {
	if len(secretFields) == 0 {
		return data
	}
	secrets := secretsOf(data, secretFields)
	return eachLeaf(data, nil, func(at []string, value pyjson.Value) pyjson.Value {
		if exact, below := secrets.at(at); exact || below {
			return pyjson.NewString(hidden)
		}
		return value
	})
}

// Reveal undoes in an update what Hide did to the values it was made from:
// asterisks in the place of a secret become the current value again.
func Reveal(update, current pyjson.Value, secretFields []string) pyjson.Value {
	if len(secretFields) == 0 {
		return update
	}
	secrets := secretsOf(current, secretFields)
	now := leaves(current)
	return eachLeaf(update, nil, func(at []string, value pyjson.Value) pyjson.Value {
		if value.Kind() != pyjson.String || value.Text() != hidden {
			return value
		}
		if exact, below := secrets.at(at); exact || below {
			if was, ok := now[pathKey(at)]; ok {
				return was
			}
		}
		return value
	})
}

// secrets are the places of a document's secret values: exact ones, and those
// below which all is secret.
type secrets struct{ exact, below map[string]bool }

// secretsOf finds the places that paths stand for in a document. A path that
// leads to a value is that value's, also when it has an asterisk.
func secretsOf(data pyjson.Value, fields []string) secrets {
	s := secrets{map[string]bool{}, map[string]bool{}}
	values := leaves(data)
	for _, field := range fields {
		path := strings.Split(field, ".")
		if value, ok := values[pathKey(path)]; ok && !value.IsNull() {
			s.exact[pathKey(path)] = true
		} else if i := slices.Index(path, "*"); i >= 0 {
			s.below[pathKey(path[:i])] = true
		}
	}
	return s
}

func (s secrets) at(path []string) (exact, below bool) {
	for i := 0; i <= len(path) && !below && len(s.below) > 0; i++ {
		below = s.below[pathKey(path[:i])]
	}
	return s.exact[pathKey(path)], below
}

func pathKey(path []string) string { return strings.Join(path, "\x00") }

// leaves are the leaves below an object by their paths.
func leaves(data pyjson.Value) map[string]pyjson.Value {
	found := map[string]pyjson.Value{}
	eachLeaf(data, nil, func(at []string, value pyjson.Value) pyjson.Value {
		found[pathKey(at)] = value
		return value
	})
	return found
}

// isLeaf tells what is taken as one value: all but objects with members.
func isLeaf(v pyjson.Value) bool { return v.Kind() != pyjson.Object || len(v.Members()) == 0 }

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
