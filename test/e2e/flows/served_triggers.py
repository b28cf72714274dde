"""A program that serves one flow with a trigger."""

from __future__ import annotations

import sys

from prefect import flow
from prefect.events import DeploymentEventTrigger


@flow
def served(word: str = "nothing") -> str:
    return word


if __name__ == "__main__":
    served.serve(name=sys.argv[1], triggers=[DeploymentEventTrigger(name="e2e-when-served", expect={"ping"}, parameters={"word": "ping"})])
