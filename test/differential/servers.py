"""The two servers that scenarios talk to: the real Prefect server and ours."""

from __future__ import annotations

import atexit
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from contextlib import closing
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import databases  # noqa: E402 - it is beside our folder

BINARY = os.path.abspath(shutil.which(os.environ.get("REEVE_BIN", "reeve")) or "reeve")

CONTRACT = "3.9.1"
"""The release of Prefect that ours answers like."""

RELEASE = version("prefect")
"""The release of the real server, which is that of this interpreter."""

TWICE_REAL = os.environ.get("REEVE_DIFFERENTIAL_SELF") == "1"
"""Compare the real server with a second real server, to prove the scenarios themselves."""

# What both are started with. Loops that act by the clock are off, so that nothing but the
# scenario's own requests changes the answers; what carries events is fast.
SETTINGS = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_FOREMAN_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_CANCELLATION_CLEANUP_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_FLUSH_INTERVAL": "0.1",
    # The real server takes the whole seconds of this one; with none its loop never rests.
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
}


def environment(home: Path, settings: dict[str, str]) -> dict[str, str]:
    """The caller's environment without its own Prefect or Reeve settings, plus ours."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "REEVE_"))}
    return env | SETTINGS | {"PREFECT_HOME": str(home), "DO_NOT_TRACK": "1", "PYTHONUNBUFFERED": "1"} | settings


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """A server process with a folder of its own. Subclasses know how to start and to empty it."""

    name = ""
    patience = 0
    """How often a request that is answered 503 is sent again."""

    def __init__(self, settings: dict[str, str]) -> None:
        self.settings = settings
        self.folder = Path(tempfile.mkdtemp(prefix=f"differential-{self.name}-"))
        self.database = self.folder / "server.db"
        self.log = self.folder / "server.log"
        self.port = free_port()
        self._child: subprocess.Popen[bytes] | None = None
        self._read = 0
        atexit.register(self.close)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"

    def command(self) -> list[str]:
        raise NotImplementedError

    def fresh(self) -> None:
        """Brings the server to the state of one that was never used."""
        raise NotImplementedError

    def launch(self) -> None:
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                self.command(),
                env=environment(self.folder / "home", self.settings) | self.extra(),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def extra(self) -> dict[str, str]:
        return {}

    def await_health(self, seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert self._child is not None and self._child.poll() is None, f"{self.name} ended:\n{self.tail()}"
            try:
                with urllib.request.urlopen(f"{self.url}/health", timeout=5) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                time.sleep(0.01)
        raise AssertionError(f"{self.name} did not answer /health in {seconds} s:\n{self.tail()}")

    def kill(self) -> None:
        if self._child is None:
            return
        try:
            os.killpg(self._child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._child.wait()
        self._child = None

    def close(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def mark(self) -> None:
        """What was written to the log so far is not of the scenario that starts now."""
        self._read = self.log.stat().st_size if self.log.exists() else 0

    def tail(self, lines: int = 25) -> str:
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(self._read)
            text = log.read().decode(errors="replace")
        return "\n".join(text.splitlines()[-lines:])


class Real(Server):
    """The real Prefect server. It takes seconds to start, so it is emptied between scenarios by
    deleting its rows; what a bare first start registers is kept.
    """

    name = "real"
    patience = 10  # its requests and services lock each other out of SQLite now and then
    _kept: dict[str, set[str]]

    def command(self) -> list[str]:
        return [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(self.port)]

    def extra(self) -> dict[str, str]:
        return {"PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{self.database}"}

    def start(self) -> None:
        self.launch()
        self.await_health()
        with sqlite3.connect(self.database, timeout=60) as db:
            self._kept = {t: {row[0] for row in db.execute(f'SELECT id FROM "{t}"')} for t in _REGISTERED}

    def fresh(self) -> None:
        self.drain()
        self.mark()
        with sqlite3.connect(self.database, timeout=60) as db:
            names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for name in names:
                if name in _REGISTERED:
                    for (row,) in db.execute(f'SELECT id FROM "{name}"').fetchall():
                        if row not in self._kept[name]:
                            db.execute(f'DELETE FROM "{name}" WHERE id = ?', (row,))
                elif not re.match(r"alembic_version|configuration|sqlite_", name):
                    db.execute(f'DELETE FROM "{name}"')

    def drain(self, seconds: float = 20) -> None:
        """Waits until what earlier scenarios caused has been written. Events are written in the
        order they came, some time after the request that caused them was answered.
        """
        last = str(uuid.uuid4())
        event = {"id": last, "occurred": datetime.now(timezone.utc).isoformat(), "event": "differential.last"}
        event["resource"] = {"prefect.resource.id": "differential.server"}
        body = json.dumps([event]).encode()
        request = urllib.request.Request(f"{self.url}/events", body, {"content-type": "application/json"})
        try:
            urllib.request.urlopen(request, timeout=30).close()
        except urllib.error.HTTPError:
            return  # a server with settings under which nobody can write
        deadline = time.monotonic() + seconds
        with closing(sqlite3.connect(self.database, timeout=60)) as db:
            while time.monotonic() < deadline:
                if db.execute("SELECT 1 FROM events WHERE id = ?", (last,)).fetchone():
                    break
                time.sleep(0.02)
            if db.execute("""SELECT 1 FROM events WHERE resource LIKE '%"prefect.orchestration": "client"%'""").fetchone():
                time.sleep(1.2)  # the recorder of task runs writes every second


_REGISTERED = ("block_type", "block_schema", "block_schema_reference")


class Ours(Server):
    """Reeve. It starts in milliseconds, so every scenario gets a new process and database."""

    name = "ours"

    def command(self) -> list[str]:
        address = ["--host", "127.0.0.1", "--port", str(self.port)]
        return [BINARY, "server", "start", *address, "--database", databases.of(self.database)]

    def start(self) -> None:
        if not os.access(BINARY, os.X_OK):
            raise RuntimeError(f"no binary at {BINARY}: build it, and name it in REEVE_BIN")

    def fresh(self) -> None:
        self.kill()
        databases.forget(self.database)
        for file in self.folder.glob("server.db*"):
            file.unlink()
        self.mark()
        self.port = free_port()
        self.launch()
        self.await_health(15)


class Pair:
    """Both servers with the same settings."""

    def __init__(self, settings: dict[str, str]) -> None:
        self.real: Server = Real(settings)
        self.ours: Server = Real(settings) if TWICE_REAL else Ours(settings)
        self.real.start()  # type: ignore[attr-defined]
        self.ours.start()  # type: ignore[attr-defined]

    def close(self) -> None:
        self.real.close()
        self.ours.close()
