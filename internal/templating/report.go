package templating

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/templating/jsonschema"
)

// Report is what is wrong with the values of a form. An entry of Errors is a
// sentence about the whole, or a *FieldErrors.
type Report struct {
	Errors []any `json:"errors"`
	Valid  bool  `json:"valid"`

	places map[any]*FieldErrors // the first entry of each property or index
}

// FieldErrors is what is wrong with one property or one item of a list, and
// within it.
type FieldErrors struct {
	property string
	index    int
	isIndex  bool
	Errors   []any

	places map[any]*FieldErrors
}

// MarshalJSON implements json.Marshaler.
func (f *FieldErrors) MarshalJSON() ([]byte, error) {
	list := f.Errors
	if list == nil {
		list = []any{}
	}
	if f.isIndex {
		return json.Marshal(struct {
			Index  int   `json:"index"`
			Errors []any `json:"errors"`
		}{f.index, list})
	}
	return json.Marshal(struct {
		Property string `json:"property"`
		Errors   []any  `json:"errors"`
	}{f.property, list})
}

// ValidateForm checks the values of a form that is being filled in. It fails
// with an ErrSchema, a ValidationError or ErrCircular when the schema is at fault.
func ValidateForm(b *budget.Budget, values, schema prefect.Object, variables func(string) (json.RawMessage, error)) (*Report, error) {
	prepared, err := parseObject(b, schema)
	if err != nil {
		return nil, err
	}
	preprocess(prepared, false)
	if err := checkSchema(b, prepared); err != nil {
		return nil, err
	}
	hydrated, err := HydrateForForm(b, values, Rendering{Variables: variables})
	if err != nil {
		return nil, err
	}
	faults, err := jsonschema.Validate(b, hydrated, prepared, true)
	if err != nil {
		return nil, asValidation(err)
	}
	if faults, err = placeholdersFirst(b, faults); err != nil {
		return nil, err
	}
	report := &Report{Errors: []any{}}
	for _, f := range faults {
		if p, ok := f.Instance.(jsonschema.Placeholder); ok {
			if _, wrong := p.Fault(); !wrong {
				continue
			}
		}
		if err := report.add(b, f); err != nil {
			return nil, err
		}
	}
	report.Valid = len(report.Errors) == 0
	return report, nil
}

// placeholdersFirst leaves out, at each place that a placeholder tells of, what
// else is wrong there. The faults of one place stay together.
func placeholdersFirst(b *budget.Budget, faults []*jsonschema.Fault) ([]*jsonschema.Fault, error) {
	var order []string
	byPath := map[string][]*jsonschema.Fault{}
	for _, f := range faults {
		path, _ := json.Marshal(f.Path) // strings and ints always marshal
		if err := errors.Join(b.Take(int64(len(path))), b.Step(int64(1+len(path)/64))); err != nil {
			return nil, b.Err()
		}
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
	return out, nil
}

// add puts a fault at its place. One about a missing key belongs to that key.
func (r *Report) add(b *budget.Budget, f *jsonschema.Fault) error {
	message, err := f.Message(b)
	if err != nil {
		return err
	}
	if err := b.Step(int64(1 + len(f.Path))); err != nil {
		return err
	}
	path := f.Path
	if f.Keyword == "required" {
		name, _, _ := strings.Cut(message, " ")
		path = append(append([]any{}, path...), strings.Trim(name, "'"))
	}
	if r.places == nil {
		r.places = map[any]*FieldErrors{}
	}
	list, places := &r.Errors, r.places
	for i, step := range path {
		field := places[step]
		if last := i == len(path)-1; last || field == nil {
			field = &FieldErrors{places: map[any]*FieldErrors{}}
			if field.index, field.isIndex = step.(int); !field.isIndex {
				field.property, _ = step.(string)
			}
			*list = append(*list, field)
			if places[step] == nil {
				places[step] = field
			}
		}
		list, places = &field.Errors, field.places
	}
	*list = append(*list, message)
	return nil
}
