package api

import "testing"

// The third strategy lives beside the contract's two: clients are shown ENQUEUE, keep
// it when they say what they were shown, and end it when they ask for CANCEL_NEW.
func TestCollisionsBesideTheContract(t *testing.T) {
	s := newTestServer(t, Config{})
	var flow, made struct{ ID string }
	s.ask(t, "POST", "/flows/", object{"name": "f"}, &flow)
	s.ask(t, "POST", "/deployments/", object{"name": "d", "flow_id": flow.ID, "concurrency_limit": 1,
		"concurrency_options": object{"collision_strategy": "CANCEL_NEW", "grace_period_seconds": 90}}, &made)
	path := "/reeve/deployments/" + made.ID + "/collisions"
	want := func(step, ours, shown string) {
		t.Helper()
		var got struct {
			Strategy string `json:"collision_strategy"`
			Limit    int
		}
		if code := s.ask(t, "GET", path, nil, &got); code != 200 || got.Strategy != ours || got.Limit != 1 {
			t.Errorf("%s: %d %+v, want %s", step, code, got, ours)
		}
		var d struct {
			Options struct {
				Strategy string `json:"collision_strategy"`
				Grace    int    `json:"grace_period_seconds"`
			} `json:"concurrency_options"`
		}
		s.ask(t, "GET", "/deployments/"+made.ID, nil, &d)
		if d.Options.Strategy != shown || d.Options.Grace != 90 {
			t.Errorf("%s: clients are shown %+v, want %s", step, d.Options, shown)
		}
	}
	put := func(strategy string) int {
		return s.ask(t, "PUT", path, object{"collision_strategy": strategy}, nil)
	}
	patch := func(strategy string) {
		s.ask(t, "PATCH", "/deployments/"+made.ID, object{"concurrency_options": object{"collision_strategy": strategy, "grace_period_seconds": 90}}, nil)
	}
	want("as it was made", "CANCEL_NEW", "CANCEL_NEW")
	put("CANCEL_RUNNING")
	want("set", "CANCEL_RUNNING", "ENQUEUE")
	patch("ENQUEUE")
	want("a client said what it was shown", "CANCEL_RUNNING", "ENQUEUE")
	patch("CANCEL_NEW")
	want("a client asked for another", "CANCEL_NEW", "CANCEL_NEW")
	put("CANCEL_RUNNING")
	put("ENQUEUE")
	want("set back", "ENQUEUE", "ENQUEUE")
	if code := put("CANCEL_OLD"); code != 422 {
		t.Errorf("an unknown strategy is answered with %d", code)
	}
	var why struct {
		Reasons []struct{ Code, Sentence string }
	}
	put("CANCEL_RUNNING")
	s.ask(t, "GET", "/reeve/deployments/"+made.ID+"/why", nil, &why)
	if last := why.Reasons[len(why.Reasons)-1]; last.Code != "cancels_running" {
		t.Errorf("reeve why says %+v", why.Reasons)
	}
	path = "/reeve/deployments/00000000-0000-0000-0000-000000000000/collisions"
	if code := put("ENQUEUE"); code != 404 {
		t.Errorf("no such deployment is answered with %d", code)
	}
}
