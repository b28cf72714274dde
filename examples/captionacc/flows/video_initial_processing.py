"""video-initial-processing: take a clip apart into frames and find where captions are written."""

from __future__ import annotations

import json
from pathlib import Path

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact

from captions import clip
from captions.picture import Picture

EDGE = 100
"""Neighbours that differ by this much are the rim of a letter, not noise."""


@task(retries=2, retry_delay_seconds=1)
def obtain(video: str, folder: Path) -> Path:
    """The clip's file; the sample is drawn when it is not there yet."""
    path = folder / f"{video}.y4m"
    if not path.exists():
        if video != "sample":
            raise FileNotFoundError(f"{path} does not exist")
        clip.write(path)
        get_run_logger().info("drew the sample clip: %s, %d bytes", path, path.stat().st_size)
    return path


@task(retries=2, retry_delay_seconds=1)
def extract(path: Path, folder: Path) -> int:
    """Write each frame as a picture; returns their number."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.pgm"):
        old.unlink()
    count = 0
    for count, picture in enumerate(clip.read(path), 1):
        picture.save(folder / f"{count - 1:05d}.pgm")
    if count == 0:
        raise ValueError(f"{path} has no frames")
    get_run_logger().info("extracted %d frames", count)
    return count


@task
def find_band(folder: Path) -> dict[str, int]:
    """The rows that captions are written in: those with many hard edges in many frames."""
    pictures = [Picture.load(path) for path in sorted(folder.glob("*.pgm"))]
    height = pictures[0].height
    edges = [sum(picture.edges(y, EDGE) for picture in pictures) / len(pictures) for y in range(height)]
    busiest = max(range(height), key=edges.__getitem__)
    if edges[busiest] < 4:
        raise ValueError("no row has the edges of writing in it")
    top = bottom = busiest
    while top > 0 and edges[top - 1] > edges[busiest] * 0.15:
        top -= 1
    while bottom < height - 1 and edges[bottom + 1] > edges[busiest] * 0.15:
        bottom += 1
    band = {"top": max(0, top - 4), "bottom": min(height, bottom + 5)}
    get_run_logger().info(
        "captions are in rows %d to %d: %.1f edges in the busiest row, %.1f on average",
        band["top"], band["bottom"], edges[busiest], sum(edges) / height,
    )  # fmt: skip
    return band


@flow(name="video-initial-processing", retries=1, retry_delay_seconds=1)
def video_initial_processing(video: str = "sample", workspace: str = "work") -> dict[str, int]:
    """Frames and caption band of one video, left in the workspace for the next flow."""
    folder = Path(workspace)
    frames = folder / video / "frames"
    count = extract(obtain(video, folder), frames)
    band = find_band(frames)
    result = {"frames": count, **band}
    (folder / video / "video.json").write_text(json.dumps(result))
    create_table_artifact(key=f"{video}-frames", table=[result], description=f"What is in {video}.")
    return result
