"""A machine with systemd: the server behind its socket, the gateway as a service."""

from __future__ import annotations

import json

from client import until
from host import Host
from quickstart import OPERATIONS, blocks
from shape_fly import say
from systemd import Manager


def vps(host: Host) -> None:
    if not host.world.real_root:
        say("left out: it makes a user, and that takes root")
        return
    machine = Manager(host.world, host.python)
    try:
        rehearse(machine)
    except BaseException:
        for service in machine.services.values():
            print(f"--- {service.log.name}:\n{service.log.read_text(errors='replace')[-3000:]}", flush=True)
        raise


def rehearse(machine: Manager) -> None:
    for commands in blocks("vps"):
        machine.shell(commands, 120)

    def runs() -> list[dict]:
        return json.loads(machine.shell('curl -fsS -u "$PASSWORD" -H "Content-Type: application/json" -d "{}" http://127.0.0.1:4200/api/flow_runs/filter'))

    until(lambda: [run["state_type"] for run in runs()] == ["COMPLETED"], "the first webhook's run")
    machine.shell("! command -v systemd-analyze > /dev/null || systemd-analyze verify /etc/systemd/system/reeve-*")
    server = machine.services["reeve-server.service"]
    say(f"the first webhook's run is completed; the server's socket started it {server.starts} time")
    machine.shell("systemctl stop reeve-gateway.service reeve-server.service")
    starts = server.starts
    machine.shell("curl -fsS http://127.0.0.1:4200/api/health")
    assert server.starts == starts + 1, "the socket did not start the server"
    machine.shell("runuser -u reeve -- reeve server database backup --database /var/lib/reeve/prefect.db")
    machine.shell('curl -fsS -u "$PASSWORD" -H "Content-Type: application/json" -d \'{"name": "later", "value": 1}\' http://127.0.0.1:4200/api/variables/')
    machine.shell("".join(blocks("vps-restore", OPERATIONS)))
    count = machine.shell('curl -fsS -u "$PASSWORD" -X POST http://127.0.0.1:4200/api/variables/count')
    assert count == "0" and len(runs()) == 1, f"after the restore there are {count} variables and {len(runs())} runs"
    say("a request started the server again; a snapshot was taken while it ran, and restored")
    for service in machine.services.values():
        service.stop()
    machine.shell.close()
