package main

import (
	"encoding/json"
	"fmt"
	"time"
)

// body is a JSON object.
type body = map[string]any

// question is something that is asked of the server.
type question struct {
	who  string // ui, reference (its interface), cli or worker
	name string
	path string // with POST; with GET when there is no body
	body body
}

// things are what the database has that questions name.
type things struct {
	flow, flowName, deployment, deploymentName, pool, run, runName, idleFlow, idlePool string
	now                                                                                time.Time
}

func ids(id string) body  { return body{"id": body{"any_": []string{id}}} }
func named(n string) body { return body{"name": body{"any_": []string{n}}} }

// window is the last so many hours.
func (t *things) window(hours float64) body {
	return body{"after_": t.at(-hours), "before_": t.at(0)}
}

func (t *things) at(hours float64) string {
	return t.now.Add(time.Duration(hours * float64(time.Hour))).UTC().Format(time.RFC3339Nano)
}

func types(all ...string) body { return body{"type": body{"any_": all}} }

// questions are those of the pages, commands and loops that grow with history.
func (t *things) questions() []question {
	day, month := t.window(24), t.window(30*24)
	failed := types("FAILED", "CRASHED")
	bad := body{"operator": "or_", "type": body{"any_": []string{"FAILED"}}, "name": body{"any_": []string{"Late"}}}
	year := body{"history_start": t.at(-365 * 24), "history_end": t.at(0), "history_interval_seconds": 7 * 86400}
	var all []question
	add := func(who, name, path string, b body) { all = append(all, question{who, name, path, b}) }

	for _, sort := range []string{"START_TIME_DESC", "START_TIME_ASC", "NAME_ASC", "END_TIME_DESC", "EXPECTED_START_TIME_DESC"} {
		add("ui", "runs, any time, "+sort, "/reeve/flow_runs/rows", body{"sort": sort, "limit": 100})
		add("ui", "runs of a week, "+sort, "/reeve/flow_runs/rows", body{"sort": sort, "limit": 100, "flow_runs": body{"start_time": t.window(168)}})
		add("ui", "runs of a flow, "+sort, "/reeve/flow_runs/rows", body{"sort": sort, "limit": 100, "flows": named(t.flowName)})
		add("ui", "runs of an idle flow, "+sort, "/reeve/flow_runs/rows", body{"sort": sort, "limit": 100, "flows": named(t.idleFlow)})
		add("ui", "runs that failed, "+sort, "/reeve/flow_runs/rows", body{"sort": sort, "limit": 100, "flow_runs": body{"state": failed}})
	}
	rows := func(name string, b body) {
		b["sort"], b["limit"] = "START_TIME_DESC", 100
		add("ui", name, "/reeve/flow_runs/rows", b)
	}
	rows("runs, page 1,000 of 100", body{"offset": 99_900})
	rows("runs of a deployment", body{"deployments": named(t.deploymentName)})
	rows("runs of a pool", body{"work_pools": named(t.pool)})
	rows("runs of an idle pool", body{"work_pools": named(t.idlePool)})
	rows("runs of a flow that failed", body{"flows": named(t.flowName), "flow_runs": body{"state": failed}})
	rows("runs that failed or are late", body{"flow_runs": body{"state": bad}})
	rows("runs with a tag", body{"flow_runs": body{"tags": body{"all_": []string{"reports"}}}})
	rows("runs with a tag that none has", body{"flow_runs": body{"tags": body{"all_": []string{"none"}}}})
	rows("runs by part of a name", body{"flow_runs": body{"name": body{"like_": "badger-1"}}})
	rows("runs by part of a name that none has", body{"flow_runs": body{"name": body{"like_": "nobody"}}})
	rows("runs by schedule", body{"flow_runs": body{"created_by": body{"type_": []string{"SCHEDULE"}}}})
	rows("subflows", body{"flow_runs": body{"parent_task_run_id": body{"operator": "and_", "is_null_": false}}})
	add("ui", "home", "/reeve/home", nil)
	add("ui", "flows", "/reeve/flows/rows", body{"sort": "NAME_ASC", "limit": 100})
	add("ui", "a flow", "/reeve/flows/"+t.flow+"/overview", nil)
	add("ui", "deployments", "/reeve/deployments/rows", body{"sort": "NAME_ASC", "limit": 100})
	add("ui", "a deployment", "/reeve/deployments/"+t.deployment+"/overview", nil)
	add("ui", "a run", "/reeve/flow_runs/"+t.run+"/overview", nil)
	add("ui", "logs of a run", "/reeve/flow_runs/"+t.run+"/logs", body{"logs": body{}, "limit": 500})
	add("ui", "search by a beginning", "/reeve/search?q=amber-b", nil)
	for _, sort := range []string{"EXPECTED_START_TIME_DESC", "NAME_ASC", "END_TIME_DESC"} {
		add("ui", "task runs, "+sort, "/reeve/task_runs/rows", body{"sort": sort, "limit": 100})
		add("ui", "task runs of a flow, "+sort, "/reeve/task_runs/rows", body{"sort": sort, "limit": 100, "flows": named(t.flowName)})
		add("ui", "task runs of an idle flow, "+sort, "/reeve/task_runs/rows", body{"sort": sort, "limit": 100, "flows": named(t.idleFlow)})
		add("ui", "task runs that failed, "+sort, "/reeve/task_runs/rows", body{"sort": sort, "limit": 100, "task_runs": body{"state": failed}})
	}
	feed := func(name string, filter body) {
		filter["occurred"] = body{"since": t.at(-24), "until": t.at(0)}
		add("ui", name, "/reeve/events/feed", body{"filter": filter, "limit": 100})
	}
	feed("events of a day", body{})
	feed("events of a name", body{"event": body{"name": []string{"prefect.flow-run.Failed"}}})
	feed("events of a resource", body{"any_resource": body{"id": []string{"prefect.flow." + t.flow}}})
	feed("events by a text", body{"text": body{"query": "nobody"}})

	page := func(who, name string, n int, b body) {
		b["page"], b["limit"] = n, 25
		if b["sort"] == nil {
			b["sort"] = "START_TIME_DESC"
		}
		add(who, name, "/flow_runs/paginate", b)
	}
	page("reference", "paginate, any time", 1, body{})
	page("reference", "paginate, page 5,000", 5000, body{})
	page("reference", "paginate, the last day", 1, body{"flow_runs": body{"expected_start_time": day}})
	page("reference", "paginate, the last day by start", 1, body{"flow_runs": body{"start_time": day}})
	page("reference", "paginate, a flow", 1, body{"flows": ids(t.flow)})
	page("reference", "paginate, a flow, page 2,000", 2000, body{"flows": ids(t.flow)})
	page("reference", "paginate, failed", 1, body{"flow_runs": body{"state": failed}})
	page("reference", "paginate, a pool", 1, body{"work_pools": named(t.pool)})
	page("reference", "paginate, an idle pool", 1, body{"work_pools": named(t.idlePool)})
	page("reference", "paginate, by part of a name", 1, body{"flow_runs": body{"name": body{"like_": "badger-1"}}})
	page("reference", "paginate, a tag", 1, body{"flow_runs": body{"tags": body{"all_": []string{"reports"}}}})
	page("reference", "paginate, no parent", 1, body{"flow_runs": body{"parent_task_run_id": body{"operator": "and_", "is_null_": true}}})
	for _, count := range []struct {
		name   string
		filter body
	}{
		{"all", body{}},
		{"the last day", body{"flow_runs": body{"start_time": day}}},
		{"the last month", body{"flow_runs": body{"start_time": month}}},
		{"the last month, expected", body{"flow_runs": body{"expected_start_time": month}}},
		{"completed", body{"flow_runs": body{"state": types("COMPLETED")}}},
		{"failed", body{"flow_runs": body{"state": failed}}},
		{"late", body{"flow_runs": body{"state": body{"name": body{"any_": []string{"Late"}}}}}},
		{"a flow", body{"flows": ids(t.flow)}},
		{"a deployment", body{"deployments": ids(t.deployment)}},
		{"a pool", body{"work_pools": named(t.pool)}},
		{"a flow that failed", body{"flows": ids(t.flow), "flow_runs": body{"state": failed}}},
		{"a flow, the last month", body{"flows": ids(t.flow), "flow_runs": body{"start_time": month}}},
		{"a tag", body{"flow_runs": body{"tags": body{"all_": []string{"reports"}}}}},
	} {
		add("reference", "count, "+count.name, "/flow_runs/count", count.filter)
	}
	history := func(name string, hours, step float64, filter body) {
		filter["history_start"], filter["history_end"], filter["history_interval_seconds"] = t.at(-hours), t.at(0), step
		add("reference", name, "/flow_runs/history", filter)
	}
	history("history, a day by 15 min", 24, 900, body{})
	history("history, a month by day", 30*24, 86400, body{})
	history("history, a month of a flow", 30*24, 86400, body{"flows": ids(t.flow)})
	add("reference", "history, a year by week", "/flow_runs/history", year)
	add("reference", "lateness", "/flow_runs/lateness", body{})
	add("reference", "lateness of a day", "/flow_runs/lateness", body{"flow_runs": body{"expected_start_time": day}})
	add("reference", "task runs, count of a day", "/ui/task_runs/count", body{"task_runs": body{"start_time": day}})
	add("reference", "task runs, count", "/task_runs/count", body{})
	add("reference", "task runs, dashboard", "/ui/task_runs/dashboard/counts", body{"task_runs": body{"start_time": day}})
	add("reference", "flows, paginate", "/flows/paginate", body{"sort": "NAME_ASC", "limit": 25})
	add("reference", "scatter of 1,000", "/ui/flow_runs/history", body{"sort": "START_TIME_DESC", "limit": 200, "flow_runs": body{"start_time": month}})
	add("reference", "next runs of flows", "/ui/flows/next-runs", body{"flow_ids": []string{t.flow}})
	add("reference", "task runs of runs", "/ui/flow_runs/count-task-runs", body{"flow_run_ids": []string{t.run}})
	add("reference", "events by time", "/events/count-by/time", body{"filter": body{"occurred": body{"since": t.at(-24), "until": t.at(0)}}, "time_unit": "hour", "time_interval": 1})
	add("reference", "events, newest", "/events/filter", body{"filter": body{"occurred": body{"since": t.at(-24), "until": t.at(0)}}, "limit": 50})

	list := func(name string, b body) {
		b["sort"] = "EXPECTED_START_TIME_DESC"
		add("cli", name, "/flow_runs/filter", b)
	}
	list("flow-run ls", body{"limit": 15})
	list("flow-run ls --flow-name", body{"limit": 15, "flows": named(t.flowName)})
	list("flow-run ls --flow-name of an idle one", body{"limit": 15, "flows": named(t.idleFlow)})
	list("flow-run ls --state Failed", body{"limit": 15, "flow_runs": body{"state": body{"name": body{"any_": []string{"Failed"}}}}})
	list("flow-run ls --state Paused", body{"limit": 15, "flow_runs": body{"state": body{"name": body{"any_": []string{"Paused"}}}}})
	list("flow-run ls --state-type CANCELLED", body{"limit": 15, "flow_runs": body{"state": types("CANCELLED")}})
	add("cli", "read_flow_runs, a pool", "/flow_runs/filter", body{"limit": 25, "work_pools": named(t.pool)})
	add("cli", "read_flow_runs, a tag that none has", "/flow_runs/filter", body{"limit": 25, "flow_runs": body{"tags": body{"all_": []string{"none"}}}})
	add("cli", "read_flow_runs, a name", "/flow_runs/filter", body{"limit": 25, "flow_runs": body{"name": body{"any_": []string{t.runName}}}})
	add("cli", "task-run ls", "/task_runs/filter", body{"limit": 15, "sort": "EXPECTED_START_TIME_DESC"})
	add("cli", "task-run ls --state Failed", "/task_runs/filter", body{"limit": 15, "sort": "EXPECTED_START_TIME_DESC", "task_runs": body{"state": body{"name": body{"any_": []string{"Failed"}}}}})
	add("cli", "flow-run logs", "/logs/filter", body{"limit": 200, "sort": "TIMESTAMP_ASC", "logs": body{"flow_run_id": body{"any_": []string{t.run}}}})
	add("cli", "logs, newest", "/logs/filter", body{"limit": 200, "sort": "TIMESTAMP_DESC"})
	add("cli", "logs of level ERROR, newest", "/logs/filter", body{"limit": 200, "sort": "TIMESTAMP_DESC", "logs": body{"level": body{"ge_": 40}}})
	add("cli", "work-pool preview", "/work_pools/"+t.pool+"/get_scheduled_flow_runs", body{"scheduled_before": t.at(1)})

	add("worker", "poll of a pool", "/work_pools/"+t.pool+"/get_scheduled_flow_runs", body{"scheduled_before": t.at(0)})
	add("worker", "poll of deployments", "/deployments/get_scheduled_flow_runs", body{"deployment_ids": []string{t.deployment}, "scheduled_before": t.at(0), "limit": 10})
	add("worker", "what is cancelling", "/flow_runs/filter", body{"limit": 200, "work_pools": named(t.pool), "flow_runs": body{"state": types("CANCELLING")}})
	add("worker", "a run", "/flow_runs/"+t.run, nil)
	add("worker", "states of a run", "/flow_run_states/?flow_run_id="+t.run, nil)
	add("worker", "task runs of a run", "/task_runs/filter", body{"limit": 200, "flow_runs": ids(t.run)})
	return all
}

// find reads what there is to ask for, and makes a flow and a pool without any runs.
func find(a *api) (*things, error) {
	t := &things{now: time.Now()}
	var flows, deployments, pools, runs []struct{ ID, Name string }
	for _, part := range []struct {
		path string
		body body
		into any
	}{
		{"/flows/filter", body{"sort": "NAME_ASC", "limit": 1, "flows": body{"deployment": body{"is_null_": false}}}, &flows},
		{"/deployments/filter", body{"sort": "NAME_ASC", "limit": 1}, &deployments},
		{"/work_pools/filter", body{"limit": 200}, &pools},
		{"/flow_runs/filter", body{"sort": "END_TIME_DESC", "limit": 1}, &runs},
	} {
		text, err := a.ask(part.path, part.body)
		if err == nil {
			err = json.Unmarshal(text, part.into)
		}
		if err != nil {
			return nil, err
		}
	}
	if len(flows)*len(deployments)*len(runs)*len(pools) == 0 {
		return nil, fmt.Errorf("the database has no flows, deployments, pools or runs")
	}
	t.flow, t.flowName, t.deployment, t.deploymentName = flows[0].ID, flows[0].Name, deployments[0].ID, deployments[0].Name
	t.run, t.runName, t.idleFlow, t.idlePool = runs[0].ID, runs[0].Name, "idle-of-the-bench", "idle-of-the-bench"
	for _, pool := range pools {
		if pool.Name != t.idlePool {
			t.pool = pool.Name
		}
	}
	if _, err := a.ask("/flows/", body{"name": t.idleFlow}); err != nil {
		return nil, err
	}
	if len(pools) == 1 {
		if _, err := a.ask("/work_pools/", body{"name": t.idlePool, "type": "process"}); err != nil {
			return nil, err
		}
	}
	return t, nil
}
