"""Logs: creation, filters, text search, orders, limits."""

import time

from harness import scenario

RUN = "11111111-1111-4111-8111-111111111111"
TASK = "22222222-2222-4222-8222-222222222222"


def line(message, level=20, second=0, name="prefect.flow_runs", **more):
    return {"name": name, "level": level, "message": message, "timestamp": f"2024-03-01T10:00:{second:02d}.5Z", **more}


LINES = [
    line("Beginning flow run", second=1, flow_run_id=RUN),
    line("Created task run 'hello-0'", second=2, flow_run_id=RUN),
    line("connection Timeout to host", 40, 3, flow_run_id=RUN, task_run_id=TASK, name="prefect.task_runs"),
    line('say "quoted words" here', 30, 4, flow_run_id=RUN, task_run_id=TASK, name="prefect.task_runs"),
    line("100% done_with it\\ever", 10, 5, name="Custom.Logger"),
    line("nul \x00 inside", 50, 6),
    line("später größer", 20, 7),
]


@scenario
def logs_are_created(s):
    s.post("/logs/", json=LINES)
    s.post("/logs/filter")
    s.post("/logs/filter", json={"sort": "TIMESTAMP_DESC"})
    s.post("/logs/", json=[])
    s.post("/logs/", json=[line("same"), line("same")])
    s.post("/logs/filter", json={"limit": 2, "offset": 1})
    s.post("/logs/filter", json={"limit": 0})


@scenario
def logs_that_are_refused(s):
    s.post("/logs/", json={"name": "x"})
    s.post("/logs/", json="text")
    s.post("/logs/", json=5)
    s.post("/logs/")
    s.post("/logs/", content="[{]", headers={"content-type": "application/json"})
    s.post("/logs/", json=[{}])
    s.post("/logs/", json=[line("fine"), 4, None, []])
    s.post("/logs/", json=[{"name": 1, "level": "a", "message": None, "timestamp": "yesterday", "zz": 1}])
    s.post("/logs/", json=[line("x", level=1.5)])
    s.post("/logs/", json=[line("x", level="30", flow_run_id="nope")])
    s.post("/logs/", json=[line("kept", level="30", flow_run_id=None)])
    s.post("/logs/filter", json={})


@scenario
def logs_filtered_by_fields(s):
    s.post("/logs/", json=LINES)
    for logs in [
        {},
        None,
        {"level": {}},
        {"level": {"ge_": 30}},
        {"level": {"le_": 20}},
        {"level": {"ge_": 20, "le_": 30}},
        {"timestamp": {"before_": "2024-03-01T10:00:03.5Z"}},
        {"timestamp": {"after_": "2024-03-01T10:00:04.5Z"}},
        {"timestamp": {"after_": "2024-03-01T11:00:04.5+01:00", "before_": "2024-03-01 10:00:05.6"}},
        {"flow_run_id": {"any_": [RUN]}},
        {"flow_run_id": {"any_": [RUN, TASK]}},
        {"flow_run_id": {"any_": []}},
        {"flow_run_id": {}},
        {"task_run_id": {"any_": [TASK]}},
        {"task_run_id": {"is_null_": True}},
        {"task_run_id": {"is_null_": False}},
        {"task_run_id": {"any_": [TASK], "is_null_": True}},
        {"operator": "or_", "level": {"ge_": 50}, "task_run_id": {"any_": [TASK]}},
        {"operator": "or_", "level": {}, "task_run_id": {"any_": [TASK]}},
        {"operator": "or_"},
        {"operator": "and_", "level": {"ge_": 30}, "flow_run_id": {"any_": [RUN]}},
    ]:
        s.post("/logs/filter", json={"logs": logs})


@scenario
def logs_filtered_by_empty_text(s):
    """Other texts: internal/store/logs_test.go, for the real server needs a SQLite newer than Python's to search."""
    s.post("/logs/", json=LINES)
    s.post("/logs/filter", json={"logs": {"text": {"query": ""}}})
    s.post("/logs/filter", json={"logs": {"text": {"query": "   "}}})
    s.post("/logs/filter", json={"logs": {"operator": "or_", "text": {"query": ""}, "level": {"ge_": 50}}})


@scenario
def logs_filters_that_are_refused(s):
    s.post("/logs/filter", json={"limit": 201})
    s.post("/logs/filter", json={"limit": -1})
    s.post("/logs/filter", json={"limit": "many"})
    s.post("/logs/filter", json={"offset": -1})
    s.post("/logs/filter", json={"sort": "SIDEWAYS"})
    s.post("/logs/filter", json={"logs": {"colour": 1}})
    s.post("/logs/filter", json={"logs": {"operator": "xor_"}})
    s.post("/logs/filter", json={"logs": {"level": {"ge_": "a", "eq_": 1}}})
    s.post("/logs/filter", json={"logs": {"text": {}}})
    s.post("/logs/filter", json={"logs": {"text": {"query": "x" * 201}}})
    s.post("/logs/filter", json={"logs": {"text": {"query": 1}}})
    s.post("/logs/filter", json={"logs": {"flow_run_id": {"any_": ["x"]}}})
    s.post("/logs/filter", json={"offset": -1, "logs": {"x": 1, "level": {"ge_": "a"}, "text": {}}, "sort": "X"})
    s.post("/logs/filter", json=[])
    s.post("/logs/filter", json={"unknown": 1})
    s.get("/logs/filter")


@scenario(settings={"PREFECT_SERVER_LOGS_STREAM_OUT_ENABLED": "true", "PREFECT_SERVER_LOGS_STREAM_PUBLISHING_ENABLED": "true"})
def logs_streamed(s):
    with s.websocket("/logs/out") as ws:
        ws.send({"type": "auth", "token": None})
        ws.receive()
        ws.send({"type": "filter", "filter": {"level": {"ge_": 30}, "flow_run_id": {"any_": [RUN]}}})
        # When the subscription begins is the server's affair.
        s.quietly.post("/logs/filter", json={"limit": 1})
        time.sleep(1)
        s.post("/logs/", json=LINES)
        ws.receive()
        ws.receive()
        ws.receive(seconds=1)
    for first in [{"type": "logs"}, {"type": "filter", "filter": {"level": {"ge_": 30}, "text": {"query": "x"}}}]:
        with s.websocket("/logs/out") as ws:
            ws.send({"type": "auth", "token": None})
            ws.receive()
            ws.send(first)
            ws.receive(seconds=2)
