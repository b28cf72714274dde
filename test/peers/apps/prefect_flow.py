"""A flow of three tasks, for the reference and for Reeve."""

import os
import sys

from prefect import flow, task

sys.path.append(os.path.dirname(os.path.abspath(__file__)))  # a run's process imports this file by its path

from steps import step  # noqa: E402

stepped = task(step, name="step")


@flow
def work(run: str) -> None:
    for number in (1, 2, 3):
        stepped(run, number)
