package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestPagesOfEvents: pages of a feed without payloads, its histogram and names with the
// first one, and one event with what it follows and what its resources are called.
func TestPagesOfEvents(t *testing.T) {
	s := newScene(t, object{"name": "p", "type": "process"})
	id := func(n int) string { return fmt.Sprintf("0199a7e2-3f5c-7d11-9c51-2b6d0f6f0a%02d", n) }
	at, related := time.Now().Add(-time.Hour), `[{"prefect.resource.id":"prefect.deployment.`+s.deployment+`","prefect.resource.role":"deployment"}]`
	var all []string
	for n := range 7 {
		follows := ""
		if n == 3 {
			follows = `,"follows":"` + id(2) + `"`
		}
		all = append(all, fmt.Sprintf(`{"id":%q,"occurred":%q,"event":"a.%d","resource":{"prefect.resource.id":"r.%d"},"related":%s,"payload":{"n":%d}%s}`,
			id(n), at.Add(time.Duration(n)*time.Minute).UTC().Format(time.RFC3339Nano), n%2, n, related, n, follows))
	}
	if status, text := s.asked(t, "/events", "["+strings.Join(all, ",")+"]"); status != http.StatusNoContent {
		t.Fatalf("%d %s", status, text)
	}
	type place struct {
		Occurred string
		Sequence int64
	}
	type page struct {
		Events []map[string]json.RawMessage
		Next   *place
		Bars   []struct{ Count int }
		Names  []struct {
			Name  string
			Count int
		}
	}
	filter := object{"event": object{"prefix": []string{"a."}}, "occurred": object{"since": at.Add(-time.Minute).Format(time.RFC3339)}}
	var first, last page
	if code := s.ask(t, "POST", "/reeve/events/feed", object{"filter": filter, "limit": 4}, &first); code != 200 || len(first.Events) != 4 || first.Next == nil ||
		len(first.Names) != 2 || first.Names[0].Name != "a.0" || first.Names[0].Count != 4 || first.Events[0]["payload"] != nil {
		t.Fatalf("%d %+v", code, first)
	}
	sum := 0
	for _, bar := range first.Bars {
		sum += bar.Count
	}
	if sum != 7 || len(first.Bars) < feedBars || len(first.Bars) > feedBars+2 {
		t.Errorf("%d events in %d bars", sum, len(first.Bars))
	}
	next := object{"occurred": first.Next.Occurred, "sequence": first.Next.Sequence}
	if code := s.ask(t, "POST", "/reeve/events/feed", object{"filter": filter, "limit": 4, "after": next}, &last); code != 200 || len(last.Events) != 3 || last.Next != nil || len(last.Bars) != 0 {
		t.Errorf("%d %+v", code, last)
	}
	for _, body := range []object{{}, {"filter": filter, "limit": 201}, {"filter": filter, "after": object{"occurred": "x"}}} {
		if code := s.ask(t, "POST", "/reeve/events/feed", body, nil); code != 422 {
			t.Errorf("%v: %d", body, code)
		}
	}
	var one struct {
		Event struct {
			Event   string
			Payload struct{ N int }
		}
		Names   map[string]string
		Follows *struct{ Event string }
	}
	if code := s.ask(t, "GET", "/reeve/events/"+id(3)+"/overview", nil, &one); code != 200 || one.Event.Event != "a.1" || one.Event.Payload.N != 3 ||
		one.Names["prefect.deployment."+s.deployment] != "f/d" || one.Follows == nil || one.Follows.Event != "a.0" {
		t.Errorf("%d %+v", code, one)
	}
	if code := s.ask(t, "GET", "/reeve/events/"+s.deployment+"/overview", nil, nil); code != 404 {
		t.Errorf("no event: %d", code)
	}
}
