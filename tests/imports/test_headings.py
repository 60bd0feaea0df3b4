"""The headings of a file against what an importer needs (CR-02 to CR-06)."""

import pytest

from app.imports.columns import Column, Importer
from app.imports.headings import Headings, read_headings
from app.imports.offers import Offers
from app.imports.repairs import Repair
from app.imports.rules import Severity
from tests.imports.files import chosen

COURSE, GLOBAL = Importer.COURSE, Importer.GLOBAL


def matched(*names: str, importer: Importer = COURSE, repairs: tuple[Repair, ...] = ()) -> Headings:
    return read_headings(names, importer, chosen(*repairs), Offers())


def rules(found: Headings) -> list[tuple[str, Severity]]:
    return [(one.rule, one.weight) for one in found.findings]


def test_every_column_by_its_canonical_name():
    found = matched(*Column, importer=GLOBAL)
    assert (found.columns, found.findings) == (list(Column), [])


@pytest.mark.parametrize(
    ("alias", "column"),
    [
        ("external_mail", Column.EMAIL),
        ("email", Column.EMAIL),
        ("external_uid", Column.USER),
        ("member_id", Column.USER),
    ],
)
def test_aliases(alias, column):
    found = matched(alias)
    assert (found.columns, found.findings) == ([column], [])


@pytest.mark.rule("CR-02")
@pytest.mark.parametrize("name", [" external_email", "external_email ", "external_email  "])
def test_extra_spaces_are_told_and_trimmed_by_a_repair(name):
    found = matched(name)
    (one,) = found.findings
    assert (one.rule, one.weight, one.value, one.repaired) == ("CR-02", Severity.FILE, name, "external_email")
    assert found.columns == [Column.EMAIL]
    assert matched(name, repairs=(Repair("CR-02"),)).findings == []


@pytest.mark.rule("CR-02")
def test_doubled_spaces_inside_a_heading():
    found = matched("external_email", "my  notes")
    assert rules(found) == [("CR-02", Severity.FILE), ("CR-05", Severity.WARN)]
    assert found.findings[0].repaired == "my notes"


@pytest.mark.rule("CR-03")
@pytest.mark.parametrize(
    ("importer", "names", "missing"),
    [
        (COURSE, ["first_name"], ["external_email"]),
        (COURSE, ["external_user_id"], []),
        (GLOBAL, ["external_user_id"], ["external_course_id", "title"]),
        (GLOBAL, ["external_course_id", "title"], ["external_email"]),
        (GLOBAL, ["external_course_id", "title", "external_email"], []),
    ],
)
def test_a_required_column_is_missing(importer, names, missing):
    found = matched(*names, importer=importer)
    assert [(one.rule, one.column) for one in found.findings] == [("CR-03", one) for one in missing]
    assert all(f"{importer} importer" in one.message and one.column in one.message for one in found.findings)


@pytest.mark.rule("CR-04")
@pytest.mark.parametrize(
    "names",
    [
        ["external_email", "external_email"],
        ["external_email", "email"],
        ["member_id", "external_uid"],
        ["external_email", "notes", "notes"],
    ],
)
def test_a_column_comes_twice(names):
    found = matched(*names)
    assert [one for one in rules(found) if one[0] != "CR-05"] == [("CR-04", Severity.FILE)]


@pytest.mark.rule("CR-05")
@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("Credits", "credits"),
        ("creditype", "credit_type"),
        ("E-mail", "email"),
        ("First Name", "first_name"),
        ("x", ""),
    ],
)
def test_an_unknown_column_is_ignored_and_the_closest_name_told(name, near):
    found = matched("external_user_id", name)
    (one,) = found.findings
    assert (one.rule, one.weight, one.column, one.repaired) == ("CR-05", Severity.WARN, name, near)
    assert found.columns == [Column.USER, None]
    assert (near in one.message) if near else one.message.endswith("is ignored.")


def test_columns_without_a_heading_are_one_finding():
    found = matched("external_email", "", "", "")
    assert rules(found) == [("CR-05", Severity.WARN)]
    assert "3 columns" in found.findings[0].message


def test_what_the_export_of_refused_rows_added_is_known():
    found = matched("external_email", "rule", "message")
    assert (found.columns, found.findings) == ([Column.EMAIL, None, None], [])


@pytest.mark.rule("CR-06")
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("\ufeffexternal_email", "a byte order mark (U+FEFF)"),
        ("external\u200b_email", "a zero width space (U+200B)"),
        ("external_email\0", "a zero byte (U+0000)"),
    ],
)
def test_special_characters_in_a_heading_end_the_file(name, told):
    found = matched(name)
    (one,) = found.findings
    assert (one.rule, one.weight, one.repaired) == ("CR-06", Severity.FILE, "external_email")
    assert told in one.message
    assert name not in one.message
    repaired = matched(name, repairs=(Repair("CR-06"),))
    assert (repaired.columns, repaired.findings) == ([Column.EMAIL], [])


def test_a_heading_of_which_a_part_is_lost_cannot_be_repaired():
    found = matched("external_email", "not\ufffds", repairs=(Repair("CR-06"),))
    assert [one.repaired for one in found.findings if one.rule == "CR-06"] == [""]


def test_a_no_break_space_becomes_a_space_and_that_is_the_next_thing_to_repair():
    name = "credits\u00a0"
    marks, spaces = Repair("CR-06"), Repair("CR-02")
    assert rules(matched("email", name, repairs=(marks,))) == [("CR-02", Severity.FILE)]
    assert matched("email", name, repairs=(marks, spaces)).columns == [Column.EMAIL, Column.CREDITS]
