package actions

import (
	"encoding/json"
	"net/url"
	"strings"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/pyjson"
	"github.com/reevehq/reeve/internal/templating"
)

// parameters are those of the run that the action asks for: templates rendered,
// variables put in. None are an empty object.
func (a *act) parameters(given *prefect.Object) (prefect.Object, error) {
	if given == nil || len(*given) == 0 {
		return prefect.Object("{}"), nil
	}
	b := budget.New(a.ctx, "rendering the action's parameters", templating.Limits)
	defer b.Close()
	value, err := pyjson.Parse(*given)
	if err != nil {
		return nil, err
	}
	return templating.Hydrate(b, prefect.Object(Upgraded(value).Raw()), templating.Rendering{
		Jinja: true, Values: a.values, Options: a.options(), Variables: a.variable,
	})
}

// Upgraded are parameters whose plain texts with marks of templates are objects that
// stand for a value, as older clients write them: a text that is one expression
// keeps the type of its value. What stands for a value already stays as it is.
func Upgraded(v pyjson.Value) pyjson.Value {
	if v.Kind() != pyjson.Object {
		return v
	}
	members := make([]pyjson.Member, len(v.Members()))
	for i, m := range v.Members() {
		members[i] = pyjson.Member{Key: m.Key, Value: upgraded(m.Value, false)}
	}
	return pyjson.NewObject(members)
}

// upgraded is Upgraded for what an object or, listed, a list holds. Lists in lists
// are left alone, as the reference does.
func upgraded(v pyjson.Value, listed bool) pyjson.Value {
	switch v.Kind() {
	case pyjson.String:
		if templating.IsTemplate(v.Text()) {
			return wrapped(v.Text())
		}
	case pyjson.Object:
		if _, marked := v.Get("__prefect_kind"); !marked || listed {
			return Upgraded(v)
		}
	case pyjson.Array:
		if listed {
			return v
		}
		items := make([]pyjson.Value, len(v.Items()))
		for i, item := range v.Items() {
			items[i] = upgraded(item, true)
		}
		return pyjson.NewArray(items)
	}
	return v
}

// wrapped is the object that stands for the value of a template.
func wrapped(text string) pyjson.Value {
	kind := func(kind, key string, value pyjson.Value) pyjson.Value {
		return pyjson.NewObject([]pyjson.Member{{Key: "__prefect_kind", Value: pyjson.NewString(kind)}, {Key: key, Value: value}})
	}
	bare := strings.TrimSpace(text)
	if strings.HasPrefix(bare, "{{") && strings.HasSuffix(bare, "}}") && strings.Count(bare, "{{") == 1 {
		inner := strings.TrimSpace(bare[2 : len(bare)-2])
		return kind("json", "value", kind("jinja", "template", pyjson.NewString("{{ "+inner+" | tojson }}")))
	}
	return kind("jinja", "template", pyjson.NewString(text))
}

// variable is the value of a variable, nil when there is none of that name.
func (a *act) variable(name string) (json.RawMessage, error) {
	answer, err := a.ask("GET", "/variables/name/"+url.PathEscape(name), nil)
	if err != nil || answer.Status >= 300 {
		return nil, err
	}
	var variable struct{ Value json.RawMessage }
	err = json.Unmarshal(answer.Body, &variable)
	return variable.Value, err
}
