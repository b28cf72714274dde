package api

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/prefect"
	"github.com/reevehq/reeve/internal/store"
)

// TestPagesOfAutomations: a table with what came of each, the page of one, and what can
// be chosen for one; what they name is called as people call it.
func TestPagesOfAutomations(t *testing.T) {
	s := newScene(t, object{"name": "p", "type": "process"})
	block := saveBlock(t, s.testServer, "slack-webhook", "alerts", object{"url": "https://hooks.slack.com/services/a"})
	save := func(name string, more object) (made prefect.Automation) {
		t.Helper()
		body := object{"name": name, "actions": []any{object{"type": "do-nothing"}},
			"trigger": object{"type": "event", "posture": "Reactive", "expect": []string{"x"}, "threshold": 1, "within": 0}}
		for key, value := range more {
			body[key] = value
		}
		if code := s.ask(t, "POST", "/automations/", body, &made); code != 201 {
			t.Fatalf("%s: %d", name, code)
		}
		return made
	}
	tells := save("tells", object{
		"trigger": object{"type": "compound", "require": "all", "within": 60, "triggers": []any{
			object{"type": "event", "posture": "Reactive", "match": object{"prefect.resource.id": "prefect.flow-run.*"},
				"match_related": object{"prefect.resource.role": "deployment", "prefect.resource.id": "prefect.deployment." + s.deployment}},
			object{"type": "event", "posture": "Reactive", "match": object{"prefect.resource.id": "prefect.flow." + uuid.NewString()}}}},
		"actions": []any{object{"type": "send-notification", "block_document_id": block, "body": "b"}, object{"type": "do-nothing"}}})
	quiet := save("a quiet one", nil)
	fired := s.fire(t, &tells)

	var rows struct {
		Rows []struct {
			Name          string
			LastFired     *time.Time `json:"last_fired"`
			Waiting, Dead int
		}
		Count int
		Names map[string]string
	}
	if code := s.ask(t, "POST", "/reeve/automations/rows", object{}, &rows); code != 200 || rows.Count != 2 || len(rows.Rows) != 2 {
		t.Fatalf("%d %+v", code, rows)
	}
	if q, r := rows.Rows[0], rows.Rows[1]; q.Name != quiet.Name || q.LastFired != nil || q.Waiting+q.Dead != 0 || r.Name != "tells" || r.LastFired == nil || r.Waiting+r.Dead != 2 {
		t.Errorf("rows: %+v", rows.Rows)
	}
	wanted := map[string]string{"prefect.deployment." + s.deployment: "f/d", "prefect.block-document." + block: "slack-webhook/alerts"}
	for resource, title := range wanted {
		if rows.Names[resource] != title {
			t.Errorf("%s is called %q, want %q", resource, rows.Names[resource], title)
		}
	}

	var page struct {
		Automation prefect.Automation
		Names      map[string]string
		Firings    []struct {
			ID    uuid.UUID
			Event *struct{ Event string }
		}
		Deliveries []prefect.AutomationDelivery
	}
	if code := s.ask(t, "GET", "/reeve/automations/"+tells.ID.String()+"/overview", nil, &page); code != 200 || page.Automation.Name != "tells" ||
		len(page.Firings) != 1 || page.Firings[0].ID != fired || page.Firings[0].Event == nil || page.Firings[0].Event.Event != "x" ||
		len(page.Deliveries) != 2 || page.Deliveries[0].FiringID != fired || page.Names["prefect.deployment."+s.deployment] != "f/d" {
		t.Errorf("%d %+v", code, page)
	}
	if code := s.ask(t, "GET", "/reeve/automations/"+uuid.NewString()+"/overview", nil, nil); code != 404 {
		t.Errorf("the page of no automation: %d", code)
	}

	var editor struct {
		Automation                                                          *prefect.Automation
		Flows, Deployments, Pools, Queues, Automations, Notifiers, Webhooks []store.Choice
	}
	if code := s.ask(t, "GET", "/reeve/automations/editor", nil, &editor); code != 200 || editor.Automation != nil || len(editor.Flows) != 1 ||
		len(editor.Deployments) != 1 || editor.Deployments[0].Title != "f/d" || len(editor.Pools) != 1 || len(editor.Queues) != 1 || editor.Queues[0].Title != "p/default" ||
		len(editor.Automations) != 2 || len(editor.Notifiers) != 1 || editor.Notifiers[0].ID.String() != block || len(editor.Webhooks) != 0 {
		t.Errorf("%d %+v", code, editor)
	}
	if code := s.ask(t, "GET", "/reeve/automations/editor?id="+quiet.ID.String(), nil, &editor); code != 200 || editor.Automation == nil || editor.Automation.Name != quiet.Name {
		t.Errorf("%d %+v", code, editor.Automation)
	}
	for query, want := range map[string]int{"?id=" + uuid.NewString(): 404, "?id=x": 422} {
		if code := s.ask(t, "GET", "/reeve/automations/editor"+query, nil, nil); code != want {
			t.Errorf("%s: %d", query, code)
		}
	}
}

// fire notes that an automation fired because of an event x.
func (s testServer) fire(t *testing.T, a *prefect.Automation) uuid.UUID {
	t.Helper()
	now := prefect.At(time.Now())
	f := &prefect.Firing{ID: uuid.New(), Trigger: a.Trigger, States: []prefect.TriggerState{prefect.Triggered}, Triggered: now,
		Event: &prefect.ReceivedEvent{Event: prefect.Event{ID: uuid.New(), Event: "x", Occurred: now, Resource: prefect.Resource{prefect.ResourceID: "r"}}, Received: now}}
	if err := s.API.store.Update(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Fire(a, f)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return f.ID
}
