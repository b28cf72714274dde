package api

import (
	"fmt"
	"maps"
	"testing"
)

// scene is a pool with one deployment, whose runs a test takes through states.
type scene struct {
	*testing.T
	testServer
	deployment string
}

func newScene(t *testing.T, pool object) scene {
	s := newTestServer(t, Config{})
	s.ask(t, "POST", "/work_pools/", pool, nil)
	var flow, deployment struct{ ID string }
	s.ask(t, "POST", "/flows/", object{"name": "f"}, &flow)
	s.ask(t, "POST", "/deployments/", object{"name": "d", "flow_id": flow.ID, "work_pool_name": pool["name"]}, &deployment)
	return scene{t, s, deployment.ID}
}

func (s scene) run() string {
	s.Helper()
	var run struct{ ID string }
	s.ask(s.T, "POST", "/deployments/"+s.deployment+"/create_flow_run", object{}, &run)
	return run.ID
}

func (s scene) set(run, state string) string {
	s.Helper()
	return s.setState(s.T, run, state)
}

func (s scene) handedOut() string { return fmt.Sprint(len(s.poll(s.T))) }

func (s scene) told(event string) string {
	var events struct{ Total int }
	s.ask(s.T, "POST", "/events/filter", object{"filter": object{"event": object{"name": []string{event}}}}, &events)
	return fmt.Sprint(events.Total)
}

// Two workers that hold the answers of polls made before either claimed a run
// do not get past the pool's limit, whatever active state its runs are in.
func TestPoolLimitAtPending(t *testing.T) {
	s := newScene(t, object{"name": "p", "type": "process", "concurrency_limit": 2})
	a, b, c := s.run(), s.run(), s.run()
	for i, step := range []struct{ got, want string }{
		{s.handedOut(), "2"},
		{s.handedOut(), "2"},
		{s.set(a, "PENDING"), "ACCEPT Pending"},
		{s.set(b, "PENDING"), "ACCEPT Pending"},
		{s.set(c, "PENDING"), "REJECT AwaitingConcurrencySlot"},
		{s.handedOut(), "0"},
		{s.set(a, "RUNNING"), "ACCEPT Running"},
		{s.set(a, "CANCELLING"), "ACCEPT Cancelling"},
		{s.handedOut(), "0"}, // its process is there still
		{s.set(c, "PENDING"), "REJECT AwaitingConcurrencySlot"},
		{s.told("reeve.work-pool.slot-freed"), "0"},
		{s.set(a, "CANCELLED"), "ACCEPT Cancelled"},
		{s.told("reeve.work-pool.slot-freed"), "1"},
		{s.handedOut(), "1"},
		{s.set(c, "PENDING"), "ACCEPT Pending"},
		{s.set(b, "PENDING"), "ABORT Pending"},
		{s.set(b, "CRASHED"), "ACCEPT Crashed"}, // nothing waits
		{s.set(c, "CRASHED"), "ACCEPT Crashed"},
		{s.told("reeve.work-pool.slot-freed"), "1"},
	} {
		if step.got != step.want {
			t.Errorf("step %d: %s, want %s", i, step.got, step.want)
		}
	}
}

func TestPoolLimitLeavesOthersAlone(t *testing.T) {
	for name, pool := range map[string]object{
		"no limit":            {"name": "p", "type": "process"},
		"a pool of agents":    {"name": "p", "type": "prefect-agent", "concurrency_limit": 1},
		"a limit not reached": {"name": "p", "type": "process", "concurrency_limit": 2},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, pool)
			for range 2 {
				if got := s.set(s.run(), "PENDING"); got != "ACCEPT Pending" {
					t.Errorf("%s, want ACCEPT Pending", got)
				}
			}
		})
	}
}

// Whoever waits is handed out as soon as the limit of its pool, its queue or its flow is
// raised or taken away, and the pool's workers are told.
func TestRaisedLimitsAreToldAtOnce(t *testing.T) {
	for name, c := range map[string]struct {
		pool, limit, raise object
		path               func(s scene) string
		event              string
	}{
		"pool raised": {pool: object{"concurrency_limit": 1}, raise: object{"concurrency_limit": 2},
			path: func(scene) string { return "/work_pools/p" }, event: "reeve.work-pool.slot-freed"},
		"pool's limit taken away": {pool: object{"concurrency_limit": 1}, raise: object{"concurrency_limit": nil},
			path: func(scene) string { return "/work_pools/p" }, event: "reeve.work-pool.slot-freed"},
		"queue raised": {limit: object{"concurrency_limit": 1}, raise: object{"concurrency_limit": 2},
			path: func(scene) string { return "/work_pools/p/queues/default" }, event: "reeve.work-pool.slot-freed"},
		"queue's limit taken away": {limit: object{"concurrency_limit": 1}, raise: object{"concurrency_limit": nil},
			path: func(scene) string { return "/work_pools/p/queues/default" }, event: "reeve.work-pool.slot-freed"},
		"flow raised": {limit: object{"max_concurrent": 1}, raise: object{"max_concurrent": 2}, path: scene.flowLimit, event: "reeve.flow.slot-freed"},
	} {
		t.Run(name, func(t *testing.T) {
			pool := object{"name": "p", "type": "process"}
			maps.Copy(pool, c.pool)
			s := newScene(t, pool)
			method := "PATCH"
			if _, flow := c.raise["max_concurrent"]; flow {
				method = "PUT"
			}
			if c.limit != nil {
				s.ask(t, method, c.path(s), c.limit, nil)
			}
			first, _ := s.run(), s.run()
			s.set(first, "PENDING")
			if got := s.handedOut(); got != "0" {
				t.Fatalf("%s runs are handed out past the limit", got)
			}
			before := s.told(c.event)
			s.ask(t, method, c.path(s), c.raise, nil)
			if got := s.handedOut(); got != "1" {
				t.Errorf("%s runs are handed out, want 1", got)
			}
			if after := s.told(c.event); after == before {
				t.Error("workers are not told")
			}
		})
	}
}

// flowLimit is where the limit of the deployment's flow is.
func (s scene) flowLimit() string {
	var d struct {
		Flow string `json:"flow_id"`
	}
	s.ask(s.T, "GET", "/deployments/"+s.deployment, nil, &d)
	return "/reeve/flows/" + d.Flow + "/limit"
}
