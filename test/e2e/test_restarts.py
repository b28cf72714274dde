"""The server is stopped and started again and again while a stock worker runs flows. No run may
crash: whatever had connected is answered, and all that Prefect's client takes from that is to come
again. `make restarts` is the long form.
"""

from __future__ import annotations

import json
import os
import signal
import time
import urllib.request
from pathlib import Path
from typing import Any, Callable

import pytest

import settings
from processes import Server, Worker
from waiting import until

RUNS = int(os.environ.get("REEVE_RESTART_RUNS", "6"))
RESTARTS = int(os.environ.get("REEVE_RESTARTS", "6"))
EVERY = float(os.environ.get("REEVE_RESTART_EVERY", "2.5"))
SIGNAL = signal.Signals[os.environ.get("REEVE_RESTART_SIGNAL", "SIGTERM")]

FLOWS = Path(__file__).parent / "flows"

pytestmark = [
    pytest.mark.skipif(settings.ORACLE, reason="the real server crashes runs"),
    pytest.mark.timeout(180 + RUNS * 20),
]


def ask(server: Server, path: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(server.api_url + path, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def create_runs(server: Server, pool: str, scratch: Path) -> list[str]:
    flow = ask(server, "/flows/", {"name": "tally"})["id"]
    deployment = ask(
        server,
        "/deployments/",
        {"name": "restarts", "flow_id": flow, "work_pool_name": pool, "path": str(FLOWS), "entrypoint": "deployed.py:tally"},
    )["id"]
    return [
        ask(server, f"/deployments/{deployment}/create_flow_run", {"parameters": {"scratch": str(scratch), "name": str(n)}})["id"]
        for n in range(RUNS)
    ]


def states(server: Server, runs: list[str]) -> dict[str, tuple[str, str]]:
    """Type and message of each run's state."""
    found = []
    for begin in range(0, len(runs), 100):
        found += ask(server, "/flow_runs/filter", {"flow_runs": {"id": {"any_": runs[begin : begin + 100]}}})
    return {run["id"]: (run["state"]["type"], run["state"]["message"] or "") for run in found}


def restart(server: Server) -> None:
    server.signal(SIGNAL)
    server.wait(10)
    server.start()


def restart_until(server: Server, ended: Callable[[], bool]) -> int:
    """Restarts the server now and then until all has ended or there were enough; the number of restarts."""
    for count in range(RESTARTS):
        if ended():
            return count
        began = time.monotonic()
        restart(server)
        time.sleep(max(0.0, began + EVERY - time.monotonic()))
    until(ended, "all runs to end", 60 + RUNS * 15, every=1)
    return RESTARTS


def test_no_run_crashes_because_the_server_restarts(own_server, tmp_path: Path) -> None:
    server = own_server(PREFECT_SERVER_SERVICES_LATE_RUNS_LOOP_SECONDS="5")
    ask(server, "/work_pools/", {"name": "restarts", "type": "process", "concurrency_limit": 4})
    worker = Worker("stock", tmp_path, server.api_url, "restarts")
    worker.start()
    try:
        runs = create_runs(server, "restarts", tmp_path)

        def ended() -> bool:
            return all(kind in ("COMPLETED", "CRASHED", "FAILED") for kind, _ in states(server, runs).values())

        restarts = restart_until(server, ended)
        found = states(server, runs)
        spoiled = {run: state for run, state in found.items() if state[0] != "COMPLETED"}
        print(f"{SIGNAL.name}: {len(spoiled)} of {len(found)} runs did not complete in {restarts} restarts")
        if SIGNAL is signal.SIGTERM:
            assert not spoiled, f"{len(spoiled)} of {len(found)}: {spoiled}\n{worker.describe()}"
        ran = sorted((tmp_path / "tally").read_text().split())
        assert restarts >= min(RESTARTS, 4), "too few restarts to show anything"
        assert len(ran) == len(set(ran)), "a run ran twice"
        assert len(ran) >= len(runs) - len(spoiled)
    finally:
        worker.stop()
