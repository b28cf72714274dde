"""An unmodified `prefect worker` behind a gateway, and a server that sleeps: what the server is awake for.

The short form looks on for some seconds. The long form, `REEVE_SLEEP_SHOW=1`, takes 10 minutes with
the worker's own intervals and one run in them, and wants 97 % of the time asleep.
"""

from __future__ import annotations

import json
import os
import time
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Iterator

import pytest

import settings
from activation import Activation
from deploying import FLOWS
from processes import BINARY, Process, worker_command
from waiting import until

pytestmark = [pytest.mark.alone, pytest.mark.skipif(settings.ORACLE, reason="the real server does not sleep")]

LONG = os.environ.get("REEVE_SLEEP_SHOW") == "1"
POOL = "sleepers"
# With a prefetch longer than the longest pause between two polls, which is 13 s, no run is found late.
WORKER = (
    {"PREFECT_WORKER_PREFETCH_SECONDS": "14"}
    if LONG
    else {"PREFECT_WORKER_PREFETCH_SECONDS": "6", "PREFECT_WORKER_QUERY_SECONDS": "2"}
)


class Installation:
    """A server that sleeps, a gateway before it, a stock worker behind that."""

    def __init__(self, folder: Path) -> None:
        self.server = Activation(folder / "server", REEVE_SLEEP_AFTER="2s", REEVE_SLEEP_LEAST="4s")
        port = settings.free_port()
        self.gateway_url = f"http://127.0.0.1:{port}"
        (folder / "reeve.toml").write_text(
            f'[gateway]\nport = {port}\napi = "{self.server.api_url}"\ndatabase = "gateway.db"\n[[webhook]]\n'
            f'path = "/webhooks/hello"\nopen = true\ndeployment = "hello/sleeper"\nparameters = {{ name = "{{{{ body.name }}}}" }}\n'
        )
        env = settings.environment(folder / "gateway-home")
        self.gateway = Process("gateway", [BINARY, "gateway", "start", "--no-workers"], env, folder)
        env = settings.environment(folder / "worker-home", PREFECT_API_URL=self.gateway_url + "/api", **WORKER)
        self.worker = Process("worker", worker_command("stock", POOL), env, folder)

    def __enter__(self) -> Installation:
        self.server.__enter__()
        self.gateway.start()
        until(lambda: urllib.request.urlopen(self.gateway_url + "/health", timeout=2), "the gateway")
        self.worker.start()
        until(lambda: self.ask(f"/work_pools/{POOL}/workers/filter", {}), "the worker", 60)
        flow = self.ask("/flows/", {"name": "hello"})
        self.deployment = self.ask(
            "/deployments/",
            {
                "name": "sleeper",
                "flow_id": flow["id"],
                "work_pool_name": POOL,
                "entrypoint": "deployed.py:hello",
                "pull_steps": [{"prefect.deployments.steps.set_working_directory": {"directory": str(FLOWS)}}],
            },
        )["id"]
        self.settle()
        return self

    def __exit__(self, *problem: object) -> None:
        if problem[0]:
            print(self.server.output()[-4000:], self.gateway.describe(), self.worker.describe(), sep="\n")
        self.worker.stop(5)
        self.gateway.stop(5)
        self.server.__exit__()

    def ask(self, path: str, body: object = None) -> dict:
        """Asks the server past the pass-through, so that it does not count; wakes it."""
        request = urllib.request.Request(
            self.server.socket_url + "/api" + path,
            None if body is None else json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def schedule(self, seconds: float) -> tuple[str, datetime]:
        at = datetime.now(timezone.utc) + timedelta(seconds=seconds)
        state = {"type": "SCHEDULED", "state_details": {"scheduled_time": at.isoformat()}}
        run = self.ask(f"/deployments/{self.deployment}/create_flow_run", {"state": state, "parameters": {"name": "sleeper"}})
        return run["id"], at

    def asleep(self, seconds: float = 30) -> None:
        until(lambda: not self.server.running, "the server to sleep", seconds)

    def settle(self) -> None:
        """Returns once the server has slept for some polls: all that wait know that it does."""
        for _ in range(10):
            self.asleep()
            starts = self.server.starts
            time.sleep(15 if LONG else 4)
            if self.server.starts == starts:
                return
        raise AssertionError(f"the server does not sleep through: {self.server.lines()[-20:]}")

    def delays(self, run: str, at: datetime) -> dict[str, float]:
        """Seconds from a run's time to each of its states; it must have completed."""
        states = self.ask(f"/flow_run_states/?flow_run_id={run}")
        assert states[-1]["type"] == "COMPLETED", states
        moments = {s["type"]: datetime.fromisoformat(s["timestamp"].replace("Z", "+00:00")) for s in states}
        return {name: (moment - at).total_seconds() for name, moment in moments.items()}


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    with Installation(tmp_path) as made:
        yield made


@pytest.mark.timeout(900)
def test_a_waiting_worker_does_not_keep_the_server_awake(installation: Installation):
    window, until_due, quiet = (600, 300, 280) if LONG else (0, 14, 5)
    run, at = installation.schedule(until_due)
    installation.asleep()
    server, begun = installation.server, time.monotonic()
    starts = server.starts
    time.sleep(quiet)
    assert server.lines(begun) == [] and server.awake(begun) == 0, server.lines(begun)
    until(lambda: server.starts > starts, "the server to be woken for the run", until_due)
    installation.asleep(60)
    time.sleep(max(0.0, begun + window - time.monotonic()))
    seconds = time.monotonic() - begun
    asleep, woken, lines = 1 - server.awake(begun) / seconds, server.starts - starts, server.lines(begun)
    delays = installation.delays(run, at)
    print(f"\nasleep {asleep:.2%} of {seconds:.0f} s, woken {woken} times; from the run's time to its states: {delays}")
    print(f"{len(lines)} requests:", *lines, sep="\n  ")
    assert delays["PENDING"] <= 1, "the worker had the run late"
    assert woken <= 3, (woken, lines)
    if LONG:
        assert asleep >= 0.97 and delays["RUNNING"] <= 2
