"""Workbooks: what Excel, other programs and ill-wishers make of them."""

import io
import re
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from app.errors import InputError
from app.files.columns import guess
from app.files.recognise import recognise
from app.files.table import open_table
from app.files.table_learners import apply
from app.tasks import Cancelled, TaskContext
from tests.files.reading import FileKind, book, kinds, put, saved, table_of

HEAD = ["Learner Ref", "ULN", "Surname", "Forenames", "Date of Birth", "Postcode"]


def edited(data: bytes, part: str, old: str, new: str) -> bytes:
    """A workbook with one of its parts changed as only other programs write it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(stream, "w") as target:
        assert part in source.namelist()
        for one in source.infolist():
            text = source.read(one)
            if one.filename == part:
                changed = re.sub(old, new, text.decode(), count=1)
                assert changed != text.decode()
                text = changed.encode()
            target.writestr(one.filename, text)
    return stream.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
SHARED = "xl/sharedStrings.xml"


def with_shared(data: bytes, texts: str = "<si><t>x</t></si>", at: int = 0) -> bytes:
    """The surname of the first learner comes from the shared texts, as Excel writes it."""
    link = '<Relationship Id="s" Type="a/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    data = edited(data, "xl/_rels/workbook.xml.rels", "</Relationships>", link)
    data = edited(data, SHEET, '<c r="C2"[^>]*>.*?</c>', f'<c r="C2" t="s"><v>{at}</v></c>')
    stream = io.BytesIO(data)
    with zipfile.ZipFile(stream, "a") as target:
        space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        target.writestr(SHARED, f'<sst xmlns="{space}">{texts}</sst>')
    return stream.getvalue()


def test_numbers_dates_and_texts(tmp_path):
    data = book(HEAD, [71, 9900123459, "Ó Tarn", "Zoë", date(2008, 3, 14), "nf17bn"],
                ["0072", "9900271822", "B", "C", datetime(2008, 3, 15, 10, 30), None],
                ["0073", 9900314157.0, "B", "C", "16/03/2008", None],
                ["0074", "1.23457E+09", "B", "C", 39523, None])  # fmt: skip
    _, learners = table_of(tmp_path, data)
    assert [one.ref for one in learners] == ["71", "0072", "0073", "0074"]
    assert [one.values.get("uln") for one in learners] == ["9900123459", "9900271822", "9900314157", None]
    assert [one.values["birth_date"] for one in learners] == [
        date(2008, 3, 14), date(2008, 3, 15), date(2008, 3, 16), date(2008, 3, 16),
    ]  # fmt: skip
    assert kinds(*learners) == ["rounded_uln"]
    assert learners[0].place.line == 2


def test_a_number_written_with_an_exponent_keeps_its_digits(tmp_path):
    data = edited(
        book(HEAD, [1, 9900123459, "A", "B", None, None]), SHEET, "<v>9900123459</v>", "<v>9.900123459E9</v>"
    )
    _, (one,) = table_of(tmp_path, data)
    assert one.values["uln"] == "9900123459"


def test_dates_from_1904(tmp_path):
    made = openpyxl.Workbook()
    made.epoch = CALENDAR_MAC_1904
    made.active.append(HEAD)
    made.active.append([1, None, "A", "B", date(2008, 3, 14), None])
    _, (one,) = table_of(tmp_path, saved(made))
    assert one.values["birth_date"] == date(2008, 3, 14)


def test_hidden_sheets_are_passed_over_and_the_right_one_is_found(tmp_path):
    made = openpyxl.Workbook()
    made.active.title = "Cover"
    made.active.append(["Learners of the college"])
    hidden = made.create_sheet("Old")
    hidden.append(HEAD)
    hidden.append(["OLD", None, "A", "B", None, None])
    hidden.sheet_state = "hidden"
    right = made.create_sheet("Now")
    right.append(HEAD[:4])
    right.append(["NEW", None, "A", "B"])
    facts, (one,) = table_of(tmp_path, saved(made))
    assert (one.ref, facts.sheet, one.place.sheet) == ("NEW", "Now", "Now")
    assert [problem.kind for problem in facts.problems] == ["several_sheets"]
    table = open_table(TaskContext(), put(tmp_path, saved(made)), FileKind.XLSX)
    assert [(sheet.name, sheet.hidden) for sheet in table.sheets] == [("Cover", False), ("Old", True), ("Now", False)]
    _, (one,) = table_of(tmp_path, saved(made), sheet="Old")
    assert one.ref == "OLD"
    with pytest.raises(InputError, match="not there"):
        table_of(tmp_path, saved(made), sheet="None")


def test_formulas_and_errors(tmp_path):
    data = book(HEAD, [1, None, "=A1", "B", None, "NF1 7BN"], [2, "#REF!", "C", "D", None, "NF1 7BN"])
    assert b't="e"' in zipfile.ZipFile(io.BytesIO(data)).read(SHEET)
    _, (one, two) = table_of(tmp_path, data)
    assert kinds(one) == ["uncalculated"]
    assert "family_name" not in one.values
    assert [(problem.kind, problem.field) for problem in two.problems] == [("error_cell", "uln")]
    valued = edited(data, SHEET, r"<f>A1</f><v ?/?>(</v>)?", "<f>A1</f><v>Tarn</v>").replace(b"", b"")
    valued = edited(valued, SHEET, '<c r="C2"', '<c t="str" r="C2"')
    _, (one, _) = table_of(tmp_path, valued)
    assert one.values["family_name"] == "Tarn"


def test_merged_cells(tmp_path):
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.append(["Learners of the college"])
    sheet.merge_cells("A1:F1")
    sheet.append([*HEAD, "Aim Ref"])
    sheet.append(["M1", 9900123459, "Tarn", "Jo", date(2008, 3, 14), "NF1 7BN", "6001"])
    sheet.append([None, None, None, None, None, None, "6002"])
    sheet.merge_cells("A3:A4")
    sheet.merge_cells("B3:B4")
    _, (one,) = table_of(tmp_path, saved(made))
    assert [aim.aim_ref for aim in one.aims] == ["6001", "6002"]
    assert one.values["uln"] == "9900123459"


def test_rich_text_shared_text_and_reading_aids(tmp_path):
    rich = (
        '<is><r><t>O</t></r><r><rPr><b/></rPr><t xml:space="preserve"> Tarn</t></r><rPh sb="0"><t>no</t></rPh></is>'
    )
    data = book(HEAD, [1, None, "A", "B", None, None])
    data = edited(data, SHEET, r'<c r="C2"[^>]*>.*?</c>', f'<c r="C2" t="inlineStr">{rich}</c>')
    _, (one,) = table_of(tmp_path, data)
    assert one.values["family_name"] == "O Tarn"
    data = book(HEAD, [1, None, "A", "B", None, None])
    _, (one,) = table_of(tmp_path, with_shared(data, "<si><t>x</t></si><si><t>Ó Tarn</t></si>", 1))
    assert one.values["family_name"] == "Ó Tarn"


def test_a_cell_in_the_far_corner(tmp_path):
    made = openpyxl.Workbook()
    made.active.append(HEAD)
    made.active.append([1, None, "A", "B", None, None])
    made.active["XFD1048576"] = " "
    _, learners = table_of(tmp_path, saved(made))
    assert [one.ref for one in learners] == ["1"]


def test_a_million_empty_columns(tmp_path):
    data = book(HEAD, [1, None, "A", "B", None, None])
    many = "<c/>" * 1_000_000
    _, (one,) = table_of(tmp_path, edited(data, SHEET, "</row></sheetData>", f"{many}</row></sheetData>"))
    assert one.ref == "1"
    worse = edited(data, SHEET, "</row></sheetData>", f"{many}<c><v>1</v></c></row></sheetData>")
    with pytest.raises(InputError, match="wider"):
        table_of(tmp_path, worse)
    with pytest.raises(InputError, match="far bigger"):
        table_of(tmp_path, edited(data, SHEET, "</row></sheetData>", f"{many * 3}</row></sheetData>"))


def test_links_to_other_files_are_not_followed(tmp_path):
    made = openpyxl.Workbook()
    made.active.append(HEAD)
    made.active.append([1, None, "='[http://127.0.0.1:9/other.xlsx]S'!A1", "B", None, None])
    _, (one,) = table_of(tmp_path, saved(made))
    assert kinds(one) == ["uncalculated"]
    rels = "xl/_rels/workbook.xml.rels"
    link = '<Relationship Id="x" Type="a/externalLink" TargetMode="External" Target="http://127.0.0.1:9/"/>'
    data = edited(saved(made), rels, "</Relationships>", f"{link}</Relationships>")
    assert len(table_of(tmp_path, data)[1]) == 1


def test_document_types_in_a_workbook_are_refused(tmp_path):
    data = with_shared(book(HEAD, [1, None, "A", "B", None, None]))
    for part in (SHEET, SHARED, "xl/workbook.xml", "xl/styles.xml"):
        evil = edited(data, part, r"<(worksheet|sst|workbook|styleSheet)", r'<!DOCTYPE x [<!ENTITY a "b">]><\1')
        with pytest.raises(InputError, match="DOCTYPE"):
            table_of(tmp_path, evil)


def test_broken_workbooks(tmp_path):
    plain = book(HEAD, [1, None, "A", "B", None, None])
    data = with_shared(plain)
    for part, old, new in [
        ("xl/workbook.xml", "</workbook>", ""),
        ("xl/workbook.xml", "<sheets>.*</sheets>", "<sheets/>"),
        (SHEET, "</sheetData>", ""),
        (SHARED, "<sst", "<sst <"),
        ("_rels/.rels", "xl/workbook.xml", "xl/none.xml"),
    ]:
        with pytest.raises(InputError):
            table_of(tmp_path, edited(data, part, old, new))
    _, learners = table_of(tmp_path, with_shared(plain, at=99))
    assert kinds(*learners) == ["error_cell"]


def test_a_macro_workbook_is_read_as_any_other(tmp_path):
    data = edited(
        book(HEAD, [1, None, "A", "B", None, None]), "[Content_Types].xml",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main",
        "application/vnd.ms-excel.sheet.macroEnabled.main",
    )  # fmt: skip
    assert recognise(put(tmp_path, data)) is FileKind.XLSX
    assert len(table_of(tmp_path, data)[1]) == 1


def test_cancel(tmp_path):
    path = put(tmp_path, book(HEAD, *[[number, None, "A", "B", None, None] for number in range(20_000)]))
    context = TaskContext()
    table = open_table(context, path, FileKind.XLSX)
    learners = apply(context, table, guess(table.headings)).learners
    next(learners)
    context.cancel()
    with pytest.raises(Cancelled):
        list(learners)
