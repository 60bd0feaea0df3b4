"""Every rule that a row breaks by itself (course-record-import.md 5.1, 5.2 and 5.4)."""

import time
from datetime import date

import pytest

from app.imports.columns import Column, Importer
from app.imports.rules import Severity
from app.imports.values import iso_day
from tests.imports.files import asked, cells_of, reader, record, row, rules

GLOBAL = asked(Importer.GLOBAL)
OF_GLOBAL = {"external_course_id": "C1", "title": "Welding"}


def test_a_row_with_everything_in_it():
    one = record(
        external_course_id="ENG-1", title="English", external_user_id="S1", external_email=" a@b.example".strip(),
        first_name="Zoë", last_name="O’Brien", enrollment_start="2025-09-01", enrollment_end="2026-07-10",
        credits="2.5", credit_type="ama", credit_expiration="2027-01-01", complete="1", date_completed="2026-06-30",
        attended="1", participant_category="physician",
    )  # fmt: skip
    assert (one.number, one.line, one.user, one.email) == (2, 2, "S1", "a@b.example")
    assert (one.first_name, one.last_name, one.course, one.title) == ("Zoë", "O’Brien", "ENG-1", "English")
    assert (one.starts, one.ends) == (date(2025, 9, 1), date(2026, 7, 10))
    assert (one.credits, one.credit_type, one.expires) == (250, "ama", date(2027, 1, 1))
    assert (one.complete, one.completed_on, one.attended) == (True, date(2026, 6, 30), True)
    assert (one.category, one.broken) == ("physician", frozenset())


def test_an_address_alone_is_an_enrolment():
    one = record()
    assert (one.email, one.complete, one.attended, one.credits, one.starts) == (
        "a@college.example",
        False,
        False,
        None,
        None,
    )


@pytest.mark.rule("CR-10")
def test_nobody_is_named():
    found = row(external_email="")
    assert rules(found) == ["CR-10"]
    assert found.refused
    assert record(external_email="", external_user_id="S1").user == "S1"


@pytest.mark.rule("CR-08")
@pytest.mark.parametrize(("change", "word"), [(-1, "fewer"), (1, "more")])
def test_another_number_of_cells_than_headings(change, word):
    cells = [*cells_of(), ""] if change > 0 else cells_of()[:-1]
    found = reader().read(7, 9, cells)
    assert (found.number, found.line, found.records, found.cells) == (7, 9, (), cells)
    assert rules(found) == ["CR-08"]
    assert word in found.findings[0].message
    assert found.refused


@pytest.mark.rule("CR-08")
def test_a_cell_that_is_too_long_is_not_cut():
    found = row(title="x" * 256, external_course_id="ENG-1")
    assert [(one.rule, one.column, one.weight) for one in found.findings] == [("CR-08", Column.TITLE, Severity.ERROR)]
    assert record(title="x" * 255).title == "x" * 255
    assert rules(row(external_course_id="C" * 129)) == ["CR-08", "CR-19"]


@pytest.mark.rule("CR-03")
@pytest.mark.parametrize("column", ["external_course_id", "title"])
def test_what_the_global_importer_needs_stands_in_each_row(column):
    found = row(GLOBAL, **{**OF_GLOBAL, column: ""})
    assert [(one.rule, one.column, one.weight) for one in found.findings] == [("CR-03", column, Severity.ERROR)]


@pytest.mark.rule("CR-11")
@pytest.mark.parametrize("column", ["complete", "attended"])
@pytest.mark.parametrize(
    ("text", "meant"),
    [("true", "1"), ("TRUE", "1"), ("yes", "1"), ("Y", "1"), ("No", "0"), ("f", "0"), ("2", ""), ("maybe", "")],
)
def test_neither_0_nor_1(column, text, meant):
    found = row(date_completed="", **{column: text})
    assert [(one.rule, one.column, one.value, one.repaired) for one in found.findings] == [
        ("CR-11", column, text, meant)
    ]
    assert found.records[0].broken == {Column(column)}


@pytest.mark.rule("CR-12")
@pytest.mark.parametrize("column", ["enrollment_end", "credit_expiration", "date_completed"])
@pytest.mark.parametrize(
    "text",
    ["03/04/2025", "2025-4-3", "2025-02-30", "20250403", "2025-W14-4", "1743638400", "soon", "2025-04-03T9:00"],
)
def test_not_an_iso_date(column, text):
    found = row(complete="1", **{"date_completed": "2025-01-01", column: text})
    assert [(one.rule, one.column, one.value) for one in found.findings] == [("CR-12", column, text)]
    assert found.records[0].broken == {Column(column)}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-04-03", date(2025, 4, 3)),
        ("2024-02-29", date(2024, 2, 29)),
        ("2025-04-03T12:00", date(2025, 4, 3)),
        ("2025-04-03T12:00:30", date(2025, 4, 3)),
        ("2025-04-03T12:00:30Z", date(2025, 4, 3)),
        ("2025-04-03T12:00+01:00", date(2025, 4, 3)),
    ],
)
def test_iso_dates_with_and_without_a_time(text, day):
    assert record(enrollment_end=text).ends == day


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="The time zone of a running process is not set on Windows.")
@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-06-01T23:30Z", date(2025, 6, 2)),
        ("2025-12-01T23:30Z", date(2025, 12, 1)),
        ("2025-06-01T00:30+05:00", date(2025, 5, 31)),
        ("2025-06-01T23:30", date(2025, 6, 1)),
    ],
)
def test_a_moment_is_the_day_that_it_is_here(monkeypatch, text, day):
    with monkeypatch.context() as here:
        here.setenv("TZ", "Europe/London")
        time.tzset()
        assert iso_day(text) == day
    time.tzset()


@pytest.mark.rule("CR-13")
@pytest.mark.parametrize(
    "text", ["x", "-1", "1.005", "10000", "9999.999", "1e2", "+1", ".5", "1.", "1 000", "٣", "NaN", "2,5", "1_0"]
)
def test_not_an_amount(text):
    found = row(complete="1", date_completed="2026-01-01", credits=text, credit_type="ama")
    assert "CR-13" in rules(found)
    assert found.records[0].credits is None
    assert Column.CREDITS in found.records[0].broken


def test_a_decimal_comma_is_told():
    found = row(complete="1", date_completed="2026-01-01", credits="2,5", credit_type="ama")
    assert rules(found) == ["CR-36", "CR-13"]
    assert "write 2.5" in found.findings[1].message


@pytest.mark.parametrize(("text", "amount"), [("0", 0), ("0.00", 0), ("2", 200), ("2.5", 250), ("9999.99", 999_999)])
def test_amounts_in_hundredths(text, amount):
    assert record(complete="1", date_completed="2026-01-01", credits=text, credit_type="ama").credits == amount


@pytest.mark.rule("CR-14")
@pytest.mark.parametrize("column", ["credits", "credit_type"])
def test_amount_and_type_belong_together(column):
    found = row(complete="1", date_completed="2026-01-01", **{column: {"credits": "1", "credit_type": "ama"}[column]})
    assert rules(found) == ["CR-14"]
    assert found.refused


@pytest.mark.rule("CR-17")
def test_dates_in_the_wrong_order():
    found = row(
        enrollment_start="2026-02-01", enrollment_end="2026-01-31", participant_category="p", complete="1",
        date_completed="2026-03-02", credit_expiration="2026-03-01",
    )  # fmt: skip
    assert [(one.rule, one.column) for one in found.findings] == [("CR-17", Column.ENDS), ("CR-17", Column.EXPIRES)]
    record(enrollment_start="2026-02-01", enrollment_end="2026-02-01", participant_category="p")


@pytest.mark.rule("CR-18")
def test_a_category_in_a_global_import():
    found = row(GLOBAL, participant_category="physician", **OF_GLOBAL)
    assert [(one.rule, one.weight) for one in found.findings] == [("CR-18", Severity.WARN)]
    assert found.records[0].category == ""


@pytest.mark.rule("CR-19")
def test_a_row_of_another_course():
    found = row(external_course_id="MAT-1")
    assert [(one.rule, one.weight) for one in found.findings] == [("CR-19", Severity.ERROR)]
    assert record(external_course_id="eng-1").course == "eng-1"
    assert record(GLOBAL, external_course_id="MAT-1", title="Maths").course == "MAT-1"


@pytest.mark.rule("CR-21")
@pytest.mark.parametrize("day", ["2025-08-31", "2026-11-24"])
def test_an_unlikely_day_of_completion(day):
    found = row(complete="1", date_completed=day, enrollment_start="2025-09-01", participant_category="p")
    assert [(one.rule, one.weight) for one in found.findings] == [("CR-21", Severity.WARN)]
    record(complete="1", date_completed="2026-11-23", enrollment_start="2026-11-23", participant_category="p")


@pytest.mark.rule("CR-22")
def test_a_day_of_completion_without_completion():
    for complete in ("0", ""):
        found = row(complete=complete, date_completed="2026-01-01")
        assert [(one.rule, one.weight) for one in found.findings] == [("CR-22", Severity.WARN)]
        assert found.records[0].completed_on is None


@pytest.mark.rule("CR-35")
def test_credit_on_an_incomplete_record():
    for complete in ("0", ""):
        found = row(complete=complete, credits="2", credit_type="ama")
        assert [(one.rule, one.weight) for one in found.findings] == [("CR-35", Severity.ERROR)]
    assert rules(row(credits="2")) == ["CR-35", "CR-14"]
    assert rules(row(credit_type="ama")) == ["CR-35", "CR-14"]


@pytest.mark.rule("CR-36")
@pytest.mark.parametrize("separator", [",", ";", "|", "/"])
def test_several_types_in_one_row(separator):
    found = row(complete="1", date_completed="2026-01-01", credits="1", credit_type=f"ama{separator} ancc")
    assert rules(found) == ["CR-36"]
    assert found.findings[0].repaired == ""
    found = row(complete="1", date_completed="2026-01-01", credits=f"1{separator}2", credit_type="ama")
    assert "CR-36" in rules(found)
    for other in (f"ama{separator}", f"{separator}ama", f" {separator} "):
        assert "CR-36" not in rules(row(complete="1", date_completed="2026-01-01", credits="1", credit_type=other))


@pytest.mark.rule("CR-36")
def test_a_configured_name_with_a_separator_is_one_type():
    how = asked(types=frozenset({"ama/ancc"}))
    assert record(how, complete="1", date_completed="2026-01-01", credits="1", credit_type="ama/ancc").credits == 100


@pytest.mark.rule("CR-39")
def test_a_category_without_a_start_and_the_reverse():
    for cells in ({"participant_category": "p"}, {"enrollment_start": "2026-01-01"}):
        found = row(**cells)
        assert [(one.rule, one.weight) for one in found.findings] == [("CR-39", Severity.WARN)]
    record(GLOBAL, enrollment_start="2026-01-01", **OF_GLOBAL)
    assert rules(row(enrollment_start="1/2/2026", participant_category="p")) == ["CR-12"]


@pytest.mark.rule("CR-40")
def test_complete_without_a_day():
    found = row(complete="1")
    assert [(one.rule, one.weight) for one in found.findings] == [("CR-40", Severity.WARN)]
    assert found.records[0].completed_on is None


def test_every_rule_is_told_not_only_the_first():
    found = row(
        external_email="", external_course_id="MAT-1", title=" ", enrollment_start="x", attended="maybe",
        date_completed="2099-01-01", credits="-1", credit_type="ama;ancc",
    )  # fmt: skip
    assert sorted(rules(found)) == [
        "CR-07", "CR-10", "CR-11", "CR-12", "CR-13", "CR-19", "CR-21", "CR-22", "CR-35", "CR-36",
    ]  # fmt: skip
