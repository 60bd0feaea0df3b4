"""Home as an officer uses it, by keys and clicks: what waits, each count leading to just its rows, and back."""

from datetime import UTC, datetime

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from sqlalchemy import insert, update

from app import attention
from app.attention import Matter
from app.changes import Changes, Topic
from app.context import AppContext
from app.db.tables import learner, operation, plr_check, sync_error
from app.month_list import Step
from tests.lms.college import College
from tests.lms.rows import MOMENT
from tests.ui.conftest import Room, Rooms, named
from tests.ui.dialog_room import click
from ui.dialogs.loads import LoadsDialog
from ui.pages.home import HomePage
from ui.pages.home_month import TITLES
from ui.pages.home_words import MATTERS

PEOPLE = 30


def prepared(context: AppContext) -> None:
    """A failed download, two rejected extracts among others, and a sync error, beside what the people bring."""
    college = College(context.db)
    campus = college.campus("Avon")
    section = college.section("ART", college.term("Autumn", [campus]), [campus])
    for status in ("rejected", "rejected", "ready", "processed"):
        college.record(section, status)
    with context.db.write() as tx:
        key = tx.execute(learner.select().limit(1)).one().id
        tx.execute(insert(plr_check).values(learner_id=key, at=datetime.now(UTC), outcome="failed"))
        tx.execute(insert(sync_error).values(code="SE-11", level="course", since=MOMENT))


@pytest.fixture
def room(rooms: Rooms) -> Room:
    return rooms(PEOPLE, held=False, prepare=prepared)


def home(room: Room) -> HomePage:
    """Home in front, read to the end."""
    page = room.window._stack.page("home")
    assert isinstance(page, HomePage)
    room.until(lambda: page.isVisible() and page.settled)
    room.at_rest()
    return page


def rows_in_front(room: Room, page: str) -> int:
    """How many rows the page in front shows."""
    room.until(lambda: room.window.page.name == page and room.window.page.isVisible())
    room.at_rest()
    room.until(lambda: not room.window.page.grid.is_loading)
    return room.window.page.shown


def counted(room: Room) -> dict[str, int]:
    with room.context.db.read() as tx:
        found = attention.waiting(room.context.db, tx, room.context.user)
    return {one.matter: one.number for one in found if one.number}


def test_each_count_leads_to_its_rows_by_click_and_by_key(room: Room):
    room.window.search.setText("narrowed before")
    room.press("Ctrl+1")
    page = home(room)
    numbers = counted(room)
    assert numbers[Matter.REJECTED] == 2
    assert numbers[Matter.FAILED] == numbers[Matter.SYNC_ERRORS] == 1
    assert {key: page.tiles.tile(key).shown.number for key in numbers} == numbers
    assert page.status_words() == [f"{len(numbers)} things need attention"]
    lists = [one for one in numbers if attention.places()[Matter(one)].page != "locks"]
    for place, matter in enumerate(lists):
        tile = named(page, f"home_{matter}")
        if place % 2:
            tile.setFocus()
            room.press("Return")
        else:
            click(tile)
        assert rows_in_front(room, attention.places()[Matter(matter)].page) == numbers[matter], matter
        assert room.window.page.grid.hasFocus()
        room.press("Ctrl+1")
        home(room)


def test_the_page_follows_what_changes_and_is_walked_by_keys(room: Room):
    room.press("Ctrl+1")
    page = home(room)
    first, second = (page.tiles.tile(key) for key in list(counted(room))[:2])
    assert first.accessibleName().startswith("2 Rejected extracts")
    for _ in range(40):
        if first.hasFocus():
            break
        room.press("Tab")
    assert first.hasFocus()
    room.press("Right")
    assert second.hasFocus()
    room.press("Left")
    with room.context.db.write() as tx:
        tx.execute(update(sync_error).values(cleared_at=datetime.now(UTC)))
        tx.execute(insert(sync_error), [{"code": "SE-03", "level": "connection", "since": MOMENT}])
    room.window.hub.announce(Changes.of(Topic.SYNC_RUNS))
    room.until(lambda: page.tiles.tile(Matter.SYNC_ERRORS).isHidden())
    assert page.tiles.tile(Matter.LMS_DOWN).isVisible()
    assert first.hasFocus(), "the keyboard stays where it was"
    before = page.findChild(QWidget, "home_as_of")
    assert before is not None
    room.press("F5")
    room.until(lambda: not page.settled)
    home(room)


def test_the_month_is_walked_by_keys_and_leads_to_its_places(room: Room):
    room.press("Ctrl+1")
    page = home(room)
    left = counted(room)
    assert page.month.line("ulns").accessibleName() == f"Not ticked. Everybody has a ULN: {left[Matter.NO_ULN]} left"
    assert page.month.line("rejected").accessibleName() == "Not ticked. No rejected extracts: 2 left"
    page.tiles.take_focus()
    for _ in [tile for tile in page.tiles.findChildren(QAbstractButton) if tile.isVisible()]:
        room.press("Tab")
    assert page.month.line("load").hasFocus(), "after the last tile"
    room.press("Right")
    assert page.month.line("ulns").hasFocus()
    room.press("Return")
    assert rows_in_front(room, "learners") == left[Matter.NO_ULN]
    with room.context.db.write() as tx:
        at = datetime.now(UTC)
        tx.execute(insert(operation).values(kind="learners_loaded", computer="PC", at=at, state="done"))
    room.press("Ctrl+1")
    room.window.hub.announce(Changes.of(Topic.LEARNERS))
    room.until(lambda: page.month.line("load").done)
    assert page.month.line("load").accessibleName().startswith("Ticked. Load the return: done ")
    click(page.month.line("load"))
    room.until(lambda: isinstance(QApplication.activeModalWidget(), LoadsDialog))
    room.at_rest()
    room.press("Escape")
    room.until(lambda: QApplication.activeModalWidget() is None)


def test_the_ribbon_leads_there_as_well(room: Room):
    room.in_front(room.window)
    room.press("Ctrl+1")
    home(room)
    click(named(room.window, "home.rejected"))
    assert rows_in_front(room, "extracts") == 2
    room.window.actions_.run("home.refresh")  # as the command search does
    home(room)


def test_the_keyboard_follows_from_a_button_of_the_ribbon_that_is_gone(room: Room):
    named(room.window, "learner.add").setFocus()
    room.press("Ctrl+1")
    page = home(room)
    room.until(lambda: page.tiles.isAncestorOf(QApplication.focusWidget()))
    named(room.window, "home.refresh").setFocus()
    room.press("Ctrl+2")
    room.until(lambda: QApplication.focusWidget() is room.window.learners.grid)


def test_everything_has_words():
    assert set(MATTERS) == {one.value for one in Matter}
    assert set(TITLES) == {one.value for one in Step}
