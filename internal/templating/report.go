package templating

import (
	"encoding/json"
	"strings"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/templating/jsonschema"
)

// Report is what is wrong with the values of a form. An entry of Errors is a
// sentence about the whole, or a *FieldErrors.
type Report struct {
	Errors []any `json:"errors"`
	Valid  bool  `json:"valid"`
}

// FieldErrors is what is wrong with one property or one item of a list, and
// within it.
type FieldErrors struct {
	property string
	index    int
	isIndex  bool
	Errors   []any
}

// MarshalJSON implements json.Marshaler.
func (f *FieldErrors) MarshalJSON() ([]byte, error) {
	errors := f.Errors
	if errors == nil {
		errors = []any{}
	}
	if f.isIndex {
		return json.Marshal(struct {
			Index  int   `json:"index"`
			Errors []any `json:"errors"`
		}{f.index, errors})
	}
	return json.Marshal(struct {
		Property string `json:"property"`
		Errors   []any  `json:"errors"`
	}{f.property, errors})
}

// ValidateForm checks the values of a form that is being filled in. It fails
// with an ErrSchema, a ValidationError or ErrCircular when the schema is at fault.
func ValidateForm(values, schema prefect.Object, variables func(string) (json.RawMessage, error)) (*Report, error) {
	prepared, err := parseObject(schema)
	if err != nil {
		return nil, err
	}
	preprocess(prepared, false)
	if err := checkSchema(prepared); err != nil {
		return nil, err
	}
	hydrated, err := HydrateForForm(values, Rendering{Variables: variables})
	if err != nil {
		return nil, err
	}
	faults, err := jsonschema.Validate(hydrated, prepared, true)
	if err != nil {
		return nil, asValidation(err)
	}
	report := &Report{Errors: []any{}}
	for _, f := range placeholdersFirst(faults) {
		if p, ok := f.Instance.(jsonschema.Placeholder); ok {
			if _, wrong := p.Fault(); !wrong {
				continue
			}
		}
		report.add(f)
	}
	report.Valid = len(report.Errors) == 0
	return report, nil
}

// placeholdersFirst leaves out, at each place that a placeholder tells of, what
// else is wrong there. The faults of one place stay together.
func placeholdersFirst(faults []*jsonschema.Fault) []*jsonschema.Fault {
	var order []string
	byPath := map[string][]*jsonschema.Fault{}
	for _, f := range faults {
		path, _ := json.Marshal(f.Path) // strings and ints always marshal
		if byPath[string(path)] == nil {
			order = append(order, string(path))
		}
		byPath[string(path)] = append(byPath[string(path)], f)
	}
	var out []*jsonschema.Fault
	for _, path := range order {
		var told []*jsonschema.Fault
		for _, f := range byPath[path] {
			if f.Keyword == jsonschema.PlaceholderKeyword {
				told = append(told, f)
			}
		}
		if told == nil {
			told = byPath[path]
		}
		out = append(out, told...)
	}
	return out
}

// add puts a fault at its place. One about a missing key belongs to that key.
func (r *Report) add(f *jsonschema.Fault) {
	path := f.Path
	if f.Keyword == "required" {
		name, _, _ := strings.Cut(f.Message, " ")
		path = append(append([]any{}, path...), strings.Trim(name, "'"))
	}
	list := &r.Errors
	for i, step := range path {
		last := i == len(path)-1
		var field *FieldErrors
		if !last {
			field = find(*list, step)
		}
		if field == nil {
			field = &FieldErrors{}
			if field.index, field.isIndex = step.(int); !field.isIndex {
				field.property, _ = step.(string)
			}
			*list = append(*list, field)
		}
		list = &field.Errors
	}
	*list = append(*list, f.Message)
}

func find(list []any, step any) *FieldErrors {
	for _, entry := range list {
		field, ok := entry.(*FieldErrors)
		if !ok {
			continue
		}
		if index, isIndex := step.(int); isIndex == field.isIndex && (isIndex && index == field.index || !isIndex && step == any(field.property)) {
			return field
		}
	}
	return nil
}
