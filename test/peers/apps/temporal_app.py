"""Temporal: a workflow of three activities, its worker, and the door that starts it."""

import asyncio
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Worker

with workflow.unsafe.imports_passed_through():
    from door import serve
    from steps import step

QUEUE = "peers"


@activity.defn
def stepped(run: str, number: int) -> None:
    step(run, number)


@workflow.defn
class Work:
    @workflow.run
    async def run(self, run: str) -> None:
        for number in (1, 2, 3):
            await workflow.execute_activity(stepped, args=[run, number], start_to_close_timeout=timedelta(seconds=15))


async def connect() -> Client:
    """Waits for the server, and for its namespace, which takes it some seconds to tell all its parts."""
    while True:
        try:
            client = await Client.connect(os.environ["PEERS_TEMPORAL"])
            try:
                retention = timedelta(days=1)
                request = RegisterNamespaceRequest(namespace="default")
                request.workflow_execution_retention_period.FromTimedelta(retention)
                await client.workflow_service.register_namespace(request)
            except RPCError as e:
                if e.status != RPCStatusCode.ALREADY_EXISTS:
                    raise
            await client.start_workflow(Work.run, "warm", id=f"warm-{os.getpid()}", task_queue=QUEUE)
            return client
        except (RPCError, RuntimeError):
            await asyncio.sleep(0.05)


async def main() -> None:
    client = await connect()
    loop = asyncio.get_running_loop()

    def keep(run: str) -> None:
        start = client.start_workflow(Work.run, run, id=run, task_queue=QUEUE)
        asyncio.run_coroutine_threadsafe(start, loop).result()

    threading.Thread(target=serve, args=(keep,), daemon=True).start()
    with ThreadPoolExecutor(100) as threads:
        await Worker(client, task_queue=QUEUE, workflows=[Work], activities=[stepped], activity_executor=threads).run()


if __name__ == "__main__":
    asyncio.run(main())
