"""A gateway with an unmodified worker, or ours, before a server that sleeps: the server hears nothing
while there is nothing to do, and runs start on time all the same.
"""

from __future__ import annotations

import json
import time
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Iterator

import pytest

import settings
from activation import Activation
from deploying import FLOWS
from processes import BINARY, Process
from waiting import until

pytestmark = [pytest.mark.alone, pytest.mark.skipif(settings.ORACLE, reason="the real server does not sleep")]

POOL = "sleepy"


class Installation:
    """A server that is started by its socket, and a gateway with a worker on another "machine"."""

    def __init__(self, folder: Path, stock: bool, after: str = "1s", **gateway: str) -> None:
        self.server = Activation(folder / "server", REEVE_SLEEP_MODE="exit", REEVE_SLEEP_AFTER=after, REEVE_SLEEP_LEAST="1s")
        self.stock = stock
        self.folder = folder / "gateway"
        self.folder.mkdir()
        port = settings.free_port()
        self.url = f"http://127.0.0.1:{port}"
        options = "\n".join(f'{name} = "{value}"' for name, value in gateway.items())
        (self.folder / "reeve.toml").write_text(
            f"""
[server]
database = "server.db"
[worker]
stock = {str(stock).lower()}
[[pool]]
name = "{POOL}"
[gateway]
port = {port}
api = "{self.server.api_url}"
{options}
"""
        )
        env = settings.environment(self.folder / "home", settings.CLIENT, PREFECT_LOGGING_LEVEL="DEBUG")
        self.gateway = Process("gateway", [BINARY, "gateway", "start"], env, self.folder)

    def start(self) -> None:
        self.server.__enter__()
        self.ask("/work_pools/", {"name": POOL, "type": "process"})
        self.gateway.start()
        until(lambda: not self.gateway.running() or self.ask(f"/work_pools/{POOL}/workers/filter", {}), "the worker", 60)
        assert self.gateway.running(), self.describe()

    def stop(self) -> None:
        self.gateway.stop()
        self.server.__exit__()

    def ask(self, path: str, body: object = None, method: str | None = None):
        """Another client's request, not through the gateway."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.server.socket_url + "/api" + path, data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def deploy(self, flow: str) -> str:
        flow_id = self.ask("/flows/", {"name": flow})["id"]
        steps = [{"prefect.deployments.steps.set_working_directory": {"directory": str(FLOWS)}}]
        return self.ask("/deployments/", {"name": "d", "flow_id": flow_id, "entrypoint": f"deployed.py:{flow}",
                                          "work_pool_name": POOL, "pull_steps": steps})["id"]  # fmt: skip

    def run(self, deployment: str, **state) -> dict:
        parameters = state.pop("parameters", {})
        state = {"type": "SCHEDULED", **({"state_details": state} if state else {})}
        return self.ask(f"/deployments/{deployment}/create_flow_run", {"state": state, "parameters": parameters})

    def sleeps(self) -> None:
        try:
            until(lambda: not self.server.running, "the server to sleep", 30, every=0.02)
        except AssertionError as error:
            raise AssertionError(f"{error}: {self.ask('/reeve/sleep')}") from None

    def ended(self, run: dict, *names: str) -> dict:
        def look() -> dict | None:
            now = self.ask(f"/flow_runs/{run['id']}")
            return now if now["state"]["name"] in names else None

        return until(look, f"the run to be {names}", 60, every=1)

    def metrics(self) -> dict[str, float]:
        """The gateway's, by name and labels."""
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=10) as answer:
            lines = [line for line in answer.read().decode().splitlines() if not line.startswith("#")]
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}

    def describe(self) -> str:
        return f"{self.server.output()[-4000:]}\n{self.gateway.describe()}"


@pytest.fixture(params=["stock", "reeve"])
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path, request.param == "stock")
    try:
        made.start()
        yield made
    finally:
        print(made.describe())
        made.stop()


def seconds(later: str, earlier: str) -> float:
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()


def pending(i: Installation, run: dict) -> str:
    """When the worker took a run."""
    states = i.ask(f"/flow_run_states/?flow_run_id={run['id']}")
    return next(s["timestamp"] for s in states if s["type"] == "PENDING")


def test_a_worker_that_waits_leaves_the_server_asleep(installation: Installation):
    i = installation
    deployment = i.deploy("hello")
    i.sleeps()

    # Nothing to do: the server hears nothing.
    since, starts = time.monotonic(), i.server.starts
    time.sleep(12)
    assert i.server.lines(since) == [] and i.server.starts == starts
    metrics = i.metrics()
    assert metrics["reeve_gateway_server_asleep"] == 1 and metrics[f'reeve_gateway_worker_up{{pool="{POOL}"}}'] == 1, metrics
    assert metrics['reeve_gateway_remembered_total{kind="poll"}'] > 5, metrics

    # Another client makes a run. Our worker hears of it at once, the stock one when it next polls.
    run = i.run(deployment)
    assert i.server.starts == starts + 1
    done = i.ended(run, "Completed")
    taken = seconds(pending(i, run), run["created"])
    assert taken < (3 if i.stock else 1), taken
    assert i.server.starts == starts + 1, "the server slept while a flow ran"
    assert done["run_count"] == 1
    workers = i.ask(f"/work_pools/{POOL}/workers/filter", {})
    assert [w["status"] for w in workers] == ["ONLINE"]
    i.sleeps()


def test_a_scheduled_run_starts_on_its_time(installation: Installation):
    i = installation
    deployment = i.deploy("hello")
    due = datetime.now(timezone.utc) + timedelta(seconds=30)
    run = i.run(deployment, scheduled_time=due.isoformat())
    i.sleeps()
    starts = i.server.starts
    assert datetime.now(timezone.utc) < due - timedelta(seconds=11), "it slept too late to be woken for the run"
    until(lambda: i.server.starts > starts, "the server to be woken", 45)
    assert datetime.now(timezone.utc) < due + timedelta(seconds=0.5), "the server was woken too late for the run"
    done = i.ended(run, "Completed")
    late = seconds(done["start_time"], due.isoformat())
    assert -0.6 < late < 8, late  # a busy machine takes seconds to start the stock worker's processes


def test_a_run_is_cancelled_after_the_server_slept(installation: Installation, tmp_path: Path):
    i = installation
    deployment = i.deploy("hold")
    i.sleeps()
    run = i.run(deployment, parameters={"scratch": str(tmp_path)})
    until((tmp_path / "pids").exists, "the flow to start", 60)
    i.ended(run, "Running")
    i.ask(f"/flow_runs/{run['id']}/set_state", {"state": {"type": "CANCELLING"}})
    i.ended(run, "Cancelled")
    i.sleeps()


def test_a_server_that_cannot_call_is_asked_now_and_then(tmp_path: Path):
    i = Installation(tmp_path, stock=False, after="7s", url="http://127.0.0.1:9", floor_poll="9s")
    try:
        i.start()
        deployment = i.deploy("hello")
        i.sleeps()
        since, starts = time.monotonic(), i.server.starts
        until(lambda: i.server.starts > starts, "the floor poll", 15)
        assert set(i.server.lines(since)) == {"GET /api/reeve/sleep"}
        i.sleeps()
        run = i.run(deployment)
        i.ended(run, "Completed")
        assert seconds(pending(i, run), run["created"]) < 12
    finally:
        print(i.describe())
        i.stop()
