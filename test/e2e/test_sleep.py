"""The server sleeps: started by its socket, gone when there is nothing to do."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

import pytest

import settings
from activation import Activation

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
