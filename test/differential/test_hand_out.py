"""Which runs workers and agents are handed, in which order and within which limits."""

from __future__ import annotations

from harness import scenario

SOON = "2001-01-01T00:00:0{}Z"


def pool(s, limit=None, queues=(), paused=False):
    """A pool with queues and a deployment for each; gives the ids of the deployments by queue."""
    s.post("/work_pools/", json={"name": "first", "type": "process", "concurrency_limit": limit, "is_paused": paused})
    flow = s.post("/flows/", json={"name": "flow"})
    found = {}
    for name, more in queues:
        if name != "default":
            s.post("/work_pools/first/queues", json={"name": name} | more)
        deployment = s.post(
            "/deployments/",
            json={"name": name, "flow_id": flow["id"], "work_pool_name": "first", "work_queue_name": name},
        )
        found[name] = deployment["id"]
    return found


def run(s, deployment, second, state="SCHEDULED", **more):
    details = {"state_details": {"scheduled_time": SOON.format(second)}} if state == "SCHEDULED" else {}
    return s.post(f"/deployments/{deployment}/create_flow_run", json={"state": {"type": state} | details} | more)


def names(s, **body):
    return s.post("/work_pools/first/get_scheduled_flow_runs", json=body)


@scenario
def hand_out_by_priority_and_time(s):
    of = pool(s, queues=[("default", {}), ("urgent", {"priority": 1})])
    run(s, of["default"], 1, name="d1")
    run(s, of["urgent"], 3, name="u3")
    run(s, of["urgent"], 2, name="u2")
    run(s, of["default"], 0, name="d0")
    names(s)
    names(s, limit=3)
    names(s, limit=0)
    names(s, work_queue_names=["default"])
    names(s, work_queue_names=["default", "urgent", "default"])
    names(s, scheduled_before=SOON.format(1))
    names(s, scheduled_after=SOON.format(2))
    names(s, scheduled_after=SOON.format(1), scheduled_before=SOON.format(2))


@scenario
def hand_out_within_limits(s):
    of = pool(s, limit=3, queues=[("default", {}), ("narrow", {"concurrency_limit": 1})])
    for second in range(3):
        run(s, of["default"], second, name=f"d{second}")
        run(s, of["narrow"], second, name=f"n{second}")
    names(s)
    held = run(s, of["narrow"], 0, state="RUNNING", name="held")
    names(s)
    s.get("/work_pools/first")
    s.post("/work_pools/first/queues/filter", json={})
    s.post("/work_pools/first/concurrency_status", json={}, ignore=["queues.*.flow_runs.*.time_in_current_state"])
    run(s, of["default"], 0, state="PENDING", name="pending")
    names(s)
    s.post(f"/flow_runs/{held['id']}/set_state", json={"state": {"type": "CANCELLING"}, "force": True})
    names(s)
    queue = s.get("/work_pools/first/queues/narrow")
    s.get(f"/work_queues/{queue['id']}")
    s.post(f"/work_queues/{queue['id']}/concurrency_status", json={}, ignore=["flow_runs.*.time_in_current_state"])
    s.patch("/work_pools/first", json={"concurrency_limit": 0})
    names(s)


@scenario
def hand_out_of_what_is_paused(s):
    of = pool(s, queues=[("default", {}), ("other", {})])
    run(s, of["default"], 0, name="d")
    run(s, of["other"], 0, name="o")
    s.patch("/work_pools/first/queues/other", json={"is_paused": True})
    names(s)
    names(s, work_queue_names=["other"])
    s.patch("/work_pools/first", json={"is_paused": True})
    names(s)
    s.patch("/work_pools/first", json={"is_paused": False})
    s.patch("/work_pools/first/queues/other", json={"is_paused": False})
    names(s)


@scenario
def hand_out_marks_ready(s):
    of = pool(s, queues=[("default", {}), ("other", {})])
    names(s, work_queue_names=["other"])
    s.eventually("GET", f"/deployments/{of['other']}", until=lambda d: d["status"] == "READY", ignore=["updated"])
    s.get(f"/deployments/{of['default']}", ignore=["updated"])


@scenario
def hand_out_to_agents(s):
    of = pool(s, queues=[("default", {}), ("other", {"concurrency_limit": 1})])
    run(s, of["other"], 1, name="o1")
    run(s, of["other"], 0, name="o0")
    queue = s.get("/work_pools/first/queues/other")
    s.post(f"/work_queues/{queue['id']}/get_runs", json={}, ignore=["*.estimated_start_time_delta"])
    s.patch(f"/work_queues/{queue['id']}", json={"concurrency_limit": None})
    s.post(f"/work_queues/{queue['id']}/get_runs", json={}, ignore=["*.estimated_start_time_delta"])
    s.post(f"/work_queues/{queue['id']}/get_runs", json={"scheduled_before": SOON.format(0)}, ignore=["*.estimated_start_time_delta"])
    s.post(f"/work_queues/{queue['id']}/get_runs", json={"limit": 1}, ignore=["*.estimated_start_time_delta"])
    s.patch(f"/work_queues/{queue['id']}", json={"is_paused": True})
    s.post(f"/work_queues/{queue['id']}/get_runs", json={})
    s.get(f"/work_queues/{queue['id']}/status")


@scenario
def hand_out_job_defaults(s):
    def template(**variable):
        return {
            "job_configuration": {"a": "{{ x }}"},
            "variables": {"type": "object", "properties": {"x": variable}},
        }

    for index, made in enumerate(
        [
            template(type="string", default=3),
            template(type="string", default="3"),
            template(type="nope"),
            template(type="integer", minimum=5, default=4),
            template(type="string", default={"$ref": {"block_document_id": "00000000-0000-4000-8000-000000000000"}}),
            template(anyOf=[{"type": "string"}, {"type": "null"}], default=None),
        ]
    ):
        s.post("/work_pools/", json={"name": f"p{index}", "type": "process", "base_job_template": made})


@scenario(changed=True)
def hand_out_with_states(s):
    of = pool(s, queues=[("default", {})])
    run(s, of["default"], 0, name="scheduled")
    late = run(s, of["default"], 1, name="late")["id"]
    s.post(f"/flow_runs/{late}/set_state", json={"force": True, "state": {
        "type": "SCHEDULED", "name": "Late", "message": "m", "data": {"a": 1}, "state_details": {"scheduled_time": SOON.format(1)}}})
    s.post("/work_pools/first/get_scheduled_flow_runs", json={}, was=["*.flow_run.state"])
    s.post("/deployments/get_scheduled_flow_runs", json={"deployment_ids": [of["default"]]})
