"""Block documents: secrets, references, anonymous documents, updates, filters, events."""

from harness import scenario

UNKNOWN = "00000000-0000-4000-8000-000000000000"

# What a first start registers is older than the scenario on one server, and younger on the other.
SYSTEM = [
    f"{item}{owner}{moment}"
    for item in ("", "*.")
    for owner in ("", "block_type.", "block_schema.", "block_schema.block_type.")
    for moment in ("created", "updated")
]
FIELDS = {
    "title": "Thing",
    "properties": {"p": {"type": "string"}, "q": {"type": "object"}, "r": {}, "child": {}},
    "secret_fields": ["p", "q.*", "deep.inner", "list", "d.e.*.f"],
}
DATA = {
    "p": "secret!",
    "q": {"k": 1, "l": {"m": None, "n": [1, 2]}, "empty": {}},
    "r": 1.0,
    "deep": {"inner": "x", "outer": "y"},
    "list": ["a", "b"],
    "d": {"e": {"1": {"f": "hidden", "g": "too"}}, "h": "shown"},
    "text": "shown",
}


def kind(s, slug="thing", fields=FIELDS):
    t = s.quietly.post("/block_types/", json={"name": slug.title(), "slug": slug})
    schema = s.quietly.post("/block_schemas/", json={"fields": fields, "block_type_id": t["id"], "capabilities": ["cap"]})
    return {"block_type_id": t["id"], "block_schema_id": schema["id"]}


@scenario
def block_documents_life(s):
    k = kind(s)
    d = s.post("/block_documents/", json=k | {"name": "one", "data": DATA})
    s.get(f"/block_documents/{d['id']}")
    s.get(f"/block_documents/{d['id']}", params={"include_secrets": "true"})
    s.get(f"/block_documents/{d['id']}", params={"include_secrets": "0"})
    s.get("/block_types/slug/thing/block_documents")
    s.get("/block_types/slug/thing/block_documents", params={"include_secrets": "yes"})
    s.get("/block_types/slug/thing/block_documents/name/one")
    s.get("/block_types/slug/thing/block_documents/name/one", params={"include_secrets": True})
    s.get("/block_types/slug/thing/block_documents/name/two")
    s.get("/block_types/slug/other/block_documents/name/one")
    s.delete(f"/block_documents/{d['id']}")
    s.delete(f"/block_documents/{d['id']}")
    s.get(f"/block_documents/{d['id']}")
    s.post("/block_documents/", json=k | {"name": "bare"})


@scenario
def block_documents_secrets(s):
    for i, (secrets, data) in enumerate(
        [
            (["a"], {"a": None}),
            (["a"], {"a": ""}),
            (["a"], {"a": 0}),
            (["a"], {"a": {}}),
            (["a"], {"a": {"b": "shown"}}),
            (["a"], {"b": "shown"}),
            (["a.b"], {"a": "shown"}),
            (["a.b"], {"a": {"b": "hidden", "c": 1}}),
            (["a.*"], {"a": "hidden?"}),
            (["a.*"], {"a": {}}),
            (["a.*"], {"a": {"x": None, "y": {"z": [1]}}}),
            (["*"], {"a": 1, "b": {"c": 2}}),
            (["a.*.c"], {"a": {"b": {"c": 1, "d": 2}, "e": 3}}),
            ([], {"a": 1}),
            (["a.*"], {"a": {"*": 1, "b": 2}}),
        ]
    ):
        k = kind(s, f"t{i}", {"title": str(i), "secret_fields": secrets})
        d = s.post("/block_documents/", json=k | {"name": "x", "data": data})
        s.get(f"/block_documents/{d['id']}", params={"include_secrets": True})


@scenario
def block_documents_of_the_system(s):
    for slug, data in [("secret", {"value": {"nested": ["s"]}}), ("secret", {"value": "text"}), ("local-file-system", {"basepath": "/tmp"})]:
        t = s.quietly.get(f"/block_types/slug/{slug}")
        schema = s.quietly.post("/block_schemas/filter", json={"block_schemas": {"block_type_id": {"any_": [t["id"]]}}})[0]
        name = f"n{len(str(data))}"
        d = s.post("/block_documents/", json={"name": name, "data": data, "block_type_id": t["id"], "block_schema_id": schema["id"]}, ignore=SYSTEM)
        s.get(f"/block_types/slug/{slug}/block_documents/name/{name}", params={"include_secrets": "true"}, ignore=SYSTEM)
        s.get(f"/block_documents/{d['id']}", ignore=SYSTEM)


@scenario
def block_documents_references(s):
    k = kind(s)
    inner = s.post("/block_documents/", json=k | {"name": "inner", "data": {"p": "hush", "r": 1}})
    middle = s.post("/block_documents/", json=k | {"name": "middle", "data": {"child": {"$ref": {"block_document_id": inner["id"]}}, "r": 2}})
    outer = s.post(
        "/block_documents/",
        json=k
        | {
            "name": "outer",
            "data": {
                "child": {"$ref": {"block_document_id": middle["id"]}},
                "other": {"$ref": {"block_document_id": inner["id"]}},
                "nested": {"kept": {"$ref": {"block_document_id": inner["id"]}}},
            },
        },
    )
    s.get(f"/block_documents/{outer['id']}")
    s.get(f"/block_documents/{outer['id']}", params={"include_secrets": True})
    s.patch(f"/block_documents/{inner['id']}", json={"data": {"child": {"$ref": {"block_document_id": outer["id"]}}}})
    s.patch(f"/block_documents/{inner['id']}", json={"data": {"child": {"$ref": {"block_document_id": inner["id"]}}}})
    s.patch(f"/block_documents/{outer['id']}", json={"data": {"child": {"$ref": {"block_document_id": inner["id"]}}}})
    s.get(f"/block_documents/{outer['id']}")
    s.patch(f"/block_documents/{outer['id']}", json={"data": {"r": 5}})
    s.get(f"/block_documents/{outer['id']}")
    s.get("/block_types/slug/thing/block_documents")
    s.delete(f"/block_documents/{inner['id']}")
    s.get(f"/block_documents/{middle['id']}")
    s.post("/block_documents/", json=k | {"name": "bad", "data": {"y": {"$ref": {}}}})
    s.post("/block_documents/", json=k | {"name": "bad", "data": {"y": {"$ref": {"block_document_id": None}}}})
    s.post("/block_documents/", json=k | {"name": "bad", "data": {"y": {"$ref": {"block_document_id": UNKNOWN}}}})
    s.get("/block_types/slug/thing/block_documents/name/bad")


@scenario
def block_documents_anonymous(s):
    k = kind(s)
    a = s.post("/block_documents/", json=k | {"is_anonymous": True, "data": {"r": 1}}, ignore=["name"])
    s.get(f"/block_documents/{a['id']}", ignore=["name"])
    named = s.post("/block_documents/", json=k | {"is_anonymous": True, "name": "named", "data": {}})
    s.post("/block_documents/", json=k | {"name": "plain"})
    s.get("/block_types/slug/thing/block_documents")
    s.get("/block_types/slug/thing/block_documents/name/named")
    for block_documents in [None, {}, {"is_anonymous": None}, {"is_anonymous": {}}, {"is_anonymous": {"eq_": True}}, {"is_anonymous": {"eq_": False}}, {"is_anonymous": {"eq_": None}}, {"id": {"any_": [a["id"], named["id"]]}}]:
        s.post("/block_documents/filter", json={"block_documents": block_documents}, ignore=["*.name"], unordered=True)
        s.post("/block_documents/count", json={"block_documents": block_documents})
    s.post("/block_documents/count")


@scenario
def block_documents_updates(s):
    k = kind(s)
    d = s.post("/block_documents/", json=k | {"name": "one", "data": DATA})
    path = f"/block_documents/{d['id']}"
    for body in [
        {"data": d["data"]},
        {"data": {"r": 2}},
        {"data": {"p": "********", "q": {"k": "********"}}},
        {"data": {"p": "new", "deep": {"inner": "********"}}},
        {"data": {"list": "********", "d": {"e": {"1": {"f": "********", "g": "changed"}}}}},
        {"data": {}},
        {},
        {"block_schema_id": UNKNOWN},
        {"data": {"r": "only"}, "merge_existing_data": False},
        {"merge_existing_data": False},
        {"data": None},
        {"data": [], "zz": 1, "merge_existing_data": "perhaps", "block_schema_id": 5},
        {"name": "other"},
    ]:
        s.patch(path, json=body)
        s.get(path, params={"include_secrets": True})
    s.patch(f"/block_documents/{UNKNOWN}", json={"data": {}})
    s.patch(f"/block_documents/{UNKNOWN}", json={})
    other = s.quietly.post("/block_schemas/", json={"fields": {"title": "Second"}, "block_type_id": k["block_type_id"]})
    s.patch(path, json={"data": {"p": "x"}, "block_schema_id": other["id"]})
    s.get(path)
    s.patch(path, json={"data": {}, "block_schema_id": kind(s, "stranger", {"title": "S"})["block_schema_id"]})
    s.delete(f"/block_schemas/{other['id']}")
    s.get(path)


@scenario
def block_documents_that_are_refused(s):
    k = kind(s)
    s.post("/block_documents/")
    s.post("/block_documents/", json={})
    s.post("/block_documents/", json={"name": "x"})
    s.post("/block_documents/", json=k)
    s.post("/block_documents/", json=k | {"name": ""})
    s.post("/block_documents/", json=k | {"name": None, "is_anonymous": False})
    s.post("/block_documents/", json=k | {"name": "Big Name"})
    s.post("/block_documents/", json=k | {"name": "slash/", "data": [], "zz": 1, "is_anonymous": "perhaps"})
    s.post("/block_documents/", json=k | {"name": "under_score"})
    s.post("/block_documents/", json=k | {"name": 5})
    s.post("/block_documents/", json=k | {"name": "no-schema", "block_schema_id": UNKNOWN})
    s.post("/block_documents/", json=k | {"name": "taken"})
    s.post("/block_documents/", json=k | {"name": "taken"})
    s.get(f"/block_documents/{UNKNOWN}")
    s.get("/block_documents/nope")
    s.get(f"/block_documents/{UNKNOWN}", params={"include_secrets": "perhaps"})
    s.get("/block_types/slug/thing/block_documents", params={"include_secrets": ""})
    s.delete(f"/block_documents/{UNKNOWN}")


@scenario
def block_documents_filters(s):
    one, two = kind(s, "alpha"), kind(s, "beta", {"title": "Beta"})
    ids = [
        s.post("/block_documents/", json=k | {"name": name, "data": {"p": name}})["id"]
        for k, name in [(one, "a-1"), (one, "b-2"), (two, "a-3"), (two, "c-4")]
    ]
    for body in [
        {"block_documents": {"id": {"any_": ids[:2]}}},
        {"block_documents": {"id": {"any_": []}}},
        {"block_documents": {"name": {"any_": ["a-1", "c-4"]}}},
        {"block_documents": {"name": {"like_": "A-"}}},
        {"block_documents": {"block_type_id": {"any_": [two["block_type_id"]]}}},
        {"block_documents": {"operator": "or_", "name": {"any_": ["a-1"]}, "block_type_id": {"any_": [two["block_type_id"]]}}},
        {"block_documents": {"operator": "or_", "is_anonymous": None, "name": {"any_": ["a-1"]}}},
        {"block_types": {"slug": {"any_": ["alpha"]}}},
        {"block_types": {"name": {"like_": "bet"}}},
        {"block_schemas": {"block_capabilities": {"all_": ["cap"]}}},
        {"block_schemas": {"block_capabilities": {"all_": ["nope"]}}},
        {"block_schemas": {"id": {"any_": [one["block_schema_id"]]}}},
    ]:
        s.post("/block_documents/filter", json=body)
        s.post("/block_documents/count", json=body)
    s.post("/block_documents/filter", json={"include_secrets": True})
    for sort in ["NAME_DESC", "NAME_ASC", "BLOCK_TYPE_AND_NAME_ASC"]:
        s.post("/block_documents/filter", json={"sort": sort})
    s.post("/block_documents/filter", json={"limit": 2, "offset": 1})
    s.post("/block_documents/filter")
    for bad in [
        {"limit": 201},
        {"offset": -1},
        {"sort": "X"},
        {"include_secrets": "perhaps"},
        {"block_documents": {"x": 1, "is_anonymous": True}},
        {"block_documents": {"is_anonymous": {"any_": 1}}},
        {"limit": 300, "block_documents": 1},
    ]:
        s.post("/block_documents/filter", json=bad)


@scenario
def block_documents_events(s):
    k = kind(s)
    d = s.post("/block_documents/", json=k | {"name": "watched", "data": DATA})
    s.patch(f"/block_documents/{d['id']}", json={"data": {"text": "changed"}})
    s.patch(f"/block_documents/{d['id']}", json={})
    s.delete(f"/block_documents/{d['id']}")
    hidden = s.post("/block_documents/", json=k | {"is_anonymous": True}, ignore=["name"])
    s.delete(f"/block_documents/{hidden['id']}")
    s.eventually(
        "post",
        "/events/filter",
        json={"filter": {"event": {"prefix": ["prefect.block-document."]}, "order": "ASC"}},
        until=lambda body: body["total"] >= 4,
        ignore=["events.*.received", "events.*.occurred"],
    )
