package api

import (
	"slices"
	"testing"
)

// What a schedule does after an absence is set beside the contract, of whose schedules
// it is no part.
func TestCatchUpBesideTheContract(t *testing.T) {
	s := newTestServer(t, Config{})
	var flow, made struct{ ID string }
	s.ask(t, "POST", "/flows/", object{"name": "f"}, &flow)
	s.ask(t, "POST", "/deployments/", object{"name": "d", "flow_id": flow.ID,
		"schedules": []object{{"schedule": object{"cron": "0 * * * *"}, "slug": "hourly"}}}, &made)
	path := "/reeve/deployments/" + made.ID + "/schedules"
	var all []struct {
		ID, Slug string
		CatchUp  *string `json:"catch_up"`
	}
	s.ask(t, "GET", path, nil, &all)
	if len(all) != 1 || all[0].Slug != "hourly" || all[0].CatchUp != nil {
		t.Fatalf("at first: %+v", all)
	}
	one := path + "/" + all[0].ID
	for _, c := range []struct {
		body object
		code int
		want any
		why  bool
	}{
		{object{"catch_up": "latest"}, 200, "latest", true},
		{object{}, 200, "latest", true},
		{object{"catch_up": "some"}, 422, nil, true},
		{object{"catch_up": nil}, 200, nil, false},
	} {
		var got object
		if code := s.ask(t, "PATCH", one, c.body, &got); code != c.code || got["catch_up"] != c.want {
			t.Errorf("%v is answered with %d %v", c.body, code, got)
		}
		var why struct{ Reasons []struct{ Code string } }
		s.ask(t, "GET", "/reeve/deployments/"+made.ID+"/why", nil, &why)
		if slices.Contains(why.Reasons, struct{ Code string }{"catch_up"}) != c.why {
			t.Errorf("after %v reeve why says %+v", c.body, why.Reasons)
		}
	}
	var schedules []object
	s.ask(t, "GET", "/deployments/"+made.ID+"/schedules", nil, &schedules)
	if _, shown := schedules[0]["catch_up"]; shown || len(schedules[0]) != 9 {
		t.Errorf("clients are shown %v", schedules[0])
	}
	for _, missing := range []string{path + "/" + made.ID, "/reeve/deployments/" + flow.ID + "/schedules/" + all[0].ID} {
		if code := s.ask(t, "PATCH", missing, object{"catch_up": "all"}, nil); code != 404 {
			t.Errorf("%s is answered with %d", missing, code)
		}
	}
}
