"""Two sections with one course of the LMS: the place there is what the enrolments of a learner together ask for."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from app.access import User
from app.connectors.lms import Entry, OutcomeUnknownError
from app.db.database import Database
from app.db.tables import section
from app.lms.extracts import course_status, places, why_not_there
from app.lms.extracts.course_job import KEPT
from app.lms.extracts.course_status import Step
from tests.lms.fake_lms import FakeLms
from tests.lms.sending import Sections

TODAY = date.today()
AUTUMN = {"starts": TODAY - timedelta(days=60), "ends": TODAY + timedelta(days=20)}
SPRING = {"starts": TODAY - timedelta(days=20), "ends": TODAY + timedelta(days=200)}


class Pair:
    """Learner 1 on two sections, both taught in course 5; learner 2 on the first one only."""

    def __init__(self, db: Database, user: User) -> None:
        self.some = Sections(db, user)
        self.lms = FakeLms()
        self.lms.course("5")
        first = self.some.section("5")
        self.sections = [first, self.some.section_beside(first)]
        self.first = self.some.learner(1, self.sections[0], **AUTUMN)
        self.second = self.some.learner(1, self.sections[1], **SPRING)
        self.alone = self.some.learner(2, self.sections[0], **AUTUMN)

    def send(self) -> None:
        self.some.send(self.lms)

    def step(self, step: Step, *at: int) -> course_status.CourseStatusSummary:
        return course_status.change(self.some.db, self.some.user, at, step)

    def last(self) -> Entry:
        """What was sent last of learner 1."""
        return [one for call in self.lms.enrolled for one in call if one.user == "9001"][-1]

    @property
    def let_in(self) -> dict[str, bool]:
        return {one.user: one.active for one in self.lms.courses_of["5"].people}

    def message(self) -> Any:
        """Of the last attempt."""
        return self.some.attempts()[-1].message


@pytest.fixture
def pair(db: Database, user: User) -> Pair:
    return Pair(db, user)


@pytest.mark.rule("EX-R4")
def test_who_is_withdrawn_from_one_of_two_keeps_the_place_for_the_other(pair: Pair):
    pair.send()
    assert pair.last() == Entry("5", "9001", AUTUMN["starts"], SPRING["ends"], False), (
        "from the first day to the last"
    )
    pair.step(Step.WITHDRAW, pair.first, pair.alone)
    pair.send()
    assert pair.last() == Entry("5", "9001", SPRING["starts"], SPRING["ends"], False)
    assert pair.let_in == {"9001": True, "9002": False}
    assert pair.some.statuses(pair.first) == [("add", "processed"), ("drop", "processed")]
    told = {row.message for row in pair.some.attempts() if row.record_id == pair.some.records(pair.first)[1].id}
    assert (told, pair.some.records(pair.first)[1].message) == ({KEPT}, None)
    why = why_not_there.stopped_at(why_not_there.look(pair.some.db, pair.some.user, pair.first).findings)
    assert why is not None
    assert "keeps their place" in why.advice
    pair.step(Step.WITHDRAW, pair.second)
    pair.send()
    assert pair.last() == Entry("5", "9001", SPRING["starts"], SPRING["ends"], True), "the last of them closes it"
    assert pair.let_in == {"9001": False, "9002": False}
    assert pair.message() is None
    pair.step(Step.BACK, pair.first)
    pair.send()
    assert (pair.last().suspended, pair.last().ends) == (False, AUTUMN["ends"])


@pytest.mark.rule("EX-R4")
@pytest.mark.parametrize("values", [{"status": "on_break"}, {"status": "completed"}, "removed"])
def test_what_another_enrolment_does_for_the_place(pair: Pair, values: Any):
    """A break lets nobody in, a completion does, and what was taken back does not."""
    pair.send()
    with pair.some.db.read() as tx:
        values = {"removed_at": pair.some.db.now(tx)} if values == "removed" else values
    pair.some.change(pair.second, **values)
    pair.step(Step.WITHDRAW, pair.first)
    pair.send()
    assert pair.let_in["9001"] is (values.get("status") == "completed")


def test_moved_from_one_to_the_other(pair: Pair):
    """The learner of one section is moved to the other one, before anything else is sent."""
    pair.send()
    pair.step(Step.WITHDRAW, pair.alone)
    moved = pair.some.learner(2, pair.sections[1], **SPRING)
    pair.send()
    mine = [one for call in pair.lms.enrolled[1:] for one in call if one.user == "9002"]
    assert mine == [Entry("5", "9002", SPRING["starts"], SPRING["ends"], False)] * 2, "at no moment shut out"
    assert pair.some.statuses(pair.alone) == [("add", "processed"), ("drop", "processed")]
    assert pair.some.statuses(moved) == [("add", "processed")]


@pytest.mark.rule("EX-P7")
def test_an_enrolment_the_lms_never_hears_of_keeps_nothing(pair: Pair):
    """The second section is not exported: it neither opens the place nor keeps it, before it was ever sent."""
    with pair.some.db.write() as tx:
        tx.execute(update(section).where(section.c.id == pair.sections[1]).values(delivery_method_id=None))
    pair.send()
    assert pair.last().ends == AUTUMN["ends"]
    pair.step(Step.WITHDRAW, pair.first)
    pair.send()
    assert pair.let_in["9001"] is False


@pytest.mark.rule("EX-P7")
def test_a_gate_that_is_lost_does_not_shut_out_whom_it_had_let_in(pair: Pair):
    pair.send()
    with pair.some.db.write() as tx:
        tx.execute(update(section).where(section.c.id == pair.sections[1]).values(delivery_method_id=None))
    pair.step(Step.WITHDRAW, pair.first)
    pair.send()
    assert pair.let_in["9001"] is True


def test_an_unknown_outcome_of_a_shared_place_is_sent_again(pair: Pair):
    """That the LMS lets the learner in proves nothing: the other enrolment may have brought it about."""
    pair.some.change(pair.second, status="dropped")
    pair.send()
    pair.step(Step.BACK, pair.second)

    def silent(entries: Any) -> Exception:
        return OutcomeUnknownError("The line broke.", code="SE-01", hint="Later.", ends_run=True)

    pair.lms.on_enrol = silent
    pair.send()
    pair.lms.on_enrol = lambda entries: None
    pair.send()
    assert pair.some.statuses(pair.second) == [("add", "processed")]
    assert [row.result for row in pair.some.attempts() if row.record_id == pair.some.records(pair.second)[0].id] == [
        "unknown",
        "accepted",
    ]


def test_a_drop_not_seen_yet_is_held_against_what_is_asked_by_now(pair: Pair):
    """Sent as a suspension, not heard of; then the learner came to the other section: nobody is told to end it."""
    pair.send()
    pair.lms.ignored = {"9002"}
    pair.step(Step.WITHDRAW, pair.alone)
    pair.send()
    assert pair.some.statuses(pair.alone)[1] == ("drop", "transmitted")
    pair.lms.ignored = set()
    pair.some.learner(2, pair.sections[1], **SPRING)
    pair.send()
    pair.send()
    assert pair.some.statuses(pair.alone)[1] == ("drop", "processed")
    assert pair.let_in["9002"] is True


def test_an_enrolment_that_leads_nowhere_has_no_place(pair: Pair):
    with pair.some.db.write() as tx:
        tx.execute(update(section).where(section.c.id == pair.sections[1]).values(lms_course_id=None))
    with pair.some.db.read() as tx:
        found = places.asked(tx, [pair.first, pair.second])
    assert list(found) == [pair.first]
    assert not found[pair.first].shared
