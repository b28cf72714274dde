package api

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func TestLimitsWithHoldersAndWaiters(t *testing.T) {
	s := newScene(t, object{"name": "p", "type": "process"})
	s.limit("database")
	s.limit("tag:gpu")
	s.done("PATCH", "/deployments/"+s.deployment, object{"concurrency_limit": 2})
	holder, waiter := s.running(), s.running()
	task := s.task(holder, "t")
	s.slots(object{"type": "flow_run", "id": holder}, 200, "database")
	s.slots(object{"type": "flow_run", "id": waiter}, 423, "database")
	s.slots(nil, 423, "database")
	s.slots(object{"type": "task_run", "id": task}, 200, "tag:gpu")
	type party struct {
		Name, Kind  string
		FlowRunID   string `json:"flow_run_id"`
		Slots       int
		FlowRunName string `json:"flow_run_name"`
	}
	var got struct {
		Rows []struct {
			Kind, Title, Name string
			Limit             int
			ActiveSlots       int `json:"active_slots"`
			Holders, Waiters  []party
			WaiterCount       int `json:"waiter_count"`
		}
	}
	if code := s.ask(t, "GET", "/reeve/concurrency_limits", nil, &got); code != 200 || len(got.Rows) != 3 {
		t.Fatalf("%d, %+v", code, got)
	}
	database, deployment, gpu := got.Rows[0], got.Rows[1], got.Rows[2]
	for name, pair := range map[string][2]string{
		"database":   {fmt.Sprint(database.Kind, database.Title, database.Limit, database.ActiveSlots, database.WaiterCount), "globaldatabase1 1 2"},
		"deployment": {fmt.Sprint(deployment.Kind, deployment.Title, deployment.Limit), "deploymentf/d2"},
		"tag":        {fmt.Sprint(gpu.Kind, gpu.Title, gpu.ActiveSlots, gpu.WaiterCount), "taggpu1 0"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %s, want %s", name, pair[0], pair[1])
		}
	}
	if h := database.Holders; len(h) != 1 || h[0].FlowRunID != holder || h[0].Kind != "flow_run" || h[0].Slots != 1 {
		t.Errorf("holders of database: %+v", h)
	}
	if h := gpu.Holders; len(h) != 1 || h[0].FlowRunID != holder || h[0].Name != "t" || h[0].Kind != "task_run" {
		t.Errorf("holders of gpu: %+v", h)
	}
	found := map[string]bool{}
	for _, w := range database.Waiters {
		found[w.FlowRunID] = true
	}
	if len(database.Waiters) != 2 || !found[waiter] || !found[""] {
		t.Errorf("waiters of database: %+v", database.Waiters)
	}
}

// A limit whose deployment is gone is shown by its own name.
func TestLimitThatNamesNoDeployment(t *testing.T) {
	s := newScene(t, object{"name": "p", "type": "process"})
	s.limit("deployment:none")
	s.limit("deployment:00000000-0000-4000-8000-000000000000")
	var got struct {
		Rows []struct{ Kind, Title, Name string }
	}
	s.ask(t, "GET", "/reeve/concurrency_limits", nil, &got)
	for _, row := range got.Rows {
		if row.Kind != "global" || row.Title != row.Name {
			t.Errorf("%+v", row)
		}
	}
}

// The limits of flows stand among the others, with the runs that hold their slots and
// those that could start, were there one.
func TestLimitsOfFlows(t *testing.T) {
	s := newTestServer(t, Config{})
	flows, deployments := s.limitedFlows(t, object{"name": "p", "type": "process"}, 1, 5)
	var runs [4]struct{ ID, Name string }
	for i := range runs {
		state := object{"type": "SCHEDULED"}
		if i == 3 {
			state["state_details"] = object{"scheduled_time": time.Now().Add(time.Hour).UTC().Format(time.RFC3339)}
		}
		s.ask(t, "POST", "/deployments/"+deployments[0]+"/create_flow_run", object{"state": state}, &runs[i])
	}
	s.poll(t)
	if got := s.setState(t, runs[0].ID, "PENDING"); got != "ACCEPT Pending" {
		t.Fatal(got)
	}
	type row struct {
		ID, Kind, Title  string
		Limit            int
		ActiveSlots      int `json:"active_slots"`
		WaiterCount      int `json:"waiter_count"`
		Configured       bool
		Holders, Waiters []object
	}
	var got struct{ Rows []row }
	if code := s.ask(t, "GET", "/reeve/concurrency_limits", nil, &got); code != 200 || len(got.Rows) != 2 {
		t.Fatalf("%d %+v", code, got)
	}
	full, free := got.Rows[0], got.Rows[1]
	if full.ID != flows[0] || full.Kind != "flow" || full.Title != "flow-0" || full.Limit != 1 || full.ActiveSlots != 1 || full.Configured ||
		!slices.Equal(names(full.Holders, "flow_run_id"), []string{runs[0].ID}) || full.WaiterCount != 2 ||
		!slices.Equal(names(full.Waiters, "flow_run_id"), []string{runs[1].ID, runs[2].ID}) {
		t.Errorf("the one that is full: %+v", full)
	}
	if free.ID != flows[1] || free.ActiveSlots != 0 || free.WaiterCount != 0 || free.Holders == nil || free.Waiters == nil {
		t.Errorf("the one that is free: %+v", free)
	}
}
