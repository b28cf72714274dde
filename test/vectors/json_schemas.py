"""Writes internal/templating/testdata/schemas.json: what the reference's validation says of values under schemas.

Run with the reference's environment: .venv/bin/python test/vectors/json_schemas.py
"""

import itertools
import json
import pathlib

from prefect.utilities.schema_tools.validation import CircularSchemaRefError, ValidationError, is_valid_schema, validate

OUT = pathlib.Path(__file__).parents[2] / "internal/templating/testdata/schemas.json"

LEAVES = [1, 1.0, 2.5, -3, 0, 1e300, True, False, None, "", "a", "abc", "2020-01-01", "ä'\"\n", [], [1], [1, 1], [1, 1.0], [True, 1], ["a", "b", "a"],
          [[1], [1]], [{"a": 1}, {"a": 1.0}], [1, 2, 3, "x"], {}, {"a": 1}, {"a": "x", "b": 2}, {"b": {"c": [1, {"d": None}]}}, 9007199254740993, 12345678901234567890]

RULES = [
    {"type": "integer"}, {"type": ["string", "null"]}, {"enum": [1, "a", [1], {"a": 1}]}, {"const": 1}, {"const": {"a": 1}},
    {"minimum": 2, "maximum": 5}, {"exclusiveMinimum": 1, "exclusiveMaximum": 2.5}, {"multipleOf": 2}, {"multipleOf": 0.5}, {"multipleOf": 1e-300},
    {"multipleOf": 3}, {"minLength": 2, "maxLength": 2}, {"maxLength": 0}, {"minLength": 1}, {"pattern": "^a"}, {"pattern": "b{1,2}$"},
    {"minItems": 1, "maxItems": 2}, {"maxItems": 0}, {"uniqueItems": True}, {"items": {"type": "integer"}}, {"items": False},
    {"prefixItems": [{"type": "string"}], "items": False}, {"prefixItems": [{"type": "string"}], "items": {"type": "integer"}},
    {"contains": {"type": "string"}}, {"contains": {"const": 1}, "minContains": 2, "maxContains": 3}, {"contains": {"type": "integer"}, "maxContains": 1},
    {"required": ["a", "c"]}, {"properties": {"a": {"type": "string"}, "b": {"type": "integer"}}},
    {"properties": {"a": {}}, "additionalProperties": False}, {"patternProperties": {"^a": {"type": "string"}}, "additionalProperties": False},
    {"additionalProperties": {"type": "integer"}}, {"propertyNames": {"maxLength": 0}}, {"minProperties": 1, "maxProperties": 1},
    {"dependentRequired": {"a": ["b", "c"]}}, {"dependentSchemas": {"a": {"required": ["z"]}}},
    {"allOf": [{"type": "integer"}, {"minimum": 3}]}, {"anyOf": [{"type": "integer"}, {"type": "string", "minLength": 2}]},
    {"anyOf": [{"properties": {"a": {"type": "string"}}, "required": ["a"]}, {"type": "array", "items": {"type": "string"}}]},
    {"oneOf": [{"type": "integer"}, {"minimum": 2}]}, {"oneOf": [{"type": "object", "required": ["x"]}, {"type": "array"}]},
    {"not": {"type": "integer"}}, {"if": {"type": "integer"}, "then": {"minimum": 2}, "else": {"type": "string"}},
    {"$ref": "#/$defs/n", "$defs": {"n": {"anyOf": [{"type": "integer"}, {"type": "array", "items": {"$ref": "#/$defs/n"}}]}}},
    {"$ref": "#/$defs/none"}, {"$ref": "#name", "$defs": {"x": {"$anchor": "name", "type": "string"}}}, {"$ref": "#missing"},
    {"properties": {"a": True}, "unevaluatedProperties": False}, {"allOf": [{"properties": {"a": True}}], "unevaluatedProperties": {"type": "string"}},
    {"prefixItems": [True], "unevaluatedItems": False}, {"format": "date"}, {"type": "nonsense"}, {"minimum": "x"}, {"properties": 5}, {"pattern": "("},
    {"title": "T", "definitions": {"B": {"title": "B", "block_type_slug": "b", "type": "object", "properties": {"s": {"type": "string"}}, "required": ["s"]}},
     "allOf": [{"$ref": "#/definitions/B"}]},
    True, False,
]


def deep(levels, combine):
    schema = {"$defs": {f"d{i}": combine({"$ref": f"#/$defs/d{i + 1}"}) for i in range(levels)}, "properties": {"v": {"$ref": "#/$defs/d0"}}}
    schema["$defs"][f"d{levels}"] = {"type": "integer"}
    return schema


def outcome(value, schema, **options):
    try:
        is_valid_schema(schema, preprocess=False)
    except ValueError as e:
        bad = str(e).removeprefix("Invalid schema: ")
    else:
        bad = None
    try:
        validate(value, schema, raise_on_error=True, **options)
        best = None
    except CircularSchemaRefError:
        best = "circular"
    except ValidationError as e:
        best = str(e)
    try:
        errors = validate(value, schema, **options)
        first = errors[0].message if errors else None
    except CircularSchemaRefError:
        first = "circular"
    except ValidationError as e:
        first = str(e)
    return {"bad": bad, "best": best, "first": first}


def main():
    cases = []
    for rule, value in itertools.product(RULES, LEAVES):
        schema = {"properties": {"v": rule}, "type": "object"}
        if isinstance(rule, dict) and "$defs" in rule:
            schema["$defs"] = rule["$defs"]
        if isinstance(rule, dict) and "definitions" in rule:
            schema["definitions"] = rule["definitions"]
        for preprocess in (False, True):
            if preprocess and (not isinstance(rule, dict) or rule.get("properties") == 5):
                continue
            case = {"value": {"v": value}, "schema": schema, "preprocess": preprocess}
            try:
                case |= outcome({"v": value}, schema, preprocess=preprocess)
            except Exception:  # noqa: BLE001: where the reference itself breaks, ours may do as it likes
                continue
            cases.append(case)
    cyclic = {"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "properties": {"v": {"$ref": "#/$defs/a"}}}
    for schema in (cyclic, deep(8, lambda r: {"allOf": [r, r]}), deep(8, lambda r: {"anyOf": [r, r]}), deep(5, lambda r: {"oneOf": [r, r]}),
                   deep(8, lambda r: {"not": {"not": r}}), deep(8, lambda r: {"if": r, "then": r, "else": r}), deep(8, lambda r: {"dependentSchemas": {"a": r}})):
        for value in (1, "x", {"a": 1}):
            cases.append({"value": {"v": value}, "schema": schema, "preprocess": True} | outcome({"v": value}, schema, preprocess=True))
    lines = ",\n".join(json.dumps(c, ensure_ascii=False) for c in cases)
    OUT.write_text(f"[\n{lines}\n]\n")
    print(len(cases), "cases")


main()
