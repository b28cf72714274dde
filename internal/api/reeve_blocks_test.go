package api

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// TestPagesOfBlocks: a block's form is that of its type, and its page masks secrets and
// tells what makes use of it, and of nothing whose name only begins the same.
func TestPagesOfBlocks(t *testing.T) {
	s := newScene(t, object{"name": "p", "type": "process"})
	token := saveBlock(t, s.testServer, "secret", "token", object{"value": "sesame"})
	saveBlock(t, s.testServer, "secret", "token-2", object{"value": "other"})
	for pool, reference := range map[string]string{"p": "token", "other": "token-2"} {
		s.ask(t, "POST", "/work_pools/", object{"name": pool, "type": "process"}, nil)
		s.done("PATCH", "/work_pools/"+pool, object{"base_job_template": object{"job_configuration": object{"a": "{{ a }}"},
			"variables": object{"type": "object", "properties": object{"a": object{"type": "string", "default": "{{ prefect.blocks.secret." + reference + " }}"}}}}})
	}
	alerts := saveBlock(t, s.testServer, "slack-webhook", "alerts", object{"url": "https://hooks.slack.com/services/a"})
	s.done("PATCH", "/deployments/"+s.deployment, object{"parameters": object{"key": "{{prefect.blocks.secret.token.value}}"}})
	if code := s.ask(t, "POST", "/automations/", object{"name": "tells", "trigger": object{"type": "event", "posture": "Reactive", "expect": []string{"x"}, "threshold": 1, "within": 0},
		"actions": []any{object{"type": "send-notification", "block_document_id": alerts, "body": "b"}}}, nil); code != 201 {
		t.Fatal(code)
	}
	var form struct {
		BlockType struct{ Name string } `json:"block_type"`
		Schema    struct{ Fields object }
	}
	if code := s.ask(t, "GET", "/reeve/block_types/secret/form", nil, &form); code != 200 || form.BlockType.Name != "Secret" || form.Schema.Fields["properties"] == nil {
		t.Errorf("%d %+v", code, form)
	}
	for id, want := range map[string]string{token: "deployment f/d, work-pool p", alerts: "automation tells"} {
		var page struct {
			Document struct{ Data object }
			Users    []struct{ Kind, Title string }
		}
		code := s.ask(t, "GET", "/reeve/block_documents/"+id+"/overview", nil, &page)
		var users []string
		for _, u := range page.Users {
			users = append(users, u.Kind+" "+u.Title)
		}
		if slices.Sort(users); code != 200 || strings.Join(users, ", ") != want {
			t.Errorf("%d: it is used by %v, want %s", code, users, want)
		}
		if page.Document.Data["value"] == "sesame" {
			t.Error("a secret is shown")
		}
	}
	for _, path := range []string{"/reeve/block_types/none/form", "/reeve/block_documents/" + uuid.NewString() + "/overview"} {
		if code := s.ask(t, "GET", path, nil, nil); code != 404 {
			t.Errorf("%s: %d", path, code)
		}
	}
}
