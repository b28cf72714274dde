package rest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect/decode"
	"github.com/reevehq/reeve/internal/pyjson"
)

// Schema is a JSON schema, of the dialect that OpenAPI 3.1 has.
type Schema map[string]any

// schemas are the components of a document: the schemas of named types.
type schemas struct {
	components map[string]Schema
	names      map[reflect.Type]string
	criteria   map[string]string
	taken      map[string]reflect.Type
	// answers are the types of which every field is there, because only we write them.
	answers bool
}

// Names are those of components that are not named as their types are.
type Names struct {
	Types map[reflect.Type]string
	// Criteria are the names of fields of filters, by the filter's and their own.
	Criteria map[string]string
}

func newSchemas(names Names) *schemas {
	s := &schemas{components: map[string]Schema{}, names: maps.Clone(names.Types), criteria: names.Criteria, taken: map[string]reflect.Type{}}
	s.names[reflect.TypeFor[invalid]()], s.names[reflect.TypeFor[decode.Issue]()] = "HTTPValidationError", "ValidationError"
	return s
}

var known = map[reflect.Type]Schema{
	reflect.TypeFor[uuid.UUID]():       {"type": "string", "format": "uuid"},
	reflect.TypeFor[time.Time]():       {"type": "string", "format": "date-time"},
	reflect.TypeFor[time.Duration]():   {"type": "number"},
	reflect.TypeFor[json.RawMessage](): {},
	reflect.TypeFor[pyjson.Value]():    {},
	reflect.TypeFor[Null]():            {"type": "null"},
}

// isObject reports whether the JSON of a type is an object with the fields of its struct.
func isObject(t reflect.Type) bool {
	_, isKnown := known[t]
	_, isShaped := reflect.Zero(t).Interface().(decode.Shaped)
	return t.Kind() == reflect.Struct && t.NumField() > 0 && !isKnown && !isShaped
}

// of returns the schema of a type: a reference when it has a name.
func (s *schemas) of(t reflect.Type) Schema {
	if t.Kind() == reflect.Pointer {
		return s.of(t.Elem())
	}
	if schema, ok := known[t]; ok {
		return schema
	}
	if shaped, ok := reflect.Zero(t).Interface().(decode.Shaped); ok {
		return s.shape(t, shaped.Shape())
	}
	switch values := choices(t); {
	case values != nil:
		return s.named(t, func() Schema { return Schema{"type": "string", "enum": values} })
	case isObject(t):
		return s.named(t, func() Schema { return s.object(s.nameOf(t), t) })
	case s.names[t] != "":
		return s.named(t, func() Schema { return s.plain(t) })
	}
	return s.plain(t)
}

func (s *schemas) shape(t reflect.Type, shape decode.Shape) Schema {
	if shape.Like != nil {
		return s.named(t, func() Schema { return without(s.object(s.nameOf(t), shape.Like), shape.Without) })
	}
	if shape.Schema != nil {
		return shape.Schema
	}
	if shape.Variants != nil {
		return s.variants(shape.Variants)
	}
	if shape.Pair != nil {
		return Schema{"type": "array", "prefixItems": s.all(shape.Pair), "minItems": len(shape.Pair), "maxItems": len(shape.Pair)}
	}
	return Schema{"anyOf": s.all(shape.OneOf)}
}

// variants are references to the components of objects that are told apart by their type.
func (s *schemas) variants(variants []decode.Variant) Schema {
	all := make([]Schema, len(variants))
	for i, v := range variants {
		if all[i] = (Schema{"$ref": refTo + v.Name}); s.components[v.Name] != nil {
			continue
		}
		s.components[v.Name] = Schema{} // so that a variant may hold others
		schema := s.object(v.Name, v.Like)
		schema["properties"].(map[string]Schema)["type"] = Schema{"type": "string", "enum": []string{v.Kind}}
		if s.answers {
			required, _ := schema["required"].([]string)
			schema["required"] = append(required, "type")
		}
		s.components[v.Name] = schema
	}
	return Schema{"anyOf": all}
}

// without takes fields out of the schema of an object.
func without(schema Schema, names []string) Schema {
	maps.DeleteFunc(schema["properties"].(map[string]Schema), func(name string, _ Schema) bool { return slices.Contains(names, name) })
	if required, ok := schema["required"].([]string); ok {
		schema["required"] = slices.DeleteFunc(required, func(name string) bool { return slices.Contains(names, name) })
	}
	return schema
}

func (s *schemas) all(types []reflect.Type) []Schema {
	all := make([]Schema, len(types))
	for i, t := range types {
		all[i] = s.of(t)
	}
	return all
}

func choices(t reflect.Type) []string {
	switch v := reflect.Zero(t).Interface().(type) {
	case decode.Enum:
		return v.Values()
	case decode.Literal:
		return v.Literals()
	}
	return nil
}

func (s *schemas) plain(t reflect.Type) Schema {
	switch t.Kind() {
	case reflect.String:
		return Schema{"type": "string"}
	case reflect.Bool:
		return Schema{"type": "boolean"}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint32, reflect.Uint64:
		return Schema{"type": "integer"}
	case reflect.Float32, reflect.Float64:
		return Schema{"type": "number"}
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			break
		}
		return Schema{"type": "array", "items": s.of(t.Elem())}
	case reflect.Map:
		return Schema{"type": "object", "additionalProperties": s.orNull(t.Elem())}
	case reflect.Struct, reflect.Interface:
		return Schema{}
	}
	panic(fmt.Sprintf("rest: %s has no shape", t)) // a defect, found by the first test that reads the document
}

// named returns a reference to the component of a type, which build makes when it
// is not there yet. A type without a name is written where it is used.
func (s *schemas) named(t reflect.Type, build func() Schema) Schema {
	name := s.nameOf(t)
	if name == "" {
		return build()
	}
	if s.taken[name] == nil {
		s.taken[name] = t
		s.components[name] = nil // so that a type may hold itself
		s.components[name] = build()
	} else if s.taken[name] != t {
		panic(fmt.Sprintf("rest: %s and %s are both named %s", s.taken[name], t, name))
	}
	return Schema{"$ref": refTo + name}
}

// refTo begins the reference to a component.
const refTo = "#/components/schemas/"

// nameOf is the given name of a type, or its own with a large initial.
func (s *schemas) nameOf(t reflect.Type) string {
	if name, ok := s.names[t]; ok {
		return name
	}
	name, parameters, generic := strings.Cut(t.Name(), "[")
	if name == "" {
		return ""
	}
	if generic {
		of := strings.TrimSuffix(parameters[strings.LastIndexAny(parameters, ".*")+1:], "]")
		if name == "Page" {
			name = "PaginationResponse"
		}
		name = of + strings.ToUpper(name[:1]) + name[1:]
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

// object is the schema of a struct; name is its own as a component, "" for none.
func (s *schemas) object(name string, t reflect.Type) Schema {
	fields, forbid := decode.Fields(t)
	properties, required := map[string]Schema{}, []string{}
	for _, f := range fields {
		properties[f.Name] = s.field(name, f)
		if f.Required || s.answers && !omitted(t, f.Name) {
			required = append(required, f.Name)
		}
	}
	schema := Schema{"type": "object", "properties": properties}
	if len(required) > 0 {
		schema["required"] = required
	}
	if forbid {
		schema["additionalProperties"] = false
	}
	return schema
}

// omitted reports whether a field is left out of an answer when it is empty.
func omitted(t reflect.Type, name string) bool {
	for _, f := range reflect.VisibleFields(t) {
		if tag, options, _ := strings.Cut(f.Tag.Get("json"), ","); tag == name {
			return strings.Contains(options, "omit")
		}
	}
	return false
}

// criterion returns a reference to the component of a field of a filter: forms that
// several filters share have a name in each, as in the reference.
func (s *schemas) criterion(filter string, f decode.Field) Schema {
	t := f.Type
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if !strings.Contains(filter, "Filter") || !isObject(t) || strings.Contains(t.Name(), "Filter") || s.names[t] != "" {
		return s.of(t)
	}
	for _, word := range strings.Split(f.Name, "_") {
		filter += strings.ToUpper(word[:1]) + word[1:]
	}
	name := cmp.Or(s.criteria[filter], filter)
	s.components[name] = s.object(name, t)
	return Schema{"$ref": refTo + name}
}

func (s *schemas) field(of string, f decode.Field) Schema {
	schema := s.criterion(of, f)
	bounds := Schema{}
	bound(bounds, "minimum", f.AtLeast)
	bound(bounds, "maximum", f.AtMost)
	bound(bounds, "exclusiveMinimum", f.Above)
	shortest, longest := "minLength", "maxLength"
	if schema["type"] == "array" {
		shortest, longest = "minItems", "maxItems"
	}
	bound(bounds, shortest, f.Shortest)
	bound(bounds, longest, f.Longest)
	if f.Pattern != "" {
		bounds["pattern"] = f.Pattern
	}
	for key, value := range schema {
		bounds[key] = value
	}
	if f.Null && len(bounds) > 0 {
		return Schema{"anyOf": []Schema{bounds, {"type": "null"}}}
	}
	return bounds
}

// orNull is the schema of a type whose nil pointer is written as null.
func (s *schemas) orNull(t reflect.Type) Schema {
	if t.Kind() != reflect.Pointer {
		return s.of(t)
	}
	return Schema{"anyOf": []Schema{s.of(t), {"type": "null"}}}
}

func bound[T any](schema Schema, key string, value *T) {
	if value != nil {
		schema[key] = *value
	}
}
