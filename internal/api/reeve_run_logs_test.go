package api

import (
	"fmt"
	"testing"
)

func TestRunLogs(t *testing.T) {
	s := newScene(t, object{"name": "p", "type": "process"})
	run, other := s.run(), s.run()
	var lines []object
	for i := range 25 {
		level := 20
		if i == 7 || i == 20 {
			level = 40
		}
		lines = append(lines, object{"name": "prefect.flow_runs", "level": level, "message": fmt.Sprintf("line %d", i), "flow_run_id": run,
			"timestamp": fmt.Sprintf("2026-11-28T12:00:%02dZ", i/2)}) // two at each moment
	}
	if code := s.ask(t, "POST", "/logs/", lines, nil); code != 201 {
		t.Fatalf("logs: %d", code)
	}
	type answer struct {
		Logs       []struct{ ID, Message string }
		Offset     int
		Total      int
		FirstError *int `json:"first_error"`
		At         *int
	}
	ask := func(run string, body object) (got answer) {
		t.Helper()
		if code := s.ask(t, "POST", "/reeve/flow_runs/"+run+"/logs", body, &got); code != 200 {
			t.Fatalf("%v: %d", body, code)
		}
		return got
	}
	page := ask(run, object{"limit": 10, "offset": 10})
	if page.Total != 25 || len(page.Logs) != 10 || page.Logs[0].Message != "line 10" || page.FirstError == nil || *page.FirstError != 7 || page.At != nil {
		t.Errorf("a page: %+v", page)
	}
	found := ask(run, object{"limit": 10, "find": page.Logs[8].ID})
	if found.At == nil || *found.At != 18 || found.Offset != 10 || found.Logs[8].Message != "line 18" {
		t.Errorf("the page with a line: %+v", found)
	}
	if got := ask(run, object{"logs": object{"level": object{"ge_": 30}}}); got.Total != 2 || *got.FirstError != 0 || got.Logs[1].Message != "line 20" {
		t.Errorf("errors alone: %+v", got)
	}
	if got := ask(run, object{"logs": object{"text": object{"query": `"line 1"`}}}); got.Total != 11 || got.FirstError != nil {
		t.Errorf("a text: %+v", got)
	}
	// Whatever the filter says, the run is that of the path, and all criteria count.
	stolen := object{"logs": object{"operator": "or_", "flow_run_id": object{"any_": []string{run}}}}
	if got := ask(other, stolen); got.Total != 0 || len(got.Logs) != 0 {
		t.Errorf("the logs of another run: %+v", got)
	}
	for _, body := range []object{{"limit": 1001}, {"limit": 0}, {"offset": -1}, {"find": "x"}, {"logs": object{"unknown": 1}}} {
		if code := s.ask(t, "POST", "/reeve/flow_runs/"+run+"/logs", body, nil); code != 422 {
			t.Errorf("%v: %d, want 422", body, code)
		}
	}
}
