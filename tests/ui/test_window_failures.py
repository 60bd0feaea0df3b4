"""What nobody foresaw, wherever it happens, comes up once as a report that names nobody; the last run's too."""

import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import SIGNAL, QObject, QTimer, qWarning
from PySide6.QtWidgets import QApplication, QPushButton

from app import crash_notes, logs
from app.tasks import TaskContext
from tests.ui.dialog_room import child, click, dressed, open_context
from ui.dialogs.unexpected_error import LastTimeDialog, UnexpectedErrorDialog
from ui.main_window import MainWindow
from ui.window import opened
from ui.workers import Lane

pytestmark = [pytest.mark.expects_log, pytest.mark.usefixtures("_dressed")]
SAID = "Fenwick, Ann 3000000029 ann@college.invalid Sixteen-Letters!"
END_OF_SESSION = SIGNAL("commitDataRequest(QSessionManager&)")
WORDS = ("Fenwick", "3000000029", "ann@", "Sixteen")


@pytest.fixture
def _dressed(qapp: QApplication) -> Iterator[None]:
    with dressed(qapp):
        yield


@pytest.fixture
def window(qtbot, tmp_path: Path) -> Iterator[MainWindow]:
    """As `ui.window.run` opens it, hooks and log included."""
    with open_context(tmp_path) as context:
        logs.register("Sixteen-Letters!")
        logs.start(context.folder.logs)
        try:
            with opened(context) as window:
                qtbot.waitUntil(lambda: not window.runner.is_busy())
                yield window
            window.deleteLater()
        finally:
            logs.stop()


def fail() -> None:
    raise KeyError(SAID)


class Broken(QObject):
    def slot(self) -> None:
        fail()


def task(context: TaskContext) -> None:
    fail()


def in_a_slot(window: MainWindow) -> None:
    QTimer.singleShot(0, Broken(window).slot)


def in_a_thread(window: MainWindow) -> None:
    threading.Thread(target=fail).start()


def in_a_task(window: MainWindow) -> None:
    window.runner.run(task, lane=Lane.READ)


def reports() -> list[UnexpectedErrorDialog]:
    shown = (one for one in QApplication.topLevelWidgets() if one.isVisible())
    return [one for one in shown if isinstance(one, UnexpectedErrorDialog)]


def log_of(window: MainWindow) -> str:
    return (window.context.folder.logs / logs.FILE_NAME).read_text(encoding="utf-8")


@pytest.mark.parametrize("where", [in_a_slot, in_a_thread, in_a_task])
def test_a_bug_is_shown_once_and_names_nobody(qtbot, window: MainWindow, where):
    for _ in range(5):
        where(window)
    qtbot.waitUntil(lambda: bool(reports()))
    qtbot.waitUntil(lambda: log_of(window).count("KeyError\n") >= 5 and not window.runner.is_busy())
    QApplication.processEvents()
    [dialog] = reports()
    click(child(dialog, QPushButton, "error_copy"))
    copied = QApplication.clipboard().text()
    assert "KeyError" in copied
    assert "in fail" in copied
    for text in (copied, log_of(window)):
        assert not [word for word in WORDS if word in text]
    click(child(dialog, QPushButton, "error_go_on"))
    qtbot.waitUntil(lambda: not reports())
    assert window.isVisible(), "the work goes on"


def test_after_a_bug_the_program_can_be_closed(qtbot, window: MainWindow):
    in_a_slot(window)
    qtbot.waitUntil(lambda: bool(reports()))
    click(child(reports()[0], QPushButton, "error_leave"))
    qtbot.waitUntil(lambda: not window.isVisible())


def test_what_qt_says_goes_to_the_log(qtbot, window: MainWindow):
    qWarning("something odd about 3000000029")
    assert "Qt: something odd about [10 digits]" in log_of(window)


def test_the_hooks_are_put_back(qapp: QApplication, tmp_path: Path):
    before = sys.excepthook, threading.excepthook
    with open_context(tmp_path) as context:
        with opened(context) as window:
            assert sys.excepthook is not before[0]
            assert qapp.receivers(END_OF_SESSION) == 1
        assert qapp.receivers(END_OF_SESSION) == 0
        assert (sys.excepthook, threading.excepthook) == before
        window.deleteLater()
    assert not [thread for thread in threading.enumerate() if thread.name == "hang watch"]
    logging.getLogger("app.test").info("still here")


def test_the_last_run_is_told_of(qtbot, window: MainWindow):
    notes = "Fatal Python error: Segmentation fault\n\nCurrent thread 0x1:\n  File x.py, line 1 3000000029\n"
    (window.context.folder.logs / logs.CRASH_FILE_NAME).write_text(notes, encoding="utf-8")
    window.messages.tell_of_last_time(crash_notes.take(window.context.folder.logs))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, LastTimeDialog)
    assert dialog.accessibleName() == "Learner Manager ended unexpectedly the last time."
    assert "Copy Report" in dialog.accessibleDescription()
    click(child(dialog, QPushButton, "error_copy"))
    assert "Segmentation fault" in QApplication.clipboard().text()
    assert "3000000029" not in QApplication.clipboard().text()
    dialog.grab().save("/tmp/rob_last_time.png")
    click(child(dialog, QPushButton, "last_time_go_on"))
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)
    assert window.isVisible()
