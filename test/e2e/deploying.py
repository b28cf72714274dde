"""Deployments of the flows in `flows/`."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from prefect import flow

FLOWS = Path(__file__).parent / "flows"


class Deployments:
    """Creates each deployment once and remembers its id."""

    def __init__(self) -> None:
        self._ids: dict[str, UUID] = {}

    def __call__(self, flow_name: str, pool: str, name: str | None = None, **options: Any) -> UUID:
        """Id of the deployment of a flow in `flows/deployed.py` to a process pool.

        The name is that of the pool unless `options` make it a deployment of its own.
        """
        assert name or not options, "a deployment with options needs its own name"
        full_name = f"{flow_name.replace('_', '-')}/{name or pool}"
        if full_name not in self._ids:
            loaded = flow.from_source(source=str(FLOWS), entrypoint=f"deployed.py:{flow_name}")
            self._ids[full_name] = loaded.deploy(
                name=name or pool, work_pool_name=pool, print_next_steps=False, **options
            )
        return self._ids[full_name]
