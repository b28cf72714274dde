"""The commands of docs/QUICKSTART.md and docs/operations.md, as they stand there."""

from __future__ import annotations

import os
import re
import subprocess
import threading
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
QUICKSTART, OPERATIONS = TOP / "docs/QUICKSTART.md", TOP / "docs/operations.md"


def blocks(mark: str, page: Path = QUICKSTART) -> list[str]:
    """The fenced commands of a page that are marked with a word, in order."""
    found = re.findall(rf"^```sh {re.escape(mark)}\n(.*?)^```", page.read_text(), re.M | re.S)
    assert found, f"{page} has no commands marked {mark}"
    return found


class Shell:
    """A user's shell: what a block exports, the next one sees."""

    def __init__(self, command: list[str], env: dict[str, str]) -> None:
        self._bash = subprocess.Popen(
            [*command, "bash", "-e", "-o", "pipefail"], cwd=TOP, env=env, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def __call__(self, commands: str, seconds: float = 60) -> str:
        """Runs commands; fails with what they printed when one of them fails."""
        end = f"--- {os.urandom(8).hex()}"
        guard = threading.Timer(seconds, self._bash.kill)
        guard.start()
        self._bash.stdin.write(f"{commands}\nprintf '\\n%s\\n' '{end}'\n")
        self._bash.stdin.flush()
        printed = []
        for line in self._bash.stdout:
            if line.rstrip() == end:
                guard.cancel()
                return "".join(printed).strip()
            printed.append(line)
        guard.cancel()
        raise AssertionError(f"these commands failed:\n{commands}\nThey printed:\n{''.join(printed)}")

    def close(self) -> None:
        self._bash.stdin.close()
        self._bash.wait()
