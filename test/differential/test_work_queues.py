"""Work queues seen without their pool: every operation, filter and limit."""

from __future__ import annotations

from harness import scenario

UNKNOWN = "00000000-0000-4000-8000-000000000000"


@scenario
def work_queues_life(s):
    queue = s.post("/work_queues/", json={"name": "first", "description": "d", "concurrency_limit": 1})
    s.get("/work_pools/default-agent-pool")
    s.post("/work_queues/", json={"name": "first"})
    s.post("/work_queues/", json={"name": "default"})
    s.get(f"/work_queues/{queue['id']}")
    s.get("/work_queues/name/first")
    s.get("/work_queues/name/unknown")
    s.get(f"/work_queues/{UNKNOWN}")
    s.get("/work_queues/not-an-id")
    s.patch(f"/work_queues/{queue['id']}", json={"is_paused": True})
    s.get(f"/work_queues/{queue['id']}")
    s.patch(f"/work_queues/{queue['id']}", json={"is_paused": False, "priority": 1})
    s.get(f"/work_queues/{queue['id']}")
    s.patch(f"/work_queues/{queue['id']}", json={"name": "renamed", "filter": {"tags": ["t"], "deployment_ids": []}})
    s.get(f"/work_queues/{queue['id']}")
    s.patch(f"/work_queues/{queue['id']}", json={"name": None})
    s.patch(f"/work_queues/{queue['id']}", json={})
    s.patch(f"/work_queues/{UNKNOWN}", json={})
    s.get(f"/work_queues/{queue['id']}/status")
    s.get(f"/work_queues/{UNKNOWN}/status")
    s.delete(f"/work_queues/{queue['id']}")
    s.delete(f"/work_queues/{queue['id']}")
    s.get(f"/work_queues/{queue['id']}")


@scenario
def work_queues_default_made_with_the_pool(s):
    s.post("/work_queues/", json={"name": "default", "concurrency_limit": 7})
    s.post("/work_queues/filter", json={})


@scenario
def work_queues_bad_input(s):
    s.post("/work_queues/", json={})
    for name in ["", "a/b", None]:
        s.post("/work_queues/", json={"name": name})
    s.post("/work_queues/", json={"name": "q", "priority": 0})
    s.post("/work_queues/", json={"name": "q", "unknown": 0})
    s.patch(f"/work_queues/{UNKNOWN}", json={"priority": 0})
    s.post(f"/work_queues/{UNKNOWN}/get_runs", json={"limit": 201})
    s.post(f"/work_queues/{UNKNOWN}/get_runs", json={"scheduled_before": "x"})
    s.post(f"/work_queues/{UNKNOWN}/concurrency_status", json={"page": 0})


@scenario
def work_queues_filter(s):
    s.post("/work_pools/", json={"name": "pool", "type": "process"})
    ids = {}
    for name in ["beta", "alpha", "Alphabet"]:
        queue = s.post("/work_queues/", json={"name": name, "concurrency_limit": 1})
        ids[name] = queue.get("id", UNKNOWN)
    # Two queues are called "default"; in which order they come is chance.
    s.post("/work_queues/filter", json={}, unordered=True)
    for by in [
        {"id": {"any_": [ids["alpha"], ids["beta"]]}},
        {"name": {"any_": ["beta"]}},
        {"name": {"startswith_": ["alph"]}},
        {"operator": "or_", "name": {"any_": ["beta"]}, "id": {"any_": [ids["alpha"]]}},
    ]:
        s.post("/work_queues/filter", json={"work_queues": by})
    s.post("/work_queues/filter", json={"limit": 2})
    s.post("/work_queues/filter", json={"limit": 201})
    s.post("/work_queues/filter", json={"work_queues": {"unknown": 1}})


@scenario
def work_queues_polled(s):
    queue = s.post("/work_queues/", json={"name": "first"})
    s.post(f"/work_queues/{queue['id']}/get_runs", json={}, headers={"X-Prefect-UI": "true"})
    s.get(f"/work_queues/{queue['id']}")
    s.post(f"/work_queues/{queue['id']}/get_runs", json={})
    s.eventually("GET", f"/work_queues/{queue['id']}", until=lambda q: q["status"] == "READY")
    s.get(f"/work_queues/{queue['id']}/status")
    s.post(f"/work_queues/{UNKNOWN}/get_runs", json={})


@scenario
def work_queues_concurrency_status(s):
    queue = s.post("/work_queues/", json={"name": "first", "concurrency_limit": 2})
    s.post(f"/work_queues/{queue['id']}/concurrency_status", json={})
    s.post(f"/work_queues/{queue['id']}/concurrency_status", json={"limit": 1, "page": 2})
    s.post(f"/work_queues/{queue['id']}/concurrency_status", json={"limit": 0})
    s.post(f"/work_queues/{UNKNOWN}/concurrency_status", json={})
