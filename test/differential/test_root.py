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


@scenario
def root_bodies_in_other_encodings(s):
    text = '{"name": "é in another encoding"}'
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "latin-1"):
        s.post("/flows/", content=text.encode(encoding))
    for content in (
        b'{"name": "\xff"}',
        b'{"name": "\xc3"}',
        b'{"name": "\xc0\xaf"}',
        b'{"name": "\xf4\x90\x80\x80"}',
        b"\xff",
        b'{"\xff": 1}',
        b"\xef\xbb\xbf",
        b"\xef\xbb\xbf\xef\xbb\xbf{}",
        b"\xff\xfe",
        b"\x00",
        b"{\x00",
        b'{"name": "a\x00b"}',
        b'{"name": "a\\u0000b"}',
        '{"name": "x"}'.encode("utf-16-le")[:-1],
    ):
        s.post("/flows/", content=content)


@scenario
def root_times_of_the_year_zero(s):
    for time in (
        "0000-01-01T00:00:00Z",
        "0000-12-31T23:59:59+00:00",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "10000-01-01T00:00:00Z",
        "-0001-01-01T00:00:00Z",
    ):
        s.post("/flow_runs/count", json={"flow_runs": {"start_time": {"before_": time}}})
        s.post("/logs/filter", json={"logs": {"timestamp": {"after_": time}}})


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
