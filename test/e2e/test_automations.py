"""Automations as users make them: with the SDK, the command line, a prefect.yaml, `deploy` and `serve`."""

from __future__ import annotations

import asyncio
import json
import shutil
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from prefect import flow
from prefect.automations import Automation
from prefect.events.actions import CallWebhook, CancelFlowRun, DoNothing, RunDeployment, SendNotification
from prefect.events.schemas.automations import CompoundTrigger, EventTrigger, MetricTrigger, Posture, SequenceTrigger
from prefect.events.schemas.deployment_triggers import DeploymentCompoundTrigger, DeploymentEventTrigger
from prefect.exceptions import PrefectHTTPStatusError

from api import client
from deploying import FLOWS
from waiting import until

EVENT = EventTrigger(expect={"animal.walked"}, match={"genus": "Marmota", "species": ["monax", "caligata"]}, posture=Posture.Reactive, threshold=3, within=timedelta(seconds=10))


def named(name: str, **others) -> Automation:
    return Automation(**({"name": name, "trigger": EVENT, "actions": [DoNothing()]} | others))


def related(resource: str) -> dict[str, object]:
    with client() as api:
        return {a.name: a for a in api.read_resource_related_automations(resource)}


def test_an_automation_lives_by_the_sdk():
    made = named("e2e-sync", description="watches", tags=["a", "b"]).create()
    read = Automation.read(name="e2e-sync")
    assert (read.id, read.description, read.tags, read.enabled) == (made.id, "watches", ["a", "b"], True)
    assert (read.trigger.expect, read.trigger.threshold, read.trigger.within) == ({"animal.walked"}, 3, timedelta(seconds=10))
    assert read.trigger.match["species"] == ["monax", "caligata"]

    read.name, read.actions = "e2e-renamed", [CancelFlowRun(), DoNothing()]
    read.update()
    assert [a.type for a in Automation.read(id=made.id).actions] == ["cancel-flow-run", "do-nothing"]
    assert read.disable()
    assert not Automation.read(id=made.id).enabled
    assert read.enable()
    assert Automation.read(name="e2e-renamed").enabled
    assert read.delete()
    with pytest.raises(ValueError):
        Automation.read(name="e2e-renamed")
    assert not read.delete()


def test_an_automation_lives_by_the_async_sdk():
    async def life() -> None:
        made = await named("e2e-async").acreate()
        read = await Automation.aread(id=made.id)
        read.name = "e2e-async-renamed"
        await read.aupdate()
        assert await read.adisable()
        assert not (await Automation.aread(name="e2e-async-renamed")).enabled
        assert await read.aenable()
        assert await read.adelete()
        assert not await read.adelete()

    asyncio.run(life())


def test_every_kind_of_trigger_comes_back_as_it_was_made():
    proactive = EventTrigger(after={"begun"}, expect={"done", "failed"}, for_each={"prefect.resource.id"}, posture=Posture.Proactive, within=timedelta(minutes=5))
    many = EventTrigger(expect={"x"}, match_related=[{"prefect.resource.role": "flow"}, {"prefect.resource.id": ["a", "!b"]}], posture=Posture.Reactive)
    for i, trigger in enumerate([
        proactive,
        many,
        CompoundTrigger(triggers=[EVENT, proactive], require="any", within=timedelta(hours=1)),
        CompoundTrigger(triggers=[EVENT, SequenceTrigger(triggers=[EVENT, many])], require=2),
        SequenceTrigger(triggers=[EVENT, proactive], within=None),
    ]):
        made = named(f"e2e-trigger-{i}", trigger=trigger).create()
        back = Automation.read(id=made.id).trigger
        without_ids = lambda t: json.loads(t.model_dump_json(exclude={"id"}), object_hook=lambda o: {k: sorted(v) if k in ("after", "expect", "for_each") else v for k, v in o.items() if k != "id"})  # noqa: E731
        assert without_ids(back) == without_ids(trigger)
        made.delete()


@pytest.mark.oracle_cannot("refuses metric triggers, which only Cloud evaluates")
def test_metric_triggers_are_taken():
    metric = {"name": "duration", "operator": ">", "threshold": 60, "range": 600, "firing_for": 300}
    trigger = MetricTrigger(match={"prefect.resource.id": "prefect.flow-run.*"}, metric=metric)
    made = named("e2e-metric", trigger=trigger).create()
    back = Automation.read(id=made.id).trigger
    assert (back.metric.name.value, back.metric.threshold, back.metric.range) == ("duration", 60, timedelta(minutes=10))
    made.delete()


def test_what_would_loop_or_is_no_template_is_refused():
    running = EventTrigger(expect={"prefect.flow-run.Running"}, posture=Posture.Reactive)
    for wrong, why in [
        (named("e2e-wrong", trigger=running, actions=[RunDeployment(source="inferred")]), "infinite loop"),
        (named("e2e-wrong", actions=[SendNotification(block_document_id=uuid4(), subject="s", body="{{ event.id")]), "is not a valid template"),
        (named("e2e-wrong", actions=[CallWebhook(block_document_id=uuid4(), payload="{% for x in y %}")]), "is not a valid template"),
    ]:
        with pytest.raises(PrefectHTTPStatusError, match="422"):
            try:
                wrong.create()
            except PrefectHTTPStatusError as refused:
                assert why in refused.response.text
                raise


FILE = """
automations:
- name: e2e-from-file
  description: of a file
  trigger:
    type: event
    posture: Proactive
    expect: [prefect.flow-run.Completed]
    within: 30
  actions:
  - type: do-nothing
- name: e2e-second-from-file
  trigger:
    type: compound
    require: all
    within: 60
    triggers:
    - {type: event, posture: Reactive, expect: [a]}
    - {type: event, posture: Reactive, expect: [b]}
  actions:
  - {type: change-flow-run-state, state: FAILED, name: Gone}
"""


def test_automations_live_by_the_command_line(cli, tmp_path):
    file = tmp_path / "automations.yaml"
    file.write_text(FILE)
    output = cli("automation", "create", "--from-file", file)
    assert "Created 2 automation(s)" in output
    listed = cli("automation", "ls")
    assert "e2e-from-file"[:8] in listed
    inspected = json.loads(cli("automation", "inspect", "e2e-from-file", "--output", "json"))
    if isinstance(inspected, list):
        [inspected] = inspected
    assert (inspected["trigger"]["within"], inspected["trigger"]["posture"], inspected["description"]) == (30.0, "Proactive", "of a file")
    cli("--no-prompt", "automation", "pause", "e2e-from-file")
    assert not Automation.read(name="e2e-from-file").enabled
    cli("--no-prompt", "automation", "resume", "--id", inspected["id"])
    assert Automation.read(name="e2e-from-file").enabled
    cli("--no-prompt", "automation", "delete", "e2e-from-file")
    second = Automation.read(name="e2e-second-from-file")
    cli("--no-prompt", "automation", "delete", "--id", second.id)
    cli("automation", "inspect", "e2e-from-file", code=1)


YAML = """
name: triggered-project
pull:
- prefect.deployments.steps.set_working_directory:
    directory: {folder}
deployments:
- name: triggered
  entrypoint: deployed.py:hello
  work_pool:
    name: {pool}
  triggers:
{triggers}
"""
EVENT_YAML = """
  - type: event
    enabled: true
    match: {prefect.resource.id: my.external.resource}
    expect: [external.resource.pinged]
    parameters: {name: "{{ event.resource.id }}"}
"""
COMPOUND_YAML = """
  - type: compound
    name: e2e-own-name
    require: all
    triggers:
    - {type: event, expect: [a]}
    - {type: event, expect: [b]}
"""


def test_deploying_a_project_makes_its_triggers_anew(stock_worker, cli, tmp_path):
    shutil.copy(FLOWS / "deployed.py", tmp_path)

    def deploy(triggers: str) -> dict[str, object]:
        (tmp_path / "prefect.yaml").write_text(YAML.format(folder=tmp_path, pool=stock_worker.pool, triggers=triggers))
        cli("--no-prompt", "deploy", "--all", folder=tmp_path)
        with client() as api:
            deployment = api.read_deployment_by_name("hello/triggered")
        found = related(f"prefect.deployment.{deployment.id}")
        for automation in found.values():
            assert automation.actions[0].deployment_id == deployment.id
        return found

    first = deploy(EVENT_YAML)
    assert list(first) == ["triggered__automation_1"]
    assert first["triggered__automation_1"].actions[0].parameters == {"name": "{{ event.resource.id }}"}
    second = deploy(EVENT_YAML + COMPOUND_YAML)
    assert set(second) == {"triggered__automation_1", "e2e-own-name"}
    assert second["triggered__automation_1"].id != first["triggered__automation_1"].id
    assert second["e2e-own-name"].trigger.type == "compound"
    assert set(deploy(COMPOUND_YAML)) == {"e2e-own-name"}


def test_deploying_with_the_sdk_makes_triggers_anew(stock_worker):
    loaded = flow.from_source(source=str(FLOWS), entrypoint="deployed.py:hello")

    def deploy(*triggers) -> dict[str, object]:
        deployment = loaded.deploy(name="e2e-triggers", work_pool_name=stock_worker.pool, print_next_steps=False, triggers=list(triggers))
        return related(f"prefect.deployment.{deployment}")

    event = DeploymentEventTrigger(name="e2e-sdk-event", expect={"x"}, parameters={"name": "who"})
    both = DeploymentCompoundTrigger(name="e2e-sdk-both", require="any", triggers=[EVENT, EVENT])
    assert set(deploy(event)) == {"e2e-sdk-event"}
    assert set(deploy(event, both)) == {"e2e-sdk-event", "e2e-sdk-both"}
    assert set(deploy(both)) == {"e2e-sdk-both"}


def test_a_served_flow_brings_its_triggers(script):
    process = script.start("served_triggers.py", "e2e-served-triggers")

    def served() -> object:
        with client() as api:
            deployment = api.read_deployment_by_name("served/e2e-served-triggers")
        return related(f"prefect.deployment.{deployment.id}").get("e2e-when-served")

    automation = until(served, "the automation of the served flow", 60)
    assert automation.actions[0].parameters == {"word": "ping"}
    assert isinstance(automation.id, UUID)
    process.stop()
