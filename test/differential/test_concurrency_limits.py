"""Limits on the task runs of a tag (the first version), and tasks that obey them."""

from harness import scenario

NOBODY = "0a1b2c3d-0000-4000-8000-000000000009"
ONE, TWO, THREE = (f"0a1b2c3d-0000-4000-8000-0000000000f{i}" for i in (1, 2, 3))


@scenario
def tag_limits(s):
    limit = s.post("/concurrency_limits/", json={"tag": "v1-a", "concurrency_limit": 2})
    s.post("/concurrency_limits/", json={"tag": "v1-a", "concurrency_limit": 3})
    s.post("/concurrency_limits/", json={"tag": "v1-b", "concurrency_limit": 0})
    for sent in ({}, {"tag": "x"}, {"tag": 5, "concurrency_limit": "x"}, {"tag": "x", "concurrency_limit": 1, "more": 1}):
        s.post("/concurrency_limits/", json=sent)
    s.get(f"/concurrency_limits/{limit['id']}")
    s.get(f"/concurrency_limits/{NOBODY}")
    s.get("/concurrency_limits/nope")
    s.get("/concurrency_limits/tag/v1-a")
    s.get("/concurrency_limits/tag/nope")
    s.post("/concurrency_limits/filter", json={})
    s.post("/concurrency_limits/filter", json={"limit": 1, "offset": 1})
    s.post("/concurrency_limits/filter", json={"limit": 201})
    s.post("/concurrency_limits/filter", json={"offset": -1})
    s.get(f"/v2/concurrency_limits/{limit['id']}")
    s.get("/v2/concurrency_limits/tag:v1-a")
    s.delete("/concurrency_limits/tag/v1-b")
    s.delete("/concurrency_limits/tag/v1-b")
    s.delete(f"/concurrency_limits/{limit['id']}")
    s.delete(f"/concurrency_limits/{limit['id']}")
    s.post("/concurrency_limits/filter", json={})


@scenario
def tag_slots(s):
    s.post("/concurrency_limits/", json={"tag": "slots-a", "concurrency_limit": 1})
    s.post("/concurrency_limits/", json={"tag": "slots-b", "concurrency_limit": 2})
    s.post("/concurrency_limits/", json={"tag": "slots-0", "concurrency_limit": 0})
    take = lambda names, run: s.post("/concurrency_limits/increment", json={"names": names, "task_run_id": run})
    give = lambda names, run: s.post("/concurrency_limits/decrement", json={"names": names, "task_run_id": run}, unordered=True)
    take(["unknown"], ONE)
    take([], ONE)
    take(["slots-b", "slots-a", "unknown"], ONE)
    s.get("/concurrency_limits/tag/slots-a")
    take(["slots-a"], TWO)
    take(["slots-b"], TWO)
    take(["slots-b"], THREE)
    take(["slots-0"], THREE)
    s.get("/concurrency_limits/tag/slots-b")
    s.get("/v2/concurrency_limits/tag:slots-b")
    give(["slots-b"], ONE)
    s.get("/concurrency_limits/tag/slots-a")
    give(["slots-b"], ONE)
    give(["unknown"], ONE)
    take(["slots-a"], TWO)
    for sent in ({}, {"names": "x", "task_run_id": "x"}, {"names": [1], "task_run_id": ONE}):
        s.post("/concurrency_limits/increment", json=sent)
        s.post("/concurrency_limits/decrement", json=sent)


@scenario
def tag_reset(s):
    s.post("/concurrency_limits/", json={"tag": "reset", "concurrency_limit": 2})
    s.post("/concurrency_limits/increment", json={"names": ["reset"], "task_run_id": ONE})
    s.post("/concurrency_limits/tag/reset/reset", json={})
    s.get("/concurrency_limits/tag/reset")
    s.post("/concurrency_limits/tag/reset/reset", json={"slot_override": [TWO]})
    s.get("/concurrency_limits/tag/reset")
    s.post("/concurrency_limits/tag/reset/reset", json={"slot_override": None})
    s.post("/concurrency_limits/tag/reset/reset", json={"slot_override": ["x"]})
    s.post("/concurrency_limits/tag/nope/reset", json={})


@scenario
def tasks_without_slots(s):
    """A free slot cannot be compared: the real server, on SQLite, waits for itself until it gives up."""
    flow = s.quietly.post("/flows/", json={"name": "limited-tasks"})["id"]
    flow_run = s.quietly.post("/flow_runs/", json={"flow_id": flow, "state": {"type": "RUNNING"}})["id"]
    s.post("/concurrency_limits/", json={"tag": "none", "concurrency_limit": 0})
    for number, tags in enumerate((["none"], ["free", "none"], ["free"])):
        body = {"flow_run_id": flow_run, "name": "t", "task_key": "limited", "dynamic_key": str(number), "tags": tags}
        task = s.post("/task_runs/", json=body)["id"]
        s.post(f"/task_runs/{task}/set_state", json={"state": {"type": "RUNNING"}})
        s.get(f"/task_runs/{task}")
        s.post(f"/task_runs/{task}/set_state", json={"state": {"type": "COMPLETED"}})
    s.get("/concurrency_limits/tag/none")
