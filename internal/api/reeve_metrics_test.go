package api

import (
	"net/http/httptest"
	"strings"
	"testing"
)

func TestMetrics(t *testing.T) {
	s := newTestServer(t, Config{})
	_, deployments := s.limitedFlows(t, object{"name": "p", "type": "process"}, 1)
	s.ask(t, "POST", "/work_pools/p/workers/heartbeat", object{"name": "w"}, nil)
	for range 3 {
		s.ask(t, "POST", "/deployments/"+deployments[0]+"/create_flow_run", object{}, nil)
	}
	for _, run := range s.poll(t) {
		s.setState(t, run.FlowRun.ID, "PENDING")
	}
	answer := httptest.NewRecorder()
	s.ServeMetrics(answer, httptest.NewRequest("GET", "/metrics", nil))
	for _, want := range []string{`reeve_pool_runs_due{pool="p"} 2`, `reeve_pool_runs_active{pool="p"} 1`,
		`reeve_pool_workers_online{pool="p"} 1`, `reeve_flow_limit{flow="flow-0"} 1`, `reeve_flow_limit_active{flow="flow-0"} 1`} {
		if !strings.Contains(answer.Body.String(), want+"\n") {
			t.Errorf("no %s in\n%s", want, answer.Body)
		}
	}
	var found metrics
	if code := s.ask(t, "GET", "/reeve/metrics", nil, &found); code != 200 || len(found.Pools) != 1 || found.Pools[0].Due != 2 {
		t.Errorf("%d, %+v", code, found)
	}
}
