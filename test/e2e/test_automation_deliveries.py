"""What automations send to the world, to receivers that answer, fail, and are slow, while the server is killed."""

from __future__ import annotations

import json
import signal
import threading
import time
import urllib.request
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Iterator

import pytest

import settings
from waiting import until

pytestmark = pytest.mark.skipif(settings.ORACLE, reason="the real server sends once, and keeps no deliveries")


class Receiver(ThreadingHTTPServer):
    """Keeps what it is sent; `answers` are the statuses of the next answers, 200 after them."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taker)
        self.got: list[tuple[dict[str, str], str, int]] = []
        self.answers: list[int] = []
        self.delay = 0.0
        self.url = f"http://127.0.0.1:{self.server_address[1]}/hook"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def accepted(self) -> list[tuple[dict[str, str], str, int]]:
        return [g for g in self.got if g[2] == 200]


class Taker(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        status = self.server.answers.pop(0) if self.server.answers else 200
        self.server.got.append(({k.lower(): v for k, v in self.headers.items()}, body, status))
        time.sleep(self.server.delay)
        try:
            self.send_response(status)
            self.send_header("Content-Length", "4")
            self.end_headers()
            self.wfile.write(b"told")
        except OSError:
            pass  # whoever asked was killed

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.shutdown()


@pytest.fixture
def reeve(own_server):
    return own_server(REEVE_NOTIFICATIONS_ALLOW_PRIVATE="127.0.0.1")


def ask(server, method: str, path: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(server.api_url + path, data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.loads(answer.read() or b"null")


def block(server, slug: str, data: dict[str, Any]) -> str:
    ask(server, "POST", "/block_types/install_system_block_types")
    kind = ask(server, "GET", f"/block_types/slug/{slug}")["id"]
    schemas = ask(server, "POST", "/block_schemas/filter", {"block_schemas": {"block_type_id": {"any_": [kind]}}})
    made = {"name": f"b-{uuid.uuid4().hex[:8]}", "data": data, "block_type_id": kind, "block_schema_id": schemas[0]["id"]}
    return ask(server, "POST", "/block_documents/", made)["id"]


def automation(server, *actions: dict[str, Any]) -> str:
    trigger = {"type": "event", "posture": "Reactive", "expect": ["prefect.flow-run.Failed"], "threshold": 1, "within": 0}
    return ask(server, "POST", "/automations/", {"name": "tell", "trigger": trigger, "actions": list(actions)})["id"]


def fail_a_run(server, name: str) -> str:
    flow = ask(server, "POST", "/flows/", {"name": "failing"})["id"]
    run = ask(server, "POST", "/flow_runs/", {"flow_id": flow, "name": name, "state": {"type": "PENDING"}})["id"]
    ask(server, "POST", f"/flow_runs/{run}/set_state", {"state": {"type": "FAILED", "message": "it broke"}, "force": True})
    return run


def events(server, name: str) -> list[dict[str, Any]]:
    return ask(server, "POST", "/events/filter", {"filter": {"event": {"name": [name]}}})["events"]


def deliveries(server, automation_id: str) -> list[dict[str, Any]]:
    return ask(server, "GET", f"/reeve/automations/{automation_id}/deliveries")


def test_a_failed_run_is_told_of_once(reeve, receiver):
    custom = block(reeve, "custom-webhook", {
        "name": "ops", "url": receiver.url, "method": "POST", "json_data": {"title": "{{subject}}", "text": "{{body}}"}})
    hook = block(reeve, "webhook", {"method": "POST", "url": receiver.url, "allow_private_urls": True})
    told = automation(
        reeve,
        {"type": "send-notification", "block_document_id": custom, "subject": "{{ flow_run.name }}",
         "body": "{{ flow.name }}: {{ flow_run.state.message }} {{ event.resource['prefect.resource.id'] }}"},
        {"type": "call-webhook", "block_document_id": hook, "payload": '{"run": "{{ flow_run.id }}"}'},
    )
    run = fail_a_run(reeve, "brave-cat")
    until(lambda: len(receiver.got) >= 2, "both messages", 30)
    until(lambda: len(events(reeve, "prefect.automation.action.executed")) >= 2, "the events", 30)
    bodies = sorted(body for _, body, _ in receiver.got)
    assert json.loads(bodies[0]) == {"run": run}
    assert json.loads(bodies[1]) == {"title": "brave-cat", "text": f"failing: it broke prefect.flow-run.{run}"}
    kept = deliveries(reeve, told)
    assert {d["status"] for d in kept} == {"delivered"} and {d["answer_status"] for d in kept} == {200}
    assert {d["id"] for d in kept} == {headers["webhook-id"] for headers, _, _ in receiver.got}
    time.sleep(2)
    assert len(receiver.got) == 2 and len(events(reeve, "prefect.automation.triggered")) == 1


def test_kills_between_the_event_and_the_delivery(reeve, receiver):
    hook = block(reeve, "webhook", {"method": "POST", "url": receiver.url, "allow_private_urls": True})
    told = automation(reeve, {"type": "call-webhook", "block_document_id": hook, "payload": "{{ flow_run.name }}"})
    receiver.delay = 0.2
    receiver.answers = [503, 500, 429]
    runs = []
    for n in range(6):
        runs.append(f"run-{n}")
        fail_a_run(reeve, f"run-{n}")
        time.sleep(0.02 * n)
        reeve.signal(signal.SIGKILL)
        reeve.wait(10)
        reeve.start()
    until(lambda: len(events(reeve, "prefect.automation.action.executed")) >= len(runs), "all deliveries", 150, every=1)
    names = [body for _, body, _ in receiver.accepted()]
    assert set(names) == set(runs), f"accepted {names}"
    keys: dict[str, set[str]] = {}
    for headers, body, _ in receiver.got:
        keys.setdefault(body, set()).add(headers["webhook-id"])
    assert all(len(ids) == 1 for ids in keys.values()), f"one message has several keys: {keys}"
    assert len(events(reeve, "prefect.automation.triggered")) == len(runs)
    assert len(events(reeve, "prefect.automation.action.executed")) == len(runs)
    assert {d["status"] for d in deliveries(reeve, told)} == {"delivered"}


def test_what_is_refused_is_dead_until_it_is_sent_again(reeve, receiver):
    hook = block(reeve, "webhook", {"method": "POST", "url": receiver.url, "allow_private_urls": True})
    told = automation(reeve, {"type": "call-webhook", "block_document_id": hook, "payload": "x"})
    receiver.answers = [410]
    fail_a_run(reeve, "refused")
    [dead] = until(lambda: [d for d in deliveries(reeve, told) if d["status"] == "dead"], "the dead delivery", 30)
    assert dead["answer_status"] == 410 and dead["answer"] == "told" and dead["attempts"] == 1
    assert len(events(reeve, "prefect.automation.action.failed")) == 1
    ask(reeve, "POST", f"/reeve/deliveries/{dead['id']}/resend")
    until(lambda: deliveries(reeve, told)[0]["status"] == "delivered", "the delivery", 30)
    assert [headers["webhook-id"] for headers, _, _ in receiver.got] == [dead["id"]] * 2


def test_the_servers_own_network_is_refused(own_server, receiver):
    server = own_server()
    hook = block(server, "webhook", {"method": "POST", "url": receiver.url, "allow_private_urls": True})
    told = automation(server, {"type": "call-webhook", "block_document_id": hook, "payload": "x"})
    fail_a_run(server, "inside")
    [dead] = until(lambda: [d for d in deliveries(server, told) if d["status"] == "dead"], "the dead delivery", 30)
    assert "own network" in dead["reason"] and receiver.got == []
