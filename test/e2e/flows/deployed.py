"""Flows that workers run. Each tells its test what happened through the API, or through files in
a scratch folder that the test passes in.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from prefect import flow, get_run_logger, task
from prefect.flow_runs import suspend_flow_run


@task
def greet(name: str) -> str:
    get_run_logger().info("greeting %s", name)
    return f"hello {name}"


@task(task_run_name="shout-{text}")
def shout(text: str) -> str:
    print(f"shouting {text}")
    return text.upper()


@flow(log_prints=True, persist_result=True)
def hello(name: str = "world") -> dict[str, object]:
    print(f"printed for {name}")
    get_run_logger().warning("warned about %s", name)
    greeting = greet(name)
    shouts = shout.map(["one", "two"])
    return {
        "greeting": greeting,
        "shouts": shouts.result(),
        "environment": {k: v for k, v in os.environ.items() if k.startswith("E2E_")},
    }


def _wait_for(file: Path, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not file.exists():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{file} did not appear")
        time.sleep(0.05)


def _note_cancellation(flow, flow_run, state) -> None:
    Path(flow_run.parameters["scratch"], "cancelled").write_text(state.name)


@flow(on_cancellation=[_note_cancellation])
def hold(scratch: str) -> None:
    """Runs until the file `go` exists. Leaves its pid, and that of a child, in `pids`."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        Path(scratch, "pids.part").write_text(f"{os.getpid()} {child.pid}")
        Path(scratch, "pids.part").rename(Path(scratch, "pids"))
        _wait_for(Path(scratch, "go"))
    finally:
        child.kill()


@flow
def fail(message: str = "no luck") -> None:
    raise ValueError(message)


@flow
def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@flow
def span(scratch: str, seconds: float = 2) -> None:
    """Writes when it ran to a file of its own."""
    start = time.time()
    time.sleep(seconds)
    Path(scratch, f"{os.getpid()}.span").write_text(f"{start} {time.time()}")


@task(persist_result=True)
def before_suspension(scratch: str) -> int:
    with Path(scratch, "before").open("a") as file:
        file.write("ran\n")
    return os.getpid()


@flow(persist_result=True)
def interrupted(scratch: str) -> list[int]:
    """Suspends itself once; the second process goes on with the first one's results."""
    first = before_suspension(scratch)
    suspend_flow_run(timeout=120)
    return [first, os.getpid()]


@task(task_run_name="step-{number}")
def step(number: int, scratch: str) -> int:
    get_run_logger().info("step %d", number)
    Path(scratch, f"reached-{number}").touch()
    _wait_for(Path(scratch, f"pass-{number}"))
    return number


@flow(persist_result=True)
def steps(scratch: str, count: int) -> int:
    """Does one step after the other, each when its file `pass-N` exists."""
    return sum(step(number, scratch) for number in range(count))


# Three flows, each to be given a limit of its own.


@flow
def wide(seconds: float = 1) -> None:
    time.sleep(seconds)


@flow
def narrow(seconds: float = 1) -> None:
    time.sleep(seconds)


@flow
def open_wide(seconds: float = 1) -> None:
    time.sleep(seconds)
