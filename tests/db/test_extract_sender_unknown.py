"""The sender where nobody knows what became of a call, or somebody was quicker: look before sending again."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from app.access import User
from app.connectors.lms import Entry, OutcomeUnknownError, Trouble
from app.db.tables import (
    campus_vendor,
    extract_attempt,
    job_lock,
    lms_account,
    lms_vendor,
    section,
)
from app.errors import ServiceError, StopRunError
from app.lms.extracts import attempts
from tests.lms.fake_lms import FakeLms
from tests.lms.rows import add_course
from tests.lms.sending import TERM, Sections


def unknown(ends_run: bool = False) -> OutcomeUnknownError:
    return OutcomeUnknownError("The line broke.", code="SE-01", hint="Later.", ends_run=ends_run)


@pytest.mark.rule("EX-T2")
@pytest.mark.parametrize("ends_run", [False, True])
def test_where_nobody_knows_the_next_look_decides(some: Sections, lms: FakeLms, ends_run: bool):
    """The LMS dies inside a batch, having taken all of it."""
    some.learners_of(some.section("5"), range(3))
    lms.on_enrol = lambda entries: unknown(ends_run)
    if not ends_run:
        lms.failing["participants"] = ServiceError("Silent.", code="SE-19")
    some.send(lms)
    assert some.statuses() == [("add", "ready")] * 3
    assert some.results() == ["unknown"] * 3
    assert all(row.message.startswith("The line broke.") for row in some.records())
    lms.on_enrol = lambda entries: None
    lms.failing.clear()
    done = some.send(lms)
    assert some.statuses() == [("add", "processed")] * 3
    assert len(lms.enrolled) == 1, "nothing is sent twice unasked"
    assert (done.counts["sent"], done.counts["processed"]) == (0, 3)
    assert all(row.extracted_at is not None and row.attempts == 1 for row in some.records())


def test_where_it_had_taken_nothing_it_is_sent_again(some: Sections, lms: FakeLms):
    some.learners_of(some.section("5"), range(3))

    def die(entries: Sequence[Entry]) -> None:
        raise unknown()

    lms.on_enrol = die
    some.send(lms)
    assert some.results() == ["unknown"] * 3
    lms.on_enrol = lambda entries: None
    some.send(lms)
    assert some.statuses() == [("add", "processed")] * 3
    assert [row.attempts for row in some.records()] == [2, 2, 2]


def test_a_look_in_the_same_run_settles_it(some: Sections, lms: FakeLms):
    some.learners_of(some.section("5"), range(3))
    lms.on_enrol = lambda entries: unknown()
    some.send(lms)
    assert (some.statuses(), some.results()) == ([("add", "processed")] * 3, ["seen"] * 3)


@pytest.mark.rule("EX-R6")
def test_taken_back_before_anybody_knows_whether_it_was_sent(some: Sections, lms: FakeLms):
    """The Add arrived and its answer did not. It is not sent again, and the Drop does not wait behind it."""
    at = some.learner(1, some.section("5"))
    lms.on_enrol = lambda entries: unknown(True)
    some.send(lms)
    assert [one.active for one in lms.courses_of["5"].people] == [True]
    some.change(at, removed_at=datetime.now(UTC))
    lms.on_enrol = lambda entries: None
    some.send(lms)
    assert some.statuses(at) == [("add", "ready"), ("drop", "processed")]
    assert [one.active for one in lms.courses_of["5"].people] == [False]
    some.change(at, removed_at=None)
    some.send(lms)
    assert some.statuses(at) == [("add", "ready"), ("drop", "processed"), ("add", "processed")]
    assert [one.active for one in lms.courses_of["5"].people] == [True]
    assert [len(entries) for entries in lms.enrolled] == [1, 1, 1], "the first one was sent again"


@pytest.mark.rule("EX-R6")
def test_taken_back_after_a_call_that_surely_never_arrived(some: Sections, lms: FakeLms):
    """A Drop would be the first that the LMS hears of the learner."""

    def no_line(entries: object) -> None:
        raise StopRunError("No line.", code="SE-01", hint="Later.")

    at = some.learner(1, some.section("5"))
    lms.on_enrol = no_line
    some.send(lms)
    assert some.results() == ["not_reached"]
    lms.enrolled.clear()
    some.change(at, removed_at=datetime.now(UTC))
    lms.on_enrol = lambda entries: None
    some.send(lms)
    assert (some.statuses(at), lms.enrolled) == ([("add", "ready")], [])


@pytest.mark.rule("EX-R5")
def test_what_was_overtaken_keeps_nothing_waiting(some: Sections, lms: FakeLms):
    """A person says of the newer record that the LMS has it: the older one is not sent any more, the next one is."""
    at = some.learner(1, some.section("5"))
    some.judge()
    some.change(at, **TERM)
    some.judge()
    some.set_status(some.records(at)[1].id, "processed")
    some.send(lms)
    assert lms.enrolled == []
    some.change(at, status="on_break")
    some.send(lms)
    assert some.statuses(at) == [("add", "ready"), ("change", "processed"), ("change", "processed")]


def test_a_change_that_cannot_be_seen_is_sent_again(some: Sections, lms: FakeLms):
    """New dates of somebody who is active before and after: the list of participants proves nothing."""
    at = some.learner(1, some.section("5"))
    some.send(lms)
    some.change(at, **TERM)
    lms.on_enrol = lambda entries: unknown()
    some.send(lms)
    assert some.statuses(at)[1] == ("change", "ready")
    lms.on_enrol = lambda entries: None
    some.send(lms)
    assert some.statuses(at)[1] == ("change", "processed")
    assert len(lms.enrolled) == 3


def test_nothing_is_sent_where_the_lms_cannot_be_looked_at(some: Sections, lms: FakeLms):
    some.learners_of(some.section("5"), range(2))
    lms.on_enrol = lambda entries: unknown(True)
    some.send(lms)
    lms.failing["participants"] = ServiceError("Refused.", code="SE-12")
    done = some.send(lms)
    assert len(lms.enrolled) == 1
    assert [one.code for one in done.errors] == ["SE-12"]
    assert some.statuses() == [("add", "ready")] * 2


@pytest.mark.rule("EX-T4")
def test_a_late_answer_is_noted_and_not_applied(some: Sections, lms: FakeLms):
    at = some.learner(1, some.section("5"))
    lms.ignored = {"9001"}
    some.send(lms)
    [record] = some.records(at)
    some.set_status(record.id, "ready")
    lms.courses_of["5"].add(9001, None)
    lms.on_enrol = lambda entries: unknown(True)
    some.send(lms)
    [record] = some.records(at)
    assert (record.status, record.late_answer) == ("ready", "processed")
    lms.on_enrol = lambda entries: None
    some.send(lms)
    [record] = some.records(at)
    assert (record.status, record.late_answer, len(lms.enrolled)) == ("processed", None, 3)


@pytest.mark.rule("EX-T4")
@pytest.mark.parametrize(("set_to", "late"), [("rejected", None), ("ready", "processed")])
def test_a_person_who_is_quicker_than_the_answer(some: Sections, lms: FakeLms, set_to: str, late: str | None):
    at = some.learner(1, some.section("5"))
    some.judge()

    def meanwhile(entries: Sequence[Entry]) -> None:
        some.set_status(some.records(at)[0].id, set_to)

    lms.on_enrol = meanwhile
    done = some.send(lms)
    [record] = some.records(at)
    assert (record.status, record.late_answer) == (set_to, late)
    assert record.extracted_at is not None, "it went out all the same"
    assert done.counts["processed"] == 0


def test_the_account_changed_between_two_attempts(some: Sections, lms: FakeLms):
    at = some.learner(1, some.section("5"))
    lms.on_enrol = lambda entries: unknown(True)
    some.send(lms)
    with some.db.write() as tx:
        tx.execute(update(lms_account).values(lms_user_number="7777"))
    lms.on_enrol = lambda entries: None
    some.send(lms)
    assert [entries[0].user for entries in lms.enrolled] == ["9001", "7777"]
    assert (some.statuses(at), some.results()) == ([("add", "processed")], ["unknown", "accepted"])


def test_another_vendor_between_two_attempts(some: Sections, lms: FakeLms):
    at = some.learner(1, some.section("5"))
    lms.on_enrol = lambda entries: unknown(True)
    some.send(lms)
    with some.db.write() as tx:
        other = tx.execute(
            lms_vendor.insert().values(code="other", kind="moodle").returning(lms_vendor.c.id)
        ).scalar()
        tx.execute(update(campus_vendor).values(vendor_id=other))
    done = some.send(lms)
    assert (len(lms.enrolled), done.counts["waiting"]) == (1, 1)
    assert some.statuses(at) == [("add", "ready")]


def test_a_computer_that_never_returns(some: Sections, lms: FakeLms):
    """Its attempt is open for ever, its call may have been made: look first, in the next run wherever it is."""
    at = some.learner(1, some.section("5"))
    some.learner(2, 1)
    lms.on_enrol = lambda entries: unknown(True)
    some.send(lms)
    with some.db.write() as tx:
        tx.execute(update(extract_attempt).values(ended_at=None, result=None, computer="PC-GONE"))
    lms.courses_of["5"].people = [one for one in lms.courses_of["5"].people if one.user == "9001"]
    lms.on_enrol = lambda entries: None
    some.send(lms)
    assert some.statuses() == [("add", "processed")] * 2
    assert [[one.user for one in entries] for entries in lms.enrolled] == [["9001", "9002"], ["9002"]]
    assert some.results() == ["seen", "unknown", "accepted"]
    assert at


@pytest.mark.parametrize("code", [Trouble.COURSE_GONE, Trouble.COURSE_CLOSED_TO_US])
def test_a_computer_that_never_returns_and_a_course_that_does_not_answer(some: Sections, lms: FakeLms, code: Trouble):
    """Nobody will ever say what became of the attempt. Once the section is taught in another course it is sent
    there; as long as it is taught in this one it waits."""
    at = some.learner(1, taught := some.section("5"))
    lms.on_enrol = lambda entries: unknown(True)
    some.send(lms)
    with some.db.write() as tx:
        tx.execute(update(extract_attempt).values(ended_at=None, result=None, computer="PC-GONE"))
    lms.on_enrol = lambda entries: None
    lms.failing["5"] = ServiceError("Silent.", code=code)
    some.send(lms)
    assert (some.statuses(at), some.results(), len(lms.enrolled)) == ([("add", "ready")], [None], 1)
    lms.course("6")
    other = add_course(some.db, "6")
    with some.db.write() as tx:
        tx.execute(update(section).where(section.c.id == taught).values(lms_course_id=other))
    some.send(lms)
    some.send(lms)
    assert (some.statuses(at), some.results()) == ([("add", "processed")], ["unknown", "accepted"])
    assert [entries[0].course for entries in lms.enrolled] == ["5", "6"]


def test_a_computer_that_was_only_asleep(some: Sections, lms: FakeLms, user: User):
    """It wakes when another has taken over, looked and sent: its answer changes nothing any more."""
    at = some.learner(1, some.section("5"))
    other = FakeLms()
    other.course("5")
    states = []

    def doze(entries: Sequence[Entry]) -> None:
        with some.db.write() as tx:
            tx.execute(update(job_lock).values(alive_at=some.db.now(tx) - timedelta(seconds=61)))
        states.append(some.send(other).state)

    lms.on_enrol = doze
    done = some.send(lms)
    assert (states, done.state) == (["finished"], "failed")
    assert "another one has taken over" in done.messages[0]
    assert some.statuses(at) == [("add", "processed")]
    assert some.results() == ["unknown", "accepted"]


@pytest.mark.rule("EX-T3", "EX-R5")
def test_what_was_overtaken_is_said_so_and_not_looked_for_for_ever(some: Sections, lms: FakeLms):
    """A Drop was taken, but an older call came after it: the LMS lets the learner in, who is enrolled again since.
    Whoever was told to end that enrolment in the LMS would shut out the wrong person."""
    at = some.learner(1, some.section("5"))
    some.send(lms)
    lms.ignored = {"9001"}
    some.change(at, status="dropped")
    some.send(lms)
    assert some.statuses(at)[1] == ("drop", "transmitted")
    assert "still lets the learner" in some.records(at)[1].message
    some.change(at, status="current")
    some.send(lms)
    some.send(lms)
    assert some.statuses(at) == [("add", "processed"), ("drop", "transmitted"), ("add", "processed")]
    assert some.records(at)[1].message == attempts.OVERTAKEN
    looked = lms.asked["participants"]
    some.send(lms)
    assert lms.asked["participants"] == looked
