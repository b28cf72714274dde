package api

import (
	"slices"
	"strings"
	"testing"
)

// why returns the codes of the reasons and the sentence.
func (s scene) why(run string) (codes []string, sentence string) {
	s.Helper()
	var answer struct {
		Sentence string
		Reasons  []struct{ Code, Sentence string }
	}
	if code := s.ask(s.T, "GET", "/reeve/flow_runs/"+run+"/why", nil, &answer); code != 200 {
		s.Fatalf("why: %d", code)
	}
	for _, r := range answer.Reasons {
		codes = append(codes, r.Code)
	}
	return codes, answer.Sentence
}

// made sends a POST and gives the id in its answer.
func (s scene) made(path string, body object) string {
	s.Helper()
	var answer struct{ ID string }
	if code := s.ask(s.T, "POST", path, body, &answer); code > 201 || answer.ID == "" {
		s.Fatalf("POST %s: %d", path, code)
	}
	return answer.ID
}

func (s scene) done(method, path string, body object) {
	s.Helper()
	if code := s.ask(s.T, method, path, body, nil); code > 204 {
		s.Fatalf("%s %s: %d", method, path, code)
	}
}

// force sets a state without rules.
func (s scene) force(run string, state object) {
	s.Helper()
	s.done("POST", "/flow_runs/"+run+"/set_state", object{"state": state, "force": true})
}

// flow is the id of the scene's flow.
func (s scene) flow() string {
	s.Helper()
	var d struct {
		FlowID string `json:"flow_id"`
	}
	s.ask(s.T, "GET", "/deployments/"+s.deployment, nil, &d)
	return d.FlowID
}

// running is a run that is running.
func (s scene) running() string {
	s.Helper()
	run := s.run()
	s.set(run, "PENDING")
	s.set(run, "RUNNING")
	return run
}

// slots takes, or fails to take, a slot of limits for a holder.
func (s scene) slots(holder any, want int, names ...string) {
	s.Helper()
	body := object{"names": names, "slots": 1}
	if holder != nil {
		body["holder"] = holder
	}
	if code := s.ask(s.T, "POST", "/v2/concurrency_limits/increment-with-lease", body, nil); code != want {
		s.Fatalf("slots of %v: %d, want %d", names, code, want)
	}
}

func (s scene) limit(name string) {
	s.Helper()
	s.made("/v2/concurrency_limits/", object{"name": name, "limit": 1})
}

// task makes a running task run of a flow run.
func (s scene) task(run, name string) string {
	s.Helper()
	return s.made("/task_runs/", object{"flow_run_id": run, "task_key": name, "dynamic_key": "0", "name": name,
		"state": object{"type": "RUNNING"}})
}

func TestWhyOfEveryCode(t *testing.T) {
	const soon = "2999-01-01T00:00:00Z"
	for name, test := range map[string]struct {
		prepare func(scene) (run string)
		codes   string // separated by spaces
		says    string
	}{
		"pending": {func(s scene) string { return s.made("/flow_runs/", object{"flow_id": s.flow()}) }, "pending", "the process that made it has to go on; unless more is heard of it, it is marked as crashed at "},
		"claimed": {func(s scene) string {
			run := s.run()
			s.set(run, "PENDING")
			return run
		}, "pending", "a worker that has yet to say who it is claimed it at "},
		"claimed by a worker": {func(s scene) string {
			run := s.run()
			s.set(run, "PENDING")
			s.done("PATCH", "/flow_runs/"+run+"/labels", object{"prefect.worker.name": "w"})
			return run
		}, "pending", "worker w claimed it at "},
		"running": {func(s scene) string { return s.running() }, "running", "it has been running since "},
		"not due": {func(s scene) string {
			return s.made("/deployments/"+s.deployment+"/create_flow_run", object{"state": object{"type": "SCHEDULED",
				"state_details": object{"scheduled_time": soon}}})
		}, "not_due", "not due before 2999-01-01 00:00:00 UTC"},
		"no deployment": {func(s scene) string {
			return s.made("/flow_runs/", object{"flow_id": s.flow(), "state": object{"type": "SCHEDULED"}})
		}, "no_deployment", "no worker will start it"},
		"deployment deleted": {func(s scene) string {
			run := s.running()
			s.done("DELETE", "/deployments/"+s.deployment, nil) // with its scheduled runs
			s.force(run, object{"type": "SCHEDULED"})
			return run
		}, "deployment_deleted", "was deleted"},
		"deployment paused": {func(s scene) string {
			run := s.run()
			s.done("PATCH", "/deployments/"+s.deployment, object{"paused": true})
			return run
		}, "deployment_paused", "deployment d is paused"},
		"not served": {func(s scene) string {
			served := s.made("/deployments/", object{"name": "served", "flow_id": s.flow()})
			return s.made("/deployments/"+served+"/create_flow_run", object{})
		}, "not_served", "no process that serves it"},
		"queue paused": {func(s scene) string {
			run := s.run()
			s.done("PATCH", "/work_pools/p/queues/default", object{"is_paused": true})
			return run
		}, "queue_paused", "work queue default of pool p is paused"},
		"queue full": {func(s scene) string {
			run := s.run()
			s.running()
			s.done("PATCH", "/work_pools/p/queues/default", object{"concurrency_limit": 1})
			return run
		}, "queue_limit", "1 of 1 slots are held"},
		"pool full of a cancelling run": {func(s scene) string {
			s.done("PATCH", "/work_pools/p", object{"concurrency_limit": 1})
			s.force(s.running(), object{"type": "CANCELLING"})
			return s.run()
		}, "pool_limit", "1 of 1 slots are held"},
		"deployment full": {func(s scene) string {
			s.done("PATCH", "/deployments/"+s.deployment, object{"concurrency_limit": 1})
			run := s.run()
			s.running()
			return run
		}, "deployment_limit", "the limit of deployment d is full: 1 of 1 slots are held ("},
		"retry in its process": {func(s scene) string {
			run := s.running()
			s.done("PATCH", "/flow_runs/"+run, object{"empirical_policy": object{"retries": 1, "retry_delay": 60}})
			if got := s.set(run, "FAILED"); got != "REJECT AwaitingRetry" {
				s.Fatal(got)
			}
			s.done("PATCH", "/flow_runs/"+run, object{"empirical_policy": object{"retry_type": "in_process"}})
			return run
		}, "in_process_retry", "its own process waits to try again at "},
		"paused": {func(s scene) string {
			run := s.running()
			s.force(run, object{"type": "PAUSED"})
			return run
		}, "paused", "until somebody resumes it"},
		"paused for a time": {func(s scene) string {
			run := s.running()
			s.force(run, object{"type": "PAUSED", "state_details": object{"pause_timeout": soon}})
			return run
		}, "paused", "fails at 2999-01-01 00:00:00 UTC"},
		"cancelling": {func(s scene) string {
			run := s.running()
			s.force(run, object{"type": "CANCELLING"})
			return run
		}, "cancelling", "has yet to end its process"},
		"waits for a tag": {func(s scene) string {
			s.limit("tag:gpu")
			s.limit("tag:other")
			holder, run := s.running(), s.running()
			s.slots(object{"type": "task_run", "id": s.task(holder, "first")}, 200, "tag:gpu")
			s.slots(object{"type": "task_run", "id": s.task(run, "second")}, 423, "tag:gpu", "tag:other")
			return run
		}, "tag_limit running", "its task second has been waiting since "},
		"another run waits for a tag": {func(s scene) string {
			s.limit("tag:gpu")
			holder, run := s.running(), s.running()
			s.slots(object{"type": "task_run", "id": s.task(holder, "first")}, 200, "tag:gpu")
			s.slots(object{"type": "task_run", "id": s.task(run, "second")}, 423, "tag:gpu")
			return holder
		}, "running", "it waits for nothing"},
		"waits for a global limit": {func(s scene) string {
			s.limit("database")
			run := s.running()
			s.slots(nil, 200, "database")
			s.slots(nil, 423, "database")
			return run
		}, "global_limit running", "a flow that does not say which run it is has been waiting since "},
		"got its slot of a global limit": {func(s scene) string {
			s.limit("database")
			run := s.running()
			s.slots(object{"type": "flow_run", "id": run}, 200, "database")
			return run
		}, "running", "it waits for nothing"},
		"ended": {func(s scene) string {
			run := s.running()
			s.set(run, "COMPLETED")
			return run
		}, "ended", "it ended as Completed"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, object{"name": "p", "type": "process"})
			s.done("POST", "/work_pools/p/workers/heartbeat", object{"name": "w"})
			codes, sentence := s.why(test.prepare(s))
			if !slices.Equal(codes, strings.Fields(test.codes)) || !strings.Contains(sentence, test.says) {
				t.Errorf("%v: %s; want %s: %s", codes, sentence, test.codes, test.says)
			}
		})
	}
}
