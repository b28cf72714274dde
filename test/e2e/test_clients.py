"""A client of the release before the contract's, with its own worker and command line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import settings
from deploying import FLOWS
from processes import Process

BEFORE = Path(__file__).parents[2] / ".venv-388/bin/python"


@pytest.mark.timeout(400)
def test_client_of_the_release_before(server, tmp_path):
    """`make e2e` makes its environment: scripts/venv .venv-388 test/requirements-388.txt"""
    assert BEFORE.exists(), f"no interpreter at {BEFORE}"
    path = f"{BEFORE.parent}{os.pathsep}{os.environ['PATH']}"
    env = settings.environment(tmp_path / "home", settings.CLIENT, PREFECT_API_URL=server.api_url, PATH=path)
    client = Process("earlier", [str(BEFORE), str(FLOWS / "earlier.py")], env, tmp_path)
    client.start()
    try:
        assert client.wait(300) == 0, client.output()
        passed = [line for line in client.output().splitlines() if line.startswith("passed: ")]
        assert len(passed) == 6, client.output()
        assert "a line" in client.output()
    finally:
        client.stop()
