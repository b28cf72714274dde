"""A program that serves one flow, as a user would write it."""

from __future__ import annotations

import sys

from prefect import flow


@flow(log_prints=True, persist_result=True)
def served(word: str = "nothing") -> str:
    print(f"served {word}")
    return word * 2


if __name__ == "__main__":
    served.serve(name=sys.argv[1], limit=2, tags=["served"], cron="0 4 * * *", pause_on_shutdown=True)
