"""Kills and orderly ends of process trees with a run under way: nothing runs on unsupervised, every
run is brought to an end, and whatever is asked to stop has stopped within the 5 s that hosts give.
"""

from __future__ import annotations

import json
import os
import signal
import time
import urllib.request
from pathlib import Path
from typing import Any, Iterator

import pytest

import settings
from processes import BINARY, Process
from waiting import until

pytestmark = [pytest.mark.alone, pytest.mark.skipif(settings.ORACLE, reason="the real server has neither `up` nor a gateway")]

FLOWS = Path(__file__).parent / "flows" / "deployed.py"


class Up(Process):
    """`reeve up` with the flow `hold`, which runs until it is told to go on."""

    def __init__(self, folder: Path, more: str = "") -> None:
        self.api = f"http://127.0.0.1:{(port := settings.free_port())}/api"
        self.runs = 0
        (folder / "reeve.toml").write_text(
            f"""[server]
port = {port}
database = "server.db"
[worker]
python = "{settings.PYTHON}"
[[pool]]
name = "kills"
[[flow]]
name = "hold"
entrypoint = "{FLOWS}:hold"
{more}"""
        )
        env = settings.environment(folder / "home", settings.CLIENT)
        super().__init__("up", [BINARY, "up", "--config", str(folder / "reeve.toml")], env, folder)

    def start(self) -> None:
        ready = self.output().count("Ready.") if self.log.exists() else 0
        super().start()
        until(lambda: self.output().count("Ready.") > ready, "`up` to be ready", 60)

    def worker(self) -> int:
        return next(pid for pid in children(self.pid) if b"worker" in command_line(pid))

    def ask(self, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.api + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.load(answer)

    def hold(self) -> Run:
        self.runs += 1
        return Run(self, self.folder / f"scratch{self.runs}")


class Run:
    """A run of `hold` under way."""

    def __init__(self, up: Up, scratch: Path) -> None:
        scratch.mkdir()
        self.up, self.scratch = up, scratch
        deployment = up.ask("/deployments/name/hold/hold")["id"]
        self.id = up.ask(f"/deployments/{deployment}/create_flow_run", {"parameters": {"scratch": str(scratch)}})["id"]
        until(lambda: (scratch / "pids").exists(), "the run", 60)
        self.pids = [int(pid) for pid in (scratch / "pids").read_text().split()]

    def go(self) -> None:
        (self.scratch / "go").touch()

    def state(self) -> str:
        return self.up.ask(f"/flow_runs/{self.id}")["state"]["type"]

    def gone(self) -> bool:
        return not any(alive(pid) for pid in self.pids)


def children(pid: int) -> list[int]:
    return [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]


def command_line(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    up = Up(tmp_path)
    up.start()
    yield up
    for scratch in tmp_path.glob("scratch*"):
        (scratch / "go").touch()
    up.stop()


def test_nothing_outlives_a_kill_of_up(up: Up) -> None:
    run, worker = up.hold(), up.worker()
    os.kill(up.pid, signal.SIGKILL)
    until(lambda: not alive(worker) and run.gone(), "the worker and the run to end", 10)
    up.kill()
    up.start()
    until(lambda: run.state() == "CRASHED", "the run to be reported", 20)
    again = up.hold()
    again.go()
    until(lambda: again.state() == "COMPLETED", "another run", 30)


def test_a_run_outlives_its_worker(up: Up) -> None:
    stays, dies = up.hold(), up.hold()
    worker = up.worker()
    os.kill(worker, signal.SIGKILL)
    os.killpg(dies.pids[0], signal.SIGKILL)
    until(lambda: dies.state() == "CRASHED", "the run that died to be reported", 30)
    assert not stays.gone() and up.worker() != worker
    up.ask(f"/flow_runs/{stays.id}/set_state", {"state": {"type": "CANCELLING"}, "force": False})
    until(stays.gone, "the run to be cancelled by the next worker", 40)
    until(lambda: stays.state() in ("CANCELLED", "CRASHED"), "the run to be reported", 20)


def test_a_run_of_which_nothing_is_heard_is_crashed_by_the_server(tmp_path: Path) -> None:
    """As when the machine of a worker is gone: the worker and all processes of the run stand still."""
    up = Up(tmp_path, '[silent_runs]\nleast = "5s"\ninterval = "1s"\n')
    up.start()
    try:
        run, worker = up.hold(), up.worker()
        run_id = [f"prefect.flow-run.{run.id}"]
        beats = {"filter": {"event": {"name": ["prefect.flow-run.heartbeat"]}, "resource": {"id": run_id}}}
        until(lambda: up.ask("/events/filter", beats)["total"], "the first heartbeat", 30)
        assert run.state() == "RUNNING"
        os.kill(worker, signal.SIGSTOP)
        os.killpg(os.getpgid(run.pids[0]), signal.SIGSTOP)
        until(lambda: run.state() == "CRASHED", "the run to be crashed", 40)
        assert "No heartbeat came" in up.ask(f"/flow_runs/{run.id}")["state"]["message"]
        os.killpg(os.getpgid(run.pids[0]), signal.SIGKILL)
        os.kill(worker, signal.SIGKILL)  # another takes its place
        again = up.hold()
        again.go()
        until(lambda: again.state() == "COMPLETED", "another run", 60)
    finally:
        up.stop()


def test_up_ends_in_time(up: Up) -> None:
    run, worker = up.hold(), up.worker()
    assert ended_in(up) < 5
    assert not alive(worker) and run.gone()
    up.start()
    until(lambda: run.state() == "CRASHED", "the run", 10)


@pytest.mark.parametrize("kind", ["stock", "reeve"])
def test_a_gateway_ends_in_time(up: Up, tmp_path: Path, kind: str) -> None:
    os.kill(up.worker(), signal.SIGSTOP)  # its runs are the gateway's
    (tmp_path / "gateway.toml").write_text(
        f"""[server]
database = "none.db"
[gateway]
port = {settings.free_port()}
api = "{up.api}"
[worker]
python = "{settings.PYTHON}"
stock = {str(kind == "stock").lower()}
[[pool]]
name = "kills"
"""
    )
    env = settings.environment(tmp_path / "gateway-home", settings.CLIENT)
    gateway = Process("gateway", [BINARY, "gateway", "start", "--config", str(tmp_path / "gateway.toml")], env, tmp_path)
    gateway.start()
    try:
        run = up.hold()
        assert ended_in(gateway) < 5
        if kind == "reeve":
            assert run.gone() and run.state() == "CRASHED"
    finally:
        gateway.stop()
        run.go()


def test_a_worker_ends_in_time(up: Up, tmp_path: Path) -> None:
    os.kill(up.worker(), signal.SIGSTOP)
    env = settings.environment(tmp_path / "worker-home", settings.CLIENT, PREFECT_API_URL=up.api)
    worker = Process("worker", [BINARY, "worker", "start", "--pool", "kills"], env, tmp_path)
    worker.start()
    try:
        run = up.hold()
        assert ended_in(worker) < 5
        assert run.gone() and run.state() == "CRASHED"
    finally:
        worker.stop()


def ended_in(process: Process) -> float:
    """How many seconds a process takes to end once it is asked to."""
    began = time.monotonic()
    process.signal(signal.SIGTERM)
    process.wait(15)
    took = time.monotonic() - began
    print(f"{process.name} ended in {took:.2f} s")
    return took
