"""A machine of the host: a root, a network namespace, a volume, one process."""

from __future__ import annotations

import os
import shutil
import signal
import socketserver
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from image import Stage, fill
from world import World, run


class Root:
    """A folder that a machine has as its root."""

    def __init__(self, world: World, name: str, empty: bool, own: tuple[str, ...] = ()) -> None:
        """An empty one, or one with the files of this machine: /etc is a copy, /usr/local/bin takes more
        programs, and what is written to a folder that is its `own` stays its own."""
        self.folder = world.folder / name
        self.path = self.folder / "root"
        self.path.mkdir(parents=True)
        if not empty:
            for entry in sorted(Path("/").iterdir()):
                self._adopt(entry, entry.name in own)
            self._take_programs()
        (self.path / "etc/ssl/certs").mkdir(parents=True, exist_ok=True)

    def _adopt(self, entry: Path, own: bool) -> None:
        place = self.path / entry.name
        if entry.is_symlink():
            place.symlink_to(os.readlink(entry))
        elif entry.name == "etc":
            subprocess.run(["cp", "-a", entry, place], stderr=subprocess.DEVNULL)  # without what only root reads
        elif entry.is_dir() and entry.name not in ("data", "app"):
            place.mkdir()
            if own:
                upper, work = self.folder / f"{entry.name}-upper", self.folder / f"{entry.name}-work"
                upper.mkdir()
                work.mkdir()
                run("mount", "-t", "overlay", "overlay", "-o", f"lowerdir={entry},upperdir={upper},workdir={work}", place)
            elif entry.name != "run":
                run("mount", "--rbind", entry, place)

    def _take_programs(self) -> None:
        """The programs of /usr/local/bin by links, so that others can stand beside them."""
        programs, here = self.folder / "programs", Path("/usr/local/bin")
        programs.mkdir()
        (self.path / ".programs").mkdir()
        run("mount", "--bind", here, self.path / ".programs")
        for program in here.iterdir():
            (programs / program.name).symlink_to(f"/.programs/{program.name}")
        run("mount", "--bind", programs, self.path / "usr/local/bin")

    def trust(self, world: World) -> None:
        """Gives it the addresses and the authorities of the rehearsal, as hosts do."""
        for file, place in ((world.hosts, "etc/hosts"), (world.authorities, "etc/ssl/certs/ca-certificates.crt")):
            (self.path / place).touch()
            run("mount", "--bind", file, self.path / place)


class Machine:
    """One release of an app: its image's root, its command, its environment. Survives its process."""

    def __init__(self, world: World, app: str, number: int, stage: Stage, command: list[str], env: dict[str, str], volume: Path,
                 python: str, binary: Path) -> None:  # fmt: skip
        self.world, self.app, self.command = world, app, command
        self.log = world.folder / f"{app}.log"
        self.starts = self.suspensions = 0
        self.suspended = False
        self._child: subprocess.Popen[bytes] | None = None
        self._wanted = False
        self._lock = threading.RLock()
        root = Root(world, f"{app}-{number}", stage.base == "scratch")
        self.root = root.path
        fill(stage, self.root, binary)
        self.env = {"PATH": "/usr/local/bin:/usr/bin:/bin", **stage.env, **env}
        self.user = stage.user
        if stage.base != "scratch":
            self._give_python(python)
            self.env["SSL_CERT_FILE"] = "/etc/ssl/certs/ca-certificates.crt"
        root.trust(world)
        self.workdir = stage.workdir
        self._offer_suspension()
        (self.root / "data").mkdir(exist_ok=True)
        run("mount", "--bind", volume, self.root / "data")
        if not world.real_root:
            self.user = 0
        os.chown(volume, self.user, self.user)

    def _give_python(self, python: str) -> None:
        """The image's interpreter is the rehearsal's. When only root can read that, the machine is root."""
        place = self.root / "usr/local/bin/python"
        place.unlink(missing_ok=True)
        place.write_text(f'#!/bin/sh\nexec {python} "$@"\n')
        place.chmod(0o755)
        as_user = ["chroot", f"--userspec={self.user}:{self.user}", "--groups=", "/", python, "-c", ""]
        if self.world.real_root and subprocess.run(as_user, capture_output=True).returncode != 0:
            self.user = 0

    def _offer_suspension(self) -> None:
        """The host's socket in the machine, by which the machine can have itself suspended."""
        folder = self.root.parent / "fly"
        folder.mkdir()
        (self.root / ".fly").mkdir()
        machine = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = self.path == f"/v1/apps/{machine.app}/machines/{machine.env['FLY_MACHINE_ID']}/suspend"
                self.send_response(200 if asked else 404)
                self.send_header("Content-Length", "0")
                self.end_headers()
                if asked:
                    machine.suspend()

            def address_string(self) -> str:
                return "machine"

            def log_message(self, *_: object) -> None:
                pass

        server = socketserver.ThreadingUnixStreamServer(str(folder / "api"), Handler)
        os.chmod(folder / "api", 0o666)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        run("mount", "--bind", folder, self.root / ".fly")

    def within(self, command: list[str], user: int | None = None) -> list[str]:
        """A command in the machine's network and root."""
        user = self.user if user is None else user
        chroot = ["chroot", f"--userspec={user}:{user}", "--groups=", str(self.root)] if self.world.real_root else ["chroot", str(self.root)]
        if (self.root / "usr/bin/env").exists() and self.workdir != "/":
            command = ["/usr/bin/env", f"--chdir={self.workdir}", *command]
        return [shutil.which("nsenter"), f"--net=/run/netns/{self.app}", shutil.which(chroot[0]), *chroot[1:], *command]

    def run_once(self, command: list[str], user: int | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.within(command, user), env=self.env, capture_output=True, text=True, timeout=120)

    @property
    def running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    @property
    def pid(self) -> int:
        return self._child.pid

    def start(self) -> None:
        with self._lock:
            self._wanted = True
            if self.suspended:
                self.suspended = False
                self.signal(signal.SIGCONT)
            elif not self.running:
                self._start()

    def _start(self) -> None:
        self.starts += 1
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(self.within(self.command), env=self.env, stdin=subprocess.DEVNULL, stdout=log,
                                           stderr=subprocess.STDOUT, start_new_session=True)  # fmt: skip
        threading.Thread(target=self._watch, args=(self._child,), daemon=True).start()

    def processes(self) -> list[int]:
        """All processes of the machine: those in its network."""
        here, found = os.stat(f"/run/netns/{self.app}").st_ino, []
        for process in Path("/proc").iterdir():
            try:
                if process.name.isdigit() and (process / "ns/net").stat().st_ino == here:
                    found.append(int(process.name))
            except OSError:
                pass
        return found

    def _watch(self, child: subprocess.Popen[bytes]) -> None:
        """The host's restart policy: one that failed is started again, one that ended well is not."""
        code = child.wait()
        if self._child is child:
            self.signal(signal.SIGKILL)  # a machine ends as a whole
        if code != 0:
            time.sleep(0.5)
            with self._lock:
                if self._wanted and self._child is child:
                    self._start()

    def ended(self, seconds: float = 30) -> None:
        """Waits until its command has ended by itself."""
        if self._child.wait(seconds) != 0:
            raise AssertionError(f"{self.command} failed\n{self.log.read_text()[-2000:]}")

    def kill(self) -> None:
        """The machine dies: nobody is asked."""
        self.signal(signal.SIGKILL)

    def signal(self, number: int) -> None:
        for process in self.processes():
            try:
                os.kill(process, number)
            except ProcessLookupError:
                pass

    def suspend(self) -> None:
        with self._lock:
            self.suspended = True
            self.suspensions += 1
            self.signal(signal.SIGSTOP)

    def stop(self, seconds: float) -> float:
        """Asks it to end; gives how long that took."""
        self.start() if self.suspended else None
        with self._lock:
            self._wanted = False
        if not self.running:
            return 0.0
        began = time.monotonic()
        self._child.terminate()
        try:
            self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            self._child.wait()
        return time.monotonic() - began
