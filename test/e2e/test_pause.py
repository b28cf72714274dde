"""Pausing, suspending and resuming, with and without input."""

from __future__ import annotations

import threading
from uuid import UUID

import pytest
from prefect import flow, pause_flow_run
from prefect.exceptions import FlowPauseTimeout
from prefect.flow_runs import resume_flow_run
from prefect.input import RunInput
from prefect.runtime import flow_run as running

from api import await_completed, await_state, flow_run, history, start_run


class Order(RunInput):
    drink: str
    sugar: int = 0


class Background:
    """A flow in a thread, so that the test can act while it is paused."""

    def __init__(self, body) -> None:
        self.run_id: UUID | None = None
        self.result = self.error = None
        self._known = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(body,), daemon=True)
        self._thread.start()
        assert self._known.wait(30), f"the flow did not start: {self.error!r}"

    def _run(self, body) -> None:
        @flow(name="e2e-pause")
        def main():
            self.run_id = UUID(running.get_id())
            self._known.set()
            return body()

        try:
            self.result = main()
        except BaseException as error:  # noqa: BLE001 - for the test to look at
            self.error = error
            self._known.set()

    def join(self, seconds: float = 30) -> None:
        self._thread.join(seconds)
        assert not self._thread.is_alive(), "the flow did not end"


def test_paused_flow_goes_on_when_resumed():
    def body():
        pause_flow_run(timeout=60, poll_interval=1)
        return "went on"

    paused = Background(body)
    run = await_state(paused.run_id, "Paused")
    assert run.state.state_details.pause_timeout is not None
    resume_flow_run(paused.run_id)
    paused.join()
    assert paused.result == "went on"
    assert history(paused.run_id)[-4:] == ["Running", "Paused", "Running", "Completed"]


def test_paused_flow_gets_the_input_it_waits_for():
    paused = Background(lambda: pause_flow_run(wait_for_input=Order, timeout=60, poll_interval=1))
    run = await_state(paused.run_id, "Paused")
    assert set(run.state.state_details.run_input_keyset) == {"description", "response", "schema"}
    with pytest.raises(Exception, match="drink"):
        resume_flow_run(paused.run_id, run_input={"sugar": 2})
    assert flow_run(paused.run_id).state_name == "Paused"
    resume_flow_run(paused.run_id, run_input={"drink": "tea", "sugar": 2})
    paused.join()
    assert (paused.result.drink, paused.result.sugar) == ("tea", 2)


def test_run_that_is_not_paused_cannot_be_resumed():
    finished = Background(lambda: None)
    finished.join()
    with pytest.raises(Exception, match="[Cc]annot be resumed|not paused|404|Cannot resume"):
        resume_flow_run(finished.run_id)


def test_pause_that_nobody_ends_fails_the_run():
    paused = Background(lambda: pause_flow_run(timeout=2, poll_interval=1))
    run = await_state(paused.run_id, "Failed", seconds=20)
    paused.join()
    assert isinstance(paused.error, FlowPauseTimeout) or "paus" in run.state.message.lower()


def test_suspended_run_ends_its_process_and_is_resumed_in_another(worker, deployments, tmp_path):
    run_id = start_run(deployments("interrupted", worker.pool), scratch=str(tmp_path))
    await_state(run_id, "Suspended", seconds=60)
    resume_flow_run(run_id)
    run = await_completed(run_id, seconds=60)
    first, second = run.state.result()
    assert first != second
    assert (tmp_path / "before").read_text() == "ran\n"
    assert {"Suspended", "Resuming"} < set(history(run_id))
