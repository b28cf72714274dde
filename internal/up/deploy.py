"""Deploys flows with the prefect package; a plan in JSON comes in, deployment ids go out."""

import contextlib
import json
import sys

plan = json.load(sys.stdin)
with contextlib.redirect_stdout(sys.stderr):
    from prefect import flow

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
                build=False,
                push=False,
                print_next_steps=False,
            )
        )
print(json.dumps(ids))
