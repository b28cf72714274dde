"""Work pools and their queues: every operation, filter, status and event."""

from __future__ import annotations

from harness import scenario

UNKNOWN = "00000000-0000-4000-8000-000000000000"

TEMPLATE = {
    "job_configuration": {"command": "{{ command }}", "env": "{{ env }}"},
    "variables": {
        "type": "object",
        "properties": {
            "command": {"type": "string", "title": "Command"},
            "env": {"type": "object", "title": "Environment", "additionalProperties": {"type": "string"}},
        },
    },
}


@scenario
def work_pools_life(s):
    s.post("/work_pools/", json={"name": "first", "type": "process", "base_job_template": TEMPLATE, "description": "d"})
    s.post("/work_pools/", json={"name": "first", "type": "process"})
    s.get("/work_pools/first")
    s.get("/work_pools/unknown")
    s.get("/work_pools/fi%20rst")
    s.patch("/work_pools/first", json={"description": None, "concurrency_limit": 3})
    s.get("/work_pools/first")
    s.patch("/work_pools/first", json={"is_paused": True})
    s.get("/work_pools/first")
    s.patch("/work_pools/first", json={"is_paused": False})
    s.get("/work_pools/first")
    s.patch("/work_pools/first", json={})
    s.patch("/work_pools/first", json={"is_paused": None})
    s.patch("/work_pools/first", json={"concurrency_limit": None})
    s.patch("/work_pools/first", json={"storage_configuration": {"bundle_upload_step": {"a": 1}}})
    s.get("/work_pools/first")
    s.patch("/work_pools/unknown", json={})
    s.delete("/work_pools/first")
    s.delete("/work_pools/first")
    s.get("/work_pools/first")


@scenario
def work_pools_kinds(s):
    s.post("/work_pools/", json={"name": "agents"})
    s.get("/work_pools/agents")
    s.post("/work_pools/", json={"name": "paused agents", "is_paused": True, "concurrency_limit": 0})
    s.post("/work_pools/", json={"name": "paused", "type": "process", "is_paused": True, "concurrency_limit": 0})
    s.get("/work_pools/paused")
    s.patch("/work_pools/paused agents", json={"is_paused": False})
    s.get("/work_pools/paused agents")


@scenario
def work_pools_bad_input(s):
    s.post("/work_pools/", json={})
    for name in ["", "  ", "\"'", "a/b", "a%b", "a&b", "a<b", "a>b"]:
        s.post("/work_pools/", json={"name": name})
    s.post("/work_pools/", json={"name": "x", "type": None})
    s.post("/work_pools/", json={"name": "x", "concurrency_limit": -1})
    s.post("/work_pools/", json={"name": "x", "concurrency_limit": "many"})
    s.post("/work_pools/", json={"name": "x", "base_job_template": []})
    s.post("/work_pools/", json={"name": "x", "base_job_template": {"job_configuration": {"a": 1}}})
    s.post("/work_pools/", json={"name": "x", "base_job_template": {"variables": {"a": 1}}})
    s.post("/work_pools/", json={"name": "x", "base_job_template": {"job_configuration": {}, "variables": {"a": 1}}})
    undeclared = {"job_configuration": {"a": "x {{ missing }} {{command}}"}, "variables": TEMPLATE["variables"]}
    s.post("/work_pools/", json={"name": "x", "base_job_template": undeclared})
    s.post("/work_pools/", json={"name": "x", "storage_configuration": {"unknown": 1}})
    s.post("/work_pools/", json={"name": "x", "storage_configuration": {"default_result_storage_block_id": "x"}})
    s.post("/work_pools/", json={"name": "x", "unknown": 1})
    s.post("/work_pools/", json={"name": "x", "is_paused": "maybe"})
    s.post("/work_pools/", json={"name": "x", "type": "process"})
    s.patch("/work_pools/x", json={"name": "y"})
    s.patch("/work_pools/x", json={"concurrency_limit": -1})
    s.patch("/work_pools/x", json={"storage_configuration": None})
    s.patch("/work_pools/x", json={"base_job_template": undeclared})


@scenario
def work_pools_reserved(s):
    s.post("/work_pools/", json={"name": "prefect-x"})
    s.post("/work_pools/", json={"name": "PREFECT"})
    s.patch("/work_pools/prefect-x", json={"description": "d"})
    s.patch("/work_pools/prefect-x", json={"is_paused": True})
    s.patch("/work_pools/Prefect", json={"concurrency_limit": 1, "is_paused": True})
    s.delete("/work_pools/Prefect")


@scenario
def work_pools_filter(s):
    ids = {}
    for name, kind in [("b", "process"), ("a", "docker"), ("c", "process"), ("d", "kubernetes")]:
        pool = s.post("/work_pools/", json={"name": name, "type": kind, "concurrency_limit": 2 if name == "a" else None})
        ids[name] = pool.get("id", UNKNOWN)
    for by in [
        None,
        {},
        {"id": {"any_": [ids["a"], UNKNOWN]}},
        {"id": {"any_": []}},
        {"name": {"any_": ["a", "c"]}},
        {"name": {"any_": []}},
        {"name": {"any_": None}},
        {"type": {"any_": ["process"]}},
        {"type": {"any_": ["process", "docker"]}, "name": {"any_": ["a", "b"]}},
        {"operator": "or_", "type": {"any_": ["docker"]}, "name": {"any_": ["b"]}},
    ]:
        s.post("/work_pools/filter", json={"work_pools": by})
        s.post("/work_pools/count", json={"work_pools": by})
    for bad in [{"name": {"like_": "a"}}, {"unknown": 1}, {"operator": "xor"}, {"id": {"any_": ["x"]}}, 3]:
        s.post("/work_pools/filter", json={"work_pools": bad})
        s.post("/work_pools/count", json={"work_pools": bad})
    s.post("/work_pools/filter", json={"limit": 2})
    s.post("/work_pools/filter", json={"limit": 2, "offset": 3})
    s.post("/work_pools/filter", json={"limit": 0})
    s.post("/work_pools/filter", json={"limit": 201})
    s.post("/work_pools/filter", json={"limit": -1})
    s.post("/work_pools/filter", json={"offset": -1})
    s.post("/work_pools/filter")
    s.post("/work_pools/count")


@scenario
def work_pools_old_clients(s):
    s.post("/work_pools/", json={"name": "first", "type": "process"})
    for version in ["3.3.7", "3.3.8", "3.0.0", "2.19.0", "3.10.0"]:
        agent = {"User-Agent": f"prefect/{version} (API 0.8.4)"}
        s.get("/work_pools/first", headers=agent)
        s.post("/work_pools/filter", json={}, headers=agent)


@scenario
def work_pool_queues_life(s):
    s.post("/work_pools/", json={"name": "first", "type": "process"})
    s.post("/work_pools/first/queues", json={"name": "q1"})
    s.post("/work_pools/first/queues", json={"name": "q1"})
    s.post("/work_pools/unknown/queues", json={"name": "q1"})
    s.post("/work_pools/first/queues", json={"name": "q2", "priority": 1, "concurrency_limit": 3, "description": None})
    s.post("/work_pools/first/queues", json={"name": "q3", "filter": {"tags": ["a"]}})
    s.post("/work_pools/first/queues", json={"name": "q4", "priority": 2, "is_paused": True})
    s.post("/work_pools/first/queues", json={"name": "far", "priority": 20})
    s.post("/work_pools/first/queues", json={"name": "gap"})
    s.post("/work_pools/first/queues/filter", json={})
    s.get("/work_pools/first/queues/q2")
    s.get("/work_pools/first/queues/unknown")
    s.get("/work_pools/unknown/queues/q2")
    s.patch("/work_pools/first/queues/q2", json={"priority": 3})
    s.post("/work_pools/first/queues/filter", json={})
    s.patch("/work_pools/first/queues/q2", json={"is_paused": True})
    s.get("/work_pools/first/queues/q2")
    s.patch("/work_pools/first/queues/q2", json={"is_paused": True, "description": "x"})
    s.patch("/work_pools/first/queues/q2", json={"is_paused": False, "concurrency_limit": None})
    s.get("/work_pools/first/queues/q2")
    s.patch("/work_pools/first/queues/q2", json={"is_paused": True, "last_polled": "2100-01-01T00:00:00Z"})
    s.patch("/work_pools/first/queues/q2", json={"is_paused": False})
    s.get("/work_pools/first/queues/q2")
    s.patch("/work_pools/first/queues/q2", json={"name": "renamed"})
    s.get("/work_pools/first/queues/renamed")
    s.patch("/work_pools/first/queues/renamed", json={"name": "q1"})
    s.patch("/work_pools/first/queues/renamed", json={"name": None})
    s.patch("/work_pools/first/queues/renamed", json={"description": None})
    s.patch("/work_pools/first/queues/renamed", json={"priority": None})
    s.patch("/work_pools/first/queues/renamed", json={})
    s.patch("/work_pools/first/queues/unknown", json={})
    s.patch("/work_pools/unknown/queues/renamed", json={})
    s.delete("/work_pools/first/queues/q1")
    s.delete("/work_pools/first/queues/q1")
    s.delete("/work_pools/unknown/queues/q1")
    s.post("/work_pools/first/queues/filter", json={})
    s.delete("/work_pools/first")
    s.post("/work_pools/first/queues/filter", json={})


@scenario
def work_pool_queues_bad_input(s):
    s.post("/work_pools/", json={"name": "first", "type": "process"})
    for name in ["", "a/b", "a%b", None, 7]:
        s.post("/work_pools/first/queues", json={"name": name})
    s.post("/work_pools/first/queues", json={})
    s.post("/work_pools/first/queues", json={"name": "q", "priority": 0})
    s.post("/work_pools/first/queues", json={"name": "q", "concurrency_limit": -1})
    s.post("/work_pools/first/queues", json={"name": "q", "filter": {"tags": 1}})
    s.post("/work_pools/first/queues", json={"name": "q", "filter": {"deployment_ids": ["x"]}})
    s.post("/work_pools/first/queues", json={"name": "q", "unknown": 1})
    s.patch("/work_pools/first/queues/default", json={"is_paused": None})
    s.patch("/work_pools/first/queues/default", json={"priority": 0})
    s.patch("/work_pools/first/queues/default", json={"unknown": 0})


@scenario
def work_pool_queues_filter(s):
    s.post("/work_pools/", json={"name": "first", "type": "process"})
    ids = {}
    for name in ["alpha", "beta", "Alphabet", "under_score"]:
        queue = s.post("/work_pools/first/queues", json={"name": name, "concurrency_limit": 1})
        ids[name] = queue.get("id", UNKNOWN)
    for by in [
        None,
        {},
        {"id": {"any_": [ids["alpha"]]}},
        {"name": {"any_": ["beta", "default"]}},
        {"name": {"startswith_": ["alph"]}},
        {"name": {"startswith_": ["b", "under_"]}},
        {"operator": "or_", "name": {"any_": ["beta"]}, "id": {"any_": [ids["alpha"]]}},
        {"name": {"any_": []}},
    ]:
        s.post("/work_pools/first/queues/filter", json={"work_queues": by})
    for bad in [{"name": {"like_": "a"}}, {"unknown": 1}, 3]:
        s.post("/work_pools/first/queues/filter", json={"work_queues": bad})
    s.post("/work_pools/first/queues/filter", json={"limit": 2, "offset": 1})
    s.post("/work_pools/first/queues/filter", json={"limit": 201})
    s.post("/work_pools/first/queues/filter", json={"offset": -1})


@scenario
def work_pools_concurrency_status(s):
    s.post("/work_pools/", json={"name": "first", "type": "process", "concurrency_limit": 4})
    s.post("/work_pools/first/queues", json={"name": "q1", "concurrency_limit": 2})
    s.post("/work_pools/first/concurrency_status", json={})
    s.post("/work_pools/first/concurrency_status")
    s.post("/work_pools/first/concurrency_status", json={"limit": 1, "page": 2})
    s.post("/work_pools/first/concurrency_status", json={"limit": 1, "page": 9, "flow_run_limit": 0})
    s.post("/work_pools/first/concurrency_status", json={"limit": 0})
    s.post("/work_pools/first/concurrency_status", json={"limit": 201})
    s.post("/work_pools/first/concurrency_status", json={"page": 0})
    s.post("/work_pools/first/concurrency_status", json={"flow_run_limit": 201})
    s.post("/work_pools/first/concurrency_status", json={"flow_run_limit": -1})
    s.post("/work_pools/unknown/concurrency_status", json={})


@scenario
def work_pools_poll_of_nothing(s):
    s.post("/work_pools/", json={"name": "first", "type": "process"})
    s.post("/work_pools/first/queues", json={"name": "q1"})
    s.post("/work_pools/first/get_scheduled_flow_runs", json={"work_queue_names": ["q1"]})
    s.eventually("GET", "/work_pools/first/queues/q1", until=lambda q: q["status"] == "READY")
    s.get("/work_pools/first/queues/default")
    s.post("/work_pools/first/get_scheduled_flow_runs", json={})
    s.eventually("GET", "/work_pools/first/queues/default", until=lambda q: q["status"] == "READY")
    s.post("/work_pools/first/get_scheduled_flow_runs")
    s.post("/work_pools/first/get_scheduled_flow_runs", json={"work_queue_names": None, "scheduled_before": None})
    s.post("/work_pools/first/get_scheduled_flow_runs", json={"work_queue_names": ["q1", "unknown"]})
    s.post("/work_pools/first/get_scheduled_flow_runs", json={"work_queue_names": "q1"})
    s.post("/work_pools/first/get_scheduled_flow_runs", json={"scheduled_before": "soon"})
    s.post("/work_pools/first/get_scheduled_flow_runs", json={"limit": 201})
    s.post("/work_pools/first/get_scheduled_flow_runs", json={"limit": -1})
    s.post("/work_pools/unknown/get_scheduled_flow_runs", json={})
    s.patch("/work_pools/first/queues/q1", json={"is_paused": True})
    s.patch("/work_pools/first/queues/q1", json={"is_paused": False})
    s.get("/work_pools/first/queues/q1")
