"""Global concurrency limits, their slots and leases, and deployments that obey them."""

from harness import scenario

NOBODY = "0a1b2c3d-0000-4000-8000-000000000009"


@scenario
def global_limits(s):
    limit = s.post("/v2/concurrency_limits/", json={"name": "g-a", "limit": 2})
    s.post("/v2/concurrency_limits/", json={"name": "g-a", "limit": 2})
    s.post("/v2/concurrency_limits/", json={"name": "g-b", "limit": 0, "active": False, "active_slots": 3,
                                            "denied_slots": 1, "slot_decay_per_second": 0.5}, ignore=["updated"])
    for sent in ({}, {"name": "a/b", "limit": -1}, {"name": "", "limit": "x"}, {"name": "x", "limit": 1, "active_slots": -1},
                 {"name": "x", "limit": 1, "slot_decay_per_second": -0.1, "denied_slots": -1}, {"name": "x", "limit": 1, "no": 1},
                 {"name": "x", "limit": 1, "avg_slot_occupancy_seconds": 1.0}):
        s.post("/v2/concurrency_limits/", json=sent)
    s.get(f"/v2/concurrency_limits/{limit['id']}")
    s.get("/v2/concurrency_limits/g-a")
    s.get("/v2/concurrency_limits/nope")
    s.get(f"/v2/concurrency_limits/{NOBODY}")
    s.post("/v2/concurrency_limits/filter", json={})
    s.post("/v2/concurrency_limits/filter", json={"limit": 1, "offset": 1})
    s.post("/v2/concurrency_limits/filter", json={"limit": -1})
    s.post("/v2/concurrency_limits/filter", json={"limit": 201})
    s.post("/v2/concurrency_limits/filter", json={"offset": -1})
    s.patch("/v2/concurrency_limits/g-a", json={"limit": 5, "active": False, "name": "g-c", "slot_decay_per_second": 1})
    s.get("/v2/concurrency_limits/g-a")
    s.get("/v2/concurrency_limits/g-c")
    s.patch(f"/v2/concurrency_limits/{limit['id']}", json={"active_slots": 4, "denied_slots": 2, "slot_decay_per_second": 0})
    s.get("/v2/concurrency_limits/g-c")
    s.patch("/v2/concurrency_limits/g-c", json={})
    s.patch("/v2/concurrency_limits/g-c", json={"limit": -1, "more": 1})
    s.patch("/v2/concurrency_limits/g-c", json={"name": "g-b"})
    s.patch("/v2/concurrency_limits/nope", json={"limit": 1})
    s.delete("/v2/concurrency_limits/g-c")
    s.delete("/v2/concurrency_limits/g-c")
    s.delete(f"/v2/concurrency_limits/{limit['id']}")
    s.eventually("post", "/events/filter", until=lambda b: b["total"] == 5,
                 json={"filter": {"resource": {"id": [f"prefect.concurrency-limit.{limit['id']}"]}, "order": "ASC"}})


@scenario
def global_slots(s):
    s.post("/v2/concurrency_limits/", json={"name": "s-a", "limit": 2})
    s.post("/v2/concurrency_limits/", json={"name": "s-b", "limit": 5})
    s.post("/v2/concurrency_limits/", json={"name": "s-off", "limit": 1, "active": False})
    s.post("/v2/concurrency_limits/", json={"name": "s-rate", "limit": 3, "slot_decay_per_second": 0.001})
    take = lambda **sent: s.post("/v2/concurrency_limits/increment", json=sent, unordered=True)
    give = lambda **sent: s.post("/v2/concurrency_limits/decrement", json=sent, unordered=True)
    take(slots=1, names=["unknown"])
    take(slots=2, names=["s-a", "s-b", "s-off", "unknown", "s-a"])
    take(slots=1, names=["s-a"])
    take(slots=1, names=["s-b", "s-a"])
    take(slots=3, names=["s-a"])
    take(slots=3, names=["s-off"])
    take(slots=1, names=["s-a"], mode="rate_limit")
    take(slots=2, names=["s-rate"], mode="rate_limit")
    take(slots=2, names=["s-rate"], mode="rate_limit")
    take(slots=1, names=["s-rate"])
    for name in ("s-a", "s-b", "s-off", "s-rate"):
        s.get(f"/v2/concurrency_limits/{name}")
    give(slots=1, names=["s-a", "s-off"])
    give(slots=9, names=["s-b"], occupancy_seconds=3.5)
    give(slots=1, names=["unknown"])
    s.get("/v2/concurrency_limits/s-a")
    s.get("/v2/concurrency_limits/s-b")
    take(slots=1, names=["s-a"], create_if_missing=True)
    for sent in ({}, {"slots": 0, "names": "x"}, {"slots": 1, "names": [1], "mode": "nope"}, {"slots": 1, "names": ["s-a"], "occupancy_seconds": 0}):
        s.post("/v2/concurrency_limits/increment", json=sent)
        s.post("/v2/concurrency_limits/decrement", json=sent)


@scenario(changed=True)
def slots_of_no_limit(s):
    for path in ("increment", "increment-with-lease", "decrement"):
        s.post(f"/v2/concurrency_limits/{path}", json={"slots": 1, "names": []}, was=True)


@scenario
def leases(s):
    s.post("/v2/concurrency_limits/", json={"name": "l-a", "limit": 2})
    s.post("/v2/concurrency_limits/", json={"name": "l-b", "limit": 1})
    path = "/v2/concurrency_limits/increment-with-lease"
    lease = s.post(path, json={"slots": 1, "names": ["l-a", "l-b"]}, unordered=True)["lease_id"]
    s.post(path, json={"slots": 1, "names": ["l-b"]})
    s.post(path, json={"slots": 3, "names": ["l-a"]})
    s.post(path, json={"slots": 1, "names": ["unknown"]})
    held = s.post(path, json={"slots": 1, "names": ["l-a"], "lease_duration": 60, "holder": {"type": "flow_run", "id": NOBODY}})["lease_id"]
    for sent in ({"lease_duration": 59}, {"lease_duration": 86401}, {"lease_duration": "x"}, {"holder": {}},
                 {"holder": {"type": "nope", "id": "x", "more": 1}}, {"holder": "x"}):
        s.post(path, json={"slots": 1, "names": ["l-a"], **sent})
    s.get("/v2/concurrency_limits/l-a")
    s.post(f"/v2/concurrency_limits/leases/{lease}/renew", json={})
    s.post(f"/v2/concurrency_limits/leases/{lease}/renew", json={"lease_duration": 120})
    s.post(f"/v2/concurrency_limits/leases/{lease}/renew", json={"lease_duration": 1})
    s.post(f"/v2/concurrency_limits/leases/{NOBODY}/renew", json={})
    s.post("/v2/concurrency_limits/leases/nope/renew", json={})
    s.post("/v2/concurrency_limits/decrement-with-lease", json={"lease_id": lease})
    s.post("/v2/concurrency_limits/decrement-with-lease", json={"lease_id": lease})
    s.post("/v2/concurrency_limits/decrement-with-lease", json={"lease_id": NOBODY})
    s.post("/v2/concurrency_limits/decrement-with-lease", json={})
    s.post("/v2/concurrency_limits/decrement-with-lease", json={"lease_id": "x"})
    s.post(f"/v2/concurrency_limits/leases/{lease}/renew", json={})
    s.get("/v2/concurrency_limits/l-a")
    s.get("/v2/concurrency_limits/l-b")
    s.post("/v2/concurrency_limits/decrement-with-lease", json={"lease_id": held})
    s.get("/v2/concurrency_limits/l-a")


NEW_CLIENT = {"User-Agent": "prefect/3.9.1 (API 0.8.4)"}


def limited_deployment(s, name, limit, strategy=None):
    flow = s.quietly.post("/flows/", json={"name": name})["id"]
    body = {"name": "d", "flow_id": flow, "concurrency_limit": limit}
    if strategy:
        body["concurrency_options"] = {"collision_strategy": strategy}
    return s.quietly.post("/deployments/", json=body)["id"]


def deployed_run(s, deployment, **fields):
    return s.post(f"/deployments/{deployment}/create_flow_run", json={"name": "a-run", **fields}, ignore=["work_queue_name"])["id"]


LATER = {"type": "SCHEDULED", "state_details": {"scheduled_time": "2040-01-01T00:00:00Z"}}
"""Of a run that a worker claims ahead of its time: ours cancels one that is due by itself when the limit is full."""


DUE = "state.state_details.scheduled_time"
"""Of a run that waits for a slot: with ours it is due when the slot becomes free."""


def propose(s, run, type, force=False, client=NEW_CLIENT, ignore=(), **fields):
    return s.post(f"/flow_runs/{run}/set_state", json={"state": {"type": type, **fields}, "force": force},
                  headers=client, ignore=["details.delay_seconds", *ignore])


@scenario
def deployment_slots(s):
    for client in (NEW_CLIENT, None):
        deployment = limited_deployment(s, "deployment-slots" + ("-old" if client is None else ""), 1)
        slots = lambda: s.get(f"/v2/concurrency_limits/deployment:{deployment}", ignore=["name"])
        one, two = deployed_run(s, deployment), deployed_run(s, deployment)
        propose(s, one, "PENDING", client=client)
        slots()
        propose(s, two, "PENDING", client=client)
        propose(s, one, "PENDING", name="Submitting", client=client, state_details={"deployment_concurrency_lease_id": None})
        propose(s, one, "RUNNING", client=client)
        slots()
        propose(s, one, "COMPLETED", client=client)
        slots()
        propose(s, two, "PENDING", client=client, ignore=[DUE])
        propose(s, two, "CANCELLING", client=client)
        slots()
        propose(s, two, "CANCELLED", client=client)
        slots()


@scenario
def deployment_collisions(s):
    deployment = limited_deployment(s, "deployment-collisions", 1, "CANCEL_NEW")
    one, two = deployed_run(s, deployment), deployed_run(s, deployment, state=LATER)
    propose(s, one, "PENDING")
    propose(s, two, "PENDING")
    propose(s, one, "RUNNING")
    propose(s, one, "FAILED")
    s.get(f"/v2/concurrency_limits/deployment:{deployment}", ignore=["name"])
    propose(s, one, "SCHEDULED")
    propose(s, one, "PENDING")
    propose(s, one, "CRASHED", force=True)
    s.get(f"/v2/concurrency_limits/deployment:{deployment}", ignore=["name"])
    s.patch(f"/v2/concurrency_limits/deployment:{deployment}", json={"limit": 0})
    propose(s, deployed_run(s, deployment), "PENDING")


@scenario
def suspended_deployment_runs(s):
    deployment = limited_deployment(s, "suspended-runs", 1)
    run = deployed_run(s, deployment)
    propose(s, run, "PENDING")
    propose(s, run, "RUNNING")
    propose(s, run, "PAUSED", name="Suspended", state_details={"pause_reschedule": True, "pause_key": "k"})
    s.get(f"/v2/concurrency_limits/deployment:{deployment}", ignore=["name"])
    s.post(f"/flow_runs/{run}/resume", json={})
    propose(s, run, "PENDING")
    s.get(f"/v2/concurrency_limits/deployment:{deployment}", ignore=["name"])
    propose(s, run, "RUNNING")
    propose(s, run, "COMPLETED")
    s.get(f"/flow_runs/{run}", ignore=["work_queue_name"])
    s.get(f"/v2/concurrency_limits/deployment:{deployment}", ignore=["name"])
