package api

import (
	"fmt"
	"slices"
	"testing"
)

// furnishTaskRuns makes task runs: two of "crop" by two versions of its code, the slower first,
// one of "infer" that failed without having run, and one in the background.
func furnishTaskRuns(t *testing.T) (s scene, between float64) {
	s = newScene(t, object{"name": "p", "type": "process"})
	run := s.run()
	made := func(key, name string, more object) string {
		body := object{"task_key": key, "dynamic_key": name, "name": name, "state": object{"type": "PENDING"}, "flow_run_id": run}
		for k, v := range more {
			body[k] = v
		}
		return s.made("/task_runs/", body)
	}
	to := func(task, state string) {
		if code := s.ask(t, "POST", "/task_runs/"+task+"/set_state", object{"state": object{"type": state}, "force": true}, nil); code != 201 {
			t.Fatalf("%s: %d", state, code)
		}
	}
	slow, quick := made("crop-0123abcd", "crop-0", object{"tags": []string{"gpu"}}), made("crop-ffff0000", "crop-1", nil)
	to(slow, "RUNNING")
	to(quick, "RUNNING")
	to(quick, "COMPLETED")
	to(slow, "COMPLETED")
	to(made("infer-now", "infer-0", object{"tags": []string{"gpu"}}), "FAILED")
	made("alone-0123abcd", "alone", object{"flow_run_id": nil})
	var took [2]struct {
		Seconds float64 `json:"total_run_time"`
	}
	for i, id := range []string{quick, slow} {
		s.ask(t, "GET", "/task_runs/"+id, nil, &took[i])
	}
	return s, (took[0].Seconds + took[1].Seconds) / 2
}

func TestTaskRunsAreNarrowed(t *testing.T) {
	s, between := furnishTaskRuns(t)
	for name, test := range map[string]struct {
		body object
		want []string
	}{
		"long ones":            {object{"at_least": between}, []string{"crop-0"}},
		"between":              {object{"at_least": 1e-6, "at_most": between}, []string{"crop-1"}},
		"of a task":            {object{"task": "crop", "order": "NAME_ASC"}, []string{"crop-0", "crop-1"}},
		"of a key that is one": {object{"task": "infer-now"}, []string{"infer-0"}},
		"of no task":           {object{"task": "crop-0123abcd"}, []string{}},
		"the longest first":    {object{"order": "DURATION_DESC", "task": "crop"}, []string{"crop-0", "crop-1"}},
		"the shortest first":   {object{"order": "DURATION_ASC", "task": "crop"}, []string{"crop-1", "crop-0"}},
		"by state":             {object{"order": "STATE_ASC", "at_most": 0}, []string{"infer-0", "alone"}},
		"by flow run":          {object{"order": "FLOW_ASC", "at_most": 0}, []string{"alone", "infer-0"}},
	} {
		var got rowsAnswer
		if code := s.ask(t, "POST", "/reeve/task_runs/rows", object{"narrow": test.body}, &got); code != 200 {
			t.Errorf("%s: %d", name, code)
			continue
		}
		if order := orderOf(got.Rows); !slices.Equal(order, test.want) || got.Count != len(test.want) {
			t.Errorf("%s: %v of %d, want %v", name, order, got.Count, test.want)
		}
	}
	for _, body := range []object{{"order": "RANDOM"}, {"at_least": -1}, {"task": longText(1001)}, {"parameters": "x"}} {
		if code := s.ask(t, "POST", "/reeve/task_runs/rows", object{"narrow": body}, nil); code != 422 {
			t.Errorf("%v: %d", body, code)
		}
	}
}

func TestTaskRunsAreGrouped(t *testing.T) {
	s, _ := furnishTaskRuns(t)
	for by, want := range map[string][]string{"task": {"crop 2", "alone 1", "infer-now 1"}, "flow": {"f 3", " 1"}, "deployment": {"f/d 3", " 1"}, "tag": {" 2", "gpu 2"}} {
		var got rowsAnswer
		if code := s.ask(t, "POST", "/reeve/task_runs/groups", object{"by": by}, &got); code != 200 {
			t.Fatalf("%s: %d", by, code)
		}
		groups := []string{}
		for _, row := range got.Rows {
			groups = append(groups, fmt.Sprint(row["name"], " ", row["runs"]))
		}
		if !slices.Equal(groups, want) {
			t.Errorf("by %s: %q, want %q", by, groups, want)
		}
	}
	if code := s.ask(t, "POST", "/reeve/task_runs/groups", object{"by": "colour"}, nil); code != 422 {
		t.Errorf("by colour: %d", code)
	}
}
