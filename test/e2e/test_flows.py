"""Flows and tasks that run in the client's own process: what the server keeps of them."""

from __future__ import annotations

import asyncio
import time

import pytest
from prefect import flow, get_run_logger, task
from prefect.cache_policies import INPUTS
from prefect.client.schemas.objects import TaskRunResult
from prefect.states import Completed, Failed

from api import client, flow_run, history, messages, subflow_runs, task_runs, task_states
from waiting import until


def run_id_of(state):
    return state.state_details.flow_run_id


def await_tasks(run_id, **wanted: str):
    """Waits until the task runs have arrived with these states; `_` in names stands for `-`."""
    expected = {name.replace("_", "-"): state for name, state in wanted.items()}

    def arrived() -> bool:
        assert (found := task_states(run_id)) == expected, found
        return True

    until(arrived, f"task runs {expected}", 15)
    return task_runs(run_id)


def test_run_is_recorded_with_its_parameters_and_times():
    @flow(name="e2e-recorded", flow_run_name="recorded-{x}", version="7", description="about it")
    def recorded(x: int, y: list[str]):
        return Completed(message="as wished", name="Splendid")

    state = recorded(1, y=["a"], return_state=True)
    run = flow_run(run_id_of(state))
    assert run.name == "recorded-1"
    assert run.parameters == {"x": 1, "y": ["a"]}
    assert run.flow_version == "7"
    assert (run.state_name, run.state.message) == ("Splendid", "as wished")
    assert run.expected_start_time <= run.start_time <= run.end_time
    assert history(run.id) == ["Pending", "Running", "Splendid"]
    with client() as api:
        assert api.read_flow_by_name("e2e-recorded").id == run.flow_id


def test_failing_flow_ends_failed_with_its_error():
    @flow
    def broken():
        raise ValueError("no such luck")

    state = broken(return_state=True)
    run = flow_run(run_id_of(state))
    assert run.state_name == "Failed"
    assert "ValueError: no such luck" in run.state.message


def test_flow_that_takes_too_long_times_out():
    @flow(timeout_seconds=0.5)
    async def slow():
        await asyncio.sleep(30)

    state = asyncio.run(slow(return_state=True))
    assert flow_run(run_id_of(state)).state_name == "TimedOut"


def test_flow_retries_until_it_succeeds():
    attempts = []

    @flow(retries=2, retry_delay_seconds=0.2)
    def flaky():
        attempts.append(1)
        if len(attempts) < 3:
            raise ValueError("not yet")
        return len(attempts)

    state = flaky(return_state=True)
    run = flow_run(run_id_of(state))
    assert state.result() == 3
    assert run.run_count == 3
    assert history(run.id) == [
        "Pending", "Running", "AwaitingRetry", "Running", "AwaitingRetry", "Running", "Completed",
    ]  # fmt: skip


def test_flow_retries_run_out():
    @flow(retries=1)
    def hopeless():
        raise ValueError("never")

    run = flow_run(run_id_of(hopeless(return_state=True)))
    assert (run.state_name, run.run_count) == ("Failed", 2)


def test_subflow_hangs_below_its_parent():
    @flow(flow_run_name="the-child")
    def child(n: int):
        return n * 2

    @flow
    def parent():
        return child(21)

    state = parent(return_state=True)
    parent_id = run_id_of(state)
    assert state.result() == 42
    [sub] = subflow_runs(parent_id)
    assert (sub.name, sub.state_name, sub.parameters) == ("the-child", "Completed", {"n": 21})
    tasks = until(lambda: task_runs(parent_id), "the parent's task run for its child", 15)
    [link] = tasks.values()
    assert link.id == sub.parent_task_run_id
    assert link.state_name == "Completed"
    assert link.state.state_details.child_flow_run_id == sub.id


def test_failing_subflow_fails_its_parent_task_run():
    @flow
    def child():
        raise ValueError("child")

    @flow
    def parent():
        child(return_state=True)
        return Completed(message="took it well")

    state = parent(return_state=True)
    [sub] = subflow_runs(run_id_of(state))
    assert sub.state_name == "Failed"
    assert [t.state_name for t in task_runs(run_id_of(state)).values()] == ["Failed"]
    assert flow_run(run_id_of(state)).state_name == "Completed"


def test_task_retries_with_growing_delays():
    attempts = []

    @task(task_run_name="flaky", retries=2, retry_delay_seconds=[0.1, 0.6])
    def flaky():
        attempts.append(time.monotonic())
        if len(attempts) < 3:
            raise ValueError("not yet")

    @flow
    def main():
        flaky()

    tasks = await_tasks(run_id_of(main(return_state=True)), flaky="Completed")
    assert tasks["flaky"].run_count == 3
    assert attempts[2] - attempts[1] >= 0.6
    with client() as api:
        names = [s.name for s in api.read_task_run_states(tasks["flaky"].id)]
    assert names == [
        "Pending", "Running", "AwaitingRetry", "Retrying", "AwaitingRetry", "Retrying", "Completed",
    ]  # fmt: skip


def test_failed_task_and_those_after_it_are_recorded():
    @task(task_run_name="bad")
    def bad():
        raise RuntimeError("task went wrong")

    @task
    def after(_):
        return 1

    @flow
    def main():
        after.submit(bad.submit()).wait()

    run_id = run_id_of(main(return_state=True))

    def arrived():
        found = list(task_runs(run_id).values())
        return {run.state_name: run for run in found} if len(found) == 2 else None

    tasks = until(arrived, "two task runs", 15)
    assert set(tasks) == {"Failed", "NotReady"}
    assert tasks["Failed"].name == "bad"
    assert "task went wrong" in tasks["Failed"].state.message
    inputs = [i for i in tasks["NotReady"].task_inputs["_"] if isinstance(i, TaskRunResult)]
    assert [i.id for i in inputs] == [tasks["Failed"].id]


def test_task_result_is_cached_by_its_inputs():
    calls = []

    @task(task_run_name="square-{n}-{turn}", cache_policy=INPUTS - "turn", persist_result=True)
    def square(n: int, turn: int):
        calls.append(n)
        return n * n

    @flow
    def main():
        return [square(4, 1), square(4, 2), square(5, 3)]

    state = main(return_state=True)
    assert state.result() == [16, 16, 25]
    assert calls == [4, 5]
    await_tasks(run_id_of(state), square_4_1="Completed", square_4_2="Cached", square_5_3="Completed")


def test_many_mapped_tasks_all_arrive():
    @task(task_run_name="n-{n}")
    def number(n: int):
        return n

    @flow
    def main():
        return sum(number.map(range(60)).result())

    state = main(return_state=True)
    assert state.result() == sum(range(60))
    await_tasks(run_id_of(state), **{f"n_{n}": "Completed" for n in range(60)})


def test_task_without_a_flow_is_recorded():
    @task(task_run_name="alone")
    def alone():
        return 1

    state = alone(return_state=True)
    task_id = state.state_details.task_run_id

    def look():
        with client() as api:
            run = api.read_task_run(task_id)
            return run if run.state_name == "Completed" else None

    run = until(look, "the task run to be completed", 15)
    assert (run.name, run.run_count) == ("alone", 1)


def test_persisted_result_is_read_back_through_the_api():
    @task(task_run_name="made", persist_result=True)
    def made():
        return {"deep": [1, 2, 3]}

    @flow(persist_result=True)
    def main():
        return made()

    run_id = run_id_of(main(return_state=True))
    assert flow_run(run_id).state.result() == {"deep": [1, 2, 3]}
    tasks = await_tasks(run_id, made="Completed")
    assert tasks["made"].state.result() == {"deep": [1, 2, 3]}


def test_result_that_was_not_persisted_is_missing():
    from prefect.exceptions import MissingResult, UnfinishedRun

    @flow(persist_result=False)
    def main():
        return 1

    stored = flow_run(run_id_of(main(return_state=True))).state
    with pytest.raises((MissingResult, UnfinishedRun)):
        stored.result()


def test_state_returned_by_the_flow_decides():
    @flow
    def main():
        return Failed(message="decided so")

    run = flow_run(run_id_of(main(return_state=True)))
    assert (run.state_name, run.state.message) == ("Failed", "decided so")


def test_logs_are_kept_in_order_per_flow_and_task():
    @task(task_run_name="talker")
    def talker():
        get_run_logger().info("from the task")

    @flow(log_prints=True)
    def main():
        for n in range(50):
            get_run_logger().info("line %d", n)
        print("printed")
        talker()

    run_id = run_id_of(main(return_state=True))
    until(lambda: "printed" in messages(run_id) and "from the task" in messages(run_id), "the logs", 15)
    assert [m for m in messages(run_id) if m.startswith("line ")] == [f"line {n}" for n in range(50)]
    talker_id = await_tasks(run_id, talker="Completed")["talker"].id
    assert "from the task" in messages(run_id, talker_id)
    assert "printed" not in messages(run_id, talker_id)


def test_async_flow_with_concurrent_tasks():
    @task(task_run_name="a-{n}")
    async def work(n: int):
        await asyncio.sleep(0.05)
        return n

    @flow
    async def main():
        return await asyncio.gather(*(work(n) for n in range(5)))

    state = asyncio.run(main(return_state=True))
    await_tasks(run_id_of(state), **{f"a_{n}": "Completed" for n in range(5)})
    assert flow_run(run_id_of(state)).state_name == "Completed"
