"""The conformance suite's line in the report of a test run, and the browser that tests look through."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pyomo.environ  # noqa: F401  # its log keeps the stream it first finds: not one that a test will close
import pytest

from natura_opt.testing import Result, summary

from .browser import browser, session_browser  # noqa: F401  # fixtures for every test


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many cases each backend was tried on, and why some were skipped."""
    reports = [report for which in terminalreporter.stats.values() for report in which]
    results = {
        Result(*value)
        for report in reports
        for key, value in getattr(report, "user_properties", ())
        if key == "conformance"
    }
    if results:
        terminalreporter.section("conformance")
        terminalreporter.write_line(summary(results))


@pytest.fixture(autouse=True)
def signals_as_they_were() -> Iterator[None]:
    """Take back what a command run in this process did to Ctrl-C: it expects the process to end with it."""
    before = signal.getsignal(signal.SIGINT)
    if before in (signal.SIG_IGN, None):  # as in what a shell runs in the background
        before = signal.default_int_handler
        signal.signal(signal.SIGINT, before)
    yield
    signal.signal(signal.SIGINT, before)
    signal.set_wakeup_fd(-1)
