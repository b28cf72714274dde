"""DBOS: a workflow of three steps in the process that starts it, kept in SQLite."""

import os

from dbos import DBOS, DBOSConfig, SetWorkflowID

from door import serve
from steps import step

DBOS(config=DBOSConfig(name="peers", system_database_url=f"sqlite:///{os.path.abspath('dbos.sqlite')}", run_admin_server=False, log_level="WARNING"))


@DBOS.step()
def stepped(run: str, number: int) -> None:
    step(run, number)


@DBOS.workflow()
def work(run: str) -> None:
    for number in (1, 2, 3):
        stepped(run, number)


def keep(run: str) -> None:
    with SetWorkflowID(run):
        DBOS.start_workflow(work, run)


if __name__ == "__main__":
    DBOS.launch()  # goes on with what a process before it left
    serve(keep)
