"""Write what patterns of labels and of events' names match in the real server, as the test data of internal/triggers.

    .venv/bin/python test/vectors/label_patterns.py

Each case is a pattern and the texts that it matches as a label, and those that it finds as the name of an event.
The texts are the same for all. Patterns are the given ones and random ones of a few characters that mean something.
"""

import fnmatch
import gzip
import json
import pathlib
import random

from prefect.server.events.schemas.automations import EventTrigger
from prefect.server.events.schemas.events import matches

OUT = pathlib.Path(__file__).parents[2] / "internal/triggers/testdata/patterns.json.gz"

GIVEN = [
    "", "*", "?", "**", "!", "!!", "!*", "a*", "*a", "a*b", "a*b*c", "a**b", "[a]", "[!a]", "[a-c]", "[c-a]", "[a-]", "[-a]", "[]a]", "[!]a]", "[", "[a", "a[", "[]", "[!]", "[^a]", "[[]", "[!!]",
    "[a-c-e]", "[--a]", "[!-a]", "[a-a]", "[b-a]c", "[!b-a]", "[&&]", "[a||b]", "[~~]", "[\\]", "\\*", "a\\b", "[a-\\]", "prefect.flow-run.*", "prefect.flow-run.[!C]*", "a.b", "A", "é*", "[à-ü]", "?é",
    "a\nb", "*\n*", ".*", ".+", "a+", "(a)", "a|b", "$a^", "[a-c][!b]?*", "[*]", "[?]", "[]-a]", "[]-]", "[!]-a]", "[a-c!]", "{a,b}",
]  # fmt: skip
TEXTS = [
    "", "a", "b", "c", "d", "ab", "abc", "aXb", "aXbXc", "ba", "bb", "-", "]", "[", "!", "^", "&", "|", "~", "\\", "*", "?", "\\*", "a\\b", "A", "é", "éa", "aé", "ö", "a\nb", "\n", "\nb", "a\n",
    "a.b", "a.", ".a", "prefect.flow-run.Completed", "prefect.flow-run.Failed", "prefect.flow-run.", "prefect.flow-run", "!a", "a-", "a-c", "a|b", "(a)", "$a^", "[a", "[a]", "aab", "abab", "axbxcx", "acb", "{a,b}",
]  # fmt: skip


def found(pattern: str, name: str) -> bool:
    """What find_interested_triggers asks of a trigger that expects the pattern."""
    trigger = EventTrigger(expect={pattern}, posture="Reactive", threshold=1, within=0)
    return fnmatch.fnmatchcase(name, pattern) and bool(trigger.event_pattern.match(name))


random.seed(12)
patterns = list(GIVEN)
while len(patterns) < 1500:
    patterns.append("".join(random.choices("ab*?[]!-^c.\n", weights=[8, 6, 6, 3, 5, 5, 3, 4, 1, 3, 2, 1], k=random.randint(1, 8))))
cases = []
for pattern in dict.fromkeys(patterns):
    cases.append({
        "pattern": pattern,
        "labels": [n for n, text in enumerate(TEXTS) if matches(pattern, text)],
        "names": [n for n, text in enumerate(TEXTS) if found(pattern, text)],
    })  # fmt: skip
OUT.parent.mkdir(exist_ok=True)
OUT.write_bytes(gzip.compress(json.dumps({"texts": TEXTS, "cases": cases}, separators=(",", ":")).encode(), mtime=0))
print(f"{len(cases)} patterns, {len(TEXTS)} texts")
