package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"testing"
)

// ask sends a request and reads its answer into to, unless that is nil.
func (s testServer) ask(t *testing.T, method, path string, body, to any) int {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), method, s.URL+"/api"+path, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if to != nil {
		if err := json.Unmarshal(data, to); err != nil {
			t.Fatalf("%s %s: %d %s", method, path, response.StatusCode, data)
		}
	}
	return response.StatusCode
}

type object = map[string]any

// limitedFlows makes a pool and one deployment for each flow, and gives the
// flows' and deployments' ids.
func (s testServer) limitedFlows(t *testing.T, pool object, limits ...int) (flows, deployments []string) {
	t.Helper()
	s.ask(t, "POST", "/work_pools/", pool, nil)
	for i, most := range limits {
		var flow, deployment struct{ ID string }
		s.ask(t, "POST", "/flows/", object{"name": fmt.Sprint("flow-", i)}, &flow)
		s.ask(t, "POST", "/deployments/", object{"name": "d", "flow_id": flow.ID, "work_pool_name": pool["name"]}, &deployment)
		if code := s.ask(t, "PUT", "/reeve/flows/"+flow.ID+"/limit", object{"max_concurrent": most}, nil); code != 200 {
			t.Fatalf("set the limit: %d", code)
		}
		flows, deployments = append(flows, flow.ID), append(deployments, deployment.ID)
	}
	return flows, deployments
}

type handedOut struct {
	FlowRun struct {
		ID     string `json:"id"`
		FlowID string `json:"flow_id"`
	} `json:"flow_run"`
}

func (s testServer) poll(t *testing.T) []handedOut {
	t.Helper()
	var found []handedOut
	s.ask(t, "POST", "/work_pools/p/get_scheduled_flow_runs", object{}, &found)
	return found
}

// setState proposes a state and gives the answer's status with the name of the
// state that the run then has.
func (s testServer) setState(t *testing.T, run, state string) string {
	t.Helper()
	var answer struct {
		Status string
		State  struct{ Name string }
	}
	s.ask(t, "POST", "/flow_runs/"+run+"/set_state", object{"state": object{"type": state}}, &answer)
	return answer.Status + " " + answer.State.Name
}

// Thirty runs of three flows with the limits 5, 2 and 10 in a pool of 5 or
// without a limit: two workers that poll at the same time never get past them.
func TestFlowLimitsOfThirtyRuns(t *testing.T) {
	for name, pool := range map[string]object{
		"a pool of 5":          {"name": "p", "type": "process", "concurrency_limit": 5},
		"a pool without limit": {"name": "p", "type": "process"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newTestServer(t, Config{})
			limits := []int{5, 2, 10}
			flows, deployments := s.limitedFlows(t, pool, limits...)
			for range 10 {
				for _, d := range deployments {
					s.ask(t, "POST", "/deployments/"+d+"/create_flow_run", object{}, nil)
				}
			}
			ended, highest := 0, make([]int, len(limits))
			var running []handedOut
			for round := 0; ended < 30; round++ {
				if round > 100 {
					t.Fatalf("only %d runs ended", ended)
				}
				first, second := s.poll(t), s.poll(t)
				if len(running)+len(first) > 5 && pool["concurrency_limit"] != nil {
					t.Fatalf("%d runs handed out beside %d", len(first), len(running))
				}
				for _, run := range append(first, second...) {
					if s.setState(t, run.FlowRun.ID, "PENDING") == "ACCEPT Pending" {
						s.setState(t, run.FlowRun.ID, "RUNNING")
						running = append(running, run)
					}
				}
				for i, flow := range flows {
					n := 0
					for _, run := range running {
						if run.FlowRun.FlowID == flow {
							n++
						}
					}
					if highest[i] = max(highest[i], n); n > limits[i] {
						t.Fatalf("%d runs of flow %d at once", n, i)
					}
				}
				s.setState(t, running[0].FlowRun.ID, "COMPLETED") // one ends; its slot is taken in the next round
				running = running[1:]
				ended++
			}
			if pool["concurrency_limit"] == nil && !slices.Equal(highest, limits) {
				t.Errorf("at most %v at once, want the limits reached: %v", highest, limits)
			}
		})
	}
}

// A worker that claims a run it was handed before another filled the limit is
// refused; the run waits, is handed out to nobody meanwhile, and starts as soon
// as there is room.
func TestFlowLimitAtPending(t *testing.T) {
	s := newTestServer(t, Config{})
	flows, deployments := s.limitedFlows(t, object{"name": "p", "type": "process"}, 2)
	var runs [2]struct{ ID string }
	for i := range runs {
		s.ask(t, "POST", "/deployments/"+deployments[0]+"/create_flow_run", object{}, &runs[i])
	}
	if found := s.poll(t); len(found) != 2 {
		t.Fatalf("%d runs handed out, want 2", len(found))
	}
	limit := "/reeve/flows/" + flows[0] + "/limit"
	s.ask(t, "PUT", limit, object{"max_concurrent": 1}, nil)
	for _, step := range []struct{ got, want string }{
		{s.setState(t, runs[0].ID, "PENDING"), "ACCEPT Pending"},
		{s.setState(t, runs[1].ID, "PENDING"), "REJECT AwaitingConcurrencySlot"},
		{fmt.Sprint(len(s.poll(t))), "0"},
		{s.setState(t, runs[0].ID, "CRASHED"), "ACCEPT Crashed"},
		{fmt.Sprint(len(s.poll(t))), "1"},
		{s.setState(t, runs[1].ID, "PENDING"), "ACCEPT Pending"},
	} {
		if step.got != step.want {
			t.Errorf("%s, want %s", step.got, step.want)
		}
	}
	var events struct{ Total int }
	s.ask(t, "POST", "/events/filter", object{"filter": object{"event": object{"name": []string{"reeve.flow.slot-freed"}}}}, &events)
	if events.Total != 3 { // two settings of the limit and the end of a run
		t.Errorf("%d events of freed slots, want 3", events.Total)
	}
	for _, step := range []struct {
		method string
		body   any
		want   int
	}{{"GET", nil, 200}, {"PUT", object{"max_concurrent": -1}, 422}, {"PUT", object{}, 422}, {"DELETE", nil, 204}, {"DELETE", nil, 404}} {
		if got := s.ask(t, step.method, limit, step.body, nil); got != step.want {
			t.Errorf("%s %v: %d, want %d", step.method, step.body, got, step.want)
		}
	}
}

func TestWhy(t *testing.T) {
	s := newTestServer(t, Config{})
	pool := object{"name": "p", "type": "process", "concurrency_limit": 1}
	_, deployments := s.limitedFlows(t, pool, 1)
	var first, second struct{ ID string }
	s.ask(t, "POST", "/deployments/"+deployments[0]+"/create_flow_run", object{"name": "first"}, &first)
	s.ask(t, "POST", "/deployments/"+deployments[0]+"/create_flow_run", object{"name": "second"}, &second)
	reasons := func(run string) []string {
		var answer struct {
			Sentence string
			Reasons  []struct{ Code string }
		}
		if code := s.ask(t, "GET", "/reeve/flow_runs/"+run+"/why", nil, &answer); code != 200 || answer.Sentence == "" {
			t.Fatalf("why: %d, %q", code, answer.Sentence)
		}
		codes := []string{}
		for _, r := range answer.Reasons {
			codes = append(codes, r.Code)
		}
		return codes
	}
	check := func(step, run string, want ...string) {
		t.Helper()
		if got := reasons(run); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", step, got, want)
		}
	}
	check("no worker", first.ID, "no_worker")
	s.ask(t, "POST", "/work_pools/p/workers/heartbeat", object{"name": "w"}, nil)
	check("ready", first.ID, "next_poll")
	s.setState(t, first.ID, "PENDING")
	check("claimed", first.ID, "pending")
	check("limits full", second.ID, "pool_limit", "flow_limit")
	s.ask(t, "PATCH", "/work_pools/p", object{"is_paused": true}, nil)
	check("pool paused", second.ID, "pool_paused", "pool_limit", "flow_limit")
	s.setState(t, first.ID, "RUNNING")
	check("running", first.ID, "running")
	s.setState(t, first.ID, "COMPLETED")
	check("ended", first.ID, "ended")
	if code := s.ask(t, "GET", "/reeve/flow_runs/"+deployments[0]+"/why", nil, nil); code != 404 {
		t.Errorf("an unknown run: %d", code)
	}
}
