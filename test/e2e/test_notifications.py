"""Notification blocks: what the server sends by itself is what the block's own class sends in Python."""

from __future__ import annotations

import asyncio
import http.server
import json
import subprocess
import threading
from pathlib import Path
from typing import Iterator

import httpx
import pytest
from prefect.automations import Automation, CallWebhook, EventTrigger, Posture, SendNotification
from prefect.blocks.core import Block
from prefect.blocks.notifications import AppriseNotificationBlock, CustomWebhookNotificationBlock, MattermostWebhook, SlackWebhook
from prefect.blocks.webhook import Webhook
from prefect.events import Event
from prefect.settings import PREFECT_API_URL, temporary_settings

import settings
from processes import BINARY, Server
from waiting import until

pytestmark = pytest.mark.skipif(settings.ORACLE, reason="the real server has no reeve notify test")

SUBJECT, BODY = "Test of notifications", "This is a test of a block. What automations have to say arrives here."
OURS = {"webhook-id", "webhook-timestamp"}
OF_THE_LIBRARY = {"accept", "accept-encoding", "connection", "content-length", "user-agent", "host"}


class OurAlerts(AppriseNotificationBlock):
    """A class of a user's own."""


class Receiver:
    """Keeps what it gets."""

    def __init__(self) -> None:
        self.got: list[tuple] = []
        self.down = 0  # how many requests are answered with 503 from now on
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
                receiver.got.append((self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                receiver.down, failing = max(0, receiver.down - 1), receiver.down > 0
                self.send_response(503 if failing else 200)
                self.end_headers()
                self.wfile.write(b"ok")

            do_PUT = do_POST

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self) -> tuple:
        """The one request that came, as far as two senders agree on it."""
        assert len(self.got) == 1, self.got
        method, path, headers, body = self.got.pop()
        return method, path, {k: v for k, v in headers.items() if k not in OURS | OF_THE_LIBRARY}, _read(body)


def _read(body: str) -> object:
    try:
        value = json.loads(body)
    except ValueError:
        return body
    if isinstance(value, dict) and value.get("username") == "Apprise":
        value["username"] = "Prefect Notifications"  # the class forgets to give its name
    return value


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()


def _blocks(port: int) -> dict[str, Block]:
    return {
        "mattermost-webhook": MattermostWebhook(hostname="127.0.0.1", port=port, token="abcdefgh", channels=["ops"], notify_type="failure"),
        "slack-webhook": SlackWebhook(url=f"json://127.0.0.1:{port}/hook?+X-Token=geheim"),
        "custom-webhook": CustomWebhookNotificationBlock(
            name="ours", url=f"http://127.0.0.1:{port}/{{{{name}}}}", method="PUT", headers={"X-Token": "{{token}}"},
            json_data={"text": "{{subject}}: {{body}}"}, secrets={"token": "geheim"}),
        "ouralerts": OurAlerts(url=f"ntfy://tk_abcdefghijk@127.0.0.1:{port}/topic?priority=high"),
        "webhook": Webhook(url=f"http://127.0.0.1:{port}/call", method="PUT", headers={"X-Token": "geheim", "Content-Type": "application/json"}),
    }


def _try(server: Server, folder: Path, block: str) -> subprocess.CompletedProcess[str]:
    environ = settings.environment(folder / "notify-home", {})
    return subprocess.run([BINARY, "notify", "test", block, "--url", server.api_url], env=environ, cwd=folder, capture_output=True, text=True, timeout=60)


def test_the_server_sends_what_the_class_sends(own_server, receiver: Receiver, tmp_path: Path):
    server = own_server(REEVE_NOTIFICATIONS_ALLOW_PRIVATE="127.0.0.1")
    with temporary_settings({PREFECT_API_URL: server.api_url}):
        for slug, block in _blocks(receiver.port).items():
            block.save("mine")
            if isinstance(block, Webhook):
                asyncio.run(block.call(json.dumps({"message": BODY})))
            else:
                block.notify(body=BODY, subject=SUBJECT)
            by_the_class = receiver.take()
            done = _try(server, tmp_path, f"{slug}/mine")
            assert done.returncode == 0 and done.stdout == f"{slug}/mine: delivered, answered 200 ok\n", done
            assert receiver.take() == by_the_class, slug


def test_the_servers_own_network_is_not_reached(own_server, receiver: Receiver, tmp_path: Path):
    server = own_server()
    with temporary_settings({PREFECT_API_URL: server.api_url}):
        for slug, block in _blocks(receiver.port).items():
            block.save("mine")
            done = _try(server, tmp_path, f"{slug}/mine")
            assert done.returncode == 1 and "127.0.0.1 is an address of the server's own network" in done.stderr, done
            assert "hint: allow it with" in done.stderr and "geheim" not in done.stderr
    assert not receiver.got


def _lose(server: Server, order: str) -> None:
    """Sends an event, without the client's one connection to the session's server."""
    event = Event(event="order.lost", resource={"prefect.resource.id": order})
    httpx.post(f"{server.api_url}/events", json=[event.model_dump(mode="json")]).raise_for_status()


def test_an_automation_notifies_and_calls(own_server, receiver: Receiver):
    server = own_server(REEVE_NOTIFICATIONS_ALLOW_PRIVATE="127.0.0.1")
    blocks = _blocks(receiver.port)
    with temporary_settings({PREFECT_API_URL: server.api_url}):
        notifier, hook = blocks["custom-webhook"].save("mine"), blocks["webhook"].save("mine")
        Automation(
            name="tell", trigger=EventTrigger(expect={"order.lost"}, posture=Posture.Reactive, threshold=1),
            actions=[
                SendNotification(block_document_id=notifier, subject="lost", body="{{ event.resource.id }} is lost"),
                CallWebhook(block_document_id=hook, payload='{"id": "{{ event.resource.id }}"}'),
            ],
        ).create()
    _lose(server, "order.7")
    until(lambda: len(receiver.got) == 2, "both messages", 60)
    notified, called = sorted(receiver.got, key=lambda request: request[1], reverse=True)
    assert notified[:2] == ("PUT", "/ours") and json.loads(notified[3]) == {"text": "lost: order.7 is lost"}
    assert notified[2]["x-token"] == "geheim"
    assert called[:2] == ("PUT", "/call") and json.loads(called[3]) == {"id": "order.7"}
    assert notified[2]["webhook-id"] != called[2]["webhook-id"]


def test_a_message_is_tried_again_under_one_key(own_server, receiver: Receiver):
    server = own_server(REEVE_NOTIFICATIONS_ALLOW_PRIVATE="127.0.0.1")
    receiver.down = 2
    with temporary_settings({PREFECT_API_URL: server.api_url}):
        hook = _blocks(receiver.port)["webhook"].save("mine")
        Automation(
            name="insist", trigger=EventTrigger(expect={"order.lost"}, posture=Posture.Reactive, threshold=1),
            actions=[CallWebhook(block_document_id=hook, payload="lost")],
        ).create()
    _lose(server, "order.8")
    until(lambda: len(receiver.got) >= 3, "the third attempt", 60)
    assert len({headers["webhook-id"] for _, _, headers, _ in receiver.got}) == 1
