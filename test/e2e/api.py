"""What tests ask the server through Prefect's own client."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
    LogFilter,
    LogFilterFlowRunId,
    LogFilterTaskRunId,
    TaskRunFilter,
    TaskRunFilterFlowRunId,
)
from prefect.client.schemas.objects import FlowRun, State, TaskRun
from prefect.client.schemas.sorting import LogSort, TaskRunSort

from waiting import until


def client() -> SyncPrefectClient:
    """To be used with `with`."""
    return get_client(sync_client=True)


def flow_run(run_id: UUID) -> FlowRun:
    with client() as api:
        return api.read_flow_run(run_id)


def history(run_id: UUID) -> list[str]:
    """Names of the states of a flow run, oldest first."""
    with client() as api:
        return [state.name for state in api.read_flow_run_states(run_id)]


def task_runs(run_id: UUID) -> dict[str, TaskRun]:
    """Task runs of a flow run by name."""
    with client() as api:
        found = api.read_task_runs(
            task_run_filter=TaskRunFilter(flow_run_id=TaskRunFilterFlowRunId(any_=[run_id])),
            sort=TaskRunSort.END_TIME_DESC,
        )
    return {run.name: run for run in found}


def task_states(run_id: UUID) -> dict[str, str]:
    """Names of the current states of a flow run's task runs, by name of the task run."""
    return {name: run.state_name for name, run in task_runs(run_id).items()}


def subflow_runs(run_id: UUID) -> list[FlowRun]:
    with client() as api:
        return api.read_flow_runs(
            flow_run_filter=FlowRunFilter.model_validate({"parent_flow_run_id": {"any_": [run_id]}})
        )


def flow_runs(*run_ids: UUID) -> list[FlowRun]:
    with client() as api:
        found = api.read_flow_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=list(run_ids))))
    return sorted(found, key=lambda run: run_ids.index(run.id))


def messages(run_id: UUID, task_run_id: UUID | None = None) -> list[str]:
    """Log messages of a flow run, or of one task run in it, oldest first."""
    wanted = LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run_id]))
    if task_run_id:
        wanted.task_run_id = LogFilterTaskRunId(any_=[task_run_id])
    with client() as api:
        return [log.message for log in api.read_logs(log_filter=wanted, sort=LogSort.TIMESTAMP_ASC)]


def await_state(run_id: UUID, *names: str, seconds: float = 60) -> FlowRun:
    """The flow run once its state has one of the names. Another final state fails at once."""

    def look() -> FlowRun | None:
        run = flow_run(run_id)
        return run if run.state_name in names or (run.state and run.state.is_final()) else None

    try:
        run = until(look, f"flow run {run_id} to be {' or '.join(names)}", seconds)
        assert run.state_name in names, f"{run.state!r} instead of {names}"
    except AssertionError as error:
        report = "\n".join([f"states: {history(run_id)}", "logs:", *messages(run_id)])
        raise AssertionError(f"{error}\n{report}") from None
    return run


def await_completed(run_id: UUID, seconds: float = 60) -> FlowRun:
    return await_state(run_id, "Completed", seconds=seconds)


def start_run(deployment_id: UUID, state: State[Any] | None = None, **parameters: Any) -> UUID:
    """Creates a run of the deployment, due now, and returns its id."""
    with client() as api:
        return api.create_flow_run_from_deployment(deployment_id, parameters=parameters, state=state).id


def worker_names(pool: str) -> list[str]:
    """Online workers of the pool. Raw, since the sync client has no call for it."""
    with client() as api:
        answer = api._client.post(f"/work_pools/{pool}/workers/filter", json={})
    return [worker["name"] for worker in answer.json() if worker["status"] == "ONLINE"]
