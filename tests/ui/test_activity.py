"""What is listed of tasks: from waiting to the end, without keeping what they had in hand."""

import gc
import threading
import weakref
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.errors import InputError
from app.tasks import TaskContext
from tests.ui.dialog_room import click
from ui.activity import MOST, Activity, Listed, Outcome, Place, Stage
from ui.activity_list import state_words, time_words
from ui.activity_pane import ActivityPane
from ui.workers import Lane, TaskRunner


class Held:
    """Something a task had in hand."""


def told(result: object) -> Outcome | None:
    return Outcome(f"came to {result}") if result is not None else None


LISTED = Listed("Work", told)


def entries(runner: TaskRunner) -> list[Activity]:
    return list(runner.activities)


def test_a_task_is_followed_from_its_turn_to_its_end(runner, qtbot):
    may_end = threading.Event()

    def work(context: TaskContext) -> int:
        context.report(412, 1_000, "Writing")
        may_end.wait(10)
        return 7

    runner.run(work, lane=Lane.WRITE, listed=LISTED)
    runner.run(lambda context: 8, lane=Lane.WRITE, listed=Listed("Next", told))
    runner.run(lambda context: 9, lane=Lane.READ)  # what is read for a page is nobody's work
    after, first = entries(runner)
    assert (first.stage, after.stage, runner.activities.running) == (Stage.RUNNING, Stage.WAITING, 2)
    qtbot.waitUntil(lambda: first.progress is not None)
    assert state_words(first) == "Running: Writing 412 of 1,000"
    assert time_words(first).startswith("since ")
    may_end.set()
    qtbot.waitUntil(lambda: not runner.activities.running)
    assert [state_words(one) for one in (first, after)] == ["Done: came to 7", "Done: came to 8"]
    assert first.progress is None


def test_cancel_failure_and_nothing_to_say(runner, qtbot, caplog):
    def waits(context: TaskContext) -> None:
        context.wait(30)

    def refuses(context: TaskContext) -> None:
        raise InputError("The folder is gone.", hint="Choose another one.")

    name = "Amelia"

    def breaks(context: TaskContext) -> None:
        raise KeyError(name)

    heard: list[Activity] = []
    runner.activities.ended.connect(heard.append)
    runner.run(waits, lane=Lane.PLR, listed=LISTED)
    (stopped,) = entries(runner)
    runner.run(waits, lane=Lane.SYNC, listed=Listed("One step", told, stoppable=False))
    unstoppable = entries(runner)[0]
    runner.run(refuses, lane=Lane.WRITE, failed=heard_error, listed=LISTED)
    refused = entries(runner)[0]
    runner.run(breaks, lane=Lane.EXPORT, failed=heard_error, listed=LISTED)
    broken = entries(runner)[0]
    runner.run(lambda context: None, lane=Lane.BACKUP, listed=LISTED)
    stopped.cancel()
    unstoppable.cancel()
    qtbot.waitUntil(lambda: len(heard) == 3)
    qtbot.waitUntil(lambda: len(runner.activities) == 4)  # what came to nothing has no line
    assert unstoppable.stage is Stage.RUNNING
    assert (stopped.stage, state_words(stopped)) == (Stage.STOPPED, "Stopped")
    assert state_words(refused) == "Failed: The folder is gone."
    assert refused.error is not None
    assert refused.error.hint == "Choose another one."
    assert refused.error.__traceback__ is None
    assert refused.error.__cause__ is None
    assert state_words(broken) == "Failed: Something unexpected went wrong."
    assert "KeyError" in broken.report
    assert "Amelia" not in broken.report
    assert "Task in lane export failed" in caplog.text
    caplog.clear()
    runner.activities.forget_ended()
    assert entries(runner) == [unstoppable]


def heard_error(error: Exception) -> None:
    """A failure that its starter deals with."""


def test_results_are_let_go_and_old_lines_forgotten(runner, qtbot):
    refs: list[weakref.ref[Held]] = []

    def work(context: TaskContext) -> Held:
        made = Held()
        refs.append(weakref.ref(made))
        return made

    runner.run(work, lane=Lane.READ, listed=Listed("Held", lambda made: Outcome("done")))
    qtbot.waitUntil(lambda: not runner.is_busy())
    QApplication.processEvents()
    gc.collect()
    assert refs[0]() is None
    for _ in range(MOST + 5):
        runner.run(lambda context: 1, lane=Lane.READ, listed=LISTED)
    qtbot.waitUntil(lambda: not runner.activities.running)
    assert len(runner.activities) == MOST


@pytest.mark.usefixtures("dressed_up")
def test_the_pane_by_keys_and_what_a_screen_reader_says(runner, qtbot):
    may_end = threading.Event()
    pane = ActivityPane(runner.activities)
    qtbot.addWidget(pane)
    pane.resize(300, 500)
    pane.show()
    qtbot.waitUntil(pane.isVisible)
    assert pane.show_button.accessibleDescription() == "Choose a line first."
    assert not pane.list.isVisible()

    def work(context: TaskContext) -> int:
        context.report(1, 4)
        while not may_end.wait(0.01):
            context.raise_if_cancelled()
        return 4

    runner.run(work, lane=Lane.EXPORT, listed=Listed("Export", told, Place(file=Path("x.csv"))))
    runner.run(work, lane=Lane.PLR, listed=Listed("Download", told))
    qtbot.waitUntil(lambda: "Running: 1 of 4" in (pane.list.rows.index(0).data() or ""))
    pane.activateWindow()
    pane.list.setFocus()
    qtbot.waitUntil(pane.list.hasFocus)
    assert pane.list.current is not None
    # Work that comes does not take the cursor away.
    assert pane.list.current.title == "Export"
    qtbot.keyClick(pane.list, Qt.Key.Key_Up)
    assert pane.list.current.title == "Download"
    assert "when it has ended" in pane.show_button.accessibleDescription()
    qtbot.keyClick(pane.list, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: entries(runner)[0].stage is Stage.STOPPED)
    qtbot.waitUntil(lambda: pane.cancel_button.accessibleDescription() == "It has ended.")
    assert pane.list.rows.index(0).data().startswith("Download, Stopped")
    may_end.set()
    qtbot.waitUntil(lambda: not runner.activities.running)
    wanted: list[Activity] = []
    pane.show_wanted.connect(wanted.append)
    qtbot.keyClick(pane.list, Qt.Key.Key_Down)
    qtbot.keyClick(pane.list, Qt.Key.Key_Return)
    assert [one.title for one in wanted] == ["Export"]
    click(pane.clear_button)
    assert not pane.list.isVisible()
