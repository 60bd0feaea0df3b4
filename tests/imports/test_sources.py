"""Whole files as they come: what cannot be read says so and where, the rest is counted as a spreadsheet counts it."""

import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from app.errors import InputError
from app.imports import sources
from app.imports.columns import Column, Importer
from app.imports.reading import FileRefusedError, open_import
from app.imports.repairs import Repair
from app.tasks import Cancelled, Progress, TaskContext
from tests.files.reading import book, put, remembered, saved
from tests.imports.files import applied, asked, offers, opened, read, rules

HEAD = "external_email,title\n"
ROW = "a@b.example,English\n"


def refused(folder: Path, data: str | bytes) -> str:
    """The one sentence with which the file is refused, whether at its head or further down."""
    file = opened(folder, data)
    if not file.refused:
        with pytest.raises(FileRefusedError) as caught:
            list(file.rows(TaskContext()))
        file.findings.append(caught.value.finding)
    (one,) = (each for each in file.findings if each.rule != "CR-05")
    assert one.rule == "CR-01"
    return one.message


def test_nothing_is_remembered_of_what_stands_in_a_file(tmp_path):
    """Its dates and amounts are about people: they go with the reading of the file."""
    head = "external_email,enrollment_start,enrollment_end,credits,credit_type,complete\n"
    how = asked(Importer.COURSE, Repair("CR-12", Column.STARTS, "day"))
    read(tmp_path, head + "a@b.example,,,,,\n", how)
    before = remembered()
    file, _ = read(tmp_path, head + "c@d.example,17/04/2031,2031-09-18,3.17,ama,1\n", how)
    assert remembered() == before
    assert applied(file), "the dates were looked through for the repair"


def zipped(data: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("rows.csv", data)
    return stream.getvalue()


@pytest.mark.rule("CR-01")
@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "is empty"),
        (b"\n\n \n", "is empty"),
        (HEAD, "no row of data"),
        (HEAD + "\n\n,\n", "no row of data"),
        (b"\xff\xfe" + (HEAD + ROW).encode("utf-16-le"), "UTF-16"),
        ((HEAD + ROW * 5).encode() + b"Zo\xeb@b.example,x\n", "Line 7 cannot be read"),
        ((HEAD + ROW * 40_000).encode() + b"Zo\xeb@b.example,x\n" + ROW.encode(), "Line 40,002 cannot be read"),
        ((HEAD + ROW).encode() + b"a@b.example,Zo\xc3", "Line 3 cannot be read"),
        (HEAD + ROW + 'b@b.example,"open\n' + ROW * 3, "line 3 is never closed"),
        (HEAD + ROW + 'b@b.example,"open\n' + ROW * 3_000, "line 3 is never closed"),
        (HEAD + ROW + "x" * 2_100_000, "more than 2,000,000 characters"),
        (HEAD + ROW + "," * 2_100 + "x\n", "more than 2,000 cells"),
        (b"%PDF-1.7\n" + ROW.encode(), "a PDF document"),
        (zipped((HEAD + ROW).encode()), "is a zip file"),
        (b"PK\x03\x04 and then nothing", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an old binary Office file"),
    ],
    ids=range(16),
)  # fmt: skip
def test_what_cannot_be_read_as_a_table(tmp_path, data, told):
    assert told in refused(tmp_path, data)


@pytest.mark.parametrize(
    "text",
    [
        "Notes:\nred, green, blue, white and more",
        "Notes:\nred, green, and so on\nover",
        "Notes:\n1,2,3,4,5,6\nover",
        'He said "a,b,c"\nand left, at last, for good',
    ],
    ids=str.split("long sentence many quoted"),
)
def test_text_of_several_lines_with_commas_is_a_cell(tmp_path, text):
    told = text.replace('"', '""')
    path = put(tmp_path, f'external_email,title,last_name\na@b.example,"{told}",Example\nc@b.example,,Other\n')
    file = open_import(TaskContext(), path, asked())
    first, second = file.rows(TaskContext())
    assert (first.cells[1], second.cells[2]) == (text, "Other")


@pytest.mark.rule("CR-01")
@pytest.mark.parametrize(
    "rows",
    [
        'a@b.example,"open,Example\nb@b.example,,Other\nc@b.example,"closed",Third\n',
        'a@b.example,"open\nb@b.example,,Other\nthree,12",Third\n',
        'a@b.example,"open\nb@b.example,x,"y, z",Other\n',
    ],
    ids=str.split("quoted inches wider"),
)
def test_a_quotation_mark_closed_by_chance_swallows_no_row(tmp_path, rows):
    assert "line 2 is never closed" in refused(tmp_path, f"external_email,title,last_name\n{rows}")


@pytest.mark.rule("CR-01")
def test_a_file_of_a_gigabyte_is_refused_by_its_size(tmp_path):
    path = put(tmp_path, HEAD + ROW)
    with path.open("r+b") as stream:
        stream.truncate(1_000_000_000)
    file = open_import(TaskContext(), path, asked())
    assert [(one.rule, "500 MB" in one.message) for one in file.findings] == [("CR-01", True)]


def test_a_file_that_is_not_there_is_no_finding(tmp_path):
    with pytest.raises(InputError, match="not there any more"):
        open_import(TaskContext(), tmp_path / "none.csv", asked())


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"], ids=["plain", "bom"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_utf_8_with_and_without_its_mark_and_every_line_end(tmp_path, start, end):
    text = (HEAD + "zoë@b.example,Łódź\n").replace("\n", end)
    file, (one,) = read(tmp_path, start + text.encode())
    assert (file.findings, one.findings, one.number, one.line) == ([], [], 2, 2)
    assert (one.records[0].email, one.records[0].title) == ("zoë@b.example", "Łódź")


def test_rows_are_numbered_as_a_spreadsheet_numbers_them(tmp_path):
    text = "\n\n" + HEAD + ROW + "\n,\n" + 'b@b.example,"Two\nlines"\n' + ROW
    _, found = read(tmp_path, text)
    assert [(one.number, one.line) for one in found] == [(2, 4), (5, 7), (6, 9)]
    assert found[1].cells == ["b@b.example", "Two\nlines"]
    assert rules(found[1]) == ["CR-06"]


def test_rows_can_be_read_as_often_as_asked_and_offers_begin_anew(tmp_path):
    file, first = read(tmp_path, "external_email,complete\na@b.example,yes\n")
    again = list(file.rows(TaskContext()))
    assert again == first
    assert [(one.repair, one.count) for one in file.offers] == [(Repair("CR-11", "complete"), 1)]


@pytest.mark.rule("CR-01")
@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_another_delimiter_is_a_repair(tmp_path, delimiter):
    data = (HEAD + ROW).replace(",", delimiter)
    repair = Repair("CR-01", "", delimiter)
    file = opened(tmp_path, data)
    assert rules(file) == ["CR-01"]
    assert offers(file) == {("CR-01", "", delimiter): [(delimiter, ",")]}
    file, (one,) = read(tmp_path, data, asked(asked().importer, repair))
    assert (file.columns, one.records[0].title) == ((Column.EMAIL, Column.TITLE), "English")
    assert applied(file) == {("CR-01", "", delimiter): [(delimiter, ",")]}
    # Where there are commas, or something else, the repair that was remembered does nothing.
    assert read(tmp_path, HEAD + ROW, asked(asked().importer, repair))[0].findings == []
    other = opened(tmp_path, data, asked(asked().importer, Repair("CR-01", "", "\t" if delimiter == ";" else ";")))
    assert rules(other) == ["CR-01"]


def test_a_comma_in_the_title_of_a_file_with_one_column_is_no_other_delimiter(tmp_path):
    assert read(tmp_path, "external_email\na@b.example\n")[0].findings == []


def test_a_file_that_changed_since_it_was_opened_is_not_read(tmp_path):
    file = opened(tmp_path, HEAD + ROW)
    put(tmp_path, HEAD + ROW + ROW)
    with pytest.raises(FileRefusedError, match="changed while it was being read"):
        list(file.rows(TaskContext()))


def test_a_cancel_is_seen_between_two_pieces(tmp_path):
    file = opened(tmp_path, HEAD + ROW * 60_000)
    context = TaskContext()
    found = file.rows(context)
    next(found)
    context.cancel()
    with pytest.raises(Cancelled):
        list(found)


def test_how_far_it_is_is_told(tmp_path):
    file, told = opened(tmp_path, HEAD + ROW * 60_000), list[Progress]()
    list(file.rows(TaskContext(told.append)))
    assert (told[-1].done, told[-1].total) == (told[-1].total, file.path.stat().st_size)


def test_a_workbook_gives_texts_and_iso_dates(tmp_path):
    data = book(
        ["external_email", "complete", "date_completed", "credits", "credit_type", "attended"],
        ["a@b.example", 1, date(2026, 1, 2), 2.5, "ama", True],
        [],
        ["b@b.example", 1, datetime(2026, 1, 3, 9, 30), 0.1 + 0.2, "ama"],
    )
    _, found = read(tmp_path, data)
    assert [(one.number, one.line) for one in found] == [(2, 2), (4, 4)]
    assert found[0].cells == ["a@b.example", "1", "2026-01-02", "2.5", "ama", "TRUE"]
    assert rules(found[0]) == ["CR-11"]
    assert found[1].cells == ["b@b.example", "1", "2026-01-03", "0.3", "ama", ""]
    assert (found[1].findings, found[1].records[0].credits) == ([], 30)


def test_a_workbook_with_a_cell_beside_its_columns_and_one_with_rows_above(tmp_path):
    _, (one,) = read(tmp_path, book(["external_email"], ["a@b.example", None, "x"]))
    assert rules(one) == ["CR-08"]
    _, (one,) = read(tmp_path, book([], [], ["external_email"], ["a@b.example"]))
    assert (one.number, one.line, one.findings) == (2, 4, [])


def test_of_several_sheets_the_one_with_known_headings_is_read(tmp_path):
    made = openpyxl.Workbook()
    made.active.append(["About this file"])
    for title, hidden in (("Old", True), ("Rows", False)):
        sheet = made.create_sheet(title)
        sheet.append(["external_email"])
        sheet.append([f"{title}@b.example"])
        sheet.sheet_state = "hidden" if hidden else "visible"
    _, (one,) = read(tmp_path, saved(made))
    assert one.records[0].email == "Rows@b.example"


@pytest.mark.rule("CR-06")
def test_a_formula_without_its_value_is_told(tmp_path):
    _, (one,) = read(tmp_path, book(["external_email", "title"], ["a@b.example", "=1/0"]))
    (found,) = one.findings
    assert (found.rule, found.column, found.repaired) == ("CR-06", Column.TITLE, "")
    assert "formula" in found.message


def test_most_columns(tmp_path):
    names = ["external_email", *(f"more_{number}" for number in range(sources.MOST_COLUMNS - 1))]
    file, (one,) = read(tmp_path, ",".join(names) + "\n" + ",".join(["a@b.example", *names[1:]]) + "\n")
    assert len(file.findings) == sources.MOST_COLUMNS - 1
    assert (one.findings, one.records[0].email) == ([], "a@b.example")
    assert "more than 2,000 columns" in refused(tmp_path, book([*names, "x"], ["a@b.example"]))


def test_rows_of_a_damaged_workbook_have_numbers_of_their_own(tmp_path):
    """Two rows numbered alike, then one that goes back: none may take the place of another."""
    stream = io.BytesIO()
    good = book(["external_email"], *([f"a{number}@b.example"] for number in range(4)))
    with zipfile.ZipFile(io.BytesIO(good)) as source, zipfile.ZipFile(stream, "w") as target:
        for one in source.namelist():
            content = source.read(one)
            for old, new in ((b'row r="3"', b'row r="2"'), (b'row r="5"', b'row r="1"')):
                content = content.replace(old, new)
            target.writestr(one, content)
    _, found = read(tmp_path, stream.getvalue())
    assert [(one.number, one.cells) for one in found] == [
        (2, ["a0@b.example"]),
        (3, ["a1@b.example"]),
        (4, ["a2@b.example"]),
        (5, ["a3@b.example"]),
    ]
