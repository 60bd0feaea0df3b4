"""The PLR window on an office screen: the legend of its pane whole and to the point, tool bar and dates uncut."""

import re

from PySide6.QtWidgets import QLabel, QWidget

from app.plr.compare import Mark, compare
from app.tasks import TaskContext
from tests.ui.conftest import Room, Rooms, named
from tests.ui.dialog_room import click
from ui.look.labels import ElidingLabel
from ui.pages.plr_details import _MARKS

WORDS = {mark: words for mark, (_, _, words) in _MARKS.items()}


def legend(room: Room) -> dict[str, QLabel]:
    return {one.text(): one for one in named(room.plr_window, "plr_legend").findChildren(QLabel) if one.isVisible()}


def rows_with_marks(room: Room) -> dict[frozenset[Mark], int]:
    """One row for each set of marks that the download has."""
    found: dict[frozenset[Mark], int] = {}
    page = room.plr
    for row in page.session.rows():
        if row.event is not None:
            told = compare(TaskContext(), room.context.db, page.session, row.key)
            assert told is not None
            found.setdefault(frozenset(one.mark for one in told.fields) - {Mark.NONE}, row.key)
    return found


def whole(label: QWidget) -> bool:
    """Whether nothing around a label cuts it off."""
    place, above = label.rect(), label
    while not above.isWindow():
        parent = above.parentWidget()
        place = place.translated(above.pos())
        if not parent.rect().contains(place):
            return False
        above = parent
    return True


def test_the_legend_tells_of_the_marks_there_are_and_is_never_cut(rooms: Rooms):
    room = rooms()
    page = room.download()
    rows = rows_with_marks(room)
    assert {mark for marks in rows for mark in marks} == set(WORDS)
    room.plr_window.resize(1366, 768)
    for marks, key in rows.items():
        index = page.grid.model().index(list(page.grid.keys).index(key), 2)
        page.grid.scrollTo(index)
        click(page.grid.viewport(), page.grid.visualRect(index).center())
        room.until(lambda wanted=key: page.grid.current_key == wanted and page.pane.settled)
        room.at_rest()
        if not marks:
            assert page.pane.findChild(QWidget, "plr_legend").isHidden()
            continue
        shown = legend(room)
        assert set(shown) == {WORDS[mark] for mark in marks}
        assert all(whole(label) for label in shown.values())
    room.close_plr()


def test_on_an_office_screen_the_tool_bar_is_one_line_and_dates_are_whole(rooms: Rooms):
    room = rooms(20)
    page = room.download(10)
    room.plr_window.resize(1366, 768)
    dated = next(row.key for row in page.session.rows() if row.event is not None and row.event.achievement_award_date)
    index = page.grid.model().index(list(page.grid.keys).index(dated), 2)
    click(page.grid.viewport(), page.grid.visualRect(index).center())
    room.until(lambda: page.grid.current_key == dated and page.pane.settled)
    room.at_rest()
    first, last = (named(room.plr_window, name) for name in ("plr_select_all", "plr_export"))
    assert first.geometry().center().y() == last.geometry().center().y()
    dates = [
        label
        for label in page.pane.findChildren(ElidingLabel)
        if label.isVisible() and re.fullmatch(r"[0-9]{1,2} [A-Z][a-z]{2} [0-9]{4}", label.text())
    ]
    assert dates
    for label in dates:
        assert label.width() >= label.sizeHint().width(), label.text()
    room.close_plr()
