"""Requests of the rehearsal: a sender of webhooks, and a look at the runs."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import ssl
import time
import urllib.error
import urllib.request
from typing import Callable


def until(holds: Callable[[], object], what: str, seconds: float = 60) -> object:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := holds():
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what}: not after {seconds} s")


class Server:
    """The API, asked as a person would."""

    def __init__(self, url: str, password: str) -> None:
        self.url, self._auth = url, "Basic " + base64.b64encode(password.encode()).decode()

    def ask(self, path: str, body: object = None) -> object:
        request = urllib.request.Request(self.url + path, None if body is None else json.dumps(body).encode(),
                                         {"Authorization": self._auth, "Content-Type": "application/json"})  # fmt: skip
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def runs(self, **parameters: str) -> list[dict]:
        """Runs with these parameters."""
        return [run for run in self.ask("/flow_runs/filter", {"limit": 200}) if run["parameters"].items() >= parameters.items()]

    def one_completed(self, **parameters: str) -> dict:
        """Waits until there is one run with these parameters, and it is completed."""

        def ended() -> list[dict]:
            return [run for run in self.runs(**parameters) if run["state_type"] in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")]

        until(ended, f"a run with {parameters}")
        found = self.runs(**parameters)
        assert [run["state_type"] for run in found] == ["COMPLETED"], [(run["state"], run["parameters"]) for run in found]
        return found[0]


class Sender:
    """Sends webhooks; gives the status, and how long the answer took."""

    def __init__(self, host: str, **secrets: str) -> None:
        self.host, self.secrets = host, secrets

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, float]:
        connection = http.client.HTTPSConnection(self.host, timeout=30, context=ssl.create_default_context())
        connection.connect()
        began = time.monotonic()
        connection.putrequest("POST", path)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            connection.putheader(name, value)
        connection.endheaders()
        try:
            connection.send(body)
        except OSError:
            pass  # refused by its declared length: the answer may come before the body went
        status = connection.getresponse().status
        took = time.monotonic() - began
        connection.close()
        return status, took

    def video(self, video: str, secret: str | None = None, path: str = "/webhooks/video", padding: int = 0) -> tuple[int, float]:
        body = json.dumps({"type": "INSERT", "record": {"id": video}, "padding": "x" * padding}).encode()
        return self.post(path, body, {"X-Webhook-Secret": secret or self.secrets["VIDEO_SECRET"]})

    def crop(self, delivery: str, video: str, age: float = 0) -> tuple[int, float]:
        body = json.dumps({"id": delivery, "video": video}).encode()
        stamp = str(int(time.time() - age))
        signature = hmac.new(self.secrets["CROP_SECRET"].encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        return self.post("/webhooks/crop", body, {"X-Timestamp": stamp, "X-Signature": signature})
