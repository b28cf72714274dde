package api

import (
	"fmt"
	"strings"
	"testing"
)

// What the reference cannot be asked, since it has no bounds; the rest is in
// test/differential/test_automations.py.
func TestAutomationsThatAreTooMuch(t *testing.T) {
	s := newTestServer(t, Config{})
	event := object{"type": "event", "posture": "Reactive", "expect": []any{"x"}}
	notify := func(body string) object {
		return object{"type": "send-notification", "block_document_id": "11111111-1111-4111-8111-111111111111", "body": body}
	}
	run := func(parameters object) object {
		return object{"type": "run-deployment", "source": "inferred", "parameters": parameters}
	}
	triggers := []any{}
	for range 100 {
		triggers = append(triggers, event)
	}
	deep := any(event)
	for range 5 {
		deep = object{"type": "sequence", "within": 5, "triggers": []any{deep}}
	}
	for _, c := range []struct {
		name    string
		trigger any
		action  object
		status  int
		says    string
	}{
		{"what people write", event, notify("{{ event.id }}"), 201, ""},
		{"a metric", object{"type": "metric", "metric": object{"name": "lateness", "operator": ">", "threshold": 60}}, notify("x"), 201, "firing_for"},
		{"many triggers", object{"type": "sequence", "within": 5, "triggers": triggers}, notify("x"), 422, "limit of triggers (100 triggers)"},
		{"deep triggers", deep, notify("x"), 422, "limit of depth (5 triggers in each other)"},
		{"a large action", event, notify(strings.Repeat("x", 300_000)), 422, "limit of size (256000 bytes)"},
		{"a deep template", event, notify("{{ " + strings.Repeat("(", 100_000) + " }}"), 422, "limit of depth"},
		{"deep templates of parameters", event, run(object{"a": "{{ " + strings.Repeat("[", 100_000) + " }}"}), 422, "limit of depth"},
		{"parameters that stand for others", event, run(object{"a": object{"__prefect_kind": "json", "value": strings.Repeat("[", 100_000)}}), 422, ""},
	} {
		var answer any
		status := s.ask(t, "POST", "/automations/", object{"name": c.name, "trigger": c.trigger, "actions": []any{c.action}}, &answer)
		if said := fmt.Sprint(answer); status != c.status || !strings.Contains(said, c.says) {
			t.Errorf("%s: %d %.300s, want %d saying %q", c.name, status, said, c.status, c.says)
		}
	}
}

// Job variables are checked for a deployment that is there.
func TestJobVariablesNeedADeployment(t *testing.T) {
	s := newTestServer(t, Config{})
	deployment := s.deployed(t, object{"name": "gone"})
	body := object{"name": "a", "trigger": object{"posture": "Reactive"}, "actions": []any{
		object{"type": "run-deployment", "deployment_id": deployment, "job_variables": object{"a": 1}}}}
	if status := s.ask(t, "POST", "/automations/", body, nil); status != 201 {
		t.Fatalf("with its deployment: %d", status)
	}
	if status := s.ask(t, "DELETE", "/deployments/"+deployment, nil, nil); status != 204 {
		t.Fatalf("the deployment is deleted: %d", status)
	}
	var answer struct{ Detail string }
	if status := s.ask(t, "POST", "/automations/", body, &answer); status != 404 || answer.Detail != "Deployment not found." {
		t.Errorf("without its deployment: %d %q", status, answer.Detail)
	}
}
