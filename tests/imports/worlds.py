"""Small worlds in a real database, and files about them."""

import csv
import io
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from app.access import User
from app.db.database import Database
from app.db.tables import (
    award,
    course,
    course_credit,
    credit_type,
    enrolment,
    file_row,
    reporter,
    reporter_type,
    section,
    term,
)
from app.folding import fold_code
from app.imports import dry_run, stored
from app.imports.columns import Column, Importer
from app.imports.dry_run import DryRun, Options
from app.imports.repairs import NO_REPAIRS, Repairs
from app.imports.stored import StoredRow
from app.tasks import TaskContext
from tests.builders import add_learners, learner_values
from tests.imports.expected import On, Person, Row, Subject, World

BODY = "CPE Monitor"


@dataclass(frozen=True)
class Built:
    """A world as it stands in a database: ids by place."""

    world: World
    people: list[int]
    subjects: list[int]
    types: dict[str, int]


def build(db: Database, world: World) -> Built:
    """The world in the database; its credit types and their outside body are made where they are not there yet."""
    people = add_learners(db, [_learner(at, one) for at, one in enumerate(world.people)]) if world.people else []
    with db.write() as tx:
        types = _types(tx, world)
        subjects = [_subject(tx, one, types) for one in world.subjects]
        for on in world.there:
            _on(tx, on, people[on.person], subjects[on.subject], types)
    return Built(world, list(people), subjects, types)


def _learner(at: int, one: Person) -> dict[str, Any]:
    more: dict[str, Any] = {"ref": one.ref, "uln": one.uln or None, "email": one.email or None}
    return learner_values(at, family_name=one.family, **more)


def _types(tx: Any, world: World) -> dict[str, int]:
    known = {row.code: row.id for row in tx.execute(select(credit_type))}
    for code in world.types:
        if code not in known:
            values = {"code": code, "title": code.upper()}
            known[code] = tx.execute(insert(credit_type).values(values).returning(credit_type.c.id)).scalar_one()
            if code in world.reported:
                body = tx.execute(select(reporter.c.id).where(reporter.c.name == BODY)).scalar()
                if body is None:
                    made = insert(reporter).values(name=BODY, deadline_days=60).returning(reporter.c.id)
                    body = tx.execute(made).scalar_one()
                tx.execute(insert(reporter_type).values(reporter_id=body, type_id=known[code]))
    return known


def _subject(tx: Any, one: Subject, types: dict[str, int]) -> int:
    values = {
        "code": one.code,
        "code_fold": fold_code(one.code),
        "title": one.title,
        "kind": "shell" if one.shell else "normal",
        "required_objects": one.required,
        "origin": "hand",
    }
    key = int(tx.execute(insert(course).values(values).returning(course.c.id)).scalar_one())
    for gives in one.gives:
        tx.execute(
            insert(course_credit).values(
                course_id=key,
                type_id=types[gives.code],
                minimum=gives.least,
                maximum=gives.most,
                increment=gives.step,
                active=gives.active,
                variable=gives.variable,
            )
        )
    return key


def _on(tx: Any, on: On, learner_id: int, course_id: int, types: dict[str, int]) -> None:
    section_id = tx.execute(select(section.c.id).where(section.c.course_id == course_id)).scalar()
    if section_id is None:
        none = tx.execute(select(term.c.id).where(term.c.code == "-")).scalar_one()
        values = {"course_id": course_id, "term_id": none, "number": 1}
        section_id = tx.execute(insert(section).values(values).returning(section.c.id)).scalar_one()
    values = {
        "learner_id": learner_id,
        "section_id": section_id,
        "origin": "hand",
        "starts": _day(on.starts),
        "ends": _day(on.ends),
        "complete": on.complete,
        "completed_on": _day(on.completed_on),
        "attended": on.attended,
        "participant_category": on.category or None,
    }
    tx.execute(insert(enrolment).values(values))
    for code, amount, day in on.credit:
        given = {"learner_id": learner_id, "course_id": course_id, "type_id": types[code]}
        tx.execute(insert(award).values(**given, amount=amount, awarded_on=_day(day), origin="hand"))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def csv_of(rows: Sequence[Row], headings: Iterable[str] = ()) -> str:
    """The rows as a file, with just the columns that they name."""
    names = list(headings) or [one.value for one in Column if any(one.value in row for row in rows)]
    out = io.StringIO()
    writer = csv.DictWriter(out, names, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def checked(
    db: Database,
    user: User,
    folder: Path,
    rows: Sequence[Row] | str,
    course: str | None = "ENG-1",
    *,
    repairs: Repairs = NO_REPAIRS,
    assign: bool = True,
    batch: int = dry_run.BATCH,
) -> DryRun:
    """The dry run of rows, or of the text of a file; into a course, or by the global importer for None."""
    path = folder / "records.csv"
    path.write_text(rows if isinstance(rows, str) else csv_of(rows), encoding="utf-8", newline="")
    importer = Importer.GLOBAL if course is None else Importer.COURSE
    options = Options(importer, course or "", repairs, assign)
    return dry_run.dry_run(TaskContext(), db, user, path, options, batch=batch)


def kept(db: Database, job_id: int) -> list[StoredRow]:
    """The rows of a job as they are kept, in the order of the file."""
    query = select(file_row).where(file_row.c.job_id == job_id).order_by(file_row.c.number)
    with db.read() as tx:
        return [stored.row_of(row) for row in tx.execute(query)]


def rules(row: StoredRow) -> list[str]:
    return [one.rule for one in row.findings]


def ends(made: DryRun, acknowledged: Collection[str] = ()) -> dict[str, int]:
    """How many rows end how, in the contract's words."""
    return {outcome.value: count for outcome, count in made.outcomes(acknowledged).items()}
