package api

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// What becomes of an automation's messages is set beside the contract, of whose
// automations it is no part.
func TestNoiseBesideTheContract(t *testing.T) {
	s := newTestServer(t, Config{})
	automation := object{"name": "a", "trigger": object{"posture": "Reactive", "expect": []string{"x"}}, "actions": []object{{"type": "do-nothing"}}}
	var made struct{ ID string }
	if code := s.ask(t, "POST", "/automations/", automation, &made); code != 201 {
		t.Fatalf("made with %d", code)
	}
	path := "/reeve/automations/" + made.ID + "/noise"
	off := object{"group_by": nil, "repeat": nil, "quiet": []any{}, "timezone": nil, "settle": nil, "resolved": false}
	all := object{"group_by": "flow", "repeat": 14400.0, "quiet": []any{"22:00-07:00"}, "timezone": "Europe/Berlin", "settle": 300.0, "resolved": true}
	settles := object{"group_by": nil, "repeat": nil, "quiet": []any{}, "timezone": nil, "settle": 60.0, "resolved": false}
	var before, after object
	s.ask(t, "GET", "/automations/"+made.ID, nil, &before)
	for _, c := range []struct {
		name, method string
		body         any
		code         int
		says         string
		then         object
	}{
		{"at first", "GET", nil, 200, "", off},
		{"all", "PUT", all, 200, "", all},
		{"a body is the whole setting", "PUT", object{"settle": 60}, 200, "", settles},
		{"an unknown key", "PUT", object{"settles": 60}, 422, "settles", settles},
		{"a value that is no use", "PUT", object{"quiet": []any{"22-7"}, "timezone": "UTC"}, 422, "no hours like 22:00-07:00", settles},
		{"no object", "PUT", []any{}, 422, "", settles},
		{"nothing set", "PUT", object{}, 200, "", off},
		{"again", "PUT", all, 200, "", all},
		{"deleted", "DELETE", nil, 204, "", off},
		{"and once more", "PUT", all, 200, "", all},
	} {
		var answer, now any
		var to any = &answer
		if c.code == 204 {
			to = nil
		}
		if code := s.ask(t, c.method, path, c.body, to); code != c.code || c.says != "" && !strings.Contains(fmt.Sprint(answer), c.says) {
			t.Errorf("%s: answered with %d %v", c.name, code, answer)
		}
		if s.ask(t, "GET", path, nil, &now); !reflect.DeepEqual(now, map[string]any(c.then)) {
			t.Errorf("%s: it is %v", c.name, now)
		}
	}
	// Clients change automations without knowing of it.
	automation["name"] = "b"
	if code := s.ask(t, "PUT", "/automations/"+made.ID, automation, nil); code != 204 {
		t.Errorf("changed with %d", code)
	}
	if code := s.ask(t, "PATCH", "/automations/"+made.ID, object{"enabled": false}, nil); code != 204 {
		t.Errorf("paused with %d", code)
	}
	s.ask(t, "GET", "/automations/"+made.ID, nil, &after)
	if len(after) != len(before) || after["name"] != "b" {
		t.Errorf("clients are shown %v", after)
	}
	var kept object
	if s.ask(t, "GET", path, nil, &kept); !reflect.DeepEqual(kept, all) {
		t.Errorf("after changes it is %v", kept)
	}
	s.ask(t, "DELETE", "/automations/"+made.ID, nil, nil)
	for _, method := range []string{"GET", "PUT", "DELETE"} {
		if code := s.ask(t, method, path, off, nil); code != 404 {
			t.Errorf("%s of what is deleted is answered with %d", method, code)
		}
	}
}
