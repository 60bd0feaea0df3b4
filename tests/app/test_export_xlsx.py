"""Exports to Excel, read back by two other programs' readers."""

import os
import re
import tempfile
import warnings
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from app.errors import InputError
from app.export import ExportColumn, ExportKind, Sheet, write_xlsx
from app.export_xlsx import LONGEST_CELL, MOST_ROWS
from app.tasks import TaskContext


def written(path, rows, *kinds, title="Learners"):
    columns = [ExportColumn(f"Column {place}", ExportKind(kind)) for place, kind in enumerate(kinds or ("text",))]
    return write_xlsx(TaskContext(), path, Sheet(columns, rows, len(rows), title))


def read(path) -> list[list[object]]:
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)[1:]


def page_of(path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return openpyxl.load_workbook(path).worksheets[0]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "learners.xlsx"


def test_codes_are_text_and_dates_are_dates(path):
    rows = [
        ["3000000029", date(2008, 11, 23), datetime(2026, 11, 23, 10, 42, 5), 12.5, 3],
        ["01", None, None, Decimal("7.25"), None],
        ["9999999999", "2008-11-23", "2026-11-23T10:42:05", -1, 0],
    ]
    written(path, rows, "text", "date", "datetime", "number", "integer")
    moment = datetime(2026, 11, 23, 10, 42, 5)
    assert read(path) == [
        ["3000000029", date(2008, 11, 23), moment, 12.5, 3],
        ["01", "", "", 7.25, ""],
        ["9999999999", date(2008, 11, 23), moment, -1, 0],
    ]
    page = page_of(path)
    assert [[cell.value for cell in row] for row in page.iter_rows(min_row=2, max_row=3)] == [
        ["3000000029", datetime(2008, 11, 23), moment, 12.5, 3],
        ["01", None, None, 7.25, None],
    ]
    assert [cell.number_format for cell in page[2]] == ["@", "dd mmm yyyy", "dd mmm yyyy hh:mm", "General", "0"]
    assert [cell.data_type for cell in page[2]] == ["s", "d", "d", "n", "n"]


def test_the_look_of_the_sheet(path):
    columns = [ExportColumn("ULN"), ExportColumn("Qualification title"), ExportColumn("=Sum")]
    rows = [["3000000029", "Diploma in Invented Studies", "x" * 500]] * 3
    summary = write_xlsx(TaskContext(), path, Sheet(columns, rows, 99, "Learners: today/now"))
    page = page_of(path)
    assert [cell.value for cell in page[1]] == ["ULN", "Qualification title", "=Sum"]
    assert all(cell.font.bold and cell.data_type == "s" for cell in page[1])
    assert not page["A2"].font.bold
    assert page.freeze_panes == "A2"
    assert page.auto_filter.ref == "A1:C4"
    assert [page.column_dimensions[letter].width for letter in "ABC"] == [12, 29, 60]
    assert page.title == "Learners  today now"
    assert page.max_row == 4
    assert (summary.rows, summary.cut, summary.replaced) == (3, 0, 0)


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("", "Export"),
        ("History", "Export"),
        ("'quoted'", "quoted"),
        ("x" * 40, "x" * 31),
        ("[]:*?/\\", "Export"),
        ("&<>", "&<>"),
    ],
)
def test_titles_that_excel_does_not_allow(path, title, shown):
    written(path, [["x"]], title=title)
    assert page_of(path).title == shown


@pytest.mark.parametrize(
    "text", ["=1+1", "+44 7700 900000", "-", "@SUM(A1)", "=", "#N/A", "＝1", "=cmd|' /C calc'!A0"]
)
def test_formulas_and_errors_stay_text(path, text):
    written(path, [[text], ["plain"]])
    assert read(path) == [[text], ["plain"]]
    cell = page_of(path)["A2"]
    assert (cell.value, cell.data_type) == (text, "s")
    assert cell.quotePrefix is (text != "#N/A")
    with zipfile.ZipFile(path) as archive:
        assert b"<f" not in archive.read("xl/worksheets/sheet1.xml").partition(b"<sheetData>")[2]


carriable = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1)


@given(st.lists(st.tuples(carriable, carriable), min_size=1, max_size=6))
def test_texts_come_back_as_they_were(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("out") / "x.xlsx"
    written(path, rows, "text", "text")
    assert read(path) == [list(row) for row in rows]


hostile = st.one_of(
    st.text(),
    st.text(st.sampled_from("=+-@\t\r\n<>&\"']]>\x00\x0b\x1f\x7f\ud800\ufffe😀 _x0041_")),
    *(st.none(), st.booleans(), st.integers(), st.floats(), st.decimals(), st.dates(), st.datetimes()),
    *(st.just("_x0041_"), st.just("2008-02-30"), st.just("0001-01-01")),
)


@given(st.lists(st.tuples(hostile, hostile, hostile), min_size=1, max_size=6), st.permutations(list(ExportKind)))
def test_whatever_stands_in_a_cell_the_workbook_opens(tmp_path_factory, rows, kinds):
    path = tmp_path_factory.mktemp("out") / "x.xlsx"
    written(path, rows, *kinds[:3])
    assert len(read(path)) <= len(rows)
    for row in page_of(path).iter_rows(min_row=2):
        assert all(cell.data_type in "snd" for cell in row)


def test_characters_xml_cannot_carry_are_shown_and_counted(path):
    summary = written(path, [["a\x00b\x0bc\ud800d\ufffee"], ["two\r\nlines\rmore\tx"], ["plain"]])
    assert read(path) == [["a␀b␋c�d�e"], ["two\nlines\nmore\tx"], ["plain"]]
    assert summary.replaced == 1


def test_what_looks_like_excels_own_escape_comes_back_as_it_was(path):
    written(path, [["_x0041_"], ["_x000D_ and _x005F_"], ["_xyz_"]])
    assert read(path) == [["_x0041_"], ["_x000D_ and _x005F_"], ["_xyz_"]]


def test_blanks_around_a_text_stay(path):
    written(path, [["  two  "], [" "]])
    assert read(path) == [["  two  "], [" "]]


@pytest.mark.parametrize("sign", ["x", "😀"])
def test_a_text_too_long_for_excel_is_cut_and_marked(path, sign):
    units = len(sign.encode("utf-16-le")) // 2
    fits = sign * (LONGEST_CELL // units)
    summary = written(path, [[fits], [fits + sign]])
    (whole,), (cut,) = read(path)
    assert whole == fits
    assert re.search(r"^(x|😀)+ … \[cut here: [\d,]+ characters\]$", cut)
    assert LONGEST_CELL - 2 <= len(cut.encode("utf-16-le")) // 2 <= LONGEST_CELL
    assert summary.cut == 1


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("number", 10**15, "1000000000000000"),
        ("integer", 9999999999, 9999999999),
        ("number", float("inf"), "inf"),
        ("number", float("nan"), "nan"),
        ("number", Decimal("sNaN"), "sNaN"),
        ("number", Decimal("1E+999"), "1E+999"),
        ("number", Decimal("1234567890.1234567"), "1234567890.1234567"),
        ("number", "12.5", "12.5"),
        ("number", True, "Yes"),
        ("date", date(1900, 2, 28), "1900-02-28"),
        ("date", date(1900, 3, 1), date(1900, 3, 1)),
        ("date", date(9999, 12, 31), date(9999, 12, 31)),
        ("date", "not known", "not known"),
        ("date", datetime(2008, 11, 23, 23, 59), date(2008, 11, 23)),
        ("datetime", date(2008, 11, 23), date(2008, 11, 23)),
        ("datetime", datetime(1899, 1, 1, 12), "1899-01-01T12:00:00"),
        ("datetime", "soon", "soon"),
        ("text", 3000000029, "3000000029"),
        ("text", date(2008, 11, 23), "2008-11-23"),
        ("text", False, "No"),
    ],
)
def test_values_of_other_kinds_than_the_columns(path, kind, value, shown):
    written(path, [[value]], kind)
    (found,) = read(path)[0]
    assert (found.date() if isinstance(found, datetime) and type(shown) is date else found) == shown
    assert isinstance(found, str) is isinstance(shown, str)


def test_a_moment_of_another_zone_is_told_in_this_computers_time(path):
    moment = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    written(path, [[moment]], "datetime")
    assert read(path) == [[moment.astimezone().replace(tzinfo=None)]]


def test_empty_cells_are_no_cells(path):
    written(path, [["", None], ["x", None]], "text", "date")
    assert [[cell.value for cell in row] for row in page_of(path).iter_rows(min_row=2)] == [[None, None], ["x", None]]


def test_too_many_rows_are_refused_before_and_while_writing(path, monkeypatch):
    with pytest.raises(InputError, match="1,048,575") as caught:
        write_xlsx(TaskContext(), path, Sheet([ExportColumn("A")], iter([]), MOST_ROWS + 1, "x"))
    assert "CSV" in caught.value.hint
    monkeypatch.setattr("app.export_xlsx.MOST_ROWS", 1000)
    with pytest.raises(InputError, match="do not fit"):
        write_xlsx(TaskContext(), path, Sheet([ExportColumn("A")], [["x"]] * 1200, 900, "x"))
    assert os.listdir(path.parent) == []


def test_more_than_a_file_can_hold_is_refused(path, monkeypatch):
    monkeypatch.setattr("app.export_xlsx._SAFE_SIZE", 100_000)
    with pytest.raises(InputError, match="one Excel file") as caught:
        written(path, [["x" * 400]] * 500)
    assert "CSV" in caught.value.hint
    assert os.listdir(path.parent) == []


def test_a_very_large_archive_is_readable(path, monkeypatch):
    monkeypatch.setattr("app.export_xlsx._SAFE_SIZE", 100)
    written(path, [["x", "y"]] * 3, "text", "text")
    assert read(path) == [["x", "y"]] * 3
    assert page_of(path)["B4"].value == "y"


def test_too_many_columns_are_refused(path):
    with pytest.raises(InputError, match="16,384 columns"):
        write_xlsx(TaskContext(), path, Sheet([ExportColumn("A")] * 16_385, [], 0, "x"))


def test_no_learner_is_left_in_the_systems_temporary_folder(path, tmp_path, monkeypatch):
    aside = tmp_path / "temporary"
    aside.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(aside))
    seen: list[str] = []

    def rows():
        for _ in range(2000):
            seen.extend(file.read_text(encoding="utf-8", errors="replace") for file in aside.iterdir())
            yield ["Ann Example"]

    write_xlsx(TaskContext(), path, Sheet([ExportColumn("Name")], rows(), 2000, "x"))
    assert not any("Example" in text for text in seen)
    assert list(aside.iterdir()) == []


def test_every_part_of_the_workbook_is_there_once(path):
    written(path, [["x"]] * 10)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
        assert len(names) == len(set(names))
        assert {"[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/styles.xml"} <= set(names)
        assert b"Learner Manager" in archive.read("docProps/core.xml")
