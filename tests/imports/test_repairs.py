"""Repairs: chosen as data, made in memory, shown as old and new; never where they could read a value wrongly."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.imports.columns import Column, Importer
from app.imports.repairs import NO_REPAIRS, Repair, Repairs, parse
from app.tasks import TaskContext
from tests.files.reading import book
from tests.imports.files import applied, asked, cells_of, chosen, offers, opened, read, reader, row, rules

COURSE = Importer.COURSE
DAY, MONTH = Repair("CR-12", "date_completed", "day"), Repair("CR-12", "date_completed", "month")
DONE = {"complete": "1", "date_completed": "2026-01-01"}


@pytest.mark.rule("CR-02")
def test_extra_spaces_in_a_heading(tmp_path):
    data = "external_email,credits ,credit_type,complete,date_completed\na@b.example,2,ama,1,2026-01-01\n"
    file = opened(tmp_path, data)
    assert (rules(file), file.refused) == (["CR-02"], True)
    assert offers(file) == {("CR-02", "", ""): [("credits ", "credits")]}
    file, (one,) = read(tmp_path, data, asked(COURSE, Repair("CR-02")))
    assert (file.findings, one.findings, one.records[0].credits) == ([], [], 200)
    assert applied(file) == {("CR-02", "", ""): [("credits ", "credits")]}
    assert file.headings[1] == "credits "


@pytest.mark.rule("CR-11")
def test_words_for_yes_and_no(tmp_path):
    rows = reader(asked(COURSE, Repair("CR-11", "attended")))
    found = [rows.read(2, 2, cells_of(attended=text)) for text in ("Yes", "false", "maybe", "1")]
    assert [(rules(one), one.records[0].attended) for one in found] == [
        ([], True),
        ([], False),
        (["CR-11"], False),
        ([], True),
    ]
    assert applied(rows) == {("CR-11", "attended", ""): [("Yes", "1"), ("false", "0")]}
    assert offers(rows) == {}


def dates(*texts: str) -> str:
    return "external_email,complete,date_completed\n" + "".join(
        f"a{n}@b.example,1,{t}\n" for n, t in enumerate(texts)
    )


def days(found) -> list[date | None]:
    return [one.records[0].completed_on for one in found]


@pytest.mark.rule("CR-12")
def test_the_order_of_day_and_month_is_asked_once_per_column(tmp_path):
    file, found = read(tmp_path, dates("03/04/2025", "2025-04-05"))
    assert [rules(one) for one in found] == [["CR-12"], []]
    assert offers(file) == {
        ("CR-12", "date_completed", "day"): [("03/04/2025", "2025-04-03")],
        ("CR-12", "date_completed", "month"): [("03/04/2025", "2025-03-04")],
    }
    for repair, first in ((DAY, date(2025, 4, 3)), (MONTH, date(2025, 3, 4))):
        file, found = read(tmp_path, dates("03/04/2025", "2025-04-05"), asked(COURSE, repair))
        assert days(found) == [first, date(2025, 4, 5)]
        assert [rules(one) for one in found] == [[], []]
        assert applied(file) == {("CR-12", "date_completed", repair.option): [("03/04/2025", first.isoformat())]}
        assert offers(file) == {}


@pytest.mark.rule("CR-12")
@pytest.mark.parametrize("as_book", [False, True], ids=["csv", "xlsx"])
def test_an_order_is_refused_if_any_date_of_the_column_is_none_in_it(tmp_path, as_book):
    texts = ["03/04/2025", *["01/02/2025"] * 300, "25/04/2025", "2/2/2025"]
    plain = dates(*texts)
    data = book(*(line.split(",") for line in plain.splitlines())) if as_book else plain
    file, found = read(tmp_path, data, asked(COURSE, MONTH))
    assert days(found) == [None] * len(texts)
    assert {tuple(rules(one)) for one in found} == {("CR-12",)}
    assert file.asked.repairs == NO_REPAIRS
    (refused,) = (one for one in file.offers if one.why_not)
    assert (refused.repair, refused.applied) == (MONTH, False)
    assert "row 303" in refused.why_not
    assert "“25/04/2025”" in refused.why_not
    file, found = read(tmp_path, data, asked(COURSE, DAY))
    assert days(found)[:2] + days(found)[-2:] == [
        date(2025, 4, 3),
        date(2025, 2, 1),
        date(2025, 4, 25),
        date(2025, 2, 2),
    ]
    assert [one.why_not != "" for one in opened_offers(tmp_path, data)] == [False, True]


def opened_offers(folder, data):
    """What is offered after a reading without repairs."""
    file, _ = read(folder, data)
    return list(file.offers)


def test_a_day_that_no_calendar_has_refuses_both_orders_and_words_refuse_none(tmp_path):
    assert [one.why_not != "" for one in opened_offers(tmp_path, dates("31/02/2025", "1/2/2025"))] == [True, True]
    _, found = read(tmp_path, dates("31/02/2025", "1/2/2025"), asked(COURSE, DAY))
    assert days(found) == [None, None]
    _, found = read(tmp_path, dates("soon", "1/2/2025", "3 April 2025"), asked(COURSE, DAY))
    assert days(found) == [None, date(2025, 2, 1), date(2025, 4, 3)]
    assert [rules(one) for one in found] == [["CR-12"], [], []]


def test_each_column_has_an_order_of_its_own(tmp_path):
    text = "external_email,participant_category,enrollment_start,enrollment_end\na@b.example,p,1/2/2025,3/4/2025\n"
    how = asked(COURSE, Repair("CR-12", "enrollment_start", "day"), Repair("CR-12", "enrollment_end", "month"))
    _, (one,) = read(tmp_path, text, how)
    assert (one.records[0].starts, one.records[0].ends) == (date(2025, 2, 1), date(2025, 3, 4))


def test_a_date_with_special_characters_counts_once_they_are_out(tmp_path):
    how = asked(COURSE, MONTH, Repair("CR-06", "date_completed"))
    file, found = read(tmp_path, dates("01/02/2025", "25/04/2025\u200b"), how)
    assert days(found) == [None, None]
    assert not file.asked.repairs.has("CR-12", Column.COMPLETED_ON)


@pytest.mark.rule("CR-12")
def test_a_file_that_cannot_be_read_to_its_end_is_refused_while_its_dates_are_looked_at(tmp_path):
    file = opened(tmp_path, dates(*["1/2/2025"] * 9).encode() + b"\xff", asked(COURSE, DAY))
    assert (rules(file), file.refused) == (["CR-01"], True)


@pytest.mark.rule("CR-35")
def test_an_enrolment_without_its_credit():
    rows = reader(asked(COURSE, Repair("CR-35")))
    found = rows.read(2, 2, cells_of(credits="2", credit_type="ama", credit_expiration="2027-01-01"))
    (one,) = found.records
    assert (found.findings, one.credits, one.credit_type, one.expires) == ([], None, "", None)
    assert applied(rows) == {("CR-35", "", ""): [("2 ama", "")]}
    assert rows.read(3, 3, cells_of(credits="2", credit_type="ama", **DONE)).records[0].credits == 200


@pytest.mark.rule("CR-36")
@pytest.mark.parametrize(
    ("credit_type", "credits", "pairs"),
    [
        ("ama;ancc", "1;2.5", [("ama", 100), ("ancc", 250)]),
        ("ama / ancc / x", "1,2,3", [("ama", 100), ("ancc", 200), ("x", 300)]),
        ("ama|ancc", "1|2", [("ama", 100), ("ancc", 200)]),
        ("a/b;ama", "1;2", [("a/b", 100), ("ama", 200)]),
        ("ama;ancc", "1", []),
        ("ama", "1;2", []),
        ("ama;ancc", "1;x", []),
        ("ama;;ancc", "1;2;3", []),
        ("ama;ancc", "", []),
    ],
)
def test_a_row_of_several_types_is_split_where_both_cells_have_equally_many_parts(credit_type, credits, pairs):
    cells = cells_of(credit_type=credit_type, credits=credits, **DONE)
    how = asked(COURSE, Repair("CR-36"), types=frozenset({"ama", "ancc", "a/b"}))
    rows = reader(how)
    found = rows.read(2, 2, cells)
    if pairs:
        assert found.findings == []
        assert [(one.credit_type, one.credits) for one in found.records] == pairs
        assert {one.number for one in found.records} == {2}
        assert len(applied(rows)) == 1
    else:
        assert "CR-36" in rules(found)
        assert len(found.records) == 1
        assert (offers(rows), applied(rows)) == ({}, {})
    plain = reader(asked(types=how.types))
    assert "CR-36" in rules(plain.read(2, 2, cells))
    assert bool(offers(plain)) is bool(pairs)


def test_credit_on_an_incomplete_record_is_dropped_before_it_is_split():
    found = row(asked(COURSE, Repair("CR-35"), Repair("CR-36")), credits="1;2", credit_type="ama;ancc")
    assert (found.findings, len(found.records), found.records[0].credit_type) == ([], 1, "")


def test_offers_keep_few_examples_and_no_value_twice():
    rows, words = reader(), ["yes", "Yes", "YES", "y", "Y", "true", "True", "t"]
    for number in range(2, 802):
        rows.read(number, number, cells_of(attended=words[number % 8]))
    (one,) = rows.offers
    assert (one.count, [each.old for each in one.examples]) == (800, ["YES", "y", "Y", "true", "True"])
    assert [each.number for each in one.examples] == [2, 3, 4, 5, 6]


KNOWN = st.sampled_from(
    [
        Repair("CR-01", "", ";"), Repair("CR-01", "", "\t"), Repair("CR-02"), Repair("CR-06"), Repair("CR-35"),
        Repair("CR-06", "title"), Repair("CR-11", "complete"), DAY, MONTH, Repair("CR-36"), Repair("CR-38"),
    ]
)  # fmt: skip


@given(st.lists(KNOWN))
def test_repairs_are_stored_and_come_back(some):
    made = chosen(*some)
    assert parse(made.dump()) == made
    assert hash(parse(made.dump())) == hash(made)
    assert len({(one.rule, one.column) for one in made.chosen}) == len(made.chosen)
    for one in some:
        assert made.has(one.rule, one.column)
        assert not made.minus(one).has(one.rule, one.column)


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
)
ODD = st.lists(st.sampled_from(["CR-12", "CR-06", "CR-99", "", "date_completed", "day", "month", "week", "title"]))


@given(st.text() | ANY.map(json.dumps) | st.lists(ODD).map(json.dumps))
def test_whatever_is_stored_does_no_harm(text):
    found = parse(text)
    assert isinstance(found, Repairs)
    assert parse(found.dump()) == found
    reader(asked(COURSE, *found.chosen)).read(2, 2, cells_of(date_completed="1/2/2025"))


def test_of_a_stored_text_what_is_a_repair_is_taken():
    text = '[["CR-11","complete",""],["CR-11","title",""],["CR-12","date_completed","year"],["CR-99","",""],7]'
    assert parse(text) == chosen(Repair("CR-11", "complete"))
    assert parse("[" * 100_000) == NO_REPAIRS


def test_reading_again_takes_no_notice_of_what_was_offered_before(tmp_path):
    file, _ = read(tmp_path, dates("03/04/2025"))
    list(file.rows(TaskContext()))
    assert [one.count for one in file.offers] == [1, 1]
