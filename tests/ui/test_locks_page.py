"""Locks by keys: who is at it is seen while it lasts, what hangs is unlocked with its dialog, and only that."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from sqlalchemy import select

from app.access import Role
from app.db import locks
from app.db.tables import job_lock, operation
from app.imports.unlock import OPERATION
from tests.builders import user_with
from tests.db.test_locks_listed import silent
from tests.ui.conftest import Room, Rooms, named
from tests.ui.dialog_room import click, clipped, opened, press
from tests.ui.dialog_samples import Desk
from ui.dialogs.import_unlock import UnlockDialog
from ui.pages.locks import LocksPage

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support")]
SCOPE = "import:course:BIO-2"


def page_of(room: Room, rows: int) -> LocksPage:
    room.window.show_page("locks")
    page = room.window.row.grid_page
    assert isinstance(page, LocksPage)
    room.until(lambda: not page.grid.is_loading and page.shown == rows)
    room.at_rest()
    return page


def go_to(room: Room, page: LocksPage, key: Qt.Key) -> None:
    page.grid.setFocus()
    QTest.keyClick(page.grid, key)
    room.at_rest()
    room.until(lambda: page.following is not None and page.following.settled)


def test_what_is_locked_is_seen_while_it_lasts(rooms: Rooms):
    room = rooms(3)
    page = page_of(room, 0)
    lock = locks.take(room.context.db, "purge", "Jane Doe")
    page._timer.timeout.emit()
    room.until(lambda: page.shown == 1)
    go_to(room, page, Qt.Key.Key_Home)
    assert page.pane.title.text() == "Purge"
    assert "wait until it is finished" in named(page, "lock_next").text()  # type: ignore[attr-defined]
    assert not page.pane.unlock_button.isEnabled()
    assert "ends by itself" in page.pane.unlock_button.accessibleDescription()
    assert lock is not None
    lock.release()
    page._timer.timeout.emit()
    room.until(lambda: page.shown == 0)


def test_what_hangs_is_unlocked_with_a_reason(rooms: Rooms):
    room = rooms(3)
    db = room.context.db
    locks.take_among(db, SCOPE, "<b>Jane</b>", job_lock.c.name == "import:global", None)
    silent(db, SCOPE)
    page = page_of(room, 1)
    go_to(room, page, Qt.Key.Key_Home)
    assert "Unlock it to import again" in named(page, "lock_next").text()  # type: ignore[attr-defined]
    room.until(lambda: clipped(page.pane) == [])  # once the new words are laid out
    click(page.pane.unlock_button)
    room.until(lambda: isinstance(QApplication.activeModalWidget(), UnlockDialog))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, UnlockDialog)
    room.until(lambda: not dialog.busy and dialog.look is not None)
    room.in_front(dialog)
    click(dialog.unlock_button)
    room.until(lambda: dialog.made is not None)
    room.at_rest()
    press(Qt.Key.Key_Escape)
    room.until(lambda: page.shown == 0)
    with db.read() as tx:
        assert tx.execute(select(operation.c.reason).where(operation.c.kind == OPERATION)).scalar_one()


def test_who_may_not_unlock_reads_why(rooms: Rooms):
    room = rooms(3, as_user=lambda context: user_with(context.db, Role.ENROLMENT_MANAGER))
    locks.take_among(room.context.db, SCOPE, "Jane", job_lock.c.name == "import:global", None)
    page = page_of(room, 1)
    go_to(room, page, Qt.Key.Key_Home)
    assert not page.pane.unlock_button.isEnabled()
    assert "Administrator" in page.pane.unlock_button.accessibleDescription()


def test_unlock_tells_what_is_not_locked_from_what_could_not_be_looked_at(desk: Desk):
    dialog = opened(desk.qtbot, UnlockDialog(None, desk.runner, desk.context))
    desk.qtbot.waitUntil(lambda: not dialog.busy)
    assert dialog.heading.text() == "No importer is locked."
    assert not dialog.banner.isVisible(), "that is no failure"
    desk.context.user = user_with(desk.context.db, Role.ENROLMENT_MANAGER)
    dialog = opened(desk.qtbot, UnlockDialog(None, desk.runner, desk.context, SCOPE))
    desk.qtbot.waitUntil(lambda: not dialog.busy)
    assert dialog.heading.text() == "The lock could not be looked at."
    assert dialog.banner.isVisible()
    assert "could not be looked at" in dialog.unlock_button.accessibleDescription()
