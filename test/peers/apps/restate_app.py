"""Restate: a handler of three steps, called by the Restate server."""

import asyncio
import os

import restate
from hypercorn.asyncio import serve
from hypercorn.config import Config

from steps import step

work = restate.Service("Work")


@work.handler()
async def run(ctx: restate.Context, run: str) -> None:
    for number in (1, 2, 3):
        await ctx.run_typed(f"step {number}", _stepped, run=run, number=number)


async def _stepped(run: str, number: int) -> None:
    await asyncio.to_thread(step, run, number)


if __name__ == "__main__":
    config = Config()
    config.bind = [f"127.0.0.1:{os.environ['PEERS_PORT']}"]
    asyncio.run(serve(restate.app([work]), config))
