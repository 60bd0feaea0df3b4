"""Purge by keys: what goes is counted, a reason and a tick are asked for, what went is told."""

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from sqlalchemy import select, update

from app.access import Role
from app.db.tables import operation
from app.lms import settings
from app.lms.settings import SyncSettings
from tests.builders import user_with
from tests.ui.college_room import listed
from tests.ui.conftest import Room, Rooms
from tests.ui.dialog_room import press, type_text
from tests.ui.load_room import held_up
from ui.dialogs.purge import PurgeDialog


def opened(room: Room) -> PurgeDialog:
    room.window.show_page("licences")
    room.at_rest()
    room.window.actions_.action("admin.purge").trigger()
    room.until(lambda: isinstance(QApplication.activeModalWidget(), PurgeDialog))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, PurgeDialog)
    room.at_rest()
    room.until(lambda: not dialog.busy)
    return dialog


def kinds(room: Room) -> list[str]:
    with room.context.db.read() as tx:
        return list(tx.execute(select(operation.c.kind).order_by(operation.c.id)).scalars())


@pytest.mark.rule("EX-H2")
def test_counted_then_deleted_with_a_reason_and_a_tick(rooms: Rooms):
    room = rooms(3)
    db, user = room.context.db, room.context.user
    settings.save(db, user, SyncSettings(contact="IT"))
    with db.write() as tx:
        tx.execute(update(operation).values(at=db.now(tx) - timedelta(days=800)))
    before = kinds(room)
    dialog = opened(room)
    assert "24 months are kept" in dialog.accessibleDescription()
    rows = {row[1]: (row[0], row[3]) for row in listed(dialog, "purge_counts")}
    assert rows["Changes of rows: before and after"] == ("Goes", "3")
    assert rows["Operations: who did what, and when"] == ("Goes", "1")
    assert rows["Sendings to the LMS"] == ("Stays", "0")
    assert QApplication.focusWidget() is dialog.edit
    press(Qt.Key.Key_Return)  # Enter closes rather than deletes
    room.until(lambda: QApplication.activeModalWidget() is None)
    assert kinds(room) == before
    dialog = opened(room)
    assert dialog.purge_button.accessibleDescription() == "Say in a few words why."
    type_text("Two years are over")
    assert "cannot be undone" in dialog.purge_button.accessibleDescription()
    press(Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is dialog.sure
    press(Qt.Key.Key_Space)
    QTest.keyRelease(dialog.sure, Qt.Key.Key_Space)
    while QApplication.focusWidget() is not dialog.purge_button:
        press(Qt.Key.Key_Tab)
    with held_up(room.window.runner):
        press(Qt.Key.Key_Return)
        turn = dialog.findChild(QWidget, "turn")
        assert turn is not None
        assert turn.accessibleName().startswith("Waits until another write is done.")
        press(Qt.Key.Key_Escape)
        assert not dialog.busy, "what has not begun is taken back at once"
        assert not turn.isVisible()
    assert dialog.edit.text() == "Two years are over"
    room.at_rest()
    assert kinds(room) == before
    dialog.purge_button.setFocus()
    press(Qt.Key.Key_Return)
    room.at_rest()
    room.until(lambda: dialog.summary is not None)
    assert dialog.accessibleName().endswith("were deleted")
    assert {row[1]: row[0] for row in listed(dialog, "purge_counts")}["Changes of rows: before and after"] == "Gone"
    assert kinds(room) == ["purged"]
    press(Qt.Key.Key_Escape)
    room.until(lambda: QApplication.activeModalWidget() is None)


def test_nothing_is_old_enough(rooms: Rooms):
    room = rooms(3)
    dialog = opened(room)
    assert dialog.purge_button.accessibleDescription() == "Nothing is old enough."
    assert QApplication.focusWidget() is dialog.close_button
    press(Qt.Key.Key_Return)
    room.until(lambda: QApplication.activeModalWidget() is None)


def test_who_is_no_administrator_reads_why(rooms: Rooms):
    room = rooms(3, as_user=lambda context: user_with(context.db, Role.ENROLMENT_MANAGER))
    actions = room.window.actions_
    assert not actions.action("admin.purge").isEnabled()
    assert "Administrator" in actions.description("admin.purge")
