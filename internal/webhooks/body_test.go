package webhooks

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/reevehq/reeve/internal/config"
)

func zipped(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(text))
	_ = z.Close()
	return b.String()
}

// TestFormsOfABody: whatever the form, what was answered with 202 can be
// delivered, and what cannot be is refused at once.
func TestFormsOfABody(t *testing.T) {
	const form = "Content-Type: application/x-www-form-urlencoded"
	push := `{"ref":"refs/heads/main","repository":{"name":"reeve & co"},"n":1}`
	asForm := "payload=" + url.QueryEscape(push)
	hub := func(sent string) string { return "X-Hub-Signature-256: sha256=" + hexed(sent) }
	name := map[string]any{"name": "{{ body.repository.name }}"}
	tests := []struct {
		name    string
		hook    config.Webhook
		body    string
		headers []string
		status  int
		want    string // the run's parameters
	}{
		{"GitHub's JSON", config.Webhook{Form: "github", Parameters: name}, push, []string{hub(push)}, 202, `{"name":"reeve & co"}`},
		{"GitHub's form", config.Webhook{Form: "github", Parameters: name}, asForm, []string{hub(asForm), form}, 202, `{"name":"reeve & co"}`},
		{"GitHub's form, whole", config.Webhook{Form: "github", Parameters: map[string]any{"b": "{{ body.n + 1 }}"}}, asForm, []string{hub(asForm), form + "; charset=utf-8"}, 202, `{"b":2}`},
		{"GitHub's form without payload", config.Webhook{Form: "github"}, "a=1", []string{hub("a=1"), form}, 400, ""},
		{"GitHub's form, no JSON in it", config.Webhook{Form: "github"}, "payload=%7B", []string{hub("payload=%7B"), form}, 400, ""},
		{"another's form", config.Webhook{Parameters: map[string]any{"p": "{{ body.payload }}"}}, asForm, []string{known, form}, 202, `{"p":` + quoted(push) + `}`},
		{"broken form", config.Webhook{}, "a=%zz", []string{known, form}, 400, ""},
		{"form that is not UTF-8", config.Webhook{}, "a=%ff", []string{known, form}, 400, ""},
		{"byte order mark", config.Webhook{Parameters: map[string]any{"a": "{{ body.a }}"}}, "\xef\xbb\xbf" + `{"a":1}`, []string{known}, 202, `{"a":1}`},
		{"UTF-16", config.Webhook{}, "\xff\xfe{\x00}\x00", []string{known}, 400, ""},
		{"not UTF-8", config.Webhook{}, "{\"a\":\"\xff\"}", []string{known}, 400, ""},
		{"gzip", config.Webhook{Form: "github", Parameters: name}, zipped(push), []string{hub(zipped(push)), "Content-Encoding: gzip"}, 202, `{"name":"reeve & co"}`},
		{"gzip, signed before it was packed", config.Webhook{Form: "github"}, zipped(push), []string{hub(push), "Content-Encoding: gzip"}, 401, ""},
		{"gzip of a form", config.Webhook{Form: "github", Parameters: name}, zipped(asForm), []string{hub(zipped(asForm)), form, "Content-Encoding: GZIP"}, 202, `{"name":"reeve & co"}`},
		{"gzip that is none", config.Webhook{}, `{}`, []string{known, "Content-Encoding: gzip"}, 400, ""},
		{"half of gzip", config.Webhook{}, zipped(push)[:20], []string{known, "Content-Encoding: gzip"}, 400, ""},
		{"gzip bomb", config.Webhook{}, zipped(strings.Repeat(" ", 100_000)), []string{known, "Content-Encoding: gzip"}, 413, ""},
		{"another encoding", config.Webhook{}, `{}`, []string{known, "Content-Encoding: br"}, 415, ""},
		{"twice encoded", config.Webhook{}, zipped(zipped(`{}`)), []string{known, "Content-Encoding: gzip, gzip"}, 415, ""},
		{"another encoding of a stranger", config.Webhook{}, `{}`, []string{"Content-Encoding: br"}, 401, ""},
		{"identity", config.Webhook{}, `{}`, []string{known, "Content-Encoding: identity"}, 202, `{}`},
		{"empty, dropped by when", config.Webhook{When: "{{ body.type == 'INSERT' }}", Parameters: name}, "", []string{known}, 200, ""},
		{"blank, dropped by when", config.Webhook{When: "{{ body.type == 'INSERT' }}", Parameters: name}, " \r\n", []string{known}, 200, ""},
		{"empty, and nothing of it is needed", config.Webhook{Parameters: map[string]any{"a": 1, "b": "{{ body.b }}"}}, "", []string{known}, 202, `{"a":1,"b":null}`},
		{"empty, but needed", config.Webhook{Parameters: name}, "", []string{known}, 422, ""},
		{"null, but needed", config.Webhook{Parameters: name}, "null", []string{known}, 422, ""},
		{"does not fit the mapping", config.Webhook{Parameters: name}, `{"ref":7}`, []string{known}, 422, ""},
		{"does not fit the event", config.Webhook{Event: &config.WebhookEvent{Name: "{{ body.a.b.c }}", Resource: map[string]string{"prefect.resource.id": "x"}}}, `{}`, []string{known}, 422, ""},
		{"cannot be judged, fits", config.Webhook{When: "{{ body.a.b == 1 }}"}, `{}`, []string{known}, 202, `{}`},
		{"cannot be judged, does not fit", config.Webhook{When: "{{ body.a.b == 1 }}", Parameters: name}, `{}`, []string{known}, 422, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			u := newUpstream(t)
			test.hook.Path = "/webhooks/a"
			g := newRig(t, test.hook)
			g.Start(u.URL + "/api")
			got := g.send("/webhooks/a", test.body, test.headers...)
			if got.Code != test.status {
				t.Fatalf("answered %d %s, want %d", got.Code, got.Body, test.status)
			}
			if test.status != http.StatusAccepted {
				g.until(t, "", 0)
				return
			}
			u.wait(t)
			u.mu.Lock()
			defer u.mu.Unlock()
			var parameters bytes.Buffer
			encoder := json.NewEncoder(&parameters)
			encoder.SetEscapeHTML(false)
			_ = encoder.Encode(u.asked[0]["parameters"])
			if text := strings.TrimSpace(parameters.String()); text != test.want {
				t.Errorf("parameters %s, want %s", text, test.want)
			}
		})
	}
}

func quoted(text string) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text)
	return strings.TrimSpace(b.String())
}
