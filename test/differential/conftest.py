"""Makes tests of scenarios, and tells how many answers were compared."""

from __future__ import annotations

import pytest

import harness
import servers


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--at-least", type=int, default=0, help="fail when fewer answers were compared")


def pytest_report_header() -> str:
    ours = "a second real server" if servers.TWICE_REAL else servers.BINARY
    return f"real: Prefect {servers.RELEASE}, ours: {ours}"


def pytest_pycollect_makeitem(collector: pytest.Collector, name: str, obj: object):
    if getattr(obj, "is_scenario", False):
        test = pytest.Function.from_parent(collector, name=name)
        if obj.is_changed:
            test.add_marker("changed")
        return test
    return None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo):
    """A failed comparison is told by its own text, without a Python traceback."""
    report = yield
    if report.failed and call.excinfo and call.excinfo.errisinstance(AssertionError) and not call.excinfo.value.__cause__:
        report.longrepr = str(call.excinfo.value)
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    harness.close()
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        output["compared"] = harness.COMPARED["total"]  # one of several processes
    elif harness.COMPARED["total"] < session.config.getoption("--at-least") and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node, error) -> None:
    """Counts what another process has compared, which pytest-xdist ran tests in."""
    harness.COMPARED["total"] += getattr(node, "workeroutput", {}).get("compared", 0)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for again in terminalreporter.stats.get("rerun", []):
        terminalreporter.section(f"run again: {again.nodeid}")
        terminalreporter.write_line(str(again.longrepr))
    terminalreporter.write_line(f"compared requests: {harness.COMPARED['total']}")
