"""The sender against an LMS written by hand: what becomes of records, whatever it does (extract-statuses.md 3)."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app.access import User
from app.connectors.lms import EntriesRefusedError, Entry, Refusal
from app.db.database import Database
from app.db.tables import (
    change,
    extract_record,
    learner,
    operation,
    sync_run,
)
from app.errors import BusyError, ConflictError, ServiceError, StopRunError
from app.lms import settings
from app.lms.extracts import queue
from app.lms.settings import SyncSettings
from app.tasks import TaskContext
from tests.db.test_lms_looked_up import account
from tests.lms.fake_lms import FakeLms
from tests.lms.sending import TERM, Sections


def bad(*users: str, code: str = "invaliduser", about: Refusal = Refusal.ENTRY) -> Any:
    """Refuses every call with one of these users in it."""

    def refuse(entries: Sequence[Entry]) -> None:
        if any(one.user in users for one in entries):
            raise EntriesRefusedError("The LMS has no such account.", code=code, about=about, hint="Link it.")

    return refuse


@pytest.mark.rule("EX-T1", "EX-R2", "EX-H1", "EX-H3")
def test_what_is_ready_is_sent_and_what_is_seen_is_processed(some: Sections, lms: FakeLms):
    at = some.learner(1, some.section("5"), **TERM)
    done = some.send(lms)
    assert (done.state, done.counts["sent"], done.counts["processed"], done.counts["waiting"]) == (
        "finished",
        1,
        1,
        0,
    )
    assert lms.enrolled == [[Entry("5", "9001", TERM["starts"], TERM["ends"], False)]]
    [record] = some.records(at)
    assert (record.change, record.status, record.attempts, record.status_by) == ("add", "processed", 1, None)
    assert record.extracted_at
    assert record.answered_at
    assert record.extracted_at <= record.answered_at
    [attempt] = some.attempts()
    assert (attempt.result, attempt.run_id, attempt.number) == ("accepted", done.run_id, 1)
    with some.db.read() as tx:
        told = select(change.c.kind, change.c.after, operation.c.kind.label("operation"), operation.c.state)
        told = told.join(operation, operation.c.id == change.c.operation_id)
        rows = tx.execute(told.where(change.c.table_name == "extract_record").order_by(change.c.id)).all()
    assert [row.operation for row in rows] == ["extracts_queued", "lms_sender", "lms_sender"]
    assert [row.state for row in rows] == ["done"] * 3
    assert "transmitted" in rows[1].after
    assert "processed" in rows[2].after


def test_nothing_is_sent_twice(some: Sections, lms: FakeLms):
    some.learner(1, some.section("5"))
    some.send(lms)
    again = some.send(lms)
    assert len(lms.enrolled) == 1
    assert (again.state, again.counts["sent"]) == ("finished", 0)
    assert len(some.records()) == 1


@pytest.mark.rule("EX-T1")
def test_null_proves_nothing(some: Sections, lms: FakeLms):
    at = some.learner(1, some.section("5"))
    lms.ignored = {"9001"}
    some.send(lms)
    [record] = some.records(at)
    assert record.status == "transmitted"
    assert "does not show" in record.message
    lms.courses_of["5"].add(9001, None)
    some.send(lms)
    [record] = some.records(at)
    assert (record.status, record.message, len(lms.enrolled)) == ("processed", None, 1)


@pytest.mark.rule("EX-T3")
def test_a_run_says_how_many_are_overdue_by_the_setting(some: Sections, lms: FakeLms, user: User):
    some.learner(1, some.section("5"))
    lms.ignored = {"9001"}
    some.send(lms)
    with some.db.write() as tx:
        tx.execute(update(extract_record).values(extracted_at=some.db.now(tx) - timedelta(hours=30)))
    words = "1 overdue: sent more than 24 hours ago, and the LMS does not show them."
    assert some.send(lms).messages == (words,)
    settings.save(some.db, user, SyncSettings(overdue_hours=31))
    assert some.send(lms).messages == ()


def test_somebody_with_a_second_method_stays_active(some: Sections, lms: FakeLms):
    at = some.learner(1, some.section("5"))
    some.send(lms)
    lms.by_another_method = {"9001"}
    some.change(at, status="dropped", status_on=date(2026, 11, 20))
    some.send(lms)
    assert some.statuses(at) == [("add", "processed"), ("drop", "transmitted")]
    assert "another method" in some.records(at)[1].message
    assert lms.enrolled[1][0].suspended


@pytest.mark.rule("EX-R4")
def test_what_is_sent_is_the_enrolment_as_it_is(some: Sections, lms: FakeLms):
    at = some.learner(1, some.section("5"))
    some.judge()
    some.change(at, **TERM)
    some.judge()
    some.send(lms)
    assert some.statuses(at) == [("add", "processed"), ("change", "processed")]
    assert [entries[0].starts for entries in lms.enrolled] == [TERM["starts"], TERM["starts"]]


@pytest.mark.rule("EX-R5")
def test_never_an_older_change_after_a_newer_one(some: Sections, lms: FakeLms):
    at = some.learner(1, some.section("5"))
    some.judge()
    some.change(at, status="dropped")
    some.judge()
    _add, drop = some.records(at)
    some.set_status(drop.id, "processed")
    done = some.send(lms)
    assert (lms.enrolled, done.counts["waiting"]) == ([], 1)
    some.set_status(drop.id, "rejected")
    some.send(lms)
    assert some.statuses(at) == [("add", "processed"), ("drop", "rejected")]


@pytest.mark.rule("EX-R6")
def test_a_registration_that_is_gone_is_not_sent(some: Sections, lms: FakeLms):
    at = some.learner(1, some.section("5"))
    some.judge()
    with some.db.read() as tx:
        now = some.db.now(tx)
    some.change(at, removed_at=now)
    done = some.send(lms)
    assert (lms.enrolled, some.statuses(at), done.counts["waiting"]) == ([], [("add", "ready")], 1)


@pytest.mark.rule("EX-R6")
@pytest.mark.parametrize("why", ["removed_at", "merged_into_id"])
def test_nothing_is_sent_of_a_learner_who_is_not_here_any_more(some: Sections, lms: FakeLms, why: str):
    at = some.learner(1, some.section("5"))
    other = some.learner(2, some.section("6"))
    some.judge()
    with some.db.write() as tx:
        gone = some.db.now(tx) if why == "removed_at" else some.learners[2]
        tx.execute(update(learner).where(learner.c.id == some.learners[1]).values({why: gone}))
    lms.course("6")
    some.send(lms)
    assert [[one.user for one in entries] for entries in lms.enrolled] == [["9002"]]
    assert (some.statuses(at), some.statuses(other)) == ([("add", "ready")], [("add", "processed")])


@pytest.mark.rule("EX-P7")
def test_a_gate_that_was_lost_since(some: Sections, lms: FakeLms):
    at = some.learner(1, some.section("5"))
    some.judge()
    some.open_gates(False)
    done = some.send(lms)
    assert (lms.enrolled, some.statuses(at), done.counts["waiting"]) == ([], [("add", "ready")], 1)
    assert some.records(at)[0].attempts == 0
    some.open_gates()
    some.send(lms)
    assert some.statuses(at) == [("add", "processed")]


@pytest.mark.rule("EX-P7")
def test_a_gate_that_is_lost_while_a_run_is_under_way(some: Sections, lms: FakeLms):
    lms.entries_at_once = 1
    for number in (1, 2):
        some.learner(number, some.section("5") if number == 1 else 1)

    def lose(entries: Sequence[Entry]) -> None:
        some.open_gates(False)

    lms.on_enrol = lose
    done = some.send(lms)
    assert (done.counts["sent"], done.counts["waiting"]) == (1, 1)
    assert some.statuses() == [("add", "processed"), ("add", "ready")]


def test_one_bad_entry_in_two_hundred(some: Sections, lms: FakeLms):
    at = some.section("5")
    some.learners_of(at, range(200))
    lms.on_enrol = bad("9117")
    done = some.send(lms)
    assert (done.counts["sent"], done.counts["processed"], done.counts["rejected"]) == (199, 199, 1)
    assert done.state == "messages"
    [refused] = [row for row in some.records() if row.status == "rejected"]
    assert "The LMS has no such account." in refused.message
    assert "(invaliduser)" in refused.message
    assert len(lms.enrolled) <= 17, "by halves"
    [attempt] = [row for row in some.attempts() if row.result == "refused"]
    assert (attempt.record_id, attempt.code) == (refused.id, "invaliduser")
    assert refused.answered_at
    assert refused.extracted_at


def test_a_course_that_is_gone_is_asked_about_once(some: Sections, lms: FakeLms):
    some.learners_of(some.section("5"), range(8))
    lms.on_enrol = bad(*(str(9000 + number) for number in range(8)), code="invalidparameter")
    done = some.send(lms)
    assert (done.counts["rejected"], len(lms.enrolled), lms.asked["whereabouts"]) == (8, 1, 1)


@pytest.mark.rule("EX-T2", "EX-R2")
@pytest.mark.parametrize(
    "error",
    [StopRunError("Closed.", code="SE-05"), BusyError("Busy.", code="SE-06", retry_after=0.001)],
    ids=["closed", "busy"],
)
def test_what_did_not_reach_the_lms_stays_ready(some: Sections, lms: FakeLms, error: ServiceError):
    at = some.learner(1, some.section("5"))

    def fail(entries: Sequence[Entry]) -> None:
        raise error

    lms.on_enrol = fail
    done = some.send(lms)
    assert (done.state, done.failed_by) == ("failed", error.code)
    [record] = some.records(at)
    assert (record.status, record.attempts, record.extracted_at) == ("ready", 1, None)
    assert record.message.startswith(error.message)
    assert some.results() == ["not_reached"]
    lms.on_enrol = lambda entries: None
    some.send(lms)
    [record] = some.records(at)
    assert (record.status, record.attempts, record.message) == ("processed", 2, None)


@pytest.mark.rule("EX-R1", "EX-R2")
def test_a_processed_record_is_sent_again_where_a_person_wishes_it(some: Sections, lms: FakeLms):
    at = some.learner(1, some.section("5"))
    some.send(lms)
    [before] = some.records(at)
    some.set_status(before.id, "ready")
    lms.failing["enrol"] = StopRunError("Closed.", code="SE-05")
    some.send(lms)
    [record] = some.records(at)
    assert (record.id, record.status, record.attempts, record.late_answer) == (before.id, "ready", 2, None)
    lms.failing.clear()
    some.send(lms)
    assert some.statuses(at) == [("add", "processed")]
    assert some.results() == ["accepted", "not_reached", "accepted"]


def test_a_course_that_is_closed_to_the_account(some: Sections, lms: FakeLms):
    """One of two: its records are refused. Both: it is the account, and they wait."""
    lms.course("6")
    some.learner(1, some.section("5"))
    some.learner(2, some.section("6"))
    lms.on_enrol = bad("9001", "9002", code="nopermissions", about=Refusal.CLOSED)
    done = some.send(lms)
    assert (done.state, done.failed_by, some.statuses()) == ("failed", "SE-12", [("add", "ready")] * 2)
    assert some.results() == ["not_reached"] * 2
    lms.on_enrol = bad("9001", code="nopermissions", about=Refusal.CLOSED)
    some.send(lms)
    assert some.statuses() == [("add", "rejected"), ("add", "processed")]


def test_an_unknown_refusal_stays_ready(some: Sections, lms: FakeLms):
    some.learners_of(some.section("5"), range(4))
    lms.on_enrol = bad("9002", code="Error", about=Refusal.UNKNOWN)
    done = some.send(lms)
    assert [row.status for row in some.records()] == ["processed", "processed", "ready", "processed"]
    assert [one.code for one in done.errors] == ["SE-19"]


def test_cancelled_in_the_middle(some: Sections, lms: FakeLms):
    lms.entries_at_once, lms.parallel = 2, 1
    some.learners_of(some.section("5"), range(6))
    context = TaskContext()

    def stop(entries: Sequence[Entry]) -> None:
        if len(lms.enrolled) == 2:
            context.cancel()

    lms.on_enrol = stop
    done = some.send(lms, context)
    assert done.state == "cancelled"
    assert all(row.ended_at is not None for row in some.attempts())
    lms.on_enrol = lambda entries: None
    some.send(lms)
    assert some.statuses() == [("add", "processed")] * 6


def test_an_account_nobody_knew_is_looked_up_first(some: Sections, lms: FakeLms):
    at = some.learner(1, some.section("5"), None)
    assert some.judge() == queue.QueueSummary()
    lms.on_site = [account(77, "240001")]
    some.send(lms)
    assert some.statuses(at) == [("add", "processed")]
    assert lms.enrolled[0][0].user == "77"
    assert lms.looked_up == [("idnumber", ["240001"])]


def test_one_run_at_a_time(some: Sections, lms: FakeLms, db: Database):
    some.learner(1, some.section("5"))
    errors = []

    def other(entries: Sequence[Entry]) -> None:
        with pytest.raises(ConflictError) as caught:
            some.send(FakeLms())
        errors.append(caught.value)

    lms.on_enrol = other
    some.send(lms)
    assert len(errors) == 1
    assert some.statuses() == [("add", "processed")]
    with db.read() as tx:
        assert tx.execute(select(sync_run.c.kind, sync_run.c.state)).all() == [("sender", "finished")]
        assert tx.execute(select(extract_record.c.version)).scalar_one() == 3


def test_a_service_that_does_not_offer_enrolling(some: Sections, lms: FakeLms):
    some.learner(1, some.section("5"))
    lms.enrols = False
    done = some.send(lms)
    assert (done.state, done.failed_by, lms.enrolled) == ("failed", "SE-04", [])
