"""Drops of learners of whom the LMS shows no place: who never had one has none to leave."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from app.connectors.lms import EntriesRefusedError, Entry, Refusal
from app.db.tables import extract_attempt, lms_account, section
from app.lms.extracts import leaving
from tests.db.test_extract_sender_unknown import unknown
from tests.lms.fake_lms import FakeLms
from tests.lms.sending import Sections


def an_hour_later(some: Sections) -> None:
    """All that was sent was sent as much earlier."""
    with some.db.write() as tx:
        tx.execute(update(extract_attempt).values(started_at=some.db.now(tx) - timedelta(minutes=61)))


@pytest.mark.rule("EX-R4", "EX-R6")
@pytest.mark.parametrize("values", [{"removed_at": datetime.now(UTC)}, {"status": "dropped"}])
def test_a_drop_makes_no_place_of_somebody_whom_the_lms_does_not_show(
    some: Sections, lms: FakeLms, values: dict[str, Any]
):
    """Nobody knows what became of the Add. It may still arrive for a while; then what the LMS shows is its answer."""
    at, other = some.learner(1, taught := some.section("5")), some.learner(2, taught)

    def die(entries: Sequence[Entry]) -> None:
        raise unknown()

    lms.on_enrol = die
    some.send(lms)
    lms.courses_of["5"].add(9002, None)
    lms.on_enrol = lambda entries: None
    some.change(at, **values)
    some.send(lms)
    assert some.statuses(at) == [("add", "ready"), ("drop", "ready")]
    assert "may still arrive" in some.records(at)[1].message
    an_hour_later(some)
    done = some.send(lms)
    assert (some.statuses(at), some.statuses(other)) == (
        [("add", "ready"), ("drop", "processed")],
        [("add", "processed")],
    )
    drop = some.records(at)[1]
    assert (drop.message, drop.extracted_at, drop.attempts, drop.status_by) == (leaving.NO_PLACE, None, 0, None)
    assert drop.answered_at is not None
    assert (done.counts["processed"], len(lms.enrolled)) == (1, 1)
    assert [one.user for one in lms.courses_of["5"].people] == ["9002"]
    some.change(at, removed_at=None, status="current")
    some.send(lms)
    assert some.statuses(at)[2] == ("add", "processed"), "whoever comes back is put there"
    some.change(at, **values)
    some.send(lms)
    assert (some.statuses(at)[3], lms.enrolled[-1][0].suspended) == (("drop", "processed"), True)


@pytest.mark.rule("EX-R4")
def test_an_add_that_arrives_late_is_ended(some: Sections, lms: FakeLms):
    at = some.learner(1, taught := some.section("5"))
    some.learner(2, taught)

    def die(entries: Sequence[Entry]) -> None:
        raise unknown()

    lms.on_enrol = die
    some.send(lms)
    lms.courses_of["5"].add(9002, None)
    lms.on_enrol = lambda entries: None
    some.change(at, removed_at=datetime.now(UTC))
    some.send(lms)
    assert some.statuses(at)[1] == ("drop", "ready")
    lms.courses_of["5"].add(9001, None)
    some.send(lms)
    assert some.statuses(at) == [("add", "ready"), ("drop", "processed")]
    assert {one.user: one.active for one in lms.courses_of["5"].people} == {"9001": False, "9002": True}


def test_a_course_that_shows_nobody_proves_nothing(some: Sections, lms: FakeLms):
    """A service account that may not look is answered with an empty list: who may be inside is shut out, once what
    was sent can arrive no more."""
    at = some.learner(1, some.section("5"))
    lms.on_enrol = lambda entries: unknown(True)
    some.send(lms)
    [hidden] = lms.courses_of["5"].people
    lms.courses_of["5"].people.clear()
    lms.on_enrol = lambda entries: lms.courses_of["5"].people.append(hidden)
    some.change(at, removed_at=datetime.now(UTC))
    some.send(lms)
    assert (some.statuses(at)[1], len(lms.enrolled)) == (("drop", "ready"), 1)
    an_hour_later(some)
    some.send(lms)
    assert some.statuses(at)[1] == ("drop", "processed")
    assert lms.enrolled[-1][0].suspended


@pytest.mark.rule("EX-R4")
def test_an_add_that_arrives_late_is_ended_on_a_course_that_shows_nobody(some: Sections, lms: FakeLms):
    """The first ones of a new course: a Drop sent meanwhile would be undone by the Add."""
    at = some.learner(1, some.section("5"))

    def die(entries: Sequence[Entry]) -> None:
        raise unknown()

    lms.on_enrol = die
    some.send(lms)
    lms.on_enrol = lambda entries: None
    some.change(at, removed_at=datetime.now(UTC))
    some.send(lms)
    lms.courses_of["5"].people.clear()
    lms.courses_of["5"].add(9001, None)
    some.send(lms)
    assert some.statuses(at) == [("add", "ready"), ("drop", "processed")]
    assert [one.active for one in lms.courses_of["5"].people] == [False]


def test_who_is_withdrawn_before_anything_was_sent_never_comes_to_the_lms(some: Sections, lms: FakeLms):
    at = some.learner(1, some.section("5"))
    some.judge()
    some.change(at, status="dropped")
    done = some.send(lms)
    assert (lms.enrolled, some.statuses(at)) == ([], [("add", "ready"), ("drop", "processed")])
    assert done.counts["processed"] == 1


def test_a_place_that_was_given_by_hand_there_is_ended(some: Sections, lms: FakeLms):
    at = some.learner(1, some.section("5"))
    lms.courses_of["5"].add(9001, None)
    some.judge()
    some.change(at, status="dropped")
    some.send(lms)
    assert some.statuses(at)[1][1] == "processed"
    assert [one.active for one in lms.courses_of["5"].people] == [False]


@pytest.mark.parametrize("quicker", ["rejected", "ready"])
def test_a_person_who_is_quicker_than_what_settles_a_drop(some: Sections, lms: FakeLms, quicker: str):
    at = some.learner(1, some.section("5"))
    some.judge()
    some.change(at, status="dropped")
    lms.on_call = lambda call, course: (
        some.set_status(some.records(at)[1].id, quicker) if call == "participants" else None
    )
    some.send(lms)
    assert (some.statuses(at)[1], lms.enrolled) == (("drop", quicker), [])
    assert some.records(at)[1].late_answer is None, "the LMS answered nothing"


@pytest.mark.rule("EX-F5")
def test_a_drop_that_is_settled_keeps_when_it_was_sent_before(some: Sections, lms: FakeLms):
    """Refused once, resubmitted; meanwhile the place that was given by hand was taken away there."""

    def refuse(entries: Sequence[Entry]) -> None:
        raise EntriesRefusedError("No such account.", code="invaliduser", about=Refusal.ENTRY)

    at = some.learner(1, some.section("5"))
    lms.courses_of["5"].add(9001, None)
    some.judge()
    some.change(at, status="dropped")
    lms.on_enrol = refuse
    some.send(lms)
    drop = some.records(at)[1]
    assert (drop.status, drop.extracted_at is not None) == ("rejected", True)
    lms.courses_of["5"].people.clear()
    some.set_status(drop.id, "ready")
    some.send(lms)
    settled = some.records(at)[1]
    assert (settled.status, settled.message, settled.extracted_at) == (
        "processed",
        leaving.NO_PLACE,
        drop.extracted_at,
    )


@pytest.mark.rule("EX-R4")
def test_a_drop_that_was_settled_keeps_no_place_for_another_enrolment(some: Sections, lms: FakeLms):
    """The LMS never heard of the second section, and by now it never will: it is exported no more."""
    first = some.section("5")
    second = some.section_beside(first)
    never = some.learner(1, second)
    some.judge()
    some.change(never, status="dropped")
    some.send(lms)
    assert (some.statuses(never)[1], lms.enrolled) == (("drop", "processed"), [])
    with some.db.write() as tx:
        tx.execute(update(section).where(section.c.id == second).values(delivery_method_id=None))
    some.change(never, status="current")
    at = some.learner(1, first)
    some.send(lms)
    assert [one.active for one in lms.courses_of["5"].people] == [True]
    some.change(at, status="dropped")
    some.send(lms)
    assert [one.active for one in lms.courses_of["5"].people] == [False]


def test_a_drop_whose_account_is_decided_meanwhile_is_not_settled_by_the_other_one(some: Sections, lms: FakeLms):
    at = some.learner(1, some.section("5"))
    lms.courses_of["5"].add(7777, None)
    some.judge()
    some.change(at, status="dropped")

    def decide(call: str, course: str | None) -> None:
        if call == "participants":
            with some.db.write() as tx:
                tx.execute(update(lms_account).values(lms_user_number="7777"))

    lms.on_call = decide
    some.send(lms)
    assert some.statuses(at)[1] == ("drop", "processed")
    assert {one.user: one.active for one in lms.courses_of["5"].people} == {"7777": False}
