"""Times of schedules that pass while the server is down, and what becomes of them."""

from __future__ import annotations

import signal
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from prefect import Flow
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.filters import DeploymentFilter
from prefect.client.schemas.sorting import FlowRunSort
from prefect.schedules import Interval
from prefect.settings import PREFECT_API_URL, temporary_settings

from api import client
from deploying import FLOWS
from processes import Server, Worker
from waiting import until

EVERY = 4.0
"""Seconds between two times of a schedule."""


def outcomes(runs, since: datetime, to: datetime) -> list[str]:
    """Types of the states of the runs that were due between two moments, in order."""
    return [run.state_type.value for run in runs if since < run.expected_start_time <= to]


@pytest.mark.oracle_cannot("has no catch_up")
def test_times_that_passed_while_the_server_was_down(tmp_path: Path):
    server = Server(tmp_path)
    server.start()
    worker = Worker("stock", tmp_path, server.api_url, "latest")
    try:
        with temporary_settings({PREFECT_API_URL: server.api_url}), client() as api:
            api.create_work_pool(WorkPoolCreate(name="p", type="process"))  # nobody serves it: a hundred runs fall due at once
            api.create_work_pool(WorkPoolCreate(name="latest", type="process", concurrency_limit=2))
            flow = Flow.from_source(source=str(FLOWS), entrypoint="deployed.py:hello")
            # It begins late enough for all to be ready, and is served by nobody before the server is down.
            begin = datetime.now(timezone.utc) + timedelta(seconds=15)
            deployments = {}
            for which in ("all", "latest", "none", None):
                made = flow.deploy(name=f"catch-up-{which}", work_pool_name="latest" if which == "latest" else "p", print_next_steps=False,
                                   schedules=[Interval(EVERY, anchor_date=begin)], parameters={"name": str(which)})  # fmt: skip
                deployments[which] = made
                schedule = api.read_deployment(made).schedules[0].id
                path = f"/reeve/deployments/{made}/schedules/{schedule}"
                api._client.patch(path, json={"catch_up": which}).raise_for_status()

            def runs(which):
                only = DeploymentFilter.model_validate({"id": {"any_": [deployments[which]]}})
                return api.read_flow_runs(deployment_filter=only, sort=FlowRunSort.EXPECTED_START_TIME_ASC, limit=200)

            until(lambda: all(len(runs(which)) > 20 for which in deployments), "runs ahead", 30)
            down = datetime.now(timezone.utc)
            server.signal(signal.SIGTERM)
            server.wait(10)
            # Beyond the grace of a schedule that skips, so that some of its runs are too late.
            time.sleep(75)
            started = datetime.now(timezone.utc)
            server.start()
            answered = datetime.now(timezone.utc)
            grace = timedelta(minutes=1)
            worker.start()

            passed = {which: outcomes(runs(which), down, started) for which in deployments}
            assert len(passed["all"]) >= 15 and len({len(of) for of in passed.values()}) == 1
            assert "CANCELLED" not in passed["all"] + passed[None]
            assert passed["latest"].count("CANCELLED") >= len(passed["latest"]) - 1
            skipped = outcomes(runs("none"), down, started - grace)
            assert len(skipped) >= 2 and set(skipped) == {"CANCELLED"}
            assert "CANCELLED" not in outcomes(runs("none"), answered - grace, answered)
            told = next(run for run in runs("latest") if run.state_type.value == "CANCELLED").state.message
            assert "latest of the times" in told
            # A worker of the reference runs what was not skipped.
            until(lambda: any(r.state_type.value == "COMPLETED" for r in runs("latest")), "the latest run", 120)
    finally:
        worker.stop()
        server.stop()
