package api

import "testing"

// A run that no claim can start does not stand in the way of others: its deployment was
// deleted, or has a limit of 0.
func TestRunsThatNoClaimCanStartAreNotHandedOut(t *testing.T) {
	for name, hinder := range map[string]func(s testServer, t *testing.T, deployment string){
		"its deployment is deleted": func(s testServer, t *testing.T, deployment string) {
			if code := s.ask(t, "DELETE", "/deployments/"+deployment, nil, nil); code != 204 {
				t.Fatalf("delete: %d", code)
			}
		},
		"its deployment has a limit of 0": func(s testServer, t *testing.T, deployment string) {
			var limit struct{ ID string }
			s.ask(t, "POST", "/v2/concurrency_limits/", object{"name": "none", "limit": 0}, &limit)
			if code := s.ask(t, "PATCH", "/deployments/"+deployment, object{"global_concurrency_limit_id": limit.ID}, nil); code != 204 {
				t.Fatalf("limit: %d", code)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newTestServer(t, Config{})
			_, deployments := s.limitedFlows(t, object{"name": "p", "type": "process", "concurrency_limit": 1}, 5, 5)
			var first, second struct{ ID string }
			s.ask(t, "POST", "/deployments/"+deployments[0]+"/create_flow_run", object{"state": object{"type": "SCHEDULED"}}, &first)
			for _, state := range []object{{"type": "RUNNING"}, {"type": "SCHEDULED", "name": "AwaitingRetry"}} { // one that is not deleted with its deployment
				s.ask(t, "POST", "/flow_runs/"+first.ID+"/set_state", object{"state": state, "force": true}, nil)
			}
			s.ask(t, "POST", "/deployments/"+deployments[1]+"/create_flow_run", object{"state": object{"type": "SCHEDULED"}}, &second)
			if found := s.poll(t); len(found) != 1 || found[0].FlowRun.ID != first.ID {
				t.Fatalf("before: %v is handed out", found)
			}
			hinder(s, t, deployments[0])
			if found := s.poll(t); len(found) != 1 || found[0].FlowRun.ID != second.ID {
				t.Errorf("%v is handed out, want the other run", found)
			}
		})
	}
}
