"""Compares what two servers answered, field by field.

Ids, times, durations and made-up names differ between any two servers. They are not masked but
matched: an id of one server must stand wherever its counterpart stands in the other, a time must
be as far from the scenario's start, and what the scenario itself sent must come back unchanged.
"""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone
from fnmatch import fnmatchcase
from typing import Any, Iterator

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\d([T ])\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)?")
_MADE_UP = re.compile(r"[a-z]+-[a-z]+(-[a-z]+)?")
_TOKEN = re.compile(r"[0-9a-f]{64}")

SECONDS = 15.0
"""How far apart two times may be when measured from the start of the scenario."""

_DURATIONS = {
    "estimated_run_time",
    "estimated_start_time_delta",
    "total_run_time",
    "average_lateness",
    "avg_slot_occupancy_seconds",
    "sum_estimated_run_time",
    "sum_estimated_lateness",
    "late_runs_delta",
}


class Matcher:
    """Remembers which id of the one server stands for which of the other."""

    def __init__(self, sent: set[str], real_start: datetime, ours_start: datetime) -> None:
        self._sent = sent
        self._start = real_start, ours_start
        self._ours: dict[str, str] = {}
        self._real: dict[str, str] = {}

    def differences(
        self, real: Any, ours: Any, ignore: list[str], unordered: bool | list[str], path: str = ""
    ) -> Iterator[str]:
        """One line for each place where the two differ."""
        if any(_matches(path, pattern) for pattern in ignore):
            return
        if isinstance(real, dict) and isinstance(ours, dict):
            # A key that is an id stands for its counterpart.
            real = {self._ours.get(k, k): v for k, v in real.items()}
            for key in [*real, *(k for k in ours if k not in real)]:
                inner = f"{path}.{key}" if path else str(key)
                if any(_matches(inner, pattern) for pattern in ignore):
                    continue
                if key not in ours:
                    yield f"{inner}: missing; real has {_short(real[key])}"
                elif key not in real:
                    yield f"{inner}: only ours has it: {_short(ours[key])}"
                else:
                    yield from self.differences(real[key], ours[key], ignore, unordered, inner)
        elif isinstance(real, list) and isinstance(ours, list):
            if len(real) != len(ours):
                yield f"{path or 'body'}: {len(real)} items in real, {len(ours)} in ours\n      real: {_short(real)}\n      ours: {_short(ours)}"
                return
            if unordered is True or (unordered and any(_matches(path, p) for p in unordered)):
                real, ours = self._sorted(real, 0), self._sorted(ours, 1)
            for i, (a, b) in enumerate(zip(real, ours)):
                yield from self.differences(a, b, ignore, unordered, f"{path}.{i}" if path else str(i))
        elif not self._same(real, ours, path.rpartition(".")[2]):
            yield f"{path or 'body'}:\n      real: {_short(real)}\n      ours: {_short(ours)}"

    def _same(self, real: Any, ours: Any, key: str) -> bool:
        if isinstance(real, bool) or isinstance(ours, bool):
            return real is ours
        if isinstance(real, (int, float)) and isinstance(ours, (int, float)):
            close = key in _DURATIONS and abs(real - ours) <= SECONDS
            return real == ours or close
        if isinstance(real, str) and isinstance(ours, str):
            return self.same_text(real, ours)
        return type(real) is type(ours) and real == ours

    def same_text(self, real: str, ours: str) -> bool:
        """Whether two texts are equal once ids and times in them are matched."""
        if real == ours and not _ID.search(real):
            return True
        if _MADE_UP.fullmatch(real) and _MADE_UP.fullmatch(ours) and not {real, ours} & self._sent:
            return True
        if _TOKEN.fullmatch(real) and _TOKEN.fullmatch(ours):
            return True
        if _ID.sub("<id>", _TIME.sub("<time>", real)) != _ID.sub("<id>", _TIME.sub("<time>", ours)):
            return False
        times = zip(_TIME.finditer(real), _TIME.finditer(ours))
        ids = zip(_ID.findall(real), _ID.findall(ours))
        return all(self._same_time(*pair) for pair in times) and all([self._same_id(*pair) for pair in ids])

    def _same_id(self, real: str, ours: str) -> bool:
        return self._ours.setdefault(real, ours) == ours and self._real.setdefault(ours, real) == real

    def _same_time(self, real: re.Match[str], ours: re.Match[str]) -> bool:
        if real[0] == ours[0]:
            return True
        if real[1] != ours[1] or real[3] != ours[3]:
            return False
        offsets = [(_moment(m[0]) - start).total_seconds() for m, start in zip((real, ours), self._start)]
        return abs(offsets[0] - offsets[1]) <= SECONDS

    def _sorted(self, items: list[Any], side: int) -> list[Any]:
        """In an order that does not depend on ids and times; known ids keep their identity."""
        known = self._ours if side == 0 else {ours: ours for ours in self._real}

        def key(item: Any) -> str:
            text = json.dumps(item, sort_keys=True)
            return _ID.sub(lambda m: known.get(m[0], "<id>"), _TIME.sub("<time>", text))

        return sorted(items, key=key)


def _matches(path: str, pattern: str) -> bool:
    """Whether a pattern names the path; `*` stands for exactly one step."""
    steps, wanted = path.split("."), pattern.split(".")
    return len(steps) == len(wanted) and all(fnmatchcase(s, w) for s, w in zip(steps, wanted))


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 400 else f"{text[:400]}… ({len(text)} characters)"


def strings(value: Any) -> Iterator[str]:
    """Every text in a JSON value, keys aside."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
