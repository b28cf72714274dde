"""Scripted requests to the real Prefect server and to ours, answers compared field by field.

    from harness import scenario

    @scenario
    def variables_life(s):
        v = s.post("/variables/", json={"name": "a_name", "value": 1})
        s.get(f"/variables/{v['id']}")
        s.post("/variables/", json={"name": "BAD NAME"})    # errors are compared too

A scenario runs once against each server, both as empty as after a bare first start. Every call is
recorded and returns the parsed body; when both runs have ended, the n-th answers are compared:
status, the headers that clients read, and the body.

- `ignore=["path.to.field", "results.*.field"]` leaves fields out; for one answer only.
- `unordered=True` (or a list of paths) compares arrays as sets.
- `s.eventually("post", path, json=…, until=lambda body: …)` repeats a call and records the last.
- `s.quietly.post(…)` makes a call that is not compared.
- `with s.websocket("/events/in") as ws: ws.send({…}); ws.receive()` records what is received.
- `@scenario(settings={"PREFECT_…": "…"})` runs on a pair of servers with these settings.
- `@scenario(changed=True)` marks a scenario in which the release before the contract's answers
  something else; the calls say what with `was=["path.to.field"]`, or `was=True` for the whole
  answer. Run with that release (`-m changed`), exactly what they name must differ.

Differences on purpose are listed in differences.py.
"""

from __future__ import annotations

import json as jsonlib
import time
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Callable
from urllib.parse import urlsplit

import httpx

from compare import Matcher, strings
from differences import ignored
from document import Document
from servers import CONTRACT, RELEASE, TWICE_REAL, Pair, Server

COMPARED = {"total": 0}
"""Number of answers compared so far."""

_document: Document | None = None

_pairs: dict[tuple[tuple[str, str], ...], Pair] = {}


@dataclass
class Exchange:
    """One recorded request and its answer."""

    call: str
    sent: Any
    status: int
    headers: dict[str, str]
    body: Any
    ignore: list[str] = field(default_factory=list)
    unordered: bool | list[str] = False
    was: bool | list[str] = False


class Session:
    """What a scenario sees of one server."""

    def __init__(self, server: Server) -> None:
        # A connection each request: the real server hangs up after an error that nothing caught, and says so only
        # by doing it, so that the next request on a kept connection would be reset, or not, as the race goes.
        self._client = httpx.Client(base_url=server.url, timeout=60, limits=httpx.Limits(max_keepalive_connections=0))
        self._server = server
        self.exchanges: list[Exchange] = []
        self.started = datetime.now(timezone.utc)
        self.sent: set[str] = set()

    @property
    def quietly(self) -> "Session":
        """The same server, but nothing is recorded."""
        other = Session.__new__(Session)
        other.__dict__ |= self.__dict__ | {"exchanges": []}
        return other

    def get(self, path: str, **options: Any) -> Any:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> Any:
        return self.request("POST", path, **options)

    def put(self, path: str, **options: Any) -> Any:
        return self.request("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> Any:
        return self.request("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> Any:
        return self.request("DELETE", path, **options)

    def request(
        self,
        method: str,
        path: str,
        *,
        ignore: list[str] | None = None,
        unordered: bool | list[str] = False,
        was: bool | list[str] = False,
        **options: Any,
    ) -> Any:
        """The parsed body of the answer. Options are those of httpx."""
        answer = self._client.request(method, path, **options)
        for _ in range(self._server.patience):
            if answer.status_code != 503:
                break
            time.sleep(0.1)
            answer = self._client.request(method, path, **options)
        sent = options.get("json", options.get("content"))
        self.sent.update(strings(sent))
        exchange = Exchange(
            f"{method} {path}", sent, answer.status_code, _headers(answer), _body(answer), ignore or [], unordered, was
        )
        exchange.ignore += ignored(method, path)
        self.exchanges.append(exchange)
        return exchange.body

    def eventually(
        self, method: str, path: str, *, until: Callable[[Any], Any], seconds: float = 15, **options: Any
    ) -> Any:
        """Repeats a request until its body satisfies `until`; records the last answer."""
        deadline = time.monotonic() + seconds
        while True:
            body = self.request(method.upper(), path, **options)
            try:
                if until(body) or time.monotonic() > deadline:
                    return body
            except (KeyError, IndexError, TypeError):
                if time.monotonic() > deadline:
                    return body
            self.exchanges.pop()
            time.sleep(0.1)

    def websocket(self, path: str, *, ignore: list[str] | None = None, **options: Any) -> "WebSocket":
        """To be used with `with`."""
        return WebSocket(self, path, ignore or [], options)

    def close(self) -> None:
        self._client.close()


class WebSocket:
    """A websocket whose received messages and close code are recorded."""

    def __init__(self, session: Session, path: str, ignore: list[str], options: dict[str, Any]) -> None:
        self._session, self._path, self._ignore, self._options = session, path, ignore, options

    def __enter__(self) -> "WebSocket":
        from websockets.exceptions import InvalidStatus
        from websockets.sync.client import connect

        url = self._session._server.url.replace("http", "ws", 1) + self._path
        self._options.setdefault("subprotocols", ["prefect"])
        try:
            self._socket = connect(url, **self._options)
        except InvalidStatus as refused:
            self._record("connect", refused.response.status_code, None)
            raise
        self._record("connect", 101, {"subprotocol": self._socket.subprotocol})
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, message: Any) -> None:
        self._session.sent.update(strings(message))
        self._socket.send(message if isinstance(message, str) else jsonlib.dumps(message))

    def receive(self, seconds: float = 15, ignore: list[str] | None = None) -> Any:
        """The next message, or None when the server closed the connection or said nothing."""
        from websockets.exceptions import ConnectionClosed

        try:
            text = self._socket.recv(timeout=seconds)
        except TimeoutError:
            self._record("silence", 0, None)
            return None
        except ConnectionClosed as closed:
            frame = closed.rcvd
            self._record("closed", frame.code if frame else 1006, {"reason": frame.reason if frame else ""})
            return None
        try:
            body = jsonlib.loads(text)
        except ValueError:
            body = text
        self._record("message", 0, body, ignore)
        return body

    def _record(self, what: str, status: int, body: Any, ignore: list[str] | None = None) -> None:
        self._session.exchanges.append(
            Exchange(f"WS {self._path} {what}", None, status, {}, body, self._ignore + (ignore or []))
        )


def _headers(answer: httpx.Response) -> dict[str, str]:
    """The headers that clients act on, in a form that can be compared."""
    found = {}
    if kind := answer.headers.get("content-type"):
        found["content-type"] = kind.split(";")[0]
    if allow := answer.headers.get("allow"):
        found["allow"] = ", ".join(sorted(m.strip() for m in allow.split(",")))
    if location := answer.headers.get("location"):
        parts = urlsplit(location)
        found["location"] = parts.path + (f"?{parts.query}" if parts.query else "")
    if "retry-after" in answer.headers:
        found["retry-after"] = "given"
    return found


def _body(answer: httpx.Response) -> Any:
    try:
        return answer.json() if answer.content else None
    except ValueError:
        return answer.text


class Scenario:
    """A scripted conversation."""

    def __init__(self, script: Callable[[Session], None], settings: dict[str, str], changed: bool) -> None:
        self.script, self.settings, self.changed = script, settings, changed

    def run(self) -> None:
        try:
            self._compare(pair_of(self.settings))
        except AssertionError:
            # Run again, it must meet servers that know nothing of it: the real one drops events by the ids it has seen.
            forget(self.settings)
            raise

    def _compare(self, pair: Pair) -> None:
        real, real_error = self._play(pair.real)
        ours, ours_error = self._play(pair.ours)
        if real_error and len(ours.exchanges) >= len(real.exchanges):
            report = _report(real, ours)
            raise AssertionError(f"the scenario itself fails:\n{report}") from real_error
        report = _report(real, ours)
        if any(call.was for call in ours.exchanges) and not self.changed:
            report += "\na call has `was`, so the scenario is to be marked: @scenario(changed=True)"
        if len(real.exchanges) != len(ours.exchanges):
            report += f"\n{len(real.exchanges)} calls to real, {len(ours.exchanges)} to ours"
        if ours_error:
            report += f"\nagainst ours the scenario ends with {type(ours_error).__name__}: {ours_error}"
        report += _undocumented(pair, ours)
        if report:
            logs = "".join(f"\nlog of {s.name}:\n{log}" for s in (pair.real, pair.ours) if (log := s.tail()))
            raise AssertionError(report.strip() + logs)

    def _play(self, server: Server) -> tuple[Session, Exception | None]:
        server.fresh()
        session = Session(server)
        try:
            self.script(session)
        except Exception as error:  # noqa: BLE001 - judged when both have been played
            return session, error
        finally:
            session.close()
        return session, None


def scenario(
    script: Callable[[Session], None] | None = None,
    *,
    settings: dict[str, str] | None = None,
    changed: bool = False,
) -> Any:
    """Makes a test of a function that takes a Session; conftest.py collects it."""
    if script is None:
        return lambda inner: scenario(inner, settings=settings, changed=changed)
    made = Scenario(script, settings or {}, changed)

    def run() -> None:
        made.run()

    run.__doc__, run.is_scenario, run.is_changed = script.__doc__, True, changed
    return run


def _key(settings: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(settings.items()))


def pair_of(settings: dict[str, str]) -> Pair:
    key = _key(settings)
    if key not in _pairs:
        _pairs[key] = Pair(settings)
    return _pairs[key]


def forget(settings: dict[str, str]) -> None:
    """Ends the pair with these settings; the next scenario gets a new one."""
    if pair := _pairs.pop(_key(settings), None):
        pair.close()


def close() -> None:
    """Ends every server."""
    for pair in _pairs.values():
        pair.close()


def _report(real: Session, ours: Session) -> str:
    """What differs, call by call; empty when nothing does."""
    matcher = Matcher(real.sent | ours.sent, real.started, ours.started)
    parts = []
    for number, (a, b) in enumerate(zip(real.exchanges, ours.exchanges), start=1):
        COMPARED["total"] += 1
        if a.was and RELEASE != CONTRACT:
            lines = _changes(matcher, a, b)
        else:
            lines = _differences(matcher, a, b, a.ignore)
        if lines:
            sent = f"  sent {jsonlib.dumps(b.sent)[:1500]}" if b.sent is not None else ""
            parts.append("\n".join([f"call {number}: {b.call}{sent}", *(f"    {line}" for line in lines)]))
    return "\n".join(parts)


def _undocumented(pair: Pair, ours: Session) -> str:
    """The answers of ours that are not as its own OpenAPI document says."""
    if TWICE_REAL:
        return ""
    global _document
    _document = _document or Document(pair.ours.url)
    calls = [(call, _document.faults(call.call, call.status, call.body)) for call in ours.exchanges if not call.call.startswith("WS ")]
    return "".join(f"\n{call.call}\n    " + "\n    ".join(faults) for call, faults in calls if faults)


def _differences(matcher: Matcher, a: Exchange, b: Exchange, ignore: list[str]) -> list[str]:
    """What differs between the two answers to one call."""
    lines = []
    if a.status != b.status:
        lines.append(f"status: {a.status} in real, {b.status} in ours")
    for name in sorted(a.headers.keys() | b.headers.keys()):
        left, right = a.headers.get(name, "(none)"), b.headers.get(name, "(none)")
        if not matcher.same_text(left, right):
            lines.append(f"header {name}: {left!r} in real, {right!r} in ours")
    if a.status != b.status:
        return [*lines, f"real: {jsonlib.dumps(a.body)[:1500]}", f"ours: {jsonlib.dumps(b.body)[:1500]}"]
    return [*lines, *matcher.differences(a.body, b.body, ignore, a.unordered)]


def _changes(matcher: Matcher, a: Exchange, b: Exchange) -> list[str]:
    """What differs between an earlier release and ours but for what the call names, which must."""
    named = [] if a.was is True else a.was
    beyond = [] if a.was is True else _differences(matcher, a, b, a.ignore + named)
    if not beyond and not _differences(matcher, a, b, a.ignore):
        return [f"{RELEASE} answers as {CONTRACT} does: take `was` off"]
    return beyond
