"""Thirty runs at once of three flows with limits 5, 2 and 10 in a pool of 5: the server keeps them,
whichever worker is attached. Workers have no limit of their own.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Iterator
from uuid import UUID

import pytest
from prefect.client.schemas.actions import WorkPoolUpdate

from api import client, flow_runs, history, start_run, worker_names
from processes import Worker
from waiting import until

pytestmark = pytest.mark.alone

POOL_LIMIT = 5
LIMITS = {"wide": 5, "narrow": 2, "open_wide": 10}
ACTIVE = {"PENDING", "RUNNING", "CANCELLING"}
POLL = {"stock": 1.0, "reeve": 15.0}
"""Seconds between a worker's polls. Ours is told of slots, so it gets them long before its next poll."""
WITHIN = {"stock": 6.0, "reeve": 3.0}
"""Seconds in which a slot is taken while a run waits for it. Stock workers find out by polling, and
share the machine with the runs that they start."""


@dataclass
class Pool:
    name: str
    kinds: tuple[str, ...]
    within: float


@pytest.fixture(params=[("stock",), ("reeve",), ("stock", "reeve")], ids="+".join)
def pool(request: pytest.FixtureRequest, server, started, tmp_path) -> Iterator[Pool]:
    """A pool with a limit and workers without one. Two of them race for its slots."""
    kinds = request.param
    name = "-".join(("five", *kinds))
    workers = []
    for kind in kinds:
        (folder := tmp_path / kind).mkdir()
        worker = Worker(kind, folder, server.api_url, pool=name, PREFECT_WORKER_QUERY_SECONDS=str(POLL[kind]))
        workers.append(worker)
        started.append(worker)
        worker.start()
        until(lambda: len(worker_names(name)) == len(workers), f"{len(workers)} workers in {name}", 60)
    with client() as api:
        api.update_work_pool(name, WorkPoolUpdate(concurrency_limit=POOL_LIMIT))
    yield Pool(name, kinds, max(WITHIN[kind] for kind in kinds))
    for worker in workers:
        worker.stop()


class Watch(threading.Thread):
    """Looks at the runs all the time and keeps the most that were active at once."""

    def __init__(self, runs: dict[UUID, str]) -> None:
        super().__init__(daemon=True)
        self.runs, self.most, self.looks, self.done = runs, Counter(), 0, threading.Event()

    def run(self) -> None:
        while not self.done.wait(0.1):
            found = flow_runs(*self.runs)
            active = [run.id for run in found if run.state_type and run.state_type.value in ACTIVE]
            count = Counter(self.runs[run] for run in active) | Counter(pool=len(active))
            self.most |= count
            self.looks += 1

    def stop(self) -> None:
        self.done.set()
        self.join(30)


def changes(runs: dict[UUID, str]) -> list[tuple[datetime, int, str]]:
    """Every moment at which a run became active (+1) or ceased to be (-1), by the server's clock."""
    found = []
    with client() as api:
        for run, name in runs.items():
            active = False
            for state in sorted(api.read_flow_run_states(run), key=lambda state: state.timestamp):
                if (state.type.value in ACTIVE) != active:
                    active = not active
                    found.append((state.timestamp, 1 if active else -1, name))
    return sorted(found)


def replay(runs: dict[UUID, str]) -> tuple[Counter, list[float]]:
    """The most that were active at once, and how long each slot stayed free while a run waited for it."""
    waiting, active, most = Counter(runs.values()), Counter(), Counter()
    since: datetime | None = None
    free: list[float] = []
    for at, change, name in changes(runs):
        if change > 0:
            waiting[name] -= 1
            if since:
                free.append((at - since).total_seconds())
        elif not since:
            since = at
        active[name] += change
        most |= active | Counter(pool=active.total())
        room = active.total() < POOL_LIMIT and any(waiting[n] and active[n] < LIMITS[n] for n in LIMITS)
        if change > 0 or not room:
            since = at if room else None
    return most, free


def refused(runs: dict[UUID, str]) -> int:
    """How often a worker claimed a run when there was no slot left."""
    return sum(history(run).count("AwaitingConcurrencySlot") for run in runs)


def test_thirty_runs_of_three_flows_stay_within_every_limit(pool, deployments):
    ids = {name: deployments(name, pool.name) for name in LIMITS}
    with client() as api:
        for name, deployment in ids.items():
            flow_id = api.read_deployment(deployment).flow_id
            answer = api._client.put(f"/reeve/flows/{flow_id}/limit", json={"max_concurrent": LIMITS[name]})
            assert answer.status_code == 200, answer.text
    runs: dict[UUID, str] = {}
    for name, deployment in ids.items():
        for _ in range(10):
            runs[start_run(deployment)] = name
    created = datetime.now(timezone.utc)
    watch = Watch(runs)
    watch.start()
    try:
        until(lambda: all(run.state and run.state.is_final() for run in flow_runs(*runs)), "every run to end", 360, every=1)
    finally:
        watch.stop()
    assert Counter(run.state_name for run in flow_runs(*runs)) == {"Completed": 30}
    most, free = replay(runs)
    print(f"{pool.name}: {watch.looks} looks saw at most {dict(watch.most)}; the states {dict(most)}; "
          f"{(datetime.now(timezone.utc) - created).total_seconds():.0f} s; a slot stayed free for at most {max(free):.2f} s; {refused(runs)} claims refused")  # fmt: skip
    for seen in (watch.most, most):
        assert seen["pool"] <= POOL_LIMIT, f"{seen['pool']} runs at once in a pool of {POOL_LIMIT}"
        assert all(seen[name] <= limit for name, limit in LIMITS.items()), seen
    assert most["pool"] == POOL_LIMIT and most["narrow"] == LIMITS["narrow"], f"the limits were not reached: {most}"
    assert max(free) < pool.within, f"a slot stayed free for {max(free):.1f} s while a run waited"
