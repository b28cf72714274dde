"""Two stock workers and two of ours share the runs of one pool while the server is restarted and
stopped, and workers and the processes of runs are stopped for a while, so that they go on with
answers that are old. Each run is executed exactly once. `make once` is the long form.
"""

from __future__ import annotations

import collections
import json
import os
import random
import signal
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any, Iterator

import pytest

import settings
from processes import Server, Worker
from waiting import until

RUNS = int(os.environ.get("REEVE_ONCE_RUNS", "100"))
STOP = float(os.environ.get("REEVE_ONCE_STOP", "9"))
"""For how many seconds a process is stopped, at most. A websocket that has not said who it is within
10 s is closed, and the stock worker reports the run for which it opened it as crashed: a worker that
is stopped for longer, in just that moment, loses a run that it never started."""
SEED = int(os.environ.get("REEVE_ONCE_SEED", str(time.time_ns() % 1_000_000)))

FLOWS = Path(__file__).parent / "flows"

pytestmark = [
    pytest.mark.skipif(settings.ORACLE, reason="the real server lets runs be executed twice"),
    pytest.mark.timeout(600 + RUNS * 10),
]


def ask(server: Server, path: str, body: Any = None) -> Any:
    """Asks until the server, which may be away, has answered."""

    def once() -> list[Any]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(server.api_url + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return [json.load(answer)]

    return until(once, path, 180, every=0.5)[0]


def descendants(pid: int) -> list[int]:
    found: list[int] = []
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += [int(child), *descendants(int(child))]
    except OSError:
        pass  # it has ended meanwhile
    return found


def stopped(pid: int, seconds: float) -> None:
    try:
        os.kill(pid, signal.SIGSTOP)
        time.sleep(seconds)
    except ProcessLookupError:
        pass
    finally:
        try:
            os.kill(pid, signal.SIGCONT)
        except ProcessLookupError:
            pass


class Disturbance(threading.Thread):
    """Restarts and stops processes, one after another, until it is told to end."""

    def __init__(self, server: Server, workers: list[Worker]) -> None:
        super().__init__(daemon=True)
        self.server, self.workers = server, workers
        self.done = threading.Event()
        self.did: collections.Counter[str] = collections.Counter()
        self.random = random.Random(SEED)

    def run(self) -> None:
        while not self.done.wait(self.random.uniform(0.5, 3)):
            what = self.random.choice(["restart", "server", "worker", "worker", "run"])
            seconds = self.random.uniform(STOP / 4, STOP)
            if what == "restart":
                self.server.signal(signal.SIGTERM)
                self.server.wait(30)
                self.server.start()
            elif what == "server":
                stopped(self.server.pid, min(seconds, 20))
            elif what == "worker":
                stopped(self.random.choice(self.workers).pid, seconds)
            elif below := descendants(self.random.choice(self.workers).pid):
                stopped(self.random.choice(below), seconds)
            self.did[what] += 1

    def end(self) -> None:
        self.done.set()
        self.join(STOP + 120)
        assert not self.is_alive()


@pytest.fixture
def workers(own_server, tmp_path: Path) -> Iterator[tuple[Server, list[Worker]]]:
    server = own_server()
    ask(server, "/work_pools/", {"name": "once", "type": "process"})
    crew = []
    for n, kind in enumerate(("stock", "reeve", "stock", "reeve")):
        (folder := tmp_path / f"worker{n}").mkdir()
        worker = Worker(kind, folder, server.api_url, "once", PREFECT_WORKER_QUERY_SECONDS="3")
        worker.command += ["--limit", "3", "--name", f"{kind}-{n}"]
        crew.append(worker)
    try:
        for worker in crew:
            worker.start()
        until(lambda: len(ask(server, "/work_pools/once/workers/filter", {})) == len(crew), "all workers", 120, every=1)
        yield server, crew
    finally:
        for worker in crew:
            worker.stop()


def test_each_run_is_executed_once(workers, tmp_path: Path) -> None:
    server, crew = workers
    flow = ask(server, "/flows/", {"name": "tally"})["id"]
    deployment = ask(
        server,
        "/deployments/",
        {"name": "once", "flow_id": flow, "work_pool_name": "once", "path": str(FLOWS), "entrypoint": "deployed.py:tally"},
    )["id"]
    for n in range(RUNS):
        body = {"idempotency_key": str(n), "parameters": {"scratch": str(tmp_path), "name": str(n)}}
        ask(server, f"/deployments/{deployment}/create_flow_run", body)

    def left() -> int:
        unfinished = {"type": {"any_": ["SCHEDULED", "PENDING", "RUNNING", "PAUSED", "CANCELLING"]}}
        return ask(server, "/flow_runs/count", {"flow_runs": {"deployment_id": {"any_": [deployment]}, "state": unfinished}})

    disturbance = Disturbance(server, crew)
    disturbance.start()
    try:
        until(lambda: left() <= RUNS // 10, "most runs to end", 300 + RUNS * 6, every=1)
    finally:
        disturbance.end()
    until(lambda: left() == 0, "all runs to end", 600, every=1)

    counted = collections.Counter((tmp_path / "tally").read_text().split())
    crashed = ask(server, "/flow_runs/count", {"flow_runs": {"deployment_id": {"any_": [deployment]}, "state": {"type": {"any_": ["CRASHED"]}}}})
    print(f"seed {SEED}: {RUNS} runs, {dict(disturbance.did)}, {crashed} crashed")
    twice = {name: count for name, count in counted.items() if count > 1}
    never = [str(n) for n in range(RUNS) if str(n) not in counted]
    assert not twice and not never, f"seed {SEED}: more than once {twice}, never {never}"
