"""The page Import Jobs, by real keys: the list, undo, files dropped, templates, locks that are fresh or stale."""

import gc
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from sqlalchemy import select, update

from app.db import locks
from app.db.tables import enrolment, job_lock, operation
from app.imports.lock import name_of
from app.imports.rules import Outcome
from tests.ui.conftest import answering, named, saving_as
from tests.ui.dialog_room import click
from tests.ui.import_room import ImportRoom, import_room
from ui.ribbon_buttons import RibbonButton

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
COURSE = "course:MATH-RESIT"


@pytest.fixture
def room(rooms, tmp_path):
    return import_room(rooms, tmp_path, learners=20)


def small_file(room: ImportRoom, rows: int = 6):
    told = [[who, family, "1", "2026-09-01"] for who, family in room.people[:rows]]
    return room.file("small.csv", ["external_user_id", "last_name", "complete", "date_completed"], told)


def hold(room: ImportRoom, *, minutes: int = 0, scope: str = COURSE) -> None:
    """Somebody else's import holds the lock; `minutes` ago was its last sign of life."""
    lock = locks.take(room.context.db, name_of(scope), "Priya")
    assert lock is not None
    moment = datetime.now(UTC) - timedelta(minutes=minutes)
    with room.context.db.write() as tx:
        tx.execute(update(job_lock).where(job_lock.c.name == name_of(scope)).values(since=moment, alive_at=moment))


def test_an_empty_list_says_what_it_is_for(room):
    assert room.jobs.shown == 0
    click(named(room.jobs, "empty_primary"))
    dialog = room.dialog("new_import")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    room.room.until(lambda: QApplication.activeModalWidget() is None)


def test_a_job_is_listed_and_undone_by_keys(room):
    room.new_import(small_file(room))
    room.apply()
    assert room.written()[0] == 6
    room.show_jobs()
    assert room.jobs.shown == 1
    grid = room.jobs.grid
    click(grid.viewport(), grid.visualRect(grid.model().index(0, 2)).center())
    room.room.until(lambda: room.jobs.current is not None)
    ribbon = room.room.window.findChildren(RibbonButton)
    next(one for one in ribbon if one.action_id == "imports.undo").setFocus()  # whoever came there by Tab
    room.tips("I", "J", "U")
    dialog = room.dialog("import_undo_dialog")
    assert named(dialog, "undo_numbers").text().startswith("6 rows withdrawn")
    click(named(dialog, "undo_do"))
    room.room.until(lambda: named(dialog, "undo_close").text() == "Close")
    assert "was undone" in dialog.accessibleName()
    room.room.close_dialog(dialog, "undo_close")
    room.rest()
    assert room.written() == (0, 0)
    assert room.room.window.state().page == "import_jobs", "the file does not come to the front by itself"
    room.room.until(lambda: not room.room.window.actions_.action("imports.undo").isEnabled())
    assert room.room.window.actions_.reason("imports.undo") == "This import was undone."
    assert room.room.window.focusWidget() is grid, "not on the button beside the one that went grey"


@pytest.mark.rule("CR-U2")
def test_what_somebody_changed_since_is_named_and_stays(room):
    room.new_import(small_file(room))
    room.apply()
    with room.context.db.write() as tx:
        key = tx.execute(select(enrolment.c.id).limit(1)).scalar_one()
        tx.execute(update(enrolment).where(enrolment.c.id == key).values(attended=True, version=99))
    click(named(room.page, "import_undo"))
    dialog = room.dialog("import_undo_dialog")
    assert "1 row stays" in named(dialog, "undo_numbers").text()
    assert named(dialog, "undo_list").model().rowCount() == 1
    click(named(dialog, "undo_do"))
    room.room.until(lambda: named(dialog, "undo_close").text() == "Close")
    assert "undone in part" in dialog.accessibleName()
    room.room.close_dialog(dialog, "undo_close")
    room.rest()
    assert room.written()[0] == 1


def test_a_file_dropped_on_the_page_is_taken(room):
    path = small_file(room)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(50, 50), Qt.DropAction.CopyAction, data, left, none)
    QApplication.sendEvent(room.jobs, enter)
    assert enter.isAccepted()
    drop = QDropEvent(QPoint(50, 50), Qt.DropAction.CopyAction, data, left, none)
    QApplication.sendEvent(room.jobs, drop)
    dialog = room.dialog("new_import")
    assert named(dialog, "import_file_name").text() == "small.csv"
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    room.room.until(lambda: QApplication.activeModalWidget() is None)


def test_a_template_is_saved_and_imports_without_a_finding(room, tmp_path):
    menu = room.room.window.imports.files.templates_menu()
    inside = next(one.menu() for one in menu.actions() if one.menu().objectName() == "template_completion")
    path = tmp_path / "completion.csv"
    with saving_as(path):
        inside.actions()[0].trigger()
    room.rest()
    menu.deleteLater()
    room.new_import(path)
    assert room.outcomes() == {Outcome.REFUSED: 1}, "nobody knows learner@college.example, and nothing stops it"


@pytest.mark.rule("CR-L4", "CR-L7")
def test_a_stale_lock_is_said_to_be_one_and_unlocked(room):
    hold(room, minutes=3)
    room.room.window.imports._locks.look()
    room.rest()
    banner = named(room.jobs, "lock_stale")
    assert "it is stale" in banner.accessibleName()
    assert room.room.window.row._counts["import_jobs"] == "1 locked"
    room.tips("I", "U")
    dialog = room.dialog("import_unlock")
    assert not named(dialog, "unlock_reason_field").isHidden()
    assert dialog.focusWidget().objectName() == "unlock_do"
    QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Space)
    room.room.until(lambda: named(dialog, "unlock_close").text() == "Close")
    room.room.close_dialog(dialog, "unlock_close")
    room.rest()
    assert not room.jobs.locks.isVisible()
    with room.context.db.read() as tx:
        kinds = list(tx.execute(select(operation.c.kind)).scalars())
    assert "import_unlocked" in kinds


@pytest.mark.rule("CR-L5")
def test_a_fresh_lock_needs_a_second_confirmation_and_a_reason(room):
    hold(room)
    room.room.window.imports._locks.look()
    room.rest()
    click(named(named(room.jobs, "lock_fresh"), "lock_unlock"))
    dialog = room.dialog("import_unlock")
    button = named(dialog, "unlock_do")
    assert not button.isEnabled()
    click(named(dialog, "unlock_sure"))
    assert button.toolTip() == "Unlocking a running import needs a reason."
    QTest.keyClicks(named(dialog, "unlock_reason"), "Priya's computer is off")
    assert button.isEnabled()
    click(button)
    room.room.until(lambda: named(dialog, "unlock_close").text() == "Close")
    room.room.close_dialog(dialog, "unlock_close")
    room.rest()
    with room.context.db.read() as tx:
        reasons = list(tx.execute(select(operation.c.reason)).scalars())
    assert "Priya's computer is off" in reasons


@pytest.mark.rule("CR-L9")
def test_whoever_comes_second_sees_who_imports_and_may_queue(room):
    room.new_import(small_file(room))
    hold(room)
    with answering("queue") as asked:
        click(named(room.page, "import_apply"))
        room.room.until(lambda: len(asked) == 1)
    assert "in use by Priya" in asked[0]
    assert room.room.window.imports.busy
    assert room.written() == (0, 0)
    with room.context.db.write() as tx:
        tx.execute(update(job_lock).values(locks.NOBODY))
    room.room.until(lambda: not room.room.window.imports.busy)
    room.rest()
    assert room.written()[0] == 6


def test_waiting_can_be_cancelled(room):
    room.new_import(small_file(room))
    hold(room)
    with answering("queue") as asked:
        click(named(room.page, "import_apply"))
        room.room.until(lambda: len(asked) == 1)
    room.tips("I", "J", "C")
    room.room.until(lambda: not room.room.window.imports.busy)
    room.rest()
    assert room.states() == ["checked"]
    assert named(room.page, "import_apply").isEnabled()


def test_the_report_is_exported(room, tmp_path):
    room.new_import(small_file(room))
    room.show_jobs()
    grid = room.jobs.grid
    click(grid.viewport(), grid.visualRect(grid.model().index(0, 2)).center())
    room.room.until(lambda: room.jobs.current is not None)
    path = tmp_path / "report.csv"
    with saving_as(path):
        click(named(room.jobs, "job_report"))
    room.rest()
    assert "CR-44" in path.read_text(encoding="utf-8-sig")


@pytest.mark.usefixtures("nothing_set_aside")
def test_an_open_dialog_is_no_garbage(room):
    """Whose only owner is its parent, set aside by the collector: a full collection took it away."""
    gc.collect()
    gc.freeze()
    try:
        room.tips("I", "J", "N")
        room.room.until(lambda: QApplication.activeModalWidget() is not None)
        room.room.at_rest()
        gc.collect()
        room.room.at_rest()
        dialog = QApplication.activeModalWidget()
        assert dialog is not None
        assert dialog.objectName() == "new_import"
    finally:
        gc.unfreeze()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    room.room.until(lambda: QApplication.activeModalWidget() is None)
