"""The work that every peer does in each of the three steps of a run."""

import os
import time


def step(run: str, number: int) -> None:
    """Takes as long as the run asks for, then notes in PEERS_STEPS that the step was done.

    A run is named `ID` or `ID~SECONDS`. The note is one append, so that those of many processes do not mix.
    """
    _, _, seconds = run.partition("~")
    if seconds:
        time.sleep(float(seconds))
    note = os.open(os.environ["PEERS_STEPS"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(note, f"{run} {number} {time.time_ns()}\n".encode())
    finally:
        os.close(note)
