"""Variables: life, names, values, filters, orders, limits, events."""

from harness import scenario

UNKNOWN = "00000000-0000-4000-8000-000000000000"


@scenario
def variables_life(s):
    v = s.post("/variables/", json={"name": "a_name-1", "value": {"b": [1.5, None, 1e3], "a": "x"}, "tags": ["t", "t"]})
    s.get(f"/variables/{v['id']}")
    s.get("/variables/name/a_name-1")
    s.patch(f"/variables/{v['id']}", json={"value": "other"})
    s.get(f"/variables/{v['id']}")
    s.patch("/variables/name/a_name-1", json={"name": "renamed", "tags": []})
    s.get("/variables/name/a_name-1")
    s.get("/variables/name/renamed")
    s.patch("/variables/name/renamed", json={"value": None})
    s.patch("/variables/name/renamed", json={})
    s.get("/variables/name/renamed")
    s.delete("/variables/name/renamed")
    s.delete("/variables/name/renamed")
    w = s.post("/variables/", json={"name": "b", "value": None})
    s.delete(f"/variables/{w['id']}")
    s.delete(f"/variables/{w['id']}")
    s.get(f"/variables/{w['id']}")


@scenario
def variables_values(s):
    for i, value in enumerate([None, True, False, 0, -7, 2.0, 1e100, "", "text", "ü€😀", [], {}, [1, [2, {"x": None}]], {"z": 1, "a": 2}]):
        s.post("/variables/", json={"name": f"v{i}", "value": value})
        s.get(f"/variables/name/v{i}")
    s.post("/variables/", json={"name": "fits", "value": "x" * 4998})
    s.post("/variables/", json={"name": "too_long", "value": "x" * 4999})
    s.post("/variables/", json={"name": "fits_wide", "value": "ü" * 2499})
    s.post("/variables/", json={"name": "too_wide", "value": "ü" * 2500})
    s.post("/variables/", json={"name": "escapes", "value": "\n" * 2500})
    s.post("/variables/", json={"name": "list", "value": [1] * 2501})


@scenario
def variables_that_are_refused(s):
    s.post("/variables/", json={"name": "taken", "value": 1})
    s.post("/variables/", json={"name": "taken", "value": 2})
    s.post("/variables/", json={"name": "other", "value": 1})
    s.patch("/variables/name/other", json={"name": "taken"})
    s.patch("/variables/name/other", json={"name": None})
    s.patch("/variables/name/other", json={"tags": None})
    s.patch("/variables/name/other", json={"name": "Bad Name"})
    s.patch("/variables/name/other", json={"value": "x" * 5000})
    s.patch("/variables/name/other", json={"id": UNKNOWN})
    s.patch("/variables/name/unknown", json={"value": 1})
    s.patch(f"/variables/{UNKNOWN}", json={"value": 1})
    s.delete(f"/variables/{UNKNOWN}")
    s.get("/variables/not-a-uuid")
    s.post("/variables/")
    s.post("/variables/", json={})
    s.post("/variables/", json=[])
    s.post("/variables/", json={"name": "no_value"})
    s.post("/variables/", json={"name": 5, "value": 1, "tags": "x", "extra": True})
    s.post("/variables/", json={"name": "Upper", "value": 1})
    s.post("/variables/", json={"name": "with space", "value": 1})
    s.post("/variables/", json={"name": "slash/", "value": 1})
    s.post("/variables/", json={"name": "newline\n", "value": 1})
    s.post("/variables/", json={"name": "new\nline", "value": 1})
    s.post("/variables/", json={"name": "", "value": 1})
    s.post("/variables/", json={"name": "a" * 255, "value": 1})
    s.post("/variables/", json={"name": "a" * 256, "value": 1})
    s.post("/variables/", json={"name": "A" * 256, "value": 1})
    s.post("/variables/", json={"name": "tags", "value": 1, "tags": [1]})


@scenario
def variables_filters(s):
    ids = [
        s.post("/variables/", json={"name": name, "value": i, "tags": tags})["id"]
        for i, (name, tags) in enumerate([("alpha", []), ("alpha_beta", ["x"]), ("gamma", ["x", "y"]), ("delta", ["z"])])
    ]
    for variables in [
        None,
        {},
        {"id": {"any_": ids[:2]}},
        {"id": {"any_": []}},
        {"name": {"any_": ["alpha", "delta", "nope"]}},
        {"name": {"like_": "ALPHA"}},
        {"name": {"like_": "a%b"}},
        {"name": {"like_": "a_pha"}},
        {"name": {"like_": ""}},
        {"tags": {"all_": ["x"]}},
        {"tags": {"all_": ["x", "y"]}},
        {"tags": {"all_": []}},
        {"tags": {"is_null_": True}},
        {"tags": {"is_null_": False}},
        {"tags": {"operator": "or_", "is_null_": True, "all_": ["z"]}},
        {"tags": {"all_": ["z"], "is_null_": True}},
        {"operator": "or_", "name": {"like_": "gam"}, "tags": {"is_null_": True}},
    ]:
        s.post("/variables/filter", json={"variables": variables})
        s.post("/variables/count", json={"variables": variables})
    for sort in ["NAME_ASC", "NAME_DESC", "CREATED_DESC", "UPDATED_DESC"]:
        s.post("/variables/filter", json={"sort": sort})
    s.post("/variables/filter", json={"limit": 2, "offset": 1})
    s.post("/variables/filter")
    s.post("/variables/count")
    s.post("/variables/filter", json={"limit": 201})
    s.post("/variables/filter", json={"limit": -1})
    s.post("/variables/filter", json={"offset": -1})
    s.post("/variables/filter", json={"sort": "X"})
    s.post("/variables/filter", json={"variables": {"x": 1, "name": {"eq_": 1}}})
    s.post("/variables/count", json={"variables": {"tags": {"any_": ["x"]}}})
    s.post("/variables/count", json={"variables": 5})


@scenario
def variables_events(s):
    v = s.post("/variables/", json={"name": "watched", "value": {"a": 1}, "tags": ["t"]})
    s.patch(f"/variables/{v['id']}", json={"value": 2})
    s.delete(f"/variables/{v['id']}")
    s.eventually(
        "post",
        "/events/filter",
        json={"filter": {"event": {"prefix": ["prefect.variable."]}, "order": "ASC"}},
        until=lambda body: body["total"] >= 3,
        ignore=["events.*.received", "events.*.occurred"],
    )
