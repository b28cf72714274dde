"""Deployments: creating and updating, names, filters, pages, limits, pausing, deleting."""

from harness import scenario

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def flow(s, name="f"):
    return s.quietly.post("/flows/", json={"name": name})["id"]


def pool(s, name="p", **more):
    return s.quietly.post("/work_pools/", json={"name": name, "type": "process", **more})


TEMPLATE = {
    "job_configuration": {"command": "{{ command }}", "env": "{{ env }}", "size": "{{ size }}"},
    "variables": {
        "type": "object",
        "properties": {
            "command": {"type": "string", "default": "run"},
            "env": {"type": "object", "additionalProperties": {"type": "string"}, "default": {}},
            "size": {"type": "integer", "minimum": 1},
        },
        "required": ["size"],
    },
}


@scenario
def deployments_life(s):
    f = flow(s)
    d = s.post("/deployments/", json={"name": "d", "flow_id": f})
    s.get(f"/deployments/{d['id']}")
    s.get("/deployments/name/f/d")
    s.get("/deployments/name/f/other")
    s.get(f"/deployments/{UNKNOWN}")
    s.post("/deployments/", json={"name": "d", "flow_id": f, "tags": ["a"], "version": "2"})
    s.get(f"/deployments/{d['id']}")
    s.patch(f"/deployments/{d['id']}", json={"tags": ["b"], "description": "text", "path": "/x", "entrypoint": "a.py:b"})
    s.get(f"/deployments/{d['id']}")
    s.patch(f"/deployments/{d['id']}", json={})
    s.patch(f"/deployments/{d['id']}", json={"description": None, "paused": True})
    s.get(f"/deployments/{d['id']}")
    s.patch(f"/deployments/{UNKNOWN}", json={"tags": []})
    s.delete(f"/deployments/{d['id']}")
    s.delete(f"/deployments/{d['id']}")


@scenario
def deployments_full(s):
    f = flow(s)
    pool(s)
    d = s.post("/deployments/", json={
        "name": "full", "flow_id": f, "paused": True, "tags": ["x", "y"], "labels": {"k": 1, "t": True},
        "parameters": {"a": 1}, "parameter_openapi_schema": {"type": "object", "properties": {"a": {"type": "integer"}}},
        "pull_steps": [{"prefect.deployments.steps.set_working_directory": {"directory": "/w"}}],
        "work_pool_name": "p", "description": "words", "path": "/w", "version": "1", "entrypoint": "f.py:f",
        "job_variables": {"env": {"A": "b"}}, "enforce_parameter_schema": True,
        "version_info": {"type": "git", "version": "abc", "more": 1},
        "concurrency_options": {"collision_strategy": "CANCEL_NEW", "grace_period_seconds": 90},
    })
    s.post("/deployments/", json={"name": "full", "flow_id": f, "work_pool_name": "p", "work_queue_name": "fresh"})
    s.get(f"/deployments/{d['id']}")
    s.patch(f"/deployments/{d['id']}", json={"work_pool_name": None})
    s.get(f"/deployments/{d['id']}")
    s.patch(f"/deployments/{d['id']}", json={"work_pool_name": "p", "work_queue_name": "q2"})
    s.get(f"/deployments/{d['id']}")
    s.post("/deployments/", json={"name": "agent", "flow_id": f, "work_queue_name": "lonely"})
    s.get(f"/deployments/{d['id']}/work_queue_check", unordered=True)
    s.get(f"/deployments/{UNKNOWN}/work_queue_check")


@scenario
def deployments_bad_bodies(s):
    f = flow(s)
    s.post("/deployments/", json={})
    s.post("/deployments/", json={"name": "d"})
    s.post("/deployments/", json={"name": "d", "flow_id": "nope"})
    s.post("/deployments/", json={"name": "d", "flow_id": UNKNOWN})
    s.post("/deployments/", json={"name": "d", "flow_id": f, "surprise": 1})
    s.post("/deployments/", json={"name": "d", "flow_id": f, "concurrency_limit": 0})
    s.post("/deployments/", json={"name": "d", "flow_id": f, "concurrency_limit": 1, "global_concurrency_limit_id": UNKNOWN})
    s.post("/deployments/", json={"name": "d", "flow_id": f, "global_concurrency_limit_id": UNKNOWN})
    s.post("/deployments/", json={"name": "d", "flow_id": f, "work_pool_name": "none"})
    s.post("/deployments/", json={"name": "d", "flow_id": f, "tags": None})
    s.post("/deployments/", json={"name": "d", "flow_id": f, "pull_steps": [1]})
    s.post("/deployments/", json={"name": "d", "flow_id": f, "concurrency_options": {"collision_strategy": "X", "grace_period_seconds": 5}})
    s.post("/deployments/", json={"name": "d", "flow_id": f, "version_info": {"a": 1}})
    s.post("/deployments/", json={"name": "d", "flow_id": f, "labels": {"a": [1]}})
    s.post("/deployments/", json={"name": "d", "flow_id": f, "storage_document_id": UNKNOWN})
    s.post("/deployments/", json={"name": "d", "flow_id": f, "infrastructure_document_id": UNKNOWN})
    s.post("/deployments/", json={"name": "d", "flow_id": f, "worker_pool_name": "old"})
    s.post("/deployments/", json={"name": "big", "flow_id": f, "parameters": {"x": "a" * 600_000}})
    s.post("/deployments/", json={"name": "e", "flow_id": f, "enforce_parameter_schema": True, "parameters": {"x": "s"},
                                  "parameter_openapi_schema": {"type": "object", "properties": {"x": {"type": "integer"}}}})
    s.post("/deployments/", json={"name": "e", "flow_id": f, "enforce_parameter_schema": True,
                                  "parameter_openapi_schema": {"type": "nope"}})
    d = s.post("/deployments/", json={"name": "ok", "flow_id": f})
    s.patch(f"/deployments/{d['id']}", json={"name": "x"})
    s.patch(f"/deployments/{d['id']}", json={"paused": "perhaps"})
    s.patch(f"/deployments/{d['id']}", json={"concurrency_limit": 1, "global_concurrency_limit_id": UNKNOWN})
    s.patch(f"/deployments/{d['id']}", json={"global_concurrency_limit_id": UNKNOWN})
    s.patch(f"/deployments/{d['id']}", json={"parameters": {"y": {"__prefect_kind": "json", "value": "{"}}})
    s.patch(f"/deployments/{d['id']}", json={"tags": None})


@scenario
def deployments_filters(s):
    f, g = flow(s, "alpha"), flow(s, "beta")
    pool(s, "one")
    pool(s, "two")
    for name, of, more in [("a", f, {"tags": ["t", "u"], "work_pool_name": "one"}), ("b", f, {"tags": ["t"], "paused": True}),
                           ("c", g, {"work_pool_name": "two", "work_queue_name": "q"}), ("dd", g, {"concurrency_limit": 2})]:
        s.quietly.post("/deployments/", json={"name": name, "flow_id": of, **more})
    ids = [d["id"] for d in s.post("/deployments/filter", json={})]
    for f in [
        {"name": {"any_": ["a", "c"]}}, {"name": {"like_": "D"}}, {"paused": {"eq_": True}}, {"paused": {"eq_": False}},
        {"tags": {"all_": ["t"]}}, {"tags": {"all_": ["t", "u"]}}, {"tags": {"any_": ["u", "x"]}}, {"tags": {"is_null_": True}},
        {"tags": {"is_null_": False}}, {"work_queue_name": {"any_": ["q"]}}, {"id": {"any_": ids[:2]}}, {"id": {"not_any_": ids[:1]}},
        {"flow_or_deployment_name": {"like_": "alp"}}, {"flow_or_deployment_name": {"like_": "dd"}},
        {"operator": "or_", "name": {"any_": ["a"]}, "paused": {"eq_": True}}, {"concurrency_limit": {"is_null_": True}},
    ]:
        s.post("/deployments/filter", json={"deployments": f})
        s.post("/deployments/count", json={"deployments": f})
    s.post("/deployments/filter", json={"deployments": {"surprise": 1}})
    s.post("/deployments/filter", json={"flows": {"name": {"any_": ["beta"]}}})
    s.post("/deployments/filter", json={"work_pools": {"name": {"any_": ["one"]}}})
    s.post("/deployments/filter", json={"work_pool_queues": {"name": {"any_": ["q"]}}})
    s.post("/deployments/filter", json={"flow_runs": {"name": {"any_": ["none"]}}})
    for sort in ["NAME_ASC", "NAME_DESC", "CREATED_DESC", "UPDATED_DESC", "NOPE"]:
        s.post("/deployments/filter", json={"sort": sort})
    for page in [{"limit": 2}, {"limit": 2, "page": 2}, {"limit": 0}, {"limit": -1}, {"limit": 201}, {"page": 0}, {"limit": 3, "page": 9}]:
        s.post("/deployments/paginate", json=page)
    s.post("/deployments/filter", json={"limit": 1, "offset": 1})
    s.post("/deployments/filter", json={"offset": -1})
    s.post("/deployments/count", json={})
    s.post("/deployments/bulk_delete", json={"deployments": {"name": {"any_": ["a", "b"]}}}, unordered=True)
    s.post("/deployments/bulk_delete", json={"deployments": {"name": {"any_": ["zzz"]}}})
    s.post("/deployments/bulk_delete", json={"limit": 51})
    s.post("/deployments/bulk_delete", json={"limit": 0})
    s.post("/deployments/count", json={})


@scenario
def deployments_concurrency_limits(s):
    f = flow(s)
    d = s.post("/deployments/", json={"name": "d", "flow_id": f, "concurrency_limit": 3})
    s.get(f"/v2/concurrency_limits/deployment:{d['id']}")
    s.patch(f"/deployments/{d['id']}", json={"concurrency_limit": 5})
    s.get(f"/deployments/{d['id']}")
    s.post("/deployments/", json={"name": "d", "flow_id": f})
    s.post("/deployments/", json={"name": "d", "flow_id": f, "concurrency_limit": 2})
    s.patch(f"/deployments/{d['id']}", json={"concurrency_limit": None})
    s.get(f"/deployments/{d['id']}")
    s.get(f"/v2/concurrency_limits/deployment:{d['id']}")
    limit = s.post("/v2/concurrency_limits/", json={"name": "shared", "limit": 7})
    s.patch(f"/deployments/{d['id']}", json={"global_concurrency_limit_id": limit["id"]})
    s.get(f"/deployments/{d['id']}")
    s.patch(f"/deployments/{d['id']}", json={"global_concurrency_limit_id": None, "concurrency_options": {"collision_strategy": "ENQUEUE"}})
    s.get(f"/deployments/{d['id']}")
    e = s.post("/deployments/", json={"name": "e", "flow_id": f, "global_concurrency_limit_id": limit["id"]})
    s.delete(f"/deployments/{e['id']}")
    s.get("/v2/concurrency_limits/shared")


@scenario
def deployments_parameters(s):
    f = flow(s)
    schema = {"type": "object", "properties": {"n": {"type": "integer"}, "s": {"type": "string", "minLength": 2}}, "required": ["n"]}
    d = s.post("/deployments/", json={"name": "d", "flow_id": f, "parameter_openapi_schema": schema, "parameters": {"n": 1}})
    for p in [{"n": 2}, {"n": "x"}, {"s": "a"}, {"s": 1, "n": "y"}, {"n": None}, {"extra": 1}, {}]:
        s.patch(f"/deployments/{d['id']}", json={"parameters": p})
    s.get(f"/deployments/{d['id']}")
    s.quietly.post("/variables/", json={"name": "count", "value": 12})
    s.patch(f"/deployments/{d['id']}", json={"parameters": {"n": {"__prefect_kind": "workspace_variable", "variable_name": "count"}}})
    s.get(f"/deployments/{d['id']}")
    for p in [
        {"n": {"__prefect_kind": "workspace_variable", "variable_name": "nope"}},
        {"n": {"__prefect_kind": "workspace_variable"}},
        {"n": {"__prefect_kind": "json", "value": "7"}},
        {"n": {"__prefect_kind": "json", "value": "[1,"}},
        {"n": {"__prefect_kind": "json"}},
        {"n": {"__prefect_kind": "none"}},
        {"n": {"__prefect_kind": "none", "value": 9}},
        {"n": {"__prefect_kind": "other", "value": 8}},
        {"n": {"__prefect_kind": "jinja"}},
        {"n": 1, "s": {"__prefect_kind": "jinja", "template": "a{{ 1 + 1 }}b"}},
        {"n": 1, "s": {"__prefect_kind": "jinja", "template": "{% for i in range(3) %}{{ i }},{% endfor %}"}},
        {"n": 1, "s": {"__prefect_kind": "jinja", "template": "{{ missing }}xx"}},
    ]:
        s.patch(f"/deployments/{d['id']}", json={"parameters": p})
        s.get(f"/deployments/{d['id']}")
    s.patch(f"/deployments/{d['id']}", json={"parameter_openapi_schema": {"type": "object", "properties": {"n": {"type": "string"}}}})
    s.patch(f"/deployments/{d['id']}", json={"enforce_parameter_schema": False, "parameters": {"n": "free"}})
    s.get(f"/deployments/{d['id']}")
    n = s.post("/deployments/", json={"name": "noschema", "flow_id": f, "parameter_openapi_schema": None})
    s.patch(f"/deployments/{n['id']}", json={"parameters": {"a": 1}})
    s.post(f"/deployments/{n['id']}/create_flow_run", json={})


@scenario
def deployments_job_variables(s):
    f = flow(s)
    pool(s, "p", base_job_template=TEMPLATE)
    for v in [{}, {"command": "x"}, {"command": 1}, {"env": {"A": 1}}, {"size": 0}, {"size": 3}, {"other": 1}, {"command": None}]:
        s.post("/deployments/", json={"name": "d", "flow_id": f, "work_pool_name": "p", "job_variables": v})
    d = s.post("/deployments/", json={"name": "d", "flow_id": f, "work_pool_name": "p"})
    for v in [{"size": 2}, {"size": "x"}, None]:
        s.patch(f"/deployments/{d['id']}", json={"work_pool_name": "p", "job_variables": v})
    s.get(f"/deployments/{d['id']}")
    for v in [{}, {"size": 5}, {"size": -1}, {"env": 3}]:
        s.post(f"/deployments/{d['id']}/create_flow_run", json={"job_variables": v}, ignore=["name", "state.message"])
    e = s.post("/deployments/", json={"name": "e", "flow_id": f, "work_pool_name": "p"})
    s.post(f"/deployments/{e['id']}/create_flow_run", json={})


@scenario
def deployments_flow_runs(s):
    f = flow(s)
    pool(s)
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    d = s.post("/deployments/", json={"name": "d", "flow_id": f, "work_pool_name": "p", "tags": ["t"], "version": "v1",
                                      "parameter_openapi_schema": schema, "parameters": {"n": 1}, "labels": {"l": "1"}})
    path = f"/deployments/{d['id']}/create_flow_run"
    run = s.post(path, json={"name": "r1"})
    s.get(f"/flow_runs/{run['id']}")
    s.post(path, json={}, ignore=["name"])
    s.post(path, json={"name": "r2", "parameters": {"n": "x"}})
    s.post(path, json={"name": "r2", "parameters": {"n": "x"}, "enforce_parameter_schema": False})
    s.post(path, json={"name": "r3", "parameters": {"n": {"__prefect_kind": "json", "value": "{"}}})
    s.post(path, json={"name": "r4", "tags": ["u"], "labels": {"x": True}, "context": {"c": 1}, "idempotency_key": "k",
                       "empirical_policy": {"retries": 2, "retry_delay": 3}, "job_variables": {"a": 1}}, unordered=["tags"])
    s.post(path, json={"name": "r5", "idempotency_key": "k"}, unordered=["tags"])
    s.post(path, json={"name": "r6", "state": {"type": "PENDING", "message": "m"}})
    s.post(path, json={"name": "r7", "state": {"type": "SCHEDULED", "state_details": {"scheduled_time": "2030-01-01T00:00:00Z"}}})
    s.post(path, json={"name": "r8", "work_queue_name": "other"})
    s.post(path, json={"state": {"type": "X"}})
    s.post(path, json={"surprise": 1})
    s.post(f"/deployments/{UNKNOWN}/create_flow_run", json={})
    e = s.post("/deployments/", json={"name": "e", "flow_id": f})
    s.post(f"/deployments/{e['id']}/create_flow_run", json={"work_queue_name": "q"})
    bulk = f"{path}/bulk"
    s.post(bulk, json=[])
    s.post(bulk, json=[{"name": "b1"}, {"name": "b2", "parameters": {"n": "no"}}, {"name": "b3", "idempotency_key": "k"},
                       {"name": "b4", "work_queue_name": "other"}, {"name": "b5", "parameters": {"n": {"__prefect_kind": "jinja"}}}])
    s.post(bulk, json=[{}] * 101)
    s.post(bulk, json={})
    s.post(bulk, json=[{"surprise": 1}])
    s.post(f"/deployments/{UNKNOWN}/create_flow_run/bulk", json=[])
    s.post(f"/deployments/{e['id']}/create_flow_run/bulk", json=[{"work_queue_name": "q"}])
    s.post("/deployments/get_scheduled_flow_runs", json={"deployment_ids": [d["id"]], "limit": 3})
    s.post("/deployments/get_scheduled_flow_runs", json={"deployment_ids": [d["id"]], "scheduled_before": "2020-01-01T00:00:00Z"})
    s.post("/deployments/get_scheduled_flow_runs", json={"deployment_ids": []})
    s.post("/deployments/get_scheduled_flow_runs", json={})
    s.post("/deployments/get_scheduled_flow_runs", json={"deployment_ids": [d["id"]], "limit": 500})
    s.delete(f"/deployments/{d['id']}")
    s.post("/flow_runs/count", json={})
    s.post("/flow_runs/filter", json={"sort": "NAME_ASC"}, ignore=["*.name"])


@scenario
def automations_of_none(s):
    s.post("/automations/filter", json={})
    s.post("/automations/count", json={})
    s.post("/automations/filter", json={"sort": "NOPE"})
    s.post("/automations/filter", json={"limit": 900})
    s.post("/automations/filter", json={"automations": {"name": {"any_": ["x"]}}})
    s.post("/automations/filter", json={"automations": {"surprise": 1}})
    s.get(f"/automations/related-to/prefect.deployment.{UNKNOWN}")
    s.delete(f"/automations/owned-by/prefect.deployment.{UNKNOWN}")
