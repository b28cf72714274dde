package api

import (
	"maps"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/reevehq/reeve/internal/metrics"
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
	var found metrics.Snapshot
	if code := s.ask(t, "GET", "/reeve/metrics", nil, &found); code != 200 || len(found.Pools) != 1 || found.Pools[0].Due != 2 {
		t.Errorf("%d, %+v", code, found)
	}
}

// measured asks for the JSON.
func (s scene) measured() (found metrics.Snapshot) {
	s.Helper()
	if code := s.ask(s.T, "GET", "/reeve/metrics", nil, &found); code != 200 {
		s.Fatalf("metrics: %d", code)
	}
	return found
}

func TestMetricsOfEndedRuns(t *testing.T) {
	for name, test := range map[string]struct {
		end   func(s scene, run string)
		ended map[string]int64
		rate  float64 // negative for none
	}{
		"completed":         {func(s scene, run string) { s.set(run, "COMPLETED") }, map[string]int64{"completed": 1}, 1},
		"failed":            {func(s scene, run string) { s.set(run, "FAILED") }, map[string]int64{"failed": 1}, 0},
		"crashed, by force": {func(s scene, run string) { s.force(run, object{"type": "CRASHED"}) }, map[string]int64{"crashed": 1}, 0},
		"cancelled":         {func(s scene, run string) { s.force(run, object{"type": "CANCELLED"}) }, map[string]int64{"cancelled": 1}, -1},
		"ended twice in a row": {func(s scene, run string) {
			s.set(run, "COMPLETED")
			s.force(run, object{"type": "FAILED"})
		}, map[string]int64{"completed": 1}, 1},
		"run again": {func(s scene, run string) {
			s.set(run, "FAILED")
			s.force(run, object{"type": "RUNNING"})
			s.set(run, "COMPLETED")
		}, map[string]int64{"completed": 1, "failed": 1}, 0.5},
		"refused for a retry": {func(s scene, run string) {
			s.done("PATCH", "/flow_runs/"+run, object{"empirical_policy": object{"retries": 1, "retry_delay": 60}})
			s.set(run, "FAILED")
		}, nil, -1},
		"deleted": {func(s scene, run string) {
			s.set(run, "COMPLETED")
			s.done("DELETE", "/flow_runs/"+run, nil)
		}, map[string]int64{"completed": 1}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, object{"name": "p", "type": "process"})
			test.end(s, s.running())
			flows := s.measured().Flows
			if test.ended == nil {
				if len(flows) != 0 {
					t.Errorf("%+v, want nothing", flows)
				}
				return
			}
			f := flows[0]
			rate := -1.0
			if f.SuccessRate != nil {
				rate = *f.SuccessRate
			}
			if f.Flow != "f" || !maps.Equal(f.Ended, test.ended) || rate != test.rate {
				t.Errorf("%+v, rate %g; want %v, %g", f, rate, test.ended, test.rate)
			}
		})
	}
}

func TestMetricsOfWaitsWritesAndRequests(t *testing.T) {
	s := newScene(t, object{"name": "p", "type": "process"})
	s.limit("tag:gpu")
	run := s.running()
	s.slots(object{"type": "task_run", "id": s.task(run, "first")}, 200, "tag:gpu")
	s.slots(object{"type": "task_run", "id": s.task(run, "second")}, 423, "tag:gpu")
	s.ask(t, "GET", "/flow_runs/"+s.deployment, nil, nil) // there is none
	s.done("POST", "/work_pools/p/workers/heartbeat", object{"name": "w"})
	s.run()
	found := s.measured()
	tags := found.Waits[0]
	if tags.Kind != "tag" || tags.Refused != 1 || tags.Waiting != 1 || tags.Seconds.Count != 1 {
		t.Errorf("waits for slots: %+v", tags)
	}
	if len(found.Slots) != 1 || found.Slots[0].Taken != 1 {
		t.Errorf("slots: %+v", found.Slots)
	}
	if len(found.Workers) != 1 || !found.Workers[0].Online || found.Workers[0].OnlineSince == nil {
		t.Errorf("workers: %+v", found.Workers)
	}
	if q := found.Queues[0]; q.Queue != "default" || q.Due != 1 || q.Active != 1 || q.Waits <= 0 {
		t.Errorf("queues: %+v", found.Queues)
	}
	codes := map[string]uint64{}
	for _, o := range found.Requests {
		for class, n := range o.Codes {
			codes[o.Method+" "+o.Path+" "+class] += n
		}
	}
	for want, n := range map[string]uint64{"GET /flow_runs/{id} 4xx": 1, "POST /flow_runs/{id}/set_state 2xx": 2,
		"POST /v2/concurrency_limits/increment-with-lease 4xx": 1} {
		if codes[want] != n {
			t.Errorf("%s: %d, want %d; all: %v", want, codes[want], n, codes)
		}
	}
}
