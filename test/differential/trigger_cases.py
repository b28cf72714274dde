"""Automations and the events that are sent to them: what test_triggers.py gives to both servers.

A case is a trigger, as a client writes it, and events. The label `case` keeps cases apart: it is
added to each trigger's `match` and to each event's resource. An event is written as a text:

    "name"                     the name of the event, at the time of the case's start
    "name @30"                 30 seconds later
    "name color=red r=id"      a label; r is prefect.resource.id
    "name flow:f,color=red"    a related resource in a role, its id, its labels
    "name #a", "name <a"       a name for the event, and that it follows the one of a name
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

Trigger = dict[str, Any]


@dataclass
class Case:
    name: str
    trigger: Trigger
    events: list[str]
    repeats: bool = False
    """It fires again and again: that it fires is compared, not how often."""


def on(*expect: str, **fields: Any) -> Trigger:
    """A reactive trigger."""
    return {"type": "event", "posture": "Reactive", "expect": list(expect)} | fields


def absence(*expect: str, **fields: Any) -> Trigger:
    """A proactive trigger with the shortest window."""
    return {"type": "event", "posture": "Proactive", "expect": list(expect), "within": 10} | fields


def compound(require: str | int, *triggers: Trigger, within: float | None = 60) -> Trigger:
    return {"type": "compound", "require": require, "within": within, "triggers": list(triggers)}


def sequence(*triggers: Trigger, within: float | None = 60) -> Trigger:
    return {"type": "sequence", "within": within, "triggers": list(triggers)}


NAMES = ["a.b", "a.", "a", "a.bc", "a.x.c", "axb", "a-b", "A.b", "a.b.", "[a].b"]
NAME_PATTERNS = [
    "a.b", "a.*", "*", "*.b", "a.*.c", "a?b", "a[.x]b", "!a.b", "a.**", "A.*", "a.b*", "[[]a].b", "a", "*b*", "a.[!b]*", "?.b",
]  # fmt: skip

LABELS = ["c=red", "c=green", "c=r", "c=Red", "c=", "d=red", "c=!red", "c=[red]", "c=r-d"]
LABEL_PATTERNS: list[str | list[str]] = [
    "red", "r*", "r??", "*", "!red", "!r*", "[rg]*", "[!r]*", ["red", "green"], ["!red", "!green"], "", [], "[", "[]red]", "[a-s]*", "[s-a]*", "r[a-]d",
    "[[]red]", "!!red", "*d", "R*", "*[e]*", "[^r]*",
]  # fmt: skip


def names() -> list[Case]:
    cases = [Case(f"expect {pattern}", on(pattern), NAMES) for pattern in NAME_PATTERNS]
    return cases + [
        Case("expect anything", on(), NAMES),
        Case("expect several", on("a.b", "a", "x"), NAMES),
        Case("a pattern and a name that begins it", on("a.*", "a."), NAMES),
        Case("logs are not seen", on(), ["prefect.log.write", "b"]),
        Case("expect anything after something", on(after=["a.b"], within=60), NAMES),
        Case("after a negated name", on(after=["!a.b"], within=60), ["a.b @-1", *NAMES[1:]]),
        Case("after by a pattern", on("a.bc", after=["a.*"], within=60), NAMES),
    ]


def labels() -> list[Case]:
    cases = [Case(f"label {pattern}", on("e", match={"c": pattern}), [f"e {label}" for label in LABELS]) for pattern in LABEL_PATTERNS]
    return cases + [
        Case("two labels", on("e", match={"c": "red", "d": "*"}), ["e c=red", "e c=red d=1", "e d=1", "e c=red d="]),
        Case("resource id", on("e", match={"prefect.resource.id": "flow-run.*"}), ["e r=flow-run.1", "e r=flow.1", "e r=flow-run."]),
        Case("resource ids", on("e", match={"prefect.resource.id": ["x.1", "y.*"]}), ["e r=x.1", "e r=x.2", "e r=y.2"]),
    ]


RELATED = ["e", "e flow:f1", "e flow:f2,c=red", "e tag:f1", "e tag:t1 flow:f1", "e flow:f2 flow:f1", "e flow:f1,c=red tag:t2,c=green"]
RELATED_MATCHES: list[Any] = [
    {}, [], {"prefect.resource.id": "f1"}, {"prefect.resource.id": ["f1", "f2"]}, {"prefect.resource.role": "flow"},
    {"prefect.resource.role": "flow", "prefect.resource.id": "f1"}, {"c": "red"}, {"c": "!red"}, [{"c": "red"}, {"c": "green"}],
    [{"prefect.resource.role": "flow"}, {"prefect.resource.role": "tag"}], [{}, {"prefect.resource.id": "f1"}], {"prefect.resource.id": "f*"},
]  # fmt: skip


def related() -> list[Case]:
    return [Case(f"related {n}", on("e", match_related=match), RELATED) for n, match in enumerate(RELATED_MATCHES)]


def buckets() -> list[Case]:
    events = ["e r=1 c=x", "e r=1 c=y", "e r=2 c=x", "e r=1 c=x", "e r=2 c=x", "e r=1 c=y", "e r=2"]
    keys = [["prefect.resource.id"], ["c"], ["c", "prefect.resource.id"], ["absent"], ["c", "c"], []]
    cases = [Case(f"for each {key}", on("e", for_each=key, threshold=2, within=60), events) for key in keys]
    by_flow = ["e flow:f,c=1 flow:g", "e tag:f,c=2", "e flow:f,c=1", "e flow:g,c=1", "e related:flow:c=9"]
    for key in (["related:flow:prefect.resource.id"], ["related:flow:c"], ["related:flow:absent"], ["related:tag:c", "case"], ["related:c"]):
        cases.append(Case(f"for each {key}", on("e", for_each=key, threshold=2, within=60), by_flow))
    return cases


OFFSETS = {
    "in order": ["e @0", "e @1", "e @2", "e @3", "e @4", "e @5"],
    "apart": ["e @0", "e @9", "e @18", "e @27", "e @36", "e @45"],
    "at the edges": ["e @0", "e @10", "e @20", "e @29.999", "e @30", "e @40"],
    "late": ["e @100", "e @50", "e @101", "e @60", "e @115", "e @99"],
    "too late": ["e @2000", "e @1000", "e @2001", "e @1101", "e @2012"],
    "at one time": ["e @0"] * 5,
    "future": ["e @0", "e @500", "e @1", "e @501", "e @502"],
}


def windows() -> list[Case]:
    cases = []
    for (name, events), threshold, within in product(OFFSETS.items(), (1, 2, 3), (0, 10)):
        cases.append(Case(f"{threshold} within {within} s {name}", on("e", threshold=threshold, within=within), events))
    return cases


def after() -> list[Case]:
    def follows(name: str, events: str, **fields: Any) -> Case:
        return Case(name, on("b", after=["a"], within=10, **fields), events.split(", "))

    return [
        follows("b after a", "b @-1, a @0, b @1, b @2"),
        follows("b after a in time", "a @0, b @11, b @12"),
        follows("b at the last moment", "a @0, b @9.999"),
        follows("b at the end", "a @0, b @10"),
        follows("each a once", "a @0, b @1, a @2, b @3"),
        follows("a twice, b once", "a @0, a @1, b @2, b @3"),
        follows("two b after a", "a @0, b @1, b @2, b @3", threshold=2),
        follows("two b in the first window only", "a @0, b @1, a @20, b @21, b @22", threshold=2),
        follows("for each", "a r=1 @0, b r=2 @1, b r=1 @2", for_each=["prefect.resource.id"]),
        Case("the same after itself", on("a", after=["a"], within=10), ["a @0", "a @1", "a @2", "a @3"]),
        Case("the same twice after itself", on("a", after=["a"], within=10, threshold=2), ["a @0", "a @1", "a @2", "a @3", "a @4"]),
        Case("the same after itself too late", on("a", after=["a"], within=10), ["a @0", "a @11", "a @12"]),
        Case("one of several after one of several", on("c", "d", after=["a", "b"], within=10), ["b @0", "d @1", "a @2", "c @3", "d @4"]),
        Case("overlapping names", on("a.*", after=["a.start"], within=10), ["a.start @0", "a.x @1", "a.start @2", "a.y @3"]),
        Case("after without a window", on("b", after=["a"], within=0), ["a @0", "b @0", "b @1", "a @2"]),
    ]


def composites() -> list[Case]:
    a, b, c = on("a"), on("b"), on("c")
    cases = []
    orders = {"a b c": ["a", "b", "c"], "c b a": ["c", "b", "a"], "b b a c": ["b", "b", "a", "c"], "a a a": ["a", "a", "a"], "twice": ["a", "b", "c", "a", "b", "c"]}
    for (name, events), require in product(orders.items(), ("any", "all", 1, 2, 3)):
        cases.append(Case(f"compound {require}: {name}", compound(require, a, b, c), events))
    for (name, events), within in product(orders.items(), (60, None)):
        cases.append(Case(f"sequence within {within}: {name}", sequence(a, b, c, within=within), events))
    two = on("a", threshold=2, within=60)
    each = on("a", for_each=["prefect.resource.id"])
    return cases + [
        Case("thresholds below", compound("all", two, b), ["b", "a", "a", "a"]),
        Case("labels below are not the composite's", compound("all", each, b), ["a r=1", "a r=2", "b"]),
        Case("nested", compound("all", compound("any", a, b), c), ["c", "b"]),
        Case("a sequence in a compound", compound("all", sequence(a, b), c), ["b", "a", "c", "b"]),
        Case("a compound in a sequence", sequence(compound(2, a, b), c), ["c", "a", "b", "c"]),
        Case("of one", compound("all", a), ["a", "a"]),
        Case("a sequence of one", sequence(a), ["a", "a"]),
        Case("three deep", compound("any", compound("any", compound("any", a))), ["a"]),
        Case("after below", compound("all", on("b", after=["a"], within=60), c), ["b @-1", "a", "c", "b"]),
        Case("one event for two children", compound("all", on("a"), on("a.*", "a")), ["a", "a"]),
    ]


def causes() -> list[Case]:
    chain = sequence(on("a"), on("b"), on("c"))
    return [
        Case("follows, in order", chain, ["a #1", "b #2 <1", "c <2"]),
        Case("follows, reversed", chain, ["c <2", "b #2 <1", "a #1"]),
        Case("follows, the last first", chain, ["c <2", "a #1", "b #2 <1"]),
        Case("followers in the order in which they occurred", chain, ["c <1 @3", "b <1 @2", "a #1 @1"]),
        Case("what never comes is waited for", on("a", "b"), ["a <none", "b"]),
        Case("an unseen name lets followers go", chain, ["b #2 <0 @2", "c <2 @3", "a @1", "x #0"]),
    ]


REACTIVE = names() + labels() + related() + buckets() + windows() + after() + composites() + causes()


def absences() -> list[Case]:
    """Those with `after` are for each resource: without, the real server fires though nothing was ever seen to be after."""
    each = {"for_each": ["prefect.resource.id"]}
    beats = absence("beat", "done", after=["beat"], **each)

    def missing(*expect: str, **fields: Any) -> Trigger:
        return absence(*expect, after=["a"], **each | fields)

    return [
        Case("silence", absence("a"), [], repeats=True),
        Case("an event", absence("a"), ["a", "a"]),
        Case("another event", absence("a"), ["b"], repeats=True),
        Case("silence after", missing("b"), ["a"]),
        Case("what should come after comes", missing("b"), ["a", "b"]),
        Case("what should come after came before", missing("b"), ["b @-1", "a"]),
        Case("what comes changes places with what it is after", missing("b"), ["b @0.2", "a @0.1"]),
        Case("nothing to be after", missing("b"), ["b", "c"]),
        Case("two expected, one comes", missing("b", threshold=2), ["a", "b"]),
        Case("two expected, two come", missing("b", threshold=2), ["a", "b", "b"]),
        Case("for each", missing("b"), ["a r=1", "a r=2", "a r=3", "b r=2", "b r=4"]),
        Case("for each, later", missing("b"), ["a r=1", "a r=2 @2", "a r=1 @1", "a r=1 @3"]),
        Case("anything after", missing(), ["a", "c"]),
        Case("nothing after", missing(), ["a"]),
        Case("heartbeats that stop", beats, ["beat r=1", "beat r=2", "done r=1"]),
        Case("heartbeats that race the end", beats, ["beat r=1", "done r=1 @0.5", "beat r=1 @0.4"]),
        Case("heartbeats only", beats, ["beat r=1", "beat r=1 @1"]),
        Case("too few for each", absence("a", threshold=2, **each), ["a r=1", "a r=2", "a r=2"], repeats=True),
        Case("enough for each", absence("a", threshold=2, **each), ["a r=2", "a r=2"]),
        Case("none for each", absence("a", **each), []),
        Case("absence and presence", compound("all", missing("b"), on("c")), ["a", "c"]),
        Case("presence, then absence", sequence(on("c"), missing("b")), ["a", "c"]),
        Case("absence, then presence that came before", sequence(missing("b"), on("c")), ["a", "c"]),
        Case("labels", missing("b", match={"c": "red"}), ["a c=green", "a c=red", "b c=green"]),
        Case("related", missing("b", match_related={"prefect.resource.role": "flow"}), ["a flow:f", "a"]),
    ]


PROACTIVE = absences()
