"""Flow runs: creation, reading, changing, deleting, counting, history, graph and logs."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from harness import scenario

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def at(**shift: float) -> str:
    return (datetime.now(timezone.utc) + timedelta(**shift)).isoformat().replace("+00:00", "Z")


def make(s, **run):
    flow = s.quietly.post("/flows/", json={"name": "flow"})
    return s.post("/flow_runs/", json={"flow_id": flow["id"], **run})


@scenario
def flow_runs_life(s):
    flow = s.post("/flows/", json={"name": "life", "labels": {"of": "flow", "n": 1}})
    run = s.post(
        "/flow_runs/",
        json={
            "flow_id": flow["id"],
            "name": "a-run",
            "flow_version": "1.2",
            "parameters": {"z": 1, "a": [1, 2.5, None, {"b": "ä"}]},
            "context": {"c": 1},
            "tags": ["x", "y"],
            "labels": {"of": "run", "own": True},
            "empirical_policy": {"retries": 2, "retry_delay": 3},
            "job_variables": {"image": "i"},
            "idempotency_key": "once",
        },
    )
    again = s.post("/flow_runs/", json={"flow_id": flow["id"], "name": "other", "idempotency_key": "once"})
    assert again["id"] == run["id"]
    s.post("/flow_runs/", json={"flow_id": flow["id"], "idempotency_key": ""}, ignore=["name"])
    s.get(f"/flow_runs/{run['id']}")
    s.get(f"/flow_runs/{run['id'].upper()}")
    s.patch(f"/flow_runs/{run['id']}", json={"name": "renamed", "tags": ["z"], "parameters": {"p": 1}})
    s.get(f"/flow_runs/{run['id']}")
    s.patch(f"/flow_runs/{run['id']}", json={})
    s.patch(f"/flow_runs/{run['id']}", json={"flow_version": None, "infrastructure_pid": "host:1"})
    s.get(f"/flow_runs/{run['id']}")
    s.patch(f"/flow_runs/{run['id']}", json={"empirical_policy": {"retries": 5}})
    s.patch(f"/flow_runs/{run['id']}", json={"name": ""})
    s.get(f"/flow_runs/{run['id']}", ignore=["name"])
    s.patch(f"/flow_runs/{run['id']}", json={"job_variables": {"a": 1}})
    s.patch(f"/flow_runs/{run['id']}/labels", json={"of": "patch", "more": 2})
    s.get(f"/flow_runs/{run['id']}", ignore=["name"])
    s.patch(f"/flow_runs/{run['id']}/labels", json={})
    s.patch(f"/flow_runs/{UNKNOWN}/labels", json={"a": 1})
    s.patch(f"/flow_runs/{run['id']}/labels", json=[1])
    s.delete(f"/flow_runs/{run['id']}")
    s.get(f"/flow_runs/{run['id']}")
    s.delete(f"/flow_runs/{run['id']}")
    s.patch(f"/flow_runs/{run['id']}", json={"name": "x"})
    s.patch(f"/flow_runs/{run['id']}", json={"job_variables": {}})


@scenario
def flow_runs_states_at_creation(s):
    for state in [
        None,
        {"type": "PENDING"},
        {"type": "SCHEDULED", "state_details": {"scheduled_time": at(hours=1)}},
        {"type": "SCHEDULED", "name": "Late", "message": "m"},
        {"type": "RUNNING"},
        {"type": "COMPLETED", "data": {"type": "unpersisted"}},
        {"type": "FAILED", "message": "no"},
        {"type": "PAUSED", "state_details": {"pause_timeout": at(hours=1), "pause_key": "k"}},
        {"type": "CANCELLING"},
        {"type": "CRASHED"},
    ]:
        run = make(s, name="r", state=state)
        s.get(f"/flow_runs/{run['id']}")
        s.get("/flow_run_states/", params={"flow_run_id": run["id"]})
        s.get(f"/flow_run_states/{run['state_id']}")
    s.get("/flow_run_states/", params={"flow_run_id": UNKNOWN})
    s.get("/flow_run_states/", params={"flow_run_id": "x"})
    s.get("/flow_run_states/")
    s.get(f"/flow_run_states/{UNKNOWN}")


@scenario
def flow_runs_bad_input(s):
    flow = s.post("/flows/", json={"name": "bad"})["id"]
    for body in [
        {},
        {"flow_id": "x"},
        {"flow_id": None},
        {"flow_id": flow, "bogus": 1},
        {"flow_id": flow, "name": 5},
        {"flow_id": flow, "tags": None},
        {"flow_id": flow, "tags": [1]},
        {"flow_id": flow, "labels": 5},
        {"flow_id": flow, "labels": {"a": [1]}},
        {"flow_id": flow, "parameters": None},
        {"flow_id": flow, "parameters": []},
        {"flow_id": flow, "context": None},
        {"flow_id": flow, "state": {}},
        {"flow_id": flow, "state": {"type": "NOPE"}},
        {"flow_id": flow, "state": {"type": "RUNNING", "id": UNKNOWN}},
        {"flow_id": flow, "empirical_policy": {"retry_type": "x", "pause_keys": "abc"}},
        {"flow_id": flow, "job_variables": 5},
        {"flow_id": flow, "deployment_id": "x"},
        {"flow_id": flow, "work_pool_name": "no-pool"},
        {"flow_id": flow, "work_pool_name": "no-pool", "work_queue_name": "q"},
        {"flow_id": UNKNOWN},
        {"flow_id": flow, "parent_task_run_id": UNKNOWN},
    ]:
        s.post("/flow_runs/", json=body)
    for policy in [{"max_retries": 2, "retry_delay_seconds": 1.5}, {"max_retries": "x"}]:
        # The real server shows the body with what its own validators wrote into it.
        s.post("/flow_runs/", json={"flow_id": flow, "empirical_policy": policy}, ignore=["request_body"])
    s.post("/flow_runs/", json={"flow_id": flow, "parameters": {"a": "x" * 600_000}}, ignore=["request_body", "exception_detail.*.input"])
    s.post("/flow_runs/", json=[])
    s.post("/flow_runs/", content=b"{")
    s.post("/flow_runs/")
    run = s.post("/flow_runs/", json={"flow_id": flow, "name": "r"})["id"]
    for body in [{"tags": None}, {"name": 3}, {"state": {"type": "RUNNING"}}, {"parameters": None}, {"flow_id": flow}]:
        s.patch(f"/flow_runs/{run}", json=body)
    for body in [
        {"flow_id": flow, "name": "r", "empirical_policy": {"max_retries": 2, "retry_delay_seconds": 3.0}},
        {"flow_id": flow, "name": "r", "empirical_policy": {"retries": 0, "max_retries": 3}},
        {"flow_id": flow, "name": "r", "empirical_policy": {"pause_keys": ["b", "a", "b"], "resuming": None, "foo": 1}},
        {"flow_id": flow, "name": "r", "labels": None},
        {"flow_id": flow, "name": "r", "deployment_id": UNKNOWN},
        {"flow_id": flow, "name": "r", "work_queue_name": "loose"},
    ]:
        s.post("/flow_runs/", json=body, ignore=["empirical_policy.pause_keys"])


@scenario
def flow_runs_in_a_pool(s):
    flow = s.post("/flows/", json={"name": "pooled"})["id"]
    s.quietly.post("/work_pools/", json={"name": "pool", "type": "process"})
    s.quietly.post("/work_pools/pool/queues", json={"name": "fast"})
    for place in [{"work_pool_name": "pool"}, {"work_pool_name": "pool", "work_queue_name": "fast"}, {"work_pool_name": "pool", "work_queue_name": "no"}]:
        run = s.post("/flow_runs/", json={"flow_id": flow, "name": "r", **place})
        if "id" in run:
            s.get(f"/flow_runs/{run['id']}")
    for by in [
        {"work_pools": {"name": {"any_": ["pool"]}}},
        {"work_pools": {"name": {"any_": ["other"]}}},
        {"work_pools": {"type": {"any_": ["process"]}}},
        {"work_pools": {}},
        {"work_pool_queues": {"name": {"any_": ["fast"]}}},
        {"work_pool_queues": {"name": {"startswith_": ["FA", "de"]}}},
        {"work_pool_queues": {}},
        {"work_pools": {}, "work_pool_queues": {"name": {"any_": ["fast"]}}},
        {"work_pools": {"operator": "or_", "name": {"any_": ["no"]}, "type": {"any_": ["process"]}}},
        {"flow_runs": {"work_queue_name": {"any_": ["fast"]}}},
        {"flow_runs": {"work_queue_name": {"is_null_": True}}},
        {"work_pools": {"id": {"any_": ["x"]}}},
        {"work_pool_queues": {"name": {"like_": "x"}}},
    ]:
        s.post("/flow_runs/filter", json={"sort": "NAME_ASC", **by}, unordered=True)
        s.post("/flow_runs/count", json=by)


@scenario
def flow_runs_count_and_lateness(s):
    s.post("/flow_runs/count", json={})
    s.post("/flow_runs/count")
    s.post("/flow_runs/lateness", json={})
    make(s, name="on-time", state={"type": "COMPLETED"})
    make(s, name="late", state={"type": "SCHEDULED", "state_details": {"scheduled_time": "2026-01-01T00:00:00.5Z"}})
    make(s, name="early", state={"type": "SCHEDULED", "state_details": {"scheduled_time": at(days=1)}})
    s.post("/flow_runs/count", json={})
    s.post("/flow_runs/count", json={"flow_runs": {"name": {"any_": ["late", "early"]}}})
    s.post("/flow_runs/count", json={"flow_runs": None, "flows": {}})
    s.post("/flow_runs/count", json={"flow_runs": {"bogus": 1}})
    s.post("/flow_runs/count", json={"unknown": {"bogus": 1}})
    s.post("/flow_runs/count", json=[])
    s.post("/flow_runs/lateness", json={"flow_runs": {"name": {"any_": ["on-time", "early"]}}})
    s.post("/flow_runs/lateness", json={"flow_runs": {"name": {"any_": ["nothing"]}}})
    s.post("/flow_runs/lateness", json={"flow_runs": 1})


@scenario
def flow_runs_history(s):
    base = datetime(2026, 2, 1, tzinfo=timezone.utc)
    for n, kind in [(0, "COMPLETED"), (1, "COMPLETED"), (1, "FAILED"), (3, "SCHEDULED"), (3, "RUNNING"), (7, "CANCELLED")]:
        make(s, name="r", state={"type": "SCHEDULED", "state_details": {"scheduled_time": (base + timedelta(hours=n)).isoformat()}})
        if kind != "SCHEDULED":
            make(s, name="r", state={"type": kind})
    window = {"history_start": "2026-02-01T00:00:00Z", "history_end": "2026-02-01T09:00:00Z"}
    late = ["*.states.*.sum_estimated_lateness", "*.states.*.sum_estimated_run_time"]
    for seconds in [3600, 7200.5, 32400, 100000]:
        s.post("/flow_runs/history", json={**window, "history_interval_seconds": seconds}, ignore=late)
    s.post("/flow_runs/history", json={**window, "history_interval_seconds": 1}, ignore=late)
    s.post("/flow_runs/history", json={**window, "history_interval_seconds": 0.5})
    s.post("/flow_runs/history", json={**window, "history_interval_seconds": -1})
    s.post("/flow_runs/history", json={**window, "history_interval_seconds": "x"})
    s.post("/flow_runs/history", json={**window})
    s.post("/flow_runs/history", json={})
    s.post("/flow_runs/history", json={"history_start": "2026-02-01T09:00:00Z", "history_end": "2026-02-01T00:00:00Z", "history_interval_seconds": 3600})
    s.post("/flow_runs/history", json={"history_start": "2026-02-01T09:00:00Z", "history_end": "2026-02-01T09:00:00Z", "history_interval_seconds": 3600})
    s.post("/flow_runs/history", json={"history_start": "2026-02-01T02:00:00+02:00", "history_end": "2026-02-01T02:30:00+02:00", "history_interval_seconds": 600}, ignore=late)
    s.post("/flow_runs/history", json={**window, "history_interval_seconds": 3600, "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}, ignore=late)
    s.post("/flow_runs/history", json={**window, "history_interval_seconds": 3600, "flows": {"name": {"any_": ["none"]}}})
    s.post("/flow_runs/history", json={**window, "history_interval_seconds": 3600, "work_queues": {}})
    s.post("/flow_runs/history", json={**window, "history_interval_seconds": 3600, "work_pool_queues": {"x": 1}}, ignore=late)
    s.post("/flow_runs/history", json={"history_start": "yesterday", "history_end": 5, "history_interval_seconds": 3600}, ignore=["exception_detail"])


@scenario
def flow_runs_bulk_delete(s):
    s.post("/flow_runs/bulk_delete", json={})
    for name in ["a", "b", "c"]:
        make(s, name=name)
    s.post("/flow_runs/bulk_delete", json={"flow_runs": {"name": {"any_": ["a", "c"]}}}, unordered=True)
    s.post("/flow_runs/bulk_delete", json={"flow_runs": {"name": {"any_": ["a"]}}})
    for limit in [0, -1, 51, "x", None, 1]:
        s.post("/flow_runs/bulk_delete", json={"limit": limit}, unordered=True)
    s.post("/flow_runs/bulk_delete", json={"flow_runs": {"x": 1}, "limit": 0})
    s.post("/flow_runs/count", json={})


@scenario
def flow_runs_graph(s):
    run = make(s, name="parent", state={"type": "RUNNING"})["id"]
    s.get(f"/flow_runs/{run}/graph")
    s.get(f"/flow_runs/{run}/graph-v2")
    tasks = []
    for key, inputs in [("a", {}), ("b", {"x": [0]}), ("c", {"x": [0, 1]}), ("d", {"__parents__": [1]})]:
        named = {k: [{"input_type": "task_run", "id": tasks[i]} for i in v] for k, v in inputs.items()}
        task = s.post("/task_runs/", json={"flow_run_id": run, "task_key": key, "dynamic_key": "0", "name": key,
                                           "task_inputs": named, "state": {"type": "COMPLETED"}})
        tasks.append(task["id"])
    stand_in = s.post("/task_runs/", json={"flow_run_id": run, "task_key": "sub", "dynamic_key": "0", "name": "sub", "state": {"type": "RUNNING"}})
    s.post("/task_runs/", json={"flow_run_id": run, "task_key": "no-start", "dynamic_key": "0", "name": "waits"})
    make(s, name="child", parent_task_run_id=stand_in["id"], state={"type": "RUNNING"})
    s.post("/artifacts/", json={"key": "k", "type": "markdown", "data": "x", "flow_run_id": run, "task_run_id": tasks[0]})
    s.post("/artifacts/", json={"key": "k", "type": "progress", "data": 5, "flow_run_id": run})
    s.post("/artifacts/", json={"type": "table", "data": "[]", "flow_run_id": run})
    s.get(f"/flow_runs/{run}/graph", unordered=True)
    s.get(f"/flow_runs/{run}/graph-v2", unordered=True)
    s.get(f"/flow_runs/{run}/graph-v2", params={"since": at(hours=1)}, unordered=True)
    s.get(f"/flow_runs/{run}/graph-v2", params={"since": at(days=-300)}, unordered=True)
    s.get(f"/flow_runs/{UNKNOWN}/graph-v2")


@scenario(settings={"PREFECT_API_MAX_FLOW_RUN_GRAPH_NODES": "2"})
def flow_runs_graph_too_large(s):
    run = make(s, name="parent", state={"type": "RUNNING"})["id"]
    for key in ["a", "b", "c"]:
        s.get(f"/flow_runs/{run}/graph-v2", unordered=True)
        s.post("/task_runs/", json={"flow_run_id": run, "task_key": key, "dynamic_key": "0", "name": key, "state": {"type": "COMPLETED"}})
    s.get(f"/flow_runs/{run}/graph-v2", unordered=True)


@scenario
def flow_runs_logs_download(s):
    run = make(s, name="a run, with \"marks\"/ä")["id"]
    s.get(f"/flow_runs/{run}/logs/download")
    lines = ["plain", "comma, here", 'quote " here', "two\nlines", "", " space", "ä🎉", "cr\rhere", "tab\t;"]
    logs = [
        {"name": "n", "level": 20 + i, "message": text, "flow_run_id": run, "timestamp": f"2026-01-01T00:00:0{i}{'' if i % 2 else '.25'}Z"}
        for i, text in enumerate(lines)
    ]
    logs[3]["task_run_id"] = UNKNOWN
    s.quietly.post("/logs/", json=logs)
    s.get(f"/flow_runs/{run}/logs/download")
    s.get(f"/flow_runs/{UNKNOWN}/logs/download")


@scenario(changed=True)
def flow_runs_with_integers_beyond_64_bits(s):
    flow = s.post("/flows/", json={"name": "flow"})["id"]
    run = s.post("/flow_runs/", json={"flow_id": flow, "name": "run", "parameters": {"n": [2**70, -(2**64)], "m": 2**63}})["id"]
    s.get(f"/flow_runs/{run}")
    s.post("/flow_runs/filter", json={}, was=True)
    s.post("/flow_runs/paginate", json={}, was=True)
