"""The example, run by `reeve up`, and a real Chromium that looks at it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Iterator

import pytest
from playwright.sync_api import Browser, Page, Response, expect, sync_playwright

ROOT = Path(__file__).parents[2]
BINARY = os.path.abspath(shutil.which(os.environ.get("REEVE_BIN", "reeve")) or "reeve")
PYTHON = os.environ.get("REEVE_PYTHON", "python3")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "chromium"
ARTIFACTS = Path(__file__).parent / "artifacts"

expect.set_options(timeout=30_000)  # a page is there in a second, unless the machine is busy


class Up:
    """`reeve up` on a copy of the example; `base` is where the UI's pages start."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "up.log"
        example = folder / "captionacc"
        shutil.copytree(ROOT / "examples" / "captionacc", example, ignore=shutil.ignore_patterns("work", "__pycache__"))
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port = listener.getsockname()[1]
        self.base = f"http://127.0.0.1:{port}/v2"
        env = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
        env |= {"PREFECT_HOME": str(folder / "home"), "REEVE_PYTHON": PYTHON, "PREFECT_WORKER_QUERY_SECONDS": "1"}
        with self.log.open("wb") as log:
            self._child = subprocess.Popen(
                [BINARY, "up", "--config", str(example / "reeve.toml"), "--port", str(port)],
                env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    def ready(self, seconds: float = 240) -> None:
        deadline = time.monotonic() + seconds
        while "Ready." not in self.log.read_text():
            assert self._child.poll() is None and time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.2)

    def sample(self, flow: str) -> tuple[str, str]:
        """Name and id of the flow's sample run."""
        found = re.search(rf"Sample run (\S+) of {flow}: Completed.*\n.*/([0-9a-f-]{{36}})", self.log.read_text())
        assert found, self.log.read_text()
        return found[1], found[2]

    def stop(self) -> None:
        self._child.send_signal(signal.SIGINT)
        try:
            self._child.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(self._child.pid, signal.SIGKILL)
            raise


@pytest.fixture(scope="session")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    running = Up(tmp_path_factory.mktemp("ui"))
    try:
        running.ready()
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, up: Up, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page at the UI. The test fails when a script fails or our server refuses a request; a
    screenshot of how the page ended is kept.
    """
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    troubles: list[str] = []

    def refused(answer: Response) -> None:
        if answer.url.endswith((".svg", ".png", ".ico")):
            return  # the bundle looks for its icons outside its own folder
        if answer.status >= 400 and answer.url.startswith(up.base.removesuffix("/v2")):
            troubles.append(f"{answer.status} {answer.request.method} {answer.url}: {answer.request.post_data}")

    page.on("response", refused)
    page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
    yield page
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"{request.node.name}.png")
    page.close()
    assert not troubles, "\n".join(troubles)
