"""Processes the tests start: the server under test, workers, scripts. Each is the leader of its
own process group, so that stopping it leaves nothing behind.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import settings

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import databases  # noqa: E402 - it is beside our folder

BINARY = os.path.abspath(shutil.which(os.environ.get("REEVE_BIN", "reeve")) or "reeve")


def _interruptible() -> None:
    """Undoes what a shell does to its background jobs, whose children would ignore an interrupt."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Process:
    """A command with its output in a file."""

    def __init__(self, name: str, command: list[str], env: dict[str, str], folder: Path) -> None:
        self.name, self.command, self.env, self.folder = name, command, env, folder
        self.log = folder / f"{name}.log"
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                self.command,
                env=self.env,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_interruptible,
            )

    @property
    def pid(self) -> int:
        assert self._child is not None, f"{self.name} was not started"
        return self._child.pid

    def running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def signal(self, number: int) -> None:
        """To the process alone, as a supervisor would."""
        os.kill(self.pid, number)

    def wait(self, seconds: float) -> int:
        assert self._child is not None
        return self._child.wait(seconds)

    def stop(self, seconds: float = 15) -> None:
        """Ask the process to end, then end its whole group whatever it answered."""
        if self._child is None:
            return
        if self.running():
            self.signal(signal.SIGTERM)
            try:
                self.wait(seconds)
            except subprocess.TimeoutExpired:
                pass
        self.kill()

    def kill(self) -> None:
        if self._child is None:
            return
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._child.wait()

    def describe(self) -> str:
        tail = "\n".join(self.output().splitlines()[-40:])
        return f"{self.name} (pid {self.pid}, running {self.running()}) wrote last:\n{tail}"


class Server(Process):
    """The server under test on its own port and database."""

    def __init__(self, folder: Path, port: int | None = None, **server_settings: str) -> None:
        self.port = port or settings.free_port()
        self.api_url = f"http://127.0.0.1:{self.port}/api"
        database = folder / "server.db"
        env = settings.environment(folder / "server-home", settings.SERVER, **server_settings)
        address = ["--host", "127.0.0.1", "--port", str(self.port)]
        if settings.ORACLE:
            env["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = f"sqlite+aiosqlite:///{database}"
            command = [settings.PYTHON, "-m", "prefect", "server", "start", *address]
        else:
            command = [BINARY, "server", "start", *address, "--database", databases.of(database)]
        super().__init__("server", command, env, folder)

    def start(self, seconds: float = 90) -> None:
        """Returns once the server answers its health check."""
        super().start()
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not self.running():
                raise AssertionError(f"the server did not stay up\n{self.describe()}")
            if self._healthy():
                return
            time.sleep(0.05)
        raise AssertionError(f"no answer to /health in {seconds} s\n{self.describe()}")

    def _healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.api_url}/health", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False


def worker_command(kind: str, pool: str) -> list[str]:
    """`stock` is Prefect's own process worker; `reeve` and `plain` are ours, see conftest.py."""
    if kind == "stock":
        return [settings.PYTHON, "-m", "prefect", "worker", "start", "--pool", pool, "--type", "process"]
    return [BINARY, "worker", "start", "--pool", pool, "--warm", "on" if kind == "reeve" else "off"]


class Worker(Process):
    """A worker attached to the pool of its own name."""

    def __init__(self, kind: str, folder: Path, api_url: str, pool: str | None = None, **extra: str) -> None:
        self.kind, self.pool = kind, pool or f"{kind}-workers"
        env = settings.environment(folder / "worker-home", settings.CLIENT, PREFECT_API_URL=api_url, **extra)
        super().__init__(f"worker-{kind}", worker_command(kind, self.pool), env, folder)


def alive(pid: int) -> bool:
    """Whether the process runs; one that has ended but is not yet waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
