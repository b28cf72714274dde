"""Waiting for things: poll until true or until a deadline, then say what was seen last."""

from __future__ import annotations

import time
from typing import Callable, TypeVar

T = TypeVar("T")


def until(look: Callable[[], T], what: str, seconds: float = 30, every: float = 0.1) -> T:
    """The first true value of `look`. An error from `look` is "not yet" until the deadline."""
    deadline = time.monotonic() + seconds
    while True:
        seen: object
        try:
            seen = value = look()
            if value:
                return value
        except Exception as error:  # noqa: BLE001 - reported below if it stays
            seen = error
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s for {what}; last seen: {seen!r}")
        time.sleep(every)


def never(look: Callable[[], object], what: str, seconds: float, every: float = 0.2) -> None:
    """Fails as soon as `look` is true. Keep `seconds` short: it is always spent."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if seen := look():
            raise AssertionError(f"{what}: {seen!r}")
        time.sleep(every)
