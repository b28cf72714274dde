package rest

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"

	"github.com/reevehq/reeve/internal/prefect/decode"
)

// Document is the OpenAPI document of routes: what GET /openapi.json answers.
type Document struct {
	Version    string                           `json:"openapi"`
	Info       Info                             `json:"info"`
	Servers    []Server                         `json:"servers"`
	Paths      map[string]map[string]*Operation `json:"paths"`
	Components Components                       `json:"components"`
}

// Info names what is described.
type Info struct {
	Title   string `json:"title"`
	Version string `json:"version"`
}

// Server says where the paths are mounted.
type Server struct {
	URL string `json:"url"`
}

// Components are the schemas that others refer to, by name.
type Components struct {
	Schemas map[string]Schema `json:"schemas"`
}

// Operation describes a route.
type Operation struct {
	Tags       []string            `json:"tags,omitempty"`
	Summary    string              `json:"summary"`
	ID         string              `json:"operationId"`
	Parameters []Parameter         `json:"parameters,omitempty"`
	Body       *RequestBody        `json:"requestBody,omitempty"`
	Responses  map[string]Response `json:"responses"`
}

// Parameter is a parameter of the path or of the URL's query, as In says.
type Parameter struct {
	Name     string `json:"name"`
	In       string `json:"in"`
	Required bool   `json:"required"`
	Schema   Schema `json:"schema"`
}

// RequestBody describes a body, by its media type.
type RequestBody struct {
	Content  map[string]Media `json:"content"`
	Required bool             `json:"required,omitempty"`
}

// Media is the schema of a body of some media type.
type Media struct {
	Schema Schema `json:"schema"`
}

// Response describes an answer, by its media type.
type Response struct {
	Description string           `json:"description"`
	Content     map[string]Media `json:"content,omitempty"`
}

// invalid is the 422 of the contract.
type invalid struct {
	Message string          `json:"exception_message"`
	Detail  []decode.Issue  `json:"exception_detail"`
	Body    json.RawMessage `json:"request_body"`
}

// Describe returns the document of routes that are mounted at base. tags name the
// resources by the first part of their paths.
func Describe(info Info, base string, routes []Route, tags map[string]string, names Names) *Document {
	d := &Document{Version: "3.1.0", Info: info, Servers: []Server{{base}}, Paths: map[string]map[string]*Operation{}}
	s := newSchemas(names)
	// What clients may send comes first: of a type that goes both ways they may leave out
	// what has a default.
	bodies := make([]Schema, len(routes))
	for i, route := range routes {
		if route.Body != nil {
			bodies[i] = s.body(route)
		}
	}
	parameters := make([][]Parameter, len(routes))
	for i, route := range routes {
		parameters[i] = s.parameters(route)
	}
	s.answers = true
	for i, route := range routes {
		o := &Operation{ID: route.Operation, Summary: summary(route), Parameters: parameters[i], Responses: s.responses(route)}
		first, _, _ := strings.Cut(strings.TrimPrefix(route.Path, "/"), "/")
		if tag := tags[first]; tag != "" {
			o.Tags = []string{tag}
		}
		if bodies[i] != nil {
			o.Body = &RequestBody{Content: map[string]Media{"application/json": {bodies[i]}}, Required: !embedded(route.Body)}
		}
		if d.Paths[route.Path] == nil {
			d.Paths[route.Path] = map[string]*Operation{}
		}
		d.Paths[route.Path][strings.ToLower(route.Method)] = o
	}
	d.Components.Schemas = s.components
	return d
}

// body is the schema of a route's body. One whose keys are parameters of the operation is
// named after it, as in the reference.
func (s *schemas) body(route Route) Schema {
	if t := route.Body; t.Kind() == reflect.Struct && t.NumField() == 1 && t.Field(0).Anonymous {
		return s.of(t.Field(0).Type) // it adds a way of reading, or bounds
	}
	if !embedded(route.Body) {
		return s.of(route.Body)
	}
	name := "Body_" + route.Operation
	s.components[name] = s.object(name, route.Body)
	return Schema{"$ref": refTo + name}
}

func embedded(t reflect.Type) bool { return decode.IsEmbedded(reflect.New(t).Interface()) }

func (s *schemas) parameters(route Route) []Parameter {
	var all []Parameter
	for _, segment := range newPattern(route.Path).segments {
		if segment.parameter == "" {
			continue
		}
		schema := Schema{"type": "string"}
		if segment.isID {
			schema["format"] = "uuid"
		}
		all = append(all, Parameter{segment.parameter, "path", true, schema})
	}
	if route.Query != nil {
		fields, _ := decode.Fields(route.Query)
		for _, f := range fields {
			all = append(all, Parameter{f.Name, "query", f.Required, s.field("", f)})
		}
	}
	return all
}

// answer is the schema of what is answered. An object is never null: what is missing is 404.
func (s *schemas) answer(t reflect.Type) Schema {
	if t.Kind() == reflect.Pointer && isObject(t.Elem()) {
		return s.of(t)
	}
	return s.orNull(t)
}

func (s *schemas) responses(route Route) map[string]Response {
	ok := Response{Description: "Successful Response"}
	switch {
	case route.Answer != nil:
		ok.Content = map[string]Media{"application/json": {s.answer(route.Answer)}}
	case route.Media != "":
		ok.Content = map[string]Media{route.Media: {Schema{"type": "string"}}}
	}
	all := map[string]Response{strconv.Itoa(route.Status): ok}
	if route.Body != nil || route.Query != nil || strings.Contains(route.Path, "{") {
		all["422"] = Response{"Validation Error", map[string]Media{"application/json": {s.of(reflect.TypeFor[invalid]())}}}
	}
	return all
}

// summary makes "Read Flow" of the operation id read_flow_flows__id__get.
func summary(route Route) string {
	suffix := strings.NewReplacer("/", "_", "{", "_", "}", "_", "-", "_").Replace(route.Path) + "_" + strings.ToLower(route.Method)
	words := strings.Split(strings.TrimSuffix(route.Operation, suffix), "_")
	for i, word := range words {
		if word != "" {
			words[i] = strings.ToUpper(word[:1]) + word[1:]
		}
	}
	return strings.Join(words, " ")
}
