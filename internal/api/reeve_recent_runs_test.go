package api

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reevehq/reeve/internal/prefect"
)

func TestRecentRunsAreMeasured(t *testing.T) {
	run := func(state prefect.StateType, seconds int) recentRun {
		return recentRun{StateType: &state, Seconds: prefect.Seconds(time.Duration(seconds) * time.Second)}
	}
	seconds := func(s *prefect.Seconds) int {
		if s == nil {
			return -1
		}
		return int(time.Duration(*s).Seconds())
	}
	var hundred []recentRun
	for i := range 150 {
		hundred = append(hundred, run(prefect.Completed, 100-i%100))
	}
	for _, c := range []struct {
		name                         string
		runs                         []recentRun
		drawn, measured, median, p95 int
		success                      float64 // -1 for none
	}{
		{"no run", nil, 0, 0, -1, -1, -1},
		{"one that has not ended", []recentRun{run(prefect.Running, 9), {}}, 2, 2, -1, -1, -1},
		{"only bad ones", []recentRun{run(prefect.Failed, 3), run(prefect.Crashed, 1)}, 2, 2, -1, -1, 0},
		{"what was cancelled does not count", []recentRun{run(prefect.Completed, 3), run(prefect.Cancelled, 90)}, 2, 2, 3, 3, 1},
		{"good and bad", []recentRun{run(prefect.Completed, 5), run(prefect.Failed, 60), run(prefect.Completed, 1), run(prefect.Completed, 3)}, 4, 4, 3, 5, .75},
		{"more than are measured", hundred, recentDrawn, recentMeasured, 50, 95, 1},
	} {
		got := newRecent(c.runs)
		success := -1.0
		if got.Success != nil {
			success = *got.Success
		}
		if got.Runs == nil || len(got.Runs) != c.drawn || got.Measured != c.measured || seconds(got.Median) != c.median || seconds(got.P95) != c.p95 || success != c.success {
			t.Errorf("%s: %d drawn, %d measured, median %d, p95 %d, success %g; want %+v", c.name, len(got.Runs), got.Measured, seconds(got.Median), seconds(got.P95), success, c)
		}
	}
}

type recentAnswer struct {
	Runs     []object
	Measured int
	Success  *float64
}

func TestRowsOfFlowsAndDeployments(t *testing.T) {
	s := newScene(t, object{"name": "p", "type": "process"})
	in := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(time.RFC3339) }
	good, bad := s.run(), s.run()
	s.force(good, object{"type": "RUNNING"})
	s.force(good, object{"type": "COMPLETED"})
	s.force(bad, object{"type": "FAILED"})
	next := s.made("/deployments/"+s.deployment+"/create_flow_run", object{"state": object{"type": "SCHEDULED", "state_details": object{"scheduled_time": in(time.Hour)}}})
	alone := s.made("/flow_runs/", object{"flow_id": s.flow(), "name": "alone", "state": object{"type": "RUNNING"}})
	late := s.run()
	s.force(late, object{"type": "SCHEDULED", "name": "Late", "state_details": object{"scheduled_time": in(-time.Hour)}})
	s.made("/flows/", object{"name": "never-ran"})
	s.made("/deployments/", object{"name": "other", "flow_id": s.flow(), "paused": true, "tags": []string{"x"},
		"schedules": []object{{"schedule": object{"cron": "0 3 * * *"}, "active": false}}})

	var flows struct {
		Count int
		Rows  []struct {
			Name        string
			Deployments int
			Next        *struct{ ID string }
			Recent      recentAnswer
		}
	}
	if code := s.ask(t, "POST", "/reeve/flows/rows", object{}, &flows); code != 200 || flows.Count != 2 || len(flows.Rows) != 2 {
		t.Fatalf("flows: %d, %+v", code, flows)
	}
	f, never := flows.Rows[0], flows.Rows[1]
	if f.Name != "f" || f.Deployments != 2 || f.Next == nil || f.Next.ID != next || f.Recent.Measured != 4 || f.Recent.Success == nil || *f.Recent.Success != .5 {
		t.Errorf("f: %+v", f)
	}
	if got := names(f.Recent.Runs, "id"); !slices.Equal(got, sorted(good, bad, alone, late)) {
		t.Errorf("f has the runs %v, want those that have begun", got)
	}
	if never.Name != "never-ran" || never.Next != nil || never.Recent.Runs == nil || len(never.Recent.Runs) != 0 || never.Recent.Success != nil {
		t.Errorf("never-ran: %+v", never)
	}
	s.ask(t, "POST", "/reeve/flows/rows", object{"flows": object{"name": object{"like_": "never"}}}, &flows)
	if flows.Count != 1 || len(flows.Rows) != 1 {
		t.Errorf("flows like never: %+v", flows)
	}

	var found struct {
		Count int
		Rows  []struct {
			Name         string
			FlowName     string `json:"flow_name"`
			WorkPoolName string `json:"work_pool_name"`
			Paused       bool
			Tags         []string
			Schedules    []object
			Recent       recentAnswer
		}
	}
	if code := s.ask(t, "POST", "/reeve/deployments/rows", object{}, &found); code != 200 || found.Count != 2 || len(found.Rows) != 2 {
		t.Fatalf("deployments: %d, %+v", code, found)
	}
	d, other := found.Rows[0], found.Rows[1]
	if d.Name != "d" || d.FlowName != "f" || d.WorkPoolName != "p" || d.Paused || d.Schedules == nil || d.Recent.Measured != 3 {
		t.Errorf("d: %+v", d)
	}
	if other.Name != "other" || !other.Paused || len(other.Schedules) != 1 || other.Schedules[0]["active"] != false || other.Recent.Measured != 0 {
		t.Errorf("other: %+v", other)
	}
	s.ask(t, "POST", "/reeve/deployments/rows", object{"deployments": object{"paused": object{"eq_": true}, "tags": object{"all_": []string{"x"}}}}, &found)
	if found.Count != 1 || found.Rows[0].Name != "other" {
		t.Errorf("paused ones with a tag: %+v", found)
	}
	for _, path := range []string{"/reeve/flows/rows", "/reeve/deployments/rows"} {
		if code := s.ask(t, "POST", path, object{"limit": 201}, nil); code != 422 {
			t.Errorf("POST %s with too large a limit: %d", path, code)
		}
	}
}

func sorted(ids ...string) []string {
	slices.Sort(ids)
	return ids
}

func TestPagesOfAFlowAndADeployment(t *testing.T) {
	s := newScene(t, object{"name": "p", "type": "process"})
	run := s.run()
	s.force(run, object{"type": "FAILED"})
	other := s.made("/deployments/", object{"name": "other", "flow_id": s.flow()})
	s.made("/deployments/"+other+"/create_flow_run", object{})
	s.done("PUT", "/reeve/flows/"+s.flow()+"/limit", object{"max_concurrent": 3})
	s.ask(t, "POST", "/deployments/"+s.deployment+"/schedules", []object{{"schedule": object{"interval": 3600}, "active": false}}, nil)

	type runs struct {
		Rows   []object
		Recent recentAnswer
	}
	var flow struct {
		Flow  object
		Limit struct {
			MaxConcurrent *int `json:"max_concurrent"`
		}
		Runs        runs
		Deployments []object
	}
	s.ask(t, "GET", "/reeve/flows/"+s.flow()+"/overview", nil, &flow)
	if flow.Flow["name"] != "f" || flow.Limit.MaxConcurrent == nil || len(flow.Runs.Rows) != 2 || flow.Runs.Recent.Measured != 2 ||
		!slices.Equal(names(flow.Deployments, "name"), []string{"d", "other"}) {
		t.Errorf("flow: %+v", flow)
	}
	var page struct {
		Deployment object
		FlowName   string `json:"flow_name"`
		Times      []struct{ Times []string }
		Runs       runs
	}
	s.ask(t, "GET", "/reeve/deployments/"+s.deployment+"/overview", nil, &page)
	if page.Deployment["id"] != s.deployment || page.FlowName != "f" || !slices.Equal(names(page.Runs.Rows, "id"), []string{run}) {
		t.Errorf("deployment: %+v", page)
	}
	if len(page.Times) != 1 || len(page.Times[0].Times) != nextShown {
		t.Errorf("the times of a paused schedule: %+v", page.Times)
	}
	for _, path := range []string{"/reeve/flows/" + run + "/overview", "/reeve/deployments/" + run + "/overview"} {
		if code := s.ask(t, "GET", path, nil, nil); code != 404 {
			t.Errorf("GET %s: %d", path, code)
		}
	}
}

func TestSchedulesArePreviewed(t *testing.T) {
	s := newTestServer(t, Config{})
	for _, c := range []struct {
		schedule object
		times    int
		problem  string // part of it
	}{
		{object{"cron": "30 2 * * *", "timezone": "Europe/Berlin"}, nextShown, ""},
		{object{"interval": 90}, nextShown, ""},
		{object{"rrule": "FREQ=WEEKLY;BYDAY=MO"}, nextShown, ""},
		{object{"rrule": "FREQ=DAILY;COUNT=2"}, 0, ""}, // both of them in 2020
		{object{"cron": "0 0 31 2 *"}, 0, "The schedule names no time"},
		{object{"cron": "every day"}, 0, "cron"},
		{object{"cron": "0 0 * * *", "timezone": "Mars/Olympus"}, 0, "Mars/Olympus"},
		{object{"interval": 0}, 0, "must be positive"},
		{object{"rrule": "FREQ=SOMETIMES"}, 0, "Invalid RRule"},
		{object{}, 0, "Field required"},
	} {
		var got struct {
			Times   []string
			Problem *string
		}
		code := s.ask(t, "POST", "/reeve/schedules/preview", object{"schedule": c.schedule}, &got)
		problem := ""
		if got.Problem != nil {
			problem = *got.Problem
		}
		if code != 200 || len(got.Times) != c.times || !slices.IsSorted(got.Times) || (c.problem == "") != (problem == "") || strings.HasPrefix(problem, "Value error") || !strings.Contains(problem, c.problem) {
			t.Errorf("%v: %d %v %q, want %d times and %q", c.schedule, code, got.Times, problem, c.times, c.problem)
		}
	}
	if code := s.ask(t, "POST", "/reeve/schedules/preview", object{}, nil); code != 422 {
		t.Errorf("no schedule at all: %d", code)
	}
}
