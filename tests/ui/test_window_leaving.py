"""Leaving the window in the middle of something: one question, what is finished stays, nothing is half done."""

import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel
from sqlalchemy import event, select
from sqlalchemy.pool import Pool

from app.db.database import Database
from app.db.tables import attainment, attainment_event
from app.sandbox.lrs import LrsSandbox
from tests.ui.conftest import Room, Rooms, answering, named
from tests.ui.dialog_room import click
from ui.dialogs.update_summary import UpdateSummaryDialog
from ui.hang_watch import HangWatch

PASSING = ("id", "attainment_id", "operation_id", "event_id")


def by_learner(db: Database) -> dict[int, list[str]]:
    """What the college holds of each learner, without the numbers and times that differ from run to run."""
    found: dict[int, list[str]] = defaultdict(list)
    owner: dict[int, int] = {}

    def note(learner_id: int, row: Mapping[str, object]) -> None:
        told = {name: value for name, value in row.items() if name not in PASSING and not name.endswith("_at")}
        found[learner_id].append(repr(sorted((name, str(value)) for name, value in told.items())))

    with db.read() as tx:
        for row in tx.execute(select(attainment)).mappings():
            owner[row["id"]] = row["learner_id"]
            note(row["learner_id"], dict(row))
        for row in tx.execute(select(attainment_event)).mappings():
            note(owner[row["attainment_id"]], dict(row))
    return {key: sorted(rows) for key, rows in found.items()}


class Door:
    """Takes the write lock of the database from outside, so that an update stands still between two learners."""

    def __init__(self, file: Path) -> None:
        self._raw = sqlite3.connect(file, isolation_level=None, timeout=30, check_same_thread=False)
        self._passed = 0
        self.shut = False

    def count(self, *_: object) -> None:
        """A connection came back to the pool: nobody in this thread writes. Shut after some twenty learners, before
        the next one can begin; a signal to the window's thread would come too late for that."""
        if self.shut or threading.current_thread() is threading.main_thread():
            return
        self._passed += 1
        if self._passed == 25:
            self._raw.execute("begin immediate")
            self.shut = True

    def open_soon(self) -> threading.Timer:
        timer = threading.Timer(0.5, self._raw.rollback)
        timer.start()
        return timer

    def end(self) -> None:
        self._raw.close()


def start_update(room: Room) -> None:
    """Select everything in the PLR window and press Update Selected; lower grades are left."""
    page = room.plr
    room.in_front(room.plr_window)
    click(page.grid.viewport())
    room.press("Ctrl+A")
    room.until(lambda: page.grid.selected_count == page.shown)
    room.at_rest()
    with answering("leave"):
        click(named(room.plr_window, "plr_update_selected"))
        room.until(lambda: page.updating.busy or isinstance(QApplication.activeModalWidget(), UpdateSummaryDialog))


def whole_update(rooms: Rooms) -> dict[int, list[str]]:
    """What an update leaves that nobody stops, in a folder of its own."""
    room = rooms(folder="whole")
    room.download()
    dialog = room.update()
    after = by_learner(room.context.db)
    room.close_dialog(dialog, "summary_ok")
    room.close_plr()
    rooms.close(room)
    return after


def stand_still(room: Room, door: Door) -> None:
    """Start an update and shut the door after some twenty learners."""
    event.listen(Pool, "checkin", door.count)
    try:
        start_update(room)
        room.until(lambda: door.shut)
    finally:
        event.remove(Pool, "checkin", door.count)
    assert room.plr.busy


class Half:
    """A window in the middle of an update that stands still, and what a whole one would leave."""

    def __init__(self, rooms: Rooms) -> None:
        self.whole = whole_update(rooms)
        self.room = rooms()
        self._before = by_learner(self.room.context.db)
        self.room.download()
        assert self.room.context.db.file is not None
        self.door = Door(self.room.context.db.file)
        stand_still(self.room, self.door)

    def done(self, now: dict[int, list[str]]) -> None:
        """Some learners were updated, some were not, and none in part."""
        changed = [key for key in self.whole if self.whole[key] != self._before.get(key)]
        finished = [key for key in changed if now.get(key) == self.whole[key]]
        untouched = [key for key in changed if now.get(key) == self._before.get(key)]
        assert len(finished) + len(untouched) == len(changed), "no learner is half written"
        assert finished
        assert untouched


def quit_now(room: Room, door: Door) -> None:
    with answering("stay") as asked:
        room.window.close()
    assert len(asked) == 1
    assert "still running" in asked[0]
    assert "Learners that are finished stay" in asked[0]
    assert room.window.isVisible()
    with answering("leave") as asked:
        timer = door.open_soon()
        room.window.close()
    timer.join()
    door.end()
    assert len(asked) == 1, "one clear question"
    assert not room.window.isVisible()
    assert not room.plr_window.isVisible()
    room.at_rest()
    visible = [one.objectName() for one in QApplication.topLevelWidgets() if one.isVisible()]
    assert visible == [], "nothing comes up after the window has gone"


def test_quitting_in_the_middle_of_an_update(rooms: Rooms):
    half = Half(rooms)
    room, door = half.room, half.door
    quit_now(room, door)

    half.done(by_learner(room.context.db))
    rooms.close(room)

    again = rooms()  # and the rest can be done next time
    again.download()
    again.close_dialog(again.update(), "summary_ok")
    assert by_learner(again.context.db) == half.whole
    again.close_plr()


def test_closing_the_plr_window_in_the_middle_of_an_update(rooms: Rooms):
    """The window goes with what it held; how far the update came is told by the window that is left."""
    half = Half(rooms)
    room, door = half.room, half.door
    with answering("close") as asked:
        timer = door.open_soon()
        click(named(room.plr_window, "plr_close"))
        room.until(lambda: not room.plr_window.isVisible())
    timer.join()
    door.end()
    assert len(asked) == 1, "one clear question"
    assert "what is finished stays" in asked[0]
    room.until(lambda: not room.plr.busy)
    room.at_rest()
    assert QApplication.activeModalWidget() is None, "no list of rows that nobody holds any more"
    told = named(room.window, "status_work")
    assert isinstance(told, QLabel)
    assert "updated before the Attainments (PLR) window was closed" in told.text()
    assert room.plr.updating.updated_rows == 0, "the next closing does not speak of this one"
    half.done(by_learner(room.context.db))
    room.download(3)  # and the window can be used again
    assert len({row.asked.id for row in room.plr.session.rows()}) == 3
    room.close_plr()


def test_leaving_while_records_are_held_and_more_is_asked_for_asks_once(rooms: Rooms, lrs: LrsSandbox):
    """The records that closing would clear are not a second question."""
    room = rooms(20)
    room.download(10)
    assert room.plr.record_count() > 0
    lrs.set_latency(400)
    room.press("F5", room.plr_window)
    assert room.plr.busy
    with answering("leave") as asked:
        room.window.close()
    assert len(asked) == 1
    assert not room.window.isVisible()


@pytest.fixture
def _loops_again(qapp: QApplication) -> Iterator[None]:
    """The program's end forbids every loop from then on, until the application is run again."""
    yield
    QTimer.singleShot(0, qapp, qapp.quit)
    qapp.exec()


@pytest.mark.usefixtures("_loops_again")
def test_the_end_of_the_session_asks_nothing(rooms: Rooms, lrs: LrsSandbox):
    room = rooms()
    lrs.set_latency(400)
    page = room.start_download()
    room.until(lambda: page.session.state()[0] >= 4)
    with answering("stay") as asked:
        room.window.leaving.now()
        QApplication.processEvents()
    assert asked == []
    assert not room.window.isVisible()
    assert not room.plr_window.isVisible()
    assert room.window.runner.wait(0)


@pytest.mark.usefixtures("_loops_again")
def test_the_end_of_the_session_does_not_wait_for_an_answer(rooms: Rooms):
    """A question that is open when the session ends is left as if by Esc, and its loop with it."""
    room = rooms(20)
    room.download(10)
    records = room.plr.record_count()
    asked: list[str] = []

    def session_ends() -> None:
        question = QApplication.activeModalWidget()
        if question is None:
            QTimer.singleShot(10, room.window, session_ends)
            return
        asked.append(question.accessibleName())
        room.window.leaving.now()

    QTimer.singleShot(0, room.window, session_ends)
    click(named(room.plr_window, "plr_close"))  # returns when the question has gone
    assert asked[0].startswith(f"Closing clears the {records}")
    assert not room.window.isVisible()
    room.window.close_for_good()  # as the program does when its loop has ended
    assert not room.plr_window.isVisible()
    assert QApplication.activeModalWidget() is None


def test_waiting_for_work_to_end_is_no_hang_to_tell_of(rooms: Rooms):
    room = rooms()
    watch = HangWatch(room.window)
    try:
        room.window.end_tasks()
        assert "hang watch" not in [thread.name for thread in threading.enumerate()]
    finally:
        watch.stop()
