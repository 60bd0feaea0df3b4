"""Everything to a server and back to this computer, from the window: stopped, gone on with, opened there."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QRadioButton, QWidget

from app import config, demo, history
from app.config import DatabaseSettings
from app.context import AppContext
from app.db import moving
from app.secrets import Secrets
from app.start import begin
from app.tasks import TaskContext
from tests.builders import snapshot
from tests.db.postgresql import OWNER, Server
from tests.ui.conftest import Room, Rooms
from tests.ui.dialog_room import activity, child, click, write_into
from ui.dialogs.database_place import DatabaseDialog
from ui.dialogs.move import MoveDialog

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def dialog_of(room: Room, kind: type):
    room.until(lambda: isinstance(QApplication.activeModalWidget(), kind))
    dialog = QApplication.activeModalWidget()
    room.in_front(dialog)
    return dialog


def chosen(room: Room, way: str, **fields: str) -> MoveDialog:
    """The dialog Database, where the other place is named, and *Move* pressed."""
    room.window.actions_.run("admin.database")
    dialog = dialog_of(room, DatabaseDialog)
    assert not dialog.move_button.isVisible(), "the place is the one that is used"
    child(dialog, QRadioButton, way).click()
    for name, text in fields.items():
        write_into(dialog.fields.fields[name].focus, text)
    click(dialog.move_button)
    return dialog_of(room, MoveDialog)


def moved(room: Room, dialog: MoveDialog) -> None:
    """*Move*, then *Open It Now*."""
    click(dialog.move_button)
    room.until(lambda: dialog.moved is not None)
    assert "equal to those here" in dialog.accessibleName()
    room.until(lambda: dialog.open_button.hasFocus())
    click(dialog.open_button)
    room.until(lambda: not room.window.isVisible())
    assert room.window.database.restart_wanted


def written_meanwhile(room: Room, dialog: MoveDialog) -> None:
    """*Move* to its end, and not opened: what is there is not all any more."""
    click(dialog.move_button)
    room.until(lambda: dialog.moved is not None)
    assert dialog.moved.resumed > 0
    with room.context.db.write() as tx:
        history.begin(tx, room.context.db, room.context.user.id, "learner_edited")
    click(dialog.open_button)
    room.until(lambda: not dialog.busy and dialog.banner.isVisible())
    assert "Something was written here since it was copied." in dialog.banner.accessibleName()
    assert dialog.move_button.isVisible()


def test_moved_to_a_server_and_opened_there(rooms: Rooms, server: Server, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(moving, "BATCH", 20)
    room = rooms(60)
    here = room.context.db
    with server.database() as address:
        fields = {"host": "127.0.0.1", "port": str(server.port), "database": address.rpartition("/")[2]}
        dialog = chosen(room, "database_there", user=OWNER, **fields)
        assert fields["database"] in dialog.accessibleName()
        # Stopped at the first sign of progress; what was copied stays, and nothing here has changed.
        before = snapshot(here, "learner", "operation", without=())
        click(dialog.move_button)
        room.until(lambda: dialog._bar.value() > 0 or not dialog.busy)
        click(dialog.close_button)
        room.until(lambda: not dialog.busy)
        assert "Move goes on where it ended" in dialog.banner.accessibleDescription()
        assert snapshot(here, "learner", "operation", without=()) == before
        assert config.load(room.context.folder.path).database.url == ""
        written_meanwhile(room, dialog)
        moved(room, dialog)
        done, _, stopped = activity(room.window)
        assert done == f"Move: Done: {sum(dialog.moved.counts.values()):,} rows are there, equal to those here."
        assert stopped == "Move: Stopped"
        url = config.load(room.context.folder.path).database.url
        assert url == f"postgresql+psycopg://{OWNER}@127.0.0.1:{server.port}/{fields['database']}"
        opened = begin(TaskContext(), room.context.folder, secrets=Secrets({}))
        assert snapshot(opened.db, "learner", without=()) == snapshot(here, "learner", without=())
        opened.db.close()


def kept_on(address: str) -> Callable[[AppContext], None]:
    """The settings name the server at `address`, where a dozen learners are."""

    def prepare(context: AppContext) -> None:
        context.settings = replace(context.settings, database=DatabaseSettings(url=address))
        config.save(context.folder.path, context.settings)
        demo.fill(context.db, 12)

    return prepare


def test_moved_to_this_computer_by_keys_where_another_database_was_left(rooms: Rooms, server: Server):
    with server.database() as address:
        room = rooms(3, prepare=kept_on(address), database=address)
        there, folder = room.context.db, room.context.folder
        old_copies_go(room)
        room.window.actions_.run("admin.database")
        place = dialog_of(room, DatabaseDialog)
        assert child(place, QRadioButton, "database_there").hasFocus(), "where learners are now"
        room.press("Up", place)
        assert child(place, QRadioButton, "database_here").isChecked()
        assert place.move_button.text() == "Move to This Computer…"
        pressed(room, place, place.move_button)
        dialog = dialog_of(room, MoveDialog)
        assert "Move everything to this computer" in dialog.accessibleName()
        assert "“before-move”, for 14 days" in dialog.accessibleDescription()
        pressed(room, dialog, dialog.move_button)
        room.until(lambda: dialog.moved is not None)
        assert "equal to those here" in dialog.accessibleName()
        room.until(dialog.open_button.hasFocus)
        room.press("Space", dialog)
        room.until(lambda: not room.window.isVisible())
        assert room.window.database.restart_wanted
        assert config.load(folder.path).database.url == ""
        (left,) = (folder.path / "backups").iterdir()
        assert left.name.startswith("before-move-")
        opened = begin(TaskContext(), folder, secrets=Secrets({}))
        assert opened.db.file == folder.database_file
        assert snapshot(opened.db, "learner", without=()) == snapshot(there, "learner", without=())
        opened.db.close()
        rooms.close_all()


def old_copies_go(room: Room) -> None:
    """Also while learners are on a server, of which no copy of a day is made."""
    backups = room.context.folder.path / "backups"
    backups.mkdir()
    for name in ("daily-2020-01-02.db", "before-move-20200102-030405.db"):
        (backups / name).touch()
    room.window.database.copy_of_the_day()
    room.at_rest()
    assert list(backups.iterdir()) == []


def pressed(room: Room, dialog: QDialog, button: QWidget) -> None:
    """Tab to a button, then Space."""
    for _ in range(20):
        if button.hasFocus():
            break
        QTest.keyClick(dialog.focusWidget() or dialog, Qt.Key.Key_Tab)
    assert button.hasFocus()
    room.press("Space", dialog)
