"""The OpenAPI document. That answers are as it says, the harness looks at in every scenario."""

from __future__ import annotations

import httpx

from harness import pair_of


def test_the_document_is_one_of_openapi() -> None:
    from openapi_spec_validator import validate  # not in the environment of the release before, in which it is not run

    ours = pair_of({}).ours
    ours.fresh()
    document = httpx.get(f"{ours.url}/openapi.json").raise_for_status().json()
    validate(document)
    assert document["openapi"].startswith("3.1.") and len(document["components"]["schemas"]) > 300
