package templating

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/budget"
	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/templating/jinja"
)

func unbounded(t testing.TB) *budget.Budget {
	b := budget.New(t.Context(), "the test", budget.Limits{})
	t.Cleanup(b.Close)
	return b
}

func variables(name string) (json.RawMessage, error) {
	if name == "known" {
		return json.RawMessage(`12`), nil
	}
	return nil, nil
}

func TestHydrate(t *testing.T) {
	for _, c := range []struct{ name, in, want, problem string }{
		{"plain", `{"a":[1,{"b":null}]}`, `{"a":[1,{"b":null}]}`, ""},
		{"json", `{"a":{"__prefect_kind":"json","value":"[1, 2]"}}`, `{"a":[1,2]}`, ""},
		{"json without value is left out", `{"a":[{"__prefect_kind":"json"},1]}`, `{"a":[1]}`, ""},
		{"bad json", `{"a":{"__prefect_kind":"json","value":"x"}}`, "", "Invalid JSON: Expecting value: line 1 column 1 (char 0)"},
		{"variable", `{"a":{"__prefect_kind":"workspace_variable","variable_name":"known"}}`, `{"a":12}`, ""},
		{"unknown variable", `{"a":{"__prefect_kind":"workspace_variable","variable_name":"no"}}`, "", "Variable 'no' not found in workspace."},
		{"jinja", `{"a":{"__prefect_kind":"jinja","template":"{{ 1 + 1 }}"}}`, `{"a":"2"}`, ""},
		{"no template", `{"a":{"__prefect_kind":"jinja"}}`, "", "Missing 'template' key in __prefect object"},
		{"unknown kind", `{"a":{"__prefect_kind":"x","value":3}}`, `{"a":3}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := Hydrate(unbounded(t), prefect.Object(c.in), Rendering{Jinja: true, Variables: variables})
			if problem := Problem(err); problem != nil {
				if problem.Error() != c.problem {
					t.Errorf("problem %q, want %q", problem, c.problem)
				}
				return
			}
			if err != nil || string(out) != c.want {
				t.Errorf("%s, error %v, want %s", out, err, c.want)
			}
		})
	}
}

func TestTemplatesAreBounded(t *testing.T) {
	for _, text := range []string{
		"{% for a in range(1000) %}x{% endfor %}",
		"{% for a in range(2) %}{% for b in range(2) %}{% for c in range(2) %}x{% endfor %}{% endfor %}{% endfor %}",
		"{% include '/etc/hostname' %}", "{% import '/etc/hostname' as x %}", "{{ lipsum() }}", "{% extends 'x' %}", "{{ 1 ",
	} {
		if out, err := Render(unbounded(t), text, nil, jinja.Options{}); err == nil {
			t.Errorf("%s rendered as %q", text, out)
		}
	}
}

func TestValidateSaysWhatIsWrong(t *testing.T) {
	schema := prefect.Object(`{"type":"object","properties":{"n":{"type":"integer"},"o":{"type":"string","minLength":2}},"required":["n"]}`)
	for _, c := range []struct{ values, want string }{
		{`{"n":1}`, ""},
		{`{}`, "Validation failed. Failure reason: 'n' is a required property"},
		{`{"n":"x"}`, "Validation failed for field 'n'. Failure reason: 'x' is not of type 'integer'"},
		{`{"n":1,"o":"a"}`, "Validation failed for field 'o'. Failure reason: 'a' is too short"},
	} {
		err := Validate(unbounded(t), prefect.Object(c.values), schema, Check{Preprocess: true})
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.values, got, c.want)
		}
	}
	if err := Validate(unbounded(t), prefect.Object(`{}`), prefect.Object(`{"$ref":"#"}`), Check{}); err != ErrCircular {
		t.Errorf("a circular schema gives %v", err)
	}
}

func FuzzHydrate(f *testing.F) {
	f.Add(`{"a":{"__prefect_kind":"json","value":{"__prefect_kind":"jinja","template":"{{ x }}"}}}`)
	f.Add(`{"__prefect_kind":"workspace_variable","variable_name":[1]}`)
	f.Fuzz(func(t *testing.T, text string) {
		if !json.Valid([]byte(text)) || text == "" || text[0] != '{' {
			return
		}
		b := budget.New(t.Context(), "the test", budget.Limits{Steps: 200_000, Bytes: 16 << 20, Time: time.Second})
		defer b.Close()
		out, err := Hydrate(b, prefect.Object(text), Rendering{Jinja: true, Variables: variables})
		if err == nil && !json.Valid(out) {
			t.Fatalf("%s became %s", text, out)
		}
	})
}
