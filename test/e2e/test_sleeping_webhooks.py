"""Webhooks to an installation that sleeps: how long until the durable answer, and until the run runs.

`REEVE_SLEEP_SHOW=1` sends 200 of each kind instead of some, and makes 20 runs.
"""

from __future__ import annotations

import json
import os
import time
import urllib.request
from datetime import datetime
from pathlib import Path

import pytest

import settings
from activation import Activation
from deploying import FLOWS
from processes import BINARY, Process
from waiting import until

pytestmark = [pytest.mark.alone, pytest.mark.skipif(settings.ORACLE, reason="the real server does not sleep")]

LONG = os.environ.get("REEVE_SLEEP_SHOW") == "1"
NUMBER, RUNS = (200, 20) if LONG else (15, 3)
HOOK = """[[webhook]]
path = "/webhooks/seen"
open = true
event = { name = "hook.seen", resource = { "prefect.resource.id" = "hook.{{ body.number }}" } }
"""


def send(url: str, number: int) -> float:
    """Milliseconds until the 202, which is given after the commit."""
    request = urllib.request.Request(f"{url}/webhooks/seen", json.dumps({"number": number}).encode(), {"Content-Type": "application/json"})
    begun = time.perf_counter()
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 202
    return (time.perf_counter() - begun) * 1000


def told(what: str, times: list[float]) -> float:
    times = sorted(times)
    p99 = times[min(len(times) - 1, int(len(times) * 0.99))]
    print(f"\n{what}: p50 {times[len(times) // 2]:.1f} ms, p99 {p99:.1f} ms, most {times[-1]:.1f} ms of {len(times)}")
    return p99


def seen(url: str) -> int:
    body = json.dumps({"filter": {"event": {"name": ["hook.seen"]}}, "limit": 1}).encode()
    request = urllib.request.Request(f"{url}/api/events/filter", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)["total"]


def test_a_gateway_answers_while_the_server_sleeps(tmp_path: Path):
    with Activation(tmp_path / "server", REEVE_SLEEP_AFTER="50ms", REEVE_SLEEP_LEAST="1s") as server:
        port = settings.free_port()
        (tmp_path / "reeve.toml").write_text(f'[gateway]\nport = {port}\napi = "{server.api_url}"\ndatabase = "gateway.db"\n{HOOK}')
        gateway = Process("gateway", [BINARY, "gateway", "start"], settings.environment(tmp_path / "home"), tmp_path)
        gateway.start()
        try:
            url = f"http://127.0.0.1:{port}"
            until(lambda: urllib.request.urlopen(url + "/health", timeout=2), "the gateway")
            times = []
            for number in range(NUMBER):
                until(lambda: not server.running, "the server to sleep", every=0.01)
                starts = server.starts
                times.append(send(url, number))
                until(lambda: server.starts > starts, "the delivery to wake the server", every=0.01)
            p99 = told("to a gateway before a sleeping server", times)
            until(lambda: seen(server.socket_url) == NUMBER, "all to be delivered")
            assert server.starts >= NUMBER * 0.8, server.starts
            assert p99 <= 100 or NUMBER < 100
        finally:
            gateway.stop(5)


def test_a_sleeping_program_of_one_machine_answers(tmp_path: Path):
    """Activated by systemd's own tool, which becomes the program when a connection arrives."""
    (tmp_path / "reeve.toml").write_text(f'[server]\ndatabase = "server.db"\n{HOOK}')
    port = settings.free_port()
    url = f"http://127.0.0.1:{port}"
    command = ["systemd-socket-activate", "-l", f"127.0.0.1:{port}", BINARY, "up", "--config", str(tmp_path / "reeve.toml")]
    env = settings.environment(tmp_path / "home", REEVE_SLEEP_AFTER="50ms", REEVE_SLEEP_LEAST="1s")
    command[1:1] = [f"--setenv={name}" for name in env]
    times = []
    for number in range(NUMBER):
        program = Process("up", command, env, tmp_path)
        program.start()
        try:
            until(lambda: f"{program.output()}".count("Listening on") > number, "systemd to listen", every=0.01)
            times.append(send(url, number))
            assert program.wait(30) == 0, program.describe()
        finally:
            program.stop(5)
    p99 = told("to a program of one machine that sleeps", times)
    with Activation(tmp_path) as server:
        assert seen(server.socket_url) == NUMBER
    assert p99 <= 100 or NUMBER < 100


STARTED = """[worker]
python = "{python}"
warm = true
[[pool]]
name = "warm"
[[webhook]]
path = "/webhooks/seen"
open = true
deployment = "hello/asleep"
parameters = {{ name = "call {{{{ body.number }}}}" }}
"""


def ask(url: str, path: str, body: object) -> dict:
    request = urllib.request.Request(f"{url}/api{path}", json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def completed(url: str, name: str) -> dict:
    """The newest run, once it is the one with this parameter and has completed."""

    def look() -> dict | None:
        newest = ask(url, "/flow_runs/filter", {"sort": "EXPECTED_START_TIME_DESC", "limit": 1})
        return next((r for r in newest if r["parameters"] == {"name": name} and r["state_type"] == "COMPLETED"), None)

    return until(look, f"the run of {name}")


@pytest.mark.timeout(600)
def test_a_webhook_to_a_sleeping_server_has_its_run_running_soon(tmp_path: Path):
    """The gateway's worker has a process with prefect loaded; the server sleeps."""
    with Activation(tmp_path / "server", REEVE_SLEEP_AFTER="500ms", REEVE_SLEEP_LEAST="1s") as server:
        port = settings.free_port()
        head = f'[gateway]\nport = {port}\napi = "{server.api_url}"\ndatabase = "gateway.db"\n'
        (tmp_path / "reeve.toml").write_text(head + STARTED.format(python=settings.PYTHON))
        gateway = Process("gateway", [BINARY, "gateway", "start"], settings.environment(tmp_path / "home"), tmp_path)
        gateway.start()
        try:
            until(lambda: ask(server.socket_url, "/work_pools/warm/workers/filter", {}), "the worker", 60)
            flow = ask(server.socket_url, "/flows/", {"name": "hello"})
            steps = [{"prefect.deployments.steps.set_working_directory": {"directory": str(FLOWS)}}]
            deployment = {"name": "asleep", "flow_id": flow["id"], "work_pool_name": "warm", "entrypoint": "deployed.py:hello", "pull_steps": steps}
            ask(server.socket_url, "/deployments/", deployment)
            times = []
            for number in range(RUNS + 1):
                until(lambda: not server.running, "the server to sleep", 60)
                starts, sent = server.starts, time.time()
                send(f"http://127.0.0.1:{port}", number)
                until(lambda: server.starts > starts, "the delivery to wake the server", every=0.01)
                run = completed(server.socket_url, f"call {number}")
                times.append((datetime.fromisoformat(run["start_time"].replace("Z", "+00:00")).timestamp() - sent) * 1000)
            told("from a webhook to a sleeping server to its run running", times[1:])  # the first finds no warm process yet
            assert sorted(times[1:])[RUNS // 2] <= 1000 or not LONG, times
        except BaseException:
            print(gateway.describe(), server.output()[-3000:])
            raise
        finally:
            gateway.stop(5)
