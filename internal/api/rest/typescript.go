package rest

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// TypeScript returns the components as TypeScript types of their names, for the user
// interface. (openapi-typescript, the usual generator, does not go with the interface's
// release of TypeScript, and would describe paths too, for which nothing asks.)
func (d *Document) TypeScript() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(d.Components.Schemas)) {
		fmt.Fprintf(&b, "\nexport type %s = %s;\n", identifier(name), typeOf(d.Components.Schemas[name], ""))
	}
	return b.String()
}

var noLetter = regexp.MustCompile(`\W+`)

func identifier(name string) string { return noLetter.ReplaceAllString(name, "_") }

// typeOf is the type of values that have a schema, written in lines that begin with indent.
func typeOf(s Schema, indent string) string {
	if to, ok := s["$ref"].(string); ok {
		return identifier(strings.TrimPrefix(to, refTo))
	}
	if any, ok := s["anyOf"].([]Schema); ok {
		return unionOf(any, indent)
	}
	if values, ok := s["enum"].([]string); ok {
		return literals(values)
	}
	switch kind := s["type"].(type) {
	case []string:
		var all []Schema
		for _, one := range kind {
			with := maps.Clone(s)
			with["type"] = one
			all = append(all, with)
		}
		return unionOf(all, indent)
	case string:
		return typeOfKind(kind, s, indent)
	}
	return "unknown"
}

func typeOfKind(kind string, s Schema, indent string) string {
	switch kind {
	case "integer", "number":
		return "number"
	case "array":
		if pair, ok := s["prefixItems"].([]Schema); ok {
			types := make([]string, len(pair))
			for i, one := range pair {
				types[i] = typeOf(one, indent)
			}
			return "[" + strings.Join(types, ", ") + "]"
		}
		item := typeOf(schemaOf(s["items"]), indent)
		if strings.Contains(item, " | ") {
			item = "(" + item + ")"
		}
		return item + "[]"
	case "object":
		if properties, ok := s["properties"].(map[string]Schema); ok {
			return fieldsOf(properties, s, indent)
		}
		return "Record<string, " + typeOf(schemaOf(s["additionalProperties"]), indent) + ">"
	}
	return kind // "string", "boolean" and "null" are named so
}

// schemaOf is the schema in a schema: one of ours, or one that a type's Shape gave.
func schemaOf(value any) Schema {
	switch v := value.(type) {
	case Schema:
		return v
	case map[string]any:
		return v
	}
	return Schema{}
}

func fieldsOf(properties map[string]Schema, s Schema, indent string) string {
	required, _ := s["required"].([]string)
	var b strings.Builder
	b.WriteString("{\n")
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		optional := "?"
		if slices.Contains(required, name) {
			optional = ""
		}
		fmt.Fprintf(&b, "%s  %s%s: %s;\n", indent, name, optional, typeOf(properties[name], indent+"  "))
	}
	b.WriteString(indent + "}")
	return b.String()
}

func unionOf(all []Schema, indent string) string {
	var types []string
	for _, one := range all {
		if t := typeOf(one, indent); !slices.Contains(types, t) {
			types = append(types, t)
		}
	}
	return strings.Join(types, " | ")
}

func literals(values []string) string {
	quoted := make([]string, len(values))
	for i, value := range values {
		text, _ := json.Marshal(value) // a string always marshals
		quoted[i] = string(text)
	}
	return strings.Join(quoted, " | ")
}
