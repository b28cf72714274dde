"""Block types: the system's catalogue, life, names, protection, filters, capabilities, events."""

from harness import scenario

UNKNOWN = "00000000-0000-4000-8000-000000000000"

# What a first start registers is older than the scenario on one server, and younger on the other.
SYSTEM = [
    f"{item}{owner}{moment}"
    for item in ("", "*.")
    for owner in ("", "block_type.", "block_schema.", "block_schema.block_type.")
    for moment in ("created", "updated")
]


@scenario
def block_types_of_the_system(s):
    s.post("/block_types/filter", ignore=SYSTEM)
    s.post("/block_types/filter", json={"limit": 5, "offset": 3}, ignore=SYSTEM)
    for slug in ["secret", "json", "local-file-system", "slack-webhook", "webhook", "aws-credentials", "gcp-credentials"]:
        s.get(f"/block_types/slug/{slug}", ignore=SYSTEM)
    s.get("/block_capabilities/", unordered=True)
    s.post("/block_types/install_system_block_types")
    s.post("/block_types/filter", json={"block_types": {"slug": {"any_": ["secret", "webhook", "local-file-system"]}}}, ignore=SYSTEM)


@scenario
def block_types_life(s):
    t = s.post(
        "/block_types/",
        json={"name": "My Type", "slug": "my-type", "logo_url": " https://x/y.png ", "description": "a < b & \"c\" > 'd'", "code_example": "x > 1"},
    )
    s.get(f"/block_types/{t['id']}")
    s.get("/block_types/slug/my-type")
    s.patch(f"/block_types/{t['id']}", json={"description": "new <b>", "logo_url": None})
    s.get(f"/block_types/{t['id']}")
    same = {"description": "new <b>", "logo_url": None, "documentation_url": None, "code_example": "x > 1"}
    s.patch(f"/block_types/{t['id']}", json=same)
    s.patch(f"/block_types/{t['id']}", json={})
    s.get(f"/block_types/{t['id']}")
    s.get("/block_types/slug/my-type/block_documents")
    s.delete(f"/block_types/{t['id']}")
    s.delete(f"/block_types/{t['id']}")
    s.get(f"/block_types/{t['id']}")
    s.get("/block_types/slug/my-type")
    s.get("/block_types/slug/my-type/block_documents")
    s.post("/block_types/", json={"name": "Bare", "slug": "bare"})


@scenario
def block_types_that_are_refused(s):
    s.post("/block_types/")
    s.post("/block_types/", json={})
    s.post("/block_types/", json=[])
    s.post("/block_types/", json={"name": "prefectthing", "slug": "x"})
    s.post("/block_types/", json={"name": "Prefect Thing", "slug": "x"})
    s.post("/block_types/", json={"name": "X/", "slug": "A b", "logo_url": 5, "is_protected": True})
    s.post("/block_types/", json={"name": "", "slug": ""})
    s.post("/block_types/", json={"name": "Under", "slug": "under_score"})
    t = s.post("/block_types/", json={"name": "Taken", "slug": "taken"})
    s.post("/block_types/", json={"name": "Taken", "slug": "taken"})
    s.patch(f"/block_types/{t['id']}", json={"name": "Other"})
    s.patch(f"/block_types/{t['id']}", json={"slug": "other", "description": 1})
    s.patch(f"/block_types/{UNKNOWN}", json={"description": "x"})
    s.delete(f"/block_types/{UNKNOWN}")
    s.get(f"/block_types/{UNKNOWN}")
    s.get("/block_types/nope")
    s.get("/block_types/slug/nope")
    secret = s.quietly.get("/block_types/slug/secret")
    s.delete(f"/block_types/{secret['id']}")


@scenario
def block_types_filters(s):
    for body in [
        {},
        {"block_types": None},
        {"block_types": {}},
        {"block_types": {"name": {"like_": "SECRET"}}},
        {"block_types": {"name": {"like_": ""}}},
        {"block_types": {"name": {"like_": "a%b"}}},
        {"block_types": {"slug": {"any_": ["json", "secret", "nope"]}}},
        {"block_types": {"slug": {"any_": []}}},
        {"block_types": {"name": {"like_": "web"}, "slug": {"any_": ["slack-webhook"]}}},
        {"block_schemas": {}},
        {"block_schemas": {"block_capabilities": {"all_": ["notify"]}}},
        {"block_schemas": {"block_capabilities": {"all_": ["write-path", "read-path"]}}},
        {"block_schemas": {"block_capabilities": {"all_": ["nope"]}}},
        {"block_schemas": {"block_capabilities": {"all_": []}}},
        {"block_schemas": {"version": {"any_": ["non-versioned"]}}},
        {"block_types": {"name": {"like_": "file"}}, "block_schemas": {"block_capabilities": {"all_": ["read-path"]}}},
        {"limit": 3},
        {"limit": 0},
        {"limit": 201},
        {"limit": -1},
        {"offset": -1},
        {"limit": 300, "offset": -1},
        {"block_types": {"operator": "or_"}},
        {"block_types": {"name": {"any_": ["x"]}, "x": 1}},
        {"block_schemas": {"operator": "xor", "block_capabilities": {"any_": []}}},
        {"block_types": 1, "block_schemas": 2},
    ]:
        s.post("/block_types/filter", json=body, ignore=SYSTEM)


@scenario
def block_types_events(s):
    t = s.post("/block_types/", json={"name": "Watched", "slug": "watched", "description": "<"})
    s.patch(f"/block_types/{t['id']}", json={"description": "changed"})
    s.delete(f"/block_types/{t['id']}")
    s.eventually(
        "post",
        "/events/filter",
        json={"filter": {"any_resource": {"id": [f"prefect.block-type.{t['id']}"]}, "order": "ASC"}},
        until=lambda body: body["total"] >= 3,
        ignore=["events.*.received", "events.*.occurred"],
    )
