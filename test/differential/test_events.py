"""Events: taking them in, filters, pages, counts, the live stream, task runs made of them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from harness import scenario

START = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=3)
SINCE, UNTIL = START.isoformat(), (START + timedelta(days=2)).isoformat()


def id_of(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, name))


def event(n: int, name: str = "shop.order.placed", resource: dict | None = None, **fields) -> dict:
    """The n-th event: n minutes after the start."""
    return {
        "id": id_of(f"event-{n}"),
        "occurred": (START + timedelta(minutes=n)).isoformat(),
        "event": name,
        "resource": {"prefect.resource.id": f"shop.order.{n}"} | (resource or {}),
        **fields,
    }


def related(id: str, role: str, **labels: str) -> dict:
    return {"prefect.resource.id": id, "prefect.resource.role": role} | labels


EVENTS = [
    event(1, related=[related("shop.customer.1", "buyer", tier="gold"), related("shop.1", "place")]),
    event(2, related=[related("shop.customer.2", "buyer", tier="tin"), related("shop.1", "place")]),
    event(3, "shop.order.paid", {"prefect.resource.id": "shop.order.1"}, payload={"amount": 5, "note": "Paid in Cash"}),
    event(4, "shop.order.paid", {"prefect.resource.id": "shop.order.2", "prefect.resource.name": "second", "kind": "web"}),
    event(5, "shop.order.sent", {"kind": "web", "note": "100% sure_thing [x]"}, related=[related("shop.customer.1", "reader")]),
    event(65, "shop.closed", {"prefect.resource.id": "shop.1", "prefect.name": "the shop"}, follows=id_of("event-5")),
    event(1500, "shop.opened", {"prefect.resource.id": "shop.1", "prefect.resource.name": "The Shop"}, payload={"deep": {"list": [1, 2.5, None, "x"]}}),
    event(1501, "warehouse.full", {"prefect.resource.id": "warehouse.1"}),
]


def fill(s, scenario: str) -> list[dict]:
    """Posts the events. Their ids are the scenario's own: the real server remembers those it has seen."""
    events = [e | {"id": id_of(scenario + e["id"])} for e in EVENTS]
    s.post("/events", json=events)
    s.post("/events", json=events[:2])  # again: known by their ids
    s.eventually("post", "/events/filter", json=window(), until=lambda body: body["total"] == len(EVENTS), ignore=NEW)
    return events


def window(**parts) -> dict:
    return {"filter": {"occurred": {"since": SINCE, "until": UNTIL}, **parts}}


NEW = ["events.*.received"]
PAGED = NEW + ["next_page"]


def show(s, limit: int | None = None, **parts):
    body = window(**parts)
    if limit is not None:
        body["limit"] = limit
    return s.post("/events/filter", json=body, ignore=PAGED)


@scenario
def events_filters(s):
    events = fill(s, "filters")
    show(s)
    show(s, order="ASC")
    show(s, event={"name": ["shop.order.paid"]})
    show(s, event={"name": ["shop.order.paid", "shop.closed"], "exclude_name": ["shop.closed"]})
    show(s, event={"prefix": ["shop.order."], "exclude_prefix": ["shop.order.p"]})
    show(s, event={"prefix": ["shop.o", "ware"]})
    show(s, event={"prefix": [], "name": []})
    show(s, resource={"id": ["shop.order.1", "shop.1"]})
    show(s, resource={"id_prefix": ["shop.order."]})
    show(s, resource={"labels": {"kind": "web"}})
    show(s, resource={"labels": {"kind": "w*"}})
    show(s, resource={"labels": {"kind": ["!web"]}})
    show(s, resource={"labels": {"kind": "w?b", "note": "100% sure_thing [x]"}})
    show(s, resource={"labels": {"note": "100*thing*"}})
    show(s, resource={"labels": {"note": "100?*"}})
    show(s, resource={"labels": {"kind": []}})
    show(s, resource={"labels": {}})
    show(s, resource={"labels": {"prefect.resource.id": ["shop.order.*", "warehouse.1"]}})
    show(s, resource={"labels": {"prefect.resource.id": "!shop.order.*"}})
    show(s, resource={"distinct": True})
    show(s, resource={"distinct": True, "id_prefix": ["shop."]}, order="ASC")
    show(s, related={"id": ["shop.customer.1"]})
    show(s, related={"id": ["shop.customer.1"], "role": ["buyer"]})
    show(s, related={"role": ["place"]})
    show(s, related=[{"role": ["place"]}, {"id": ["shop.customer.2"]}])
    show(s, related={"resources_in_roles": [["shop.customer.1", "reader"], ["shop.customer.2", "buyer"]]})
    show(s, related={"labels": {"tier": "g*"}})
    show(s, related={"labels": {"tier": "*", "prefect.resource.role": "buyer"}, "id": ["shop.customer.2"]})
    show(s, related={"labels": {"tier": "gold"}, "id": ["shop.1"]})
    show(s, related={"labels": {"prefect.resource.id": "shop.customer.*"}})
    show(s, related={})
    show(s, any_resource={"id": ["shop.1"]})
    show(s, any_resource={"id_prefix": ["shop.customer.", "warehouse."]})
    show(s, any_resource={"labels": {"kind": "web"}})
    show(s, any_resource=[{"id": ["shop.1"]}, {"labels": {"tier": "gold"}}])
    show(s, any_resource={"labels": {"prefect.resource.id": "shop.customer.1"}})
    show(s, id={"id": [events[0]["id"], events[5]["id"]]})
    show(s, id={"id": []})
    # No text searches: the real server needs a newer SQLite than Debian's for them and answers 500.


@scenario
def events_pages(s):
    fill(s, "pages")
    page = s.post("/events/filter", json=window() | {"limit": 3}, ignore=PAGED)
    while page["next_page"]:
        url = urlsplit(page["next_page"])
        page = s.get(f"{url.path.removeprefix('/api')}?{url.query}", ignore=PAGED)
    show(s, limit=0)
    show(s, limit=50)
    show(s, limit=51)
    show(s, limit=-1)
    s.post("/events/filter", json={}, ignore=["*"])
    s.get("/events/filter/next")
    for token in ["", "abc", "YWJj", "%20", "e30="]:
        s.get(f"/events/filter/next?page-token={token}")


@scenario
def events_counts(s):
    fill(s, "counts")
    for body in [window(), window(event={"prefix": ["shop.order."]}), window(resource={"id": ["nothing"]})]:
        for countable in ["day", "time", "event", "resource"]:
            s.post(f"/events/count-by/{countable}", json=body)
    for unit, interval in [("hour", 1), ("minute", 30), ("hour", 2.5), ("day", 1), ("week", 1), ("second", 3600)]:
        s.post("/events/count-by/time", json=window() | {"time_unit": unit, "time_interval": interval})
    s.post("/events/count-by/time", json=window() | {"time_unit": "second", "time_interval": 1})
    s.post("/events/count-by/event", json=window() | {"time_unit": "second"})
    s.post("/events/count-by/time", json=window() | {"time_unit": "year"})
    s.post("/events/count-by/time", json=window() | {"time_interval": 0.001})
    s.post("/events/count-by/nothing", json=window())
    s.post("/events/count-by/day", json={})
    s.post("/events/count-by/day", json={"filter": None})


@scenario
def events_bad_filters(s):
    for bad in [
        {"related": 5}, {"related": {"x": 1}}, {"related": [{"x": 1}]}, {"related": {"resources_in_roles": [["a"]]}},
        {"related": {"resources_in_roles": [["a", "b", "c"], 5, ["a", 1]]}}, {"any_resource": {"labels": {"a": 1}}},
        {"resource": {"labels": 5, "distinct": "x", "id": "a"}}, {"resource": {"labels": {"a": ["x", 1]}}},
        {"occurred": {"since": "x"}}, {"occurred": None}, {"id": None}, {"id": {"id": ["x"]}}, {"text": {}}, {"text": {"query": "x" * 201}},
        {"order": "X"}, {"event": {"name": "x"}}, {"zz": 1}, 5,
    ]:
        s.post("/events/filter", json={"filter": bad})
        s.post("/events/count-by/event", json={"filter": bad})
    s.post("/events/filter", content="{")


@scenario
def events_bad_events(s):
    s.post("/events", json=[])
    s.post("/events", json={})
    s.post("/events", json=None)
    s.post("/events", json=[5, None, {}])
    good = event(1)
    for change in [
        {"id": "x"}, {"occurred": "x"}, {"occurred": None}, {"event": 5}, {"event": "x" * 1025}, {"resource": {}}, {"resource": []},
        {"resource": {"prefect.resource.id": ""}}, {"resource": {"prefect.resource.id": 5}}, {"payload": []}, {"payload": None},
        {"related": None}, {"related": [{}]}, {"related": [{"prefect.resource.id": "a"}]},
        {"related": [{"prefect.resource.id": "a", "prefect.resource.role": ""}]}, {"follows": "x"},
        {"related": [related("a", "b")] * 101}, {"resource": {"prefect.resource.id": "x"} | {str(i): "" for i in range(500)}},
    ]:
        s.post("/events", json=[good | change])
    s.post("/events", json=[{**good, "extra": 1, "id": id_of("extra")}])


@scenario
def events_sockets(s):
    auth = {"type": "auth", "token": None}
    with s.websocket("/events/in") as ws:
        ws.send(auth)
        ws.receive()
        ws.send(event(7, "sent.by.socket"))
        ws.receive(seconds=0.2)
    s.eventually("post", "/events/filter", json=window(event={"name": ["sent.by.socket"]}),
                 until=lambda body: body["total"] == 1, ignore=PAGED)
    with s.websocket("/events/in") as ws:
        ws.send({"type": "hello"})
        ws.receive()
    with s.websocket("/events/out") as ws:
        ws.send(auth)
        ws.receive()
        ws.send({"type": "hello"})
        ws.receive()
    with s.websocket("/task_runs/subscriptions/scheduled") as ws:
        ws.send(auth)
        ws.receive()
        ws.send({"type": "hello"})
        ws.receive()
    with s.websocket("/task_runs/subscriptions/scheduled") as ws:
        ws.send(auth)
        ws.receive()
        ws.send({"type": "subscribe"})
        ws.receive()
    with s.websocket("/task_runs/subscriptions/scheduled") as ws:
        ws.send(auth)
        ws.receive()
        ws.send({"type": "subscribe", "keys": ["a"]})
        ws.receive()


@scenario
def events_stream(s):
    now = datetime.now(timezone.utc)
    recent = [event(n, "stream.old") | {"occurred": (now - timedelta(seconds=60 - n)).isoformat()} for n in range(10, 13)]
    s.post("/events", json=recent)
    span = {"since": (now - timedelta(days=1)).isoformat(), "until": (now + timedelta(days=1)).isoformat()}
    s.eventually("post", "/events/filter", json={"filter": {"occurred": span, "event": {"prefix": ["stream."]}}},
                 until=lambda body: body["total"] == 3, ignore=PAGED)
    wanted = {"type": "filter", "filter": {"occurred": span, "event": {"prefix": ["stream."]}}}
    late = [event(n, "stream.new") | {"occurred": datetime.now(timezone.utc).isoformat()} for n in range(20, 22)]
    for backfill in [True, False]:
        with s.websocket("/events/out") as ws:
            ws.send({"type": "auth", "token": None})
            ws.receive()
            ws.send(wanted | {"backfill": backfill})
            for _ in range(3 if backfill else 0):
                ws.receive(ignore=["event.received"])
            if not backfill:
                ws.receive(seconds=0.5)
                s.post("/events", json=late[:1])
            else:
                s.post("/events", json=late[1:])
            ws.receive(ignore=["event.received"])


@scenario
def events_make_task_runs(s):
    run = id_of("task-run")

    def report(second: int, state: str, **fields) -> None:
        s.post("/events", json=[{
            "id": id_of(f"state-{second}"),
            "occurred": (START + timedelta(seconds=second)).isoformat(),
            "event": f"prefect.task-run.{state.capitalize()}",
            "resource": {"prefect.resource.id": f"prefect.task-run.{run}", "prefect.orchestration": "client"},
            "payload": {
                "validated_state": {"type": state, "name": state.capitalize(), "message": "m", "state_details": {"retriable": True},
                                    "data": {"kind": second}},
                "task_run": {"name": "n", "task_key": "k", "dynamic_key": "0", "labels": {}, "run_count": second} | fields,
            },
        }])

    def settle(name: str) -> None:
        s.eventually("get", f"/task_runs/{run}", until=lambda body: body["state_name"] == name,
                     ignore=["created", "updated", "estimated_run_time"])

    report(1, "PENDING", tags=["a"], cache_key="c", empirical_policy={"retries": 2, "retry_delay": [1, 2]})
    settle("Pending")
    report(3, "COMPLETED", end_time=SINCE, total_run_time=1.5, task_inputs={"x": [{"input_type": "parameter", "name": "p"}]})
    settle("Completed")
    report(2, "RUNNING", tags=["late"])
    s.eventually("get", "/task_run_states/", params={"task_run_id": run}, until=lambda body: len(body) == 3)
    settle("Completed")
