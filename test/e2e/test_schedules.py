"""Runs made by schedules: interval, cron and rrule, and what pausing does to them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from prefect import Flow
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.filters import DeploymentFilter, FlowRunFilter
from prefect.client.schemas.sorting import FlowRunSort
from prefect.schedules import Cron, Interval, RRule
from prefect.settings import PREFECT_API_URL, temporary_settings

from api import await_completed, client
from deploying import FLOWS
from processes import Server
from waiting import until

BERLIN = ZoneInfo("Europe/Berlin")


def scheduled(deployment_id):
    """Runs of the deployment that wait for their time, by that time."""
    with client() as api:
        return api.read_flow_runs(
            deployment_filter=DeploymentFilter.model_validate({"id": {"any_": [deployment_id]}}),
            flow_run_filter=FlowRunFilter.model_validate({"state": {"type": {"any_": ["SCHEDULED"]}}}),
            sort=FlowRunSort.EXPECTED_START_TIME_ASC,
        )


def times(deployment_id) -> list[datetime]:
    return [run.expected_start_time for run in scheduled(deployment_id)]


def deploy(deployments, worker, name: str, schedule, **options):
    return deployments("hello", worker.pool, name=name, schedules=[schedule], **options)


def test_interval_schedule_makes_runs_from_its_anchor(stock_worker, deployments):
    anchor = datetime(2026, 1, 1, 0, 7, tzinfo=timezone.utc)
    deployment = deploy(deployments, stock_worker, "by-interval", Interval(timedelta(minutes=20), anchor_date=anchor))
    found = until(lambda: (t := times(deployment)) and len(t) >= 3 and t, "three runs", 30)
    assert found[0] > datetime.now(timezone.utc) - timedelta(minutes=1)
    assert all((t - anchor).total_seconds() % 1200 == 0 for t in found)
    assert {(b - a).total_seconds() for a, b in zip(found, found[1:])} == {1200}
    run = scheduled(deployment)[0]
    assert run.auto_scheduled and run.parameters == {} and run.work_pool_name == stock_worker.pool
    assert run.created_by.type == "SCHEDULE"


def test_cron_schedule_keeps_its_time_of_day_across_zones(stock_worker, deployments):
    deployment = deploy(deployments, stock_worker, "by-cron", Cron("30 9 * * 1-5", timezone="Europe/Berlin"))
    found = until(lambda: (t := times(deployment)) and len(t) >= 3 and t, "three runs", 30)
    local = [t.astimezone(BERLIN) for t in found]
    assert all((t.hour, t.minute) == (9, 30) and t.weekday() < 5 for t in local)
    assert len({t.date() for t in local}) == len(local)


def test_rrule_schedule_follows_its_rule(stock_worker, deployments):
    rule = RRule("FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=7;BYMINUTE=15;BYSECOND=0", timezone="Europe/Berlin")
    deployment = deploy(deployments, stock_worker, "by-rrule", rule)
    found = until(lambda: (t := times(deployment)) and len(t) >= 3 and t, "three runs", 30)
    local = [t.astimezone(BERLIN) for t in found]
    assert all((t.weekday() in (0, 3), t.hour, t.minute) == (True, 7, 15) for t in local)


def test_pausing_takes_runs_away_and_resuming_brings_them_back(stock_worker, deployments):
    deployment = deploy(deployments, stock_worker, "paused-for-a-while", Interval(3600))
    before = until(lambda: times(deployment), "runs", 30)
    with client() as api:
        api.pause_deployment(deployment)
        assert times(deployment) == []
        assert api.read_deployment(deployment).paused
        api.resume_deployment(deployment)
    after = until(lambda: times(deployment), "the runs to be back", 30)
    assert after[0] == before[0]


def test_scheduled_run_starts_when_its_time_comes(worker, deployments):
    anchor, often = datetime.now(timezone.utc), timedelta(seconds=20)  # a deployment may take seconds on a busy machine
    deployment = deploy(deployments, worker, f"soon-on-{worker.kind}", Interval(often, anchor_date=anchor), parameters={"name": "the schedule"})
    due = until(lambda: scheduled(deployment), "the run", 30)[0]
    run = await_completed(due.id, seconds=80)
    with client() as api:
        api.pause_deployment(deployment)
    assert run.state.result()["greeting"] == "hello the schedule"
    # A run may start half a second early: the wait that it is told is in whole seconds.
    assert run.start_time >= run.expected_start_time - timedelta(seconds=0.5)
    assert (run.expected_start_time - anchor).total_seconds() % often.total_seconds() < 1


@pytest.mark.oracle_cannot("makes every schedule active at each deploy")
def test_schedule_that_was_paused_stays_so_at_the_next_deploy(tmp_path):
    server = Server(tmp_path, REEVE_DEPLOYMENTS_KEEP_PAUSED="true")
    server.start()
    try:
        with temporary_settings({PREFECT_API_URL: server.api_url}), client() as api:
            api.create_work_pool(WorkPoolCreate(name="p", type="process"))
            flow = Flow.from_source(source=str(FLOWS), entrypoint="deployed.py:hello")

            def deploy_again():
                schedules = [Interval(3600), Cron("0 9 * * *", slug="nightly")]
                deployment = flow.deploy(name="kept", work_pool_name="p", schedules=schedules, print_next_steps=False)
                return api.read_deployment(deployment)

            deployment = deploy_again()
            assert all(s.active for s in deployment.schedules)
            paused = next(s for s in deployment.schedules if s.slug != "nightly")
            api.update_deployment_schedule(deployment.id, paused.id, active=False)
            assert {s.slug: s.active for s in deploy_again().schedules} == {None: False, "nightly": True}
    finally:
        server.stop()
