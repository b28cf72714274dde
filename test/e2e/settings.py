"""Environment of every process that the tests start, and of the tests themselves.

`prefect` reads its settings when it is imported, so `conftest` calls `adopt` before anything
imports it. Intervals are shortened so that a poll comes soon; nothing else differs from what a
user has.
"""

from __future__ import annotations

import os
import random
import socket
import sys
from pathlib import Path

ORACLE = os.environ.get("REEVE_E2E_ORACLE") == "1"
"""Whether the real Prefect server is under test, to prove the tests themselves."""

PYTHON = os.environ.get("REEVE_PYTHON") or sys.executable
"""The interpreter with `prefect` that runs the CLI, the stock worker and the flows."""

CLIENT = {
    "PREFECT_LOGGING_TO_API_BATCH_INTERVAL": "0.5",
    "PREFECT_WORKER_QUERY_SECONDS": "1",
    "PREFECT_RUNNER_POLL_FREQUENCY": "1",
    "PREFECT_CLI_COLORS": "false",
    "PREFECT_CLI_PROMPT": "false",
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
}

SERVER = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_SCHEDULER_RECENT_DEPLOYMENTS_LOOP_SECONDS": "1",
    "PREFECT_SERVER_SERVICES_LATE_RUNS_LOOP_SECONDS": "1",
    "PREFECT_SERVER_SERVICES_LATE_RUNS_AFTER_SECONDS": "2",
    "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_LOOP_SECONDS": "1",
    "PREFECT_SERVER_SERVICES_CANCELLATION_CLEANUP_LOOP_SECONDS": "1",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_FLUSH_INTERVAL": "0.5",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS": "2",
    "PREFECT_SERVER_TASKS_TAG_CONCURRENCY_SLOT_WAIT_SECONDS": "1",
}


def environment(home: Path, *groups: dict[str, str], **extra: str) -> dict[str, str]:
    """The caller's environment without its own Prefect or Reeve settings, plus those given."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "REEVE_"))}
    env |= {"PREFECT_HOME": str(home), "DO_NOT_TRACK": "1", "PYTHONUNBUFFERED": "1"}
    # Flows must start with the interpreter under test, whichever way the worker looks it up.
    env |= {"REEVE_PYTHON": PYTHON, "PATH": f"{Path(PYTHON).parent}{os.pathsep}{env['PATH']}"}
    # Wide enough that the CLI's tables are not wrapped in the middle of a name.
    env |= {"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}
    for group in groups:
        env |= group
    return env | extra


def adopt(home: Path, api_url: str) -> None:
    """Make this process a client of `api_url`. Must run before `prefect` is imported."""
    if "prefect" in sys.modules:
        raise RuntimeError("prefect was imported before its settings were made")
    for name in [n for n in os.environ if n.startswith("PREFECT_")]:
        del os.environ[name]
    os.environ |= CLIENT | {"PREFECT_HOME": str(home), "PREFECT_API_URL": api_url, "DO_NOT_TRACK": "1"}


def free_port() -> int:
    """A port nobody listens on, inside REEVE_E2E_PORTS (`first-last`) when that is set."""
    span = os.environ.get("REEVE_E2E_PORTS")
    first, last = (int(end) for end in span.split("-")) if span else (0, 0)
    candidates = random.sample(range(first, last + 1), last - first + 1) if span else [0]
    for port in candidates:
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            return listener.getsockname()[1]
    raise RuntimeError(f"no free port in {span}")
