"""What LMS Extract Statuses lists: filters, cascade, scope, marks and order, on both databases alike."""

import json
from contextlib import suppress
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import text

from app import access
from app.access import User
from app.conditions import Group, Join, Operator, Test
from app.db.database import Database
from app.db.tables import campus_term, course, enrolment, extract_record, learner, lms_account, section
from app.errors import InputError
from app.lms import settings
from app.lms.extracts import filters as panel
from app.lms.extracts import records_list
from app.lms.extracts.filters import Choice, Choices
from app.lms.extracts.records_list import Filters
from app.lms.settings import SyncSettings
from tests.lms.college import College
from tests.lms.rows import add_account

TODAY = date(2026, 11, 23)


@pytest.fixture
def college(db: Database) -> College:
    return College(db)


def listed(db: Database, filters: Filters, scope=None, **more) -> list[int]:
    with db.read() as tx:
        found = list(db.ids(tx, records_list.keys_query(filters, scope, **more)))
        assert tx.execute(records_list.total_query(filters, scope)).scalar_one() == len(found) or more
    return found


def row(db: Database, key: int, scope=None):
    with db.read() as tx:
        return records_list.rows(tx, [key], scope)[key]


class Two:
    """Campus A and B, a term of both and one of B, a section of A, one of B, one of both."""

    def __init__(self, college: College) -> None:
        self.college = college
        self.a, self.b = college.campus("Avon"), college.campus("Brook")
        self.autumn = college.term("Autumn 2026", (self.a, self.b), date(2026, 9, 1), date(2026, 12, 20))
        self.spring = college.term("Spring 2027", (self.b,), date(2027, 1, 5), date(2027, 4, 1))
        self.of_a = college.section("ART", self.autumn, [self.a])
        self.of_b = college.section("BIO", self.spring, [self.b])
        self.of_both = college.section("CHEM", self.autumn, [self.b, self.a], number=2)


@pytest.mark.rule("EX-F3")
def test_each_filter_narrows_and_nothing_chosen_does_not(db: Database, college: College):
    two = Two(college)
    ready = college.record(two.of_a)
    rejected = college.record(two.of_b, "rejected")
    both = college.record(two.of_both, "processed")
    assert set(listed(db, Filters())) == {ready, rejected, both}
    assert set(listed(db, Filters(campuses=(two.a,)))) == {ready, both}
    assert set(listed(db, Filters(campuses=(two.a, two.b)))) == {ready, rejected, both}
    assert set(listed(db, Filters(terms=(two.spring,)))) == {rejected}
    assert set(listed(db, Filters(sections=(two.of_a, two.of_both)))) == {ready, both}
    assert set(listed(db, Filters(statuses=("ready", "processed")))) == {ready, both}
    assert listed(db, Filters((two.a,), (two.autumn,), (two.of_both,), ("processed",))) == [both]
    assert listed(db, Filters((two.a,), (two.spring,))) == []


@pytest.mark.rule("EX-A3")
def test_who_has_one_campus_sees_nothing_of_the_other(db: Database, college: College, user: User):
    """Acceptance check 2: list and counts; exports and bulk sets are made of the same statement."""
    two = Two(college)
    mine, other, both = college.record(two.of_a), college.record(two.of_b), college.record(two.of_both)
    with db.read() as tx:
        scope = access.campuses(tx, college.user(two.a))
        assert scope == {two.a}
        assert access.campuses(tx, user) is None
        assert access.campuses(tx, college.user()) == frozenset()
    assert set(listed(db, Filters(), scope)) == {mine, both}
    assert listed(db, Filters(campuses=(two.b,)), scope) == [], "what is chosen gives no access"
    assert set(listed(db, Filters(sections=(two.of_a, two.of_b)), scope)) == {mine}
    assert listed(db, Filters(), frozenset()) == []
    with db.read() as tx:
        assert set(records_list.rows(tx, [mine, other, both], scope)) == {mine, both}
        assert records_list.counts(db, tx, [mine, other, both], scope)["ready"] == 2
        offered = panel.choices(tx, scope, TODAY)
    assert [one.name for one in offered.campuses] == ["Avon"]
    assert [one.name for one in offered.terms] == ["Autumn 2026"]
    assert [one.name for one in offered.sections] == ["ART / 01", "CHEM / 02"]
    assert not offered.every_campus


@pytest.mark.rule("EX-F5")
def test_a_day_holds_its_last_second_and_never_sent_records_are_asked_for(db: Database, college: College):
    """Acceptance check 11."""
    here = Two(college).of_a
    day = date(2026, 11, 23)
    last = datetime(2026, 11, 23, 23, 59, 59, 999_999).astimezone()
    first = datetime(2026, 11, 23).astimezone()
    records = {
        name: college.record(here, "transmitted", extracted_at=moment)
        for name, moment in (
            ("before", first - timedelta(microseconds=1)),
            ("first", first),
            ("last", last),
            ("after", last + timedelta(microseconds=1)),
        )
    }
    never = college.record(here)

    def names(filters: Filters) -> set[str]:
        known = {key: name for name, key in records.items()} | {never: "never"}
        return {known[key] for key in listed(db, filters)}

    assert names(Filters(sent_from=day, sent_to=day)) == {"first", "last"}
    assert names(Filters(sent_from=day)) == {"first", "last", "after"}
    assert names(Filters(sent_to=day)) == {"before", "first", "last"}
    assert names(Filters(sent_to=day, include_not_sent=True)) == {"before", "first", "last", "never"}
    assert names(Filters(include_not_sent=True)) == names(Filters()) == {*records, "never"}
    assert names(Filters(sent_from=date.min, sent_to=date.max)) == set(records)


@pytest.mark.rule("EX-F6")
def test_from_later_than_to_is_refused():
    panel.check(Filters(sent_from=TODAY, sent_to=TODAY))
    with pytest.raises(InputError) as raised:
        panel.check(Filters(sent_from=TODAY, sent_to=TODAY - timedelta(days=1)))
    assert raised.value.field == "sent_from"
    assert "23 Nov 2026" in raised.value.message


@pytest.mark.rule("EX-F4")
def test_the_first_opening_shows_todays_terms_and_what_is_not_processed(db: Database, college: College):
    two = Two(college)
    with db.read() as tx:
        offered = panel.choices(tx, None, TODAY)
        between = panel.choices(tx, None, date(2026, 12, 28))
    assert offered.first() == Filters(terms=(two.autumn,), statuses=("ready", "transmitted", "rejected"))
    assert between.first().terms == (), "between two terms there is no restriction"


@pytest.mark.rule("EX-F2")
def test_a_term_leaves_with_its_last_campus_and_its_sections_with_it(db: Database, college: College):
    """Acceptance check 3."""
    two = Two(college)
    with db.read() as tx:
        offered = panel.choices(tx, None, TODAY)
    wanted = Filters((two.a, two.b), (two.autumn, two.spring), (two.of_a, two.of_b))
    assert offered.cascaded(wanted) == (wanted, ())
    kept, dropped = offered.cascaded(Filters((two.a,), (two.autumn, two.spring), (two.of_a, two.of_b)))
    assert kept == Filters((two.a,), (two.autumn,), (two.of_a,))
    assert dropped == ("Spring 2027", "BIO / 01")
    kept, dropped = offered.cascaded(Filters((99,), (two.spring,)))
    assert kept == Filters(terms=(two.spring,))
    assert dropped == ("1 more",), "of what the user cannot see there is no name"
    college.set(campus_term, 1, send_sections=False)
    with db.read() as tx:
        assert panel.choices(tx, None, TODAY) == offered, "the exchange options are a gate, not a link"


_ids = st.integers(1, 6)
_sets = st.frozensets(_ids, max_size=4)


@given(
    st.lists(st.builds(Choice, _ids, st.just("t"), _sets), max_size=6, unique_by=lambda one: one.id),
    st.lists(st.builds(Choice, _ids, st.just("s"), _sets, _ids), max_size=6, unique_by=lambda one: one.id),
    _sets,
    st.lists(_ids, unique=True).map(tuple),
    st.lists(_ids, unique=True).map(tuple),
    st.lists(_ids, unique=True).map(tuple),
)
def test_the_cascade_keeps_only_what_is_offered_and_settles_at_once(terms, sections, own, campuses, term_ids, ids):
    campus_choices = tuple(Choice(one, "c") for one in sorted(own))
    offered = Choices(campus_choices, True, tuple(terms), tuple(sections))
    kept, dropped = offered.cascaded(Filters(campuses, term_ids, ids))
    assert set(kept.campuses) <= own
    wanted = set(kept.campuses) or own
    assert all(set(one.under) & wanted for one in terms if one.id in kept.terms)
    assert all(not kept.terms or one.term in kept.terms for one in sections if one.id in kept.sections)
    assert offered.cascaded(kept) == (kept, ())
    assert bool(dropped) == (kept != Filters(campuses, term_ids, ids))


@pytest.mark.rule("EX-F7")
def test_filters_are_saved_as_ids_and_days():
    whole = Filters((1, 2), (3,), (4, 5), ("ready", "rejected"), TODAY, None, True)
    assert panel.read(panel.stored(whole)) == whole
    assert panel.read(panel.stored(Filters())) == Filters()
    for body in ("", "[]", "{}", '{"version": 2}', "null", '{"version": 1, "campuses": ["x"]}', "[" * 20_000):
        with pytest.raises(InputError):
            panel.read(body)


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.just("2026-11-20"), st.lists
)
_saved = st.dictionaries(st.sampled_from([one.name for one in fields(Filters)] + ["version"]), _values, max_size=3)


@given(st.text(max_size=200) | _saved.map(lambda harm: json.dumps(json.loads(panel.stored(Filters((1,)))) | harm)))
@example(panel.stored(Filters((1, 2), sent_from=TODAY)))
def test_no_saved_text_is_a_bug(body: str):
    with suppress(InputError):
        filters = panel.read(body)
        assert panel.read(panel.stored(filters)) == filters


def test_the_filters_in_words(db: Database, college: College):
    two = Two(college)
    with db.read() as tx:
        known = panel.choices(tx, None, TODAY)
        mine = panel.choices(tx, frozenset({two.a}), TODAY)
    words = panel.filter_words
    assert words(Filters(), known) == "all campuses, all terms, every status"
    assert words(Filters(), mine) == "all your campuses, all terms, every status"
    some = Filters((two.a, two.b), (two.autumn,), (), ("ready", "transmitted", "rejected"))
    assert words(some, known) == "Avon and Brook, Autumn 2026, Ready, Transmitted or Rejected"
    days = Filters(sections=(1, 2, 3, 4), sent_from=date(2026, 11, 1), sent_to=TODAY, include_not_sent=True)
    assert words(days, known) == (
        "all campuses, all terms, 4 sections, every status, sent from 1 Nov 2026 to 23 Nov 2026 or not yet sent"
    )
    assert words(Filters(sent_from=TODAY, sent_to=TODAY), known).endswith("sent on 23 Nov 2026")
    assert words(Filters(sent_to=TODAY), known).endswith("sent to 23 Nov 2026")


def test_the_columns_of_a_row(db: Database, college: College):
    two = Two(college)
    person = college.learner(7, family_name="Begum", given_names="Elif")
    key = college.record(two.of_both, "rejected", person)
    found = row(db, key)
    assert (found.ref, found.family_name, found.campuses, found.term) == (
        "240007", "Begum", ("Avon", "Brook"), "Autumn 2026",
    )  # fmt: skip
    assert (found.course_code, found.section, found.change, found.course_status) == ("CHEM", 2, "add", "current")
    assert (found.status, found.attempts, found.message) == ("rejected", 1, "User suspended")
    assert (found.delivery_method, found.vendor, found.changed_by) == ("Online", "moodle", None)
    assert found.changed_on == date(2026, 11, 3)
    assert "Begum" not in repr(found)


def test_every_sort_and_field_can_be_asked(db: Database, college: College):
    two = Two(college)
    for place in (two.of_a, two.of_b, two.of_both):
        college.record(place, "transmitted")
    values = {"date": "2026-11-02", "number": "1", "text": "x", "flag": ""}
    for sort in records_list._SORTS:
        up = listed(db, Filters(), sort=sort)
        down = listed(db, Filters(), frozenset({two.a, two.b}), sort=sort, descending=True)
        assert sorted(up) == sorted(down)
        assert len(up) == 3
    for one in records_list.FIELDS.values():
        kind = one.info.kind.value
        value = one.info.choices[0][0] if kind == "choice" else values[kind]
        operator = Operator.YES if kind == "flag" else Operator.IS
        listed(db, Filters(), group=Group(Join.ALL, (Test(one.info.id, operator, value),)))


def test_several_campuses_sort_as_joined_and_any_of_them_is_found(db: Database, college: College):
    c, a, b = (college.campus(name) for name in ("Cole", "Avon", "Brook"))
    autumn = college.term("Autumn", (a, b, c))
    only_b, all_three, only_a = (
        college.record(college.section(code, autumn, own)) for code, own in (("X", [b]), ("Y", [c, b, a]), ("Z", [a]))
    )
    assert listed(db, Filters(), sort="campuses") == [only_a, all_three, only_b]
    assert listed(db, Filters(), sort="campuses", descending=True) == [only_b, all_three, only_a]
    assert listed(db, Filters(), quick="brook", sort="id") == sorted([only_b, all_three])
    assert listed(db, Filters(), quick="avon z") == [only_a]


@pytest.mark.rule("EX-T3")
def test_overdue_after_a_day_without_an_answer(db: Database, college: College):
    here = Two(college).of_a
    now = datetime.now(UTC)
    late = college.record(here, "transmitted", extracted_at=now - timedelta(hours=25))
    fresh = college.record(here, "transmitted", extracted_at=now - timedelta(hours=23))
    answered = college.record(here, "processed", extracted_at=now - timedelta(hours=25))
    assert [row(db, key).overdue for key in (late, fresh, answered)] == [True, False, False]
    assert row(db, late).status == "transmitted"
    assert listed(db, Filters(), group=Group(Join.ALL, (Test("overdue", Operator.YES),))) == [late]


@pytest.mark.rule("EX-T3")
@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
@pytest.mark.parametrize(("ahead", "overdue"), [(1, True), (-1, False)])
def test_overdue_by_the_clock_of_the_server_and_not_of_this_computer(
    db: Database, college: College, ahead: int, overdue: bool
):
    """The server's clock is an hour off, which is the one that wrote when the record went out."""
    hours = 23.5 if overdue else 24.5
    sent = datetime.now(UTC) - timedelta(hours=hours)
    key = college.record(Two(college).of_a, "transmitted", extracted_at=sent)
    marked = Group(Join.ALL, (Test("overdue", Operator.YES),))
    later = f"select pg_catalog.now() + {ahead} * interval $t$1 hour$t$"
    with db.write() as tx:
        tx.execute(text("create schema other_time"))
        tx.execute(text(f"create function other_time.now() returns timestamptz language sql as $f$ {later} $f$"))
        tx.execute(text("set local search_path = other_time, public, pg_catalog"))
        found = records_list.rows(tx, [key], None)[key]
        assert found.overdue is overdue
        assert list(db.ids(tx, records_list.keys_query(Filters(), None, marked))) == [key] * overdue


@pytest.mark.rule("EX-T3")
def test_after_how_many_hours_is_a_setting_of_the_college(db: Database, college: College, user: User):
    here = Two(college).of_a
    now = datetime.now(UTC)
    keys = [college.record(here, "transmitted", extracted_at=now - timedelta(hours=hours)) for hours in (50, 47, 23)]
    overdue = Group(Join.ALL, (Test("overdue", Operator.YES),))
    for hours, late in ((48, 1), (22, 3), (24, 2)):
        settings.save(db, user, SyncSettings(overdue_hours=hours))
        assert [row(db, key).overdue for key in keys] == [place < late for place in range(3)]
        with db.read() as tx:
            held = settings.overdue_hours(tx)
        assert sorted(listed(db, Filters(), group=overdue, overdue_hours=held)) == sorted(keys[:late])
    for hours in (0, 721):
        with pytest.raises(InputError) as caught:
            settings.save(db, user, SyncSettings(overdue_hours=hours))
        assert caught.value.field == "overdue_hours"


@pytest.mark.rule("EX-P7")
def test_a_record_whose_gates_fail_keeps_its_status_and_is_marked(db: Database, college: College):
    two = Two(college)
    good = college.record(two.of_a)
    person = college.learner()
    doubled = college.record(two.of_a, learner_id=person)
    add_account(db, "second", person)
    clashing = college.record(two.of_a, learner_id=(clashed := college.learner()))
    with db.write() as tx:
        tx.execute(lms_account.update().where(lms_account.c.learner_id == clashed).values(clash=True))
    closed = college.record(two.of_b)
    sent = college.record(two.of_b, "transmitted")
    college.set(section, two.of_b, lms_course_id=None)
    keys = [good, doubled, clashing, closed, sent]
    assert [row(db, key).gate_failed for key in keys] == [False, True, True, True, False]
    assert college.statuses([doubled, closed]) == ["ready", "ready"]
    marked = listed(db, Filters(), sort="id", group=Group(Join.ALL, (Test("gate_failed", Operator.YES),)))
    assert marked == [doubled, clashing, closed]


@pytest.mark.rule("EX-R5")
def test_an_older_change_behind_a_newer_one_that_went_is_marked(db: Database, college: College):
    here = Two(college).of_a
    person, other = college.learner(), college.learner()
    older = college.record(here, "rejected", person)
    newer = college.record(here, "processed", person)
    plain = college.record(here, "rejected", other)
    waiting = college.record(here, "ready", other)
    assert [row(db, key).superseded for key in (older, newer, plain, waiting)] == [True, False, False, False]
    assert listed(db, Filters(), group=Group(Join.ALL, (Test("superseded", Operator.YES),))) == [older]


@pytest.mark.rule("EX-R5", "EX-R6")
def test_what_waits_and_is_never_sent_says_why(db: Database, college: College):
    here = Two(college).of_a
    person, left, stays = (college.learner() for _ in range(3))
    overtaken = college.record(here, "ready", person)
    settled = college.record(here, "processed", person, change="drop")
    gone = college.record(here, "ready", left)
    drop = college.record(here, "ready", left, change="drop")
    fine = college.record(here, "ready", stays)
    college.set(enrolment, row(db, gone).enrolment_id, removed_at=datetime.now(UTC))
    keys = [overtaken, settled, gone, drop, fine]
    assert [(row(db, key).superseded, row(db, key).gone) for key in keys] == [
        (True, False),
        (False, False),
        (False, True),
        (False, False),
        (False, False),
    ]
    assert listed(db, Filters(), group=Group(Join.ALL, (Test("gone", Operator.YES),))) == [gone]
    college.set(learner, stays, removed_at=datetime.now(UTC))
    assert row(db, fine).gone


def test_a_record_of_a_registration_that_is_gone_stays(db: Database, college: College):
    key = college.record(Two(college).of_a, "rejected", message="<b>Gone</b>", late_answer="processed")
    college.set(enrolment, row(db, key).enrolment_id, removed_at=datetime.now(UTC))
    college.set(course, 1, title="ART")
    assert listed(db, Filters()) == [key]
    assert row(db, key).late_answer == "processed"
    assert row(db, key).message == "<b>Gone</b>"
    assert row(db, key).version == 1
    assert extract_record.c.version.server_default is not None
