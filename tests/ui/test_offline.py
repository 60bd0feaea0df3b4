"""The database goes away while people work: said, nothing lost, and back by itself; real servers and files."""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit
from sqlalchemy import make_url, select, update

from app import demo
from app.access import Role
from app.context import AppContext
from app.db import patience, server_lines
from app.db.database import Database
from app.db.tables import attainment, learner, role, user_role
from tests.db.postgresql import Server
from tests.db.test_hung_server import Line
from tests.ui.conftest import Room, Rooms, named
from tests.ui.credit_room import CreditRoom, prepared
from tests.ui.dialog_room import child, click, write_into
from tests.ui.extract_room import ExtractRoom, extract_room
from ui import elsewhere, offline
from ui.dialogs.edit_credit import EditCreditDialog
from ui.dialogs.learner_form import LearnerDialog
from ui.dialogs.message import MessageDialog

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked every moment instead of every few seconds."""
    monkeypatch.setattr(elsewhere, "EVERY_MS", 50)
    monkeypatch.setattr(offline, "STEPS", (0.1,))


@pytest.fixture
def served(server: Server, rooms: Rooms) -> Iterator[ExtractRoom]:
    """The window on extract records of a real server."""
    with server.database() as address:
        made = extract_room(rooms, database=address)
        yield made
        rooms.close_all()


def gone(room: Room) -> None:
    room.until(lambda: room.window.offline.since is not None)
    room.until(room.window.offline_banner.isVisible)


def back(room: Room) -> None:
    room.until(lambda: not room.window.offline.is_now)
    room.at_rest()
    assert not room.window.offline_banner.isVisible()


def words_of(room: Room) -> str:
    return " ".join(label.text() for label in room.window.offline_banner.findChildren(QLabel))


def status_of(room: Room) -> str:
    return child(room.window, QLabel, "status_right").text()


def messages() -> list[str]:
    shown = [one for one in QApplication.topLevelWidgets() if isinstance(one, MessageDialog) and one.isVisible()]
    return [one.accessibleName() for one in shown]


def edit_first(room: Room) -> LearnerDialog:
    room.window.show_page("learners")
    room.select(1)
    room.window.actions_.run("learner.edit")
    room.until(lambda: isinstance(QApplication.activeModalWidget(), LearnerDialog))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, LearnerDialog)
    return dialog


def test_a_server_that_is_killed_and_started_again(served: ExtractRoom, server: Server):
    room, window, page = served.room, served.room.window, served.show()
    rejected = served.keys[3]
    served.stage("ready", rejected)
    assert page.staging.staged.changing == 1
    rows = list(page.grid.keys)
    with server.away():
        gone(room)
        assert re.search(r"has not answered since \d\d:\d\d\.", words_of(room))
        assert "saving waits, and nothing you typed is lost" in words_of(room)
        assert "has not answered since" in status_of(room)
        assert list(page.grid.keys) == rows
        assert page.staging.staged.changing == 1
        save = named(page, "staged_save")
        assert not save.isEnabled()
        assert "does not answer" in save.accessibleDescription()
        for name in ("learner.add", "data.excel", "lms.extract_resubmit", "history.undo"):
            assert not window.actions_.action(name).isEnabled(), name
            assert "does not answer" in window.actions_.reason(name), name
        assert window.actions_.action("select.all").isEnabled()
        page.refresh()  # what would be read anew is not there, and no message says so once more
        room.at_rest()
        assert list(page.grid.keys) == rows
        assert messages() == []
    back(room)
    assert "answers again" in child(window, QLabel, "status_work").text()
    assert page.staging.staged.changing == 1
    served.close(served.save(), "saved_ok")
    assert served.statuses([rejected]) == ["ready"]
    form_that_is_open(room, server)


def form_that_is_open(room: Room, server: Server) -> None:
    """It keeps what was typed, and saves it when the server is back."""
    dialog = edit_first(room)
    given = dialog.fields["given_names"].findChild(QLineEdit)
    assert given is not None
    write_into(given, "Zelda")
    with server.away():
        gone(room)
        click(dialog.save_button)
        room.until(dialog.banner.isVisible)
        room.at_rest()
        assert "server" in dialog.banner.accessibleName()
        assert given.text() == "Zelda"
    back(room)
    click(dialog.save_button)
    room.until(lambda: QApplication.activeModalWidget() is None)
    room.at_rest()
    with room.context.db.read() as tx:
        assert "Zelda" in tx.execute(select(learner.c.given_names)).scalars().all()


def test_credit_that_is_typed_and_what_can_be_undone_outlast_a_server_that_was_away(rooms: Rooms, server: Server):
    """Edit Credit was saved; Replace Credit on Incomplete Record is typed, then the server goes, and comes back."""
    with server.database() as address:
        made: dict[str, int] = {}

        def prepare(context: AppContext) -> None:
            demo.fill(context.db, 60)
            prepared(context, made)

        credit = CreditRoom(rooms(prepare=prepare, database=address), made)
        room, page = credit.room, credit.show("course_records")
        credit.pick(page, made["complete"])
        room.window.credit.open_credit(made["complete"], False)
        edit = credit.dialog("edit_credit")
        assert isinstance(edit, EditCreditDialog)
        edit.rows[0].has.setFocus()
        room.press("Space", edit)
        room.until(edit.save_button.isEnabled)
        click(edit.save_button)
        credit.closed()
        given = [(made["ama"], 500), (made["ama"], 500)]
        assert credit.credit() == given
        room.window.credit.open_credit(made["wrong"], True)
        dialog = credit.dialog("edit_credit")
        assert isinstance(dialog, EditCreditDialog)
        for row in dialog.rows[:2]:
            row.has.setFocus()
            room.press("Space", dialog)
        write_into(dialog.rows[1].amount, "0.75")
        write_into(dialog.reason, "Entered for the wrong type")
        typed = tuple(dialog.wanted)
        with server.away():
            gone(room)
            click(dialog.save_button)
            room.until(dialog.banner.isVisible)
            room.at_rest()
            assert "server cannot be reached" in dialog.banner.accessibleName()
            assert (tuple(dialog.wanted), dialog.reason.text()) == (typed, "Entered for the wrong type")
            assert dialog.save_button.isEnabled(), "it can be tried again"
            assert "does not answer" in credit.reason("imports.undo_credit")
        back(room)
        assert credit.credit() == given, "nothing was half done"
        click(dialog.save_button)
        credit.closed()
        assert credit.credit() == [(made["ama"], 500), (made["cpd"], 75)]
        for left in (given, [(made["ama"], 500)]):
            credit.press_action("imports.undo_credit")
            credit.rest()
            assert credit.credit() == left
        rooms.close_all()


def test_a_line_that_falls_silent_and_what_changed_meanwhile(
    rooms: Rooms, server: Server, monkeypatch: pytest.MonkeyPatch
):
    """Half-open: it takes what it is sent, and nothing comes back. Then rows are others', and a role is gone."""
    for module in (elsewhere, offline):
        monkeypatch.setattr(module, "SILENT_MS", 300)
    monkeypatch.setattr(patience, "ASK_AFTER", 0.3)
    monkeypatch.setattr(patience, "ANSWER_WITHIN", 0.3)
    monkeypatch.setitem(server_lines.OPTIONS, "connect_timeout", 2)
    with server.database() as address, behind(server) as line:
        whole = make_url(address).set(port=line.port).render_as_string(hide_password=False)
        room = rooms(prepare=lambda context: demo.fill(context.db, 5), database=whole)
        room.until(room.window.actions_.action("learner.add").isEnabled)  # 300 ms are over soon on a busy machine
        line.silent.set()
        gone(room)
        with closing(Database(address)) as other, other.write() as tx:
            tx.execute(update(learner).values(family_name="Changed", version=learner.c.version + 1))
            wanted = select(role.c.id).where(role.c.code == Role.ENROLMENT_MANAGER.value)
            tx.execute(user_role.delete().where(user_role.c.role_id.in_(wanted)))
        line.silent.clear()
        back(room)
        room.until(lambda: "Enrolment Manager" in room.window.actions_.reason("learner.add"))
        model = room.window.learners.grid.model()
        room.until(lambda: model.row(0) is not None and "Changed" in map(str, model.row(0).cells))
        rooms.close_all()


def test_a_newer_version_brought_the_database_up_to_date(served: ExtractRoom, server: Server):
    room = served.room
    name = room.context.db.url.database or ""
    server.run("update alembic_version set version_num = '9999'", name)
    with server.away():
        gone(room)
    room.until(lambda: room.window.offline.replaced)
    room.at_rest()
    assert "changed by another version" in words_of(room)
    assert "Close Learner Manager" in words_of(room)
    assert "changed by another version" in room.window.actions_.reason("learner.add")
    click(named(room.window, "offline_leave"))
    room.until(lambda: not room.window.isVisible())


def test_a_drive_that_is_unplugged_and_put_back(rooms: Rooms):
    room = rooms(5)
    file = room.context.folder.database_file
    away = file.with_name("away")
    file.rename(away)
    gone(room)
    assert "is not there any more" in words_of(room)
    assert not file.exists(), "no empty one is begun in its place"
    away.rename(file)
    again = named(room.window, "offline_try_again")
    again.setFocus()
    click(again)
    back(room)
    assert room.window.learners.total == 5
    assert room.window.focusWidget() is room.window.learners.grid, "the button that had the keyboard is gone"


@contextmanager
def behind(server: Server) -> Iterator[Line]:
    line = Line(server.port)
    try:
        yield line
    finally:
        line.close()


def test_answers_of_the_lrs_wait_for_the_database(rooms: Rooms):
    """Downloaded, then the database is gone: the answers stay as they are, and are stored when it is back."""
    room = rooms(3)
    page = room.download(3)
    before = list(page.grid.keys)
    assert before
    file = room.context.folder.database_file
    away = file.with_name("away")
    file.rename(away)
    gone(room)
    room.at_rest()
    assert list(page.grid.keys) == before
    assert room.plr_window.isVisible()
    away.rename(file)
    back(room)
    assert list(page.grid.keys) == before
    summary = room.update()
    with room.context.db.read() as tx:
        assert tx.execute(select(attainment.c.id)).all()
    room.close_dialog(summary, "summary_ok")
