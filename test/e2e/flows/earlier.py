"""Steps of a client of another release, one line of output for each that passed."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
from prefect import flow, get_client, task
from prefect.artifacts import Artifact, create_markdown_artifact, create_table_artifact
from prefect.blocks.system import Secret
from prefect.concurrency.sync import concurrency
from prefect.deployments import run_deployment
from prefect.events import emit_event
from prefect.variables import Variable

API = httpx.Client(base_url=os.environ["PREFECT_API_URL"], timeout=60)
PREFECT = [sys.executable, "-m", "prefect"]


def ask(path: str, body: dict):
    return API.post(path, json=body).raise_for_status().json()


@task(retries=1, retry_delay_seconds=0.1)
def second_try(n: int) -> int:
    from prefect.runtime import task_run

    if task_run.run_count < 2:
        raise ValueError("the first try")
    return n + 1


@flow
def inner(n: int) -> int:
    return n * 2


@flow(name="of-an-earlier-client", log_prints=True)
def outer(n: int = 1) -> int:
    print("a line")
    create_markdown_artifact("# text", key="earlier-text")
    create_table_artifact([{"a": 1}], key="earlier-table")
    with concurrency("earlier-slots", occupy=1):
        return second_try(n) + inner(n)


def flows() -> None:
    ask("/v2/concurrency_limits/", {"name": "earlier-slots", "limit": 1})
    assert outer(2) == 7
    assert Artifact.get("earlier-text").data == "# text"
    with get_client(sync_client=True) as client:
        client.raise_for_api_version_mismatch()


def variables() -> None:
    Variable.set("earlier", {"a": [1]}, overwrite=True)
    assert Variable.get("earlier") == {"a": [1]}


def blocks() -> None:
    Secret(value="hush").save("earlier", overwrite=True)
    assert Secret.load("earlier").get() == "hush"


def events() -> None:
    emit_event(event="earlier.event", resource={"prefect.resource.id": "earlier.thing"})
    deadline = time.monotonic() + 30
    while not ask("/events/filter", {"filter": {"event": {"name": ["earlier.event"]}}})["total"]:
        assert time.monotonic() < deadline, "the event did not arrive"
        time.sleep(0.2)


def deployments() -> None:
    folder = Path(tempfile.mkdtemp(prefix="reeve-earlier-"))
    (folder / "work.py").write_text("from prefect import flow\n\n@flow\ndef deployed(n: int = 1):\n    print(n)\n")
    subprocess.run([*PREFECT, "work-pool", "create", "earlier", "--type", "process"], check=True)
    deployed = flow.from_source(source=str(folder), entrypoint="work.py:deployed")
    deployed.deploy("earlier", work_pool_name="earlier", cron="0 0 1 1 *", build=False, push=False)
    worker = subprocess.Popen([*PREFECT, "worker", "start", "--pool", "earlier", "--name", "earlier"])
    try:
        run = run_deployment("deployed/earlier", parameters={"n": 7}, timeout=180, poll_interval=1)
        assert run.state.is_completed(), run.state
    finally:
        worker.terminate()
        worker.wait(60)


def command_line() -> None:
    for words in ["flow ls", "flow-run ls", "deployment ls", "deployment inspect deployed/earlier", "work-pool inspect earlier",
                  "variable ls", "block ls", "artifact ls", "global-concurrency-limit ls"]:
        subprocess.run([*PREFECT, *words.split()], check=True, stdout=subprocess.DEVNULL)


for step in [flows, variables, blocks, events, deployments, command_line]:
    step()
    print(f"passed: {step.__name__}", flush=True)
