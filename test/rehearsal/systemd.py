"""A machine with the units of deploy/systemd, and a `systemctl` that starts them as systemd would:
sockets are held here, environment, user and state folder are the unit's. What it does not do is to
confine them (ProtectSystem= and its like)."""

from __future__ import annotations

import ctypes
import json
import os
import select
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from machine import Root
from quickstart import TOP, Shell
from world import World

NEWNET = 0x40000000


class Unit:
    """A unit file; every key has all its values."""

    def __init__(self, path: Path) -> None:
        self.name, self._values = path.name, {}
        for line in path.read_text().splitlines():
            name, equals, value = line.partition("=")
            if equals and not line.startswith("#"):
                self._values.setdefault(name, []).append(value)

    def all(self, name: str) -> list[str]:
        return self._values.get(name, [])

    def one(self, name: str, default: str = "") -> str:
        return (self.all(name) or [default])[-1]


class Service:
    """A started unit."""

    def __init__(self, manager: Manager, unit: Unit, held: socket.socket | None) -> None:
        self._manager, self._unit, self._held = manager, unit, held
        self._wanted, self.starts = False, 0
        self._child: subprocess.Popen[bytes] | None = None
        self.log = manager.world.folder / f"{unit.name}.log"
        if held:
            threading.Thread(target=self._listen, daemon=True).start()

    @property
    def running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def _environment(self) -> dict[str, str]:
        env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "SSL_CERT_FILE": "/etc/ssl/certs/ca-certificates.crt"}
        env.update(pair.split("=", 1) for pair in self._unit.all("Environment"))
        for file in self._unit.all("EnvironmentFile"):
            env.update(line.split("=", 1) for line in (self._manager.root / file.lstrip("/")).read_text().splitlines())
        return env

    def start(self) -> None:
        user = self._manager.user(self._unit.one("User"))
        for folder in self._unit.all("StateDirectory"):
            place = self._manager.root / "var/lib" / folder
            place.mkdir(exist_ok=True)
            os.chown(place, user, user)
        env, self._wanted = self._environment(), True
        if self._unit.one("ExecStartPre"):
            user = self._manager.python_user(user)
            done = subprocess.run(self._command("ExecStartPre", user), env=env, capture_output=True, text=True, timeout=180)
            if done.returncode != 0:
                raise AssertionError(f"ExecStartPre= of {self._unit.name} failed\n{done.stdout}{done.stderr}")
        self.starts += 1
        told = self._notified(env) if self._unit.one("Type") == "notify" else None
        fd = [self._held.fileno()] if self._held else []
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(self._command("ExecStart", user, *fd), env=env, pass_fds=fd, stdin=subprocess.DEVNULL,
                                           stdout=log, stderr=subprocess.STDOUT, start_new_session=True)  # fmt: skip
        if told:
            self._await_start(told)
        threading.Thread(target=self._watch, args=(self._child,), daemon=True).start()

    def _notified(self, env: dict[str, str]) -> socket.socket:
        """The socket at which a unit with Type=notify says that it has started."""
        place = self._manager.root / f"var/{self._unit.name}.notify"
        place.unlink(missing_ok=True)
        told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        told.bind(str(place))
        place.chmod(0o777)
        env["NOTIFY_SOCKET"] = f"/var/{place.name}"
        return told

    def _await_start(self, told: socket.socket) -> None:
        with told:
            told.settimeout(float(self._unit.one("TimeoutStartSec", "90")))
            if told.recv(100) != b"READY=1":
                raise AssertionError(f"{self._unit.name} has told something else than its start")

    def _command(self, key: str, user: int, fd: int | None = None) -> list[str]:
        command = ["/usr/bin/env", f"--chdir={self._unit.one('WorkingDirectory', '/')}", *shlex.split(self._unit.one(key))]
        if fd is not None:  # the socket is descriptor 3, and its taker the process that bash becomes
            command = ["bash", "-c", f'exec 3<&{fd}; export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@"', "bash", *command]
        return self._manager.within(command, user)

    def _watch(self, child: subprocess.Popen[bytes]) -> None:
        code, policy = child.wait(), self._unit.one("Restart")
        if self._wanted and (policy == "always" or policy == "on-failure" and code != 0):
            time.sleep(float(self._unit.one("RestartSec", "0.1")))
            if self._wanted and self._child is child:
                self.start()

    def _listen(self) -> None:
        while self._held.fileno() >= 0:
            try:
                ready, _, _ = select.select([self._held], [], [], 0.1)
            except (OSError, ValueError):  # the socket unit was stopped
                return
            if ready and not self.running and self._held.fileno() >= 0:
                self.start()
            time.sleep(0.05)

    def stop(self) -> None:
        self._wanted = False
        if self.running:
            self._child.terminate()
            try:
                self._child.wait(float(self._unit.one("TimeoutStopSec", "90")))
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()


class Manager:
    """The machine, and its units by name."""

    def __init__(self, world: World, python: str) -> None:
        self.world = world
        world.connect("vps")
        made = Root(world, "vps", False, own=("var", "opt"))
        self.root = made.path
        made.trust(world)
        self._python = python
        place = self.root / "opt/reeve/bin/python"
        place.parent.mkdir(parents=True)
        place.write_text(f'#!/bin/sh\nexec {python} "$@"\n')
        place.chmod(0o755)
        self.services: dict[str, Service] = {}
        self._sockets: dict[str, socket.socket] = {}
        self._install()
        self.shell = Shell(self.within(["/usr/bin/env", f"--chdir={TOP}"], 0), {**os.environ, "PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"})

    def within(self, command: list[str], user: int) -> list[str]:
        return [shutil.which("nsenter"), "--net=/run/netns/vps", shutil.which("chroot"), f"--userspec={user}:{user}", "--groups=", str(self.root), *command]

    def user(self, name: str) -> int:
        for line in (self.root / "etc/passwd").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split(":")[2])
        raise AssertionError(f"there is no user {name!r}")

    def python_user(self, user: int) -> int:
        """Who runs flows: root, where only root can read the rehearsal's interpreter."""
        return user if subprocess.run(self.within([self._python, "-c", ""], user), capture_output=True).returncode == 0 else 0

    def _install(self) -> None:
        """Puts `systemctl` into the machine: it says what it was called with to a socket."""
        address = self.world.folder / "systemctl.socket"
        program = self.root / "usr/local/bin/systemctl"
        program.write_text(
            f"#!{sys.executable} -IS\nimport json, socket, sys\ns = socket.socket(socket.AF_UNIX)\ns.connect({str(address)!r})\n"
            "s.sendall(json.dumps(sys.argv[1:]).encode() + b'\\n')\nanswer = json.loads(s.makefile().read())\n"
            "print(answer, end='', file=sys.stderr)\nsys.exit(bool(answer))\n"
        )
        program.chmod(0o755)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(address))
        listener.listen()

        def serve() -> None:
            while True:
                client, _ = listener.accept()
                words = json.loads(client.makefile().readline())
                try:
                    self._do(*words)
                    client.sendall(b'""')
                except Exception as error:
                    client.sendall(json.dumps(f"{shlex.join(words)}: {error}\n").encode())
                client.close()

        threading.Thread(target=serve, daemon=True).start()

    def _do(self, verb: str, *names: str) -> None:
        if verb == "daemon-reload":
            return
        if verb == "enable":
            if names[0] != "--now":
                raise AssertionError("enable without --now starts nothing")
            verb, names = "start", names[1:]
        for name in names:
            {"start": self._start, "stop": self._stop}[verb](name)

    def _unit(self, name: str) -> Unit:
        return Unit(self.root / "etc/systemd/system" / name)

    def _start(self, name: str) -> None:
        unit = self._unit(name)
        if not name.endswith(".socket"):
            self.services[name] = Service(self, unit, None)
            self.services[name].start()
            return
        host, _, port = unit.one("ListenStream").rpartition(":")
        held = self._sockets[name] = self._hold(host, int(port))
        service = name.replace(".socket", ".service")
        self.services[service] = Service(self, self._unit(service), held)

    def _stop(self, name: str) -> None:
        if name.endswith(".socket"):
            held = self._sockets.pop(name)
            held.shutdown(socket.SHUT_RDWR)
            held.close()
        elif name in self.services:
            self.services[name].stop()

    def _hold(self, host: str, port: int) -> socket.socket:
        """A listening socket in the machine's network: only a thread of its own may go there."""
        made: list[socket.socket] = []

        def there() -> None:
            with open("/run/netns/vps") as namespace:
                if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), NEWNET) != 0:
                    raise OSError(ctypes.get_errno(), "setns")
            s = socket.socket()
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind((host, port))
            s.listen(128)
            made.append(s)

        thread = threading.Thread(target=there)
        thread.start()
        thread.join()
        return made[0]
