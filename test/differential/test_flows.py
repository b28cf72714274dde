"""Flows: every operation, filter, sort and limit."""

from __future__ import annotations

from harness import scenario

UNKNOWN = "00000000-0000-4000-8000-000000000000"


@scenario
def flows_life(s):
    flow = s.post("/flows/", json={"name": "first", "tags": ["b", "a"], "labels": {"x": 1, "y": True, "z": "t", "f": 1.5}})
    s.post("/flows/", json={"name": "first", "tags": ["ignored"]})
    s.get(f"/flows/{flow['id']}")
    s.get(f"/flows/{flow['id'].upper()}")
    s.get(f"/flows/{flow['id'].replace('-', '')}")
    s.get("/flows/name/first")
    s.patch(f"/flows/{flow['id']}", json={"tags": ["c"]})
    s.get(f"/flows/{flow['id']}")
    s.patch(f"/flows/{flow['id']}", json={})
    s.delete(f"/flows/{flow['id']}")
    s.delete(f"/flows/{flow['id']}")
    s.get(f"/flows/{flow['id']}")
    s.patch(f"/flows/{flow['id']}", json={"tags": []})


@scenario
def flows_bad_input(s):
    s.post("/flows/", json={})
    s.post("/flows/", json={"name": ""})
    s.post("/flows/", json={"name": None})
    s.post("/flows/", json={"name": 7})
    for name in ["a/b", "a%b", "a&b", "a>b", "a<b"]:
        s.post("/flows/", json={"name": name})
    s.post("/flows/", json={"name": "x", "tags": "not-a-list"})
    s.post("/flows/", json={"name": "x", "tags": [1, None, {}]})
    s.post("/flows/", json={"name": "x", "labels": {"deep": {"no": 1}}})
    s.post("/flows/", json={"name": "x", "extra": 1})
    s.patch(f"/flows/{UNKNOWN}", json={"tags": 1})
    s.patch(f"/flows/{UNKNOWN}", json={"name": "not-allowed"})


@scenario
def flows_filter(s):
    ids = {}
    for name, tags in [("alpha", ["x"]), ("beta", ["x", "y"]), ("gamma", []), ("ALPHABET", ["y"]), ("100%_real", [])]:
        answer = s.post("/flows/", json={"name": name, "tags": tags})
        ids[name] = answer.get("id", UNKNOWN)
    for by in [
        {"name": {"any_": ["alpha", "gamma"]}},
        {"name": {"like_": "alph"}},
        {"name": {"like_": "_"}},
        {"name": {"like_": "%"}},
        {"id": {"any_": [ids["beta"], UNKNOWN]}},
        {"id": {"not_any_": [ids["beta"]]}},
        {"id": {"any_": []}},
        {"tags": {"all_": ["x"]}},
        {"tags": {"all_": ["y", "x"]}},
        {"tags": {"is_null_": True}},
        {"tags": {"is_null_": False}},
        {"tags": {"operator": "or_", "all_": ["x"], "is_null_": True}},
        {"operator": "or_", "name": {"any_": ["gamma"]}, "tags": {"all_": ["y"]}},
        {"operator": "and_", "name": {"any_": ["beta"]}, "tags": {"all_": ["y"]}},
        {"deployment": {"is_null_": True}},
        {"deployment": {"is_null_": False}},
        {},
        None,
    ]:
        s.post("/flows/filter", json={"flows": by, "sort": "NAME_ASC"})
        s.post("/flows/count", json={"flows": by})
    for bad in [
        {"name": {"any_": "alpha"}},
        {"name": {"unknown_": 1}},
        {"unknown": {}},
        {"operator": "nor_"},
        {"id": {"any_": ["x"]}},
        7,
        [],
    ]:
        s.post("/flows/filter", json={"flows": bad})
        s.post("/flows/count", json={"flows": bad})


@scenario
def flows_sort_and_page(s):
    for name in ["d", "B", "a", "C", "e"]:
        s.post("/flows/", json={"name": name})
    s.post("/flows/filter", json={})
    s.post("/flows/filter")
    s.post("/flows/filter", json={"sort": "NAME_ASC"})
    for sort in ["CREATED_DESC", "UPDATED_DESC", "NAME_ASC", "NAME_DESC", "BOGUS", None, 1]:
        s.post("/flows/filter", json={"sort": sort})
        s.post("/flows/paginate", json={"sort": sort})
    for window in [
        {"limit": 2},
        {"limit": 2, "offset": 2},
        {"limit": 0},
        {"limit": -1},
        {"limit": 201},
        {"limit": 200},
        {"offset": -1},
        {"limit": "2"},
        {"limit": "x"},
        {"limit": 1.5},
        {"limit": None},
        {"limit": 10**30},
        {"unknown": 1},
    ]:
        s.post("/flows/filter", json={"sort": "NAME_ASC"} | window)
    for window in [
        {},
        {"page": 1, "limit": 2},
        {"page": 3, "limit": 2},
        {"page": 4, "limit": 2},
        {"page": 0},
        {"page": -1},
        {"page": "x"},
        {"limit": 0},
        {"limit": 201},
    ]:
        s.post("/flows/paginate", json={"sort": "NAME_ASC"} | window)


@scenario
def flows_bulk_delete(s):
    for name in ["a", "b", "c"]:
        s.post("/flows/", json={"name": name})
    s.post("/flows/bulk_delete", json={"flows": {"name": {"any_": ["a", "b"]}}}, unordered=True)
    s.post("/flows/filter", json={})
    s.post("/flows/bulk_delete", json={"limit": 51})
    s.post("/flows/bulk_delete", json={"limit": 0})
    s.post("/flows/bulk_delete", json={})
    s.post("/flows/bulk_delete", json={"flows": {}})
    s.post("/flows/count", json={})


@scenario
def flows_filter_across_resources(s):
    ids = [s.post("/flows/", json={"name": name})["id"] for name in ["one", "two", "three"]]
    run = s.post("/flow_runs/", json={"flow_id": ids[0], "tags": ["hot"], "state": {"type": "RUNNING"}})
    s.post("/flow_runs/", json={"flow_id": ids[1]})
    s.post("/work_pools/", json={"name": "pool", "type": "process"})
    s.post("/deployments/", json={"name": "dep", "flow_id": ids[2], "work_pool_name": "pool"})
    for by in [
        {"flow_runs": {"tags": {"all_": ["hot"]}}},
        {"flow_runs": {"state": {"type": {"any_": ["RUNNING"]}}}},
        {"flow_runs": {"id": {"any_": [run["id"]]}}},
        {"deployments": {"name": {"any_": ["dep"]}}},
        {"work_pools": {"name": {"any_": ["pool"]}}},
        {"work_pools": {"type": {"any_": ["docker"]}}},
        {"flow_runs": {}, "deployments": {}},
        {"flows": {"deployment": {"is_null_": False}}},
        {"task_runs": {"name": {"any_": ["none"]}}},
    ]:
        s.post("/flows/filter", json={"sort": "NAME_ASC"} | by)
        s.post("/flows/count", json=by)
