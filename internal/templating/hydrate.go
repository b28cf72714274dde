package templating

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/pyjson"
	"github.com/reevehq/reeve/internal/templating/jinja"
	"github.com/reevehq/reeve/internal/templating/jsonschema"
)

// kindKey marks an object that stands for a value: its kind says how.
const kindKey = "__prefect_kind"

// Rendering says what hydration does with the values that objects stand for.
type Rendering struct {
	// Jinja renders templates; else they are only checked.
	Jinja bool
	// Values gives what a template sees, nil for nothing; Options say how it is rendered.
	Values  func(template string) (map[string]any, error)
	Options jinja.Options
	// Variables gives a variable's value, nil when there is none of that name.
	// Without it variables stay what they are.
	Variables func(name string) (json.RawMessage, error)
}

// HydrationError says why a value could not be had.
type HydrationError struct{ message string }

// Error implements error.
func (e *HydrationError) Error() string { return e.message }

// Fault implements jsonschema.Placeholder.
func (e *HydrationError) Fault() (string, bool) { return e.message, true }

// pending stands for a value that is known only later.
type pending struct{}

// Fault implements jsonschema.Placeholder.
func (pending) Fault() (string, bool) { return "", false }

// removed stands for a value that is left out of what holds it.
type removed struct{}

// Problem is the HydrationError in err, nil when err is another.
func Problem(err error) *HydrationError {
	var problem *HydrationError
	if errors.As(err, &problem) {
		return problem
	}
	return nil
}

// Hydrate puts the values in the place of the objects that stand for them. It
// fails with a HydrationError for the first that cannot be had, and with a
// budget.Exhausted.
func Hydrate(b *budget.Budget, values prefect.Object, r Rendering) (prefect.Object, error) {
	h := &hydration{Rendering: r, budget: b, strict: true}
	v, err := h.object(values)
	if err != nil {
		return nil, err
	}
	// A text may stand for a deep value and stand deep itself: what cannot be
	// read again is not stored.
	if jsonschema.Depth(v) > pyjson.MaxDepth {
		return nil, &budget.Exhausted{What: "the hydrated value", Resource: "depth", Limit: fmt.Sprintf("%d levels", pyjson.MaxDepth)}
	}
	return prefect.Object(jsonschema.Marshal(v)), nil
}

// HydrateForForm is Hydrate for a form that is being filled in: what cannot be
// had stays as a placeholder, which validation tells of.
func HydrateForForm(b *budget.Budget, values prefect.Object, r Rendering) (any, error) {
	h := &hydration{Rendering: r, budget: b}
	return h.object(values)
}

type hydration struct {
	Rendering
	budget *budget.Budget
	strict bool
}

func (h *hydration) object(values prefect.Object) (any, error) {
	if len(values) == 0 {
		return jsonschema.NewObject(), nil
	}
	v, err := jsonschema.Parse(h.budget, values)
	if err != nil {
		return nil, err
	}
	v, err = h.value(v)
	if _, gone := v.(removed); gone {
		v = jsonschema.NewObject()
	}
	return v, err
}

func (h *hydration) value(v any) (any, error) {
	if err := h.budget.Step(1); err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case *jsonschema.Object:
		if kind, marked := v.Get(kindKey); marked {
			return h.marked(kind, v)
		}
		out := jsonschema.NewObject()
		for _, key := range v.Keys() {
			inner, _ := v.Get(key)
			value, err := h.value(inner)
			if err != nil {
				return nil, err
			}
			if _, gone := value.(removed); !gone {
				out.Set(key, value)
			}
		}
		return out, nil
	case jsonschema.List:
		out := jsonschema.List{}
		for _, inner := range v {
			value, err := h.value(inner)
			if err != nil {
				return nil, err
			}
			if _, gone := value.(removed); !gone {
				out = append(out, value)
			}
		}
		return out, nil
	}
	return v, nil
}

// marked returns the value that an object of a kind stands for.
func (h *hydration) marked(kind any, o *jsonschema.Object) (any, error) {
	var value any
	var err error
	switch kind {
	case "none":
		value, err = h.none(o)
	case "json":
		value, err = h.json(o)
	case "jinja":
		value, err = h.jinja(o)
	case "workspace_variable":
		value, err = h.variable(o)
	default:
		value, _ = o.Get("value")
	}
	if problem, wrong := value.(*HydrationError); wrong && h.strict && err == nil {
		return nil, problem
	}
	return value, err
}

func noKey(key string) *HydrationError {
	return &HydrationError{"Missing '" + key + "' key in __prefect object"}
}

func (h *hydration) none(o *jsonschema.Object) (any, error) {
	inner, there := o.Get("value")
	if !there {
		return noKey("value"), nil
	}
	return h.value(inner)
}

// inner is what a key of a marked object holds, hydrated when it is an object
// itself; done says that it is a placeholder, to be passed on as it is.
func (h *hydration) inner(o *jsonschema.Object, key string) (value any, there, done bool, err error) {
	value, there = o.Get(key)
	if nested, isObject := value.(*jsonschema.Object); isObject {
		value, err = h.value(nested)
	}
	switch value.(type) {
	case jsonschema.Placeholder, removed:
		done = true
	}
	return value, there, done, err
}

func (h *hydration) json(o *jsonschema.Object) (any, error) {
	value, there, done, err := h.inner(o, "value")
	if !there {
		return removed{}, nil
	}
	text, isText := value.(string)
	if err != nil || done || !isText {
		return value, err
	}
	parsed, err := jsonschema.Parse(h.budget, []byte(text))
	var syntax *pyjson.SyntaxError
	if errors.As(err, &syntax) {
		return &HydrationError{"Invalid JSON: " + describe(syntax, text)}, nil
	}
	return parsed, err
}

func (h *hydration) jinja(o *jsonschema.Object) (any, error) {
	value, there, done, err := h.inner(o, "template")
	if !there {
		return noKey("template"), nil
	}
	if err != nil || done {
		return value, err
	}
	template, isText := value.(string)
	if !isText && !h.Jinja {
		return pending{}, nil
	} else if !isText {
		return &HydrationError{"Invalid jinja: Can't compile non template nodes"}, nil
	}
	parsed, err := ParseTemplate(h.budget, template)
	if err != nil {
		return h.badTemplate(err)
	}
	if !h.Jinja {
		return pending{}, nil
	}
	var values map[string]any
	if h.Values != nil {
		if values, err = h.Values(template); err != nil {
			return nil, err
		}
	}
	text, err := parsed.Render(h.budget, values, h.Options)
	if err != nil {
		return h.badTemplate(err)
	}
	return text, nil
}

// badTemplate is the fault of a template, unless a limit was met or the client has
// left: that ends the hydration.
func (h *hydration) badTemplate(err error) (any, error) {
	if h.budget.Err() != nil || budget.Is(err) {
		return nil, err
	}
	return &HydrationError{"Invalid jinja: " + err.Error()}, nil
}

func (h *hydration) variable(o *jsonschema.Object) (any, error) {
	value, there, done, err := h.inner(o, "variable_name")
	if !there {
		return removed{}, nil
	}
	if err != nil || done {
		return value, err
	}
	if h.Variables == nil {
		return pending{}, nil
	}
	name, isText := value.(string)
	if isText {
		found, err := h.Variables(name)
		if err != nil {
			return nil, err
		}
		if found != nil {
			return jsonschema.Parse(h.budget, found)
		}
	} else if name, err = jsonschema.Repr(h.budget, value); err != nil {
		return nil, err
	}
	return &HydrationError{"Variable '" + name + "' not found in workspace."}, nil
}

// describe words a syntax error with its place, as Python does.
func describe(e *pyjson.SyntaxError, text string) string {
	before := []rune(text)
	before = before[:min(e.Position, len(before))]
	line, column := 1, len(before)+1
	for i, c := range before {
		if c == '\n' {
			line++
			column = len(before) - i
		}
	}
	return fmt.Sprintf("%s: line %d column %d (char %d)", e.Message, line, column, e.Position)
}
