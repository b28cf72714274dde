"""The database of a server under test: a file, or one in the PostgreSQL that scripts/with-postgres has started."""

from __future__ import annotations

import functools
import hashlib
import os
import subprocess
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

_POSTGRES = os.environ.get("REEVE_TEST_POSTGRES", "")

FILES = not _POSTGRES
"""Whether a database is a file."""


def of(path: Path) -> str:
    """What --database is given for the database of a path: in PostgreSQL it is made when absent."""
    if not _POSTGRES:
        return str(path)
    _ask(f"CREATE DATABASE {_name(path)} TEMPLATE {_template()}", "already exists")
    return _url(_name(path))


def forget(path: Path) -> None:
    """Has the database of a path be a new one."""
    if _POSTGRES:
        _ask(f"DROP DATABASE IF EXISTS {_name(path)} WITH (FORCE)")


@functools.cache
def _template() -> str:
    """A database with the schema, from which others are made quickly."""
    name = f"template{os.getpid()}"
    _ask(f"CREATE DATABASE {name}")
    subprocess.run([os.environ["REEVE_BIN"], "server", "database", "upgrade", "--database", _url(name)], check=True, timeout=120)
    return name


def _url(name: str) -> str:
    return urlunsplit(urlsplit(_POSTGRES)._replace(path=f"/{name}"))


def _name(path: Path) -> str:
    return "t" + hashlib.sha1(str(path).encode()).hexdigest()[:20]


def _ask(sql: str, expected: str = "") -> None:
    psql = os.path.join(os.environ["REEVE_TEST_POSTGRES_BIN"], "psql")
    done = subprocess.run([psql, "-qX", _POSTGRES, "-c", sql], capture_output=True, text=True, timeout=60)
    if done.returncode and not (expected and expected in done.stderr):
        raise RuntimeError(f"{sql}: {done.stderr}")
