"""Up to ten candidates side by side: fields and college stay, and what is chosen is in view."""

from datetime import date

import pytest
from PySide6.QtCore import QPoint, QRect, Qt

from app.connectors.lrs_find import FoundLearner
from app.learners.candidates import compared
from app.learners.subject import Subject
from tests.builders import uln_number
from tests.ui.dialog_room import click, opened, press, unnamed
from ui.dialogs.candidate_table import CandidateTable
from ui.look.fonts import set_scale
from ui.look.tokens import theme

pytestmark = [pytest.mark.qt_log_ignore("This plugin does not support"), pytest.mark.usefixtures("dressed_up")]
OURS = Subject(1, 1, "240001", None, "Ahmed", "Tobias", None, date(2009, 8, 10), "M", "NF4 4AT", None, "Tobias")


def candidate(number: int, **other) -> FoundLearner:
    usual = {"given_name": "Tobias", "family_name": "<b>Ahmed</b>\u202e", "postcode": "NF4 4AT", "gender": "M"}
    return FoundLearner(uln=uln_number(number), birth_date=date(2009, 8, 10), **{**usual, **other})


@pytest.fixture
def table(qtbot) -> CandidateTable:
    made = CandidateTable()
    made.resize(700, 320)
    opened(qtbot, made)
    made.show_lines(compared(OURS, [candidate(n) for n in range(10)]), None, enabled=True)
    made.show()
    return made


def in_view(table: CandidateTable, place: int) -> bool:
    column = table.columns[place]
    area = table._across.viewport()
    left = column.mapTo(area, QPoint(0, 0)).x()
    return area.rect().contains(QRect(left, 1, column.width(), 1))


def test_none_is_chosen_by_itself(table, qtbot):
    assert table.chosen_place is None
    table.lead_here()
    assert table.chosen_place is None
    assert len(table.columns) == 10
    assert unnamed(table) == []


def test_the_arrow_keys_go_through_all_ten_and_each_comes_into_view(table, qtbot):
    table.lead_here()
    press(Qt.Key.Key_Space)
    assert table.chosen_place == 0
    assert not in_view(table, 9)
    for place in range(1, 10):
        with qtbot.waitSignal(table.chosen) as told:
            press(Qt.Key.Key_Right)
        assert told.args == [place]
        assert in_view(table, place)
    press(Qt.Key.Key_Left)
    assert table.chosen_place == 8


def test_page_down_shows_the_lines_below(table, qtbot):
    set_scale(2.0)
    table.show_lines(compared(OURS, [candidate(n, town="Osterby") for n in range(3)]), 0, enabled=True)
    table.show()
    bar = table._down.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    table.lead_here()
    press(Qt.Key.Key_PageDown)
    assert bar.value() > 0
    press(Qt.Key.Key_PageUp)
    assert bar.value() == 0
    assert table.chosen_place == 0


def test_a_locked_table_cannot_be_changed(table):
    table.show_lines(compared(OURS, [candidate(1), candidate(2)]), 0, enabled=False)
    table.show()
    click(table.columns[1])
    assert table.chosen_place == 0


def test_a_screen_reader_hears_what_differs(table):
    said = table.columns[0].radio.accessibleDescription()
    assert "Forename: Tobias, same as the college" in said
    assert "differs from the college" in said
    assert table.columns[0].radio.text() == "Candidate 1"


@pytest.mark.parametrize("size", [1.0, 2.0])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_it_is_painted_with_any_text(table, mode, size):
    theme().set_mode(mode)
    set_scale(size)
    table.show_lines(compared(OURS, [candidate(n, school_at_16="\u202e" * 300) for n in range(3)]), 1, enabled=True)
    table.show()
    assert not table.grab().isNull()
