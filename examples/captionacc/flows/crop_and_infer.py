"""crop-and-infer: cut the caption band out of each frame and tell when which caption is shown."""

from __future__ import annotations

import json
from operator import ne
from pathlib import Path

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact

from captions.picture import Picture, threshold

EDGE = 100
BRIGHT = 200


@task(retries=2, retry_delay_seconds=1)
def crop(folder: Path) -> list[Picture]:
    """The caption band of each frame, in order."""
    video = folder / "video.json"
    if not video.exists():
        raise FileNotFoundError(f"{video} does not exist: run video-initial-processing first")
    band = json.loads(video.read_text())
    frames = sorted((folder / "frames").glob("*.pgm"))
    return [Picture.load(path).crop(band["top"], band["bottom"]) for path in frames]


@task
def classify(bands: list[Picture]) -> list[bool]:
    """Whether each band has writing in it.

    The measure is the number of hard edges; where the clip's own two groups part is where the line
    is drawn.
    """
    edges = [sum(band.edges(y, EDGE) for y in range(band.height)) for band in bands]
    most = max(edges)
    histogram = [0] * 256
    for count in edges:
        histogram[count * 255 // max(most, 1)] += 1
    line = threshold(histogram) * max(most, 1) / 255
    written = [count > line and most > 50 for count in edges]
    get_run_logger().info(
        "%d of %d frames have a caption: edges from %d to %d, parted at %.0f",
        sum(written), len(written), min(edges), most, line,
    )  # fmt: skip
    return written


def difference(a: Picture, b: Picture) -> float:
    """The part of the bright dots of two bands that are bright in one of them only."""
    one, other = (bytes(dot >= BRIGHT for dot in band.dots) for band in (a, b))
    return sum(map(ne, one, other)) / max(sum(one) + sum(other), 1)


@task
def segment(bands: list[Picture], written: list[bool]) -> list[tuple[int, int]]:
    """First frame and the frame after the last of each caption: it ends where the writing changes."""
    segments: list[tuple[int, int]] = []
    start: int | None = None
    for number in range(len(bands) + 1):
        here = number < len(bands) and written[number]
        if start is not None and (not here or difference(bands[number - 1], bands[number]) > 0.3):
            segments.append((start, number))
            start = None
        if here and start is None:
            start = number
    return segments


@task(retries=2, retry_delay_seconds=1)
def save(folder: Path, bands: list[Picture], segments: list[tuple[int, int]]) -> None:
    """One picture for each caption, the mean of its frames, and a list of all."""
    crops = folder / "crops"
    crops.mkdir(parents=True, exist_ok=True)
    for old in crops.glob("*.pgm"):
        old.unlink()
    for number, (first, end) in enumerate(segments):
        Picture.mean(bands[first:end]).save(crops / f"{number:03d}.pgm")
    listed = [{"caption": number, "first": first, "end": end} for number, (first, end) in enumerate(segments)]
    (folder / "segments.json").write_text(json.dumps(listed))


@flow(name="crop-and-infer", retries=1, retry_delay_seconds=1)
def crop_and_infer(video: str = "sample", workspace: str = "work") -> list[tuple[int, int]]:
    """When captions are shown in one video, and a clean picture of each, for the OCR."""
    folder = Path(workspace) / video
    bands = crop(folder)
    written = classify(bands)
    segments = segment(bands, written)
    if not segments:
        raise ValueError(f"no caption was found in {video}")
    save(folder, bands, segments)
    create_table_artifact(
        key=f"{video}-captions",
        table=[{"caption": n, "first frame": a, "last frame": b - 1} for n, (a, b) in enumerate(segments)],
        description=f"{sum(written)} of {len(written)} frames of {video} have a caption.",
    )
    return segments
