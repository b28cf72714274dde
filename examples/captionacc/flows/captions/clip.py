"""A clip to work on: a short film with captions, drawn by the same rules each time.

It is a YUV4MPEG2 file (any player opens it): a wall whose brightness drifts, a lamp that moves, the
noise of a camera, and captions in white with a black rim at the bottom.
"""

from __future__ import annotations

import random
from operator import add
from pathlib import Path
from typing import Iterator

from . import font
from .picture import Picture

WIDTH, HEIGHT, RATE, FRAMES = 320, 180, 10, 60
SCALE = 2
BASELINE = 150
"""Top row of the captions."""

CAPTIONS = [
    (4, 20, "GOOD MORNING, EVERYONE!"),
    (20, 38, "THE TRAIN LEAVES AT 9.47"),
    (44, 57, "WHERE ARE YOU GOING?"),
]
"""First frame, the frame after the last, and what is written."""

_NOISE = bytes(value % 13 for value in range(256))


def write(path: Path, seed: int = 1) -> None:
    """Draw the clip into a file."""
    source = random.Random(seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        file.write(b"YUV4MPEG2 W%d H%d F%d:1 Ip A1:1 Cmono\n" % (WIDTH, HEIGHT, RATE))
        for number in range(FRAMES):
            file.write(b"FRAME\n" + _draw(number, source))
    part.replace(path)


def read(path: Path) -> Iterator[Picture]:
    """The pictures of a clip, in order."""
    with path.open("rb") as file:
        header = file.readline().decode("ascii").split()
        if not header or header[0] != "YUV4MPEG2":
            raise ValueError(f"{path} is not a YUV4MPEG2 clip")
        tags = {tag[0]: tag[1:] for tag in header[1:]}
        if tags.get("C") != "mono":
            raise ValueError(f"{path} is not monochrome but {tags.get('C', 'in colour')}")
        width, height = int(tags["W"]), int(tags["H"])
        while marker := file.readline():
            if not marker.startswith(b"FRAME"):
                raise ValueError(f"{path} is damaged: no frame where one should begin")
            dots = file.read(width * height)
            if len(dots) != width * height:
                raise ValueError(f"{path} ends in the middle of a frame")
            yield Picture(width, height, dots)


def _draw(number: int, source: random.Random) -> bytes:
    canvas = bytearray()
    for y in range(HEIGHT):
        canvas += bytes([60 + (y + number) % 90]) * WIDTH
    _lamp(canvas, 20 + 4 * number, 30)
    canvas = bytearray(map(add, canvas, source.randbytes(WIDTH * HEIGHT).translate(_NOISE)))
    for first, end, text in CAPTIONS:
        if first <= number < end:
            _write(canvas, text)
    return bytes(canvas)


def _lamp(canvas: bytearray, left: int, top: int) -> None:
    """A bright patch: as light as the captions, but with few edges."""
    for y in range(top, top + 40):
        start, end = y * WIDTH + min(left, WIDTH), y * WIDTH + min(left + 50, WIDTH)
        canvas[start:end] = b"\xe6" * (end - start)


def _write(canvas: bytearray, text: str) -> None:
    left = (WIDTH - len(text) * font.ADVANCE * SCALE) // 2
    ink = [
        (left + (index * font.ADVANCE + dot % font.WIDTH) * SCALE, BASELINE + dot // font.WIDTH * SCALE)
        for index, letter in enumerate(text)
        for dot, is_ink in enumerate(font.GLYPHS[letter])
        if is_ink
    ]
    for grow, shade in ((1, 8), (0, 240)):
        for x, y in ink:
            for row in range(y - grow, y + SCALE + grow):
                start = row * WIDTH + x - grow
                canvas[start : start + SCALE + 2 * grow] = bytes([shade]) * (SCALE + 2 * grow)
