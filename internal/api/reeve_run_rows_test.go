package api

import (
	"slices"
	"testing"
)

type rowsAnswer struct {
	Rows  []object
	Count int
}

func names(rows []object, key string) []string {
	all := []string{}
	for _, row := range rows {
		text, _ := row[key].(string)
		all = append(all, text)
	}
	slices.Sort(all)
	return all
}

func TestRowsHaveTheNamesOfWhatTheyBelongTo(t *testing.T) {
	s := newScene(t, object{"name": "p", "type": "process"})
	run := s.run()
	s.force(run, object{"type": "FAILED", "message": "it broke"})
	s.run()
	s.task(run, "step")
	var got rowsAnswer
	s.ask(t, "POST", "/reeve/flow_runs/rows", object{"flow_runs": object{"state": object{"type": object{"any_": []string{"FAILED"}}}}}, &got)
	if got.Count != 1 || len(got.Rows) != 1 {
		t.Fatalf("%d rows of %d", len(got.Rows), got.Count)
	}
	for key, want := range map[string]any{"id": run, "flow_name": "f", "deployment_name": "d", "work_pool_name": "p", "work_queue_name": "default",
		"state_type": "FAILED", "message": "it broke", "is_subflow": false} {
		if got.Rows[0][key] != want {
			t.Errorf("%s is %v, want %v", key, got.Rows[0][key], want)
		}
	}
	s.ask(t, "POST", "/reeve/task_runs/rows", object{}, &got)
	if len(got.Rows) != 1 || got.Rows[0]["name"] != "step" || got.Rows[0]["flow_run_id"] != run || got.Rows[0]["flow_run_name"] == nil {
		t.Errorf("task runs: %v", got)
	}
	for path, body := range map[string]object{
		"/reeve/flow_runs/rows": {"limit": 201}, "/reeve/task_runs/rows": {"sort": "RANDOM"},
	} {
		if code := s.ask(t, "POST", path, body, nil); code != 422 {
			t.Errorf("POST %s %v: %d", path, body, code)
		}
	}
}

func TestOverviewHasAllThatARunShows(t *testing.T) {
	s := newScene(t, object{"name": "p", "type": "process"})
	run := s.run()
	s.force(run, object{"type": "RUNNING"})
	task := s.task(run, "calls")
	child := s.made("/flow_runs/", object{"flow_id": s.flow(), "name": "child", "parent_task_run_id": task, "state": object{"type": "RUNNING"}})
	s.made("/artifacts/", object{"key": "report", "type": "markdown", "data": "# x", "flow_run_id": run})
	var got struct {
		Run            object
		FlowName       string   `json:"flow_name"`
		DeploymentName string   `json:"deployment_name"`
		TaskRuns       []object `json:"task_runs"`
		TaskRunCount   int      `json:"task_run_count"`
		Subflows       []object
		Artifacts      []object
		States         []object
		Why            struct{ Sentence string }
		Caller         *struct {
			FlowRunID string `json:"flow_run_id"`
		}
	}
	s.ask(t, "GET", "/reeve/flow_runs/"+run+"/overview", nil, &got)
	if got.Run["id"] != run || got.FlowName != "f" || got.DeploymentName != "d" || got.Caller != nil || got.Why.Sentence == "" {
		t.Errorf("%+v", got)
	}
	if got.TaskRunCount != 1 || !slices.Equal(names(got.TaskRuns, "id"), []string{task}) || !slices.Equal(names(got.Subflows, "name"), []string{"child"}) {
		t.Errorf("task runs %v, subflows %v", got.TaskRuns, got.Subflows)
	}
	if !slices.Equal(names(got.Artifacts, "key"), []string{"report"}) || got.Artifacts[0]["data"] != nil || !slices.Equal(names(got.States, "type"), []string{"RUNNING", "SCHEDULED"}) {
		t.Errorf("artifacts %v, states %v", got.Artifacts, got.States)
	}
	s.ask(t, "GET", "/reeve/flow_runs/"+child+"/overview", nil, &got)
	if got.Caller == nil || got.Caller.FlowRunID != run {
		t.Errorf("the subflow's caller is %v, want %s", got.Caller, run)
	}
	if code := s.ask(t, "GET", "/reeve/flow_runs/"+s.deployment+"/overview", nil, nil); code != 404 {
		t.Errorf("a run that is not there: %d", code)
	}
}
