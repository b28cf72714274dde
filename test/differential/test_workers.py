"""Workers: heartbeats, statuses and filters; task workers."""

from __future__ import annotations

from harness import scenario


@scenario
def workers_life(s):
    s.post("/work_pools/", json={"name": "first", "type": "process"})
    s.post("/work_pools/first/workers/heartbeat", json={"name": "w1"})
    s.get("/work_pools/first")
    s.post("/work_pools/first/workers/heartbeat", json={"name": "w2", "heartbeat_interval_seconds": 45})
    s.post("/work_pools/first/workers/heartbeat", json={"name": "w2"})
    s.post("/work_pools/first/workers/filter", json={})
    s.patch("/work_pools/first", json={"is_paused": True})
    s.post("/work_pools/first/workers/heartbeat", json={"name": "w1", "heartbeat_interval_seconds": 10})
    s.get("/work_pools/first")
    s.patch("/work_pools/first", json={"is_paused": False})
    s.get("/work_pools/first")
    s.delete("/work_pools/first/workers/w1")
    s.delete("/work_pools/first/workers/w1")
    s.delete("/work_pools/unknown/workers/w1")
    s.post("/work_pools/first/workers/filter", json={})
    s.post("/work_pools/unknown/workers/filter", json={})
    s.post("/work_pools/unknown/workers/heartbeat", json={"name": "w1"})


@scenario
def workers_of_agent_pools(s):
    s.post("/work_pools/", json={"name": "agents"})
    s.post("/work_pools/agents/workers/heartbeat", json={"name": "w1"})
    s.get("/work_pools/agents")
    s.post("/work_pools/agents/workers/filter", json={})


@scenario
def workers_bad_input(s):
    s.post("/work_pools/", json={"name": "first", "type": "process"})
    s.post("/work_pools/first/workers/heartbeat", json={})
    s.post("/work_pools/first/workers/heartbeat")
    s.post("/work_pools/first/workers/heartbeat", json={"name": None})
    s.post("/work_pools/first/workers/heartbeat", json={"name": 4})
    s.post("/work_pools/first/workers/heartbeat", json={"name": "w", "heartbeat_interval_seconds": "often"})
    for bad in [{"status": {"any_": ["SLEEPING"]}}, {"status": {"like_": "x"}}, {"unknown": 1}, {"last_heartbeat_time": 1}]:
        s.post("/work_pools/first/workers/filter", json={"workers": bad})
    s.post("/work_pools/first/workers/filter", json={"limit": 201})
    s.post("/work_pools/first/workers/filter", json={"offset": -1})


@scenario
def workers_filter(s):
    s.post("/work_pools/", json={"name": "first", "type": "process"})
    for name in ["w1", "w2", "w3"]:
        s.post("/work_pools/first/workers/heartbeat", json={"name": name})
    for by in [
        None,
        {},
        {"status": {"any_": ["ONLINE"]}},
        {"status": {"any_": ["OFFLINE"]}},
        {"status": {"not_any_": ["ONLINE"]}},
        {"status": {"any_": ["ONLINE"], "not_any_": ["OFFLINE"]}},
        {"last_heartbeat_time": {"before_": "2001-01-01T00:00:00Z"}},
        {"last_heartbeat_time": {"after_": "2001-01-01T00:00:00Z"}},
        {"operator": "or_", "status": {"any_": ["OFFLINE"]}, "last_heartbeat_time": {"after_": "2001-01-01T00:00:00Z"}},
    ]:
        s.post("/work_pools/first/workers/filter", json={"workers": by})
    s.post("/work_pools/first/workers/filter", json={"limit": 1, "offset": 1})


@scenario
def task_workers_filter(s):
    s.post("/task_workers/filter")
    s.post("/task_workers/filter", json={})
    s.post("/task_workers/filter", json={"task_worker_filter": None})
    s.post("/task_workers/filter", json={"task_worker_filter": {"task_keys": ["a"]}})
    s.post("/task_workers/filter", json={"task_worker_filter": {}})
    s.post("/task_workers/filter", json={"task_worker_filter": {"task_keys": None}})
    s.post("/task_workers/filter", json={"task_worker_filter": 3})
