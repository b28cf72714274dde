"""Socket activation without systemd: holds the listening socket, starts the server when a connection
arrives, and counts what a bill would count: starts, time awake, requests that reached it.

    with Activation(folder, REEVE_SLEEP_MODE="exit") as server:
        urlopen(server.api_url + "/health")    # starts it
        server.starts, server.awake(), server.requests

Clients connect to a pass-through, which counts their requests and hands the bytes on to the held
socket. `server.socket_url` is the held socket itself, for whoever shall not be counted.
"""

from __future__ import annotations

import re
import select
import socket
import subprocess
import threading
import time
from pathlib import Path

import settings
from processes import BINARY

# The line that begins a request, where a chunk of bytes begins or a head or body before it ended.
_REQUEST = re.compile(rb"(?:\A|[\n}\]])((?:GET|POST|PUT|PATCH|DELETE|HEAD) \S+) HTTP/1\.1\r\n")


def _listener() -> socket.socket:
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("127.0.0.1", 0))
    s.listen(128)
    return s


class Activation:
    """A server (or, with `command`, another program of ours) that is started by its socket."""

    def __init__(self, folder: Path, command: list[str] | None = None, **server_settings: str) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / "activated.log"
        self.command = command or [BINARY, "server", "start", "--no-ui", "--database", str(folder / "server.db")]
        self.env = settings.environment(folder / "server-home", settings.SERVER, **server_settings)
        self._held, self._public = _listener(), _listener()
        self.socket_url = f"http://127.0.0.1:{self._held.getsockname()[1]}"
        self.url = f"http://127.0.0.1:{self._public.getsockname()[1]}"
        self.api_url = self.url + "/api"
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._lives: list[list[float]] = []  # start and end of each, monotonic
        self._requests: list[tuple[float, str]] = []
        self.exits: list[int] = []

    def __enter__(self) -> Activation:
        for run in (self._activate, self._pass_through):
            threading.Thread(target=run, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for s in (self._held, self._public):
            s.close()
        if (child := self._child) and child.poll() is None:
            child.terminate()
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    # What is counted.

    @property
    def running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    @property
    def pid(self) -> int:
        assert self._child is not None, "nothing was started"
        return self._child.pid

    @property
    def starts(self) -> int:
        return len(self._lives)

    def awake(self, since: float = 0.0) -> float:
        """Seconds that the process lived after a moment of time.monotonic()."""
        now = time.monotonic()
        return sum(max(0.0, (end or now) - max(start, since)) for start, end in list(self._lives))

    @property
    def requests(self) -> int:
        return len(self._requests)

    def lines(self, since: float = 0.0) -> list[str]:
        """"METHOD /path" of the requests that reached the server through the pass-through."""
        with self._lock:
            return [line for at, line in self._requests if at >= since]

    def output(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    # What a machine's keeper does.

    def _activate(self) -> None:
        while not self._stopping.is_set():
            try:
                ready, _, _ = select.select([self._held], [], [], 0.5)
            except (OSError, ValueError):
                return
            if ready and not self._stopping.is_set():
                self._run()

    def _run(self) -> None:
        life = [time.monotonic(), 0.0]
        fd = self._held.fileno()
        # The socket shall be descriptor 3, and LISTEN_PID the process that exec makes of the shell (dash knows no descriptor above 9).
        shell = f'exec 3<&{fd}; LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"'
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                ["bash", "-c", shell, "bash", *self.command],
                env=self.env,
                cwd=self.folder,
                pass_fds=[fd],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._lives.append(life)
        self.exits.append(self._child.wait())
        life[1] = time.monotonic()

    def _pass_through(self) -> None:
        while not self._stopping.is_set():
            try:
                client, _ = self._public.accept()
                server = socket.create_connection(self._held.getsockname())
            except OSError:
                return
            for source, target, count in ((client, server, True), (server, client, False)):
                threading.Thread(target=self._pump, args=(source, target, count), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket, count: bool) -> None:
        try:
            while chunk := source.recv(65536):
                if count:
                    found = [line.decode(errors="replace") for line in _REQUEST.findall(chunk)]
                    with self._lock:
                        self._requests += [(time.monotonic(), line) for line in found]
                target.sendall(chunk)
        except OSError:
            pass
        for s in (source, target):
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            s.close()
