"""POST /ui/schemas/validate: hydration, preparation of schemas, and how faults are told."""

from harness import scenario


def check(s, schema, *values):
    for v in values:
        s.post("/ui/schemas/validate", json={"schema": schema, "values": v})


@scenario
def schemas_keywords(s):
    for schema, good, bad in [
        ({"type": "integer"}, 1, "x"), ({"type": ["integer", "null"]}, None, 1.5), ({"type": "number"}, 1.5, True),
        ({"type": "string", "minLength": 1}, "a", ""), ({"type": "string", "minLength": 3}, "abc", "ab"),
        ({"type": "string", "maxLength": 2}, "ab", "abc"), ({"type": "string", "maxLength": 0}, "", "abc"),
        ({"pattern": "^a+$"}, "aa", "it's"), ({"format": "email"}, "a@b", "ab"), ({"format": "uuid"}, "00000000-0000-4000-8000-000000000000", "u"),
        ({"format": "date"}, "2020-01-01", "2020-13-01"), ({"format": "date-time"}, "2020-01-01T00:00:00Z", "x"), ({"format": "ipv4"}, "1.2.3.4", "1.2.3"),
        ({"enum": ["a", 1, None]}, 1, True), ({"const": {"a": [1, 2.0]}}, {"a": [1, 2.0]}, {"a": 1}),
        ({"minimum": 3}, 3, 2), ({"maximum": 3.5}, 3, 4), ({"exclusiveMinimum": 3}, 4, 3), ({"exclusiveMaximum": 3}, 2, 3), ({"multipleOf": 3}, 6, 7),
        ({"multipleOf": 0.5}, 1.5, 1.7), ({"items": {"type": "integer"}}, [1], [1, "a", "b"]), ({"minItems": 1}, [1], []), ({"minItems": 2}, [1, 2], [1]),
        ({"maxItems": 1}, [1], [1, 2]), ({"uniqueItems": True}, [1, True], [1, 2, 1]), ({"contains": {"type": "integer"}}, ["a", 1], ["a"]),
        ({"prefixItems": [{"type": "integer"}], "items": False}, [1], ["a", 2, 3]), ({"items": [{"type": "integer"}, {"type": "string"}]}, [1, "a"], ["a", 1]),
        ({"properties": {"b": {"type": "integer"}}, "required": ["b", "c"]}, {"b": 1, "c": 2}, {"b": "x"}),
        ({"additionalProperties": False, "properties": {"b": {}}}, {"b": 1}, {"b": 1, "z": 1, "a": 2}), ({"additionalProperties": {"type": "integer"}}, {"q": 1}, {"q": "x"}),
        ({"patternProperties": {"^x": {"type": "integer"}}, "additionalProperties": False}, {"x1": 1}, {"x1": "a", "y": 1}),
        ({"minProperties": 1}, {"a": 1}, {}), ({"maxProperties": 1}, {"a": 1}, {"a": 1, "b": 2}), ({"propertyNames": {"maxLength": 2}}, {"ab": 1}, {"abc": 1}),
        ({"dependentRequired": {"a": ["b"]}}, {"b": 1}, {"a": 1}), ({"anyOf": [{"type": "integer"}, {"type": "string", "minLength": 2}]}, 1, "a"),
        ({"oneOf": [{"type": "integer"}, {"minimum": 3}]}, 1, 5), ({"oneOf": [{"type": "integer"}, {"type": "string"}]}, 1, None),
        ({"allOf": [{"minimum": 1}, {"maximum": 3}]}, 2, 9), ({"not": {"type": "integer"}}, "a", 1),
        ({"if": {"type": "integer"}, "then": {"minimum": 5}, "else": {"type": "string"}}, 7, 1),
        ({"unevaluatedProperties": False, "properties": {"a": {}}}, {"a": 1}, {"a": 1, "b": 2}),
    ]:
        check(s, {"type": "object", "properties": {"v": schema}, "required": ["v"]}, {"v": good}, {"v": bad}, {}, {"v": None})


@scenario
def schemas_nested(s):
    schema = {
        "type": "object",
        "properties": {
            "people": {"type": "array", "items": {"$ref": "#/definitions/Person"}},
            "pair": {"type": "array", "items": [{"type": "integer"}, {"type": "string"}]},
            "opt": {"type": "string", "default": "x"},
            "deep": {"type": "object", "properties": {"a": {"type": "object", "properties": {"b": {"type": "integer"}}, "required": ["b"]}}},
            "block": {"allOf": [{"$ref": "#/definitions/Thing"}]},
        },
        "required": ["people"],
        "definitions": {
            "Person": {"title": "Person", "type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}}, "required": ["name"]},
            "Thing": {"title": "Thing", "type": "object", "block_type_slug": "thing", "properties": {"x": {"type": "integer"}}, "required": ["x"]},
        },
    }
    check(s, schema, {}, {"people": []}, {"people": [{"name": 1}, {"age": "x"}, 5]}, {"people": [], "opt": None}, {"people": [], "pair": ["a", 1]},
          {"people": [], "deep": {"a": {}}}, {"people": [], "deep": {"a": {"b": "x"}}}, {"people": [], "block": {"$ref": "nope"}},
          {"people": [], "block": {"$ref": {"block_document_id": "00000000-0000-4000-8000-000000000000"}}}, {"people": [], "block": {"x": 1}},
          {"people": [{"name": "it's", "age": 1.5}, {"name": "a\nb"}]})


@scenario
def schemas_hydration(s):
    s.quietly.post("/variables/", json={"name": "known", "value": {"a": [1, "b"]}})
    schema = {"type": "object", "properties": {"v": {"type": "integer"}, "w": {"type": "string"}, "l": {"type": "array", "items": {"type": "integer"}}}, "required": ["v"]}
    k = "__prefect_kind"
    check(s, schema, {"v": {k: "json", "value": "1"}}, {"v": {k: "json", "value": "x"}}, {"v": {k: "json", "value": "{\"a\":\n 1,}"}}, {"v": {k: "json"}},
          {"v": {k: "json", "value": 3}}, {"v": {k: "json", "value": {k: "jinja", "template": "1"}}}, {"v": {k: "none", "value": {k: "json", "value": "5"}}}, {"v": {k: "none"}},
          {"v": {k: "workspace_variable", "variable_name": "known"}}, {"v": {k: "workspace_variable", "variable_name": "nope"}}, {"v": {k: "workspace_variable"}},
          {"v": {k: "jinja", "template": "{{ 1 }}"}}, {"v": {k: "jinja"}}, {"v": 1, "w": {k: "jinja", "template": "{{ x }}"}}, {"v": {k: "weird", "value": 4}}, {"v": {k: "weird"}},
          {"v": 1, "l": [1, {k: "json"}, {k: "json", "value": "2"}, {k: "json", "value": "\"a\""}, {k: "json", "value": "?"}]}, {k: "json", "value": "{\"v\": 2}"}, {k: "json"})


@scenario
def schemas_bad(s):
    check(s, {"type": "nope"}, {})
    check(s, {"properties": {"a": {"type": 5}}}, {})
    check(s, {"properties": {"a": {"minimum": "x"}}}, {})
    check(s, {"required": "a"}, {})
    check(s, {"properties": {"a": {"$ref": "#/definitions/None"}}}, {"a": 1}, {})
    check(s, {"properties": {"a": {"$ref": "http://example.invalid/schema"}}}, {"a": 1})
    check(s, {"$ref": "#"}, {"a": 1})
    check(s, {"properties": {"a": {"pattern": "("}}}, {"a": "x"})
    s.post("/ui/schemas/validate", json={})
    s.post("/ui/schemas/validate", json={"schema": 1, "values": []})
    s.post("/ui/schemas/validate", json={"schema": {}, "values": {}})
