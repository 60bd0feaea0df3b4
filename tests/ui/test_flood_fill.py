"""*Flood Fill* by keys and mouse: choose, look at what would change, fill, and take it back."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from sqlalchemy import func, select, update

from app.access import Role
from app.db.tables import change, learner, operation
from tests.builders import user_with
from tests.ui.conftest import Room, Rooms, named
from tests.ui.dialog_room import click
from tests.ui.load_room import held_up
from ui.dialogs.flood_fill import FloodFillDialog


def opened(room: Room, rows: int | None = 12) -> FloodFillDialog:
    """By the key tips, as somebody without a mouse would."""
    room.select(rows)
    room.until(lambda: room.window.actions_.reason("learner.fill") == "")
    assert room.window.actions_.run("learner.fill")
    room.until(lambda: isinstance(QApplication.activeModalWidget(), FloodFillDialog))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, FloodFillDialog)
    room.at_rest()
    return dialog


def choose_field(room: Room, dialog: FloodFillDialog, title: str) -> None:
    """Through the list of fields, with the arrow keys."""
    dialog.form.field_box.setFocus()
    QTest.keyClick(dialog.form.field_box, Qt.Key.Key_Home)
    for _ in range(dialog.form.field_box.count()):
        if dialog.form.field_box.currentText() == title:
            break
        QTest.keyClick(dialog.form.field_box, Qt.Key.Key_Down)
    assert dialog.form.field_box.currentText() == title
    room.at_rest()


def type_group(room: Room, dialog: FloodFillDialog, text: str) -> None:
    choose_field(room, dialog, "Tutor Group")
    room.press("Tab")
    assert QApplication.focusWidget() is dialog.form.text
    QTest.keyClicks(dialog.form.text, text)
    looked(room, dialog)


def looked(room: Room, dialog: FloodFillDialog) -> None:
    room.until(lambda: not dialog.form.waiting)
    room.at_rest()


def filled(room: Room, dialog: FloodFillDialog) -> None:
    click(named(dialog, "fill_start"))
    room.until(lambda: dialog.summary is not None)
    room.at_rest()


def groups(room: Room) -> dict[int, str | None]:
    with room.context.db.read() as tx:
        return {row.id: row.tutor_group for row in tx.execute(select(learner.c.id, learner.c.tutor_group))}


def number(dialog: FloodFillDialog, key: str) -> int:
    return dialog.tiles.tile(key).content.number


def operations(room: Room) -> int:
    with room.context.db.read() as tx:
        return int(tx.execute(select(func.count()).select_from(operation)).scalar_one())


def test_a_tutor_group_there_and_back(room: Room):
    dialog = opened(room)
    keys = list(room.window.learners.grid.selected_keys())
    before, written = groups(room), operations(room)
    type_group(room, dialog, "ZZ 9")
    assert number(dialog, "changing") == 12
    assert named(dialog, "fill_start").text() == "Fill 12 Learners"
    model = dialog.list.model()
    assert [model.index(row, 3).data() for row in range(model.rowCount())] == ["ZZ 9"] * 12
    assert model.index(0, 2).data() == (before[keys[0]] or "(blank)")
    assert (groups(room), operations(room)) == (before, written), "looking writes nothing"
    with held_up(room.window.runner):
        click(named(dialog, "fill_start"))
        assert named(dialog, "turn").accessibleName().startswith("Waits until another write is done.")
        room.press("Esc")  # it has not begun: it is taken back at once
        assert dialog.banner.isVisible(), "it says that nothing was changed"
        assert (dialog.form.text.text(), dialog.form.isEnabled()) == ("ZZ 9", True)
    looked(room, dialog)
    assert groups(room) == before
    filled(room, dialog)
    after = groups(room)
    assert {key for key in after if after[key] != before[key]} == set(keys)
    assert {after[key] for key in keys} == {"ZZ 9"}
    assert dialog.heading.text() == "12 learners changed"
    assert QApplication.focusWidget() is named(dialog, "fill_close")
    grid = room.window.learners.grid
    assert list(grid.selected_keys()) == keys, "the selection outlasts it"
    click(named(dialog, "fill_undo"))
    room.until(lambda: dialog.heading.text() == "Flood Fill was undone")
    room.at_rest()
    assert groups(room) == before
    room.press("Esc")
    room.until(lambda: QApplication.activeModalWidget() is None)


def test_it_is_reached_by_the_ribbon_and_says_why_not(room: Room):
    assert room.window.actions_.reason("learner.fill") == "Select a row first."
    assert room.window.actions_.keys("learner.fill") == "Alt, L, W"
    room.window.show_page("attainments")
    assert room.window.actions_.reason("learner.fill") == "Open the Learners page first."


def test_who_may_not_edit_is_told(rooms: Rooms):
    room = rooms(as_user=lambda context: user_with(context.db, Role.ENROLMENT_MANAGER))
    room.select(2)
    assert room.window.actions_.reason("learner.fill") == ""
    other = rooms(folder="other", as_user=lambda context: user_with(context.db, Role.ADMINISTRATOR))
    other.select(2)
    assert other.window.actions_.reason("learner.fill").startswith("Needs the role")


def test_a_campus_and_blank(room: Room):
    dialog = opened(room)
    assert dialog.form.field_box.currentText() == "Campus"
    assert number(dialog, "changing") + number(dialog, "staying") == 12
    assert number(dialog, "selected") == 12
    dialog.form.blank.setFocus()
    QTest.keyClick(dialog.form.blank, Qt.Key.Key_Space)
    looked(room, dialog)
    changing = number(dialog, "changing")
    assert changing > 0
    assert dialog.list.model().index(0, 3).data() == "(blank)"
    filled(room, dialog)
    with room.context.db.read() as tx:
        keys = list(room.window.learners.grid.selected_keys())
        assert set(tx.execute(select(learner.c.campus_id).where(learner.c.id.in_(keys))).scalars()) == {None}
        noted = tx.execute(select(func.count()).where(change.c.operation_id == dialog.summary.operation_id)).scalar()
    assert noted == changing
    room.press("Esc")


def test_ways_to_reach_somebody_can_only_be_emptied(room: Room):
    dialog = opened(room)
    choose_field(room, dialog, "Email")
    assert dialog.form.blank.isChecked()
    assert not dialog.form.blank.isEnabled()
    assert "belongs to one person" in dialog.form.blank.accessibleDescription()
    assert not dialog.form.text.isVisible()
    room.press("Esc")


def test_nothing_typed_and_nothing_to_do_cannot_be_filled(room: Room):
    dialog = opened(room)
    choose_field(room, dialog, "Tutor Group")
    button = named(dialog, "fill_start")
    assert not button.isEnabled()
    type_group(room, dialog, "Q")
    filled(room, dialog)
    room.press("Esc")
    room.until(lambda: QApplication.activeModalWidget() is None)
    again = opened(room)
    type_group(room, again, "Q")
    assert number(again, "staying") == 12
    assert not named(again, "fill_start").isEnabled()
    assert named(again, "fill_start").accessibleDescription() == "No learner would change."
    click(again.tiles.tile("staying"))
    assert again.list.model().rowCount() == 12
    room.press("Esc")


def test_return_straight_after_typing_looks_first(room: Room):
    dialog = opened(room)
    choose_field(room, dialog, "Tutor Group")
    room.press("Tab")
    QTest.keyClicks(dialog.form.text, "R1")
    QTest.keyClick(dialog.form.text, Qt.Key.Key_Return)
    assert dialog.summary is None
    looked(room, dialog)
    assert number(dialog, "changing") == 12
    assert dialog.summary is None
    QTest.keyClick(dialog.form.text, Qt.Key.Key_Return)
    room.until(lambda: dialog.summary is not None)
    room.at_rest()
    assert set(groups(room).values()) >= {"R1"}
    room.press("Esc")


def test_who_was_changed_meanwhile_is_listed(room: Room):
    dialog = opened(room)
    type_group(room, dialog, "S")
    key = list(room.window.learners.grid.selected_keys())[3]
    with room.context.db.write() as tx:
        tx.execute(update(learner).where(learner.c.id == key).values(version=learner.c.version + 1))
    filled(room, dialog)
    assert (number(dialog, "changing"), number(dialog, "refusing")) == (11, 1)
    model = dialog.list.model()
    assert model.rowCount() == 1
    assert model.index(0, 3).data() == "Changed by somebody else since the preview"
    assert "1 was changed by somebody else" in dialog.secondary.text()
    room.press("Esc")


def test_everybody_changed_meanwhile_is_said_and_looked_at_again(room: Room):
    dialog = opened(room)
    type_group(room, dialog, "S")
    with room.context.db.write() as tx:
        tx.execute(update(learner).values(version=learner.c.version + 1))
    click(named(dialog, "fill_start"))
    room.at_rest()
    assert named(dialog, "fill_banner").accessibleName().startswith("Every one of these learners was changed")
    room.until(lambda: named(dialog, "fill_start").isEnabled())
    filled(room, dialog)
    assert dialog.summary.changed == 12
    room.press("Esc")


@pytest.mark.parametrize("text", ["<b>Bold</b>", "\u202eturned", "x" * 100])
def test_hostile_words_stay_words(room: Room, text: str):
    dialog = opened(room, 2)
    choose_field(room, dialog, "Tutor Group")
    dialog.form.text.setText(text)
    looked(room, dialog)
    filled(room, dialog)
    assert text in set(groups(room).values())
    assert "\u202e" not in dialog.secondary.text()
    room.press("Esc")
