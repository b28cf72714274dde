"""Block schemas: checksums, nesting, versions, filters, protection."""

from harness import scenario

UNKNOWN = "00000000-0000-4000-8000-000000000000"

# What a first start registers is older than the scenario on one server, and younger on the other.
SYSTEM = [
    f"{item}{owner}{moment}"
    for item in ("", "*.")
    for owner in ("", "block_type.", "block_schema.", "block_schema.block_type.")
    for moment in ("created", "updated")
]


def block_type(s, slug="outer"):
    return s.post("/block_types/", json={"name": slug.title(), "slug": slug})


# Several blocks in the place of one field are a set: the real server lists them by chance.
ALTERNATIVES = [
    f"{item}fields.{part}block_schema_references.*" for item in ("", "*.") for part in ("", "definitions.*.")
]


@scenario
def block_schemas_of_the_system(s):
    s.post("/block_schemas/filter", ignore=SYSTEM, unordered=ALTERNATIVES)
    s.post("/block_schemas/filter", json={"limit": 7, "offset": 5}, ignore=SYSTEM, unordered=ALTERNATIVES)
    everything = s.quietly.post("/block_schemas/filter", json={})
    for schema in sorted(everything, key=lambda schema: schema["checksum"])[::4]:
        s.get(f"/block_schemas/checksum/{schema['checksum']}", ignore=SYSTEM, unordered=ALTERNATIVES)


@scenario
def block_schemas_checksums(s):
    """The checksum is taken of Python's JSON: order, numbers and letters matter."""
    t = block_type(s)
    for fields in [
        {},
        {"title": "A"},
        {"title": "A", "properties": {}},
        {"b": 1, "a": 2, "ä": 3, "Z": 4, "😀": 5, "\uffee": 6},
        {"numbers": [0, -0.0, 1.0, 1e16, 1e-5, 0.1, 123456789012345678901234567890, 1e100, 1.5e300, 5e-324, 100000.0, 1e15, 0.0001]},
        {"text": "ü € 😀 \n \t \" \\ / \u007f \u0000 \u2028"},
        {"secret_fields": ["a"], "nested": {"secret_fields": ["b"], "list": [{"secret_fields": ["kept"]}]}},
        {"definitions": {}},
        {"definitions": {"Unused": {"type": "object"}}},
        {"properties": {"x": {"$ref": "#/definitions/N"}}, "definitions": {"N": {"title": "N", "properties": {"y": {"$ref": "#/definitions/M"}}}, "M": {"title": "M"}, "U": {}}},
        {"properties": {"x": {"$ref": "#/definitions/B"}}, "definitions": {"B": {"title": "B", "block_type_slug": "secret"}}},
        {"null": None, "true": True, "empty": [[], {}]},
        {"block_schema_references": {}},
    ]:
        schema = s.post("/block_schemas/", json={"fields": fields, "block_type_id": t["id"]})
        s.post("/block_schemas/", json={"fields": fields, "block_type_id": t["id"]})
        s.get(f"/block_schemas/{schema['id']}")


@scenario
def block_schemas_versions(s):
    t = block_type(s)
    body = {"fields": {"title": "V"}, "block_type_id": t["id"], "capabilities": ["write", "read"]}
    one = s.post("/block_schemas/", json=body | {"version": "1.0"})
    s.post("/block_schemas/", json=body | {"version": "2.0", "capabilities": []})
    s.post("/block_schemas/", json=body | {"version": "1.0"})
    s.get(f"/block_schemas/checksum/{one['checksum']}")
    s.get(f"/block_schemas/checksum/{one['checksum']}", params={"version": "1.0"})
    s.get(f"/block_schemas/checksum/{one['checksum']}", params={"version": "3.0"})
    s.get("/block_schemas/checksum/sha256:nope")
    s.post("/block_schemas/filter", json={"block_schemas": {"version": {"any_": ["1.0", "2.0"]}}})


@scenario
def block_schemas_nested(s):
    outer, inner = block_type(s), block_type(s, "inner")
    innermost = block_type(s, "innermost")
    deep = {"title": "Deep", "block_type_slug": "innermost", "properties": {"z": {"type": "string"}}, "block_schema_references": {}, "secret_fields": ["z"]}
    middle_references = {"d": {"block_type_slug": "innermost", "block_schema_checksum": "sha256:unknown"}}
    middle = {"title": "Middle", "block_type_slug": "inner", "properties": {"d": {"$ref": "#/definitions/Deep"}, "p": {"$ref": "#/definitions/Plain"}}, "block_schema_references": middle_references}
    fields = {
        "title": "Outer",
        "block_type_slug": "outer",
        "properties": {
            "m": {"$ref": "#/definitions/Middle"},
            "either": {"anyOf": [{"$ref": "#/definitions/Middle"}, {"$ref": "#/definitions/Deep"}]},
            "many": {"type": "array", "items": {"$ref": "#/definitions/Deep"}},
        },
        "definitions": {"Middle": middle, "Deep": deep, "Plain": {"title": "Plain", "type": "string"}},
        "block_schema_references": {
            "m": {"block_type_slug": "inner", "block_schema_checksum": "sha256:later"},
            "either": [
                {"block_type_slug": "inner", "block_schema_checksum": "sha256:later"},
                {"block_type_slug": "innermost", "block_schema_checksum": "sha256:later"},
            ],
            "many": {"block_type_slug": "innermost", "block_schema_checksum": "sha256:later"},
        },
        "secret_fields": ["m.d.z"],
    }
    schema = s.post("/block_schemas/", json={"fields": fields, "block_type_id": outer["id"], "capabilities": ["a"]})
    s.get(f"/block_schemas/{schema['id']}")
    s.get(f"/block_schemas/checksum/{schema['checksum']}")
    s.post("/block_schemas/", json={"fields": fields, "block_type_id": outer["id"]})
    for t in [outer, inner, innermost]:
        s.post("/block_schemas/filter", json={"block_schemas": {"block_type_id": {"any_": [t["id"]]}}})
    secret = s.quietly.post("/block_schemas/filter", json={"block_schemas": {"block_type_id": {"any_": [s.quietly.get("/block_types/slug/secret")["id"]]}}})[0]
    known = {
        "title": "Holder",
        "properties": {"s": {"$ref": "#/definitions/Secret"}},
        "definitions": {"Secret": {"title": "Secret", "block_type_slug": "secret"}},
        "block_schema_references": {"s": {"block_type_slug": "secret", "block_schema_checksum": secret["checksum"]}},
    }
    holder = s.post("/block_schemas/", json={"fields": known, "block_type_id": outer["id"]})
    s.get(f"/block_schemas/{holder['id']}")
    s.delete(f"/block_schemas/{schema['id']}")
    s.get(f"/block_schemas/{schema['id']}")
    s.post("/block_schemas/filter", json={"block_schemas": {"block_type_id": {"any_": [outer["id"]]}}})
    s.delete(f"/block_types/{inner['id']}")
    s.post("/block_schemas/filter", json={"block_schemas": {"block_type_id": {"any_": [inner["id"], innermost["id"]]}}})


@scenario
def block_schemas_that_are_refused(s):
    t = block_type(s)
    s.post("/block_schemas/")
    s.post("/block_schemas/", json={})
    s.post("/block_schemas/", json={"block_type_id": UNKNOWN})
    s.post("/block_schemas/", json={"block_type_id": "x", "fields": None, "capabilities": "x", "version": 1, "zz": 1})
    s.post("/block_schemas/", json={"block_type_id": t["id"], "capabilities": [1]})
    nope = {"title": "B", "block_schema_references": {"x": {"block_type_slug": "nope", "block_schema_checksum": "sha256:1"}}}
    s.post("/block_schemas/", json={"block_type_id": t["id"], "fields": nope})
    s.post("/block_schemas/filter", json={"block_schemas": {"block_type_id": {"any_": [t["id"]]}}})
    s.get(f"/block_schemas/{UNKNOWN}")
    s.get("/block_schemas/nope")
    s.delete(f"/block_schemas/{UNKNOWN}")
    secret = s.quietly.get("/block_types/slug/secret")
    schema = s.quietly.post("/block_schemas/filter", json={"block_schemas": {"block_type_id": {"any_": [secret["id"]]}}})[0]
    s.delete(f"/block_schemas/{schema['id']}")


@scenario
def block_schemas_filters(s):
    t = block_type(s)
    ids = [
        s.post("/block_schemas/", json={"fields": {"title": str(i)}, "block_type_id": t["id"], "capabilities": c, "version": v})["id"]
        for i, (c, v) in enumerate([([], "1"), (["a"], "1"), (["a", "b"], "2")])
    ]
    for block_schemas in [
        {"id": {"any_": ids[:2]}},
        {"id": {"any_": []}},
        {"block_type_id": {"any_": [t["id"]]}},
        {"block_capabilities": {"all_": ["a"]}},
        {"block_capabilities": {"all_": ["b", "a"]}},
        {"block_type_id": {"any_": [t["id"]]}, "version": {"any_": ["1"]}},
        {"operator": "or_", "version": {"any_": ["2"]}, "id": {"any_": ids[:1]}},
        {"x": 1},
        {"id": {"any_": ["x"]}},
    ]:
        s.post("/block_schemas/filter", json={"block_schemas": block_schemas})
    s.post("/block_schemas/filter", json={"block_schemas": {"block_type_id": {"any_": [t["id"]]}}, "limit": 1, "offset": 1})
    s.post("/block_schemas/filter", json={"limit": 201})
    s.post("/block_schemas/filter", json={"offset": -1})
    s.get("/block_capabilities/", unordered=True)
