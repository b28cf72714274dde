package webhooks

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/reevehq/reeve/internal/config"
	"github.com/reevehq/reeve/internal/outbox"
)

// TestPagesOfTheInbox: each entry of a status stands on one page, the newest first.
func TestPagesOfTheInbox(t *testing.T) {
	g := newRig(t, config.Webhook{Path: "/webhooks/a"})
	for i := range 7 {
		g.send("/webhooks/a", fmt.Sprintf(`{"n":%d}`, i), known)
	}
	all := g.until(t, outbox.Waiting, 7)
	for i, err := range []error{nil, errors.New("no"), nil, errors.New("no")} {
		if err := g.inbox.Finish(t.Context(), all[i].Seq, outbox.Result{Made: "flow-run " + uuid.NewString(), Err: err}); err != nil {
			t.Fatal(err)
		}
	}
	for status, want := range map[outbox.Status]int{"": 7, outbox.Waiting: 3, outbox.Delivered: 2, outbox.Dead: 2} {
		var seen []int64
		for before := int64(0); ; {
			page, err := g.inbox.Page(t.Context(), status, before, 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range page {
				if status != "" && e.Status != status {
					t.Errorf("%q has one that is %s", status, e.Status)
				}
				before = e.Seq
				seen = append(seen, -before)
			}
			if len(page) < 2 {
				break
			}
		}
		if len(seen) != want || !slices.IsSorted(seen) || len(slices.Compact(seen)) != want {
			t.Errorf("%q: %v, want %d of them", status, seen, want)
		}
	}
}

// TestTheRequestOfAnEntry: what the server would be asked with, or why nothing.
func TestTheRequestOfAnEntry(t *testing.T) {
	g := newRig(t, config.Webhook{Path: "/webhooks/run", Parameters: map[string]any{"video": "{{ body.record.video }}"}},
		config.Webhook{Path: "/webhooks/event", Event: &config.WebhookEvent{Name: "{{ body.kind }}", Resource: map[string]string{"prefect.resource.id": "x"}}})
	read := func(path, body string) *Entry {
		t.Helper()
		if w := g.send(path, body, known); w.Code != 202 {
			t.Fatalf("%s: %d %s", path, w.Code, w.Body)
		}
		newest, err := g.inbox.List(t.Context(), "", 1)
		if err != nil {
			t.Fatal(err)
		}
		e, err := g.inbox.Read(t.Context(), newest[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	ask := func(e *Entry) *Request {
		t.Helper()
		r, err := g.Request(t.Context(), e)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	run := read("/webhooks/run", `{"record":{"video":"a.mp4"}}`)
	if r := ask(run); r.Deployment != "f/d" || r.Problem != "" || fmt.Sprint(r.Body["parameters"]) != "map[video:a.mp4]" {
		t.Errorf("a run: %+v", r)
	}
	if r := ask(read("/webhooks/event", `{"kind":"uploaded"}`)); r.Deployment != "" || r.Body["event"] != "uploaded" {
		t.Errorf("an event: %+v", r)
	}
	run.Body = []byte(`{"other":1}`)
	if r := ask(run); r.Body != nil || r.Problem == "" {
		t.Errorf("one that does not fit: %+v", r)
	}
	run.Path = "/webhooks/gone"
	if r := ask(run); r.Problem != "there is no [[webhook]] for /webhooks/gone any more" {
		t.Errorf("one without a [[webhook]]: %+v", r)
	}
	hooks := g.Hooks()
	if len(hooks) != 2 || hooks[0] != (Hook{Path: "/webhooks/event", Event: "{{ body.kind }}"}) || hooks[1] != (Hook{Path: "/webhooks/run", Deployment: "f/d"}) {
		t.Errorf("%+v", hooks)
	}
}
