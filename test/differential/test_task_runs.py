"""Task runs: creation, reading, changing, deleting, history, states; and what the dashboard asks."""

from __future__ import annotations

from harness import scenario

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def flow_run(s, **more):
    flow = s.quietly.post("/flows/", json={"name": "flow"})["id"]
    return s.quietly.post("/flow_runs/", json={"flow_id": flow, "name": "run", "labels": {"l": 1}, **more})["id"]


@scenario
def task_runs_life(s):
    run = flow_run(s)
    body = {"flow_run_id": run, "task_key": "k", "dynamic_key": "0", "name": "t"}
    task = s.post("/task_runs/", json={
        **body, "cache_key": "c", "cache_expiration": "2030-01-01T00:00:00Z", "task_version": "v", "tags": ["a"], "labels": {"x": True},
        "empirical_policy": {"retries": 2, "retry_delay": [1, 2.5], "retry_jitter_factor": 0.5},
        "task_inputs": {"p": [{"input_type": "task_run", "id": UNKNOWN}, {"input_type": "parameter", "name": "n"}],
                        "q": [{"input_type": "constant", "type": "int"}, {"id": UNKNOWN}], "r": []},
    })
    again = s.post("/task_runs/", json={**body, "name": "other"})
    assert again["id"] == task["id"]
    s.get(f"/task_runs/{task['id']}")
    s.get(f"/ui/task_runs/{task['id']}")
    s.patch(f"/task_runs/{task['id']}", json={"name": "renamed"})
    s.get(f"/task_runs/{task['id']}")
    s.patch(f"/task_runs/{task['id']}", json={})
    s.patch(f"/task_runs/{task['id']}", json={"name": 1})
    s.patch(f"/task_runs/{task['id']}", json={"tags": []})
    s.get("/task_run_states/", params={"task_run_id": task["id"]})
    s.get(f"/task_run_states/{task['state_id']}")
    s.get(f"/task_run_states/{UNKNOWN}")
    s.get("/task_run_states/")
    s.get("/task_run_states/", params={"task_run_id": "nope"})
    s.delete(f"/task_runs/{task['id']}")
    s.delete(f"/task_runs/{task['id']}")
    s.get(f"/task_runs/{task['id']}")
    s.get(f"/ui/task_runs/{task['id']}")
    s.patch(f"/task_runs/{task['id']}", json={"name": "x"})
    alone = s.post("/task_runs/", json={"task_key": "k", "dynamic_key": "0", "name": "alone"})
    s.post("/task_runs/", json={"task_key": "k", "dynamic_key": "0", "name": "again"})
    s.get(f"/ui/task_runs/{alone['id']}")
    s.post("/task_runs/", json={"id": "11111111-1111-4111-8111-111111111111", "task_key": "k", "dynamic_key": "1", "name": "with-id"})


@scenario
def task_runs_bad_input(s):
    run = flow_run(s)
    base = {"flow_run_id": run, "task_key": "k", "name": "t"}
    for n, more in enumerate([
        {"task_inputs": 5}, {"task_inputs": {"x": 5}}, {"task_inputs": {"x": [5]}}, {"task_inputs": {"x": [{"input_type": "foo"}]}},
        {"task_inputs": {"x": [{"input_type": "task_run", "id": "z"}]}},
        {"empirical_policy": {"retry_delay": "x"}}, {"empirical_policy": {"retry_delay": {}}}, {"empirical_policy": {"retry_delay": [1] * 51}},
        {"empirical_policy": {"retry_delay": ["x", 1]}}, {"empirical_policy": {"retry_jitter_factor": -1}}, {"cache_key": "x" * 2001},
        {"cache_expiration": "x"}, {"dynamic_key": 5}, {"id": "x"}, {"flow_run_id": "x"}, {"flow_run_id": UNKNOWN}, {"extra": 1}, {"tags": [1]},
        {"labels": {"a": None}}, {"state": {"type": "X"}}, {"task_key": None},
        {"empirical_policy": {"retry_delay": "1"}}, {"empirical_policy": {"retry_delay": True}}, {"empirical_policy": {"retry_delay": [1.0, 2.0]}},
        {"empirical_policy": {"retry_delay": 1.5}}, {"empirical_policy": {"retry_delay": ["1", 2]}},
        {"empirical_policy": {"max_retries": 1, "retry_delay_seconds": 2}}, {"id": None}, {"cache_expiration": "2020-01-01"},
    ]):
        s.post("/task_runs/", json={**base, "dynamic_key": str(n), **more})
    s.post("/task_runs/", json={})
    s.post("/task_runs/", json=None)


@scenario
def task_runs_history(s):
    run = flow_run(s)
    for n, when in enumerate(["2026-02-01T00:00:00Z", "2026-02-01T01:30:00Z", "2026-02-01T01:59:59.998Z", "2026-02-01T02:00:00Z"]):
        s.quietly.post("/task_runs/", json={"flow_run_id": run, "task_key": "k", "dynamic_key": str(n), "state": {
            "type": "SCHEDULED", "state_details": {"scheduled_time": when}}})
    window = {"history_start": "2026-02-01T00:00:00Z", "history_end": "2026-02-01T03:00:00Z"}
    late = ["*.states.*.sum_estimated_lateness"]
    s.post("/task_runs/history", json={**window, "history_interval_seconds": 3600}, ignore=late)
    s.post("/task_runs/history", json={**window, "history_interval_seconds": 1800, "flow_runs": {"id": {"any_": [run]}}}, ignore=late)
    s.post("/task_runs/history", json={**window, "history_interval_seconds": 0})
    s.post("/task_runs/history", json={})


@scenario
def dashboard(s):
    flow = s.post("/flows/", json={"name": "flow"})["id"]
    other = s.post("/flows/", json={"name": "other"})["id"]
    run = s.post("/flow_runs/", json={"flow_id": flow, "name": "run", "state": {"type": "RUNNING"}})["id"]
    s.quietly.post("/flow_runs/", json={"flow_id": flow, "name": "soon", "state": {
        "type": "SCHEDULED", "state_details": {"scheduled_time": "2030-01-01T00:00:00Z"}}})
    s.quietly.post("/flow_runs/", json={"flow_id": flow, "name": "later", "state": {
        "type": "SCHEDULED", "state_details": {"scheduled_time": "2031-01-01T00:00:00Z"}}})
    for n, kind in enumerate(["COMPLETED", "FAILED", "CRASHED", "CANCELLED", "RUNNING", "PENDING"]):
        s.quietly.post("/task_runs/", json={"flow_run_id": run, "task_key": "k", "dynamic_key": str(n), "state": {"type": kind}})
    s.post("/ui/flows/count-deployments", json={"flow_ids": [flow, other, UNKNOWN]})
    s.post("/ui/flows/next-runs", json={"flow_ids": [flow, other, UNKNOWN]})
    for path, key in [("/ui/flows/count-deployments", "flow_ids"), ("/ui/flows/next-runs", "flow_ids"),
                      ("/ui/flow_runs/count-task-runs", "flow_run_ids")]:
        for ids in [[], None, "x", ["x"]]:
            s.post(path, json={key: ids})
        s.post(path, json={})
    s.post("/ui/flow_runs/count-task-runs", json={"flow_run_ids": [run, UNKNOWN]})
    moving = ["*.duration", "*.lateness"]
    s.post("/ui/flow_runs/history", json={}, ignore=moving)
    s.post("/ui/flow_runs/history", json={"sort": "EXPECTED_START_TIME_ASC", "limit": 2, "offset": 1}, ignore=moving)
    s.post("/ui/flow_runs/history", json={"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}, ignore=moving)
    for bad in [{"limit": 1001}, {"limit": "x"}, {"offset": -1}, {"sort": "X"}, {"flows": {"x": 1}}]:
        s.post("/ui/flow_runs/history", json=bad)
    s.post("/ui/flow_runs/history", json={"limit": 0})
    s.post("/ui/task_runs/count", json={})
    s.post("/ui/task_runs/count", json={"flow_runs": {"id": {"any_": [run]}}, "task_runs": {"state": {"type": {"any_": ["FAILED"]}}}})
    s.post("/ui/task_runs/count", json={"task_runs": {"x": 1}})
    s.post("/ui/task_runs/dashboard/counts", json={"task_runs": {"start_time": {"after_": "2026-01-01T00:00:00Z"}}})
    s.post("/ui/task_runs/dashboard/counts", json={
        "task_runs": {"start_time": {"after_": "2026-01-01T00:00:30Z", "before_": "2040-01-01T00:00:00Z"}}, "flows": {"name": {"any_": ["flow"]}}})
    s.post("/ui/task_runs/dashboard/counts", json={"task_runs": {"start_time": {"after_": "2040-01-01T00:00:00Z"}}})
    s.post("/ui/task_runs/dashboard/counts", json={"task_runs": {}})
    s.post("/ui/task_runs/dashboard/counts", json={"task_runs": {"start_time": {"before_": "2040-01-01T00:00:00Z"}}})
    s.post("/ui/task_runs/dashboard/counts", json={})


@scenario(changed=True)
def dashboard_asks_of_too_many(s):
    for path, key in [("/ui/flows/count-deployments", "flow_ids"), ("/ui/flows/next-runs", "flow_ids"),
                      ("/ui/flow_runs/count-task-runs", "flow_run_ids")]:
        s.post(path, json={key: [UNKNOWN] * 200})
        s.post(path, json={key: [UNKNOWN] * 201}, was=True)
        s.post(path, json={key: ["x"] * 201}, was=True)
