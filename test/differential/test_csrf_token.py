"""CSRF tokens: given out when the protection is on, asked for on every write."""

from __future__ import annotations

from harness import scenario

_ON = {"PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": "true"}


@scenario
def csrf_token_when_off(s):
    s.get("/csrf-token", params={"client": "a-client"})
    s.get("/csrf-token")
    s.post("/csrf-token")
    s.post("/flows/", json={"name": "needs-none"})


@scenario(settings=_ON)
def csrf_token_life(s):
    given = s.get("/csrf-token", params={"client": "a-client"}, ignore=["token"])
    again = s.get("/csrf-token", params={"client": "a-client"}, ignore=["token"])
    assert len(given["token"]) == 64 and given["token"] != again["token"]
    assert int(again["token"], 16)
    good = {"Prefect-Csrf-Token": again["token"], "Prefect-Csrf-Client": "a-client"}
    s.post("/flows/", json={"name": "a"}, headers=good)
    s.post("/flows/", json={"name": "a"}, headers=good | {"Prefect-Csrf-Token": given["token"]})
    s.post("/flows/", json={"name": "a"}, headers=good | {"Prefect-Csrf-Client": "another"})
    s.post("/flows/", json={"name": "a"}, headers={"Prefect-Csrf-Token": again["token"]})
    s.post("/flows/", json={"name": "a"}, headers={"Prefect-Csrf-Client": "a-client"})
    s.post("/flows/", json={"name": "a"})
    s.delete("/flows/00000000-0000-0000-0000-000000000000")
    s.post("/nothing-here")
    s.get("/flows/name/a")
    s.get("/csrf-token")
    s.get("/csrf-token", params={"client": ""}, ignore=["token"])
