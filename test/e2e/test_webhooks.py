"""Webhooks to a gateway with a worker of its own: one run for each delivery, whatever is down."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import urllib.error
import urllib.request
from pathlib import Path
from typing import Iterator
from uuid import uuid4

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId

import settings
from api import await_completed
from processes import BINARY, Process
from waiting import until

pytestmark = pytest.mark.skipif(settings.ORACLE, reason="the real server has no gateway")

SECRET = "e2e-hook-secret"


class Gateway(Process):
    """`reeve gateway start` with a webhook in GitHub's form for one deployment."""

    def __init__(self, folder: Path, api_url: str, deployment: str, pool: str | None, stock: bool) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        port = settings.free_port()
        self.url = f"http://127.0.0.1:{port}"
        worker = f'[worker]\nstock = {str(stock).lower()}\n[[pool]]\nname = "{pool}"\n' if pool else ""
        (folder / "reeve.toml").write_text(
            f"""{worker}
[server]
database = "server.db"
[gateway]
port = {port}
api = "{api_url}"
[[webhook]]
path = "/webhooks/hello"
form = "github"
secret_env = "HOOK_SECRET"
deployment = "{deployment}"
parameters = {{ name = "{{{{ body.repository.name }}}} of {{{{ headers.x_github_event }}}}" }}
"""
        )
        env = settings.environment(folder / "home", settings.CLIENT, HOOK_SECRET=SECRET)
        super().__init__("gateway", [BINARY, "gateway", "start"], env, folder)

    def start(self) -> None:
        super().start()
        until(lambda: self.health()["status"] == "ok", "the gateway")

    def health(self) -> dict:
        with urllib.request.urlopen(f"{self.url}/health", timeout=5) as answer:
            return json.load(answer)

    def send(self, delivery: str, repository: str = "reeve", secret: str = SECRET, path: str = "hello") -> int:
        body = json.dumps({"repository": {"name": repository}, "after": delivery}).encode()
        headers = {
            "Content-Type": "application/json",
            "X-GitHub-Event": "push",
            "X-GitHub-Delivery": delivery,
            "X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest(),
        }
        request = urllib.request.Request(f"{self.url}/webhooks/{path}", body, headers)
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def delivered(self, number: int) -> None:
        until(lambda: self.health()["inbox"] == {"waiting": 0, "dead": 0, "delivered": number}, f"{number} deliveries")


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator:
    started: list[Gateway] = []

    def start(*arguments, **options) -> Gateway:
        started.append(Gateway(tmp_path / "gateway", *arguments, **options))
        started[-1].start()
        return started[-1]

    yield start
    for process in started:
        process.stop()


def runs(deployment):
    with get_client(sync_client=True) as client:
        return client.read_flow_runs(
            deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment]))
        )


@pytest.mark.parametrize("worker_kind", ("stock", "reeve"))
def test_a_webhook_runs_a_flow_in_the_gateways_worker(worker_kind, server, deployments, cli, gateway):
    pool = f"hooks-{worker_kind}"
    cli("work-pool", "create", pool, "--type", "process")
    deployment = deployments("hello", pool)
    g = gateway(server.api_url, f"hello/{pool}", pool, stock=worker_kind == "stock")
    delivery = str(uuid4())
    assert [g.send(delivery) for _ in range(3)] == [202, 202, 202]
    assert g.send(str(uuid4()), secret="wrong") == 401
    assert g.send(str(uuid4()), path="nobody") == 404
    g.delivered(1)
    assert len(runs(deployment)) == 1
    run = await_completed(runs(deployment)[0].id)
    assert run.parameters == {"name": "reeve of push"}
    assert run.state.result()["greeting"] == "hello reeve of push"
    lines = g.output().splitlines()
    assert any(line.endswith("[Worker] Connecting to Prefect server...") for line in lines), g.output()
    of_the_worker = re.compile(rf"\d{{4}}-\d\d-\d\dT\S+ \| INFO    \| {pool}(: \S+)? - ")
    assert any(of_the_worker.match(line) for line in lines), g.output()
    assert SECRET not in g.output()


def test_webhooks_wait_for_a_server_that_is_down(own_server, gateway):
    server = own_server()
    deployment = _deploy(server.api_url)
    g = gateway(server.api_url, "hooked/hooked", None, stock=False)
    assert g.send("before") == 202
    g.delivered(1)
    server.stop()
    assert [g.send(f"while down {n % 3}") for n in range(6)] == [202] * 6
    until(lambda: g.health()["server"].startswith("away"), "the gateway to notice")
    g.kill()  # as the host does: what was answered is there when it is started again
    g.start()
    server.start()
    g.delivered(4)
    assert len(_post(server.api_url, "/flow_runs/filter", {"deployments": {"id": {"any_": [deployment]}}})) == 4


def _post(api_url: str, path: str, body: dict):
    request = urllib.request.Request(api_url + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def _deploy(api_url: str) -> str:
    flow = _post(api_url, "/flows/", {"name": "hooked"})["id"]
    return _post(api_url, "/deployments/", {"name": "hooked", "flow_id": flow, "entrypoint": "f.py:f"})["id"]
