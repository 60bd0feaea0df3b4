"""Runs in the window: begun by the schedule, skipped, stopped, refused to a second window, ended by leaving."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from sqlalchemy import select

from app.access import Permission, Role
from app.context import AppContext
from app.db.tables import enrolment
from app.lms.settings import Kind, Plan, SyncSettings
from app.sandbox.moodle import MoodleSandbox
from tests.builders import user_with
from tests.ui.conftest import Rooms, named, read_csv, saving_as
from tests.ui.dialog_room import click
from tests.ui.lms_room import COURSES, LmsRoom, earlier, lms_room, moodle, plan
from ui.dialogs.message import MessageDialog
from ui.lms_progress import BEGUN, RunWords, _rate

SLOW_MS = 400


@pytest.fixture
def sandbox() -> Iterator[MoodleSandbox]:
    with moodle() as running:
        yield running


@pytest.fixture
def lms(rooms: Rooms, sandbox: MoodleSandbox) -> LmsRoom:
    return lms_room(rooms, sandbox)


@pytest.mark.rule("LS-S1")
def test_a_run_that_is_due_begins_by_itself(lms: LmsRoom):
    earlier(lms.context, 31)
    before = len(lms.runs())
    plan(lms.context, SyncSettings())
    lms.sync._schedule._begin = 0.0  # the minute after the start, in which nothing begins, is over
    lms.room.window.lms.hold(held=True)  # while a copy is restored
    lms.sync.look()
    lms.room.at_rest()
    assert len(lms.runs()) == before
    lms.room.window.lms.hold(held=False)
    with lms.room.qtbot.waitSignal(lms.sync.ended, timeout=30_000):
        lms.sync.look()
    lms.room.at_rest()
    begun = lms.runs()[: len(lms.runs()) - before]
    assert [one.kind for one in reversed(begun)] == ["courses", "enrolments"]
    assert {one.trigger for one in begun} <= {"start", "schedule"}
    assert {one.state for one in begun} == {"finished"}


@pytest.mark.rule("LS-S3")
def test_a_run_that_is_due_while_another_goes_on_is_skipped_and_noted(lms: LmsRoom, sandbox: MoodleSandbox):
    sandbox.set_latency(SLOW_MS)
    earlier(lms.context, 31)
    lms.room.window.lms.sync_now()
    lms.room.until(lambda: len(lms.runs()) > 2)
    plan(lms.context, SyncSettings())
    lms.sync._schedule._begin = 0.0
    lms.sync.look()
    lms.room.until(lambda: any(one.state == "skipped" for one in lms.runs()))
    lms.ended()
    skipped = [one for one in lms.runs() if one.state == "skipped"]
    assert {one.kind for one in skipped} <= {kind.value for kind in Kind}
    assert len(skipped) == len({one.kind for one in skipped}), "each once"
    assert "Skipped" in skipped[0].messages[0]


@pytest.mark.rule("LS-S6")
def test_cancel_stops_between_courses_and_keeps_what_is_finished(lms: LmsRoom, sandbox: MoodleSandbox):
    sandbox.set_latency(SLOW_MS, "gradebook")
    words: list[str] = []
    window = lms.room.window
    lms.sync.progressed.connect(lambda progress: words.append(named(window, "status_work").text()))  # type: ignore[attr-defined]
    window.lms.sync_now()
    lms.room.until(lambda: any("of 5 courses" in one for one in words))
    click(named(window, "status_cancel"))
    lms.ended()
    last = lms.runs()[0]
    assert (last.kind, last.state) == ("enrolments", "cancelled")
    assert last.counts.get("done", 0) < COURSES
    assert any(one.startswith("Synchronising enrolments, ") for one in words)
    assert not named_or_none(window, "status_cancel")
    assert "What was finished is kept" in named(window, "status_work").text()  # type: ignore[attr-defined]


def named_or_none(window: QWidget, name: str) -> QWidget | None:
    return next((one for one in window.findChildren(QWidget, name) if one.isVisible()), None)


@pytest.mark.rule("LS-S7")
def test_a_second_window_says_who_is_at_it(lms: LmsRoom, rooms: Rooms, sandbox: MoodleSandbox):
    other = lms_room(rooms, sandbox, begun=False)
    sandbox.set_latency(SLOW_MS)
    lms.room.window.lms.sync_now()
    lms.room.until(lambda: len(lms.runs()) > 2)
    other.room.window.lms.sync_now()
    lms.room.until(lambda: isinstance(QApplication.activeModalWidget(), MessageDialog))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, MessageDialog)
    assert lms.context.user.name in f"{dialog.accessibleName()} {dialog.accessibleDescription()}"
    lms.room.press("Escape", dialog)
    lms.ended()
    other.ended()
    assert [one.state for one in lms.runs()[:2]] == ["finished", "finished"]


@pytest.mark.rule("LS-S6")
def test_leaving_while_it_runs_ends_soon_and_keeps_what_is_finished(
    lms: LmsRoom, rooms: Rooms, sandbox: MoodleSandbox
):
    with lms.context.db.read() as tx:
        before = tx.execute(select(enrolment.c.id, enrolment.c.version).order_by(enrolment.c.id)).all()
    sandbox.set_latency(SLOW_MS, "gradebook")
    lms.room.window.lms.sync_now()
    lms.room.until(lambda: len(lms.runs()) == 4)
    lms.room.window.end_tasks()
    assert not any(thread.isRunning() for thread in lms.room.window.runner._running.values())
    last = lms.runs()[0]
    assert (last.kind, last.state) == ("enrolments", "cancelled")
    with lms.context.db.read() as tx:
        assert tx.execute(select(enrolment.c.id, enrolment.c.version).order_by(enrolment.c.id)).all() == before


def test_the_runs_are_listed_looked_at_and_exported(lms: LmsRoom, tmp_path):
    window = lms.room.window
    lms.run()
    window.show_page("sync_runs")
    page = window.row.grid_page
    assert page is not None
    lms.room.until(lambda: page.shown == 4)
    page.grid.setFocus()
    QTest.keyClick(page.grid, Qt.Key.Key_Home)
    lms.room.until(lambda: named_or_none(page, "run_counts") is not None)
    lms.room.at_rest()
    assert f"{COURSES} courses" in named(page, "run_counts").text()  # type: ignore[attr-defined]
    page.set_quick("courses")
    lms.room.until(lambda: page.shown == 2)
    target = tmp_path / "runs.csv"
    with saving_as(target):
        page.export_to("csv")
    lms.room.until(lambda: not window.exports.busy and target.exists())
    lms.room.at_rest()
    rows = read_csv(target)
    assert rows[0][:4] == ["Started", "Kind", "State", "Started by"]
    assert [row[1] for row in rows[1:]] == ["Courses", "Courses"]


@pytest.mark.parametrize(
    ("done", "total", "seconds", "words"),
    [
        (37, 60, 555.0, "4 a minute, 6 min left"),
        (30, 60, 30.0, "60 a minute, 30 s left"),
        (0, 60, 30.0, ""),
        (60, 60, 30.0, ""),
        (1, 60, 0.5, ""),
    ],
)
def test_the_rate_of_a_run_in_words(done: int, total: int, seconds: float, words: str):
    assert _rate(done, total, seconds) == words


def test_what_a_run_says_while_it_goes_on():
    from app.tasks import Progress

    words = RunWords()
    assert words.of(Progress(0, 0, BEGUN[Kind.COURSES])) == "Synchronising courses…"
    assert words.of(Progress(1, 1, "Writing the courses")) == "Writing the courses…"
    assert words.of(Progress(0, 0, BEGUN[Kind.ENROLMENTS])) == "Synchronising enrolments…"
    assert words.of(Progress(3, 60)) == "Synchronising enrolments, 3 of 60 courses"
    busy = words.of(Progress(3, 60, "The LMS is busy: going on in 5 s"))
    assert busy == "Synchronising enrolments, 3 of 60 courses, The LMS is busy: going on in 5 s"


@pytest.mark.parametrize("way", ["mouse", "Space", "Return"])
def test_the_keyboard_stays_on_sync_now(lms: LmsRoom, sandbox: MoodleSandbox, way: str):
    sandbox.set_latency(SLOW_MS)
    window = lms.room.window
    window.show_page("lms_courses")
    lms.room.at_rest()
    button = named(window, "lms.sync")
    button.setFocus()
    before = len(lms.runs())

    def press() -> None:
        if way == "mouse":
            click(button)
        else:
            lms.room.press(way)

    press()
    lms.room.until(lambda: lms.sync.busy)
    lms.room.until(lambda: "is running" in button.accessibleDescription())
    assert button.hasFocus()
    assert button.isEnabled()
    work: Any = window.findChild(QWidget, "status_work")

    def is_said() -> bool:
        press()  # the words of the run's next step may have come in between
        return bool(work.text() == "A synchronisation is running.")

    lms.room.until(lambda: named_or_none(window, "status_cancel") is not None)
    lms.room.until(is_said)
    assert named(window, "status_cancel").isVisible(), "and can be stopped"
    window.actions_.action("lms.retry").trigger()
    lms.ended()
    assert button.hasFocus()
    assert "is running" not in button.accessibleDescription()
    assert len(lms.runs()) == before + 2, "courses and enrolments once; nothing began after them"


@pytest.mark.rule("LS-S8")
def test_who_may_not_pause_is_told_why(rooms: Rooms, sandbox: MoodleSandbox):
    until = date.today() + timedelta(days=5)
    lms = lms_room(
        rooms,
        sandbox,
        wanted=SyncSettings(Plan(paused_until=until), Plan(paused_until=until)),
        as_user=lambda context: user_with(context.db, Role.ENROLMENT_MANAGER),
    )
    window = lms.room.window
    window.show_page("lms_courses")
    lms.look()
    assert not window.actions_.action("lms.pause").isEnabled()
    lms.room.until(lambda: named_or_none(window, "paused_resume") is not None)
    click(named(window, "paused_resume"))
    lms.room.at_rest()
    assert QApplication.activeModalWidget() is None
    work: Any = named(window, "status_work")
    assert work.text() == lms.context.rights.why_not(Permission.DECIDE_COURSES)


def test_a_run_that_is_due_without_a_token_says_so_once(rooms: Rooms, sandbox: MoodleSandbox):
    def forgets(context: AppContext) -> None:
        context.secrets.forget("lms_token", host=context.settings.lms.host)

    lms = lms_room(rooms, sandbox, prepare=forgets)
    earlier(lms.context, 31)
    plan(lms.context, SyncSettings())
    lms.sync._schedule._begin = 0.0
    told: list[object] = []
    lms.sync.held_up.connect(told.append)
    lms.look()
    lms.room.until(lambda: len(told) == 1)
    lms.ended()
    lms.look()
    lms.ended()
    assert len(told) == 1
    assert QApplication.activeModalWidget() is None, "nobody is interrupted"
    work: Any = named(lms.room.window, "status_work")
    assert work.text().startswith("Nothing was synchronised. ")
    assert "token" in work.text()
