"""Blocks: what the stock client saves it loads again, whatever is nested in it."""

from __future__ import annotations

from typing import List, Optional, Union

import pytest
from prefect import flow, task
from prefect.blocks.core import Block
from prefect.blocks.system import Secret
from prefect.filesystems import LocalFileSystem
from prefect.types import SecretDict
from pydantic import SecretStr

from api import client


class Login(Block):
    user: str
    password: SecretStr
    extra: SecretDict = SecretDict({})


class Counter(Block):
    n: int = 1


class Service(Block):
    login: Login
    name: str = "service"


class Site(Block):
    _capabilities = ["serve-sites"]
    service: Service
    either: Union[Login, Counter]
    maybe: Optional[Login] = None
    many: List[Counter] = []
    text: str = "text"


@pytest.mark.parametrize("value", ["hush", {"a": [1, {"b": None}]}, ["x", 2.5], 7])
def test_secret_comes_back(value):
    Secret(value=value).save("e2e-secret", overwrite=True)
    assert Secret.load("e2e-secret").get() == value


def test_secret_is_not_overwritten_unasked():
    Secret(value="first").save("e2e-kept", overwrite=True)
    with pytest.raises(ValueError, match="already in use"):
        Secret(value="second").save("e2e-kept")
    assert Secret.load("e2e-kept").get() == "first"


def test_secret_is_hidden_from_who_does_not_ask_for_it():
    Secret(value="hush").save("e2e-hidden", overwrite=True)
    with client() as api:
        document = api.read_block_document_by_name("e2e-hidden", "secret", include_secrets=False)
        assert document.data == {"value": "********"}


def test_nested_blocks_come_back():
    login = Login(user="u", password="p", extra={"k": "v"})
    login.save("e2e-login", overwrite=True)
    Service(login=Login.load("e2e-login")).save("e2e-service", overwrite=True)
    site = Site(service=Service.load("e2e-service"), either=Counter(n=5), many=[Counter(n=1), Counter(n=2)])
    site.save("e2e-site", overwrite=True)
    found = Site.load("e2e-site")
    assert found.service.login.password.get_secret_value() == "p"
    assert found.service.login.extra.get_secret_value() == {"k": "v"}
    assert isinstance(found.either, Counter) and found.either.n == 5
    assert [c.n for c in found.many] == [1, 2]
    found.text = "changed"
    found.save("e2e-site", overwrite=True)
    assert Block.load("site/e2e-site").text == "changed"
    # A change of the inner block is seen through the outer one.
    Login(user="new", password="q").save("e2e-login", overwrite=True)
    assert Site.load("e2e-site").service.login.user == "new"


def test_deleted_block_is_gone():
    Counter(n=3).save("e2e-gone", overwrite=True)
    Counter.delete("e2e-gone")
    with pytest.raises(ValueError, match="Unable to find block document"):
        Counter.load("e2e-gone")


def test_results_are_kept_in_a_block(tmp_path):
    LocalFileSystem(basepath=str(tmp_path)).save("e2e-results", overwrite=True)

    @task(persist_result=True)
    def double(x: int) -> int:
        return 2 * x

    @flow(persist_result=True, result_storage="local-file-system/e2e-results")
    def keeper(x: int) -> int:
        return double(x)

    state = keeper(21, return_state=True)
    assert state.result() == 42
    assert len(list(tmp_path.iterdir())) == 2


def test_blocks_on_the_command_line(cli, tmp_path):
    Secret(value="hush").save("e2e-listed", overwrite=True)
    assert "secret/e2e-listed" in cli("block", "ls")
    shown = cli("block", "inspect", "secret/e2e-listed")
    assert "********" in shown and "hush" not in shown
    assert "slack-webhook" in cli("block", "type", "ls")
    (tmp_path / "cube.py").write_text("from prefect.blocks.core import Block\nclass Cube(Block):\n    edge: float\n")
    assert "Successfully registered 1 block" in cli("block", "register", "-f", tmp_path / "cube.py")
    assert "cube" in cli("block", "type", "inspect", "cube").lower()
    assert "protected" in cli("--no-prompt", "block", "type", "delete", "secret", code=1)
