"""The two shapes on the host, and what may happen to their webhooks."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time

from client import Sender, Server, until
from host import App, Host
from quickstart import OPERATIONS, Shell, blocks


_began = time.monotonic()


def say(text: str) -> None:
    print(f"  {time.monotonic() - _began:5.1f} s: {text}", flush=True)


def shell(host: Host) -> Shell:
    return Shell([], {**os.environ, "PATH": f"{host.path}:{os.environ['PATH']}"})


def value(user: Shell, name: str) -> str:
    return user(f'printf "%s" "${name}"')


def two_machines(host: Host) -> None:
    user = shell(host)
    *before, webhook, look = blocks("two-machines")
    for commands in before:
        user(commands, 120)
    server, gateway = host.apps[value(user, "SERVER")], host.apps[value(user, "GATEWAY")]
    say(f"deployed {server.name} and {gateway.name}")
    answers = [user(webhook) for _ in range(3)]
    assert '"accepted"' in answers[0] and '"duplicate"' in answers[1] and '"duplicate"' in answers[2], answers
    until(lambda: json.loads(user(look))[0]["state_type"] == "COMPLETED", "the first webhook's run")
    api = Server(f"https://{server.name}.fly.dev/api", value(user, "PASSWORD"))
    sender = Sender(f"{gateway.name}.fly.dev", **{name: value(user, name) for name in ("VIDEO_SECRET", "CROP_SECRET")})
    run = api.one_completed(video="sample")
    say(f"the first webhook, sent 3 times: one run, completed ({run['total_run_time']:.1f} s in the flow)")
    refusals(sender, api)
    disturbed(host, api, sender, server, gateway)
    operated(user, api, server)
    user.close()
    for app in (gateway, server):
        assert app.machine.running, f"{app.name} is down"
        took = app.machine.stop(30)
        say(f"{app.name} ended in {took:.1f} s when it was told to")


def refusals(sender: Sender, api: Server) -> None:
    count = len(api.runs())
    for what, wanted, got in (
        ("a wrong secret", 401, sender.video("wrong", secret="wrong")),
        ("an expired timestamp", 401, sender.crop("old", "sample", age=3600)),
        ("a 50 MB body", 413, sender.video("large", padding=50_000_000)),
        ("an unknown path", 404, sender.video("lost", path="/webhooks/nobody")),
    ):
        assert got[0] == wanted, f"{what}: {got[0]}"
        say(f"{what}: {got[0]} after {1000 * got[1]:.0f} ms")
    assert len(api.runs()) == count, "a refused webhook made a run"


def disturbed(host: Host, api: Server, sender: Sender, server: App, gateway: App) -> None:
    """Webhooks while the server sleeps and while it and the gateway are killed."""
    work = gateway.volume / "work"
    for video in ("asleep", "crashing", "killed"):
        shutil.copy(work / "sample.y4m", work / f"{video}.y4m")
        shutil.chown(work / f"{video}.y4m", gateway.machine.user, gateway.machine.user)
    asleep(server, api)
    starts = server.machine.starts
    time.sleep(3)
    assert server.machine.starts == starts, "somebody woke the server"
    say("the server went to sleep by itself and was not woken for 3 s, with a worker attached")
    got = [sender.video("asleep") for _ in range(3)]
    assert [status for status, _ in got] == [202, 202, 202], got
    api.one_completed(video="asleep")
    say(f"3 times while the server slept: 202 after {1000 * max(t for _, t in got):.0f} ms at most, one run, completed; "
        f"the server was started {server.machine.starts - starts} time")  # fmt: skip
    got = []
    for round in range(3):
        until(lambda: server.machine.running, "the server's next start")
        server.machine.kill()
        got.append(sender.video("crashing")[0])
        time.sleep(0.2 * round)
    assert got == [202, 202, 202], got
    api.one_completed(video="crashing")
    say("3 times, each right after the server was killed: one run, completed")
    gateway_killed(sender, server, gateway)
    api.one_completed(video="killed")
    say("kept by a gateway that was killed while it delivered, and sent again: one run, completed")


def asleep(app: App, api: Server) -> None:
    """Waits for an app's machine to go to sleep by itself; says what kept it awake."""
    try:
        until(lambda: app.machine.suspended or not app.machine.running, f"the sleep of {app.name}", 30)
    except AssertionError as late:
        raise AssertionError(f"{late}: {api.ask('/reeve/sleep')}") from None


def gateway_killed(sender: Sender, server: App, gateway: App) -> None:
    """The server holds still, so that the gateway dies after its answer and before the server's."""
    starts = gateway.machine.starts
    until(lambda: server.machine.running, "the server")
    server.machine.signal(signal.SIGSTOP)
    assert sender.video("killed")[0] == 202
    gateway.machine.kill()
    server.machine.signal(signal.SIGCONT)
    until(lambda: gateway.machine.starts > starts, "the gateway's next start")
    until(lambda: delivered_again(sender, "killed"), "the gateway")


def delivered_again(sender: Sender, video: str) -> bool:
    try:
        return sender.video(video)[0] == 202
    except OSError:
        return False


def operated(user: Shell, api: Server, server: App) -> None:
    """What docs/operations.md says of health, backup, recovery, deploys and going back."""
    user("".join(blocks("operations", OPERATIONS)))
    say("health, status and doctor have nothing to complain of")
    user("".join(blocks("backup", OPERATIONS)))
    runs = len(api.runs())
    api.ask("/variables/", {"name": "after_the_copy", "value": 1})
    user("".join(blocks("restore", OPERATIONS)), 120)
    assert len(api.runs()) == runs, "the restored database has other runs than the copy"
    assert api.ask("/variables/count", {}) == 0, "the restored database has what came after the copy"
    say(f"a copy of {runs} runs was taken while the server ran, and restored")
    user("".join(blocks("deploy", OPERATIONS)), 120)
    images = [line.split()[1] for line in user("".join(blocks("releases", OPERATIONS))).splitlines()[1:]]
    assert images[0] != images[-1], images
    user(f"IMAGE={images[-1]}\n" + "".join(blocks("rollback", OPERATIONS)), 120)
    assert server.releases[-1][0] == images[-1] and server.releases[-1][1] != server.releases[-2][1]
    assert len(api.runs()) == runs, "the older release has other runs"
    user("rm copy.db")
    say("a release was deployed and the one before it put back: nothing was lost")


def one_machine(host: Host) -> None:
    user = shell(host)
    *before, webhook, plan = blocks("one-machine")
    for commands in before:
        user(commands, 120)
    app = host.apps[value(user, "APP")]
    user(webhook)
    api = Server(f"https://{app.name}.fly.dev/api", value(user, "PASSWORD"))
    run = api.one_completed(video="sample")
    say(f"the first webhook's run is completed ({run['total_run_time']:.1f} s in the flow)")
    user(plan)
    sender = Sender(f"{app.name}.fly.dev", VIDEO_SECRET=value(user, "VIDEO_SECRET"), CROP_SECRET=value(user, "CROP_SECRET"))
    asleep(app, api)
    got = [sender.crop("at night", "sample") for _ in range(3)]
    assert [status for status, _ in got] == [202, 202, 202], got
    until(lambda: len(api.runs()) == 2 and {run["state_type"] for run in api.runs()} == {"COMPLETED"}, "the run at night")
    say(f"3 times while the machine was suspended: 202 after {1000 * max(t for _, t in got):.0f} ms at most, one run, completed; "
        f"{app.machine.starts} start, {app.machine.suspensions} suspension")  # fmt: skip
    user.close()
    say(f"{app.name} ended in {app.machine.stop(30):.1f} s when it was told to")
