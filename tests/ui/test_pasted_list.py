"""A column of codes pasted into the quick filter: exactly those learners, what is missing, and the way out."""

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from sqlalchemy import select, update

from app.conditions import Group, Join, Operator, Test
from app.db.tables import learner
from tests.ui.conftest import Room, named
from tests.ui.dialog_room import click
from ui.dialogs.missing_codes import MissingCodesDialog
from ui.grids.condition_bar import ConditionBar
from ui.look.chips import Chip
from ui.pages.details_pane import CountLine


def some(room: Room, number: int) -> list[tuple[str, str | None]]:
    with room.context.db.read() as tx:
        query = select(learner.c.ref, learner.c.uln).where(learner.c.uln_state == "ok").order_by(learner.c.id)
        return [(row.ref, row.uln) for row in tx.execute(query.limit(number))]


def copied(text: str) -> None:
    QGuiApplication.clipboard().setText(text)


def paste(room: Room, text: str, keys: str = "Ctrl+V") -> None:
    copied(text)
    room.in_front(room.window)
    room.press("Ctrl+F")
    room.press(keys)
    room.at_rest()
    room.until(lambda: not room.window.learners.grid.is_loading)


def bar(room: Room) -> ConditionBar:
    return room.window.learners.bar


def chip(room: Room) -> Chip:
    found = bar(room).findChild(Chip, "pasted_list_chip")
    assert found is not None
    return found


def shown_refs(room: Room) -> list[str]:
    page = room.window.learners
    with room.context.db.read() as tx:
        refs = {row.id: row.ref for row in tx.execute(select(learner.c.id, learner.c.ref))}
    return [refs[key] for key in page.grid.keys]


@pytest.mark.parametrize("keys", ["Ctrl+V", "Shift+Ins"])
def test_a_column_of_a_spreadsheet(room: Room, keys: str):
    people = some(room, 8)
    entries = [ref if place % 2 else str(uln) for place, (ref, uln) in enumerate(people)]
    paste(room, "\r\n".join([*entries, "nobody 1", "9", ""]), keys)
    page = room.window.learners
    assert sorted(shown_refs(room)) == sorted(ref for ref, _ in people)
    assert room.window.search.text() == ""
    assert chip(room).isVisible()
    assert chip(room).accessibleName() == "Pasted list 8 of 10 found, 2 missing"
    assert "Pasted list: 8 of 10 found, 2 missing" in bar(room).accessibleDescription()
    assert page.bar.findChild(object, "conditions_count").text() == f"8 of {page.total} learners"


def test_conditions_words_and_order_go_with_it(room: Room):
    people = some(room, 12)
    paste(room, "\n".join(ref for ref, _ in people))
    page = room.window.learners
    page.grid.sort_by("ref", descending=True)
    room.at_rest()
    assert shown_refs(room) == sorted((ref for ref, _ in people), reverse=True)
    female = Group(Join.ALL, (Test("sex", Operator.IS, "F"),))
    page.set_conditions(female)
    room.at_rest()
    narrowed = set(shown_refs(room))
    assert 0 < len(narrowed) < 12
    assert narrowed < {ref for ref, _ in people}
    room.press("Ctrl+F")
    QTest.keyClicks(room.window.search, sorted(narrowed)[0])
    room.until(lambda: shown_refs(room) == sorted(narrowed)[:1])
    room.press("Esc")
    room.until(lambda: set(shown_refs(room)) == narrowed)
    chip(room).setFocus()
    QTest.keyClick(chip(room), Qt.Key.Key_Delete)
    room.at_rest()
    assert not chip(room).isVisible()
    assert page.conditions == female, "only the list was taken away"
    assert len(shown_refs(room)) > len(narrowed)


def test_either_of_two_conditions_of_a_list(room: Room):
    paste(room, "\n".join(ref for ref, _ in some(room, 12)))
    tests = (Test("sex", Operator.IS, "F"), Test("sex", Operator.IS, "M"))
    room.window.learners.set_conditions(Group(Join.ANY, tests))
    room.at_rest()
    words = [one.text() for one in bar(room)._joints if one.isVisible()]
    assert (bar(room)._list_joint.text(), words) == ("and either", ["or"])
    assert len(shown_refs(room)) == 12


def test_what_is_missing_is_listed_copied_and_the_list_removed(room: Room):
    everybody = room.window.learners.total
    paste(room, "\n".join([some(room, 1)[0][0], "=1+1", "nobody", "<b>x</b>"]))
    click(chip(room))
    room.until(lambda: isinstance(QApplication.activeModalWidget(), MissingCodesDialog))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, MissingCodesDialog)
    assert dialog.heading.text() == "1 of 4 codes found"
    model = dialog.list.model()
    assert [model.index(row, 0).data() for row in range(model.rowCount())] == ["=1+1", "nobody", "<b>x</b>"]
    dialog.list.setFocus()
    room.press("Ctrl+C")
    assert QGuiApplication.clipboard().text() == "'=1+1\r\nnobody\r\n<b>x</b>\r\n"
    copied("")
    click(named(dialog, "missing_copy"))
    assert QGuiApplication.clipboard().text().splitlines()[0] == "'=1+1"
    click(named(dialog, "missing_remove"))
    room.at_rest()
    assert len(shown_refs(room)) == everybody
    assert not chip(room).isVisible()


def test_clear_of_the_ribbon_takes_it_away(room: Room):
    paste(room, "\n".join(ref for ref, _ in some(room, 3)))
    room.until(lambda: room.window.actions_.reason("find.clear") == "")
    assert room.window.actions_.run("find.clear")
    room.at_rest()
    assert len(shown_refs(room)) == room.window.learners.total
    assert not chip(room).isVisible()


def test_words_are_pasted_as_ever(room: Room):
    paste(room, "Ann Smith")
    assert room.window.search.text() == "Ann Smith"
    assert not chip(room).isVisible()


def test_a_second_list_takes_the_place_of_the_first(room: Room):
    people = some(room, 6)
    paste(room, "\n".join(ref for ref, _ in people[:4]))
    paste(room, "\n".join(ref for ref, _ in people[4:]))
    assert sorted(shown_refs(room)) == sorted(ref for ref, _ in people[4:])
    assert chip(room).accessibleName() == "Pasted list 2 of 2 found"


def test_a_list_that_is_too_long_is_refused_in_words(room: Room, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("app.pasted_codes.MOST_CODES", 3)
    everybody = room.window.learners.total
    paste(room, "1\n2\n3\n4")
    box = QApplication.activeModalWidget()
    assert box is not None
    assert "more than 3 entries" in f"{box.accessibleName()} {box.accessibleDescription()}"
    room.press("Esc")
    assert room.window.search.text() == ""
    assert len(shown_refs(room)) == everybody


def test_what_is_found_follows_the_learners(room: Room):
    [(first, _), (second, _)] = some(room, 2)
    paste(room, f"{first}\n{second}")
    with room.context.db.write() as tx:
        tx.execute(update(learner).where(learner.c.ref == second).values(removed_at=room.context.db.now(tx)))
    room.press("F5")
    room.at_rest()
    assert chip(room).accessibleName() == "Pasted list 1 of 2 found, 1 missing"
    assert shown_refs(room) == [first]


def test_by_the_menu_and_by_dropping(room: Room):
    people = some(room, 4)
    field = room.window.search
    copied("\n".join(ref for ref, _ in people[:2]))
    middle = field.rect().center()
    QApplication.sendEvent(
        field, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, middle, field.mapToGlobal(middle))
    )
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    entry = next(one for one in menu.actions() if one.objectName() == "edit-paste")
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(entry).center())
    room.at_rest()
    assert sorted(shown_refs(room)) == sorted(ref for ref, _ in people[:2])
    data = QMimeData()
    data.setText("\n".join(ref for ref, _ in people[2:]))
    how = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(field, QDragEnterEvent(QPoint(20, 10), *how))
    QApplication.sendEvent(field, QDropEvent(QPointF(QPoint(20, 10)), *how))
    room.at_rest()
    assert sorted(shown_refs(room)) == sorted(ref for ref, _ in people[2:])


def test_the_selection_pane_counts_the_list_only(room: Room):
    paste(room, "\n".join(ref for ref, _ in some(room, 5)))
    room.select()
    page = room.window.learners
    room.until(lambda: page.pane.settled)
    lines = [one for one in page.pane.findChildren(CountLine) if one.isVisible()]
    assert sum(int(one.text().rsplit(": ", 1)[1]) for one in lines) == page.selected_count == 5
