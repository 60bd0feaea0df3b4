"""The page Held Records, by real keys: what waits, its forecast, matching, deleting; rows of an import withdrawn."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from sqlalchemy import select

from app.db.tables import file_row
from tests.builders import add_learners, learner_values
from tests.ui.conftest import named
from tests.ui.dialog_room import click
from tests.ui.import_room import ImportRoom, import_room

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def room(rooms, tmp_path):
    made = import_room(rooms, tmp_path, learners=20)
    rows = [["NEW-1", "Young", "1"], ["NEW-2", "Old", "1"], [made.people[0][0], made.people[0][1], "1"]]
    path = made.file("new.csv", ["external_user_id", "last_name", "complete"], rows)
    made.new_import(path)
    made.confirm("CR-33")
    made.apply()
    return made


def held(room: ImportRoom) -> list[str]:
    with room.context.db.read() as tx:
        return list(tx.execute(select(file_row.c.held).order_by(file_row.c.number)).scalars())


def show(room: ImportRoom):
    room.room.window.show_page("held_records")
    page = room.room.window.imports.held.page
    room.room.at_rest()
    room.room.until(lambda: not page.grid.is_loading and page.pane.settled)
    room.room.at_rest()
    return page


def first_row(room: ImportRoom, page) -> None:
    click(page.grid.viewport(), page.grid.visualRect(page.grid.model().index(0, 2)).center())
    room.room.until(lambda: page.current is not None)
    room.room.at_rest()


def arrive(room: ImportRoom, ref: str) -> None:
    add_learners(room.context.db, [learner_values(900, ref=ref, family_name="Young", uln=None)])


def test_what_waits_is_listed_with_what_it_would_set_off(room):
    page = show(room)
    assert page.shown == 2
    assert room.room.window.row._counts["held_records"] == "2"
    assert "2 records would complete and award credit at once" in page.banner.accessibleName()
    first_row(room, page)
    assert "complete and award credit at once" in named(page, "held_forecast").text()
    assert named(page, "fact_matched").text() == "not known yet"


def test_nothing_matches_while_nobody_is_known(room):
    show(room)
    room.tips("I", "H", "M")
    dialog = room.dialog("match_held")
    assert dialog.accessibleName() == "No held record has its learner now"
    assert not dialog.match_button.isEnabled()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)


def test_a_record_is_matched_once_its_learner_is_there(room):
    arrive(room, "NEW-1")
    page = show(room)
    room.tips("I", "H", "M")
    dialog = room.dialog("match_held")
    assert dialog.accessibleName() == "1 held record has its learner now"
    assert named(dialog, "match_list").model().rowCount() == 1
    for tick in list(dialog._ticks.values()):
        click(tick)
    assert named(dialog, "match_do").text() == "Match 1 Record"
    click(named(dialog, "match_do"))
    room.room.until(lambda: dialog.matched is not None)
    assert dialog.accessibleName() == "1 record attached"
    room.room.close_dialog(dialog, "match_close")
    room.rest()
    room.room.until(lambda: page.shown == 1)
    assert held(room) == ["attached", "held", "no"]
    assert room.written()[0] == 2


def test_a_held_record_is_deleted(room):
    page = show(room)
    first_row(room, page)
    click(named(page, "held_delete"))
    dialog = room.dialog("import_undo_dialog")
    assert dialog.accessibleName() == "Delete 1 held record?"
    assert "leaves the list of held records" in named(dialog, "undo_consequence").text()
    click(named(dialog, "undo_do"))
    room.room.until(lambda: dialog.undone is not None)
    room.room.close_dialog(dialog, "undo_close")
    room.rest()
    assert sorted(held(room)) == ["deleted", "held", "no"]


@pytest.mark.rule("CR-U1")
def test_a_row_is_withdrawn_and_returns_to_the_list(room):
    assert room.written()[0] == 1
    page = room.page
    page.show_all()
    room.rest()
    click(page.grid.viewport(), page.grid.visualRect(page.grid.model().index(2, 2)).center())
    room.rest()
    room.tips("I", "H", "D")
    dialog = room.dialog("import_undo_dialog")
    told = {way.value: one.accessibleDescription() for way, one in dialog.ways.items()}
    assert len(set(told.values())) == 3, "each names its own consequence"
    QTest.keyClick(named(dialog, "undo_withdraw"), Qt.Key.Key_Space)
    click(named(dialog, "undo_do"))
    room.room.until(lambda: dialog.undone is not None)
    room.room.close_dialog(dialog, "undo_close")
    room.rest()
    assert room.written()[0] == 0
    assert held(room) == ["held", "held", "held"]
