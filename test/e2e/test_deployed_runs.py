"""A deployment's run, from `flow.from_source(...).deploy` to its result, on both workers."""

from __future__ import annotations

import os

import pytest
from prefect.blocks.system import Secret
from prefect.variables import Variable

from api import await_completed, flow_run, history, messages, start_run, task_runs
from waiting import until


@pytest.fixture(scope="module")
def finished(deployments):
    """Runs `hello` once per worker; tests look at the finished run from several sides."""
    runs = {}

    def get(worker):
        if worker.kind not in runs:
            Secret(value="s3cret").save("e2e-secret", overwrite=True)
            Variable.set("e2e_variable", "from a variable", overwrite=True)
            deployment = deployments(
                "hello",
                worker.pool,
                name=f"{worker.kind}-full",
                parameters={"name": "default"},
                tags=["e2e"],
                job_variables={
                    "env": {
                        "E2E_PLAIN": "plain",
                        "E2E_SECRET": "{{ prefect.blocks.secret.e2e-secret }}",
                        "E2E_VARIABLE": "{{ prefect.variables.e2e_variable }}",
                    }
                },
            )
            runs[worker.kind] = start_run(deployment, name="reeve")
        return await_completed(runs[worker.kind])

    return get


def test_run_completes_with_its_result(worker, finished):
    run = finished(worker)
    result = run.state.result()
    assert result["greeting"] == "hello reeve"
    assert result["shouts"] == ["ONE", "TWO"]


def test_job_variables_reach_the_process(worker, finished):
    assert finished(worker).state.result()["environment"] == {
        "E2E_PLAIN": "plain",
        "E2E_SECRET": "s3cret",
        "E2E_VARIABLE": "from a variable",
    }


def test_run_passes_through_the_states_of_a_worker(worker, finished):
    names = history(finished(worker).id)
    assert names[0] == "Scheduled" and names[-2:] == ["Running", "Completed"]
    assert set(names) <= {"Scheduled", "Late", "Pending", "Submitting", "Running", "Completed"}


def test_run_carries_what_the_worker_and_the_engine_note(worker, finished):
    run = finished(worker)
    assert run.run_count == 1
    assert run.work_pool_name == worker.pool
    assert run.work_queue_name == "default"
    assert run.tags == ["e2e"]
    assert run.start_time <= run.end_time
    assert run.total_run_time.total_seconds() > 0
    assert int(run.infrastructure_pid.rsplit(":", 1)[-1]) > 0
    assert run.labels["prefect.worker.type"] == "process"
    assert run.labels["prefect.work-pool.name"] == worker.pool


def test_logs_of_worker_flow_and_tasks_are_readable(worker, finished):
    run = finished(worker)
    wanted = {"printed for reeve", "warned about reeve", "greeting reeve", "Finished in state Completed()"}
    until(lambda: wanted <= set(messages(run.id)), f"the logs {wanted}", 15)
    greet = next(task for name, task in task_runs(run.id).items() if name.startswith("greet-"))
    assert "greeting reeve" in messages(run.id, greet.id)
    assert "printed for reeve" not in messages(run.id, greet.id)


def test_task_runs_arrive_with_names_and_states(worker, finished):
    run = finished(worker)
    found = until(lambda: (r := task_runs(run.id)) and len(r) == 3 and r, "three task runs", 15)
    assert {"shout-one", "shout-two"} < set(found)
    assert {task.state_name for task in found.values()} == {"Completed"}
    assert all(task.start_time and task.end_time and task.run_count == 1 for task in found.values())
