"""caption-ocr: read the captions by comparing each letter with a font, and check what was read."""

from __future__ import annotations

import json
from pathlib import Path

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact

from captions import clip, font
from captions.picture import Picture, threshold

STEP = font.ADVANCE * clip.SCALE


def binary(band: Picture) -> list[list[int]]:
    """1 where there is ink: brighter than the line that parts the band's dots into two groups."""
    bright = [dot for dot in band.dots if dot > 160]
    histogram = [0] * 256
    for dot in bright:
        histogram[dot] += 1
    line = max(threshold(histogram), 180)
    return [[int(dot > line) for dot in band.row(y)] for y in range(band.height)]


def cell(ink: list[list[int]], left: int, top: int) -> list[float]:
    """How full of ink each of a letter's 35 dots is, for a letter at this place."""
    scale, area = clip.SCALE, clip.SCALE**2
    dots = []
    for y in range(top, top + font.HEIGHT * scale, scale):
        for x in range(left, left + font.WIDTH * scale, scale):
            dots.append(sum(ink[y + dy][x + dx] for dy in range(scale) for dx in range(scale)) / area)
    return dots


def match(dots: list[float]) -> tuple[str, float]:
    """The letter most like the dots, and the mean distance from it: 0 is the same, 1 the opposite."""
    letter = min(font.GLYPHS, key=lambda g: sum(abs(a - b) for a, b in zip(font.GLYPHS[g], dots)))
    return letter, sum(abs(a - b) for a, b in zip(font.GLYPHS[letter], dots)) / len(dots)


def recognise(ink: list[list[int]]) -> tuple[str, float]:
    """Try every way to lay the grid of letters over the ink; the best one is the text."""
    rows = [y for y, row in enumerate(ink) if any(row)]
    columns = [x for x in range(len(ink[0])) if any(row[x] for row in ink)]
    if not rows:
        return "", 1.0
    best = ("", 1.0)
    height, width = font.HEIGHT * clip.SCALE, font.WIDTH * clip.SCALE
    for top in range(max(0, rows[-1] - height), min(rows[0] + clip.SCALE, len(ink) - height) + 1):
        for start in range(max(0, columns[0] - width), columns[0] + 1):
            lefts = range(start, min(columns[-1] + 1, len(ink[0]) - width), STEP)
            letters = [match(cell(ink, left, top)) for left in lefts]
            distance = sum(d for _, d in letters) / max(len(letters), 1)
            if distance < best[1]:
                best = ("".join(letter for letter, _ in letters).strip(), distance)
    return best


@task(retries=2, retry_delay_seconds=1)
def read_caption(path: Path) -> tuple[str, float]:
    """The text of one picture, and how sure that is, from 0 to 1."""
    text, distance = recognise(binary(Picture.load(path)))
    get_run_logger().info("%s reads %r, %.1f %% sure", path.name, text, 100 * (1 - distance))
    return text, 1 - distance


@task(retries=2, retry_delay_seconds=1)
def write_subtitles(folder: Path, segments: list[dict], texts: list[str]) -> Path:
    """The captions as a SubRip file, beside the clip."""

    def stamp(frame: int) -> str:
        ms = frame * 1000 // clip.RATE
        return f"{ms // 3600000:02d}:{ms // 60000 % 60:02d}:{ms // 1000 % 60:02d},{ms % 1000:03d}"

    path = folder / "captions.srt"
    path.write_text(
        "\n".join(
            f"{number}\n{stamp(part['first'])} --> {stamp(part['end'])}\n{text}\n"
            for number, (part, text) in enumerate(zip(segments, texts), 1)
        )
    )
    return path


@flow(name="caption-ocr", retries=1, retry_delay_seconds=1)
def caption_ocr(video: str = "sample", workspace: str = "work", least_sure: float = 0.9) -> list[str]:
    """The captions of one video as text. It fails when it is not sure, or, for the sample, wrong."""
    folder = Path(workspace) / video
    if not (folder / "segments.json").exists():
        raise FileNotFoundError(f"{folder}/segments.json does not exist: run crop-and-infer first")
    segments = json.loads((folder / "segments.json").read_text())
    pictures = [folder / "crops" / f"{part['caption']:03d}.pgm" for part in segments]
    read = read_caption.map(pictures).result()
    texts = [text for text, _ in read]
    write_subtitles(folder, segments, texts)
    create_markdown_artifact(
        key=f"{video}-text",
        markdown="| caption | text | sure |\n|---|---|---|\n"
        + "\n".join(f"| {n} | {text} | {sure:.1%} |" for n, (text, sure) in enumerate(read)),
        description=f"The captions of {video}.",
    )
    doubtful = [text for text, sure in read if sure < least_sure]
    if doubtful:
        raise ValueError(f"not sure of {doubtful}")
    if video == "sample" and texts != [text for _, _, text in clip.CAPTIONS]:
        raise ValueError(f"read {texts}, but the clip says {[text for _, _, text in clip.CAPTIONS]}")
    get_run_logger().info("all %d captions were read", len(texts))
    return texts
