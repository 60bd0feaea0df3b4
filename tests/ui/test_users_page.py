"""Users and Roles by keys: a user is added and edited, the last administrator stays, who may not only looks."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from sqlalchemy import insert, select

from app import users
from app.access import Permission, Role
from app.context import AppContext
from app.db.tables import campus, change, operation
from app.users import Account
from tests.builders import user_with
from tests.ui.conftest import Room, Rooms, named, read_csv, saving_as
from tests.ui.dialog_room import clipped, press, type_text, unnamed
from ui.dialogs.user_form import UserDialog
from ui.look.fonts import set_scale
from ui.pages.users import UsersPage

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support")]


def with_campus(context: AppContext) -> None:
    with context.db.write() as tx:
        tx.execute(insert(campus).values(code="N", name="North", name_fold="north"))


def page_of(room: Room) -> UsersPage:
    room.window.actions_.action("admin.users").trigger()
    page = room.window.row.grid_page
    assert isinstance(page, UsersPage)
    room.until(lambda: not page.grid.is_loading and page.total > 0)
    room.at_rest()
    return page


def dialog_of(room: Room) -> UserDialog:
    room.until(lambda: isinstance(QApplication.activeModalWidget(), UserDialog))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, UserDialog)
    room.until(lambda: not dialog.busy)
    room.in_front(dialog)
    return dialog


def tab_to(name: str) -> None:
    for _ in range(40):
        focus = QApplication.focusWidget()
        if focus is not None and focus.objectName() == name:
            return
        press(Qt.Key.Key_Tab)
    raise AssertionError(name)


def first_row(room: Room, page: UsersPage) -> None:
    room.until(lambda: not page.grid.is_loading)
    page.grid.setFocus()
    QTest.keyClick(page.grid, Qt.Key.Key_Home)
    room.at_rest()


def closed(room: Room) -> None:
    room.until(lambda: QApplication.activeModalWidget() is None)
    room.at_rest()
    room.in_front(room.window)


def found(context: AppContext, login: str) -> Account:
    with context.db.read() as tx:
        one = users.find(tx, login)
    assert one is not None
    return one


def test_a_user_is_added_and_edited_by_keys(rooms: Rooms):
    room = rooms(3, prepare=with_campus)
    page = page_of(room)
    room.window.actions_.action("admin.add_user").trigger()
    dialog = dialog_of(room)
    assert not dialog.save_button.isEnabled()
    room.until(lambda: clipped(dialog) == [])  # once it is laid out with the words of a dialog at rest
    assert unnamed(dialog) == []
    tab_to("user_login")
    type_text("jdoe")
    tab_to("user_name")
    type_text("Jane Doe")
    tab_to("role_enrolment_manager")
    press(Qt.Key.Key_Space)
    tab_to(dialog.sees.first.objectName())  # type: ignore[union-attr]
    press(Qt.Key.Key_Space)
    press(Qt.Key.Key_Return)
    closed(room)
    jane = found(room.context, "jdoe")
    assert (jane.name, jane.roles, len(jane.campuses)) == ("Jane Doe", {Role.ENROLMENT_MANAGER}, 1)
    room.until(lambda: page.shown == 2)
    page.set_quick("jane")
    room.until(lambda: page.shown == 1)
    first_row(room, page)
    room.until(lambda: named(page, "user_roles").text() == "Enrolment Manager")  # type: ignore[attr-defined]
    assert "Add and edit learners" in named(page, "user_may").text()  # type: ignore[attr-defined]
    room.press("Return", room.window)
    dialog = dialog_of(room)
    assert dialog.login.isReadOnly()
    tab_to("user_active")
    press(Qt.Key.Key_Space)
    press(Qt.Key.Key_Return)
    closed(room)
    assert not found(room.context, "jdoe").active
    room.until(lambda: "cannot open" in named(page, "user_note").text())  # type: ignore[attr-defined]
    with room.context.db.read() as tx:
        kinds = tx.execute(select(operation.c.kind).join(change).where(change.c.table_name == "app_user")).scalars()
        assert list(kinds) == [users.KIND, users.KIND]


def test_the_last_administrator_reads_why_they_stay(rooms: Rooms):
    room = rooms(3)
    page = page_of(room)
    first_row(room, page)
    page.edit()
    dialog = dialog_of(room)
    before = found(room.context, room.context.user.login)
    tab_to("role_administrator")
    press(Qt.Key.Key_Space)
    press(Qt.Key.Key_Return)
    room.until(lambda: not dialog.busy and dialog.problem.isVisible())
    assert dialog.problem.text.startswith("Nobody would be left who administers this database. Give somebody else")
    assert QApplication.focusWidget() is dialog.roles[Role.ADMINISTRATOR]
    assert found(room.context, room.context.user.login) == before
    press(Qt.Key.Key_Space)  # as it was: nothing to lose
    press(Qt.Key.Key_Escape)
    closed(room)


def test_a_role_taken_from_oneself_is_missing_at_once(rooms: Rooms):
    room = rooms(3, prepare=lambda context: user_with(context.db, Role.ADMINISTRATOR))
    page = page_of(room)
    with room.context.db.read() as tx:
        mine = users.find(tx, room.context.user.login)
    assert mine is not None
    assert room.window.actions_.action("learner.add").isEnabled()
    page._open(mine.id or 0)
    dialog_of(room)
    tab_to("role_enrolment_manager")
    press(Qt.Key.Key_Space)
    press(Qt.Key.Key_Return)
    closed(room)
    room.until(lambda: not room.window.actions_.action("learner.add").isEnabled())
    assert room.context.rights.why_not(Permission.EDIT_LEARNERS)


def test_who_is_no_administrator_only_looks(rooms: Rooms):
    room = rooms(3, as_user=lambda context: user_with(context.db, Role.ENROLMENT_MANAGER))
    page = page_of(room)
    actions = room.window.actions_
    for name in ("admin.add_user", "admin.edit_user"):
        assert not actions.action(name).isEnabled()
        assert "Administrator" in actions.description(name)
    first_row(room, page)
    room.press("Return", room.window)
    dialog = dialog_of(room)
    assert dialog.banner.isVisible()
    assert not dialog._inside.isEnabled()
    assert QApplication.focusWidget() is dialog.close_button
    press(Qt.Key.Key_Return)
    closed(room)


def test_hostile_names_are_shown_as_they_are_and_exported(rooms: Rooms, tmp_path):
    name = "<b>Robert'); drop table app_user;--</b>"

    def prepare(context: AppContext) -> None:
        users.save(context.db, context.user, None, Account(login="bobby", name=name))

    room = rooms(3, prepare=prepare)
    page = page_of(room)
    page.set_quick("drop table")
    room.until(lambda: page.shown == 1)
    first_row(room, page)
    room.until(lambda: page.pane.title.text() == name)
    target = tmp_path / "users.csv"
    with saving_as(target):
        page.export_to("csv")
    room.until(lambda: not room.window.exports.busy and target.exists())
    room.at_rest()
    rows = read_csv(target)
    assert rows[0][:4] == ["Name", "Signs In As", "State", "Roles"]
    assert rows[1][1:4] == ["bobby", "Cannot open", ""]


def test_nothing_is_cut_off_with_large_text_on_a_low_screen(rooms: Rooms):
    set_scale(2.0)
    try:
        room = rooms(3, prepare=with_campus, size=(1366, 768))
        page_of(room)
        room.window.actions_.action("admin.add_user").trigger()
        dialog = dialog_of(room)
        assert dialog.height() <= 768
        room.until(lambda: clipped(dialog) == [])
        press(Qt.Key.Key_Escape)
        closed(room)
    finally:
        set_scale(1.0)
