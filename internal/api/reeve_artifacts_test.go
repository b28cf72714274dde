package api

import (
	"fmt"
	"testing"
)

func TestArtifactRowsAndVersions(t *testing.T) {
	s := newScene(t, object{"name": "p", "type": "process"})
	run := s.running()
	artifact := func(more object) string {
		body := object{"type": "markdown", "data": "# a", "flow_run_id": run}
		for key, value := range more {
			body[key] = value
		}
		return s.made("/artifacts/", body)
	}
	first := artifact(object{"key": "report", "data": "old"})
	table := artifact(object{"key": "numbers", "type": "table", "data": "[]", "task_run_id": s.task(run, "count")})
	second := artifact(object{"key": "report", "data": "new", "description": "Of today"})
	loose := artifact(object{"type": "result"})

	type row struct {
		ID, Key, Type, Description string
		FlowRunName                string `json:"flow_run_name"`
		TaskRunName                string `json:"task_run_name"`
		Versions                   int
	}
	for name, test := range map[string]struct {
		body object
		want string
	}{
		"all":     {object{}, "report 2 markdown Of today, numbers 1 table , of 2"},
		"by type": {object{"artifacts": object{"type": object{"any_": []string{"table"}}}}, "numbers 1 table , of 1"},
		"by part": {object{"artifacts": object{"key": object{"like_": "epo"}}}, "report 2 markdown Of today, of 1"},
		"a page":  {object{"limit": 1, "offset": 1}, "numbers 1 table , of 2"},
		"none":    {object{"artifacts": object{"key": object{"like_": "nothing-such"}}}, "of 0"},
	} {
		var got struct {
			Rows  []row
			Count int
		}
		code, text := s.ask(t, "POST", "/reeve/artifacts/rows", test.body, &got), ""
		for _, r := range got.Rows {
			text += fmt.Sprintf("%s %d %s %s, ", r.Key, r.Versions, r.Type, r.Description)
			if r.FlowRunName == "" {
				t.Errorf("%s: %s has no run", name, r.Key)
			}
		}
		if text += fmt.Sprintf("of %d", got.Count); code != 200 || text != test.want {
			t.Errorf("%s: %d %s, want %s", name, code, text, test.want)
		}
	}

	for path, want := range map[string]string{
		"key/report/overview": second + `"new"[` + second + " " + first + "]",
		first + "/overview":   first + `"old"[` + second + " " + first + "]",
		loose + "/overview":   loose + `"# a"[` + loose + "]",
		table + "/overview":   table + `"[]"[` + table + "]",
	} {
		var got struct {
			Artifact struct {
				ID   string
				Data any
			}
			Row      row
			Versions []row
		}
		code, ids := s.ask(t, "GET", "/reeve/artifacts/"+path, nil, &got), []string{}
		for _, v := range got.Versions {
			ids = append(ids, v.ID)
		}
		if text := fmt.Sprintf("%s%q%v", got.Artifact.ID, got.Artifact.Data, ids); code != 200 || text != want || got.Row.ID != got.Artifact.ID {
			t.Errorf("%s: %d %s, want %s", path, code, text, want)
		}
	}
	for _, path := range []string{"key/none/overview", "00000000-0000-4000-8000-000000000000/overview"} {
		if code := s.ask(t, "GET", "/reeve/artifacts/"+path, nil, nil); code != 404 {
			t.Errorf("%s: %d", path, code)
		}
	}
}
