"""Every pair of states by type and name, of flow and task runs, forced and not.

The types alone are in test_flow_run_states.py and test_task_run_states.py. The table of all names takes
minutes: `make states` compares it whole, every run of the suite what is proposed unforced from one name that is not
its type's own to another.
"""

import os

from harness import scenario
from test_task_run_states import Tasks

WHOLE = os.environ.get("REEVE_STATES") == "all"

NAMES = {
    "SCHEDULED": ["Scheduled", "Late", "AwaitingRetry", "AwaitingConcurrencySlot", "Resuming"],
    "PENDING": ["Pending", "Submitting", "InfrastructurePending"],
    "RUNNING": ["Running", "Retrying"],
    "COMPLETED": ["Completed", "Cached", "RolledBack"],
    "FAILED": ["Failed", "TimedOut"],
    "CANCELLED": ["Cancelled", "Skipped"],
    "CRASHED": ["Crashed", "Zombie"],
    "PAUSED": ["Paused", "Suspended"],
    "CANCELLING": ["Cancelling", "Terminating"],
}
"""The names that the contract gives, and for types that it gives one only, a name of a user's own."""

STATES = [(type, name) for type, names in NAMES.items() for name in names]
SPECIAL = [(type, name) for type, names in NAMES.items() for name in names[1:]]


class FlowRuns:
    """Flow runs of one flow."""

    def __init__(self, s, name):
        self.s, self.flow = s, s.quietly.post("/flows/", json={"name": name})["id"]

    def new(self):
        return self.s.quietly.post("/flow_runs/", json={"flow_id": self.flow, "name": "a-run", "state": {"type": "PENDING"}})["id"]

    path = "/flow_runs"


class TaskRuns:
    """Task runs of one flow run."""

    def __init__(self, s, name):
        self.s, self.tasks = s, Tasks(s, name)

    def new(self):
        return self.tasks.new()

    path = "/task_runs"


def table(kind, start, force):
    type, name = start
    title = f"{kind.__name__}_from_{name}" + ("_by_force" if force else "")

    def from_one_state(s):
        runs = kind(s, title.lower().replace("_", "-"))
        for end_type, end_name in STATES if WHOLE else SPECIAL:
            run = runs.new()
            s.quietly.post(f"{kind.path}/{run}/set_state", json={"state": {"type": type, "name": name}, "force": True})
            s.post(f"{kind.path}/{run}/set_state", json={"state": {"type": end_type, "name": end_name}, "force": force})
            if WHOLE:
                s.get(f"{kind.path}/{run}")

    from_one_state.__name__ = title
    return scenario(from_one_state)


for _kind in (FlowRuns, TaskRuns):
    for _start in STATES if WHOLE else SPECIAL:
        for _force in (False, True) if WHOLE else (False,):
            globals()[f"test_{_kind.__name__}_from_{_start[1]}" + ("_by_force" if _force else "")] = table(_kind, _start, _force)
