"""Actions: automations that fire on an event, what they do, and the events that tell of it."""

import time
from datetime import datetime, timezone
from uuid import uuid4

from harness import Session, scenario

SETTINGS = {"PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "true", "REEVE_NOTIFICATIONS_ALLOW_PRIVATE": "127.0.0.1"}
RUN = ["name", "created", "updated", "*_time", "state.timestamp", "state.state_details.scheduled_time", "state.state_details.pause_timeout"]
"""What the time that the scenario takes with the real server makes differ of a run."""
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def now() -> str:
    return datetime.now(timezone.utc).isoformat()


def resource(kind: str, id: str, role: str | None = None) -> dict[str, str]:
    return {"prefect.resource.id": f"prefect.{kind}.{id}"} | ({"prefect.resource.role": role} if role else {})


class Stage:
    """A server with a flow, a pool and a deployment."""

    def __init__(self, s: Session) -> None:
        self.s = s
        self.flow = s.quietly.post("/flows/", json={"name": "f"})["id"]
        self.pool = s.quietly.post("/work_pools/", json={"name": "a pool", "type": "process"})
        self.deployment = s.quietly.post("/deployments/", json={
            "name": "d", "flow_id": self.flow, "work_pool_name": "a pool", "enforce_parameter_schema": False, "parameters": {"kept": 1},
        })["id"]  # fmt: skip

        self.awaken()

    def awaken(self) -> None:
        """Waits until the real server evaluates triggers: it begins some time after it answers."""
        quiet = self.s.quietly
        trigger = {"type": "event", "posture": "Reactive", "expect": [name := f"actions.{uuid4()}"]}
        made = quiet.post("/automations/", json={"name": "first", "trigger": trigger, "actions": [{"type": "do-nothing"}]})
        wanted = {"event": {"name": ["prefect.automation.action.executed"]}, "resource": {"id": [f"prefect.automation.{made['id']}"]}}
        for _ in range(60):
            quiet.post("/events", json=[{"id": str(uuid4()), "event": name, "occurred": now(), "resource": {"prefect.resource.id": "x"}}])
            time.sleep(0.5)
            if quiet.post("/events/filter", json={"filter": wanted})["total"]:
                return

    def run(self, **fields) -> str:
        return self.s.quietly.post("/flow_runs/", json={"flow_id": self.flow, "name": "a-run"} | fields)["id"]

    def does(self, action: dict, subject: dict[str, str], *related: dict[str, str], payload: dict | None = None, ignore: list[str] = [], **trigger) -> None:
        """An automation with the action, an event that sets it off, and what is told of that."""
        name = f"actions.{uuid4()}"  # the real server remembers the automations of scenarios before
        self.s.sent.add(name)
        trigger = {"type": "event", "posture": "Reactive", "expect": [name], "threshold": 1, "within": 0} | trigger
        made = self.s.quietly.post("/automations/", json={"name": "an automation", "trigger": trigger, "actions": [action]})
        assert "id" in made, made
        wanted = {"event": {"prefix": ["prefect.automation.action."]}, "resource": {"id": [f"prefect.automation.{made['id']}"]}, "order": "ASC"}
        for _ in range(5):  # the real server may not have loaded the automation when the event comes
            event = {"id": str(uuid4()), "event": name, "occurred": now(), "resource": subject, "related": list(related), "payload": payload or {}}
            self.s.quietly.post("/events", json=[event])
            page = self.s.quietly.eventually("POST", "/events/filter", json={"filter": wanted}, until=lambda page: page["total"] >= 2, seconds=3)
            if page["total"]:
                break
        self.s.post("/events/filter", json={"filter": wanted}, ignore=["events.*.received", "events.*.occurred", *ignore])


@scenario(settings=SETTINGS)
def actions_nothing(s):
    stage = Stage(s)
    stage.does({"type": "do-nothing"}, resource("flow", stage.flow))
    stage.does({"type": "do-nothing"}, {"prefect.resource.id": "anything", "color": "red"}, for_each=["color"])


@scenario(settings=SETTINGS)
def actions_on_a_deployment(s):
    stage = Stage(s)
    for kind in ("pause-deployment", "resume-deployment"):
        stage.does({"type": kind, "source": "selected", "deployment_id": stage.deployment}, {"prefect.resource.id": "x"})
        s.get(f"/deployments/{stage.deployment}", ignore=["updated"])
        stage.does({"type": kind, "source": "inferred"}, {"prefect.resource.id": "x"}, resource("deployment", stage.deployment, "deployment"))
        stage.does({"type": kind, "source": "inferred"}, resource("deployment", stage.deployment))
        stage.does({"type": kind, "source": "inferred"}, {"prefect.resource.id": "x"})
        stage.does({"type": kind, "source": "inferred"}, {"prefect.resource.id": "prefect.deployment.none"})
        stage.does({"type": kind, "source": "selected", "deployment_id": UNKNOWN}, {"prefect.resource.id": "x"})


@scenario(settings=SETTINGS)
def actions_that_run_a_deployment(s):
    stage = Stage(s)
    runs = {"flow_runs": {"deployment_id": {"any_": [stage.deployment]}}, "sort": "EXPECTED_START_TIME_DESC", "limit": 1}

    def run(related=(), payload=None, subject=None, **fields):
        stage.does({"type": "run-deployment", "source": "selected", "deployment_id": stage.deployment} | fields,
                   subject or {"prefect.resource.id": "some", "prefect.resource.name": "a name"}, *related, payload=payload,
                   ignore=["events.*.related.*.prefect\\.resource\\.name"])  # fmt: skip
        s.post("/flow_runs/filter", json=runs, ignore=[f"*.{field}" for field in RUN])

    run()
    run(parameters={"a": 1, "b": {"c": [1, "x"]}}, job_variables={"env": {"A": "1"}})
    run(parameters={"name": "{{ event.resource.name }}", "id": "id {{ event.resource['prefect.resource.id'] }}", "n": "{{ event.payload.n }}",
                    "list": ["{{ event.payload.list }}", {"in": "{{ event.payload.n }}"}], "object": "{{ event.payload }}", "text": "none: {{ event.nothing.at.all }}"},
        payload={"n": 3, "list": [1, 2.5, None, "x"]})  # fmt: skip
    # That it cannot be rendered is told of in other words: ours say why.
    for text in ("{{ event.payload.n + 1 }}", "{{ event.nothing.at.all }}"):
        stage.does({"type": "run-deployment", "source": "selected", "deployment_id": stage.deployment, "parameters": {"x": text}},
                   {"prefect.resource.id": "x"}, payload={"n": 3}, ignore=["events.*.payload.reason"])  # fmt: skip
    run(parameters={"j": {"__prefect_kind": "jinja", "template": "{{ event.event | length > 3 }}"},
                    "k": {"__prefect_kind": "json", "value": "[1, 2]"}, "n": {"__prefect_kind": "none", "value": 5}})  # fmt: skip
    s.quietly.post("/variables/", json={"name": "known", "value": {"x": [1]}})
    run(parameters={"v": {"__prefect_kind": "workspace_variable", "variable_name": "known"}, "t": "{{ variables.known.x }}"})
    run(parameters={"name": "{{ flow.name }} {{ deployment.name }} {{ work_pool.name }}"},
        related=[resource("flow", stage.flow, "flow"), resource("deployment", stage.deployment, "deployment"), resource("work-pool", stage.pool["id"], "work-pool")])  # fmt: skip
    run(schedule_after=3600)
    stage.does({"type": "run-deployment", "source": "inferred"}, {"prefect.resource.id": "x"}, resource("deployment", stage.deployment, "deployment"),
               ignore=["events.*.related.*.prefect\\.resource\\.name"])  # fmt: skip
    stage.does({"type": "run-deployment", "source": "inferred"}, {"prefect.resource.id": "x"})
    stage.does({"type": "run-deployment", "source": "selected", "deployment_id": UNKNOWN}, {"prefect.resource.id": "x"})


@scenario(settings=SETTINGS)
def actions_that_run_a_deployment_with_a_schema(s):
    stage = Stage(s)
    strict = s.quietly.post("/deployments/", json={
        "name": "strict", "flow_id": stage.flow, "enforce_parameter_schema": True,
        "parameter_openapi_schema": {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]},
    })["id"]  # fmt: skip
    for parameters in ({"n": 1}, {"n": "{{ event.payload.n }}"}):
        stage.does({"type": "run-deployment", "source": "selected", "deployment_id": strict, "parameters": parameters}, {"prefect.resource.id": "x"},
                   payload={"n": 7}, ignore=["events.*.related.*.prefect\\.resource\\.name"])  # fmt: skip
    for parameters in ({"n": "text"}, {}):
        stage.does({"type": "run-deployment", "source": "selected", "deployment_id": strict, "parameters": parameters}, {"prefect.resource.id": "x"})


@scenario(settings=SETTINGS)
def actions_on_a_flow_run(s):
    stage = Stage(s)
    state = {"state": {"type": "RUNNING"}}
    actions = [
        {"type": "cancel-flow-run"}, {"type": "suspend-flow-run"}, {"type": "resume-flow-run"}, {"type": "delete-flow-run"},
        {"type": "change-flow-run-state", "state": "FAILED", "name": "Bad", "message": "since it is so"},
        {"type": "change-flow-run-state", "state": "COMPLETED"}, {"type": "change-flow-run-state", "state": "SCHEDULED", "force": True},
    ]  # fmt: skip
    for action in actions:
        run = stage.run(deployment_id=stage.deployment, work_pool_name="a pool", **state)
        stage.does(action, resource("flow-run", run))
        s.get(f"/flow_runs/{run}", ignore=RUN)
    for action in actions:
        done = stage.run(state={"type": "COMPLETED"})
        stage.does(action, {"prefect.resource.id": "x"}, resource("flow-run", done, "flow-run"), ignore=["events.*.payload.reason"] if action["type"] == "resume-flow-run" else [])
    for action in actions[:1]:
        stage.does(action, {"prefect.resource.id": "x"})
        stage.does(action, resource("flow-run", UNKNOWN))
        stage.does(action, resource("flow-run", "none"))
        run = stage.run(**state)
        stage.does(action, {"prefect.resource.id": "x"} | resource("flow-run", run), for_each=["prefect.resource.id"])


@scenario(settings=SETTINGS)
def actions_on_a_suspended_flow_run(s):
    stage = Stage(s)
    run = stage.run(deployment_id=stage.deployment, state={"type": "PAUSED", "name": "Suspended", "state_details": {"pause_reschedule": True}})
    stage.does({"type": "resume-flow-run"}, resource("flow-run", run))
    s.get(f"/flow_runs/{run}", ignore=RUN)


@scenario(settings=SETTINGS)
def actions_on_pools_and_queues(s):
    stage = Stage(s)
    queue = stage.pool["default_queue_id"]
    for kind, key, id in (("work-pool", "work_pool_id", stage.pool["id"]), ("work-queue", "work_queue_id", queue)):
        for verb in ("pause", "resume"):
            stage.does({"type": f"{verb}-{kind}", "source": "selected", key: id}, {"prefect.resource.id": "x"})
            stage.does({"type": f"{verb}-{kind}", "source": "inferred"}, {"prefect.resource.id": "x"}, resource(kind, id, kind))
            s.get("/work_pools/a pool", ignore=["updated"])
            s.get(f"/work_queues/{queue}", ignore=["updated"])
        stage.does({"type": f"pause-{kind}", "source": "inferred"}, {"prefect.resource.id": "x"})
        stage.does({"type": f"pause-{kind}", "source": "selected", key: UNKNOWN}, {"prefect.resource.id": "x"})


@scenario(settings=SETTINGS)
def actions_on_automations(s):
    stage = Stage(s)
    trigger = {"type": "event", "posture": "Reactive", "expect": ["never"]}
    other = s.quietly.post("/automations/", json={"name": "other", "trigger": trigger, "actions": [{"type": "do-nothing"}]})["id"]
    for kind in ("pause-automation", "resume-automation"):
        stage.does({"type": kind, "source": "selected", "automation_id": other}, {"prefect.resource.id": "x"})
        s.get(f"/automations/{other}", ignore=["updated"])
        stage.does({"type": kind, "source": "inferred"}, resource("automation", other))
        stage.does({"type": kind, "source": "inferred"}, {"prefect.resource.id": "x"})
        stage.does({"type": kind, "source": "selected", "automation_id": UNKNOWN}, {"prefect.resource.id": "x"})


def block(s: Session, slug: str, data: dict) -> str:
    s.quietly.post("/block_types/install_system_block_types")
    kind = s.quietly.get(f"/block_types/slug/{slug}")["id"]
    schema = s.quietly.post("/block_schemas/filter", json={"block_schemas": {"block_type_id": {"any_": [kind]}}})[0]["id"]
    made = s.quietly.post("/block_documents/", json={"name": f"a-{slug}", "data": data, "block_type_id": kind, "block_schema_id": schema})
    return made["id"]


@scenario(settings=SETTINGS)
def actions_with_blocks(s):
    stage = Stage(s)
    secret = block(s, "secret", {"value": "x"})
    hook = block(s, "webhook", {"method": "GET", "url": str(s._client.base_url).removesuffix("/") + "/health", "allow_private_urls": True})
    send = {"type": "send-notification", "subject": "s", "body": "b"}
    stage.does(send | {"block_document_id": secret}, {"prefect.resource.id": "x"})
    stage.does(send | {"block_document_id": UNKNOWN}, {"prefect.resource.id": "x"})
    stage.does({"type": "call-webhook", "block_document_id": secret, "payload": "x"}, {"prefect.resource.id": "x"})
    stage.does({"type": "call-webhook", "block_document_id": hook, "payload": "{{ event.resource.id }}"}, {"prefect.resource.id": "x"},
               ignore=["events.*.payload.response_body", "events.*.payload.response_headers"])  # fmt: skip
    stage.does({"type": "call-webhook", "block_document_id": hook, "payload": "{{ 1 / 0 }}"}, {"prefect.resource.id": "x"})
    stage.does({"type": "call-webhook", "block_document_id": hook, "payload": "{{ event.payload.a.b | no_such_filter }}"}, {"prefect.resource.id": "x"})
