"""What the LMS would hear of an import: who is enrolled onto a section that is taught there goes into its queue as
any other enrolment does (data-model.md 2), which is said before anything is applied."""

from collections import Counter

from sqlalchemy import Connection, func, or_, select

from app import enrolling
from app.db.among import among
from app.db.tables import file_row
from app.imports.job_rows import breaks
from app.imports.rules import Outcome

Told = tuple[tuple[str, int], ...]
"""Courses of the LMS by their names, and how many rows at most would enrol somebody there."""


def told(tx: Connection, job_id: int, course_id: int | None) -> Told:
    """Of a job that was checked; `course_id`: the open course, None where the file names them. What the file calls
    complete is over, of which the LMS hears nothing; who is complete because nothing stops it (CR-34) is enrolled."""
    of_job = file_row.c.job_id == job_id
    named = select(file_row.c.course_id).where(of_job, file_row.c.course_id.is_not(None)).distinct()
    courses = [course_id] if course_id is not None else tx.execute(named).scalars().all()
    taught = enrolling.taught_in_lms(tx, courses)
    if not taught:
        return ()
    enrols = or_(file_row.c.predicted == Outcome.ENROLLED.value, breaks("CR-34"))
    query = select(file_row.c.course_id, func.count()).where(of_job, enrols, among(file_row.c.course_id, taught))
    found: Counter[str] = Counter()
    for at, number in tx.execute(query.group_by(file_row.c.course_id)):
        found[taught[at]] += number
    return tuple(sorted(found.items()))
