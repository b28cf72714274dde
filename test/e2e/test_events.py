"""Events and background tasks through the stock client and its command line."""

from __future__ import annotations

import asyncio
import json
from uuid import UUID, uuid4

import pytest
from prefect.events import emit_event
from prefect.events.clients import get_events_client, get_events_subscriber
from prefect.events.filters import EventFilter, EventNameFilter
from prefect.events.schemas.events import Event, Resource

from api import client
from waiting import until


def named(name: str) -> list[dict]:
    with client() as api:
        answer = api._client.post("/events/filter", json={"filter": {"event": {"name": [name]}}})
    return answer.json()["events"]


def test_an_emitted_event_is_in_the_log():
    name = f"e2e.{uuid4()}"
    sent = emit_event(name, resource={"prefect.resource.id": "e2e.thing"}, payload={"x": [1, None]})
    [found] = until(lambda: named(name), "the event is found")
    assert found["id"] == str(sent.id)
    assert found["payload"] == {"x": [1, None]}


def test_an_event_from_the_command_line(cli):
    name = f"e2e.{uuid4()}"
    cli("event", "emit", name, "--resource-id", "e2e.cli", "--payload", json.dumps({"y": 2}))
    [found] = until(lambda: named(name), "the event is found")
    assert found["resource"]["prefect.resource.id"] == "e2e.cli"


def test_a_subscriber_gets_old_and_new_events_once():
    old, new, got = asyncio.run(subscribe(f"e2e.{uuid4()}"))
    assert sorted(got) == sorted(old + new)
    assert got[-len(new) :] == new


async def subscribe(name: str) -> tuple[list[UUID], list[UUID], list[UUID]]:
    """Ids of the events sent before the subscription, of those sent after it, and of those received."""

    def event() -> Event:
        return Event(event=name, resource=Resource({"prefect.resource.id": "e2e.stream"}))

    old, new = [event() for _ in range(3)], [event() for _ in range(3)]
    async with get_events_client(checkpoint_every=1) as sender:
        for one in old:
            await sender.emit(one)
        async with get_events_subscriber(filter=EventFilter(event=EventNameFilter(name=[name]))) as stream:
            for one in new:
                await sender.emit(one)
            got = [(await anext(stream)).id for _ in old + new]
    return [one.id for one in old], [one.id for one in new], got


# A task worker of the real client locks itself up now and then, whatever the server (seen with py-spy): a task's first
# log line makes the client's log worker, under a lock, on the event loop that waits for this lock to emit an event.
# Without its log worker that is rarer, and still one serve in ten, with this server and with the one before: then it is
# the client that is to blame, and the test is run again.
@pytest.mark.flaky(reruns=2, reruns_delay=1)
def test_background_tasks_reach_a_worker(script):
    waiting = script.run("background.py", "delay", 3)
    script.start("background.py", "serve", PREFECT_LOGGING_TO_API_ENABLED="false")
    more = script.run("background.py", "delay", 2)
    ids = {UUID(line) for line in (waiting + "\n" + more).splitlines() if len(line) == 36}
    assert len(ids) == 5

    def states() -> list[str] | None:
        with client() as api:
            found = [api.read_task_run(i).state_name for i in ids]
        return found if set(found) == {"Completed"} else None

    until(states, "all background tasks are completed", seconds=60)
    with client() as api:
        assert sorted(api.read_task_run(i).run_count for i in ids) == [1, 1, 1, 1, 2]
