"""`prefect deploy` from a prefect.yaml, and `prefect deployment run --watch`."""

from __future__ import annotations

import re
import shutil
from uuid import UUID

import pytest

from api import client, flow_runs
from deploying import FLOWS

YAML = """
name: e2e-project
prefect-version: 3.9.1
pull:
- prefect.deployments.steps.set_working_directory:
    directory: {folder}
definitions:
  pool: &pool
    name: {pool}
deployments:
- name: from-yaml
  entrypoint: deployed.py:hello
  description: says hello
  version: "1.2"
  tags: [yaml, project]
  parameters:
    name: yaml
  work_pool:
    <<: *pool
    job_variables:
      env:
        E2E_YAML: "{version}"
  schedules:
  - interval: 3600
    anchor_date: "2026-01-01T00:00:00+00:00"
    timezone: Europe/Berlin
    active: false
  - cron: "0 9 * * 1-5"
    timezone: America/New_York
    active: false
- name: also-from-yaml
  entrypoint: deployed.py:fail
  concurrency_limit: 3
  work_pool: *pool
"""


def write(folder, pool: str, version: str) -> None:
    shutil.copy(FLOWS / "deployed.py", folder)
    (folder / "prefect.yaml").write_text(YAML.format(folder=folder, pool=pool, version=version))


def read(name: str):
    with client() as api:
        return api.read_deployment_by_name(name)


@pytest.fixture(scope="module")
def project(tmp_path_factory, workers, cli):
    """A project deployed with `prefect deploy --all`, once for each kind of worker."""
    folders = {}

    def get(kind: str):
        if kind not in folders:
            folder = folders[kind] = tmp_path_factory.mktemp("project")
            write(folder, workers(kind).pool, "first")
            cli("--no-prompt", "deploy", "--all", folder=folder)
        return folders[kind]

    return get


def test_deploy_keeps_what_the_file_says(stock_worker, project, cli):
    folder = project("stock")
    first = read("hello/from-yaml")
    assert (first.description, first.version, first.tags) == ("says hello", "1.2", ["yaml", "project"])
    assert first.parameters == {"name": "yaml"}
    assert first.parameter_openapi_schema["properties"]["name"]["default"] == "world"
    assert (first.entrypoint, first.work_pool_name) == ("deployed.py:hello", stock_worker.pool)
    assert first.job_variables == {"env": {"E2E_YAML": "first"}}
    assert first.pull_steps == [{"prefect.deployments.steps.set_working_directory": {"directory": str(folder)}}]
    by_kind = {type(s.schedule).__name__: s for s in first.schedules}
    assert by_kind["IntervalSchedule"].schedule.interval.total_seconds() == 3600
    assert by_kind["IntervalSchedule"].schedule.timezone == "Europe/Berlin"
    assert by_kind["CronSchedule"].schedule.cron == "0 9 * * 1-5"
    assert not any(s.active for s in first.schedules)
    assert read("fail/also-from-yaml").global_concurrency_limit.limit == 3

    write(folder, stock_worker.pool, "second")
    cli("--no-prompt", "deploy", "-n", "from-yaml", folder=folder)
    second = read("hello/from-yaml")
    assert second.id == first.id
    assert second.job_variables == {"env": {"E2E_YAML": "second"}}
    assert len(second.schedules) == 2


def test_deployment_run_is_watched_until_it_completes(worker, project, cli):
    project(worker.kind)
    output = cli("deployment", "run", "hello/from-yaml", "--watch", "--watch-interval", 1, "--param", "name=watcher")
    assert "Completed" in output, output
    [run] = flow_runs(UUID(re.search(r"flow-run/([0-9a-f-]{36})", output)[1]))
    assert run.work_pool_name == worker.pool
    assert run.parameters == {"name": "watcher"}
    assert run.state.result()["greeting"] == "hello watcher"


def test_watching_a_run_that_fails_says_so(stock_worker, project, cli):
    project("stock")
    output = cli("deployment", "run", "fail/also-from-yaml", "--watch", "--watch-interval", 1, code=1)
    assert "Failed" in output
