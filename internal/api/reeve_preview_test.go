package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/prefect"
)

// TestPreview: what an automation would have done with the events that there are,
// and nothing is done.
func TestPreview(t *testing.T) {
	s := newTestServer(t, Config{Texts: func(_ context.Context, a *prefect.TriggeredAction) (map[string]string, error) {
		return map[string]string{"body": "about " + a.Event.Event.Event}, nil
	}})
	var events []string
	for n := range 7 {
		events = append(events, fmt.Sprintf(`{"id":"0199a7e2-3f5c-7d11-9c51-2b6d0f6f0a%02d","occurred":%q,"event":"a.%d","resource":{"prefect.resource.id":"r"}}`,
			n, time.Now().UTC().Format(time.RFC3339Nano), n%2))
	}
	if status, text := s.asked(t, "/events", "["+strings.Join(events, ",")+"]"); status != http.StatusNoContent {
		t.Fatalf("%d %s", status, text)
	}
	const automation = `{"name":"a","trigger":{"type":"event","posture":"Reactive","expect":["a.0"],"threshold":1,"within":0},"actions":[{"type":"do-nothing"}]}`
	var made struct{ ID string }
	if status := s.ask(t, "POST", "/automations/", object{"name": "kept", "actions": []any{object{"type": "do-nothing"}},
		"trigger": object{"type": "event", "posture": "Reactive", "expect": []string{"a.1"}, "threshold": 3, "within": 60}}, &made); status != http.StatusCreated {
		t.Fatalf("automation: %d", status)
	}
	for body, want := range map[string]int{
		`{"automation":` + automation + `,"since":"PT1H"}`:    4,
		`{"automation_id":"` + made.ID + `","since":3600}`:    1,
		`{"automation":` + automation + `,"since":0.0000001}`: -1,
	} {
		var out preview
		status, text := s.asked(t, "/reeve/automations/preview", body)
		if want < 0 {
			if status != 422 {
				t.Errorf("%s: %d %s", body, status, text)
			}
			continue
		}
		if status = s.ask(t, "POST", "/reeve/automations/preview", rawObject(t, body), &out); status != 200 || out.Fired != want || len(out.Firings) != want || !out.Complete {
			t.Fatalf("%s: %d %+v", body, status, out)
		}
		if sum := 0; len(out.Hours) < 1 || len(out.Hours) > 2 {
			t.Errorf("%s: hours %v", body, out.Hours)
		} else {
			for _, hour := range out.Hours {
				sum += hour.Fired
			}
			if sum != want {
				t.Errorf("%s: %d of %d firings are in an hour", body, sum, want)
			}
		}
		f := out.Firings[0]
		if len(f.Events) != 1 || !strings.HasPrefix(f.Events[0].Event, "a.") || len(f.Actions) != 1 || f.Actions[0].Type != prefect.DoNothing ||
			f.Actions[0].Texts["body"] != "about "+f.Events[0].Event {
			t.Errorf("%s: the first firing is %+v", body, f)
		}
	}
	var told struct{ Total int }
	s.ask(t, "POST", "/events/filter", object{"filter": object{"event": object{"prefix": []string{"prefect.automation.triggered"}}}}, &told)
	var kept []any
	s.ask(t, "GET", "/reeve/deliveries", nil, &kept)
	if told.Total != 0 || len(kept) != 0 {
		t.Errorf("a preview fired: %d told, %d to be done", told.Total, len(kept))
	}
	for body, says := range map[string]string{
		`{}`: "exactly one of",
		`{"automation":` + automation + `,"automation_id":"` + made.ID + `"}`:                                                             "exactly one of",
		`{"automation":` + automation + `,"since":"P500D"}`:                                                                               "400 days",
		`{"automation":{"name":"a"}}`:                                                                                                     "Field required",
		`{"automation_id":"0199a7e2-3f5c-7d11-9c51-2b6d0f6f0a99"}`:                                                                        "not found",
		`{"automation":` + strings.Replace(automation, "Reactive", "x", 1) + `}`:                                                          "posture",
		`{"automation":{"name":"m","actions":[],"trigger":{"type":"metric","metric":{"name":"successes","threshold":1,"operator":"<"}}}}`: "metric trigger",
	} {
		if status, text := s.asked(t, "/reeve/automations/preview", body); status < 400 || status >= 500 || !strings.Contains(text, says) {
			t.Errorf("%s: %d %s, want %q", body, status, text, says)
		}
	}
}
