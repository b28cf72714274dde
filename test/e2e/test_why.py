"""What `reeve why` says of runs of the unmodified client that wait for slots."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from uuid import UUID

import pytest
from prefect import flow, task
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate
from prefect.concurrency.sync import concurrency

from api import client
from processes import BINARY
from waiting import until

pytestmark = pytest.mark.oracle_cannot("does not say what a run waits for")


def why(server, run: UUID) -> dict:
    command = [BINARY, "why", str(run), "--url", server.api_url, "--json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def reason(server, run: UUID, code: str) -> dict | None:
    return next((r for r in why(server, run)["reasons"] if r["code"] == code), None)


@pytest.fixture
def release():
    """Lets what holds a slot go on; does so at the end of the test in any case."""
    go = threading.Event()
    yield go
    go.set()


def in_background(run) -> threading.Thread:
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def run_named(name: str) -> UUID:
    def look() -> UUID | None:
        with client() as api:
            found = api._client.post("/flow_runs/filter", json={"flow_runs": {"name": {"any_": [name]}}}).json()
        return UUID(found[0]["id"]) if found and found[0]["state_type"] == "RUNNING" else None

    return until(look, f"the run {name}", 30)


def test_a_task_that_waits_for_its_tag(server, release):
    @task(tags=["e2e-why"], task_run_name="hold-{n}")
    def hold(n: int):
        release.wait(60)

    @flow(flow_run_name="why-tag")
    def main():
        hold.map(range(2)).wait()

    with client() as api:
        api.create_concurrency_limit("e2e-why", 1)
        thread = in_background(main)
        run = run_named("why-tag")
        found = until(lambda: reason(server, run, "tag_limit"), "the reason", 30)
        assert "its task hold-" in found["sentence"] and "tag e2e-why is full: 1 of 1" in found["sentence"]
        assert [holder["name"] for holder in found["runs"]] == ["why-tag"]
        release.set()
        thread.join(60)
        api.delete_concurrency_limit_by_tag("e2e-why")
    assert why(server, run)["reasons"][0]["code"] == "ended"


def test_a_flow_that_waits_for_a_global_limit(server, release):
    @flow(flow_run_name="why-global")
    def main():
        with concurrency("e2e-why-global", occupy=1):
            time.sleep(0)

    with client() as api:
        api.create_global_concurrency_limit(GlobalConcurrencyLimitCreate(name="e2e-why-global", limit=1))
        with concurrency("e2e-why-global", occupy=1):
            thread = in_background(main)
            run = run_named("why-global")
            found = until(lambda: reason(server, run, "global_limit"), "the reason", 30)
            assert "global limit e2e-why-global is full" in found["sentence"] and found["until"]
        thread.join(60)
        api.delete_global_concurrency_limit_by_name("e2e-why-global")
    assert not thread.is_alive()
