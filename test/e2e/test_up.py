"""`reeve up` on the example: server, worker, deployments and a sample run of each flow."""

from __future__ import annotations

import shutil
from pathlib import Path

import settings
from processes import BINARY, Process

EXAMPLE = Path(__file__).parents[2] / "examples" / "captionacc"


def test_the_example_runs_to_the_end(tmp_path: Path) -> None:
    folder = tmp_path / "captionacc"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("work", "__pycache__"))
    port = settings.free_port()
    env = settings.environment(tmp_path / "home", settings.CLIENT)
    command = [BINARY, "up", "--config", str(folder / "reeve.toml"), "--port", str(port), "--once"]
    up = Process("up", command, env, tmp_path)
    up.start()
    try:
        code = up.wait(170)
    finally:
        up.stop()
    printed = up.output()
    assert code == 0, printed
    for flow in ("video-initial-processing", "crop-and-infer", "caption-ocr"):
        assert any(f"of {flow}: Completed in" in line for line in printed.splitlines()), printed
    subtitles = (folder / "work" / "sample" / "captions.srt").read_text()
    assert "THE TRAIN LEAVES AT 9.47" in subtitles
