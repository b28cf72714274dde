"""Triggers: the same automations and events given to both servers, and what fires compared.

Not by scenario: hundreds of cases share one pair of servers, because a proactive window takes ten
real seconds. Each round sends one event of every case, so that the events of a case keep their order
in the real server, which handles more than one at a time.
"""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections import Counter
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

import httpx
import pytest

from harness import COMPARED
from servers import BINARY, Pair, Server
from trigger_cases import PROACTIVE, REACTIVE, Case

SETTINGS = {
    "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "true",
    "PREFECT_SERVER_EVENTS_PROACTIVE_GRANULARITY": "00:00:01",
}

Fired = Counter[tuple[str, ...]]


def within_case(trigger: dict[str, Any], case: str) -> dict[str, Any]:
    """The trigger, about events of one case alone."""
    if "triggers" in trigger:
        return trigger | {"triggers": [within_case(t, case) for t in trigger["triggers"]]}
    return trigger | {"match": trigger.get("match", {}) | {"case": case}}


class Play:
    """Cases on one server."""

    def __init__(self, server: Server, cases: list[Case]) -> None:
        self.server, self.cases = server, cases
        self.run = uuid4()
        self.names: dict[str, str] = {}  # of events, by id
        self.automations: dict[str, int] = {}  # cases, by id
        self.fired: dict[int, Fired] = {}
        self.error: Exception | None = None

    def id_of(self, case: int, name: str) -> str:
        return str(uuid5(NAMESPACE_URL, f"{self.run} {case} {name}"))

    def event(self, case: int, number: int, text: str, start: datetime) -> dict[str, Any]:
        name, *words = text.split(" ")
        resource, related, offset, own, follows = {"prefect.resource.id": "some", "case": str(case)}, [], 0.0, f"event {number}", None
        for word in words:
            role, colon, rest = word.partition(":")
            label, equals, value = word.partition("=")
            if word[0] == "@":
                offset = float(word[1:])
            elif word[0] == "#":
                own = word[1:]
            elif word[0] == "<":
                follows = self.id_of(case, word[1:])
            elif colon and "=" not in role and role != "related":
                id, *labels = rest.split(",")
                more = dict(pair.split("=") for pair in labels)
                related.append({"prefect.resource.id": id, "prefect.resource.role": role} | more)
            elif equals:
                resource["prefect.resource.id" if label == "r" else label] = value
        id = self.id_of(case, own)
        self.names[id] = f"{number}: {text}"
        return {
            "id": id, "event": name, "occurred": (start + timedelta(seconds=offset)).isoformat(),
            "resource": resource, "related": related, "payload": {}, "follows": follows,
        }  # fmt: skip

    def play(self, listen: float) -> None:
        try:
            self.server.fresh()
            with httpx.Client(base_url=self.server.url, timeout=60) as client:
                self._play(client, listen)
        except Exception as error:  # noqa: BLE001 - told by whoever started the thread
            self.error = error

    def _play(self, client: httpx.Client, listen: float) -> None:
        self.create(client, len(self.cases), {"type": "event", "posture": "Reactive", "expect": ["differential.end"]})
        for number, case in enumerate(self.cases):
            self.create(client, number, within_case(case.trigger, str(number)))
        time.sleep(1)
        start = datetime.now(timezone.utc)
        for turn in range(max(len(case.events) for case in self.cases)):
            batch = [self.event(n, turn, case.events[turn], start) for n, case in enumerate(self.cases) if turn < len(case.events)]
            client.post("/events", json=batch).raise_for_status()
        end = {"id": str(uuid4()), "event": "differential.end", "occurred": start.isoformat(), "resource": {"prefect.resource.id": "end"}}
        client.post("/events", json=[end]).raise_for_status()
        deadline = time.monotonic() + 120
        while not self.read(client).get(len(self.cases)) and time.monotonic() < deadline:
            time.sleep(0.2)
        time.sleep(max(2, listen - (datetime.now(timezone.utc) - start).total_seconds()))
        self.fired = self.read(client)

    def create(self, client: httpx.Client, number: int, trigger: dict[str, Any]) -> None:
        answer = client.post("/automations/", json={"name": f"case {number}", "trigger": trigger, "actions": [{"type": "do-nothing"}]})
        assert answer.status_code == 201, f"{trigger}: {answer.text}"
        self.automations[answer.json()["id"]] = number

    def read(self, client: httpx.Client) -> dict[int, Fired]:
        """What fired, by cases: the state, the event, the labels and the posture."""
        now = datetime.now(timezone.utc)
        occurred = {"since": (now - timedelta(hours=1)).isoformat(), "until": (now + timedelta(hours=1)).isoformat()}
        names = ["prefect.automation.triggered", "prefect.automation.resolved"]
        page = client.post("/events/filter", json={"limit": 50, "filter": {"occurred": occurred, "event": {"name": names}}}).raise_for_status().json()
        fired: dict[int, Fired] = {}
        while True:
            for event in page["events"]:
                case = self.automations.get(event["resource"]["prefect.resource.id"].removeprefix("prefect.automation."))
                if case is None:
                    continue
                cause = event["payload"]["triggering_event"]
                assert [r["prefect.resource.id"] for r in event["related"]] == ([f"prefect.event.{cause['id']}"] if cause else [])
                labels = [f"{k}={v}" for k, v in sorted(event["payload"]["triggering_labels"].items())]
                told = (event["event"], self.names.get(cause["id"], "?") if cause else "no event", event["resource"].get("prefect.posture", ""), *labels)
                fired.setdefault(case, Counter())[told] += 1
            if not page["next_page"]:
                return fired
            page = client.get(page["next_page"]).raise_for_status().json()


def differences(cases: list[Case], listen: float, replayed: bool = False) -> list[str]:
    pair = Pair(SETTINGS)  # of its own: the real server keeps automations in memory that were deleted from its database
    try:
        return played(pair, cases, listen) + (replay(pair.real, cases) if replayed else [])
    finally:
        pair.close()


def replay(real: Server, cases: list[Case]) -> list[str]:
    """What `reeve automation compare` finds otherwise in the database of the real server."""
    command = [BINARY, "automation", "compare", str(real.database), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    found = {a["name"]: a for a in json.loads(done.stdout)}
    assert sum(a["theirs"] for a in found.values()) > len(cases) / 2
    told = []
    for number, case in enumerate(cases):
        COMPARED["total"] += 1
        a = found.get(f"case {number}", {})
        if case.repeats or a.get("theirs") == a.get("ours") == a.get("same"):
            continue
        told.append(f"replayed: {case.name}: {case.trigger} {case.events}\n    {a}")
    return told


def played(pair: Pair, cases: list[Case], listen: float) -> list[str]:
    plays = [Play(server, cases) for server in (pair.real, pair.ours)]
    threads = [threading.Thread(target=play.play, args=(listen,)) for play in plays]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for play in plays:
        if play.error:
            raise play.error
    real, ours = plays
    told = []
    for number, case in enumerate(cases):
        COMPARED["total"] += 1
        a, b = real.fired.get(number, Counter()), ours.fired.get(number, Counter())
        if (set(a) != set(b)) if case.repeats else (a != b):
            told.append(f"{case.name}: {case.trigger} {case.events}\n    real: {sorted(a.elements())}\n    ours: {sorted(b.elements())}")
    return told


@pytest.mark.timeout(600)
def test_the_same_reactive_triggers_fire() -> None:
    told = differences(REACTIVE, 0, replayed=True)
    assert not told, f"{len(told)} of {len(REACTIVE)} cases differ:\n" + "\n".join(told)


@pytest.mark.timeout(600)
def test_the_same_proactive_triggers_fire() -> None:
    told = differences(PROACTIVE, 24)
    assert not told, f"{len(told)} of {len(PROACTIVE)} cases differ:\n" + "\n".join(told)
