"""Why is this learner not in the LMS? From the enrolment to the gradebook, and it stops at the first thing wrong."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from app import access
from app.access import Rights, Role, User
from app.db.database import Database
from app.db.tables import enrolment, extract_attempt, extract_record, lms_account, lms_course, user_campus
from app.errors import AccessError, ConflictError
from app.lms.extracts import queue, why_asked, why_not_there
from app.lms.extracts.why_not_there import Finding, Remedy
from app.lms.sections import section, things, things_save
from app.lms.sections.section import Section
from app.lms.sections.things import DEFAULT, SEND_REGISTRATIONS, SEND_SECTIONS, Thing, What
from app.tasks import TaskContext
from tests.builders import add_campus, add_learner, user_with
from tests.lms.fake_lms import FakeLms, broken, person
from tests.lms.rows import MOMENT, add_account, add_course, add_enrolment, vendor


@dataclass
class College:
    """One enrolment whose gates hold, its ids, and the LMS behind it."""

    db: Database
    user: User
    lms: FakeLms
    north: int
    section_id: int
    learner_id: int
    enrolment_id: int
    lms_course_id: int

    def look(self, user: User | None = None) -> why_not_there.Looked:
        return why_not_there.look(self.db, user or self.user, self.enrolment_id)

    def stops(self) -> Finding:
        found = why_not_there.stopped_at(self.look().findings)
        assert found is not None
        return found

    def ask(self, user: User | None = None) -> tuple[Finding, ...]:
        looked = self.look()
        assert looked.asks
        with self.db.read() as tx:
            rights = access.rights(tx, user or self.user)
        return why_asked.ask(TaskContext(), self.lms, rights, looked)

    def set(self, table: Any, **values: Any) -> None:
        with self.db.write() as tx:
            tx.execute(update(table).values(values))

    def sent(self, status: str, result: str | None = "accepted", message: str | None = None) -> None:
        """The record was handed over, and this came of it."""
        queue.judge(self.db, self.user)
        self.set(extract_record, status=status, attempts=1, extracted_at=MOMENT, message=message)
        with self.db.write() as tx:
            values = {"record_id": 1, "number": 1, "computer": "PC-1", "payload": "{}", "started_at": MOMENT}
            ended = MOMENT if result is not None else None
            tx.execute(insert(extract_attempt).values(**values, ended_at=ended, result=result, message=message))


@pytest.fixture
def college(db: Database, user: User) -> College:
    lms = FakeLms()
    lms.course("7").add(11, "240001", 5.0)
    north = add_campus(db, "N", "North")
    both = frozenset({SEND_SECTIONS, SEND_REGISTRATIONS})
    term = things_save.save(db, user, None, Thing(What.TERM, code="2627", links={north: both})).id
    wanted = Thing(What.METHOD, code="ONLINE", export_to_lms=True, links={north: frozenset()})
    method = things_save.save(db, user, None, wanted).id
    vendor(db)
    with db.read() as tx:
        moodle = things.listed(tx, What.VENDOR)[0]
    things_save.save(db, user, moodle, replace(moodle, links={north: frozenset({DEFAULT})}))
    here = add_course(db, "7")
    new = Section(course_code="A", term_id=term, owner=north, delivery_method_id=method, lms_course_id=here)
    key = section.save(db, user, None, new).id
    learner_id = add_learner(db, 1)
    add_account(db, "11", learner_id)
    at = add_enrolment(db, learner_id, key)
    return College(db, user, lms, north, key, learner_id, at, here)


def change_section(college: College, **values: Any) -> None:
    with college.db.read() as tx:
        before = section.read(tx, college.section_id)
    assert before is not None
    section.save(college.db, college.user, before, replace(before, **values))


def change_thing(college: College, what: What, **values: Any) -> None:
    with college.db.read() as tx:
        before = next(one for one in things.listed(tx, what) if not one.is_no_term)
    things_save.save(college.db, college.user, before, replace(before, **values))


YESTERDAY = date.today() - timedelta(days=1)
WRONG = [
    (lambda one: one.set(enrolment, removed_at=MOMENT), "Enrolment", Remedy.ENROL),
    (lambda one: one.set(enrolment, status="dropped"), "Enrolment", Remedy.NONE),
    (lambda one: one.set(enrolment, status="on_break"), "Enrolment", Remedy.NONE),
    (lambda one: one.set(enrolment, ends=YESTERDAY), "Enrolment", Remedy.NONE),
    (lambda one: change_section(one, owner=None), "Owning campus", Remedy.SECTION),
    (lambda one: change_thing(one, What.TERM, links={}), "Term", Remedy.TERMS),
    (
        lambda one: change_thing(one, What.METHOD, export_to_lms=False),
        "Delivery method of the campus",
        Remedy.METHODS,
    ),
    (lambda one: change_section(one, delivery_method_id=None), "Delivery method of the section", Remedy.SECTION),
    (lambda one: change_thing(one, What.VENDOR, links={}), "LMS of the section", Remedy.SECTION),
    (lambda one: change_thing(one, What.VENDOR, active=False), "LMS of the campus", Remedy.VENDORS),
    (lambda one: change_section(one, lms_course_id=None), "Course in the LMS", Remedy.SECTION),
    (lambda one: one.set(lms_account, clash=True), "LMS account", Remedy.ACCOUNTS),
    (lambda one: one.set(lms_account, learner_id=None), "LMS account", Remedy.ACCOUNTS),
    (lambda one: None, "Record", Remedy.SEND),
    (lambda one: queue.judge(one.db, one.user), "Record", Remedy.SEND),
    (lambda one: one.sent("rejected", "refused", "No such role."), "Record", Remedy.EXTRACTS),
    (lambda one: one.sent("transmitted", "unknown"), "Attempts", Remedy.SEND),
    (lambda one: one.sent("transmitted", None), "Attempts", Remedy.NONE),
    (lambda one: (one.sent("processed"), one.set(lms_course, state="hidden")), "Course of the LMS", Remedy.COURSES),
    (lambda one: (one.sent("processed"), one.set(lms_course, visible=False)), "Course of the LMS", Remedy.COURSES),
]


@pytest.mark.rule("EX-P0", "EX-P1", "EX-P2", "EX-P3", "EX-P4", "EX-P5", "EX-P8", "EX-P9")
@pytest.mark.parametrize("number", range(len(WRONG)))
def test_it_stops_at_the_first_thing_wrong_with_the_way_to_its_remedy(college: College, number: int):
    spoil, what, remedy = WRONG[number]
    spoil(college)
    looked = college.look()
    *before, last = looked.findings
    assert (last.what, last.holds, last.remedy) == (what, False, remedy)
    assert all(one.holds for one in before)
    assert last.found
    assert last.advice.endswith(".")
    assert not looked.asks
    assert college.lms.asked == {}, "nothing is asked of the LMS where the answer is here"


def test_what_the_service_said_of_a_refused_record_is_told(college: College):
    college.sent("rejected", "refused", "No such role.")
    assert college.stops().advice.startswith("No such role.")


def test_where_all_holds_here_the_lms_is_asked(college: College):
    college.sent("processed")
    asked = college.ask()
    assert [(one.what, one.holds) for one in asked] == [("Participants", True), ("Gradebook", True)]
    assert why_not_there.stopped_at((*college.look().findings, *asked)) is None


def test_an_adopted_learner_needs_no_record(college: College):
    college.set(enrolment, origin="adopted")
    assert college.look().asks


def test_the_lms_does_not_show_the_learner(college: College):
    college.sent("processed")
    here = college.lms.courses_of["7"]
    here.people = [person(12)]
    [one] = college.ask()
    assert (one.what, one.holds, one.remedy) == ("Participants", False, Remedy.EXTRACTS)
    here.people = [person(11, active=False)]
    [one] = college.ask()
    assert (one.holds, one.remedy) == (False, Remedy.EXTRACTS)
    college.set(enrolment, starts=date.today() + timedelta(days=3))
    [one] = college.ask()
    assert one.holds is None, "not begun yet is nothing wrong"
    assert one.found.startswith("on the course, let in from")


def test_on_the_course_but_not_in_the_gradebook(college: College):
    college.sent("processed")
    college.lms.courses_of["7"].rows.clear()
    first, second = college.ask()
    assert first.holds
    assert (second.what, second.holds, second.remedy) == ("Gradebook", False, Remedy.COMPARE)


def test_an_lms_that_cannot_be_asked_is_what_is_found(college: College):
    college.sent("processed")
    college.lms.failing["7"] = broken("SE-03")
    [one] = college.ask()
    assert (one.holds, one.remedy) == (None, Remedy.TEST)
    assert "Broken" in one.found
    looked = college.look()
    [one] = why_asked.ask(TaskContext(), None, Rights(frozenset(Role), ()), looked)
    assert one.found == "no LMS is set up"
    [one] = college.ask(user_with(college.db, Role.EXTRACT_EDITOR))
    assert one.found == "not asked"


@pytest.mark.rule("EX-A3")
def test_only_about_sections_of_ones_campuses(college: College):
    south = add_campus(college.db, "S", "South")
    user = user_with(college.db, Role.LMS_ADMINISTRATOR)
    with college.db.write() as tx:
        tx.execute(insert(user_campus).values(user_id=user.id, campus_id=south))
    with pytest.raises(AccessError):
        college.look(user)
    with college.db.read() as tx:
        scope = access.campuses(tx, user)
        assert why_not_there.places_of(tx, college.learner_id, scope) == []
        [place] = why_not_there.places_of(tx, college.learner_id, None)
    assert (place.id, place.title, place.status) == (college.enrolment_id, "A · 2627 · 1 · A", "current")
    with pytest.raises(ConflictError):
        why_not_there.look(college.db, college.user, 999)
