package api

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/fault"
	"github.com/reevehq/reeve/internal/store"
)

// deployed makes a flow and a deployment of it with further fields.
func (s testServer) deployed(t *testing.T, fields object) string {
	t.Helper()
	var made struct{ ID string }
	if status := s.ask(t, "POST", "/flows/", object{"name": "f"}, &made); status >= 300 {
		t.Fatalf("flow: %d", status)
	}
	all := object{"name": "d", "flow_id": made.ID}
	for key, value := range fields {
		all[key] = value
	}
	var answer object
	if status := s.ask(t, "POST", "/deployments/", all, &answer); status != http.StatusCreated {
		t.Fatalf("deployment: %d %v", status, answer)
	}
	return answer["id"].(string)
}

// twiceReferred is the schema of the issue: each definition leads to the next twice.
func twiceReferred(levels int, keyword string) object {
	definitions := object{fmt.Sprint("d", levels): object{"type": "integer"}}
	for i := range levels {
		next := object{"$ref": fmt.Sprint("#/$defs/d", i+1)}
		definitions[fmt.Sprint("d", i)] = object{keyword: []any{next, next}}
	}
	return object{"type": "object", "$defs": definitions, "properties": object{"v": object{"$ref": "#/$defs/d0"}}}
}

func rendered(template string) object { return object{"__prefect_kind": "jinja", "template": template} }

// What a client sends is answered soon, and others write meanwhile.
func TestHostileInputIsAnsweredSoon(t *testing.T) {
	s := newTestServer(t, Config{})
	integers := s.deployed(t, object{"parameter_openapi_schema": twiceReferred(60, "allOf"), "enforce_parameter_schema": true})
	anyParameters := s.deployed(t, object{"name": "any", "enforce_parameter_schema": false})
	run := func(id string) string { return "/deployments/" + id + "/create_flow_run" }
	deep := any(1)
	for range 450 {
		deep = []any{deep}
	}
	for _, c := range []struct {
		name, path string
		body       object
		status     int
		names      string // what a refusal says
	}{
		{"the schema of the issue", run(integers), object{"parameters": object{"v": 1}}, 201, ""},
		{"the schema of the issue, refused", run(integers), object{"parameters": object{"v": "x"}}, 422, "the limit of"},
		{"a form", "/ui/schemas/validate", object{"schema": twiceReferred(60, "oneOf"), "values": object{"v": 1}}, 200, ""},
		{"500,000 parentheses", run(anyParameters), object{"parameters": object{"v": rendered("{{ " + strings.Repeat("(", 500_000) + "1" + strings.Repeat(")", 500_000) + " }}")}}, 422, "the limit of depth"},
		{"500,000 lists", run(anyParameters), object{"parameters": object{"v": rendered("{{ " + strings.Repeat("[", 500_000) + "1 }}")}}, 422, "the limit of depth"},
		{"a text of a gigabyte", run(anyParameters), object{"parameters": object{"v": rendered("{{ 'a' * 10**9 }}")}}, 422, "the limit of memory"},
		{"a number of a gigabyte", run(anyParameters), object{"parameters": object{"v": rendered("{{ 9**(9**9) }}")}}, 422, "the limit of"},
		{"a recursive macro", run(anyParameters), object{"parameters": object{"v": rendered("{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}")}}, 422, "the limit of"},
		{"a doubled text", run(anyParameters), object{"parameters": object{"v": rendered("{% set x = 'xxxxxxxx' %}" + strings.Repeat("{% set x = x ~ x %}", 60) + "{{ x }}")}}, 422, "the limit of memory"},
		{"depth in depth", run(anyParameters), object{"parameters": object{"v": nested(object{"__prefect_kind": "json", "value": strings.Repeat("[", 300) + strings.Repeat("]", 300)}, 300)}}, 422, "depth"},
		{"deep parameters", run(anyParameters), object{"parameters": object{"v": deep}}, 201, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			start := time.Now()
			done := make(chan struct{})
			go func() {
				defer close(done)
				if status := s.ask(t, "POST", "/variables/", object{"name": fmt.Sprint("v", time.Now().UnixNano()), "value": 1}, nil); status != 201 {
					t.Errorf("another client's write: %d", status)
				}
			}()
			var answer any
			status := s.ask(t, "POST", c.path, c.body, &answer)
			<-done
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("it took %v", took)
			}
			said := fmt.Sprint(answer)
			if status != c.status || !strings.Contains(said, c.names) {
				t.Errorf("%d %.300s, want %d naming %q", status, said, c.status, c.names)
			}
		})
	}
}

func nested(v any, depth int) any {
	for range depth {
		v = []any{v}
	}
	return v
}

// A transaction writes nothing that was computed from what has changed since.
func TestPremisesAreCheckedAgain(t *testing.T) {
	s := newTestServer(t, Config{})
	value := func(n int) {
		if status := s.ask(t, "PATCH", "/variables/name/v", object{"value": n}, nil); status != http.StatusNoContent {
			t.Fatalf("%d", status)
		}
	}
	s.ask(t, "POST", "/variables/", object{"name": "v", "value": 0}, nil)
	for _, changes := range []int{0, 1, mostTries - 1, mostTries} {
		t.Run(fmt.Sprint(changes), func(t *testing.T) {
			value(0)
			tries, read, written := 0, "", ""
			err := s.decide(t.Context(), "the test", func(p *premises) error {
				found, err := p.variable("v")
				read = string(found)
				if tries++; tries <= changes {
					value(tries)
				}
				return err
			}, func(*store.Tx) error { written = read; return nil })
			if changes == mostTries {
				if !fault.Is(err, fault.Busy) || written != "" {
					t.Errorf("%v, wrote %q, want a refusal", err, written)
				}
				return
			}
			if err != nil || tries != changes+1 || written != fmt.Sprint(changes) {
				t.Errorf("%v after %d tries, wrote what was computed from %q", err, tries, written)
			}
		})
	}
	_, err := s.compute(t.Context(), "the test", func(p *premises) (err error) {
		for i := 0; i < 2*mostPremises && err == nil; i++ {
			_, err = p.variable(fmt.Sprint("none", i))
		}
		return err
	})
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("%v, want a bound on what a transaction has to look at again", err)
	}
	failure := errors.New("no")
	if err := s.decide(t.Context(), "the test", func(*premises) error { return nil }, func(*store.Tx) error { return failure }); err != failure {
		t.Errorf("%v, want the transaction's error", err)
	}
}

func TestJobVariablesOfARunFitTheTemplate(t *testing.T) {
	s := newTestServer(t, Config{})
	template := object{"job_configuration": object{"n": "{{ n }}"}, "variables": object{"type": "object", "required": []string{"n"},
		"properties": object{"n": object{"type": "integer"}, "m": object{"type": "string", "default": "x"}}}}
	if status := s.ask(t, "POST", "/work_pools/", object{"name": "p", "type": "process", "base_job_template": template}, nil); status != 201 {
		t.Fatalf("pool: %d", status)
	}
	d := s.deployed(t, object{"work_pool_name": "p", "job_variables": object{"n": 1}})
	var run struct {
		ID           string
		JobVariables object `json:"job_variables"`
	}
	s.ask(t, "POST", "/deployments/"+d+"/create_flow_run", object{"job_variables": object{"n": 2}}, &run)
	var refusal struct{ Detail string }
	status := s.ask(t, "PATCH", "/flow_runs/"+run.ID, object{"job_variables": object{"n": "three"}}, &refusal)
	if want := "Error updating flow run: Validation failed for field 'n'. Failure reason: 'three' is not of type 'integer'"; status != 422 || refusal.Detail != want {
		t.Errorf("%d %q, want 422 %q", status, refusal.Detail, want)
	}
	if s.ask(t, "GET", "/flow_runs/"+run.ID, nil, &run); fmt.Sprint(run.JobVariables) != "map[n:2]" {
		t.Errorf("%v was stored", run.JobVariables)
	}
	if status := s.ask(t, "PATCH", "/flow_runs/"+run.ID, object{"job_variables": object{"n": 3}}, nil); status != 204 {
		t.Errorf("%d, want 204", status)
	}
	if s.ask(t, "GET", "/flow_runs/"+run.ID, nil, &run); fmt.Sprint(run.JobVariables) != "map[n:3]" {
		t.Errorf("%v was stored", run.JobVariables)
	}
}
