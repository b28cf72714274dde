"""`flow.serve`: a program that takes its own runs, without a worker."""

from __future__ import annotations

import signal

from api import await_completed, client, messages, start_run
from waiting import until


def read(name: str):
    with client() as api:
        return api.read_deployment_by_name(name)


def test_served_flow_runs_and_stops_being_scheduled_with_its_program(script):
    process = script.start("served.py", "e2e-serve")
    deployment = until(lambda: read("served/e2e-serve"), "the deployment", 60)
    assert deployment.work_pool_name is None
    assert deployment.tags == ["served"]
    [schedule] = deployment.schedules
    assert (schedule.active, schedule.schedule.cron) == (True, "0 4 * * *")

    run = await_completed(start_run(deployment.id, word="ab"), seconds=60)
    assert run.state.result() == "abab"
    until(lambda: "served ab" in messages(run.id), "the log of the served run", 15)

    process.signal(signal.SIGINT)
    process.wait(30)
    assert until(lambda: read("served/e2e-serve").paused, "the deployment to be paused", 10)
