"""Flow runs through their states: every outcome of every rule of the flow policies."""

from datetime import datetime, timedelta, timezone

from harness import scenario

TYPES = ["SCHEDULED", "PENDING", "RUNNING", "COMPLETED", "FAILED", "CANCELLED", "CRASHED", "PAUSED", "CANCELLING"]
RESULT = {"type": "reference", "storage_key": "a/b"}


def a_flow(s, name):
    return s.quietly.post("/flows/", json={"name": name})["id"]


def a_run(s, flow, state="PENDING", **fields):
    state = {"type": state} if isinstance(state, str) else state
    return s.post("/flow_runs/", json={"flow_id": flow, "name": "a-run", "state": state, **fields})["id"]


def propose(s, run, type, force=False, ignore=(), headers=None, **fields):
    return s.post(
        f"/flow_runs/{run}/set_state",
        json={"state": {"type": type, **fields}, "force": force},
        ignore=list(ignore),
        headers=headers,
    )


def show(s, run):
    return s.get(f"/flow_runs/{run}")


def in_state(s, flow, type, **fields):
    """A run whose current state was forced."""
    run = s.quietly.post("/flow_runs/", json={"flow_id": flow, "name": "a-run", "state": {"type": "PENDING"}, **fields})["id"]
    s.quietly.post(f"/flow_runs/{run}/set_state", json={"state": {"type": type}, "force": True})
    return run


def transitions_from(start):
    def transitions(s):
        flow = a_flow(s, f"transitions-from-{start.lower()}")
        for force in (False, True):
            for end in TYPES:
                run = in_state(s, flow, start)
                propose(s, run, end, force=force)
                show(s, run)

    transitions.__name__ = f"flow_transitions_from_{start.lower()}"
    return scenario(transitions)


for _start in TYPES:
    globals()[f"test_transitions_from_{_start.lower()}"] = transitions_from(_start)


EXECUTED_ONCE = {(start, end) for start in ("COMPLETED", "FAILED", "CANCELLED", "CRASHED", "RUNNING") for end in ("PENDING", "RUNNING")}
"""What is refused, unforced, for runs that are handed out, on purpose: see docs/design/runs.md."""


def pool_transitions_from(start, force):
    name = f"pool_transitions_from_{start.lower()}" + ("_by_force" if force else "")

    def transitions(s):
        flow = a_flow(s, name)
        s.quietly.post("/work_pools/", json={"name": name, "type": "process"})
        deployment = s.quietly.post("/deployments/", json={"name": "d", "flow_id": flow, "work_pool_name": name})["id"]
        for end in TYPES:
            if force or (start, end) not in EXECUTED_ONCE:
                run = s.quietly.post(f"/deployments/{deployment}/create_flow_run", json={"name": "a-run"})["id"]
                for type in ("RUNNING", start):  # a scheduled run would be cancelled at once
                    s.quietly.post(f"/flow_runs/{run}/set_state", json={"state": {"type": type}, "force": True})
                propose(s, run, end, force=force)
                show(s, run)

    transitions.__name__ = name
    return scenario(transitions)


for _start in TYPES:
    for _force in (False, True):
        _test = pool_transitions_from(_start, _force)
        globals()[f"test_pool_transitions_from_{_start.lower()}" + ("_by_force" if _force else "")] = _test


@scenario
def forced_states_keep_the_lease(s):
    flow = a_flow(s, "kept-lease")
    s.quietly.post("/work_pools/", json={"name": "kept-lease", "type": "process"})
    deployment = s.quietly.post("/deployments/", json={
        "name": "d", "flow_id": flow, "work_pool_name": "kept-lease", "concurrency_limit": 2})["id"]
    for ends in (["RUNNING", "RUNNING", "COMPLETED"], ["RUNNING", "SCHEDULED"], ["CANCELLED"], ["PAUSED", "RUNNING", "FAILED"]):
        run = s.post(f"/deployments/{deployment}/create_flow_run", json={"name": "a-run"})["id"]
        propose(s, run, "PENDING")
        for end in ends:
            propose(s, run, end, force=True)
            show(s, run)
        s.get(f"/deployments/{deployment}", ignore=["global_concurrency_limit.updated"])


@scenario
def pausing_forgets_inputs(s):
    run = a_run(s, a_flow(s, "pausing-forgets"), "RUNNING")
    keys = {"schema": "k-schema", "response": "k-response"}
    for key in ("k-schema", "k-response", "other"):
        s.post(f"/flow_runs/{run}/input", json={"key": key, "value": "1"})
    inputs = lambda: s.post(f"/flow_runs/{run}/input/filter", json={"prefix": "", "limit": 10})
    pause = lambda key: propose(s, run, "PAUSED", state_details={"pause_key": key, "run_input_keyset": keys})
    pause("one")
    inputs()
    s.post(f"/flow_runs/{run}/input", json={"key": "k-response", "value": "2"})
    propose(s, run, "RUNNING")
    pause("one")
    inputs()
    propose(s, run, "PAUSED", force=True, state_details={"run_input_keyset": keys})
    inputs()


@scenario
def paused_runs_that_are_scheduled(s):
    flow = a_flow(s, "paused-and-scheduled")
    deployment = s.quietly.post("/deployments/", json={"name": "d", "flow_id": flow})["id"]
    for details in ({"pause_key": "k"}, {"pause_key": "k", "pause_reschedule": True}):
        for version in ("0.8.3", "0.8.4", None):
            for force in (False, True):
                run = s.post(f"/deployments/{deployment}/create_flow_run", json={"name": "a-run"})["id"]
                propose(s, run, "RUNNING", force=True)
                propose(s, run, "PAUSED", state_details=details)
                propose(s, run, "SCHEDULED", force=force, headers={"X-PREFECT-API-VERSION": version} if version else None)
                show(s, run)


@scenario
def every_first_state(s):
    flow = a_flow(s, "every-first-state")
    for first in TYPES:
        run = a_run(s, flow, first)
        show(s, run)
        propose(s, run, "RUNNING")
        show(s, run)


@scenario
def a_life(s):
    flow = a_flow(s, "a-life")
    run = a_run(s, flow, tags=["b", "a"], parameters={"x": 1})
    propose(s, run, "PENDING", name="Submitting", message="handed over")
    propose(s, run, "PENDING", name="InfrastructurePending")
    propose(s, run, "PENDING")
    propose(s, run, "RUNNING", message="on")
    show(s, run)
    propose(s, run, "RUNNING", name="Still")
    propose(s, run, "COMPLETED", message="done", data={"type": "unpersisted"})
    show(s, run)
    propose(s, run, "RUNNING")
    show(s, run)
    s.get("/flow_run_states/", params={"flow_run_id": run})


@scenario
def duplicate_transitions(s):
    run = a_run(s, a_flow(s, "duplicates"))
    one = "0a1b2c3d-0000-4000-8000-000000000001"
    propose(s, run, "RUNNING", state_details={"transition_id": one})
    propose(s, run, "RUNNING", state_details={"transition_id": one})
    propose(s, run, "COMPLETED", state_details={"transition_id": one})
    propose(s, run, "COMPLETED", state_details={"transition_id": "0a1b2c3d-0000-4000-8000-000000000002"})
    show(s, run)


@scenario
def results(s):
    flow = a_flow(s, "results")
    run = a_run(s, flow, "RUNNING")
    propose(s, run, "COMPLETED", data={**RESULT, "artifact_key": "the-key", "artifact_type": "result",
                                       "artifact_description": "what it is"})
    show(s, run)
    s.post("/artifacts/filter", json={"flow_runs": {"id": {"any_": [run]}}})
    for force in (False, True):
        propose(s, run, "COMPLETED", force=force)
        propose(s, run, "COMPLETED", force=force, data={"type": "unpersisted"})
        propose(s, run, "COMPLETED", force=force, data=[1, 2])
        propose(s, run, "COMPLETED", force=force, data=RESULT)
    propose(s, run, "RUNNING")
    propose(s, run, "FAILED")
    propose(s, run, "SCHEDULED")
    for data in (None, {}, [], "text", 5, True, [1, {"a": None}], {"type": "unpersisted", "x": 1}):
        run = a_run(s, flow, "RUNNING")
        propose(s, run, "COMPLETED", data=data)
        show(s, run)
        propose(s, run, "RUNNING")


@scenario
def scheduled_times(s):
    flow = a_flow(s, "scheduled-times")
    later = (datetime.now(timezone.utc) + timedelta(hours=1)).isoformat()
    run = a_run(s, flow, {"type": "SCHEDULED", "state_details": {"scheduled_time": later}})
    show(s, run)
    propose(s, run, "RUNNING", ignore=["details.delay_seconds"])
    propose(s, run, "PENDING")
    show(s, run)
    propose(s, run, "RUNNING", ignore=["details.delay_seconds"])
    propose(s, run, "PENDING", name="Submitting")
    propose(s, run, "RUNNING", ignore=["details.delay_seconds"])
    run = a_run(s, flow, {"type": "SCHEDULED"})
    propose(s, run, "PENDING", state_details={"scheduled_time": "2020-01-01T00:00:00Z"})
    propose(s, run, "RUNNING")
    show(s, run)


@scenario
def late(s):
    flow = a_flow(s, "late")
    for start in ("SCHEDULED", "RUNNING", "PENDING"):
        run = in_state(s, flow, start)
        propose(s, run, "SCHEDULED", name="Late")
        propose(s, run, "SCHEDULED", name="Late")
        show(s, run)


@scenario
def retries(s):
    flow = a_flow(s, "retries")
    run = a_run(s, flow, "RUNNING", empirical_policy={"retries": 2, "retry_delay": 60})
    propose(s, run, "FAILED", message="first", data={"type": "x", "v": 1})
    show(s, run)
    propose(s, run, "RUNNING", ignore=["details.delay_seconds"])
    propose(s, run, "RUNNING", force=True)
    propose(s, run, "FAILED", message="second")
    propose(s, run, "RUNNING", force=True)
    show(s, run)
    propose(s, run, "FAILED", message="third")
    show(s, run)
    run = a_run(s, flow, "RUNNING", empirical_policy={"retries": 1})
    propose(s, run, "FAILED")
    propose(s, run, "RUNNING")
    propose(s, run, "CRASHED")
    show(s, run)
    run = a_run(s, flow, "RUNNING", empirical_policy={"retries": 1})
    propose(s, run, "FAILED", headers={"X-PREFECT-API-VERSION": "0.8.3"})
    show(s, run)


@scenario
def pauses(s):
    flow = a_flow(s, "pauses")
    run = a_run(s, flow, "RUNNING")
    propose(s, run, "PAUSED", state_details={"pause_key": "one"})
    show(s, run)
    propose(s, run, "PAUSED", state_details={"pause_key": "two"})
    propose(s, run, "PENDING")
    show(s, run)
    propose(s, run, "RUNNING")
    show(s, run)
    propose(s, run, "PAUSED", state_details={"pause_key": "one"})
    propose(s, run, "PAUSED", name="Suspended", state_details={"pause_key": "one"})
    propose(s, run, "PAUSED", name="Suspended", state_details={"pause_key": "two", "pause_reschedule": True})
    propose(s, run, "PAUSED", state_details={"pause_key": "three", "pause_reschedule": True})
    propose(s, run, "PAUSED", name="Held")
    run = a_run(s, flow, "RUNNING")
    propose(s, run, "PAUSED", state_details={"pause_key": "k", "pause_timeout": "2020-01-01T00:00:00Z"})
    propose(s, run, "CANCELLING")
    run = a_run(s, flow, "RUNNING")
    propose(s, run, "PAUSED", state_details={"pause_key": "k", "pause_timeout": "2020-01-01T00:00:00Z"}, force=True)
    for type in ("RUNNING", "COMPLETED"):
        propose(s, run, type)
        show(s, run)
    run = a_run(s, flow, "PAUSED")
    propose(s, run, "RUNNING")
    show(s, run)
    run = a_run(s, flow, {"type": "PAUSED", "state_details": {"pause_reschedule": True}})
    propose(s, run, "RUNNING")
    propose(s, run, "SCHEDULED", name="Resuming")
    propose(s, run, "CANCELLED")
    run = a_run(s, flow, "RUNNING", empirical_policy={"pause_keys": ["k"], "resuming": True})
    propose(s, run, "FAILED")
    show(s, run)


@scenario
def cancelling(s):
    flow = a_flow(s, "cancelling")
    run = a_run(s, flow, "SCHEDULED")
    propose(s, run, "CANCELLING")
    show(s, run)
    run = a_run(s, flow, "SCHEDULED")
    s.patch(f"/flow_runs/{run}", json={"infrastructure_pid": "host:1"})
    propose(s, run, "CANCELLING")
    propose(s, run, "COMPLETED")
    propose(s, run, "PENDING")
    propose(s, run, "CANCELLING")
    propose(s, run, "CANCELLED", message="gone")
    propose(s, run, "PENDING")
    show(s, run)
    run = a_run(s, flow, {"type": "PAUSED", "state_details": {"pause_reschedule": True}})
    propose(s, run, "CANCELLING", force=True)
    show(s, run)
    run = a_run(s, flow, {"type": "SCHEDULED", "name": "Resuming"})
    s.patch(f"/flow_runs/{run}", json={"infrastructure_pid": "host:1"})
    propose(s, run, "CANCELLING")


@scenario
def subflows(s):
    flow = a_flow(s, "subflows")
    parent = a_run(s, flow, "RUNNING")
    task = s.post("/task_runs/", json={"flow_run_id": parent, "name": "a-task", "task_key": "t", "dynamic_key": "0"})["id"]
    child = a_run(s, flow, "PENDING", parent_task_run_id=task)
    s.get(f"/task_runs/{task}")
    propose(s, child, "RUNNING")
    s.get(f"/task_runs/{task}")
    propose(s, child, "PAUSED", name="Suspended", state_details={"pause_reschedule": True})
    propose(s, child, "COMPLETED", data=RESULT, message="m")
    s.get(f"/task_runs/{task}")
    show(s, child)


@scenario
def creation(s):
    flow = a_flow(s, "creation")
    s.post("/flow_runs/", json={"flow_id": flow, "name": "n"})
    s.post("/flow_runs/", json={"flow_id": flow, "name": "n", "state": None})
    s.post("/flow_runs/", json={"flow_id": flow, "name": "n", "state": {"type": "RUNNING", "name": "On", "message": "m"}})
    for _ in range(2):
        s.post("/flow_runs/", json={"flow_id": flow, "name": "n", "idempotency_key": "once", "tags": ["x"]})
    s.post("/flow_runs/", json={"flow_id": flow, "name": "n", "labels": {"a": 1, "prefect.flow.id": "mine"},
                                "context": {"c": [1]}, "flow_version": "7", "job_variables": {"image": "i"}})
    s.post("/flow_runs/", json={"flow_id": flow, "work_pool_name": "no such pool"})
    s.quietly.post("/work_pools/", json={"name": "creation", "type": "process"})
    s.post("/flow_runs/", json={"flow_id": flow, "name": "n", "work_pool_name": "creation"})
    s.post("/flow_runs/", json={"flow_id": flow, "name": "n", "work_pool_name": "creation", "work_queue_name": "no"})
    s.post("/flow_runs/", json={"flow_id": flow, "name": "n", "work_pool_name": "creation", "work_queue_name": "default"})
    s.post("/flow_runs/", json={"flow_id": "0a1b2c3d-0000-4000-8000-000000000009"})
    s.post("/flow_runs/", json={"flow_id": flow, "parent_task_run_id": "0a1b2c3d-0000-4000-8000-000000000009"})
    s.post("/flow_runs/", json={"flow_id": flow, "name": "n"},
           headers={"Prefect-Automation-ID": "0a1b2c3d-0000-4000-8000-00000000000a", "Prefect-Automation-Name": "bXkgYXV0bw=="})
    s.post("/flow_runs/", json={})
    s.post("/flow_runs/", json={"flow_id": flow, "state": {"type": "NOPE"}, "tags": "x", "extra": 1})


@scenario
def bad_proposals(s):
    run = a_run(s, a_flow(s, "bad-proposals"))
    for sent in (
        {}, {"state": None}, {"state": {}}, {"state": {"type": "x"}}, {"state": {"type": "RUNNING", "id": run}},
        {"state": {"type": "RUNNING", "timestamp": "2020-01-01T00:00:00Z"}}, {"state": "RUNNING"},
        {"state": {"type": "RUNNING", "state_details": {"nope": 1}}},
        {"state": {"type": "RUNNING", "state_details": {"pause_timeout": "x", "transition_id": "x"}}},
        {"state": {"type": "RUNNING", "name": 5}}, {"state": {"type": "RUNNING"}, "force": "maybe"}, [],
    ):
        s.post(f"/flow_runs/{run}/set_state", json=sent)
    s.post("/flow_runs/0a1b2c3d-0000-4000-8000-000000000009/set_state", json={"state": {"type": "RUNNING"}})
    s.post("/flow_runs/not-an-id/set_state", json={"state": {"type": "RUNNING"}})
    s.get(f"/flow_runs/{run}/set_state")


@scenario
def many_at_once(s):
    flow = a_flow(s, "many-at-once")
    runs = [a_run(s, flow, "SCHEDULED", tags=["bulk"]) for _ in range(3)]
    a_run(s, flow, "COMPLETED", tags=["bulk"])
    chosen = {"flow_runs": {"tags": {"all_": ["bulk"]}, "state": {"type": {"any_": ["SCHEDULED"]}}}}
    s.post("/flow_runs/bulk_set_state", json={**chosen, "state": {"type": "CANCELLING"}}, unordered=True)
    s.post("/flow_runs/bulk_set_state", json={**chosen, "state": {"type": "CANCELLING"}})
    everything = {"flow_runs": {"id": {"any_": runs}}}
    s.post("/flow_runs/bulk_set_state", json={**everything, "state": {"type": "RUNNING"}, "force": True, "limit": 5},
           unordered=True, ignore=["results.*.state.state_details.flow_run_id"])
    s.post("/flow_runs/bulk_set_state", json={**everything, "state": {"type": "PENDING"}}, unordered=True)
    s.post("/flow_runs/bulk_set_state", json={"state": {"type": "PENDING"}, "limit": 51})
    s.post("/flow_runs/bulk_set_state", json={"limit": 0})
    s.post("/flow_runs/bulk_set_state", json={"flow_runs": {"nope": 1}, "state": {"type": "PENDING"}})


@scenario
def events(s):
    flow = s.quietly.post("/flows/", json={"name": "state-events", "tags": ["of-flow"]})["id"]
    run = a_run(s, flow, "SCHEDULED", tags=["z", "a"])
    propose(s, run, "PENDING", message="m")
    propose(s, run, "RUNNING", name="On")
    propose(s, run, "PAUSED", state_details={"pause_key": "k"})
    propose(s, run, "CANCELLED", message="x" * 100_010)
    propose(s, run, "SCHEDULED", message="y" * 100_100)
    propose(s, run, "RUNNING", message="y" * 100_100)
    s.eventually("post", "/events/filter", until=lambda b: b["total"] == 6,
                 json={"filter": {"resource": {"id": [f"prefect.flow-run.{run}"]}, "order": "ASC"}})
