"""The gates of a section (extract-statuses.md 2.1): each line of the report, and all sections in one statement."""

from itertools import product

import pytest
from sqlalchemy import insert, select, update

from app.db.database import Database
from app.db.tables import (
    campus,
    campus_delivery_method,
    campus_term,
    campus_vendor,
    course,
    delivery_method,
    enrolment,
    learner,
    lms_account,
    lms_course,
    lms_vendor,
    section,
    section_campus,
    term,
)
from app.lms.extracts import gates

CODES = ["EX-P0", "EX-P1", "EX-P2", "EX-P3", "EX-P4", "EX-P5", "EX-P8"]


def made(tx, table, **values) -> int:
    return int(tx.execute(insert(table).values(values).returning(table.c.id)).scalar_one())


class College:
    """A campus of which everything holds, and a section that may send."""

    def __init__(self, db: Database) -> None:
        self.db = db
        with db.write() as tx:
            now = db.now(tx)
            self.campus = made(tx, campus, code="CITY", name="City", name_fold="city")
            self.other = made(tx, campus, code="RIVER", name="Riverside", name_fold="riverside")
            self.term = made(tx, term, code="A26", name="Autumn 2026")
            self.term_link = made(
                tx, campus_term, campus_id=self.campus, term_id=self.term, send_sections=True, send_registrations=True
            )
            self.vendor = made(tx, lms_vendor, code="moodle", kind="moodle")
            self.second = made(tx, lms_vendor, code="second", kind="moodle")
            self.vendor_link = made(tx, campus_vendor, campus_id=self.campus, vendor_id=self.vendor, is_default=True)
            self.method = made(tx, delivery_method, code="ON", name="Online", export_to_lms=True)
            self.method_link = made(tx, campus_delivery_method, campus_id=self.campus, delivery_method_id=self.method)
            self.course = made(tx, course, code="ART", code_fold="art", title="Art", origin="hand")
            self.lms_course = made(
                tx,
                lms_course,
                vendor_id=self.vendor,
                lms_number="7",
                short_name="ART-26",
                short_fold="art-26",
                full_name="Art",
                full_fold="art",
                first_seen_at=now,
                state="open",
            )
            self.section = made(
                tx,
                section,
                course_id=self.course,
                term_id=self.term,
                number=1,
                delivery_method_id=self.method,
                lms_course_id=self.lms_course,
            )
            self.owner = made(tx, section_campus, section_id=self.section, campus_id=self.campus, owner=True)

    def set(self, table, key: int, **values) -> None:
        with self.db.write() as tx:
            tx.execute(update(table).where(table.c.id == key).values(values))

    def drop(self, table, key: int) -> None:
        with self.db.write() as tx:
            tx.execute(table.delete().where(table.c.id == key))

    def failing(self) -> dict[str, str]:
        """Code and what was found of each gate that does not hold; checked against the statement for all sections."""
        with self.db.read() as tx:
            lines = gates.report(tx, self.section)
            sends = self.section in set(tx.execute(select(gates.holding().subquery().c.section_id)).scalars())
        assert [one.code for one in lines] == CODES
        assert all(one.title and one.found and one.needed for one in lines)
        assert sends == all(one.holds for one in lines)
        return {one.code: one.found for one in lines if not one.holds}


@pytest.fixture
def college(db: Database) -> College:
    return College(db)


@pytest.mark.rule("EX-P6")
def test_all_of_them_hold_and_the_statement_names_campus_vendor_and_course(college: College, db: Database):
    assert college.failing() == {}
    with db.read() as tx:
        [row] = tx.execute(gates.holding()).all()
    assert tuple(row) == (college.section, college.campus, college.vendor, college.lms_course, "7")


@pytest.mark.rule("EX-P0")
def test_a_section_without_an_owner(college: College):
    college.set(section_campus, college.owner, owner=False)
    assert college.failing()["EX-P0"] == "no campus owns the section"


@pytest.mark.rule("EX-P0")
def test_another_campus_of_the_section_opens_no_gate(college: College):
    college.set(section_campus, college.owner, campus_id=college.other)
    with college.db.write() as tx:
        made(tx, section_campus, section_id=college.section, campus_id=college.campus, owner=False)
    assert set(college.failing()) == {"EX-P1", "EX-P2", "EX-P3", "EX-P4", "EX-P5", "EX-P8"}


@pytest.mark.rule("EX-P1")
@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"send_sections": False}, "Autumn 2026: sections not sent"),
        ({"send_registrations": False}, "Autumn 2026: registrations not sent"),
        ({"send_sections": False, "send_registrations": False}, "Autumn 2026: sections and registrations not sent"),
    ],
)
def test_a_term_whose_data_are_not_exchanged(college: College, values, found):
    college.set(campus_term, college.term_link, **values)
    assert college.failing() == {"EX-P1": found}


@pytest.mark.rule("EX-P1")
def test_a_term_of_another_campus(college: College):
    college.set(campus_term, college.term_link, campus_id=college.other)
    assert college.failing() == {"EX-P1": "Autumn 2026: not linked to the campus"}


@pytest.mark.rule("EX-P2")
def test_an_lms_that_is_switched_off_or_of_another_campus(college: College):
    college.set(lms_vendor, college.vendor, active=False)
    assert college.failing() == {"EX-P2": "moodle: switched off"}
    college.set(lms_vendor, college.vendor, active=True)
    college.set(section, college.section, vendor_id=college.vendor)
    college.set(campus_vendor, college.vendor_link, campus_id=college.other)
    assert college.failing() == {"EX-P2": "moodle: not linked to the campus"}


@pytest.mark.rule("EX-P3")
@pytest.mark.parametrize(
    ("values", "found"),
    [({"active": False}, "Online: switched off"), ({"export_to_lms": False}, "Online: is not exported to an LMS")],
)
def test_a_delivery_method_that_is_not_exported(college: College, values, found):
    college.set(delivery_method, college.method, **values)
    assert college.failing() == {"EX-P3": "none that is exported", "EX-P4": found}


@pytest.mark.rule("EX-P3", "EX-P4")
def test_a_delivery_method_of_another_campus(college: College):
    college.set(campus_delivery_method, college.method_link, campus_id=college.other)
    assert college.failing() == {"EX-P3": "none that is exported", "EX-P4": "Online: not linked to the campus"}


@pytest.mark.rule("EX-P4")
def test_a_section_without_the_method_that_its_campus_has(college: College):
    college.set(section, college.section, delivery_method_id=None)
    assert college.failing() == {"EX-P4": "the section has none"}


@pytest.mark.rule("EX-P5")
def test_a_section_names_its_lms_or_takes_the_default(college: College):
    college.set(campus_vendor, college.vendor_link, is_default=False)
    assert "neither the section nor the campus" in college.failing()["EX-P5"]
    college.set(section, college.section, vendor_id=college.vendor)
    assert college.failing() == {}


@pytest.mark.rule("EX-P8")
def test_a_course_that_is_missing_removed_or_of_another_lms(college: College, db: Database):
    with db.read() as tx:
        now = db.now(tx)
    college.set(lms_course, college.lms_course, removed_at=now)
    assert college.failing() == {"EX-P8": "ART-26: removed in the LMS"}
    college.set(lms_course, college.lms_course, removed_at=None, vendor_id=college.second)
    assert college.failing() == {"EX-P8": "ART-26: a course of another LMS"}
    college.set(section, college.section, lms_course_id=None)
    assert college.failing() == {"EX-P8": "not linked"}


@pytest.mark.rule("EX-P6")
def test_report_and_statement_agree_whatever_is_broken(college: College, db: Database):
    """Every combination of what can be broken by a value."""
    breaks = (
        (section_campus, college.owner, "owner"),
        (campus_term, college.term_link, "send_registrations"),
        (lms_vendor, college.vendor, "active"),
        (campus_vendor, college.vendor_link, "is_default"),
        (delivery_method, college.method, "active"),
    )
    for flags in product((True, False), repeat=len(breaks)):
        for (table, key, name), flag in zip(breaks, flags, strict=True):
            college.set(table, key, **{name: flag})
        assert (college.failing() == {}) == all(flags)


@pytest.mark.rule("EX-P9")
def test_exactly_one_account(college: College, db: Database):
    with db.write() as tx:
        people = [
            made(
                tx,
                learner,
                ukprn="1",
                ref=ref,
                ref_fold=ref,
                uln_state="none",
                family_name=ref,
                family_fold=ref,
                search_fold=ref,
            )
            for ref in ("a", "b", "c", "d")
        ]
        for one in people:
            made(tx, enrolment, learner_id=one, section_id=college.section, origin="hand")
        accounts = [(people[0], "1", False), (people[1], "2", False), (people[1], "3", False), (people[2], "4", True)]
        for who, number, clash in accounts:
            made(
                tx,
                lms_account,
                vendor_id=college.vendor,
                lms_user_number=number,
                learner_id=who,
                clash=clash,
                seen_at=db.now(tx),
            )
        made(tx, lms_account, vendor_id=college.second, lms_user_number="5", learner_id=people[3], seen_at=db.now(tx))
    with db.read() as tx:
        assert [row.ref for row in gates.without_account(tx, college.section)] == ["b", "c", "d"]
        one = gates.accounts().subquery()
        assert [tuple(row) for row in tx.execute(select(one).order_by(one.c.learner_id))] == [
            (college.vendor, people[0], "1"),
            (college.second, people[3], "5"),
        ]


def test_a_section_that_is_not_there_has_no_lines(db: Database):
    with db.read() as tx:
        assert gates.report(tx, 99) == ()
