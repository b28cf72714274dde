package templating

import (
	"strings"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/pyjson"
	"github.com/reevehq/reeve/internal/templating/jsonschema"
)

// CheckParameters returns what is wrong with the templates and values of parameters,
// each with its place, in the words of the contract. As in the reference nobody looks
// at the items of lists. It fails with a budget.Exhausted.
func CheckParameters(b *budget.Budget, parameters prefect.Object) ([]string, error) {
	value, err := pyjson.Parse(parameters)
	if err != nil {
		return nil, err
	}
	hydrated, err := HydrateForForm(b, prefect.Object(Upgraded(value).Raw()), Rendering{})
	if err != nil {
		return nil, err
	}
	return problems(nil, hydrated, ""), nil
}

func problems(list []string, v any, prefix string) []string {
	switch v := v.(type) {
	case *HydrationError:
		if prefix != "" {
			prefix += ":"
		}
		return append(list, prefix+" "+v.message)
	case *jsonschema.Object:
		if prefix != "" {
			prefix += "."
		}
		for _, key := range v.Keys() {
			inner, _ := v.Get(key)
			list = problems(list, inner, prefix+key)
		}
	}
	return list
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
		if IsTemplate(v.Text()) {
			return wrapped(v.Text())
		}
	case pyjson.Object:
		if _, marked := v.Get(kindKey); !marked || listed {
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
		return pyjson.NewObject([]pyjson.Member{{Key: kindKey, Value: pyjson.NewString(kind)}, {Key: key, Value: value}})
	}
	bare := strings.TrimSpace(text)
	if strings.HasPrefix(bare, "{{") && strings.HasSuffix(bare, "}}") && strings.Count(bare, "{{") == 1 {
		inner := strings.TrimSpace(bare[2 : len(bare)-2])
		return kind("json", "value", kind("jinja", "template", pyjson.NewString("{{ "+inner+" | tojson }}")))
	}
	return kind("jinja", "template", pyjson.NewString(text))
}
