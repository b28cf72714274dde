package api

import "testing"

// What clients told of their results stands with the run; what they told in another form, as nothing but its time.
func TestOverviewSaysWhereResultsAre(t *testing.T) {
	s := newScene(t, object{"name": "p", "type": "process"})
	run := s.run()
	task, odd := s.task(run, "step"), s.task(run, "odd")
	block := "0195c1f0-0000-7000-8000-000000000001"
	for id, data := range map[string]any{task: object{"storage_key": "results/abc", "storage_block_id": block, "expiration": "2026-12-01T00:00:00Z", "serializer": object{"type": "json"}}, odd: []int{1, 2}} {
		if code := s.ask(t, "POST", "/task_runs/"+id+"/set_state", object{"state": object{"type": "COMPLETED", "data": data}, "force": true}, nil); code != 201 {
			t.Fatalf("%d", code)
		}
	}
	s.force(run, object{"type": "COMPLETED", "data": object{"storage_key": longText(5000)}})
	var got struct {
		Results []struct {
			TaskRunID *string `json:"task_run_id"`
			Name      *string
			Key       string
			BlockID   *string `json:"block_id"`
			Expires   *string
		}
	}
	if code := s.ask(t, "GET", "/reeve/flow_runs/"+run+"/overview", nil, &got); code != 200 || len(got.Results) != 3 {
		t.Fatalf("%d %+v", code, got)
	}
	for _, result := range got.Results {
		switch {
		case result.TaskRunID == nil || *result.TaskRunID == odd:
			if result.Key != "" || result.BlockID != nil {
				t.Errorf("one that tells nothing: %+v", result)
			}
		case *result.TaskRunID == task:
			if result.Key != "results/abc" || result.BlockID == nil || *result.BlockID != block || result.Expires == nil || result.Name == nil {
				t.Errorf("%+v", result)
			}
		}
	}
}
