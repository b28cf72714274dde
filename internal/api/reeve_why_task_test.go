package api

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// whyTask returns the codes of the reasons and the sentence.
func (s testServer) whyTask(t *testing.T, run string) (codes []string, sentence string) {
	t.Helper()
	var answer struct {
		Sentence string
		Reasons  []struct{ Code, Sentence string }
	}
	if code := s.ask(t, http.MethodGet, "/reeve/task_runs/"+run+"/why", nil, &answer); code != http.StatusOK {
		t.Fatalf("why: %d", code)
	}
	for _, r := range answer.Reasons {
		codes = append(codes, r.Code)
	}
	return codes, answer.Sentence
}

type ided struct{ ID string }

func TestWhyATaskRunWaits(t *testing.T) {
	s := newTestServer(t, Config{})
	run := s.delay(t, "tasks.add", 1)
	want := func(run, sentence string, codes ...string) {
		t.Helper()
		if got, said := s.whyTask(t, run); !slices.Equal(got, codes) || !strings.Contains(said, sentence) {
			t.Errorf("%v %q, want %v %q", got, said, codes, sentence)
		}
	}
	want(run, "no task worker that is connected serves tasks.add", "no_task_worker")
	one := s.subscribe(t, "one", `"tasks.add"`)
	if got := idOf(t, receive(t, one)); got != run {
		t.Fatalf("got run %s, want %s", got, run)
	}
	send(t, one, `{"type":"ack"}`)
	s.delay(t, "tasks.add", 2)
	receive(t, one) // the next is offered once the last is settled
	s.delay(t, "tasks.two", 1)
	receive(t, s.subscribe(t, "two", `"tasks.add","tasks.two"`))
	want(run, "task worker one has had it in hand since", "in_hand", "shared_task_key")

	flow := made[ided](t, s, http.MethodPost, "/flows/", object{"name": "f"}).ID
	flowRun := made[ided](t, s, http.MethodPost, "/flow_runs/", object{"flow_id": flow}).ID
	task := made[ided](t, s, http.MethodPost, "/task_runs/", object{"flow_run_id": flowRun, "task_key": "k", "dynamic_key": "0", "state": object{"type": "RUNNING"}}).ID
	want(task, "the process of flow run "+flowRun+" has it in hand", "of_flow_run")
	over := made[ided](t, s, http.MethodPost, "/task_runs/", object{"task_key": "k", "dynamic_key": "0", "state": object{"type": "COMPLETED"}}).ID
	want(over, "it ended as Completed", "ended")
	if code := s.ask(t, http.MethodGet, "/reeve/task_runs/"+flow+"/why", nil, nil); code != http.StatusNotFound {
		t.Errorf("of no task run: %d", code)
	}
}
