"""Grey pictures, kept as PGM files (one byte for each dot, readable by any viewer)."""

from __future__ import annotations

from dataclasses import dataclass
from operator import sub
from pathlib import Path


@dataclass
class Picture:
    width: int
    height: int
    dots: bytes
    """Row by row, 0 is black, 255 white."""

    def row(self, y: int) -> bytes:
        return self.dots[y * self.width : (y + 1) * self.width]

    def crop(self, top: int, bottom: int) -> Picture:
        """The rows from `top` up to, not including, `bottom`."""
        return Picture(self.width, bottom - top, self.dots[top * self.width : bottom * self.width])

    def edges(self, y: int, strength: int) -> int:
        """How often neighbours in row `y` differ by at least `strength`: writing does that a lot."""
        row = self.row(y)
        return sum(1 for step in map(sub, row[1:], row) if step >= strength or step <= -strength)

    def save(self, path: Path) -> None:
        path.write_bytes(b"P5\n%d %d\n255\n" % (self.width, self.height) + self.dots)

    @classmethod
    def load(cls, path: Path) -> Picture:
        magic, size, depth, dots = path.read_bytes().split(b"\n", 3)
        if magic != b"P5" or depth != b"255":
            raise ValueError(f"{path} is not a grey picture of 8 bits")
        width, height = map(int, size.split())
        return cls(width, height, dots)

    @classmethod
    def mean(cls, pictures: list[Picture]) -> Picture:
        """Dot by dot: noise cancels out, what stays the same remains."""
        first, count = pictures[0], len(pictures)
        return cls(first.width, first.height, bytes(sum(dots) // count for dots in zip(*(p.dots for p in pictures))))


def threshold(histogram: list[int]) -> int:
    """The value that parts a histogram best into two groups (Otsu's method)."""
    total, whole = sum(histogram), sum(value * n for value, n in enumerate(histogram))
    best, best_spread = 0, -1.0
    below = below_sum = 0
    for value, n in enumerate(histogram):
        below += n
        below_sum += value * n
        above = total - below
        if below == 0 or above == 0:
            continue
        spread = below * above * (below_sum / below - (whole - below_sum) / above) ** 2
        if spread > best_spread:
            best, best_spread = value, spread
    return best
