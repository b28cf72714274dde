"""Service level agreements, applied by the unmodified client, which takes a server for Prefect
Cloud when its address is that of PREFECT_CLOUD_API_URL."""

from __future__ import annotations

import shutil
import time
from datetime import timedelta

import pytest
from prefect._experimental.sla.objects import FrequencySla, LatenessSla, TimeToCompletionSla

from api import client
from deploying import FLOWS
from scripts import Cli
from waiting import until

pytestmark = pytest.mark.oracle_cannot("has no agreements: they are Prefect Cloud's")

YAML = """
name: e2e-slas
pull:
- prefect.deployments.steps.set_working_directory:
    directory: {folder}
deployments:
- name: agreed
  entrypoint: deployed.py:hello
  work_pool:
    name: {pool}
  sla:
  - name: quick
    duration: 600
    severity: high
"""


def agreements(deployment) -> dict[str, dict]:
    with client() as api:
        return {sla["name"]: sla for sla in api._client.get(f"/reeve/deployments/{deployment}/slas").json()}


def violations(deployment) -> list[dict]:
    wanted = {"event": {"name": ["prefect.sla.violation"]}, "related": {"id": [f"prefect.deployment.{deployment}"]}}
    with client() as api:
        return api._client.post("/events/filter", json={"filter": wanted}).json()["events"]


def test_the_client_applies_agreements(stock_worker, deployments):
    deployment = deployments("hello", stock_worker.pool, name="slas", parameters={"name": "sla"})
    with client() as api:
        first = api.apply_slas_for_deployment(deployment, [
            TimeToCompletionSla(name="quick", duration=600), LatenessSla(name="prompt", within=timedelta(minutes=10), severity="high"),
        ])
        second = api.apply_slas_for_deployment(deployment, [
            TimeToCompletionSla(name="quick", duration=1), FrequencySla(name="often", stale_after=timedelta(hours=1)),
        ])
    assert (first.created, first.updated, first.deleted) == (["quick", "prompt"], [], [])
    assert (second.created, second.updated, second.deleted) == (["often"], ["quick"], ["prompt"])
    kept = agreements(deployment)
    assert kept["quick"]["duration"] == 1 and kept["quick"]["severity"] == "moderate"
    assert kept["often"]["stale_after"] == 3600
    with client() as api:
        api.apply_slas_for_deployment(deployment, [])
    assert agreements(deployment) == {}


def test_a_run_that_takes_too_long_is_told_of(stock_worker, deployments):
    deployment = deployments("narrow", stock_worker.pool, name="slow-slas", parameters={"seconds": 5})
    with client() as api:
        api.apply_slas_for_deployment(deployment, [TimeToCompletionSla(name="quick", duration=1, severity="critical")])
        run = api.create_flow_run_from_deployment(deployment)
    [event] = until(lambda: violations(deployment), "the violation", 60)
    assert event["resource"]["prefect.resource.id"] == f"prefect.flow-run.{run.id}"
    assert event["payload"]["severity"] == "critical" and event["payload"]["kind"] == "time-to-completion"
    assert {"flow", "deployment", "sla"} <= {r["prefect.resource.role"] for r in event["related"]}
    time.sleep(2)
    assert len(violations(deployment)) == 1


def test_deploying_with_agreements(server, stock_worker, tmp_path):
    shutil.copy(FLOWS / "deployed.py", tmp_path)
    (tmp_path / "prefect.yaml").write_text(YAML.format(folder=tmp_path, pool=stock_worker.pool))
    cli = Cli(tmp_path, server.api_url, PREFECT_CLOUD_API_URL=server.api_url)
    cli("--no-prompt", "deploy", "--name", "agreed", folder=tmp_path)
    with client() as api:
        deployment = api.read_deployment_by_name("hello/agreed").id
    assert agreements(deployment)["quick"]["severity"] == "high"
    cli("--no-prompt", "deploy", "deployed.py:hello", "--name", "agreed", "--pool", stock_worker.pool,
        "--sla", '{"name": "prompt", "within": 600}', folder=tmp_path)
    assert list(agreements(deployment)) == ["prompt"]
