"""What our OpenAPI document says of an answer, and whether the answer is so."""

from __future__ import annotations

import functools
import json
import re
from typing import Any

import httpx
from jsonschema import Draft202012Validator


class Document:
    def __init__(self, url: str) -> None:
        self.text = httpx.get(f"{url}/openapi.json").raise_for_status().json()
        patterns = {path: re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)) + "$") for path in self.text["paths"]}
        # A path without a parameter is itself before it is another's parameter.
        self.patterns = sorted(patterns.items(), key=lambda item: item[0].count("{"))

    def faults(self, call: str, status: int, body: Any) -> list[str]:
        """Where the answer of a successful call is not as the document says."""
        method, _, path = call.partition(" ")
        if not 200 <= status < 300:
            return []
        operation = self._operation(method.lower(), path.partition("?")[0])
        if operation is None:
            return [f"the document has no operation {call}"]
        # 200 in place of 201 says that the object was there.
        answer = operation["responses"].get(str(status)) or (status == 200 and operation["responses"].get("201"))
        if not answer:
            return [f"the document has no {status} for {call}"]
        schema = answer.get("content", {}).get("application/json")
        if schema is None:
            return []
        return [
            f"not as the document says: {'.'.join(map(str, error.absolute_path))}: {error.message[:300]}"
            for error in list(self._validator(json.dumps(schema["schema"])).iter_errors(body))[:5]
        ]

    @functools.cache
    def _operation(self, method: str, path: str) -> dict[str, Any] | None:
        for template, pattern in self.patterns:
            if pattern.match(path) and method in self.text["paths"][template]:
                return self.text["paths"][template][method]
        return None

    @functools.cache
    def _validator(self, schema: str) -> Draft202012Validator:
        return Draft202012Validator(json.loads(schema) | {"components": self.text["components"]})
