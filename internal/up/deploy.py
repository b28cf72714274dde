"""Deploys flows with the prefect package; a plan in JSON comes in, deployment ids go out."""

import contextlib
import datetime
import json
import sys

plan = json.load(sys.stdin)
with contextlib.redirect_stdout(sys.stderr):
    from prefect import flow
    from prefect.schedules import Schedule

    def schedule(wanted: dict) -> Schedule:
        """An interval begins where the last deploy had it begin."""
        interval = wanted.pop("interval", None)
        if interval is not None:
            wanted["interval"] = datetime.timedelta(seconds=interval)
        return Schedule(anchor_date=datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc), **wanted)

    ids = {}
    for wanted in plan["flows"]:
        loaded = flow.from_source(source=plan["folder"], entrypoint=wanted["entrypoint"])
        ids[wanted["name"]] = str(
            loaded.deploy(
                name=wanted["name"],
                work_pool_name=wanted["pool"],
                concurrency_limit=wanted["concurrency"],
                parameters=wanted["parameters"] or {},
                tags=wanted["tags"] or [],
                schedules=[schedule(s) for s in wanted["schedules"]] or None,
                build=False,
                push=False,
                print_next_steps=False,
            )
        )
print(json.dumps(ids))
