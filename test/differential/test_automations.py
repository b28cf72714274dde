"""Automations: life, every kind of trigger and action and their options, bodies that are refused, filters, who they belong to."""

from harness import scenario

UNKNOWN = "00000000-0000-4000-8000-000000000000"
SOME = "11111111-1111-4111-8111-111111111111"
SETS = [f"{at}{key}" for at in ("trigger.", "trigger.triggers.*.", "payload.trigger.") for key in ("after", "expect", "for_each")]
"""The reference gives sets in an order of its own."""

EVENT = {"type": "event", "posture": "Reactive", "expect": ["an.event"]}
NOTHING = {"type": "do-nothing"}
PROACTIVE = EVENT | {"posture": "Proactive"}
COMPOUND = {"type": "compound", "triggers": [EVENT, PROACTIVE], "within": 60, "require": "all"}
SEQUENCE = {"type": "sequence", "triggers": [EVENT, EVENT], "within": 60}
SEND = {"type": "send-notification", "block_document_id": SOME, "body": "text"}
CALL = {"type": "call-webhook", "block_document_id": SOME}
RUN = {"type": "run-deployment", "deployment_id": SOME}

TRIGGERS = [
    EVENT,
    {"posture": "Reactive"},
    EVENT | {"id": SOME},
    EVENT | {"unknown": 1},
    EVENT | {"match": {"prefect.resource.id": "prefect.flow-run.*"}},
    EVENT | {"match": {"a": ["x", "y"], "b": "z", "c": ["one"], "d": []}},
    EVENT | {"match": {}, "match_related": {}},
    EVENT | {"match_related": {"prefect.resource.role": "flow", "prefect.resource.name": ["a", "!b"]}},
    EVENT | {"match_related": [{"a": "b"}, {"c": ["d", "e"]}]},
    EVENT | {"match_related": [{"a": "b"}]},
    EVENT | {"match_related": []},
    EVENT | {"match_related": [{}]},
    EVENT | {"after": ["a", "b.*"], "for_each": ["prefect.resource.id", "related:flow:prefect.resource.id"]},
    EVENT | {"expect": ["a", "b", "a"], "after": [], "for_each": []},
    EVENT | {"expect": []},
    EVENT | {"threshold": 5},
    EVENT | {"threshold": 0},
    EVENT | {"threshold": -1},
    EVENT | {"threshold": "7"},
    EVENT | {"threshold": 3.0},
    EVENT | {"threshold": True},
    EVENT | {"within": 0},
    EVENT | {"within": 30},
    EVENT | {"within": 1.5},
    EVENT | {"within": "PT1M30S"},
    EVENT | {"within": "P1DT12H"},
    EVENT | {"within": "P2W"},
    EVENT | {"within": "P1Y2M"},
    EVENT | {"within": "00:01:00"},
    EVENT | {"within": "12:30"},
    EVENT | {"within": "1 day, 00:00:05"},
    EVENT | {"within": "2 days"},
    EVENT | {"within": "3d"},
    EVENT | {"within": True},
    PROACTIVE,
    PROACTIVE | {"within": 0},
    PROACTIVE | {"within": 10},
    PROACTIVE | {"within": 3600},
    PROACTIVE | {"within": "PT10S"},
    COMPOUND,
    COMPOUND | {"require": "any"},
    COMPOUND | {"require": 1},
    COMPOUND | {"require": 2},
    COMPOUND | {"require": "2"},
    COMPOUND | {"require": True},
    COMPOUND | {"within": None},
    COMPOUND | {"within": "PT5M"},
    COMPOUND | {"within": -5},
    COMPOUND | {"triggers": []},
    COMPOUND | {"triggers": [COMPOUND, SEQUENCE, EVENT]},
    SEQUENCE,
    SEQUENCE | {"within": None},
    SEQUENCE | {"triggers": []},
    SEQUENCE | {"triggers": [SEQUENCE, EVENT]},
    {"triggers": [EVENT], "within": 5},
    {"triggers": [EVENT], "within": 5, "require": 1},
    {"triggers": [{"posture": "Reactive"}], "within": 5, "require": "any", "posture": "Reactive"},
]

BAD_TRIGGERS = [
    None,
    "text",
    5,
    [],
    {},
    {"type": "event"},
    {"type": "unknown"},
    {"type": None},
    {"type": 5, "posture": "Reactive"},
    {"type": "compound"},
    {"type": "sequence"},
    EVENT | {"id": "x"},
    EVENT | {"id": None},
    EVENT | {"match": None},
    EVENT | {"match": "x"},
    EVENT | {"match": []},
    EVENT | {"match": {"a": 1}},
    EVENT | {"match": {"a": None, "b": {"c": 1}}},
    EVENT | {"match": {"a": ["x", 1]}},
    EVENT | {"match_related": None},
    EVENT | {"match_related": "x"},
    EVENT | {"match_related": {"a": 1}},
    EVENT | {"match_related": [1]},
    EVENT | {"match_related": [None, {"a": "b"}]},
    EVENT | {"match_related": [{"a": "b"}, {"c": 1}, {"d": 2}]},
    EVENT | {"expect": "x"},
    EVENT | {"expect": None},
    EVENT | {"expect": {"a": 1}},
    EVENT | {"after": [1, "x", None]},
    EVENT | {"for_each": 5},
    EVENT | {"posture": None},
    EVENT | {"posture": "reactive"},
    EVENT | {"posture": "Metric"},
    EVENT | {"posture": 1},
    EVENT | {"threshold": None},
    EVENT | {"threshold": "x"},
    EVENT | {"threshold": 1.5},
    EVENT | {"threshold": []},
    EVENT | {"within": None},
    EVENT | {"within": -1},
    EVENT | {"within": "30"},
    EVENT | {"within": "x"},
    EVENT | {"within": ""},
    EVENT | {"within": "P"},
    EVENT | {"within": "PT"},
    EVENT | {"within": "PT5X"},
    EVENT | {"within": "1:2:3:4"},
    EVENT | {"within": []},
    EVENT | {"within": {}},
    EVENT | {"within": None, "posture": "x", "threshold": "y"},
    EVENT | {"threshold": "x", "posture": "x", "expect": 1, "within": "PT1M"},
    PROACTIVE | {"within": 5},
    PROACTIVE | {"within": 9.999},
    PROACTIVE | {"within": -5},
    PROACTIVE | {"within": "PT1S"},
    PROACTIVE | {"within": "x"},
    PROACTIVE | {"within": None},
    PROACTIVE | {"threshold": "x"},
    COMPOUND | {"require": 0},
    COMPOUND | {"require": 3},
    COMPOUND | {"require": "x"},
    COMPOUND | {"require": None},
    COMPOUND | {"require": 1.5},
    COMPOUND | {"within": "x"},
    COMPOUND | {"triggers": None},
    COMPOUND | {"triggers": "x"},
    COMPOUND | {"triggers": [EVENT, 5]},
    COMPOUND | {"triggers": [EVENT | {"within": None}]},
    COMPOUND | {"triggers": [SEQUENCE | {"triggers": [{}]}], "require": "x"},
    SEQUENCE | {"within": []},
    SEQUENCE | {"triggers": [{"type": "event"}, PROACTIVE | {"within": 1}]},
    {"type": "sequence", "triggers": [EVENT]},
    {"type": "compound", "triggers": [EVENT], "within": "PT1M"},
]

ACTIONS = [
    NOTHING,
    {},
    {"unknown": 1},
    RUN,
    {"type": "run-deployment", "source": "inferred"},
    RUN | {"parameters": {}},
    RUN | {"parameters": {"a": "{{ event.id }}", "b": [1, "{{ x }}", {"c": "{{ y }} z"}], "d": None, "e": 1.50}},
    RUN | {"parameters": {"a": {"__prefect_kind": "jinja", "template": "{{ event.id }}"}, "b": {"__prefect_kind": "json", "value": "[1]"}}},
    RUN | {"parameters": {"a": {"__prefect_kind": "workspace_variable", "variable_name": "x"}, "b": {"__prefect_kind": "unknown", "value": 1}}},
    RUN | {"parameters": {"list": ["{{", {"c": "{% nope %}"}]}},
    RUN | {"parameters": None, "job_variables": None},
    RUN | {"schedule_after": 60},
    RUN | {"schedule_after": "PT1H"},
    RUN | {"schedule_after": 0.5},
    {"type": "pause-deployment", "source": "selected", "deployment_id": SOME},
    {"type": "pause-deployment", "source": "inferred"},
    {"type": "resume-deployment", "deployment_id": SOME},
    {"type": "resume-deployment", "source": "inferred", "deployment_id": None},
    {"type": "cancel-flow-run"},
    {"type": "delete-flow-run"},
    {"type": "suspend-flow-run"},
    {"type": "resume-flow-run"},
    {"type": "change-flow-run-state", "state": "FAILED"},
    {"type": "change-flow-run-state", "state": "CRASHED", "name": "Gone", "message": "why", "force": True},
    {"type": "change-flow-run-state", "state": "RUNNING", "name": None, "message": None, "force": "no"},
    {"type": "pause-work-queue", "work_queue_id": SOME},
    {"type": "resume-work-queue", "source": "inferred"},
    {"type": "pause-work-pool", "work_pool_id": SOME},
    {"type": "resume-work-pool", "source": "inferred"},
    {"type": "pause-automation", "automation_id": SOME},
    {"type": "resume-automation", "source": "inferred"},
    SEND,
    SEND | {"subject": "", "body": ""},
    SEND | {"subject": "{{ flow_run.name }}", "body": "{% for x in y %}{{ x | humanize_naturaltime }}{% endfor %} {{ z | unknown }}"},
    CALL,
    CALL | {"payload": ""},
    CALL | {"payload": '{"a": "{{ event.id }}"}'},
    CALL | {"payload": {"message": "{{ event.id }}", "list": [1, 2.5, {}, []], "é": "\u00e9\n\"", "none": None}},
    CALL | {"payload": [1, "x"]},
    CALL | {"payload": 5},
    CALL | {"payload": True},
    {"deployment_id": SOME},
    {"source": "inferred"},
    {"automation_id": SOME},
    {"work_pool_id": SOME, "source": "selected"},
    {"block_document_id": SOME},
    {"block_document_id": SOME, "body": "x"},
    {"state": "FAILED"},
]

BAD_ACTIONS = [
    None,
    1,
    "do-nothing",
    [],
    {"type": "unknown"},
    {"type": None},
    {"type": "run-deployment"},
    {"type": "run-deployment", "source": "x"},
    RUN | {"source": "inferred"},
    RUN | {"source": None},
    RUN | {"deployment_id": "x"},
    RUN | {"parameters": []},
    RUN | {"parameters": {"a": "{{ x"}},
    RUN | {"parameters": {"a": "{{ x }}", "b": {"c": "{% for %}", "d": "{{ ( }}"}, "e": "{% if x %}"}},
    RUN | {"parameters": {"a": {"__prefect_kind": "jinja"}}},
    RUN | {"parameters": {"__prefect_kind": "jinja"}},
    RUN | {"parameters": {"a": {"__prefect_kind": "json", "value": "{"}}},
    RUN | {"parameters": {"a": {"__prefect_kind": "none"}, "b": {"__prefect_kind": "jinja", "template": 5}}},
    RUN | {"parameters": {"a": "{% for x in a %}{% for x in a %}{% for x in a %}{% endfor %}{% endfor %}{% endfor %}"}},
    RUN | {"job_variables": "x"},
    RUN | {"schedule_after": -1},
    RUN | {"schedule_after": None},
    RUN | {"schedule_after": "30"},
    {"type": "pause-deployment"},
    {"type": "resume-deployment", "source": "inferred", "deployment_id": SOME},
    {"type": "change-flow-run-state"},
    {"type": "change-flow-run-state", "state": "failed"},
    {"type": "change-flow-run-state", "state": "FAILED", "name": 1, "message": 2, "force": "maybe"},
    {"type": "pause-work-queue"},
    {"type": "resume-work-queue", "source": "inferred", "work_queue_id": SOME},
    {"type": "pause-work-pool", "source": "selected"},
    {"type": "resume-work-pool", "work_pool_id": 5},
    {"type": "pause-automation"},
    {"type": "resume-automation", "source": "inferred", "automation_id": SOME},
    {"type": "send-notification"},
    SEND | {"block_document_id": "x"},
    SEND | {"body": None, "subject": 5},
    SEND | {"body": "{{ x"},
    SEND | {"subject": "{% for x in y %}{% endfor %}" * 11, "body": "{% for x in y %}{% for x in y %}{% for x in y %}{% endfor %}{% endfor %}{% endfor %}"},
    SEND | {"body": "line\n{{ x }}\n{% endif %}"},
    {"type": "call-webhook"},
    CALL | {"payload": None},
    CALL | {"payload": "{{"},
    CALL | {"payload": {"a": "{{ x", "b": "{%"}},
    {"block_document_id": 5},
]


def automation(trigger=EVENT, actions=(NOTHING,), **others):
    return {"name": "name", "trigger": trigger, "actions": list(actions)} | others


@scenario
def automations_life(s):
    made = s.post("/automations/", json=automation(description="what", tags=["b", "a", "a"], owner_resource=None))
    at = f"/automations/{made['id']}"
    s.get(at)
    s.patch(at, json={"enabled": False})
    s.get(at)
    s.patch(at, json={})
    s.get(at)
    s.patch(at, json={"enabled": True})
    s.put(at, json=automation(name="renamed", trigger=PROACTIVE | {"within": 20}))
    s.get(at)
    s.put(at, json=automation(COMPOUND, [NOTHING, {"type": "cancel-flow-run"}], enabled=False, description="", tags=[], actions_on_trigger=[NOTHING], actions_on_resolve=[NOTHING]))
    s.get(at)
    s.delete(at)
    s.get(at)
    s.delete(at)
    s.put(at, json=automation())
    s.patch(at, json={"enabled": True})
    s.get("/automations/no-id")
    s.put("/automations/no-id", json=automation())
    s.patch("/automations/no-id", json={})
    s.delete("/automations/no-id")
    for event in ("created", "updated", "deleted"):
        s.eventually("post", "/events/filter", json={"filter": {"event": {"name": [f"prefect.automation.{event}"]}, "order": "ASC"}},
                     until=lambda page: page["total"] == (5 if event == "updated" else 1), ignore=["events.*.payload.trigger.expect"])


@scenario
def automations_triggers(s):
    for trigger in TRIGGERS:
        # Paused, since some would set themselves off without end in the reference.
        made = s.post("/automations/", json=automation(trigger, enabled=False), unordered=SETS)
        s.get(f"/automations/{made['id']}", unordered=SETS)


@scenario
def automations_triggers_that_are_refused(s):
    for trigger in BAD_TRIGGERS:
        s.post("/automations/", json=automation(trigger))


@scenario
def automations_actions(s):
    for action in ACTIONS:
        made = s.post("/automations/", json=automation(EVENT, [action], actions_on_trigger=[action], actions_on_resolve=[action, action]))
        s.get(f"/automations/{made['id']}")


@scenario
def automations_actions_that_are_refused(s):
    for action in BAD_ACTIONS:
        s.post("/automations/", json=automation(EVENT, [NOTHING, action]))
    s.post("/automations/", json=automation(EVENT, [RUN | {"job_variables": {"a": 1}}]))
    s.post("/automations/", json=automation(actions_on_trigger=[{"type": "x"}]))
    s.post("/automations/", json=automation(actions_on_resolve=[SEND | {"body": "{{"}]))


@scenario
def automations_that_are_refused(s):
    made = s.post("/automations/", json=automation())
    for body in [
        None,
        [],
        "x",
        {},
        {"name": "n"},
        automation(name=None),
        automation(name=5, description=None, enabled=None, tags=None),
        automation(name=""),
        automation(enabled="maybe"),
        automation(enabled="yes"),
        automation(tags=[1, "x"]),
        automation(tags="x"),
        automation(unknown=1, id=SOME, created="2026-01-01"),
        automation(owner_resource=5),
        {"name": "n", "trigger": EVENT, "actions": None},
        {"name": "n", "trigger": EVENT, "actions": {}},
        automation(actions_on_trigger=None, actions_on_resolve="x"),
        {"trigger": {"type": "event"}, "actions": [{"type": "pause-deployment"}], "unknown": 1},
    ]:
        s.post("/automations/", json=body)
        s.put(f"/automations/{made['id']}", json=body)
    s.put(f"/automations/{made['id']}", json=automation(owner_resource="x"))
    s.post("/automations/")
    s.patch(f"/automations/{made['id']}")
    for body in [None, [], {"enabled": None}, {"enabled": "x"}, {"enabled": 1}, {"name": "x"}, {"enabled": True, "unknown": 1}]:
        s.patch(f"/automations/{made['id']}", json=body)


@scenario
def automations_that_would_loop(s):
    runs = {"type": "event", "posture": "Reactive"}
    inferred = {"type": "run-deployment", "source": "inferred"}
    for expect in ["prefect.flow-run.Scheduled", "prefect.flow-run.Pending", "prefect.flow-run.Running", "prefect.flow-run.*", "prefect.flow-run.Failed", "prefect.flow-run.Run*"]:
        for match in [{}, {"match": {"prefect.resource.id": "prefect.flow-run.*"}}, {"match": {"prefect.resource.id": ["x", "prefect.flow-run.*"]}},
                      {"match": {"a": "b"}}, {"match_related": {"a": "b"}}, {"match_related": []}, {"match_related": [{"a": "b"}, {}]}]:
            for action in (RUN, inferred):
                s.post("/automations/", json=automation(runs | match | {"expect": [expect]}, [NOTHING, action], owner_resource="these"))
        s.delete("/automations/owned-by/these")
    looping = automation(runs | {"expect": ["prefect.flow-run.Running"]}, [inferred])
    s.post("/automations/", json=automation(looping["trigger"] | {"posture": "Proactive", "within": 3600}, [inferred]))
    s.post("/automations/", json=automation({"type": "sequence", "triggers": [looping["trigger"]], "within": 5}, [inferred]))
    s.post("/automations/", json=automation(looping["trigger"], [], actions_on_trigger=[inferred]))
    paused = s.post("/automations/", json=looping | {"enabled": False})
    at = f"/automations/{paused['id']}"
    s.patch(at, json={"enabled": False})
    s.put(at, json=looping)
    s.get(at)
    # The reference gives the page of pydantic's documentation here alone. It is the last that is asked, since the reference
    # leaves its database locked for a while.
    s.patch(at, json={"enabled": True}, ignore=["exception_detail.*.url"])


@scenario
def automations_filters(s):
    for name, tags in [("b", ["x"]), ("a", ["x", "y"]), ("c", []), ("A", ["z"])]:
        made = s.post("/automations/", json=automation(name=name, tags=tags))
    names = lambda *any_: {"name": {"any_": list(any_)}}  # noqa: E731
    for automations in [
        None,
        {},
        names("a", "c"),
        names(),
        {"name": {"any_": None}},
        {"id": {"any_": [made["id"], UNKNOWN]}},
        {"id": {"any_": []}},
        {"tags": {"all_": ["x"]}},
        {"tags": {"all_": ["x", "y"]}},
        {"tags": {"any_": ["y", "z"]}},
        {"tags": {"any_": []}},
        {"tags": {"is_null_": True}},
        {"tags": {"is_null_": False}},
        {"tags": {"any_": ["z"], "is_null_": True, "operator": "or_"}},
        {"operator": "or_", **names("b"), "tags": {"is_null_": True}},
        {"created": {"before_": "2020-01-01T00:00:00Z"}},
        {"created": {"before_": "2120-01-01T00:00:00Z"}},
        {"created": {}},
        {"unknown": 1},
        {"id": {"any_": ["x"]}},
        {"created": {"before_": "x"}},
        {"operator": "x"},
        5,
    ]:
        s.post("/automations/filter", json={"automations": automations})
        s.post("/automations/count", json={"automations": automations})
    for page in [{}, {"limit": 2}, {"limit": 2, "offset": 1}, {"limit": 0}, {"offset": 9}, {"limit": 201}, {"limit": -1}, {"offset": -1}]:
        s.post("/automations/filter", json=page)
    for sort in ["CREATED_DESC", "UPDATED_DESC", "NAME_ASC", "NAME_DESC", "x", None]:
        s.post("/automations/filter", json={"sort": sort})
    s.post("/automations/filter")
    s.post("/automations/count")


@scenario
def automations_related_and_owned(s):
    owner = f"prefect.deployment.{SOME}"
    for name, body in {
        "owned": automation(owner_resource=owner),
        "owned and running": automation(EVENT, [RUN], owner_resource=owner),
        "running": automation(EVENT, [RUN, RUN]),
        "pausing": automation(EVENT, [{"type": "pause-deployment", "deployment_id": SOME}]),
        "later": automation(actions_on_trigger=[RUN]),
        "of another": automation(owner_resource=f"prefect.deployment.{UNKNOWN}"),
        "of nobody": automation(owner_resource=""),
    }.items():
        made = s.post("/automations/", json=body | {"name": name})
        if name == "running":
            running = made["id"]
    for resource in [owner, f"prefect.deployment.{UNKNOWN}", "unknown", ""]:
        s.get(f"/automations/related-to/{resource}")
    s.put(f"/automations/{running}", json=automation(name="running"))
    s.get(f"/automations/related-to/{owner}")
    s.put(f"/automations/{running}", json=automation(EVENT, [RUN], name="running"))
    s.get(f"/automations/related-to/{owner}")
    s.delete(f"/automations/owned-by/{owner}")
    s.get(f"/automations/related-to/{owner}")
    s.post("/automations/filter", json={})
    s.delete(f"/automations/owned-by/{owner}")
    s.delete("/automations/owned-by/unknown")


@scenario
def automations_job_variables(s):
    template = {"job_configuration": {"needed": "{{ needed }}", "size": "{{ size }}"}, "variables": {"type": "object", "required": ["needed"], "properties": {
        "needed": {"type": "string"}, "size": {"type": "integer", "default": 1}}}}
    flow = s.post("/flows/", json={"name": "f"})
    s.post("/work_pools/", json={"name": "pool", "type": "process", "base_job_template": template}, ignore=["base_job_template"])
    deployment = lambda name, **body: s.post("/deployments/", json={"name": name, "flow_id": flow["id"], **body})["id"]  # noqa: E731
    pooled = deployment("pooled", work_pool_name="pool")
    with_own = deployment("own", work_pool_name="pool", job_variables={"needed": "x"})
    bare = deployment("bare")
    made = s.post("/automations/", json=automation())
    for of in (pooled, with_own, bare, UNKNOWN):
        for variables in (None, {}, {"needed": "x"}, {"needed": 5}, {"size": "x"}, {"needed": "x", "size": 2, "more": 1}):
            run = {"type": "run-deployment", "deployment_id": of, "job_variables": variables}
            s.post("/automations/", json=automation(EVENT, [run]))
            s.put(f"/automations/{made['id']}", json=automation(EVENT, [run, run]))


@scenario
def automations_templates(s):
    for path in ("/templates/validate", "/automations/templates/validate"):
        for text in [
            "", "text", "{{ x }}", "{{ x | unknown }}", "{{ x is unknown }}", "{% if x %}{% endif %}", "{{", "{{ x", "{% if x %}", "{% endif %}", "{% unknown %}",
            "one\ntwo {{ x }}\nthree {{ ( }}\nfour", "a\n{% for x in y %}\nb", "\n\n{# comment", "{{ 'text }}", "\n{{ x \n y }}", "{% raw %}\n{{", "\r\n\r\n{{ x ! }}",
            "{% for a in b %}{% endfor %}" * 10, "{% for a in b %}{% endfor %}" * 11, "{% for a in b %}{% for c in d %}{% endfor %}{% endfor %}",
            "{% for a in b %}{% for c in d %}{% for e in f %}{% endfor %}{% endfor %}{% endfor %}", "{{ x.y\n.z[\n}}", "{% set x %}\n\n{% block a-b %}", "{{ f(a=1, 2) }}",
        ]:
            s.post(path, json=text)
        for body in (None, 5, {}, []):
            s.post(path, json=body)
        s.post(path)
