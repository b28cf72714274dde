"""The `prefect` command line and programs that use Prefect, as processes of their own."""

from __future__ import annotations

import subprocess
from pathlib import Path

import settings
from processes import Process


class Cli:
    """Runs `prefect …` against a server."""

    def __init__(self, folder: Path, api_url: str, **extra: str) -> None:
        self.folder = folder
        self.env = settings.environment(
            folder / "cli-home", settings.CLIENT, PREFECT_API_URL=api_url, **extra
        )

    def __call__(self, *arguments: object, code: int = 0, folder: Path | None = None, seconds: float = 90) -> str:
        """Standard output and error of the command, which must end with exit code `code`."""
        command = [settings.PYTHON, "-m", "prefect", *map(str, arguments)]
        done = subprocess.run(
            command,
            env=self.env,
            cwd=folder or self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
            start_new_session=True,
        )
        told = f"`prefect {' '.join(command[3:])}` ended with {done.returncode}:\n{done.stdout}"
        assert done.returncode == code, told
        assert "Traceback (most recent call last)" not in done.stdout, told
        return done.stdout


class Script:
    """Runs Python files of `flows/`."""

    def __init__(self, folder: Path, api_url: str) -> None:
        self.folder = folder
        self.env = settings.environment(folder / "script-home", settings.CLIENT, PREFECT_API_URL=api_url)
        self._processes: list[Process] = []

    def start(self, file: str, *arguments: object, **extra: str) -> Process:
        from deploying import FLOWS

        command = [settings.PYTHON, str(FLOWS / file), *map(str, arguments)]
        process = Process(Path(file).stem, command, self.env | extra, self.folder)
        self._processes.append(process)
        process.start()
        return process

    def run(self, file: str, *arguments: object, seconds: float = 60, **extra: str) -> str:
        """Output of the program, which must succeed."""
        process = self.start(file, *arguments, **extra)
        code = process.wait(seconds)
        assert code == 0, process.describe()
        return process.output()

    def stop(self) -> None:
        for process in self._processes:
            process.stop(5)
