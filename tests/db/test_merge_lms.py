"""*Merge Learners* and the LMS: it hears nothing twice and nothing unasked; what only a person can say is asked."""

import pytest
from sqlalchemy import insert, select, update

from app.db.tables import enrolment, extract_attempt, extract_record, lms_account
from app.errors import InputError
from app.learners import merge
from app.learners.merge import Comparison
from app.learners.merge_fields import Side
from app.lms import accounts_decided
from app.lms.extracts import queue
from app.tasks import TaskContext
from tests.builders import add_learner
from tests.lms.rows import MOMENT, add_account, add_course, add_enrolment, add_section
from tests.lms.sending import Sections


def compared(some: Sections, stays: int, goes: int) -> Comparison:
    return merge.compare(TaskContext(), some.db, some.user, stays, goes, in_this_order=True)


def answered(some: Sections, status: str = "processed") -> None:
    """Whatever is in the queue has been sent, and the LMS has said so."""
    some.judge()
    with some.db.write() as tx:
        tx.execute(update(extract_record).values(status=status, attempts=1))


def enrolment_of(some: Sections, learner_id: int):
    with some.db.read() as tx:
        rows = tx.execute(select(enrolment).where(enrolment.c.learner_id == learner_id)).all()
    return [row for row in rows if row.removed_at is None]


def test_who_was_sent_under_the_account_that_comes_along_is_not_sent_again(some: Sections):
    """On one section, the one with an account of which the LMS knows; the other stays."""
    at = some.section("5")
    stays = add_learner(some.db, 901)
    add_enrolment(some.db, stays, at)
    other = some.section("6")
    some.learner(2, at)
    some.learner(2, other)
    goes = some.learners[2]
    answered(some)
    merge.merge(some.db, some.user, compared(some, stays, goes), {})
    assert {row.section_id for row in enrolment_of(some, stays)} == {at, other}
    assert queue.judge(some.db, some.user).total == 0
    some.change(next(row.id for row in enrolment_of(some, stays) if row.section_id == at), status="dropped")
    assert queue.judge(some.db, some.user).drop == 1, "and a change of it goes out as ever"


def test_the_status_that_is_chosen_comes_with_what_the_lms_heard(some: Sections):
    at = some.section("5")
    some.learner(1, at, status="on_break")
    some.learner(2, at, user="9001b", status="current")
    stays, goes = some.learners[1], some.learners[2]
    answered(some)
    with some.db.write() as tx:  # one account after all
        tx.execute(update(lms_account).where(lms_account.c.learner_id == stays).values(learner_id=None))
    seen = compared(some, stays, goes)
    [line] = [one for one in seen.lines if one.key.startswith("enrolment")]
    assert (line.values, line.default, line.settled) == (("On break", "Current"), Side.STAYS, "")
    merge.merge(some.db, some.user, seen, {line.key: Side.GOES})
    [row] = enrolment_of(some, stays)
    assert (row.status, row.records) == ("current", 2)
    assert queue.judge(some.db, some.user).total == 0


@pytest.mark.parametrize("turned", [False, True])
def test_what_was_completed_stays_and_is_not_asked(some: Sections, turned: bool):
    at = add_section(some.db, None)
    one, other = add_learner(some.db), add_learner(some.db)
    add_enrolment(some.db, one, at, status="completed", complete=True)
    add_enrolment(some.db, other, at, status="current")
    seen = compared(some, *((other, one) if turned else (one, other)))
    [line] = [entry for entry in seen.lines if entry.key.startswith("enrolment")]
    assert (line.default, line.settled) == (Side(turned), "What was completed stays.")
    merge.merge(some.db, some.user, seen, {})
    assert [row.complete for row in enrolment_of(some, seen.stays.id)] == [True]


@pytest.mark.parametrize("how", ["ready", "transmitted", "under way"])
def test_a_change_that_waits_for_the_lms_is_sent_first(some: Sections, how: str):
    at = some.section("5")
    some.learner(1, at)
    some.learner(2, at)
    answered(some, "processed" if how == "under way" else how)
    if how == "under way":
        with some.db.write() as tx:
            key = tx.execute(select(extract_record.c.id)).scalars().first()
            values = {"record_id": key, "number": 1, "computer": "PC2", "payload": "{}", "started_at": MOMENT}
            tx.execute(insert(extract_attempt).values(values))
    seen = compared(some, some.learners[1], some.learners[2])
    assert len(seen.refusals) == 1
    assert "LMS Extract Statuses" in seen.refusals[0]
    with pytest.raises(InputError, match="waits for the LMS"):
        merge.merge(some.db, some.user, seen, {})
    assert len(enrolment_of(some, some.learners[2])) == 1


def test_two_accounts_are_a_clash_and_nothing_is_sent_until_somebody_decides(some: Sections):
    some.learner(1, some.section("5"))
    some.learner(2, some.section("6"))
    stays, goes = some.learners[1], some.learners[2]
    with some.db.write() as tx:
        tx.execute(update(lms_account).where(lms_account.c.learner_id == goes).values(matched_by="person"))
    seen = compared(some, stays, goes)
    assert any("Each has an account in the LMS" in note for note in seen.notes)
    merge.merge(some.db, some.user, seen, {})
    assert queue.judge(some.db, some.user).total == 0
    with some.db.read() as tx:
        unsettled = accounts_decided.unsettled(tx)
    assert {(one.user, one.clash) for one in unsettled} == {("9001", True), ("9002", True)}
    accounts_decided.decide(some.db, some.user, unsettled[0].id, stays)
    assert queue.judge(some.db, some.user).add == 2


def test_what_is_worth_knowing_before(some: Sections):
    course = add_course(some.db)
    one, other = add_learner(some.db, birth_date=None), add_learner(some.db, ukprn="10000001")
    for key in (one, other):
        add_enrolment(some.db, key, add_section(some.db, course))
    add_account(some.db, "1", one)
    told = " ".join(compared(some, one, other).notes)
    for words in ("two real ULNs", "two providers", "by different sections", "1 enrolment was never sent"):
        assert words in told
    assert "dates of birth" not in told
