package api

import (
	"fmt"
	"strings"
	"testing"
)

func TestPoolRows(t *testing.T) {
	s := newScene(t, object{"name": "p", "type": "process", "concurrency_limit": 3})
	s.made("/work_pools/", object{"name": "empty", "type": "docker", "is_paused": true})
	s.done("POST", "/work_pools/p/workers/heartbeat", object{"name": "w", "heartbeat_interval_seconds": 30})
	s.running()
	s.run()
	s.run()
	var got struct {
		Rows []struct {
			Name, Type, Status           string
			Queues, Active, Due, Workers int
			WorkersOnline                int  `json:"workers_online"`
			ConcurrencyLimit             *int `json:"concurrency_limit"`
			IsPaused                     bool `json:"is_paused"`
		}
		Count int
	}
	if code := s.ask(t, "GET", "/reeve/work_pools", nil, &got); code != 200 || got.Count != 2 || len(got.Rows) != 2 {
		t.Fatalf("%d, %+v", code, got)
	}
	empty, p := got.Rows[0], got.Rows[1]
	if text := fmt.Sprint(p.Name, p.Type, p.Status, p.Queues, p.Active, p.Due, p.Workers, p.WorkersOnline, *p.ConcurrencyLimit); text != "pprocessREADY1 1 2 1 1 3" {
		t.Error(text)
	}
	if text := fmt.Sprint(empty.Name, empty.Status, empty.Queues, empty.Active, empty.Due, empty.Workers, empty.ConcurrencyLimit, empty.IsPaused); text != "emptyPAUSED1 0 0 0 <nil> true" {
		t.Error(text)
	}
}

func TestPoolOverviewSaysWhoHoldsAndWhoWaits(t *testing.T) {
	s := newScene(t, object{"name": "p", "type": "process", "concurrency_limit": 1})
	s.done("POST", "/work_pools/p/workers/heartbeat", object{"name": "w"})
	s.made("/work_pools/p/queues", object{"name": "slow", "priority": 2, "concurrency_limit": 5})
	held := s.running()
	s.done("PATCH", "/flow_runs/"+held+"/labels", object{"prefect.worker.name": "w"})
	waits := s.run()
	later := s.made("/deployments/"+s.deployment+"/create_flow_run", object{"state": object{"type": "SCHEDULED",
		"state_details": object{"scheduled_time": "2999-01-01T00:00:00Z"}}})
	var got struct {
		Pool   struct{ Name string }
		Queues []struct {
			Name                  string
			Active, Due, Priority int
			IsDefault             bool `json:"is_default"`
			ActiveSlots           *int `json:"active_slots"`
		}
		Workers []struct{ Name, Status string }
		Active  []struct {
			ID, Worker string
			FlowName   string `json:"flow_name"`
		}
		ActiveCount int `json:"active_count"`
		Waiting     []struct {
			ID      string
			Reasons []struct{ Code, Sentence string }
		}
	}
	if code := s.ask(t, "GET", "/reeve/work_pools/p/overview", nil, &got); code != 200 || got.Pool.Name != "p" {
		t.Fatalf("%d, %+v", code, got)
	}
	if text := fmt.Sprint(got.Queues[0].Name, got.Queues[0].Active, got.Queues[0].Due, got.Queues[0].IsDefault, got.Queues[1].Name, *got.Queues[1].ActiveSlots, got.Queues[1].IsDefault); len(got.Queues) != 2 || text != "default1 1 trueslow0 false" {
		t.Error(text)
	}
	if len(got.Workers) != 1 || got.Workers[0].Status != "ONLINE" {
		t.Errorf("workers: %+v", got.Workers)
	}
	if len(got.Active) != 1 || got.ActiveCount != 1 || got.Active[0].ID != held || got.Active[0].Worker != "w" || got.Active[0].FlowName != "f" {
		t.Errorf("active: %+v", got.Active)
	}
	if len(got.Waiting) != 1 || got.Waiting[0].ID != waits || waits == later {
		t.Fatalf("waiting: %+v", got.Waiting)
	}
	if why := got.Waiting[0].Reasons[0]; why.Code != "pool_limit" || !strings.HasPrefix(why.Sentence, "The limit of work pool p is full") {
		t.Errorf("reason: %+v", why)
	}
	if code := s.ask(t, "GET", "/reeve/work_pools/none/overview", nil, nil); code != 404 {
		t.Errorf("a pool that is not there: %d", code)
	}
}

// A pool with far more due runs than a page has room for.
func TestPoolOverviewIsBounded(t *testing.T) {
	s := newScene(t, object{"name": "p", "type": "process"})
	for range poolWaiting + 3 {
		s.run()
	}
	var got struct {
		Queues  []struct{ Due int }
		Waiting []object
	}
	s.ask(t, "GET", "/reeve/work_pools/p/overview", nil, &got)
	if len(got.Waiting) != poolWaiting || got.Queues[0].Due != poolWaiting+3 {
		t.Errorf("%d of %d are named", len(got.Waiting), got.Queues[0].Due)
	}
}
