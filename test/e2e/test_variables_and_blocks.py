"""Variables, blocks and artifacts, as flows use them."""

from __future__ import annotations

import pytest
from prefect import flow
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.blocks.core import Block
from prefect.blocks.system import Secret
from prefect.variables import Variable
from pydantic import SecretStr

from api import client


class Reader(Block):
    """Part of another block."""

    _block_type_name = "E2E Reader"
    path: str
    token: SecretStr


class Library(Block):
    """Holds another block, and a password of its own."""

    _block_type_name = "E2E Library"
    reader: Reader
    password: SecretStr
    shelves: list[int] = []


def test_variable_is_set_read_changed_and_removed():
    Variable.set("e2e_settings", {"deep": [1, None, "x"]}, tags=["e2e"])
    assert Variable.get("e2e_settings") == {"deep": [1, None, "x"]}
    with pytest.raises(ValueError, match="already exists"):
        Variable.set("e2e_settings", 2)
    Variable.set("e2e_settings", 2, overwrite=True)
    assert Variable.get("e2e_settings") == 2
    assert Variable.unset("e2e_settings")
    assert Variable.get("e2e_settings", default="gone") == "gone"


def test_secret_is_masked_unless_asked_for():
    Secret(value="swordfish").save("e2e-pass", overwrite=True)
    assert Secret.load("e2e-pass").get() == "swordfish"
    with client() as api:
        masked = api._client.get("/block_types/slug/secret/block_documents/name/e2e-pass").json()
        assert "swordfish" not in str(masked) and masked["data"]["value"] == "********"
        asked = api._client.get(
            "/block_types/slug/secret/block_documents/name/e2e-pass", params={"include_secrets": "true"}
        ).json()
        assert asked["data"]["value"] == "swordfish"
    Secret(value={"user": "x", "pin": 7}).save("e2e-pass", overwrite=True)
    assert Secret.load("e2e-pass").get() == {"user": "x", "pin": 7}
    Secret.delete("e2e-pass")
    with pytest.raises(ValueError, match="Unable to find block document"):
        Secret.load("e2e-pass")


def test_own_block_with_another_inside_is_saved_and_loaded():
    reader = Reader(path="/tmp", token="t0ken")
    reader.save("e2e-reader", overwrite=True)
    Library(reader=Reader.load("e2e-reader"), password="pw", shelves=[3, 1]).save("e2e-library", overwrite=True)
    found = Library.load("e2e-library")
    assert (found.reader.path, found.reader.token.get_secret_value()) == ("/tmp", "t0ken")
    assert (found.password.get_secret_value(), found.shelves) == ("pw", [3, 1])
    Reader(path="/srv", token="other").save("e2e-reader", overwrite=True)
    assert Library.load("e2e-library").reader.path == "/srv"


def test_artifacts_of_a_flow_are_kept_by_key():
    @flow
    def main():
        create_markdown_artifact("# one", key="e2e-report", description="first")
        create_markdown_artifact("# two", key="e2e-report")
        create_table_artifact([{"a": 1}, {"a": 2}], key="e2e-table")

    run_id = main(return_state=True).state_details.flow_run_id
    with client() as api:
        found = api._client.post("/artifacts/filter", json={"artifacts": {"key": {"any_": ["e2e-report"]}}}).json()
        assert {a["data"] for a in found} == {"# one", "# two"}
        assert {a["flow_run_id"] for a in found} == {str(run_id)}
        latest = api._client.get("/artifacts/e2e-report/latest").json()
        assert (latest["data"], latest["type"]) == ("# two", "markdown")
        table = api._client.get("/artifacts/e2e-table/latest").json()
        assert table["type"] == "table"
