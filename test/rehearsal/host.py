"""The host's own verbs: a `fly` that keeps apps, volumes and secrets here and starts what is deployed."""

from __future__ import annotations

import argparse
import json
import re
import shlex
import shutil
import socketserver
import sys
import threading
import time
import tomllib
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from image import stages
from machine import Machine
from quickstart import TOP
from world import Edge, World


class Refused(Exception):
    """What the verb prints instead of doing it."""


@dataclass
class App:
    name: str
    address: str
    volume: Path | None = None
    region: str = ""
    secrets: dict[str, str] = field(default_factory=dict)
    releases: list[tuple[str, Path]] = field(default_factory=list)  # image, its binary
    config: dict = field(default_factory=dict)
    machine: Machine | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)  # held while its machine is replaced


class Host:
    """`binary` is what the next build of an image has in it, `env` what machines are given besides."""

    def __init__(self, world: World, binary: Path, python: str, **env: str) -> None:
        self.world, self.binary, self.python, self.env = world, binary, python, env
        self.apps: dict[str, App] = {}
        self.edge = Edge(world, self._wake)
        self.path = self._install()

    def _wake(self, name: str) -> tuple[str, int] | None:
        app = self.apps.get(name)
        if app is None or app.machine is None:
            return None
        service = app.config["http_service"]
        with app.lock:
            if service["auto_start_machines"]:
                app.machine.start()
        return app.address, service["internal_port"]

    # The command.

    def _install(self) -> str:
        """Puts `fly` on a PATH of its own: it says what it was called with to a socket, and prints the answer."""
        folder, socket = self.world.folder / "bin", self.world.folder / "fly.socket"
        folder.mkdir()
        (folder / "fly").write_text(
            f"#!{sys.executable} -IS\nimport json, socket, sys\ns = socket.socket(socket.AF_UNIX)\ns.connect({str(socket)!r})\n"
            "s.sendall(json.dumps(sys.argv[1:]).encode() + b'\\n')\nanswer = json.loads(s.makefile().read())\n"
            "print(answer['text'], end='', file=sys.stderr if answer['code'] else sys.stdout)\nsys.exit(answer['code'])\n"
        )
        (folder / "fly").chmod(0o755)
        host = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                try:
                    answer = {"code": 0, "text": host.fly(json.loads(self.rfile.readline())) or ""}
                except Refused as refused:
                    answer = {"code": 1, "text": f"Error: {refused}\n"}
                except Exception as error:  # a mistake of the rehearsal's own
                    answer = {"code": 1, "text": f"Error: {error!r} {getattr(error, 'stderr', '')}\n"}
                self.wfile.write(json.dumps(answer).encode())

        threading.Thread(target=socketserver.ThreadingUnixStreamServer(str(socket), Handler).serve_forever, daemon=True).start()
        return str(folder)

    def fly(self, words: list[str]) -> str | None:
        """Does what a command line says; options that it does not know are refused."""
        verbs = {
            ("apps", "create"): self._create, ("volumes", "create"): self._volume, ("secrets", "set"): self._secrets, ("deploy",): self._deploy,
            ("releases",): self._releases, ("ssh", "console"): self._console, ("ssh", "sftp", "get"): self._get, ("ssh", "sftp", "put"): self._put,
            ("machine", "list"): self._list, ("machine", "update"): self._update, ("machine", "stop"): self._stop, ("machine", "start"): self._start, ("logs",): self._logs, ("status",): self._status,
        }  # fmt: skip
        for verb, do in verbs.items():
            if tuple(words[: len(verb)]) == verb:
                return do(words[len(verb) :])
        raise Refused(f"unknown command {shlex.join(words)}")

    def _parse(self, words: list[str], *positional: str, **options: object) -> argparse.Namespace:
        parser = argparse.ArgumentParser(exit_on_error=False, add_help=False, allow_abbrev=False)
        for name in positional:
            parser.add_argument(name.rstrip("*"), nargs="*" if name.endswith("*") else None)
        parser.add_argument("--app")
        for name, kind in options.items():
            flag = "--" + name.replace("_", "-")
            parser.add_argument(flag, **({"action": "store_true"} if kind is bool else {}))
        given, unknown = parser.parse_known_args(words)
        if unknown:
            raise Refused(f"unknown flag or argument {shlex.join(unknown)}")
        return given

    def _app(self, given: argparse.Namespace) -> App:
        if given.app not in self.apps:
            raise Refused(f"Could not find App {given.app!r}")
        return self.apps[given.app]

    def _create(self, words: list[str]) -> str:
        name = self._parse(words, "name").name
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name) or name in self.apps:
            raise Refused(f"the name {name!r} is taken or not allowed")
        self.apps[name] = App(name, self.world.connect(name))
        self.world.name(name)
        return f"New app created: {name}\n"

    def _volume(self, words: list[str]) -> str:
        given = self._parse(words, "name", region=str, size=str, yes=bool)
        app = self._app(given)
        if not given.yes or not given.region:
            raise Refused("would ask, and there is nobody to answer")
        app.volume = self.world.folder / "volumes" / app.name / given.name
        app.volume.mkdir(parents=True)
        app.region = given.region
        return f"Name: {given.name}\n"

    def _secrets(self, words: list[str]) -> str:
        given = self._parse(words, "pairs*", stage=bool)
        app = self._app(given)
        app.secrets.update(pair.split("=", 1) for pair in given.pairs)
        if not given.stage and app.machine:
            self._release(app, app.releases[-1])
        return "Secrets are staged for the first deployment\n"

    def _deploy(self, words: list[str]) -> str:
        given = self._parse(words, "folder*", config=str, ha=str, image=str)
        app = self._app(given)
        if given.ha != "false":
            raise Refused("would make two machines, and there is one volume")
        app.config = tomllib.loads((TOP / given.config).read_text())
        if app.volume is None or app.volume.name != app.config["mounts"]["source"]:
            raise Refused("there is no volume for [mounts]")
        if app.region != app.config["primary_region"]:
            raise Refused("there is no volume in primary_region")
        known = dict(app.releases)
        if given.image:
            if given.image not in known:
                raise Refused(f"could not find image {given.image}")
            release = (given.image, known[given.image])
        else:
            if [str(Path(folder)) for folder in given.folder] != ["."]:
                raise Refused("builds from the folder it is given")
            image = f"registry.fly.io/{app.name}:deployment-{len(app.releases) + 1:026d}"
            kept = self.world.folder / "images" / image.replace("/", "_") / "reeve"
            kept.parent.mkdir(parents=True)
            shutil.copy(self.binary, kept)
            release = (image, kept)
        self._release(app, release)
        return f"image: {release[0]}\nVisit your newly deployed app at https://{app.name}.fly.dev/\n"

    def _release(self, app: App, release: tuple[str, Path]) -> None:
        config = app.config
        stage = stages(TOP / "deploy/fly" / config["build"]["dockerfile"])[config["build"]["build-target"]]
        command = shlex.split(config["processes"]["app"]) if "processes" in config else stage.command
        env = {**config["env"], **app.secrets, "FLY_APP_NAME": app.name, "FLY_MACHINE_ID": "rehearsal", **self.env}
        number = len(app.releases) + 1

        def machine(suffix: int, volume: Path, command: list[str]) -> Machine:
            return Machine(self.world, app.name, suffix, stage, command, env, volume, self.python, release[1])

        if before := config["deploy"].get("release_command"):
            temporary = self.world.folder / "volumes" / app.name / f"release-{number}"
            temporary.mkdir(parents=True)
            done = machine(1000 + number, temporary, []).run_once(shlex.split(before))
            if done.returncode != 0:
                raise Refused(f"release_command failed\n{done.stdout}{done.stderr}")
        with app.lock:
            if app.machine:
                app.machine.stop(float(config["kill_timeout"].removesuffix("s")))
            app.machine = machine(number, app.volume, command)
            app.releases.append(release)
            app.machine.start()
        self._check(app)

    def _check(self, app: App) -> None:
        service = app.config["http_service"]
        url = f"http://{app.address}:{service['internal_port']}{service['checks'][0]['path']}"
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(url, timeout=5):
                    return
            except OSError:
                time.sleep(0.05)
        raise Refused(f"{url} is not healthy\n{app.machine.log.read_text()[-4000:]}")

    def _releases(self, words: list[str]) -> str:
        app = self._app(self._parse(words, image=bool))
        return "VERSION\tDOCKER IMAGE\n" + "".join(f"v{n}\t{image}\n" for n, (image, _) in reversed(list(enumerate(app.releases, 1))))

    def _console(self, words: list[str]) -> str:
        given = self._parse([{"-C": "--command"}.get(word, word) for word in words], command=str)
        machine = self._app(given).machine
        if not machine.running:
            raise Refused("no started machines")
        done = machine.run_once(shlex.split(given.command), user=0)
        if done.returncode != 0:
            raise Refused(done.stdout + done.stderr)
        return done.stdout

    def _get(self, words: list[str]) -> None:
        given = self._parse(words, "remote", "local")
        shutil.copy(self._inside(given, given.remote), given.local)

    def _put(self, words: list[str]) -> None:
        given = self._parse(words, "local", "remote")
        place = self._inside(given, given.remote)
        shutil.copyfile(given.local, place)
        place.chmod(0o644)

    def _inside(self, given: argparse.Namespace, path: str) -> Path:
        machine = self._app(given).machine
        if not machine.running:
            raise Refused("no started machines")
        return machine.root / path.lstrip("/")

    def _list(self, words: list[str]) -> str:
        given = self._parse(words, quiet=bool)
        return f"rehearsal-{self._app(given).name}\n"

    def _update(self, words: list[str]) -> None:
        """A machine with another command, started once."""
        given = self._parse(words, "id", yes=bool, skip_health_checks=bool, command=str)
        app = self._app(given)
        if given.id != f"rehearsal-{app.name}" or not given.yes or not given.skip_health_checks:
            raise Refused("no such machine, or would ask, or would wait for a health check")
        with app.lock:
            app.machine.stop(float(app.config["kill_timeout"].removesuffix("s")))
            app.machine.command = shlex.split(given.command)
            app.machine.start()
            app.machine.ended()

    def _stop(self, words: list[str]) -> None:
        app = self._app(self._parse(words))
        app.machine.stop(float(app.config["kill_timeout"].removesuffix("s")))

    def _start(self, words: list[str]) -> None:
        self._app(self._parse(words)).machine.start()

    def _logs(self, words: list[str]) -> str:
        return self._app(self._parse(words, no_tail=bool)).machine.log.read_text()

    def _status(self, words: list[str]) -> str:
        app = self._app(self._parse(words))
        return f"{app.name}\t{'started' if app.machine and app.machine.running else 'stopped'}\n"
