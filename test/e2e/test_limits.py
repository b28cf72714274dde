"""Limits: of a work pool, of a deployment, by tag, and global ones."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from prefect import flow, task
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate, WorkPoolUpdate
from prefect.client.schemas.objects import ConcurrencyLimitConfig
from prefect.concurrency.sync import concurrency, rate_limit

from api import await_completed, await_state, client, flow_run, history, start_run, task_states
from processes import alive
from waiting import until


def overlap(spans: list[tuple[float, float]]) -> bool:
    ordered = sorted(spans)
    return any(later[0] < earlier[1] for earlier, later in zip(ordered, ordered[1:]))


def spans(folder: Path) -> list[tuple[float, float]]:
    return [tuple(map(float, file.read_text().split())) for file in folder.glob("*.span")]


class Spans:
    """Times at which something ran, in this process."""

    def __init__(self) -> None:
        self.all: list[tuple[float, float]] = []

    @contextmanager
    def one(self, seconds: float = 0.3):
        start = time.monotonic()
        time.sleep(seconds)
        yield
        self.all.append((start, time.monotonic()))


@contextmanager
def pool_limit(pool: str, limit: int):
    with client() as api:
        api.update_work_pool(pool, WorkPoolUpdate(concurrency_limit=limit))
        yield
        api._client.patch(f"/work_pools/{pool}", json={"concurrency_limit": None})


def test_pool_limit_lets_one_run_after_the_other(worker, deployments, tmp_path):
    deployment = deployments("span", worker.pool)
    with pool_limit(worker.pool, 1):
        runs = [start_run(deployment, scratch=str(tmp_path), seconds=1) for _ in range(2)]
        for run in runs:
            await_completed(run, seconds=90)
    assert len(spans(tmp_path)) == 2 and not overlap(spans(tmp_path))


def test_deployment_limit_makes_the_second_run_wait(worker, deployments, tmp_path):
    deployment = deployments("hold", worker.pool, name=f"one-at-a-time-{worker.kind}", concurrency_limit=1)
    first = start_run(deployment, scratch=str(tmp_path))
    until((tmp_path / "pids").exists, "the first run to start", 60)
    second = start_run(deployment, scratch=str(tmp_path))
    await_state(second, "AwaitingConcurrencySlot", seconds=30)
    assert flow_run(first).state_name == "Running"
    (tmp_path / "go").touch()
    await_completed(first)
    await_completed(second, seconds=60)
    assert "AwaitingConcurrencySlot" in history(second)


def test_deployment_limit_cancels_the_second_run_when_told_to(stock_worker, deployments, tmp_path):
    deployment = deployments(
        "hold", stock_worker.pool, name="or-not-at-all",
        concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy="CANCEL_NEW"),
    )  # fmt: skip
    first = start_run(deployment, scratch=str(tmp_path))
    until((tmp_path / "pids").exists, "the first run to start", 60)
    second = start_run(deployment, scratch=str(tmp_path))
    await_state(second, "Cancelled", seconds=30)
    (tmp_path / "go").touch()
    await_completed(first)


def test_deployment_limit_cancels_the_running_run_when_told_to(worker, deployments, tmp_path):
    deployment = deployments("hold", worker.pool, name=f"newest-{worker.kind}", concurrency_limit=1)
    with client() as api:
        told = api._client.put(f"/reeve/deployments/{deployment}/collisions", json={"collision_strategy": "CANCEL_RUNNING"})
        told.raise_for_status()
        shown = api.read_deployment(deployment).concurrency_options
    assert shown.collision_strategy.value == "ENQUEUE"  # what this client can read
    first = start_run(deployment, scratch=str(tmp_path))
    until((tmp_path / "pids").exists, "the first run to start", 60)
    pid = int((tmp_path / "pids").read_text().split()[0])
    await_state(first, "Running")
    (tmp_path / "next").mkdir()
    newest = start_run(deployment, scratch=str(tmp_path / "next"))
    await_state(first, "Cancelled", seconds=60)
    until(lambda: not alive(pid), "the first run's process to end", 40)
    until((tmp_path / "next" / "pids").exists, "the newest run to start", 60)
    (tmp_path / "next" / "go").touch()
    await_completed(newest)
    assert "Cancelling" in history(first)


def test_tag_limit_keeps_tasks_apart():
    seen = Spans()

    @task(tags=["e2e-one"], task_run_name="apart-{n}")
    def apart(n: int):
        with seen.one():
            pass

    @flow
    def main():
        apart.map(range(3)).wait()

    with client() as api:
        api.create_concurrency_limit("e2e-one", 1)
        state = main(return_state=True)
        assert len(seen.all) == 3 and not overlap(seen.all)
        until(lambda: api.read_concurrency_limit_by_tag("e2e-one").active_slots == [], "free slots", 10)
        api.delete_concurrency_limit_by_tag("e2e-one")
    run_id = state.state_details.flow_run_id
    until(lambda: list(task_states(run_id).values()) == ["Completed"] * 3, "the task runs", 15)


def test_tag_limit_of_zero_stops_tasks():
    @task(tags=["e2e-none"])
    def never():
        return 1

    @flow
    def main():
        never()

    with client() as api:
        api.create_concurrency_limit("e2e-none", 0)
        try:
            state = main(return_state=True)
        finally:
            api.delete_concurrency_limit_by_tag("e2e-none")
    assert not state.is_completed()


@pytest.fixture
def limit(request):
    """Makes a global limit and takes it away after the test."""
    made = []

    def make(name: str, slots: int, decay: float = 0) -> str:
        with client() as api:
            api.create_global_concurrency_limit(
                GlobalConcurrencyLimitCreate(name=name, limit=slots, slot_decay_per_second=decay)
            )
        made.append(name)
        return name

    yield make
    with client() as api:
        for name in made:
            api.delete_global_concurrency_limit_by_name(name)


def test_global_limit_keeps_threads_apart(limit):
    name = limit("e2e-global", 1)
    seen = Spans()

    def work():
        with concurrency(name, occupy=1, timeout_seconds=60):
            with seen.one(0.2):
                pass

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(seen.all) == 3 and not overlap(seen.all)
    with client() as api:
        assert api.read_global_concurrency_limit_by_name(name).active_slots == 0


def test_global_limit_that_is_full_times_out(limit):
    name = limit("e2e-full", 1)
    with concurrency(name, occupy=1):
        with pytest.raises(TimeoutError):
            with concurrency(name, occupy=1, timeout_seconds=1):
                pass


def test_unknown_limit_is_an_error_when_strict():
    with pytest.raises(Exception, match="e2e-not-there"):
        with concurrency("e2e-not-there", strict=True):
            pass


def test_rate_limit_spreads_calls_over_time(limit):
    name = limit("e2e-rate", 1, decay=2)
    start = time.monotonic()
    for _ in range(4):
        rate_limit(name, timeout_seconds=60)
    assert time.monotonic() - start >= 1.3
