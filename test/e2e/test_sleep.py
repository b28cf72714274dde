"""The server sleeps: started by its socket, gone when there is nothing to do."""

from __future__ import annotations

import http.server
import json
import os
import signal
import socketserver
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

import pytest

import databases
import settings
from activation import Activation
from deploying import FLOWS
from processes import BINARY
from waiting import until

pytestmark = [pytest.mark.alone, pytest.mark.skipif(settings.ORACLE, reason="the real server does not sleep")]


def ask(url: str, body: object = None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def test_a_connection_starts_the_server(tmp_path: Path):
    with Activation(tmp_path) as server:
        assert server.starts == 0
        assert ask(server.api_url + "/health") == {"status": "ok"}
        outlook = ask(server.api_url + "/reeve/sleep")
        assert outlook["busy"] is False and outlook["next_deadline"] is None, outlook
        assert server.starts == 1 and server.running, server.output()
        assert server.lines() == ["GET /api/health", "GET /api/reeve/sleep"]


def test_an_idle_server_exits_and_comes_back(tmp_path: Path):
    with Activation(tmp_path, REEVE_SLEEP_AFTER="500ms") as server:
        ask(server.api_url + "/variables/", {"name": "kept", "value": 1})
        until(lambda: not server.running, "the server to sleep", 10)
        assert server.exits == [0], server.output()
        left = sorted(f.name for f in tmp_path.glob("server.db*"))
        assert left == ["server.db", "server.db.lock", "server.db.reserve"]
        assert ask(server.api_url + "/variables/name/kept")["value"] == 1
        assert server.starts == 2


def test_requests_that_come_while_it_falls_asleep_are_answered(tmp_path: Path):
    """Each begins about when the server exits; each is answered, by it or by the next."""
    with Activation(tmp_path, REEVE_SLEEP_AFTER="50ms") as server:
        for i in range(60):
            ask(server.api_url + "/admin/version")
            time.sleep(0.045 + i * 0.0005)
        assert server.starts > 5 and set(server.exits) == {0}, (server.starts, server.exits)


def test_a_whole_program_sleeps_with_its_worker(tmp_path: Path):
    """`reeve up` with a worker: it ends when nothing goes on, not while a flow runs, and comes back."""
    (tmp_path / "reeve.toml").write_text('[server]\ndatabase = "server.db"\n[[pool]]\nname = "here"\n')
    command = [BINARY, "up", "--config", str(tmp_path / "reeve.toml"), "--no-ui"]
    with Activation(tmp_path, command, REEVE_SLEEP_AFTER="2s", REEVE_SLEEP_LEAST="2s", **settings.CLIENT) as server:
        until(lambda: ask(server.api_url + "/work_pools/here/workers/filter", {}), "the worker", 30)
        until(lambda: not server.running, "the program to sleep", 30)
        assert server.exits == [0], server.output()
        flow = ask(server.api_url + "/flows/", {"name": "wide"})["id"]
        pull = [{"prefect.deployments.steps.set_working_directory": {"directory": str(FLOWS)}}]
        deployment = ask(
            server.api_url + "/deployments/",
            {"name": "d", "flow_id": flow, "work_pool_name": "here", "entrypoint": "deployed.py:wide", "pull_steps": pull, "parameters": {"seconds": 5}},
        )["id"]
        run = ask(f"{server.api_url}/deployments/{deployment}/create_flow_run", {})["id"]
        starts = server.starts
        until(lambda: not server.running, "the program to sleep again", 60)
        assert server.starts == starts and set(server.exits) == {0}, server.output()
        assert ask(f"{server.api_url}/flow_runs/{run}")["state"]["type"] == "COMPLETED", server.output()


def test_an_idle_machine_of_fly_is_suspended(tmp_path: Path, own_server):
    """The host's socket is asked; the process goes on where it was, as after a suspension."""
    asked: list[tuple[str, int]] = []

    class Host(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append((self.path, (tmp_path / "server.db-wal").stat().st_size if databases.FILES else 0))
            os.kill(server.pid, signal.SIGSTOP)
            threading.Timer(1, os.kill, (server.pid, signal.SIGCONT)).start()
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:  # a unix socket has no address to log
            pass

    # A path of a unix socket has 107 characters at most.
    with tempfile.TemporaryDirectory() as short, socketserver.ThreadingUnixStreamServer(f"{short}/api", Host) as host:
        threading.Thread(target=host.serve_forever, daemon=True).start()
        server = own_server(
            REEVE_SLEEP_MODE="suspend", REEVE_SLEEP_AFTER="500ms", REEVE_SLEEP_SOCKET=f"{short}/api", FLY_APP_NAME="app", FLY_MACHINE_ID="m1"
        )
        until(lambda: asked, "the host to be asked", 20)
        assert asked[0] == ("/v1/apps/app/machines/m1/suspend", 0)
        assert ask(server.api_url + "/admin/version")
        until(lambda: len(asked) > 1, "the next suspension", 20)
        host.shutdown()
