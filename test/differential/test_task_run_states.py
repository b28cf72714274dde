"""Task runs through their states: every outcome of every rule of the task policies."""

from datetime import datetime, timedelta, timezone

from harness import scenario

TYPES = ["SCHEDULED", "PENDING", "RUNNING", "COMPLETED", "FAILED", "CANCELLED", "CRASHED", "PAUSED", "CANCELLING"]
RESULT = {"type": "reference", "storage_key": "a/b"}


class Tasks:
    """Task runs of one flow run."""

    def __init__(self, s, name, state="RUNNING"):
        self.s, self.count = s, 0
        flow = s.quietly.post("/flows/", json={"name": name})["id"]
        self.flow_run = s.quietly.post("/flow_runs/", json={"flow_id": flow, "state": {"type": state}})["id"]

    def new(self, state="PENDING", quietly=True, **fields):
        self.count += 1
        s = self.s.quietly if quietly else self.s
        body = {"flow_run_id": self.flow_run, "name": "a-task", "task_key": "t", "dynamic_key": str(self.count),
                "state": {"type": state} if isinstance(state, str) else state, **fields}
        return s.post("/task_runs/", json=body)["id"]

    def set(self, run, type, force=False, ignore=(), **fields):
        return self.s.post(f"/task_runs/{run}/set_state", ignore=list(ignore),
                           json={"state": {"type": type, **fields}, "force": force})

    def show(self, run):
        return self.s.get(f"/task_runs/{run}")

    def flow_to(self, type, **fields):
        self.s.quietly.post(f"/flow_runs/{self.flow_run}/set_state",
                            json={"state": {"type": type, **fields}, "force": True})


def transitions_from(start):
    def transitions(s):
        tasks = Tasks(s, f"task-transitions-from-{start.lower()}")
        for force in (False, True):
            for end in TYPES:
                run = tasks.new(start)
                tasks.set(run, end, force=force)
                tasks.show(run)

    transitions.__name__ = f"task_transitions_from_{start.lower()}"
    return scenario(transitions)


for _start in TYPES:
    globals()[f"test_transitions_from_{_start.lower()}"] = transitions_from(_start)


@scenario
def a_task_life(s):
    tasks = Tasks(s, "a-task-life")
    run = tasks.new(quietly=False, tags=["b", "a"])
    tasks.set(run, "RUNNING", message="on")
    tasks.show(run)
    tasks.set(run, "RUNNING")
    tasks.set(run, "COMPLETED", data={**RESULT, "artifact_key": "task-key"})
    tasks.show(run)
    for type in TYPES:
        tasks.set(run, type)
    s.get("/task_run_states/", params={"task_run_id": run})
    s.post("/artifacts/filter", json={"task_runs": {"id": {"any_": [run]}}})


@scenario
def stopped_flows(s):
    for state in TYPES:
        tasks = Tasks(s, f"stopped-flow-{state.lower()}", state)
        tasks.set(tasks.new(), "RUNNING")
    tasks = Tasks(s, "stopped-flow-paused-until")
    tasks.flow_to("PAUSED", state_details={"pause_timeout": "2090-01-01T00:00:00Z", "pause_reschedule": True})
    run = tasks.new()
    tasks.set(run, "RUNNING")
    tasks.show(run)
    tasks.set(run, "COMPLETED")
    run = s.post("/task_runs/", json={"name": "a-task", "task_key": "alone", "dynamic_key": "stopped"})["id"]
    tasks.set(run, "RUNNING")


@scenario
def task_retries(s):
    tasks = Tasks(s, "task-retries")
    run = tasks.new("RUNNING", empirical_policy={"retries": 2, "retry_delay": [0, 60]}, quietly=False)
    tasks.set(run, "FAILED", message="first", data=RESULT)
    tasks.show(run)
    tasks.set(run, "RUNNING")
    tasks.set(run, "FAILED", message="second")
    tasks.set(run, "RUNNING", ignore=["details.delay_seconds"])
    tasks.set(run, "RUNNING", force=True)
    tasks.show(run)
    tasks.set(run, "FAILED", message="third")
    tasks.show(run)
    tasks.set(run, "RUNNING")
    tasks.show(run)
    for policy in ({"retries": 1, "retry_delay": 1.5}, {"retries": 1, "retry_delay": 0, "retry_jitter_factor": 1},
                   {"retries": 0}, {"max_retries": 1, "retry_delay_seconds": 3}):
        run = tasks.new("RUNNING", empirical_policy=policy, quietly=False)
        tasks.set(run, "FAILED")
    run = tasks.new("RUNNING", empirical_policy={"retries": 1})
    tasks.set(run, "FAILED", state_details={"retriable": False})
    run = tasks.new("RUNNING", empirical_policy={"retries": 1})
    tasks.set(run, "FAILED", state_details={"retriable": True})


@scenario
def flow_retries_and_tasks(s):
    tasks = Tasks(s, "flow-retries-and-tasks")
    failed, completed = tasks.new("RUNNING"), tasks.new("RUNNING")
    tasks.set(failed, "RUNNING")
    tasks.set(failed, "FAILED")
    tasks.set(completed, "COMPLETED")
    tasks.flow_to("SCHEDULED", name="AwaitingRetry")
    tasks.flow_to("RUNNING")
    for run in (failed, completed):
        tasks.set(run, "RUNNING")
        tasks.show(run)


@scenario
def scheduled_tasks(s):
    tasks = Tasks(s, "scheduled-tasks")
    later = (datetime.now(timezone.utc) + timedelta(hours=1)).isoformat()
    run = tasks.new({"type": "SCHEDULED", "state_details": {"scheduled_time": later}})
    tasks.set(run, "RUNNING", ignore=["details.delay_seconds"])
    tasks.set(run, "PENDING")
    tasks.set(run, "RUNNING", ignore=["details.delay_seconds"])
    run = tasks.new({"type": "SCHEDULED", "name": "AwaitingRetry"})
    tasks.set(run, "RUNNING")
    tasks.set(run, "SCHEDULED", name="AwaitingRetry")
    tasks.set(run, "RUNNING")
    tasks.set(run, "RUNNING")
    tasks.show(run)


@scenario
def caching(s):
    tasks = Tasks(s, "caching")
    key = {"cache_key": "a-cache-key"}
    tasks.set(tasks.new(), "RUNNING", state_details=key)
    tasks.set(tasks.new("RUNNING"), "COMPLETED", state_details=key, data=RESULT, message="kept")
    run = tasks.new()
    tasks.set(run, "RUNNING", state_details=key)
    tasks.show(run)
    tasks.set(tasks.new(), "RUNNING", state_details={**key, "refresh_cache": True})
    tasks.set(tasks.new("RUNNING"), "COMPLETED", message="newer", state_details=key)
    tasks.set(tasks.new(), "RUNNING", state_details=key)
    tasks.set(tasks.new("RUNNING"), "COMPLETED", state_details={"cache_key": "gone", "cache_expiration": "2020-01-01T00:00:00Z"})
    tasks.set(tasks.new(), "RUNNING", state_details={"cache_key": "gone"})
    tasks.set(tasks.new("RUNNING"), "COMPLETED", state_details={"cache_key": "stays", "cache_expiration": "2090-01-01T00:00:00Z"})
    tasks.set(tasks.new(), "RUNNING", state_details={"cache_key": "stays"})
    tasks.set(tasks.new("RUNNING"), "COMPLETED", state_details={"cache_key": "x" * 2001})
    tasks.set(tasks.new(), "RUNNING", state_details={"cache_key": "x" * 2001})
    tasks.set(tasks.new("RUNNING"), "COMPLETED", force=True, state_details={"cache_key": "forced"})
    tasks.set(tasks.new(), "RUNNING", state_details={"cache_key": "forced"})


@scenario
def background_tasks(s):
    deferred = {"deferred": True, "task_parameters_id": "0a1b2c3d-0000-4000-8000-00000000000b"}
    body = {"name": "a-task", "task_key": "background", "dynamic_key": "1",
            "state": {"type": "SCHEDULED", "state_details": deferred}}
    run = s.post("/task_runs/", json=body)["id"]
    s.post("/task_runs/", json=body)
    for type in ("PENDING", "PENDING", "RUNNING", "PENDING"):
        s.post(f"/task_runs/{run}/set_state", json={"state": {"type": type, "state_details": {"deferred": True}}})
    s.post(f"/task_runs/{run}/set_state", json={"state": {"type": "COMPLETED"}})
    s.get(f"/task_runs/{run}")


@scenario
def task_creation(s):
    tasks = Tasks(s, "task-creation")
    body = {"flow_run_id": tasks.flow_run, "name": "a-task", "task_key": "made", "dynamic_key": "0"}
    s.post("/task_runs/", json=body)
    s.post("/task_runs/", json={**body, "name": "another", "tags": ["x"]})
    s.post("/task_runs/", json={**body, "dynamic_key": "1", "id": "0a1b2c3d-0000-4000-8000-00000000000c",
                                "state": {"type": "COMPLETED"}, "labels": {"mine": True},
                                "cache_key": "k", "cache_expiration": "2030-01-01T00:00:00Z", "task_version": "3",
                                "task_inputs": {"x": [{"input_type": "constant", "type": "int"}]}})
    s.post("/task_runs/", json={**body, "dynamic_key": "2", "id": "0a1b2c3d-0000-4000-8000-00000000000c"})
    s.post("/task_runs/", json={**body, "flow_run_id": "0a1b2c3d-0000-4000-8000-000000000009"})
    s.post("/task_runs/", json={"name": "x"})
    s.post("/task_runs/", json={**body, "nope": 1, "tags": 5, "state": {"type": "?"}})


@scenario
def bad_task_proposals(s):
    run = Tasks(s, "bad-task-proposals").new()
    for sent in ({}, {"state": {}}, {"state": {"type": "x"}}, {"state": {"type": "RUNNING", "id": run}}, []):
        s.post(f"/task_runs/{run}/set_state", json=sent)
    s.post("/task_runs/0a1b2c3d-0000-4000-8000-000000000009/set_state", json={"state": {"type": "RUNNING"}})
