"""What deploy/fly/Dockerfile makes of a stage: read from the file, not built by an engine."""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from quickstart import TOP


@dataclass
class Stage:
    base: str
    copies: list[tuple[str, str, str]] = field(default_factory=list)  # from, source, target
    env: dict[str, str] = field(default_factory=dict)
    user: int = 0
    workdir: str = "/"
    command: list[str] = field(default_factory=list)


def stages(dockerfile: Path) -> dict[str, Stage]:
    found: dict[str, Stage] = {}
    arguments: dict[str, str] = {}
    stage = Stage("")
    for line in dockerfile.read_text().replace("\\\n", " ").splitlines():
        verb, _, rest = line.strip().partition(" ")
        rest = re.sub(r"\$\{(\w+)\}", lambda m: arguments.get(m[1], ""), rest)
        words = rest.split()
        if verb == "FROM":
            stage = found[words[2]] = Stage(words[0])
        elif verb == "ARG":
            name, _, value = rest.partition("=")
            arguments[name] = value
        elif verb == "ENV":
            stage.env.update(word.split("=", 1) for word in words)
        elif verb == "COPY":
            flags = dict(word[2:].split("=", 1) for word in words if word.startswith("--"))
            paths = [word for word in words if not word.startswith("--")]
            stage.copies += [(flags.get("from", ""), source, paths[-1]) for source in paths[:-1]]
        elif verb == "USER":
            stage.user = int(rest)
        elif verb == "WORKDIR":
            stage.workdir = rest
        elif verb == "CMD":
            stage.command = json.loads(rest)
    return found


def fill(stage: Stage, root: Path, binary: Path) -> None:
    """Puts the files of a stage into a root; those of other stages are given."""
    others = {"/out/reeve": binary, "/etc/ssl/certs/ca-certificates.crt": Path("/etc/ssl/certs/ca-certificates.crt")}
    for origin, source, target in stage.copies:
        to = root / target.lstrip("/")
        if origin and source.endswith("/empty"):
            to.mkdir(parents=True, exist_ok=True)
            continue
        path = others[source] if origin else TOP / source
        to.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            shutil.copytree(path, to, dirs_exist_ok=True)
        else:
            to.unlink(missing_ok=True)  # a link to a program of this machine
            shutil.copy(path, to)
    (root / stage.workdir.lstrip("/")).mkdir(parents=True, exist_ok=True)
    os.chmod(root, 0o755)
