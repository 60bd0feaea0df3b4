"""The strict harness: offscreen, and any log line of warning or above that a test did not ask for fails it."""

import gc
import logging
import os
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import settings
from pytestqt.qtbot import QtBot

from tests import in_turn

LONG_MS = 30_000

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Nobody's own password store is asked or written to; tests of a store bring their own.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

# Qt's file dialog keeps where it was in a file that all programs of a user share and lock. Nobody's own is touched,
# and tests running side by side do not wait for one another.
_config = tempfile.TemporaryDirectory(prefix="lm-config-")
os.environ["XDG_CONFIG_HOME"] = _config.name

# How long an example takes is the machine's load, not the program's fault; speed is measured in tests/bench.
settings.register_profile("any_load", deadline=None)
settings.load_profile("any_load")


def pytest_configure(config: pytest.Config) -> None:
    """As in the program (`ui/collector.py`): in a task's thread the collector may delete Qt objects and crash."""
    gc.disable()
    worker = getattr(config, "workerinput", None)
    if worker is not None and [config.rootpath / one for one in config.args] == [in_turn.TESTS]:
        in_turn.import_all(int(worker["workerid"].removeprefix("gw")), worker["workercount"])


def pytest_collection_finish() -> None:
    """All tests and what they import stay to the end: gone through once and set aside, or each full collection would
    walk half a million objects of theirs again."""
    _set_aside()


def _set_aside() -> None:
    gc.collect()
    gc.freeze()


@pytest.fixture
def nothing_set_aside() -> Iterator[None]:
    """As a program begins, for tests of what it sets aside itself."""
    gc.unfreeze()
    yield
    _set_aside()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    """Collect here, in the main thread, what is due by Python's own thresholds. Whoever left the collector on would
    crash another test, some time."""
    if gc.isenabled():
        gc.disable()
        pytest.fail("This test left Python's collector on.")
    counts, thresholds = gc.get_count(), gc.get_threshold()
    due = [number for number in (0, 1, 2) if counts[number] > thresholds[number] > 0]
    if due:
        gc.collect(max(due))


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


class PatientBot(QtBot):
    """Waits as long for everything as a machine may need that is busy with something else."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = LONG_MS) -> None:
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = LONG_MS, **more: Any) -> Any:
        return super().waitSignal(signal, timeout=timeout, **more)

    def waitSignals(self, signals: list[Any], *, timeout: int = LONG_MS, **more: Any) -> Any:
        return super().waitSignals(signals, timeout=timeout, **more)

    def waitActive(self, widget: Any, *, timeout: int = LONG_MS) -> Any:
        return super().waitActive(widget, timeout=timeout)


@pytest.fixture
def qtbot(qapp: object, request: pytest.FixtureRequest) -> QtBot:
    """Instead of pytest-qt's own, which gives up after five seconds."""
    return PatientBot(request)
