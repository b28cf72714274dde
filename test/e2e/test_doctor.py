"""`reeve doctor` against real servers, workers and proxies: what is well, and what is not with the next step."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
from pathlib import Path
from typing import Iterator

import pytest

import databases
import settings
from activation import Activation
from processes import BINARY, Server, Worker
from test_webhooks import Gateway, _post
from waiting import until

a_file = pytest.mark.skipif(not databases.FILES, reason="the files are PostgreSQL's")

pytestmark = pytest.mark.skipif(settings.ORACLE, reason="the real server has no doctor")

POOL = "doctored"
TOML = f'[[pool]]\nname = "{POOL}"\n'


class Report:
    """What one examination said."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        assert done.returncode in (0, 1), done.stderr
        self.code, self.said = done.returncode, json.loads(done.stdout)

    def of(self, check: str) -> list[dict]:
        return [finding for finding in self.said["findings"] if finding["check"] == check]

    def failed(self) -> set[str]:
        return {finding["check"] for finding in self.said["findings"] if finding["severity"] == "fail"}

    def expect(self, check: str, found: str, following: str) -> None:
        """A failure with this in its sentence and this in its next step."""
        assert self.code == 1, self.said
        failures = [f for f in self.of(check) if f["severity"] == "fail"]
        assert any(found in f["found"] and following in f["next"] for f in failures), self.of(check)


@pytest.fixture
def doctor(tmp_path: Path):
    def examine(url: str, toml: str = "", database: Path | None = None, **env: str) -> Report:
        (tmp_path / "doctor.toml").write_text(toml)
        command = [BINARY, "doctor", "--json", "--url", url, "--config", str(tmp_path / "doctor.toml")]
        command += ["--database", str(database or databases.of(tmp_path / "server.db"))]
        environ = settings.environment(tmp_path / "doctor-home", {}, REEVE_PYTHON=settings.PYTHON, **env)
        return Report(subprocess.run(command, env=environ, cwd=tmp_path, capture_output=True, text=True, timeout=120))

    return examine


@pytest.fixture
def worker_of(tmp_path: Path) -> Iterator:
    started: list[Worker] = []

    def start(server: Server, **env: str) -> Worker:
        worker = Worker("reeve", tmp_path, server.api_url, POOL, **env)
        started.append(worker)
        worker.start()
        workers = f"/work_pools/{POOL}/workers/filter"
        until(lambda: any(w["status"] == "ONLINE" for w in _pool_post(server, workers)), "the worker", 30)
        return worker

    yield start
    for worker in started:
        worker.stop()


def _pool_post(server: Server, path: str) -> list[dict]:
    try:
        return _post(server.api_url, path, {})
    except OSError:  # there is no pool yet
        return []


def test_a_healthy_installation_has_no_failure(own_server, worker_of, doctor):
    server = own_server()
    worker_of(server)
    report = doctor(server.api_url, TOML + f'[worker]\npython = "{settings.PYTHON}"\n')
    assert report.code == 0 and report.said["healthy"], report.said
    severities = {f["severity"] for f in report.said["findings"]}
    assert severities <= {"ok", "skipped"}, [f for f in report.said["findings"] if f["severity"] == "warn"]
    for check in ("server", "database", "websocket", "clock", "pools", "workers", "python", "late-runs"):
        assert [f["severity"] for f in report.of(check)] == ["ok"], report.of(check)


def test_a_server_that_sleeps_is_woken_and_that_is_no_failure(doctor, tmp_path):
    with Activation(tmp_path, REEVE_SLEEP_AFTER="500ms") as server:
        assert doctor(server.api_url, REEVE_SLEEP_MODE="exit").code == 0
        until(lambda: not server.running, "the server to sleep", 30)
        report = doctor(server.api_url, REEVE_SLEEP_MODE="exit")
        assert report.code == 0 and server.starts == 2, report.said
        assert [f["severity"] for f in report.of("sleep")] == ["ok"], report.of("sleep")


def test_a_worker_that_asks_a_sleeping_server_itself(worker_of, doctor, tmp_path):
    with Activation(tmp_path, REEVE_SLEEP_AFTER="500ms") as server:
        worker_of(server)
        report = doctor(server.api_url, REEVE_SLEEP_MODE="exit")
        assert report.code == 0
        warned = [f for f in report.of("sleep") if f["severity"] == "warn"]
        assert any("workers/connect" in f["found"] for f in warned), report.of("sleep")
        assert all("gateway" in f["next"] for f in warned)


def test_a_gateway_and_what_it_could_not_deliver(own_server, doctor, tmp_path):
    server = own_server()
    gateway = Gateway(tmp_path / "gateway", server.api_url, "nobody/nobody", None, stock=False)
    toml = (tmp_path / "gateway" / "reeve.toml").read_text().replace("server.db", "gateway/server.db")
    secret = {"HOOK_SECRET": "e2e-hook-secret"}
    gateway.start()
    try:
        assert doctor(server.api_url, toml, **secret).of("gateway")[0]["severity"] == "ok"
        assert gateway.send("1") == 202
        until(lambda: gateway.health()["inbox"]["dead"] == 1, "the dead letter")
        database = tmp_path / "gateway" / "server.db"  # its inbox is beside it
        report = doctor(server.api_url, toml, database, **secret)
        assert "1 dead letter" in report.of("webhooks")[0]["found"], report.of("webhooks")
        assert "reeve webhook replay" in report.of("webhooks")[0]["next"]
        missing = doctor(server.api_url, toml, database)
        missing.expect("secrets", "HOOK_SECRET", "export HOOK_SECRET=")
        assert missing.failed() == {"secrets"}
    finally:
        gateway.stop()


def test_a_stopped_server_leaves_the_checks_of_the_machine(own_server, doctor):
    server = own_server()
    server.stop()
    report = doctor(server.api_url)
    report.expect("server", "nothing listens at", "reeve server start")
    assert report.failed() == {"server"}
    assert ("is sound" if databases.FILES else "answers and has schema") in report.of("database")[0]["found"]
    assert report.of("websocket")[0]["severity"] == "skipped"


def test_an_address_without_api(own_server, doctor):
    server = own_server()
    report = doctor(server.api_url.removesuffix("/api"))
    report.expect("server", "is not the API's address", f"export PREFECT_API_URL={server.api_url}")
    assert report.failed() == {"server"}  # the rest is looked at where the API is


def test_another_program_has_the_port(doctor):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        threading.Thread(target=_answer_nonsense, args=(other,), daemon=True).start()
        report = doctor(f"http://127.0.0.1:{port}/api")
    report.expect("port", f"process {os.getpid()}", "--port")


def _answer_nonsense(listener: socket.socket) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello")


def test_a_paused_pool_and_its_late_runs(own_server, worker_of, doctor):
    server = own_server()
    worker_of(server)
    flow = _post(server.api_url, "/flows/", {"name": "late"})["id"]
    deployment = {"name": "late", "flow_id": flow, "entrypoint": "f.py:f", "work_pool_name": POOL}
    deployment = _post(server.api_url, "/deployments/", deployment)["id"]
    _patch(server, f"/work_pools/{POOL}", {"is_paused": True})
    due = {"type": "SCHEDULED", "state_details": {"scheduled_time": "2026-01-01T00:00:00Z"}}
    _post(server.api_url, f"/deployments/{deployment}/create_flow_run", {"state": due})
    report = doctor(server.api_url, TOML)
    report.expect("pools", f"work pool {POOL} is paused", f"prefect work-pool resume {POOL}")
    report.expect("late-runs", "(pool_paused)", f"prefect work-pool resume {POOL}")


def _patch(server: Server, path: str, body: dict) -> None:
    import urllib.request

    request = urllib.request.Request(
        server.api_url + path, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="PATCH"
    )
    urllib.request.urlopen(request, timeout=10).close()


def test_a_worker_that_is_gone(own_server, worker_of, doctor):
    server = own_server()
    worker = worker_of(server, PREFECT_WORKER_HEARTBEAT_SECONDS="1")
    worker.kill()
    workers = f"/work_pools/{POOL}/workers/filter"
    until(lambda: all(w["status"] == "OFFLINE" for w in _pool_post(server, workers)), "the server to notice", 60)
    report = doctor(server.api_url, TOML)
    report.expect("workers", f"no worker of pool {POOL} is online", f"reeve worker start --pool {POOL}")


def test_a_pool_that_is_not_there(own_server, doctor):
    report = doctor(own_server().api_url, TOML)
    report.expect("pools", f"work pool {POOL} of", f"reeve worker start --pool {POOL}")


@pytest.mark.parametrize("given", [None, "admin:wrong-password"])
def test_no_password_or_a_wrong_one(own_server, doctor, given):
    server = own_server(PREFECT_SERVER_API_AUTH_STRING="admin:right-password")
    report = doctor(server.api_url, **({"PREFECT_API_AUTH_STRING": given} if given else {}))
    report.expect("password", "password", "export PREFECT_API_AUTH_STRING=")
    assert report.failed() == {"password"}
    assert "-password" not in json.dumps(report.said)
    good = doctor(server.api_url, PREFECT_API_AUTH_STRING="admin:right-password")
    assert good.code == 0, good.said


class BlockingProxy:
    """Passes requests on, byte for byte, but takes out the headers of an upgrade, as proxies do by default."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/api"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def _pass_on(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self.target)) as server:
            head = b""
            while b"\r\n\r\n" not in head:
                if not (piece := client.recv(65536)):
                    return
                head += piece
            lines, _, body = head.partition(b"\r\n\r\n")
            length = 0
            kept = []
            for line in lines.split(b"\r\n"):
                name = line.split(b":")[0].lower()
                if name == b"content-length":
                    length = int(line.split(b":")[1])
                if name not in (b"upgrade", b"connection"):
                    kept.append(line)
            while len(body) < length:
                body += client.recv(65536)
            server.sendall(b"\r\n".join([*kept, b"Connection: close"]) + b"\r\n\r\n" + body)
            while piece := server.recv(65536):
                client.sendall(piece)

    def close(self) -> None:
        self.listener.close()


def test_a_proxy_that_takes_the_upgrade_out(own_server, doctor):
    server = own_server()
    proxy = BlockingProxy(server.port)
    try:
        report = doctor(proxy.url)
    finally:
        proxy.close()
    report.expect("websocket", "no upgrade: a proxy on the way takes the Upgrade header out", "proxy_set_header Upgrade")
    assert report.failed() == {"websocket"}
    assert doctor(server.api_url).code == 0


@a_file
def test_a_damaged_database(own_server, doctor, tmp_path):
    server = own_server()
    server.stop()
    database = tmp_path / "server.db"
    with database.open("r+b") as file:
        file.seek(4096 * 2)
        file.write(b"\xff" * 4096 * 20)
    report = doctor(server.api_url)
    report.expect("database", "is damaged", "reeve server database restore")


def test_a_database_of_prefect(doctor, tmp_path):
    import sqlite3

    with sqlite3.connect(tmp_path / "server.db") as made:
        made.execute("create table alembic_version (version_num text)")
    report = doctor(f"http://127.0.0.1:{settings.free_port()}/api", database=tmp_path / "server.db")
    report.expect("database", "was made by Prefect's own server", "--database")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A volume of 24 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)]
    if os.getuid() != 0 or not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a small volume needs root and the right to mount")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@a_file
def test_a_full_disk(small_disk, doctor):
    server = Server(small_disk)
    server.start()
    try:
        with (small_disk / "filling").open("wb") as filling:
            try:
                while True:
                    filling.write(b"0" * (1 << 20))
                    filling.flush()
            except OSError:
                pass
        report = doctor(server.api_url, database=small_disk / "server.db")
        report.expect("disk", "is full", "grow the volume")
    finally:
        server.stop()
