"""Learners with an enrolment whose account nobody knows are looked up in the LMS, once a run (SE-20): an account that
is on no course of theirs is found by nothing else."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from app.connectors.lms import LmsCalls, Participant
from app.db.among import among
from app.db.tables import enrolment, learner
from app.errors import ServiceError
from app.history import Operation
from app.lms import accounts
from app.lms.accounts import Matching
from app.lms.errors import Found, of_enrolment
from app.lms.run import Run
from app.tasks import TaskContext

_Learner = Row[Any]
"""at (the enrolment), id, ref, email"""
MOST = 1000
"""Learners of one run; the next one takes the following ones."""


def look_up(context: TaskContext, run: Run, calls: LmsCalls, vendor_id: int) -> None:
    """Ask about the learners whose accounts the run did not meet, by ID number and then by e-mail, and keep what is
    found. Their errors then tell that the account is not on the course (SE-21), or that it is not plain whose it is.

    A look-up that fails is told of, and ends nothing. Raises Cancelled, ConflictError, DatabaseError.
    """
    unknown = {one.enrolment_id for one in run.found if one.code == "SE-20" and one.enrolment_id is not None}
    if not unknown:
        return
    with run.db.read() as tx:
        learners = _learners(tx, sorted(unknown))
    matching = find(context, run, calls, vendor_id, learners)
    if matching is not None:
        whose = {row.at: row.id for row in learners}
        users = matching.user_of()
        run.found = [_told(one, whose, matching, users) for one in run.found]


def find(context: TaskContext, run: Run, calls: LmsCalls, vendor_id: int, learners: Sequence[Any]) -> Matching | None:
    """Look for the accounts of `learners` (rows with id, ref, email), by ID number and then by e-mail, and keep what
    is found; None if that is nothing, or if the LMS could not be asked, of which the run tells. Raises Cancelled,
    ConflictError, DatabaseError."""
    context.report(0, 0, "Looking for the accounts of learners")
    try:
        people = _people(calls, _turn(list({row.id: row for row in learners}.values()), run.id))
    except ServiceError:
        context.raise_if_cancelled()  # a call that was cut short is no failure
        run.say("The accounts of learners without one could not be looked up; the next run asks again.")
        return None
    return _keep(run, vendor_id, people) if people else None


def _learners(tx: Connection, enrolment_ids: Sequence[int]) -> Sequence[Any]:
    query = select(enrolment.c.id.label("at"), learner.c.id, learner.c.ref, learner.c.email)
    joined = query.join(learner, learner.c.id == enrolment.c.learner_id)
    return list(tx.execute(joined.where(among(enrolment.c.id, enrolment_ids)).order_by(learner.c.id)))


def _turn(learners: Sequence[_Learner], run_id: int) -> list[_Learner]:
    """As many as are asked about in one run, beginning elsewhere in each."""
    first = run_id * MOST % len(learners) if len(learners) > MOST else 0
    return [*learners[first:], *learners[:first]][:MOST]


def _people(calls: LmsCalls, learners: Sequence[_Learner]) -> list[Participant]:
    found = {one.user: one for one in calls.accounts("idnumber", [row.ref for row in learners])}
    numbers = {one.id_number for one in found.values()}
    emails = [row.email for row in learners if row.email and row.ref not in numbers]
    found |= {one.user: one for one in calls.accounts("email", emails)} if emails else {}
    return [
        Participant(one.user, one.id_number, one.email, one.full_name, student=True, active=False)
        for one in found.values()
        if not one.deleted
    ]


def _keep(run: Run, vendor_id: int, people: Sequence[Participant]) -> Matching:
    operation: Operation | None = None

    def opened() -> Operation:
        nonlocal operation
        operation = operation or run.operation(tx)
        return operation

    with run.writing() as tx:
        known, matching = accounts.read(tx, vendor_id, people)
        written = accounts.write(opened, vendor_id, people, known, matching, run.db.now(tx))
        if operation is not None:
            operation.save_changes()
    run.keep(operation)
    run.counts.update(rows_written=written)
    return matching


def _told(one: Found, whose: dict[int, int], matching: Matching, users: Mapping[int, str]) -> Found:
    """The error as it is after the look-up."""
    key = whose.get(one.enrolment_id) if one.code == "SE-20" and one.enrolment_id is not None else None
    if key is None or one.lms_course_id is None or one.enrolment_id is None:
        return one
    if key in matching.clashing:
        return of_enrolment("SE-23", one.lms_course_id, one.enrolment_id)
    if key in users:
        return of_enrolment("SE-21", one.lms_course_id, one.enrolment_id, "The account is not on the course.")
    return one
