"""Probes, and what holds for every path: unknown paths, methods, slashes, versions."""

from __future__ import annotations

from harness import scenario


@scenario
def root_probes(s):
    s.get("/health")
    s.get("/version")
    s.get("/hello")
    s.get("/ready")


@scenario
def root_unknown_paths(s):
    s.get("/nothing-here")
    s.get("/flows/not-a-uuid")
    s.get("/flows/name/no-such-flow")
    s.post("/health")
    s.get("/flows/filter")
    s.put("/flows/", json={})


@scenario
def root_slashes(s):
    s.post("/flows", json={"name": "slash"})
    s.post("/flows?x=1", json={"name": "slash"})
    s.get("/health/")
    s.get("/flows/00000000-0000-0000-0000-000000000000/")


@scenario
def root_api_version_header(s):
    for version in ["0.8.4", "0.8.0", "0.7.9", "0.9.0", "1.0.0", "nonsense", "1.2", "1.2.3.4", ""]:
        s.get("/version", headers={"X-PREFECT-API-VERSION": version})


@scenario
def root_bodies_that_are_not_json(s):
    s.post("/flows/", content="{")
    s.post("/flows/", content='{"name": "x",}')
    s.post("/flows/", content="")
    s.post("/flows/", content="null")
    s.post("/flows/", content="[]")
    s.post("/flows/", content='"text"')
    s.post("/flows/", content='{"name": "typed"}', headers={"Content-Type": "text/plain"})
    s.post("/flows/", content='{"name": "typed"}', headers={"Content-Type": "application/vnd.x+json"})
    s.post("/flows/", content='{"name": "typed"}')


@scenario(settings={"PREFECT_SERVER_API_AUTH_STRING": "admin:secret"})
def root_auth_string(s):
    s.get("/health")
    s.get("/ready")
    s.get("/version")
    s.get("/version", headers={"Authorization": "Basic YWRtaW46c2VjcmV0"})
    s.get("/version", headers={"Authorization": "Basic YWRtaW46d3Jvbmc="})
    s.get("/version", headers={"Authorization": "Bearer abc"})
    s.post("/flows/", json={"name": "closed"})
    s.get("/nothing-here")
