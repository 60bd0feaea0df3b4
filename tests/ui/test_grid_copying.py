"""Ctrl-C: rows as text and as a table, in which nothing runs and no ULN becomes a number."""

import html.parser
from array import array
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from app.tasks import Cancelled, TaskContext
from tests.ui.grid_people import READY, People, keys_of, press
from ui.grids import grid_view
from ui.grids.cell_text import copied
from ui.grids.columns import Column, Kind, Row
from ui.grids.copying import copy_rows

CTRL = Qt.KeyboardModifier.ControlModifier
COLUMNS = (
    Column("state", "PLR", Kind.STATE),
    Column("uln", "ULN", Kind.MONO, absent="not held"),
    Column("name", "Name"),
    Column("born", "Date of Birth", Kind.DATE, absent="never"),
    Column("marks", "Marks", Kind.NUMBER),
)


class Names:
    """One row per name given."""

    columns = COLUMNS
    in_memory = True

    def __init__(self, *names: object) -> None:
        self.names = names

    def rows(self, keys):
        day = date(2026, 11, 23)
        return {
            key: Row((READY, "0012345678", self.names[key], day if key else None, -1_234))
            for key in keys
            if self.names[key] is not None
        }


class Cells(html.parser.HTMLParser):
    """The table as a spreadsheet would read it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.styles: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            if tag == "td":
                self.styles.append(dict(attrs).get("style", ""))
        else:
            assert tag in ("html", "head", "meta", "style", "body", "table"), tag

    def handle_data(self, data):
        if self.rows and self.rows[-1] and self.get_starttag_text().startswith(("<td", "<th")) and data != "\n":
            self.rows[-1][-1] += data


def copy(*names: object):
    keys = array("q", range(len(names)))
    return copy_rows(Names(*names), COLUMNS, keys, TaskContext())


def test_titles_and_cells_dates_in_iso_and_no_word_for_what_is_not_held():
    found = copy("Ann Example", "Zoë")
    assert found.rows == 2
    assert found.text == (
        "PLR\tULN\tName\tDate of Birth\tMarks\r\n"
        "Ready\t0012345678\tAnn Example\t\t-1234\r\n"
        "Ready\t0012345678\tZoë\t2026-11-23\t-1234\r\n"
    )


def test_every_cell_of_the_table_is_text_for_a_spreadsheet():
    found = copy("Ann", "<b>&amp;</td>")
    table = Cells(found.table)
    assert table.rows[0] == ["PLR", "ULN", "Name", "Date of Birth", "Marks"]
    assert table.rows[2] == ["Ready", "0012345678", "<b>&amp;</td>", "2026-11-23", "-1234"]
    assert set(table.styles) == {'mso-number-format:"\\@"'}


def test_a_removed_row_is_left_out():
    found = copy("Ann", None, "Bob")
    assert found.rows == 2
    assert len(Cells(found.table).rows) == 3


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_formula_signs_are_disarmed(sign):
    found = copy(f"{sign}1+1")
    cell = found.text.split("\r\n")[1].split("\t")[2]
    assert cell.startswith("'")
    assert Cells(found.table).rows[1][2].startswith("'")


@given(st.text(max_size=30))
def test_any_text_stays_one_cell_of_one_line(text):
    found = copied(text)
    assert len(found.splitlines()) <= 1
    assert "\t" not in found
    assert found[:1] not in tuple("=+-@")
    assert len(found) in (len(text), len(text) + 1)


def test_times_are_iso_too():
    assert copied(datetime(2026, 11, 23, 10, 42, 7, tzinfo=UTC)) == "2026-11-23 10:42:07+00:00"
    assert copied(datetime(2026, 11, 23, 10, 42)) == "2026-11-23 10:42:00"


def test_a_cancel_is_felt():
    context = TaskContext()
    context.cancel()
    with pytest.raises(Cancelled):
        copy_rows(Names("Ann"), COLUMNS, array("q", [0]), context)


def test_ctrl_c_copies_the_columns_that_are_seen_in_their_order(open_grid, qtbot):
    view = open_grid(People(keys_of(10)))
    view.select_keys([3, 4])
    view.column_layout.set_hidden("state", True)
    view.column_layout.move("surname", -1)
    with qtbot.waitSignal(view.copied, check_params_cb=lambda rows: rows == 2):
        press(view, Qt.Key.Key_C, CTRL)
    data = QGuiApplication.clipboard().mimeData()
    lines = data.text().splitlines()
    assert lines == [
        "Surname\tPerson Code\tDate of Birth\tMarks\tNote",
        "Surname 3\tP0000003\t2007-04-04\t3\tshort",
        "Surname 4\tP0000004\t2007-05-05\t4\tshort",
    ]
    assert Cells(data.html()).rows == [line.split("\t") for line in lines]


def test_nothing_selected_leaves_the_clipboard_alone(open_grid):
    view = open_grid(People(keys_of(10)))
    QGuiApplication.clipboard().setText("before")
    press(view, Qt.Key.Key_C, CTRL)
    open_grid.settle()
    assert QGuiApplication.clipboard().text() == "before"


def test_too_many_rows_are_asked_about_first(open_grid, qtbot, monkeypatch):
    monkeypatch.setattr(grid_view, "MOST_TO_COPY", 5)
    view = open_grid(People(keys_of(10)))
    QGuiApplication.clipboard().setText("before")
    view.select_all()
    with qtbot.waitSignal(view.too_many_to_copy, check_params_cb=lambda rows: rows == 10):
        press(view, Qt.Key.Key_C, CTRL)
    open_grid.settle()
    assert QGuiApplication.clipboard().text() == "before"
    with qtbot.waitSignals([view.copied, view.copy_ended]):
        view.copy_selected(anyway=True)
    assert len(QGuiApplication.clipboard().text().splitlines()) == 11


def test_copying_tells_how_far_it_is_and_can_be_stopped(open_grid, qtbot):
    view = open_grid(People(keys_of(5_000)))
    QGuiApplication.clipboard().setText("before")
    view.select_all()
    seen = []
    view.copy_progressed.connect(lambda progress: seen.append((progress.done, progress.total)))
    with qtbot.waitSignal(view.copy_ended):
        view.copy_selected()
    assert seen[0] == (0, 5_000)
    assert seen[-1] == (5_000, 5_000)
    QGuiApplication.clipboard().setText("before")
    with qtbot.waitSignal(view.copy_ended):
        view.copy_selected()
        view.cancel_copy()
    assert QGuiApplication.clipboard().text() == "before"
