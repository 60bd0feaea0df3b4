"""The strict harness: offscreen, and any log line of warning or above that a test did not ask for fails it."""

import logging
import os

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(autouse=True)
def _no_unexpected_log_lines(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture):
    yield
    if request.node.get_closest_marker("expects_log"):
        return
    lines = [
        f"{record.name}: {record.getMessage()}"
        for record in caplog.get_records("call")
        if record.levelno >= logging.WARNING
    ]
    assert not lines, f"unexpected log lines: {lines}"
