"""The types and names of state that runs have had."""

from __future__ import annotations

from harness import scenario


def observed(s, **params):
    s.get("/observed-states", params=params, was=True)


@scenario(changed=True)
def observed_states(s):
    observed(s)
    flow = s.post("/flows/", json={"name": "flow"})["id"]
    runs = []
    for name, type in [("Scheduled", "SCHEDULED"), ("late", "SCHEDULED"), ("100%_done", "COMPLETED"), ("Ünder", "FAILED"), ("ünder", "FAILED"), ("ABC", "CRASHED")]:
        run = s.post("/flow_runs/", json={"flow_id": flow, "name": name, "state": {"type": type, "name": name}})
        runs.append(run["id"])
    for run in runs[:2]:
        s.post(f"/flow_runs/{run}/set_state", json={"state": {"type": "PENDING"}})
        s.post(f"/flow_runs/{run}/set_state", json={"state": {"type": "RUNNING"}})
    task = s.post("/task_runs/", json={"flow_run_id": runs[0], "task_key": "k", "dynamic_key": "0", "state": {"type": "PENDING"}})["id"]
    s.post(f"/task_runs/{task}/set_state", json={"state": {"type": "RUNNING"}})
    s.post(f"/task_runs/{task}/set_state", json={"state": {"type": "COMPLETED", "name": "Cached"}})
    s.post("/flow_runs/", json={"flow_id": flow, "name": "none", "state": None})
    observed(s)
    for sort in ["NAME_ASC", "LAST_SEEN_DESC", "FIRST_SEEN_DESC", "name_asc", ""]:
        observed(s, order_by=sort)
    for query in ["", "  ", "c", "C", " run ", "RUNNING", "unning", "%", "100%", "100%_", "1__", "_", "/", "Ü", "ü", "abc", "x" * 100, "x" * 101]:
        observed(s, query=query, order_by="NAME_ASC")
    for limit in ["1", "3", "200", "0", "201", "-1", "x", "", "1.0", "1.5", "true", " 2 "]:
        observed(s, limit=limit, order_by="NAME_ASC")
    observed(s, order_by="x", limit="x", query="x" * 101, more="x")
    observed(s, limit=["x", "1"], order_by=["NAME_ASC", "x"])
    s.post("/observed-states", was=True)
    s.get("/observed-states/", was=True)


@scenario(changed=True)
def observed_states_of_runs_that_are_kept(s):
    flow = s.post("/flows/", json={"name": "flow"})["id"]
    run = s.post("/flow_runs/", json={"flow_id": flow, "state": {"type": "FAILED", "name": "Odd"}})["id"]
    s.post("/flow_runs/", json={"flow_id": flow, "state": {"type": "FAILED", "name": "Kept"}})
    task = s.post("/task_runs/", json={"flow_run_id": run, "task_key": "k", "dynamic_key": "0", "state": {"type": "FAILED", "name": "Odd"}})["id"]
    observed(s, order_by="NAME_ASC")
    s.delete(f"/task_runs/{task}")
    observed(s, order_by="NAME_ASC")
    s.delete(f"/flow_runs/{run}")
    observed(s, order_by="NAME_ASC")
