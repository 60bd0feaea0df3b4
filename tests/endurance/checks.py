"""The database and the LMS held against the model: what differs is an AssertionError that says where."""

from collections import Counter, defaultdict
from typing import Any

from sqlalchemy import case, func, select

from app import db_check
from app.db.tables import (
    attainment,
    attainment_event,
    award,
    change,
    enrolment,
    extract_attempt,
    extract_record,
    file_row,
    job_lock,
    learner,
    lms_course,
    operation,
    progress,
    section,
    sync_run,
)
from app.tasks import TaskContext
from tests.endurance.college import COURSES, College
from tests.endurance.model import Model

NOTED = (attainment, attainment_event, award, enrolment, extract_record, progress)
"""Tables of which every row has come with a change in the history."""


def look(college: College, model: Model) -> None:
    """Everything; while both services are healthy and all that was due has been sent and fetched."""
    _learners(college, model)
    _attainments(college, model)
    _enrolments(college, model)
    _places(college, model)
    _progress(college, model)
    _imports(college, model)
    _history(college, model)
    found = db_check.check(TaskContext(), college.db)
    assert found.ok, [str(one) for one in found.problems]


def _rows(college: College, query: Any) -> list[Any]:
    with college.db.read() as tx:
        return list(tx.execute(query))


def _learners(college: College, model: Model) -> None:
    rows = _rows(college, select(learner.c.ref, learner.c.phone).where(learner.c.removed_at.is_(None)))
    assert len(rows) == len(model.phones), "a learner is lost, or there twice"
    assert {row.ref: row.phone for row in rows} == model.phones


def _attainments(college: College, model: Model) -> None:
    refs = {key: ref for ref, key in college.ids().items()}
    events: dict[str, set[int]] = defaultdict(set)
    behind = select(attainment_event.c.learner_id, attainment_event.c.event_id).join(
        attainment, attainment.c.id == attainment_event.c.attainment_id
    )
    for row in _rows(college, behind.where(attainment.c.removed_at.is_(None))):
        events[refs[row.learner_id]].add(row.event_id)
    assert dict(events) == {ref: set(told) for ref, told in model.events.items() if told}
    standing = select(attainment.c.learner_id).where(attainment.c.removed_at.is_(None))
    counts = Counter(refs[row.learner_id] for row in _rows(college, standing))
    assert counts == Counter({ref: number for ref, number in model.attainments.items() if number})


def _enrolments(college: College, model: Model) -> None:
    query = (
        select(learner.c.ref, lms_course.c.lms_number, enrolment.c.status)
        .join(enrolment, enrolment.c.learner_id == learner.c.id)
        .join(section, section.c.id == enrolment.c.section_id)
        .join(lms_course, lms_course.c.id == section.c.lms_course_id)
        .where(enrolment.c.removed_at.is_(None))
    )
    found = Counter(tuple(row) for row in _rows(college, query))
    assert found == Counter((*key, one.status) for key, one in model.enrolled.items() if one.stands)


def _places(college: College, model: Model) -> None:
    """Every record has reached the LMS, which shows just the places that stand here, and let nobody else in."""
    records = _rows(college, select(extract_record).order_by(extract_record.c.enrolment_id, extract_record.c.number))
    standing = {college.enrolment_ids()[key] for key, one in model.enrolled.items() if one.stands}
    last = {row.enrolment_id: row for row in records}
    for row in records:
        never_told = row.status == "ready" and row.enrolment_id not in standing and row.attempts == 0
        overtaken = row.status == "rejected" and row.id != last[row.enrolment_id].id
        assert row.status == "processed" or never_told or overtaken, (row.number, row.change, row.status, row.message)
    numbers: dict[int, list[int]] = defaultdict(list)
    for row in records:
        numbers[row.enrolment_id].append(row.number)
    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values()), "a record is lost or doubled"
    told = dict(_rows(college, select(enrolment.c.id, enrolment.c.records).where(enrolment.c.records > 0)))
    assert told == {key: len(found) for key, found in numbers.items()}
    still = _rows(college, select(extract_attempt.c.id).where(extract_attempt.c.ended_at.is_(None)))
    assert not still, "an attempt stays open"
    for number in COURSES:
        course = college.moodle.course(int(number))
        there = {user: not place.suspended for user, place in course.places.items() if place.role == "student"}
        here = {college.account(ref): one for (ref, at), one in model.enrolled.items() if at == number}
        assert there.keys() <= here.keys(), "somebody is on a course whom nobody enrolled"
        inside = {user for user, one in here.items() if one.stands and one.status == "current"}
        assert {user for user, active in there.items() if active} == inside, f"course {number}"


def _progress(college: College, model: Model) -> None:
    query = select(progress.c.enrolment_id, progress.c.graded)
    graded = dict(_rows(college, query))
    ids = college.enrolment_ids()
    for (ref, number), one in model.enrolled.items():
        if one.stands and one.status == "current":
            wanted = len(model.grades.get((college.account(ref), number), ()))
            assert (graded.get(ids[ref, number]) or 0) == wanted, f"progress on course {number}"


def _imports(college: College, model: Model) -> None:
    rows = _rows(college, select(file_row.c.job_id, file_row.c.outcome).where(file_row.c.job_id.in_(model.outcomes)))
    assert Counter(row.job_id for row in rows) == Counter(model.outcomes), "rows of files are lost or doubled"
    assert all(row.outcome for row in rows), "a row has no outcome"
    ids = college.ids()
    completed = {ids[ref] for ref in model.completed}
    assert college.imports.enrolled().keys() == completed
    assert college.imports.credit() == sorted((key, "ENG-1", "ama", 500, "course") for key in completed)
    assert not _rows(college, select(job_lock.c.id).where(job_lock.c.owner.is_not(None))), "a lock stays"


def _history(college: College, model: Model) -> None:
    kinds = Counter(
        row.kind for row in _rows(college, select(operation.c.kind).where(operation.c.kind.in_(model.done)))
    )
    assert kinds == model.done, "an operation is lost or doubled"
    stopped = _rows(college, select(operation.c.kind).where(operation.c.state == "stopped"))
    assert not stopped, stopped
    runs = Counter(row.kind for row in _rows(college, select(sync_run.c.kind).where(sync_run.c.state != "running")))
    assert runs == model.runs, "a run is lost or doubled"
    come = func.sum(case((change.c.kind == "insert", 1), (change.c.kind == "delete", -1), else_=0))
    for table in NOTED:
        noted = select(change.c.row_id, come).where(change.c.table_name == table.name).group_by(change.c.row_id)
        balance = {key: number for key, number in _rows(college, noted) if number}
        there = {row.id for row in _rows(college, select(table.c.id))}
        assert balance == dict.fromkeys(there, 1), f"{table.name}: the history does not add up to the rows"
