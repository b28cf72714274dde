"""Where Reeve differs from the real server on purpose. Anything else that differs is a defect."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Difference:
    method: str
    path: str
    """Regular expression for the whole path below /api."""
    fields: tuple[str, ...]
    """Paths in the body that are not compared; `*` stands for one step, `` (empty) for the body."""
    reason: str


DIFFERENCES = [
    Difference("GET", "/health", ("",), "users' own health checks expect an object with a status"),
]


def ignored(method: str, path: str) -> list[str]:
    """Fields of an answer that are known to differ."""
    return [
        field
        for known in DIFFERENCES
        if known.method == method and re.fullmatch(known.path, path.split("?")[0])
        for field in known.fields
    ]
