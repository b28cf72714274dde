package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"
)

// The overview of a run has the events that tell of it, and of its tasks, what no state does.
func TestOverviewHasEventsOfARun(t *testing.T) {
	s := newScene(t, object{"name": "p", "type": "process"})
	run, other := s.run(), s.run()
	task := s.task(run, "step")
	began, n := time.Now().Add(-time.Minute), 0
	event := func(name, resource string, related ...string) object {
		n++
		about := []object{}
		for _, id := range related {
			about = append(about, object{"prefect.resource.id": id, "prefect.resource.role": "of"})
		}
		return object{"id": fmt.Sprintf("0199a7e2-3f5c-7d11-9c51-2b6d0f6f0b%02d", n), "event": name, "occurred": began.Add(time.Duration(n) * time.Second).UTC().Format(time.RFC3339Nano),
			"resource": object{"prefect.resource.id": resource}, "related": about}
	}
	ofRun, ofTask := "prefect.flow-run."+run, "prefect.task-run."+task
	body, err := json.Marshal([]object{
		event("frames.cut", "camera.1", ofRun),
		event("prefect.flow-run.heartbeat", ofRun),
		event("prefect.task-run.Running", ofTask, ofRun),
		event("prefect.log.write", "camera.1", ofRun),
		event("prefect.artifact-collection.updated", "prefect.artifact-collection.1", ofRun),
		event("run.measured", ofRun),
		event("frames.lost", "camera.1", ofTask, ofRun),
		event("frames.cut", "camera.2", "prefect.flow-run."+other),
		event("frames.told", "camera.1", "prefect.task-run.not-an-id", ofRun),
	})
	if err != nil {
		t.Fatal(err)
	}
	if status, text := s.asked(t, "/events", string(body)); status != http.StatusNoContent {
		t.Fatalf("%d %s", status, text)
	}
	var got struct {
		Events []struct {
			ID, Event string
			TaskRunID string `json:"task_run_id"`
		}
	}
	if code := s.ask(t, "GET", "/reeve/flow_runs/"+run+"/overview", nil, &got); code != 200 {
		t.Fatalf("%d", code)
	}
	names := []string{}
	for _, e := range got.Events {
		names = append(names, e.Event+" "+e.TaskRunID)
	}
	if want := []string{"frames.told not-an-id", "frames.lost " + task, "run.measured ", "frames.cut "}; !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
}
