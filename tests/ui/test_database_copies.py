"""Copies in the window: backed up, compared, restored after a question, checked; and one a day by itself."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QFileDialog
from sqlalchemy import select

from app import copies
from app.db.tables import learner, operation
from app.learners.edit import LearnerForm, add
from app.tasks import TaskContext
from tests.db.older import make_older
from tests.ui.conftest import Room, Rooms, answering, saving_as
from tests.ui.dialog_room import activity, click, write_into
from tests.ui.load_room import opening
from ui.action_reasons import at_rest
from ui.dialogs.back_up import BackUpDialog
from ui.dialogs.database_check import DatabaseCheckDialog
from ui.dialogs.message import MessageDialog
from ui.dialogs.restore import RestoreDialog

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def dialog_of(room: Room, kind: type):
    room.until(lambda: isinstance(QApplication.activeModalWidget(), kind))
    dialog = QApplication.activeModalWidget()
    room.until(lambda: not getattr(dialog, "busy", False))
    room.in_front(dialog)
    return dialog


def refs(room: Room) -> set[str]:
    with room.context.db.read() as tx:
        return set(tx.execute(select(learner.c.ref)).scalars())


def test_backed_up_restored_and_checked(rooms: Rooms, tmp_path: Path):
    room = rooms(5)
    before = refs(room)
    file = tmp_path / "copy.db"
    with saving_as(file):
        room.window.actions_.run("admin.back_up")
    done = dialog_of(room, BackUpDialog)
    assert "Copied" in done.accessibleName()
    room.close_dialog(done, "back_up_close")
    add(room.context.db, room.context.user, "19990002", LearnerForm("LATER", "", "Aaa", "Jo", "", None, "F"))
    room.window.database.restore_from(file)
    dialog = dialog_of(room, RestoreDialog)
    assert dialog.accessibleName() == "1 thing that was done here since would be lost."
    rows = [dialog.list._texts(row) for row in range(dialog.list.model().rowCount())]
    assert ("Fewer", "Learner", "6", "5") in rows
    assert not dialog.restore_button.isEnabled()
    write_into(dialog.edit, "typed into the wrong database")
    assert not dialog.restore_button.isEnabled()
    click(dialog.sure)
    click(dialog.restore_button)
    room.until(lambda: dialog.kept is not None)
    room.at_rest()
    assert refs(room) == before
    with room.context.db.read() as tx:
        newest = tx.execute(select(operation).order_by(operation.c.id.desc()).limit(1)).one()
    assert (newest.kind, newest.reason) == ("database_restored", "typed into the wrong database")
    kept = f"What was there before is in {dialog.kept.name}, in the folder “backups”."
    assert activity(room.window) == [
        f"Restore: Done: {kept}",
        "Compare with a copy: Done: 1 thing that was done here since would be lost.",
        "Back Up: Done: Copied to copy.db",
    ]
    click(dialog.close_button)
    room.until(lambda: not room.window.isVisible())
    assert room.window.database.restart_wanted, "users and ids are those of the copy: it opens anew"


def test_a_copy_of_an_older_version_is_chosen_in_the_file_dialog_and_restored(rooms: Rooms):
    """All that a user does: the name typed where copies are, the words read, the reason, the tick."""
    room = rooms(5)
    backups = room.context.folder.path / "backups"
    backups.mkdir()
    with opening(SimpleNamespace(), make_older(backups / "old.db", "0003", learners=2)):
        room.window.actions_.run("admin.restore")
    dialog = dialog_of(room, RestoreDialog)
    assert "An older version made it: it is brought up to date first" in dialog.accessibleDescription()
    write_into(dialog.edit, "back to the old ones")
    click(dialog.sure)
    click(dialog.restore_button)
    room.until(lambda: dialog.kept is not None)
    room.at_rest()
    assert refs(room) == {"240001", "240002"}
    assert {one.name for one in backups.iterdir()} == {"old.db", dialog.kept.name}
    click(dialog.close_button)
    room.until(lambda: not room.window.isVisible())


def test_nobody_is_asked_to_replace_what_a_copy_never_replaces(rooms: Rooms):
    room = rooms(0)
    seen: list[tuple[bool, str]] = []

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QFileDialog) and dialog.isVisible():
            confirms = not dialog.testOption(QFileDialog.Option.DontConfirmOverwrite)
            seen.append((confirms, Path(dialog.selectedFiles()[0]).stem))
            dialog.reject()

    timer = QTimer(interval=10)
    timer.timeout.connect(look)
    timer.start()
    room.window.actions_.run("admin.back_up")
    timer.stop()
    [(confirms, name)] = seen
    assert not confirms
    # A second copy on the same day has a name of its own.
    assert re.fullmatch(r"Learner Manager \d{4}-\d\d-\d\d \d{6}", name)


def test_nothing_is_restored_over_what_is_at_work(rooms: Rooms):
    room = rooms(3)
    rest = room.window.state()
    assert at_rest(rest) == ""
    for one in ("plr_busy", "importing", "saving", "exporting", "syncing"):
        busy = replace(rest, **{one: True})
        assert at_rest(busy), one
        room.window.actions_.refresh(busy)
        assert not room.window.actions_.action("admin.restore").isEnabled(), one
    room.window.actions_.refresh(rest)
    assert room.window.actions_.action("admin.restore").isEnabled()


def test_what_is_open_is_asked_about_before_and_not_afterwards(rooms: Rooms, tmp_path: Path):
    room = rooms(3)
    room.download(2)
    file = tmp_path / "copy.db"
    copies.back_up(TaskContext(), room.context.db, room.context.user, file)
    with answering("keep") as asked:
        room.window.database.restore_from(file)
    assert len(asked) == 1
    assert room.plr_window.isVisible()
    assert QApplication.activeModalWidget() is None
    with answering("close"):
        room.window.database.restore_from(file)
    assert not room.plr_window.isVisible()
    dialog = dialog_of(room, RestoreDialog)
    room.close_dialog(dialog, "restore_close")
    # Once it is restored, what is open is of nobody any more: a question could be stayed at.
    room.download(2)
    with answering("keep") as asked:
        room.window.database._restored()
    assert asked == []
    assert not room.window.isVisible()
    assert not room.plr_window.isVisible()
    assert room.window.database.restart_wanted


def test_checked_and_one_copy_a_day(rooms: Rooms):
    room = rooms(5)
    room.window.actions_.run("admin.check")
    dialog = dialog_of(room, DatabaseCheckDialog)
    assert dialog.accessibleName() == "The database is whole."
    assert activity(room.window) == ["Check Database: Done: The database is whole."]
    room.close_dialog(dialog, "database_check_close")
    folder = room.context.folder.path / "backups"
    for _ in range(2):
        room.window.database.copy_of_the_day()
        room.at_rest()
    assert [one.name for one in folder.iterdir()] == [f"daily-{date.today():%Y-%m-%d}.db"]
    (folder / f"daily-{date.today():%Y-%m-%d}.db").unlink()
    folder.rmdir()
    folder.write_text("in the way")
    for _ in range(2):
        room.window.database.copy_of_the_day()
        room.at_rest()
    told = [one for one in QApplication.topLevelWidgets() if isinstance(one, MessageDialog) and one.isVisible()]
    assert len(told) == 1, "once a day"
    room.close_dialog(told[0], "message_close")
