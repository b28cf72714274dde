"""The rehearsal: docs/QUICKSTART.md as it stands, then what may go wrong, on machines made here."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from quickstart import TOP  # noqa: E402
from world import World  # noqa: E402


def main(shapes: list[str]) -> None:
    began = time.monotonic()
    binary = Path(os.environ["REEVE_BIN"]).resolve()
    # The interpreter by its own name: behind a link, it would not find its packages.
    python = os.path.abspath(sys.executable)
    world = World(Path(os.environ["REHEARSAL_FOLDER"]), os.environ["REHEARSAL_UID"] == "0")
    os.environ["SSL_CERT_FILE"] = "/etc/ssl/certs/ca-certificates.crt"
    os.environ.pop("PREFECT_API_URL", None)

    import host
    import shape_fly
    import shape_vps

    keeper = host.Host(world, binary, python, REEVE_SLEEP_AFTER="2s")  # nobody has 30 s
    known = {"two-machines": shape_fly.two_machines, "one-machine": shape_fly.one_machine, "vps": shape_vps.vps}
    for name in shapes or known:
        started = time.monotonic()
        print(f"{name}", flush=True)
        try:
            known[name](keeper)
        except BaseException:
            for app in keeper.apps.values():
                if app.machine:
                    print(f"--- {app.name} wrote last:\n{app.machine.log.read_text(errors='replace')[-3000:]}", flush=True)
            raise
        print(f"{name}: passed in {time.monotonic() - started:.1f} s", flush=True)
    print(f"rehearsed in {time.monotonic() - began:.1f} s", flush=True)


main(sys.argv[1:])
