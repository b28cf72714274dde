"""Runs that end otherwise than by returning: cancelled, crashed, killed with their server."""

from __future__ import annotations

import os
from datetime import datetime, timedelta, timezone

from prefect.states import Cancelling, Scheduled

from api import await_completed, await_state, client, flow_run, history, messages, start_run
from processes import alive
from waiting import until


def cancel(run_id) -> None:
    with client() as api:
        api.set_flow_run_state(run_id, Cancelling())


def test_cancelled_run_ends_with_its_children_and_its_hook(worker, deployments, tmp_path):
    run_id = start_run(deployments("hold", worker.pool), scratch=str(tmp_path))
    until((tmp_path / "pids").exists, "the flow to start", 60)
    flow_pid, child_pid = map(int, (tmp_path / "pids").read_text().split())
    assert alive(flow_pid) and alive(child_pid)
    await_state(run_id, "Running")
    cancel(run_id)
    run = await_state(run_id, "Cancelled", seconds=60)
    until(lambda: not alive(flow_pid), "the flow's process to end", 40)
    until(lambda: (tmp_path / "cancelled").exists(), "the hook to run", 20)
    assert not alive(child_pid) or worker.kind == "stock"
    assert "Cancelling" in history(run.id)


def test_scheduled_run_is_cancelled_at_once(stock_worker, deployments, tmp_path):
    later = datetime.now(timezone.utc) + timedelta(hours=1)
    deployment = deployments("hold", stock_worker.pool)
    run_id = start_run(deployment, state=Scheduled(scheduled_time=later), scratch=str(tmp_path))
    cancel(run_id)
    assert flow_run(run_id).state_name == "Cancelled"


def test_failing_run_is_failed_and_its_error_logged(worker, deployments):
    run = await_state(start_run(deployments("fail", worker.pool), message="so it goes"), "Failed")
    assert "so it goes" in run.state.message
    until(lambda: any("so it goes" in m for m in messages(run.id)), "the error in the logs", 15)


def test_run_whose_process_dies_is_crashed(worker, deployments):
    run = await_state(start_run(deployments("die", worker.pool)), "Crashed")
    assert run.state_type.value == "CRASHED"


def test_run_survives_a_server_that_is_killed_under_it(workers, deployments, server, tmp_path):
    """The worker and the flow wait for the server, which finds its database as it was."""
    worker = workers("reeve")
    run_id = start_run(deployments("hold", worker.pool), scratch=str(tmp_path))
    until((tmp_path / "pids").exists, "the flow to start", 60)
    await_state(run_id, "Running")
    server.kill()
    (tmp_path / "go").touch()
    until(lambda: not os.path.exists(f"/proc/{server.pid}"), "the server to be gone", 5)
    server.start()
    await_completed(run_id, seconds=60)
    assert worker.running(), worker.describe()
    await_completed(start_run(deployments("hold", worker.pool), scratch=str(tmp_path)), seconds=60)
