"""Variables and artifacts through the stock client and its command line."""

from __future__ import annotations

import pytest
from prefect import flow
from prefect.artifacts import (
    Artifact,
    create_link_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.variables import Variable

from api import client


def test_variable_is_set_read_and_unset():
    Variable.set("e2e_answer", {"x": [1, 2.5, None]}, tags=["a"])
    assert Variable.get("e2e_answer") == {"x": [1, 2.5, None]}
    with pytest.raises(ValueError, match="already exists"):
        Variable.set("e2e_answer", 1)
    Variable.set("e2e_answer", 43, overwrite=True)
    assert Variable.get("e2e_answer") == 43
    Variable.unset("e2e_answer")
    assert Variable.get("e2e_answer", default="none") == "none"


def test_variables_on_the_command_line(cli):
    cli("variable", "set", "e2e_greeting", "hello", "--tag", "polite", "--overwrite")
    assert '"hello"' in cli("variable", "get", "e2e_greeting")
    assert "e2e_greeting" in cli("variable", "ls")
    assert "polite" in cli("variable", "inspect", "e2e_greeting")
    cli("--no-prompt", "variable", "unset", "e2e_greeting")
    assert "not found" in cli("variable", "get", "e2e_greeting", code=1)


def test_artifacts_of_a_run():
    @flow
    def reporter():
        create_table_artifact([{"a": 1}], key="e2e-table", description="one row")
        create_markdown_artifact("# first", key="e2e-report")
        create_markdown_artifact("# second", key="e2e-report")
        create_link_artifact("http://example.test", key="e2e-link")
        progress = create_progress_artifact(10.0, key="e2e-progress")
        update_progress_artifact(progress, 55.0)

    run = reporter(return_state=True).state_details.flow_run_id
    assert Artifact.get("e2e-report").data == "# second"
    assert Artifact.get("e2e-progress").data == 55.0
    assert Artifact.get("e2e-table").flow_run_id == run
    wanted = {"artifacts": {"key": {"any_": ["e2e-report"]}}, "flow_runs": {"id": {"any_": [str(run)]}}}
    with client() as api:
        assert len(api._client.post("/artifacts/filter", json=wanted).json()) == 2
        assert api._client.post("/artifacts/latest/count", json=wanted).json() == 1


def test_artifacts_on_the_command_line(cli):
    @flow
    def reporter():
        create_markdown_artifact("# listed", key="e2e-listed")

    reporter()
    assert "e2e-listed" in cli("artifact", "ls")
    assert "# listed" in cli("artifact", "inspect", "e2e-listed")
    cli("--no-prompt", "artifact", "delete", "e2e-listed")
    assert "e2e-listed" not in cli("artifact", "ls")
