"""One server for the whole session, one worker of each kind when a test asks for it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Iterator

import pytest

import settings

_ROOT = Path(tempfile.mkdtemp(prefix="reeve-e2e-"))
_PORT = settings.free_port()
settings.adopt(_ROOT / "client-home", f"http://127.0.0.1:{_PORT}/api")

from deploying import Deployments  # noqa: E402 - prefect must find its settings made
from processes import BINARY, Server, Worker  # noqa: E402
from scripts import Cli, Script  # noqa: E402
from waiting import until  # noqa: E402

WORKER_KINDS = ("stock", "reeve", "plain")
"""Prefect's own, ours with a process that has prefect loaded, and ours without."""


def pytest_report_header() -> str:
    tested = "the real Prefect server" if settings.ORACLE else BINARY
    return f"server: {tested}; python: {settings.PYTHON}; files: {_ROOT}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not settings.ORACLE:
        return
    ours = [item for item in items if _worker_kind(item) in ("reeve", "plain")]
    config.hook.pytest_deselected(items=ours)
    items[:] = [item for item in items if item not in ours]
    for item in items:
        if mark := item.get_closest_marker("oracle_cannot"):
            item.add_marker(pytest.mark.skip(reason=f"real server: {mark.args[0]}"))


def _worker_kind(item: pytest.Item) -> str | None:
    callspec = getattr(item, "callspec", None)
    return callspec.params.get("worker_kind") if callspec else None


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Adds what the server and the workers wrote last to the report of a failed test."""
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for process in item.session.stash.get(_STARTED, []):
            report.sections.append((process.name, process.describe()))


_STARTED = pytest.StashKey[list]()


@pytest.fixture(scope="session")
def started(request: pytest.FixtureRequest) -> Iterator[list]:
    """Every long-lived process of the session, ended in reverse order."""
    processes = request.session.stash.setdefault(_STARTED, [])
    yield processes
    for process in reversed(processes):
        process.stop()


@pytest.fixture(scope="session", autouse=True)
def server(started: list) -> Server:
    """The server that this process' own `prefect` client talks to."""
    server = Server(_ROOT, _PORT)
    started.append(server)
    server.start()
    return server


@pytest.fixture(scope="session")
def workers(server: Server, started: list):
    """Starts a worker of a kind once; returns it when it is online."""
    by_kind: dict[str, Worker] = {}

    def get(kind: str) -> Worker:
        if kind not in by_kind:
            worker = by_kind[kind] = Worker(kind, _ROOT, server.api_url)
            started.append(worker)
            worker.start()
        return by_kind[kind]

    return get


@pytest.fixture(params=WORKER_KINDS)
def worker_kind(request: pytest.FixtureRequest) -> str:
    """For tests that start a worker of their own."""
    return request.param


@pytest.fixture
def worker(worker_kind: str, workers) -> Worker:
    """The session's worker; the test runs once with the stock one and once with ours."""
    return _online(workers(worker_kind))


@pytest.fixture
def stock_worker(workers) -> Worker:
    """For tests in which the kind of worker makes no difference."""
    return _online(workers("stock"))


def _online(worker: Worker) -> Worker:
    from api import worker_names

    until(lambda: not worker.running() or worker_names(worker.pool), f"a worker in {worker.pool}", 60)
    assert worker.running(), worker.describe()
    return worker


@pytest.fixture
def own_worker(server: Server, tmp_path: Path) -> Iterator:
    """Starts workers with a pool and a life of their own."""
    mine: list[Worker] = []

    def start(kind: str, pool: str) -> Worker:
        worker = Worker(kind, tmp_path, server.api_url, pool)
        mine.append(worker)
        worker.start()
        return _online(worker)

    yield start
    for worker in mine:
        worker.stop()


@pytest.fixture(scope="session")
def deployments(server: Server) -> Deployments:
    return Deployments()


@pytest.fixture(scope="session")
def cli(server: Server) -> Cli:
    return Cli(_ROOT, server.api_url)


@pytest.fixture
def script(server: Server, tmp_path: Path) -> Iterator[Script]:
    """Runs files of `flows/` as programs of their own; ends them after the test."""
    script = Script(tmp_path, server.api_url)
    yield script
    script.stop()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator:
    """Starts further servers, with settings or a life of their own."""
    servers: list[Server] = []

    def start(**server_settings: str) -> Server:
        server = Server(tmp_path, **server_settings)
        servers.append(server)
        server.start()
        return server

    yield start
    for server in servers:
        server.stop()
