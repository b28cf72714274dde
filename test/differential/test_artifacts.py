"""Artifacts and their collections: versions, filters over several resources, events."""

from harness import scenario

UNKNOWN = "00000000-0000-4000-8000-000000000000"


@scenario
def artifacts_life(s):
    first = s.post("/artifacts/", json={"key": "report", "type": "markdown", "description": "d", "data": "# one", "metadata_": {"b": "1", "a": "2"}})
    s.get(f"/artifacts/{first['id']}")
    s.get("/artifacts/report/latest")
    second = s.post("/artifacts/", json={"key": "report", "type": "table", "data": [{"a": 1.0, "b": None}]})
    s.get("/artifacts/report/latest")
    s.patch(f"/artifacts/{second['id']}", json={"data": {"progress": 50.0}, "description": "half"})
    s.get(f"/artifacts/{second['id']}")
    s.get("/artifacts/report/latest")
    s.patch(f"/artifacts/{first['id']}", json={"description": None, "metadata_": None})
    s.get(f"/artifacts/{first['id']}")
    s.get("/artifacts/report/latest")
    s.patch(f"/artifacts/{first['id']}", json={})
    s.delete(f"/artifacts/{second['id']}")
    s.get(f"/artifacts/{second['id']}")
    s.get("/artifacts/report/latest")
    s.post("/artifacts/latest/filter")
    s.delete(f"/artifacts/{first['id']}")
    s.get("/artifacts/report/latest")
    s.post("/artifacts/latest/count")
    s.delete(f"/artifacts/{first['id']}")


@scenario
def artifacts_older_version_deleted(s):
    first = s.post("/artifacts/", json={"key": "k", "data": 1})
    s.post("/artifacts/", json={"key": "k", "data": 2})
    s.delete(f"/artifacts/{first['id']}")
    s.get("/artifacts/k/latest")
    s.post("/artifacts/count")


@scenario
def artifacts_data(s):
    s.post("/artifacts/", json={})
    for data in [None, 0, "", "ü", 2.0, True, [], {}, {"z": {"y": [1, None]}, "a": 1e-7}]:
        a = s.post("/artifacts/", json={"data": data})
        s.get(f"/artifacts/{a['id']}")
    s.post("/artifacts/", json={"metadata_": {"long": "x" * 600, "wide": "ü" * 501, "fits": "y" * 500, "": ""}})
    a = s.post("/artifacts/", json={"key": "", "type": ""})
    s.patch(f"/artifacts/{a['id']}", json={"metadata_": {"long": "x" * 501}})
    s.get(f"/artifacts/{a['id']}")


@scenario
def artifacts_that_are_refused(s):
    s.post("/artifacts/")
    s.post("/artifacts/", json=[])
    s.post("/artifacts/", json={"key": "Big Key", "metadata_": {"a": 1}, "z": 1, "type": 3, "flow_run_id": "q"})
    s.post("/artifacts/", json={"key": "under_score"})
    s.post("/artifacts/", json={"key": 3, "metadata_": [], "description": 1, "task_run_id": 5})
    a = s.post("/artifacts/", json={"key": "k"})
    s.patch(f"/artifacts/{a['id']}", json={"key": "other"})
    s.patch(f"/artifacts/{a['id']}", json={"metadata_": {"a": None}})
    s.patch(f"/artifacts/{UNKNOWN}", json={"data": 1})
    s.delete(f"/artifacts/{UNKNOWN}")
    s.get(f"/artifacts/{UNKNOWN}")
    s.get("/artifacts/nope")
    s.get("/artifacts/nope/latest")


@scenario
def artifacts_filters(s):
    flow = s.post("/flows/", json={"name": "f"})
    run = s.post("/flow_runs/", json={"flow_id": flow["id"], "name": "r"}, ignore=["*"])
    task = s.post("/task_runs/", json={"flow_run_id": run["id"], "task_key": "t", "dynamic_key": "0", "name": "tt"}, ignore=["*"])
    ids = [
        s.post("/artifacts/", json=body)["id"]
        for body in [
            {"key": "alpha", "type": "table", "flow_run_id": run["id"]},
            {"key": "alpha-beta", "type": "markdown", "flow_run_id": run["id"], "task_run_id": task["id"]},
            {"key": "gamma", "type": "table"},
            {"type": "result", "task_run_id": task["id"]},
            {"key": "gamma", "type": None},
        ]
    ]
    both = [
        {},
        None,
        {"key": {"any_": ["alpha", "gamma"]}},
        {"key": {"any_": []}},
        {"key": {"like_": "ALPHA"}},
        {"key": {"like_": "a%b"}},
        {"key": {"exists_": True}},
        {"key": {"exists_": False}},
        {"key": {"any_": ["alpha"], "like_": "beta"}},
        {"flow_run_id": {"any_": [run["id"]]}},
        {"task_run_id": {"any_": [task["id"], UNKNOWN]}},
        {"type": {"any_": ["table", "result"]}},
        {"type": {"not_any_": ["table"]}},
        {"type": {"not_any_": []}},
        {"operator": "or_", "type": {"any_": ["markdown"]}, "key": {"like_": "gamma"}},
    ]
    for artifacts in [*both, {"id": {"any_": ids[1:3]}}]:
        s.post("/artifacts/filter", json={"artifacts": artifacts, "sort": "CREATED_DESC"})
        s.post("/artifacts/count", json={"artifacts": artifacts})
    for artifacts in [*both, {"latest_id": {"any_": ids}}]:
        s.post("/artifacts/latest/filter", json={"artifacts": artifacts, "sort": "KEY_ASC"})
        s.post("/artifacts/latest/count", json={"artifacts": artifacts})
    for others in [
        {"flow_runs": {"name": {"like_": "r"}}},
        {"flow_runs": {"name": {"any_": ["nope"]}}},
        {"flow_runs": {}},
        {"flows": {"name": {"any_": ["f"]}}},
        {"flows": {"name": {"any_": ["g"]}}},
        {"task_runs": {"name": {"any_": ["tt"]}}},
        {"task_runs": {}},
        {"deployments": {}},
        {"flows": {"id": {"any_": [flow["id"]]}}, "task_runs": {"id": {"any_": [task["id"]]}}, "artifacts": {"type": {"any_": ["markdown"]}}},
    ]:
        s.post("/artifacts/filter", json={**others, "sort": "CREATED_DESC"})
        s.post("/artifacts/count", json=others)
        s.post("/artifacts/latest/filter", json={**others, "sort": "KEY_DESC"})
        s.post("/artifacts/latest/count", json=others)
    for sort in ["CREATED_DESC", "UPDATED_DESC"]:
        s.post("/artifacts/filter", json={"sort": sort})
        s.post("/artifacts/latest/filter", json={"sort": sort})
    for sort in ["ID_DESC", "KEY_DESC", "KEY_ASC"]:
        s.post("/artifacts/filter", json={"sort": sort}, unordered=True)
        s.post("/artifacts/latest/filter", json={"sort": sort}, unordered=True)
    s.post("/artifacts/filter", json={"sort": "CREATED_DESC", "limit": 2, "offset": 1})
    s.post("/artifacts/latest/filter", json={"sort": "KEY_ASC", "limit": 1, "offset": 1})


@scenario
def artifacts_filters_that_are_refused(s):
    for path in ["/artifacts/filter", "/artifacts/latest/filter"]:
        s.post(path, json={"limit": 201})
        s.post(path, json={"offset": -1})
        s.post(path, json={"sort": "NAME_ASC"})
        s.post(path, json={"artifacts": {"x": 1, "key": {"eq_": 1}, "type": 5}})
        s.post(path, json={"sort": 1, "limit": "x", "offset": None, "artifacts": 1, "flow_runs": 1, "task_runs": 1, "flows": 1, "deployments": 1})
    s.post("/artifacts/filter", json={"artifacts": {"latest_id": {}}})
    s.post("/artifacts/latest/filter", json={"artifacts": {"id": {}}})
    s.post("/artifacts/count", json={"artifacts": {"id": {"any_": ["x"]}}})
    s.post("/artifacts/latest/count", json={"artifacts": []})


@scenario
def artifacts_events(s):
    first = s.post("/artifacts/", json={"key": "watched", "type": "markdown", "data": "one", "description": "d"})
    second = s.post("/artifacts/", json={"key": "watched", "data": {"x": 1}, "flow_run_id": UNKNOWN, "task_run_id": UNKNOWN})
    s.patch(f"/artifacts/{second['id']}", json={"data": 1})
    s.delete(f"/artifacts/{second['id']}")
    s.delete(f"/artifacts/{first['id']}")
    s.eventually(
        "post",
        "/events/filter",
        json={"filter": {"event": {"prefix": ["prefect.artifact-collection."]}, "order": "ASC"}},
        until=lambda body: body["total"] >= 4,
        ignore=["events.*.received", "events.*.occurred"],
    )
