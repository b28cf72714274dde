"""The server sleeps: started by its socket, gone when there is nothing to do."""

from __future__ import annotations

import json
import time
import urllib.request
from pathlib import Path

import pytest

import settings
from activation import Activation
from waiting import until

pytestmark = pytest.mark.skipif(settings.ORACLE, reason="the real server does not sleep")


def ask(url: str) -> object:
    with urllib.request.urlopen(url, timeout=10) as answer:
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
        variable = {"name": "kept", "value": 1}
        request = urllib.request.Request(server.api_url + "/variables/", json.dumps(variable).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status == 201
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
