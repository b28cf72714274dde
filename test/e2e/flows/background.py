"""A background task, its worker and its caller: `background.py serve` or `background.py delay N`."""

from __future__ import annotations

import sys

from prefect import task


@task(log_prints=True, retries=1)
def double(x: int) -> int:
    from prefect.context import TaskRunContext

    if x == 2 and TaskRunContext.get().task_run.run_count < 2:
        raise ValueError("the first attempt at 2 always fails")
    print("doubled", x)
    return 2 * x


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        double.serve()
    else:
        for future in [double.delay(i) for i in range(int(sys.argv[2]))]:
            print(future.task_run_id)
