package api

import (
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/cost"
	"github.com/reevehq/reeve/internal/store"
)

func TestUsage(t *testing.T) {
	s := newScene(t, object{"name": "p", "type": "process"})
	var used cost.Usage
	if code := s.ask(t, "GET", "/reeve/usage", nil, &used); code != 200 || used.Measured() != 0 {
		t.Fatalf("before the ledger: %d, %+v", code, used)
	}
	began := time.Now()
	err := s.store.Update(t.Context(), func(tx *store.Tx) error { return tx.OpenAwakening(tx.Now, "start", nil) })
	if err != nil {
		t.Fatal(err)
	}
	ended, running := s.running(), s.running()
	s.set(ended, "COMPLETED")
	subflow := s.made("/flow_runs/", object{"flow_id": s.flow(), "parent_task_run_id": s.task(running, "subflow")})
	s.set(subflow, "RUNNING")
	s.set(s.run(), "PENDING") // has not run
	if code := s.ask(t, "GET", "/reeve/usage", nil, &used); code != 200 {
		t.Fatal(code)
	}
	passed := time.Since(began).Seconds()
	if used.Wakes != 1 || used.Reasons["start"] != 1 || used.Awake <= 0 || used.Awake > passed {
		t.Errorf("%+v after %g s", used, passed)
	}
	if len(used.Flows) != 1 || used.Flows[0].Runs != 2 || used.Flows[0].Awake > used.Awake || used.Flows[0].Awake <= 0 {
		t.Errorf("%+v", used.Flows)
	}
	for month, want := range map[string]int{"2020-01": 200, "2999-01": 400, "January": 400} {
		if code := s.ask(t, "GET", "/reeve/usage?month="+month, nil, nil); code != want {
			t.Errorf("%s: %d, want %d", month, code, want)
		}
	}
}
