"""The database and the LMS held against the model: what differs is an AssertionError that says where."""

from collections import Counter, defaultdict
from typing import Any

from sqlalchemy import func, select

from app import db_check
from app.db.tables import attainment, attainment_event, enrolment, file_job, file_row, job_lock, learner, progress
from app.tasks import TaskContext
from tests.endurance import checks_history, checks_sent
from tests.endurance.college import ON_LMS, College
from tests.endurance.model import Model, Seen


def look(college: College, model: Model) -> None:
    """Everything; while both services are healthy and all that was due has been sent and fetched."""
    _learners(college, model)
    _attainments(college, model)
    _enrolments(college, model)
    checks_sent.look(college, model)
    _progress(college, model)
    _imports(college, model)
    checks_history.look(college, model)
    found = db_check.check(TaskContext(), college.db)
    assert found.ok, [str(one) for one in found.problems]


def _learners(college: College, model: Model) -> None:
    """Whoever was ever brought is there once; who was taken back is kept, and not shown."""
    rows = college.rows(select(learner.c.ref, learner.c.phone, learner.c.removed_at.is_(None)))
    wanted = Counter((ref, one.phone, one.stands) for ref, one in model.people.items())
    assert Counter((ref, phone, bool(stands)) for ref, phone, stands in rows) == wanted


def _attainments(college: College, model: Model) -> None:
    refs = {key: ref for ref, key in college.ids().items()}
    events: dict[str, set[int]] = defaultdict(set)
    behind = select(attainment_event.c.learner_id, attainment_event.c.event_id).join(
        attainment, attainment.c.id == attainment_event.c.attainment_id
    )
    for row in college.rows(behind.where(attainment.c.removed_at.is_(None))):
        events[refs[row.learner_id]].add(row.event_id)
    assert dict(events) == {ref: set(told) for ref, told in model.events.items() if told}
    standing = select(attainment.c.learner_id).where(attainment.c.removed_at.is_(None))
    counts = Counter(refs[row.learner_id] for row in college.rows(standing))
    assert counts == Counter({ref: number for ref, number in model.attainments.items() if number})


def _enrolments(college: College, model: Model) -> None:
    """Whoever was ever on a course is there once, with the status given last; who was taken back does not stand."""
    rows = college.rows(
        ON_LMS.with_only_columns(*ON_LMS.selected_columns, enrolment.c.status, enrolment.c.removed_at.is_(None))
    )
    found = Counter((row.ref, row.lms_number, row.status, bool(row[-1])) for row in rows)
    assert found == Counter((*key, one.status, one.stands) for key, one in model.enrolled.items())


def _progress(college: College, model: Model) -> None:
    rows = college.rows(select(progress.c.enrolment_id, progress.c.graded))
    graded = {row.enrolment_id: row.graded for row in rows}
    ids = college.enrolment_ids()
    for (ref, number), one in model.enrolled.items():
        if one.stands and one.status == "current":
            wanted = len(model.grades.get((college.account(ref), number), ()))
            assert (graded.get(ids[ref, number]) or 0) == wanted, f"progress on course {number}"


def _imports(college: College, model: Model) -> None:
    """Of each file all rows are kept, each with its outcome; files of before have the rows they had."""
    seen = model.seen.setdefault(file_row.name, Seen())
    outcomes = select(file_row.c.job_id, file_row.c.outcome).where(file_row.c.job_id.in_(model.files))
    rows: list[Any] = college.rows(outcomes)
    assert Counter(row.job_id for row in rows) == Counter(model.files), "rows of files are lost or doubled"
    assert all(row.outcome for row in rows if row.job_id in model.imported), "a row has no outcome"
    applied = select(file_job.c.id).where(file_job.c.operation_id.is_not(None))
    before = applied.where(file_job.c.id <= seen.last)
    kept = college.rows(select(func.count()).where(file_row.c.job_id.in_(before)))[0][0]
    assert kept == seen.rows, "rows of earlier files are lost or doubled"
    there = Counter(row.id for row in college.rows(applied.where(file_job.c.id > seen.last)))
    assert there == Counter(model.files.keys()), "a file is lost, or was applied twice"
    seen.last, seen.rows = max((seen.last, *model.files)), seen.rows + sum(model.files.values())
    model.files.clear()
    model.imported.clear()
    ids = college.ids()
    completed = {ids[ref] for ref in model.completed}
    assert college.imports.enrolled().keys() == completed
    assert college.imports.credit() == sorted((key, "ENG-1", "ama", 500, "course") for key in completed)
    assert not college.rows(select(job_lock.c.id).where(job_lock.c.owner.is_not(None))), "a lock stays"
