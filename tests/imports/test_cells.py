"""Spaces and special characters in cells (CR-06 and CR-07), and the apostrophe of our own export."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.export import ExportColumn, Sheet, write_csv, write_xlsx
from app.export_sheet import disarmed, is_armed
from app.imports.characters import mended, named, special
from app.imports.columns import Column, Importer
from app.imports.guard import guarded, unguarded
from app.imports.repairs import Repair
from app.imports.rules import Severity
from app.tasks import TaskContext
from tests.imports.files import applied, asked, cells_of, offers, read, reader, record, row, rules


@pytest.mark.rule("CR-07")
@pytest.mark.parametrize("text", [" Zoë", "Zoë ", "  Zoë  "])
def test_spaces_around_a_value_are_trimmed_and_told(text):
    found = row(first_name=text)
    (one,) = found.findings
    assert (one.rule, one.weight, one.column, one.value) == ("CR-07", Severity.WARN, Column.FIRST_NAME, text)
    assert (found.records[0].first_name, found.refused) == ("Zoë", False)


@pytest.mark.rule("CR-07")
def test_a_cell_of_spaces_counts_as_empty():
    found = row(external_email="   ", external_user_id=" S1")
    assert rules(found) == ["CR-07", "CR-07"]
    assert (found.records[0].email, found.records[0].user) == ("", "S1")
    assert rules(row(external_email="  ")) == ["CR-07", "CR-10"]


def test_spaces_inside_a_value_stay():
    assert record(title="English  for | all").title == "English  for | all"


@pytest.mark.rule("CR-06")
@pytest.mark.parametrize(
    ("text", "told", "clean"),
    [
        ("Smi\0th", "a zero byte (U+0000)", "Smith"),
        ("Smi\u200bth", "a zero width space (U+200B)", "Smith"),
        ("Smi\u00adth", "a soft hyphen (U+00AD)", "Smith"),
        ("\ufeffSmith", "a byte order mark (U+FEFF)", "Smith"),
        ("Van\u00a0Dyke", "a no-break space (U+00A0)", "Van Dyke"),
        ("Van\u3000Dyke", "an ideographic space (U+3000)", "Van Dyke"),
        ("Van\nDyke", "a line break (U+000A)", "Van Dyke"),
        ("Van\tDyke", "a tab (U+0009)", "Van Dyke"),
        ("Smith\x1b", "a control character (U+001B)", "Smith"),
        ("Smi\u2400th", "a symbol for null (U+2400)", "Smith"),
        ("Smi\u202eth", "a right-to-left override (U+202E)", "Smith"),
        ("Zo\ufffd", "a replacement character (U+FFFD)", ""),
    ],
    ids=range(12),
)
def test_special_characters_name_themselves_their_code_point_and_column(text, told, clean):
    found = row(last_name=text)
    (one,) = found.findings
    assert (one.rule, one.weight, one.column, one.value, one.repaired) == (
        "CR-06",
        Severity.ERROR,
        Column.LAST_NAME,
        text,
        clean,
    )
    assert told in one.message
    assert "last_name" in one.message
    assert one.message.isprintable()
    assert found.records[0].broken == {Column.LAST_NAME}


@pytest.mark.parametrize(
    "name", ["Zoë", "Łuskova", "Ó Briain", "O’Neill", "Nguyễn", "李小龍", "Пётр", "e\u0301", "ʻOkina"]
)
def test_letters_of_all_kinds_are_ordinary(name):
    assert record(last_name=name).last_name == name


@pytest.mark.rule("CR-06")
@pytest.mark.parametrize("marks", ["“”", "‘’", "«»", "””"])
def test_curly_quotes_around_a_number_or_date(marks):
    left, right = marks
    found = row(enrollment_end=f"{left}2026-01-02{right}", title=f"{left}Welding{right}")
    (one,) = found.findings
    assert (one.rule, one.column, one.repaired) == ("CR-06", Column.ENDS, "2026-01-02")


def test_many_special_characters_are_told_briefly():
    assert named(special("\0\1\2\3\4")) == (
        "a zero byte (U+0000), a control character (U+0001), a control character (U+0002) and 2 more"
    )


@pytest.mark.rule("CR-06")
def test_the_repair_takes_them_out_of_its_column_only():
    rows = reader(asked(Importer.COURSE, Repair("CR-06", "last_name")))
    assert Column.LAST_NAME not in offers(rows)
    found = rows.read(2, 2, cells_of(last_name="Smi\u200bth\u00a0", first_name="A\u200bnn", title="x\ufffd"))
    assert [(one.rule, one.column) for one in found.findings] == [
        ("CR-06", Column.TITLE),
        ("CR-06", Column.FIRST_NAME),
        ("CR-07", Column.LAST_NAME),
    ]
    assert (found.records[0].last_name, found.records[0].first_name) == ("Smith", "Ann")
    assert applied(rows) == {("CR-06", "last_name", ""): [("Smi\u200bth\u00a0", "Smith ")]}
    assert offers(rows) == {("CR-06", "first_name", ""): [("A\u200bnn", "Ann")]}


def test_what_is_ignored_is_not_looked_at(tmp_path):
    _, (one,) = read(tmp_path, "external_email,notes\na@b.example,\u200b x \n")
    assert one.findings == []


@given(st.text())
def test_what_is_mended_holds_nothing_special(text):
    for number in (False, True):
        clean = mended(text, number=number)
        assert special(clean, number=number) == []
        if not special(text, number=number):
            assert clean == (text.strip(" ") if number else text)


@given(st.text(alphabet=st.sampled_from("'=+-@ \t\nab\uff1d\u200b")) | st.text())
def test_what_is_exported_comes_back_as_it_was(text):
    assert unguarded(guarded(text)) == text
    assert not is_armed(guarded(text))
    assert disarmed(guarded(text)) == guarded(text)


def test_the_guard_comes_off_only_where_it_is_ours(tmp_path):
    plain = "external_email,last_name\n'=a@b.example,'-Smith\n"
    ours = "external_email,last_name,rule,message\n'=a@b.example,'-Smith,CR-13,x\n"
    _, (one,) = read(tmp_path, plain)
    assert (one.records[0].email, one.records[0].last_name) == ("'=a@b.example", "'-Smith")
    file, (one,) = read(tmp_path, ours)
    assert (one.records[0].email, one.records[0].last_name) == ("=a@b.example", "-Smith")
    assert (one.cells[:2], file.findings) == (["=a@b.example", "-Smith"], [])


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_rows_that_went_through_an_export_are_what_they_were(tmp_path, ending):
    """The way of *Export Refused Rows*: whatever began like a formula, or with an apostrophe, is there again."""
    cells = ["'=1+1", "=1+1", "'''-x", "@home", "' quoted'", "+44 1", "\uff1dx", " =padded", "plain", "'plain"]
    names = ["external_email", "=odd", *(f"more {number}" for number in range(8))]
    columns = [ExportColumn(guarded(name)) for name in names] + [ExportColumn("rule"), ExportColumn("message")]
    path = tmp_path / f"refused.{ending}"
    write = write_csv if ending == "csv" else write_xlsx
    write(TaskContext(), path, Sheet(columns, [[*map(guarded, cells), "CR-10", "Why"]], 1, "Refused rows"))
    file, (one,) = read(tmp_path, path.read_bytes())
    assert file.headings == (*names, "rule", "message")
    assert one.cells == [*cells, "CR-10", "Why"]
