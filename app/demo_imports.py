"""The demo's course records: a course with credit, and a file about it as colleges get them, with what goes wrong."""

import csv
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, func, select, update

from app.access import User
from app.db import locks
from app.db.database import Database
from app.db.tables import course, file_job, job_lock, learner
from app.folding import fold_code
from app.imports import credit_lists, credit_set_up, lock
from app.imports.credit_lists import CreditType, Reporter
from app.imports.credit_set_up import CourseCredit, CourseSetUp
from app.imports.stored import KIND

COURSE, TITLE = "MATH-RESIT", "GCSE Mathematics resit"
OTHER_COURSE, OTHER_TITLE = "FIRST-AID", "First aid at work"
BODY = "Award Register"
FILE_NAME = "completions-autumn.csv"
SENDER = "Exams office"
_HEADINGS = (
    "external_user_id",
    "external_email",
    "last_name",
    "enrollment_start",
    "complete",
    "date_completed",
    "credits ",
    "credit_type",
)


@dataclass(frozen=True, slots=True)
class Expected:
    """What is wrong with the file, counted while it is written: rows by what they show."""

    rows: int
    dates: int
    """With dates as a spreadsheet writes them (CR-12)."""
    several: int
    """With two credit types (CR-36)."""
    partial: int
    """With less than the whole credit of a type that is not variable (CR-30)."""
    unreported: int
    """With credit that an outside body will not hear of (CR-43)."""
    at_once: int
    """That would be completed at once, for nothing stops it (CR-34)."""
    unknown: int
    """Of people nobody knows (CR-25)."""
    words: int
    """That say yes or no instead of 1 or 0 (CR-11)."""


def prepare(db: Database, user: User) -> None:
    """Credit types, an outside body and two courses, as a college would have set them up; once."""
    with db.read() as tx:
        known = select(course.c.id).where(course.c.code_fold == fold_code(COURSE))
        if tx.execute(known).first() is not None:
            return
    ama = credit_lists.save_type(db, user, None, CreditType(code="ama", title="AMA PRA Category 1")).id
    ancc = credit_lists.save_type(db, user, None, CreditType(code="ancc", title="ANCC contact hours")).id
    numeracy = credit_lists.save_type(db, user, None, CreditType(code="numeracy", title="Numeracy")).id
    body = Reporter(name=BODY, types=frozenset({ama}), fields=("date_of_birth",), deadline_days=60)
    credit_lists.save_reporter(db, user, None, body)
    credit_set_up.save(
        db,
        user,
        None,
        CourseSetUp(
            code=COURSE,
            title=TITLE,
            required_objects=0,
            credit=(
                CourseCredit(ama, 200, variable=True, increment=50),
                CourseCredit(ancc, 300, variable=True),
                CourseCredit(numeracy, 500),
            ),
        ),
    )
    objects = CourseSetUp(code=OTHER_COURSE, title=OTHER_TITLE, required_objects=4, credit=(CourseCredit(ama, 100),))
    credit_set_up.save(db, user, None, objects)


def write_bad_file(db: Database, path: Path, learners: int = 120) -> Expected:
    """A file about so many learners of the database, with what spreadsheets and people make of such files."""
    with db.read() as tx:
        listed = people(tx, learners)
    counts = dict.fromkeys(("dates", "several", "partial", "unreported", "at_once", "unknown", "words"), 0)
    rows = []
    for place, (ref, family) in enumerate(listed):
        kind = _KINDS[place % len(_KINDS)]
        if kind in counts:
            counts[kind] += 1
        rows.append(_row(kind, place, ref, family))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADINGS)
        writer.writerows(rows)
    return Expected(rows=len(rows), **counts)


_KINDS = (
    "fine", "fine", "dates", "unreported", "at_once", "fine", "several", "words", "fine", "unknown",
    "fine", "dates", "fine", "unreported", "partial", "fine", "no_date", "dates", "fine", "other_name",
)  # fmt: skip


def _row(kind: str, place: int, ref: str, family: str) -> list[str]:
    day = f"2026-0{place % 2 + 8}-{place % 27 + 1:02}"
    who = [ref, "", family, "2026-01-12"]
    match kind:
        case "dates":
            return [*who, "1", f"{place % 12 + 13}/09/2026", "", ""]
        case "several":
            return [*who, "1", day, "1.00;2.00", "ama;ancc"]
        case "partial":
            return [*who, "1", day, "2.50", "numeracy"]
        case "unreported":
            return [*who, "1", day, "2.00", "ama"]
        case "at_once":
            return [*who, "0", "", "", ""]
        case "unknown":
            return ["", f"new.starter{place}@college.example", family, "2026-01-12", "1", day, "", ""]
        case "words":
            return [*who, "yes", day, "", ""]
        case "no_date":
            return [*who, "1", "", "", ""]
        case "other_name":
            return [ref, "", f"{family}-Ellis", "2026-01-12", "1", day, "", ""]
    return [*who, "1", day, "", ""]


def people(tx: Connection, most: int) -> list[tuple[str, str]]:
    query = (
        select(learner.c.ref, learner.c.family_name)
        .where(learner.c.ref.is_not(None), learner.c.merged_into_id.is_(None))
        .order_by(learner.c.id)
        .limit(most)
    )
    return [(row.ref, row.family_name) for row in tx.execute(query)]


def leave_lock(db: Database, minutes: int = 4) -> None:
    """What a program that was killed in the middle of an import leaves: its lock, without a sign of life for so long.
    Nobody waits a minute to see what that looks like."""
    name = lock.name_of(f"course:{COURSE}")
    locks.take(db, name, "Priya Nandakumar")
    with db.write() as tx:
        moment = db.now(tx) - timedelta(minutes=minutes)
        job_id = tx.execute(select(func.max(file_job.c.id)).where(file_job.c.kind == KIND)).scalar()
        values = {"since": moment, "alive_at": moment, "job_id": job_id}
        tx.execute(update(job_lock).where(job_lock.c.name == name).values(values))
