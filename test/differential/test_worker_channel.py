"""The worker channel: frames, strictness, snapshots and the ways it ends."""

from __future__ import annotations

import time
import uuid

from websockets.exceptions import ConnectionClosed

from harness import scenario

NOW = "2030-01-01T00:00:00Z"
CONSUMER = "11111111-1111-4111-8111-111111111111"
REQUIRED = ["worker_heartbeat.v1", "work_pool_snapshot.v1"]
TEMPLATE = {
    "job_configuration": {"command": "{{ command }}"},
    "variables": {"type": "object", "properties": {"command": {"type": "string"}}},
}


def frame(kind, payload, **more):
    return {"type": kind, "id": str(uuid.uuid4()), "sent_at": NOW, "payload": payload} | more


def hello(**payload):
    base = {
        "consumer_id": CONSUMER,
        "worker_name": "w",
        "worker_type": "process",
        "heartbeat_interval_seconds": 30,
        "supported_channel_versions": ["work_pool_worker_channel.v1"],
        "requested_capabilities": REQUIRED,
    }
    return frame("worker.hello.v1", base | payload)


def opening(s, pool="first", first=None, then=()):
    """Opens a channel and sends frames. The real server, when its database is busy, closes with
    1011 for "come again": so does the scenario."""
    for _ in range(20):
        attempt = s.quietly
        try:
            with attempt.websocket(f"/work_pools/{pool}/workers/connect") as ws:
                ws.send({"type": "auth", "token": None})
                ws.receive()
                ws.send(first)
                ws.receive()
                for message in then:
                    ws.send(message)
                    ws.receive()
        except ConnectionClosed:
            pass
        if all(e.status != 1011 for e in attempt.exchanges):
            break
        time.sleep(0.2)
    s.exchanges += attempt.exchanges
    s.sent |= attempt.sent


@scenario
def worker_channel_opens(s):
    s.post("/work_pools/", json={"name": "first", "type": "process", "base_job_template": TEMPLATE})
    s.post("/work_pools/first/queues", json={"name": "q1"})
    opening(s, first=hello())
    opening(s, first=hello(work_queue_names=["q1", "default", "q1"]))
    opening(s, first=hello(work_queue_names=["unknown"]))
    opening(s, first=hello(requested_capabilities=REQUIRED + ["cleanup_delivery.v1", "x", "x"]))
    opening(
        s,
        first=hello(
            requested_capabilities=REQUIRED + ["cleanup_delivery.v1"],
            handled_cleanup_kinds=["cancelling_timeout_teardown.v1"],
        ),
    )
    s.get("/work_pools/first")
    s.post("/work_pools/first/workers/filter", json={})


@scenario
def worker_channel_makes_pools(s):
    opening(s, pool="second", first=hello())
    opening(s, pool="second", first=hello(create_pool_if_not_found=True, default_base_job_template=TEMPLATE))
    s.get("/work_pools/second")
    opening(s, pool="prefect-x", first=hello(create_pool_if_not_found=True))
    opening(s, pool="third", first=hello(create_pool_if_not_found=True))
    s.get("/work_pools/third")
    opening(s, pool="third", first=hello(default_base_job_template=TEMPLATE))
    s.get("/work_pools/third")


@scenario
def worker_channel_is_strict(s):
    s.post("/work_pools/", json={"name": "first", "type": "process"})
    for first in [
        {},
        [],
        {"type": "worker.hello.v1"},
        hello(worker_name=""),
        hello(heartbeat_interval_seconds=0),
        hello(supported_channel_versions=[]),
        hello(supported_channel_versions=["other.v9"]),
        hello(requested_capabilities=["worker_heartbeat.v1"]),
        hello(handled_cleanup_kinds=["cancelling_timeout_teardown.v1"]),
        hello(max_cleanup_concurrency=1),
        hello(unknown=1),
        frame("worker.hello.v9", {}),
        frame("worker.heartbeat.v1", {"consumer_id": CONSUMER, "worker_name": "w", "heartbeat_interval_seconds": 30}),
    ]:
        opening(s, first=first)


@scenario
def worker_channel_refuses_other_frames(s):
    s.post("/work_pools/", json={"name": "first", "type": "process"})
    unknown = {"message_id": CONSUMER, "reservation_token": "t"}
    opening(s, first=hello(), then=[frame("cleanup.ack.v1", unknown)])
    opening(s, first=hello(), then=[frame("cleanup.release.v1", unknown | {"reason": "r"})])
    opening(s, first=hello(), then=[frame("cleanup.release.v1", unknown)])
    cleaning = hello(
        requested_capabilities=REQUIRED + ["cleanup_delivery.v1"], handled_cleanup_kinds=["pending_claim_teardown.v1"]
    )
    opening(s, first=cleaning, then=[frame("cleanup.renew.v1", unknown)])
    opening(s, first=hello(), then=[hello()])
    beat = {"consumer_id": CONSUMER, "worker_name": "other", "heartbeat_interval_seconds": 30}
    opening(s, first=hello(), then=[frame("worker.heartbeat.v1", beat)])


@scenario
def worker_channel_tells_of_changes(s):
    s.post("/work_pools/", json={"name": "first", "type": "process"})
    for _ in range(20):
        attempt = s.quietly
        with attempt.websocket("/work_pools/first/workers/connect") as ws:
            ws.send({"type": "auth"})
            ws.receive()
            ws.send(hello())
            if ws.receive() is None:
                continue  # the real server is busy
            attempt.patch("/work_pools/first", json={"concurrency_limit": 2})
            ws.receive()
            attempt.patch("/work_pools/first", json={"is_paused": True})
            ws.receive()
            attempt.delete("/work_pools/first")
            ws.receive()
            break
    s.exchanges += attempt.exchanges
    s.sent |= attempt.sent
