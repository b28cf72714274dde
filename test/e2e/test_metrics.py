"""What the server tells Prometheus, read by Prometheus' own parser."""

from __future__ import annotations

import json
import os
import signal
import time
import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families

import databases
from activation import Activation
from api import await_completed, start_run
from processes import Worker
from waiting import until

pytestmark = [pytest.mark.alone, pytest.mark.oracle_cannot("has no such metrics")]


def measured(server) -> dict[tuple, float]:
    """Samples by name and labels."""
    with urllib.request.urlopen(server.api_url.removesuffix("/api") + "/metrics", timeout=10) as answer:
        text = answer.read().decode()
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def count(samples: dict[tuple, float], flow: str) -> float:
    return samples.get(("reeve_flow_run_seconds_count", ("flow", flow), ("outcome", "completed")), 0)


def test_the_ledger_goes_on_after_a_restart(own_server, tmp_path):
    server = own_server()
    worker = Worker("reeve", tmp_path, server.api_url)
    try:
        worker.start()
        pool = ("reeve_pool_workers_online", ("pool", worker.pool))
        until(lambda: measured(server).get(pool) == 1, "an online worker", 30)
        until(lambda: measured(server).get(("reeve_wakes_total",)) == 1, "the start in the ledger", 10)
        samples = measured(server)
        assert samples[("reeve_database_bytes",)] > 0 or not databases.FILES
        assert any(key[0] == "reeve_writer_wait_seconds_count" and value > 0 for key, value in samples.items())
        server.stop()
        server.start()
        until(lambda: measured(server).get(("reeve_wakes_total",)) == 2, "the second start in the ledger", 10)
        assert measured(server)[("reeve_asleep_seconds_total",)] > 0
    finally:
        worker.stop()


def test_runs_are_measured_by_flow(server, stock_worker, deployments):
    deployment = deployments("wide", stock_worker.pool)
    before = count(measured(server), "wide")
    await_completed(start_run(deployment, seconds=1))
    samples = measured(server)
    assert count(samples, "wide") == before + 1
    assert samples[("reeve_flow_success_ratio", ("flow", "wide"))] == 1


def test_the_ledger_agrees_with_who_starts_the_server(tmp_path):
    """Woken four times, killed once: time awake, starts and reasons are those that the keeper of its socket saw."""
    with Activation(tmp_path, REEVE_SLEEP_AFTER="1500ms") as server:
        ask = lambda path: urllib.request.urlopen(server.url + path, timeout=10).read()  # noqa: E731
        for path in ("/api/admin/version", "/api/health", "/metrics"):
            ask(path)
            until(lambda: not server.running, "the server to sleep", 10)
        ask("/api/admin/version")
        until(lambda: b"reeve_wakes_total 4" in ask("/metrics"), "the fourth start in the ledger", 5)
        os.kill(server.pid, signal.SIGKILL)
        until(lambda: not server.running, "the end", 10)
        before = server.awake()
        time.sleep(1)
        ask("/api/admin/version")
        assert server.starts == 5
        found = until(lambda: (s := measured(server)).get(("reeve_wakes_total",)) == 5 and s, "the fifth start in the ledger", 5)
        awake, asleep = found[("reeve_awake_seconds_total",)], found[("reeve_asleep_seconds_total",)]
        # The kill takes back what was after the last sign of life, a second after its start.
        assert before - 2 < awake < server.awake() + 0.5, (before, awake, server.awake())
        assert asleep > 1
        used = json.loads(ask("/api/reeve/usage"))
        assert used["wakes_by_reason"] == {"start: client": 3, "start: probe": 1, "start: metrics": 1}, used
