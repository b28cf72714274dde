"""Flows that workers run. Each tells its test what happened through the API, or through files in
a scratch folder that the test passes in.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from prefect import flow, get_run_logger, task
from prefect.flow_runs import suspend_flow_run
from prefect.task_runners import ProcessPoolTaskRunner


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


@task
def square(n: int) -> tuple[int, int]:
    return n * n, os.getpid()


@flow(task_runner=ProcessPoolTaskRunner(max_workers=2), persist_result=True)
def in_processes() -> dict[str, object]:
    """Tasks in processes of their own, which import this file anew."""
    results = square.map([1, 2, 3]).result()
    return {"squares": [n for n, _ in results], "elsewhere": os.getpid() not in [pid for _, pid in results]}


@task
async def nap(n: int) -> int:
    await asyncio.sleep(0.05)
    return n


@flow(persist_result=True)
async def inner(n: int) -> int:
    return sum(await asyncio.gather(*(nap(i) for i in range(n))))


@flow(persist_result=True)
async def outer() -> list[int]:
    """An asynchronous flow with subflows and tasks at once."""
    return [await inner(2), await inner(3)]


@flow(retries=1, persist_result=True)
def second_time(scratch: str) -> int:
    """Fails once, in the same process as it then succeeds in."""
    with Path(scratch, "tries").open("a") as file:
        file.write(f"{os.getpid()}\n")
    tries = Path(scratch, "tries").read_text().split()
    if len(tries) < 2:
        raise ValueError("the first time")
    return len(set(tries))


@flow
def leave(code: int) -> None:
    """Ends the process with an exit code, past everything that would tell of it."""
    print("last words", flush=True)
    os._exit(code)


@flow(persist_result=True)
def process() -> dict[str, object]:
    """What the process of a run looks like."""
    return {
        "warm": b"warm.py" in Path("/proc/self/cmdline").read_bytes(),
        "leader": os.getpid() == os.getpgid(0) == os.getsid(0),
        "descriptors": sorted(int(n) for n in os.listdir("/proc/self/fd") if int(n) < 3),
        "output": os.readlink("/proc/self/fd/1").startswith("pipe:") and os.path.samestat(os.fstat(1), os.fstat(2)),
        "input": os.readlink("/proc/self/fd/0"),
        "folder": os.getcwd(),
        "argv": [Path(a).name for a in sys.argv],
        "main": sys.modules["__main__"].__spec__.name,
        "path": sys.path,
        "level": get_run_logger().logger.getEffectiveLevel(),
        "modules": sorted(name for name in sys.modules if name.partition(".")[0] in ("sitecustomize", "prefect")),
        "environment": {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT__", "PYTEST_"))},
    }


@flow
def tally(scratch: str, name: str) -> None:
    """Leaves its name in the file `tally`, a line for each time that it runs."""
    with Path(scratch, "tally").open("a") as file:
        file.write(f"{name}\n")
