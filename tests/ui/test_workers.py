"""Tasks and lanes: order, cancel, failure, and leaving with work under way."""

import gc
import threading
import weakref
from functools import partial

import pytest
from PySide6.QtCore import QObject, QThread, Slot
from PySide6.QtWidgets import QApplication

from app.errors import InputError
from app.tasks import Progress, TaskContext
from ui.workers import Lane, TaskRunner


class Listener(QObject):
    """Writes down what it was told, and in which thread."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[object] = []
        self.threads: set[QThread] = set()

    @Slot(object)
    def note(self, what: object) -> None:
        self.told.append(what)
        self.threads.add(QThread.currentThread())

    @Slot()
    def note_cancelled(self) -> None:
        self.told.append("cancelled")


def test_tasks_of_a_lane_run_one_after_another_and_lanes_side_by_side(runner, qtbot):
    both_at_once = threading.Barrier(2, timeout=5)
    running: list[str] = []
    overlaps: list[str] = []

    def alone(context: TaskContext) -> str:
        overlaps.extend(running)
        running.append("write")
        context.wait(0.01)
        running.pop()
        return "done"

    listener = Listener()
    for _ in range(5):
        runner.run(alone, lane=Lane.WRITE, done=listener.note)
    for lane in (Lane.READ, Lane.COUNT):
        runner.run(lambda context: both_at_once.wait(), lane=lane, done=listener.note)
    qtbot.waitUntil(lambda: len(listener.told) == 7)
    assert overlaps == []
    assert listener.threads == {QApplication.instance().thread()}


def test_a_cancel_ends_a_waiting_and_a_running_task(runner, qtbot):
    listener = Listener()
    started = threading.Event()

    def long(context: TaskContext) -> None:
        started.set()
        context.wait(60)

    first = runner.run(long, lane=Lane.PLR, done=listener.note, cancelled=listener.note_cancelled)
    second = runner.run(long, lane=Lane.PLR, done=listener.note, cancelled=listener.note_cancelled)
    qtbot.waitUntil(started.is_set)
    second.cancel()
    first.cancel()
    qtbot.waitUntil(lambda: listener.told == ["cancelled", "cancelled"])
    qtbot.waitUntil(lambda: not runner.is_busy())


def test_a_failure_goes_to_its_taker_or_to_everybody(runner, qtbot):
    own, everybody = Listener(), Listener()
    runner.failed.connect(everybody.note)

    def fail(context: TaskContext) -> None:
        raise InputError("No.", hint="Try another.")

    runner.run(fail, lane=Lane.READ, failed=own.note)
    runner.run(fail, lane=Lane.READ)
    qtbot.waitUntil(lambda: len(own.told) == 1 and len(everybody.told) == 1)
    assert isinstance(own.told[0], InputError)


@pytest.mark.expects_log
def test_a_bug_is_logged_and_handed_on(runner, qtbot, caplog):
    everybody = Listener()
    runner.failed.connect(everybody.note)
    runner.run(lambda context: 1 / 0, lane=Lane.READ)
    qtbot.waitUntil(lambda: len(everybody.told) == 1)
    assert isinstance(everybody.told[0], ZeroDivisionError)
    assert "Task in lane read failed" in caplog.text


def test_progress_arrives_in_the_windows_thread(runner, qtbot):
    listener, done = Listener(), Listener()

    def work(context: TaskContext) -> None:
        for number in range(20):
            context.report(number, 20)

    runner.run(work, lane=Lane.READ, progress=listener.note, done=done.note)
    qtbot.waitUntil(lambda: len(done.told) == 1)
    assert listener.told == [Progress(number, 20) for number in range(20)]
    assert listener.threads == {QApplication.instance().thread()}


def test_leaving_stops_everything_and_starts_nothing_more(qtbot):
    runner = TaskRunner()
    started = threading.Event()
    listener = Listener()

    def long(context: TaskContext) -> None:
        started.set()
        context.wait(60)

    runner.run(long, lane=Lane.PLR, cancelled=listener.note_cancelled)
    qtbot.waitUntil(started.is_set)
    runner.cancel_all()
    runner.run(lambda context: listener.note("ran"), lane=Lane.READ, cancelled=listener.note_cancelled)
    assert runner.wait(5_000)
    qtbot.waitUntil(lambda: listener.told == ["cancelled", "cancelled"])


def test_three_hundred_rounds_of_start_and_cancel(runner, qtbot):
    """No crash, no slot in a wrong thread, every task ends exactly once."""
    listener = Listener()
    lanes = (Lane.READ, Lane.COUNT, Lane.WRITE, Lane.PLR)

    def work(context: TaskContext) -> int:
        for number in range(20):
            context.report(number, 20)
        return 1

    for number in range(300):
        context = runner.run(
            work,
            lane=lanes[number % 4],
            progress=listener.note,
            done=listener.note,
            cancelled=listener.note_cancelled,
        )
        if number % 3 == 0:
            context.cancel()
        if number % 50 == 0:
            QApplication.processEvents()
    qtbot.waitUntil(lambda: sum(not isinstance(one, Progress) for one in listener.told) == 300, timeout=30_000)
    qtbot.waitUntil(lambda: not runner.is_busy())
    assert listener.threads == {QApplication.instance().thread()}


class Burden:
    """Something large that a task holds."""


@pytest.mark.parametrize("fails", [False, True])
def test_what_a_task_held_is_free_without_the_collector(runner, qtbot, fails):
    def work(burden: Burden, context: TaskContext) -> None:
        if fails:
            raise InputError("No.")

    burden = Burden()
    gone = weakref.ref(burden)
    listener = Listener()
    gc.collect()
    runner.run(partial(work, burden), lane=Lane.READ, done=listener.note, failed=listener.note)
    del burden
    qtbot.waitUntil(lambda: not runner.is_busy() and len(listener.told) == 1)
    listener.told.clear()  # an error knows the calls it came through
    qtbot.waitUntil(lambda: gone() is None)
