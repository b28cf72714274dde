"""The process of a run: the same whether the worker forks it or starts it plainly."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from uuid import UUID

import pytest

from api import await_completed, await_state, client, history, messages, start_run
from deploying import FLOWS
from processes import Worker
from waiting import until

OURS = pytest.mark.parametrize("worker_kind", ("reeve", "plain"))


def test_asynchronous_flow_with_subflows(worker, deployments):
    assert await_completed(start_run(deployments("outer", worker.pool))).state.result() == [1, 3]


def test_tasks_in_processes(worker, deployments):
    result = await_completed(start_run(deployments("in_processes", worker.pool))).state.result()
    assert result == {"squares": [1, 4, 9], "elsewhere": True}


def test_retry_stays_in_the_process(worker, deployments, tmp_path):
    run = await_completed(start_run(deployments("second_time", worker.pool), scratch=str(tmp_path)))
    assert (run.state.result(), run.run_count) == (1, 2)


def test_exit_code_is_told(worker, deployments):
    run = await_state(start_run(deployments("leave", worker.pool), code=3), "Crashed")
    assert "status code: 3" in run.state.message
    until(lambda: "last words" in worker.output(), "the output of the run", 10)


def look(worker: Worker, deployments, name: str = "", **environment: str) -> dict:
    """What `process` says in a run of the worker with these variables in its job."""
    options = {"name": f"{worker.kind}-{name}", "job_variables": {"env": environment}} if name else {}
    return await_completed(start_run(deployments("process", worker.pool, **options))).state.result()


def test_process_is_the_same_forked_or_plain(workers, deployments):
    forked, plain = (look(workers(kind), deployments) for kind in ("reeve", "plain"))
    assert (forked.pop("warm"), plain.pop("warm")) == (True, False)
    assert set(plain.pop("modules")) <= set(forked.pop("modules"))
    assert {name: (forked[name], plain[name]) for name in forked if forked[name] != plain[name]} == {}
    assert forked["leader"] and forked["output"] and forked["argv"] == ["engine.py"] and forked["main"] == "prefect.engine"


def test_process_is_the_same_where_no_language_is_named(own_worker, deployments, monkeypatch):
    for name in ("LANG", "LC_ALL", "LC_CTYPE"):
        monkeypatch.delenv(name, raising=False)
    forked, plain = (look(own_worker(kind, f"language-{kind}"), deployments) for kind in ("reeve", "plain"))
    assert (forked.pop("warm"), plain.pop("warm")) == (True, False)
    assert forked["environment"] == plain["environment"] and forked["environment"]["LC_CTYPE"] == "C.UTF-8"


@OURS
def test_variables_of_the_job_are_settings(worker, deployments):
    found = look(worker, deployments, "debug", PREFECT_LOGGING_LEVEL="DEBUG", E2E_OWN="mine")
    assert (found["level"], found["environment"]["E2E_OWN"]) == (10, "mine")
    assert found["warm"] == (worker.kind == "reeve")
    assert look(worker, deployments)["level"] == 20


def test_variable_that_the_interpreter_reads_makes_a_plain_process(workers, deployments):
    found = look(workers("reeve"), deployments, "seed", PYTHONHASHSEED="7")
    assert (found["warm"], found["environment"]["PYTHONHASHSEED"]) == (False, "7")


def test_module_that_the_interpreter_would_take_makes_a_plain_process(workers, deployments, tmp_path):
    (tmp_path / "sitecustomize.py").touch()
    found = look(workers("reeve"), deployments, "site", PYTHONPATH=str(tmp_path))
    assert found["warm"] is False and "sitecustomize" in found["modules"]


def test_runs_survive_the_process_they_were_forked_from(own_worker, deployments, tmp_path):
    worker = own_worker("reeve", "orphans")
    hold = deployments("hold", worker.pool)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    runs = [start_run(hold, scratch=str(tmp_path / name)) for name in ("a", "b")]
    for name in ("a", "b"):
        until((tmp_path / name / "pids").exists, "the flow to start", 60)
    pid = int((tmp_path / "a" / "pids").read_text().split()[0])
    parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    assert parent != worker.pid, "the run was not forked"
    os.kill(parent, signal.SIGKILL)
    (tmp_path / "a" / "go").touch()
    await_completed(runs[0])
    os.kill(int((tmp_path / "b" / "pids").read_text().split()[0]), signal.SIGKILL)
    assert "not known" in await_state(runs[1], "Crashed").state.message
    assert look(worker, deployments)["leader"]
    assert worker.running()


@OURS
def test_run_of_a_killed_worker_is_looked_after_by_the_next(worker_kind, own_worker, deployments, tmp_path):
    worker = own_worker(worker_kind, f"killed-{worker_kind}")
    run_id = start_run(deployments("hold", worker.pool), scratch=str(tmp_path))
    until((tmp_path / "pids").exists, "the flow to start", 60)
    await_state(run_id, "Running")
    worker.signal(signal.SIGKILL)
    worker.wait(10)
    following = own_worker(worker_kind, worker.pool)
    until(lambda: "looks after it" in following.output(), "the next worker to find the run", 30)
    (tmp_path / "go").touch()
    assert await_completed(run_id).run_count == 1


@OURS
def test_lines_of_a_preparation_come_once_and_first(worker, tmp_path):
    def run(name: str, *commands: str, **environment: str) -> UUID:
        steps = [{"prefect.deployments.steps.run_shell_script": {"script": command}} for command in commands]
        steps.append({"prefect.deployments.steps.set_working_directory": {"directory": str(FLOWS)}})
        with client() as api:
            flow = api.create_flow_from_name("hello")
            deployment = api.create_deployment(
                flow, f"{worker.kind}-{name}", work_pool_name=worker.pool, entrypoint="deployed.py:hello",
                pull_steps=steps, job_variables={"env": environment},
            )  # fmt: skip
        return start_run(deployment)

    go = tmp_path / "go"
    runs = {
        "quick": run("quick", "true"),
        "plain": run("plain-program", "true", PYTHONHASHSEED="7"),
        "failing": run("failing", "false"),
        "slow": run("slow", f"sh -c 'until [ -e {go} ]; do sleep 0.1; done'"),
    }

    def told(run_id: UUID) -> list[str]:
        return [line for line in messages(run_id) if line.startswith(("Executing", "Beginning"))]

    step = "Executing deployment step: run_shell_script"
    until(lambda: told(runs["slow"]) == [step], "a line of a preparation that goes on", 60)
    assert "Running" not in history(runs["slow"])
    go.touch()
    await_state(runs["failing"], "Crashed")
    assert told(runs["failing"]) == [step]
    for name in ("quick", "plain", "slow"):
        await_completed(runs[name])
        until(lambda: told(runs[name])[-1].startswith("Beginning"), f"the lines of {name}", 20)
        assert [line.split()[0] for line in told(runs[name])] == ["Executing", "Executing", "Beginning"], name
