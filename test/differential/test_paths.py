"""Names in paths that are not what an encoder makes: a per cent sign that stands alone."""

from __future__ import annotations

from harness import scenario

STRAY = ["my%flow", "%", "a%2", "%zz", "100%25", "%25zz", "%C3%A9", "a%20b"]

NAMED = [
    "/flows/name/{}", "/deployments/name/{}/d", "/deployments/name/f/{}", "/work_queues/name/{}", "/work_pools/{}",
    "/work_pools/{}/queues/default", "/work_pools/pool/queues/{}", "/variables/name/{}", "/artifacts/{}/latest",
    "/block_types/slug/{}", "/block_types/slug/secret/block_documents/name/{}", "/concurrency_limits/tag/{}",
    "/v2/concurrency_limits/{}", "/collections/views/{}",
]


def as_it_stands(path: str) -> dict:
    """The target of the request, which the client would encode."""
    return {"target": f"/api{path}".encode()}


@scenario
def names_with_a_stray_sign(s):
    s.post("/work_pools/", json={"name": "pool", "type": "process"})
    s.post("/flows/", json={"name": "my%flow"})
    for path in NAMED:
        for name in STRAY:
            s.get(path.format("x"), extensions=as_it_stands(path.format(name)))
    s.delete("/work_pools/x", extensions=as_it_stands("/work_pools/%"))
    s.patch("/variables/name/x", json={"value": 1}, extensions=as_it_stands("/variables/name/%"))
    s.post("/work_pools/x/get_scheduled_flow_runs", json={}, extensions=as_it_stands("/work_pools/50%/get_scheduled_flow_runs"))
