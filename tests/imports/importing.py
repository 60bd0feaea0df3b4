"""Short ways for tests to import course records into a real database and look at what came of it."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.access import User
from app.db.database import Database
from app.db.tables import award, course, credit_type, enrolment, file_row, learner, outgoing_report, section
from app.imports import apply, dry_run
from app.imports.apply import ImportSummary
from app.imports.columns import Importer
from app.imports.credit_set_up import CourseCredit
from app.imports.dry_run import DryRun, Options
from app.imports.repairs import Repair, Repairs
from app.imports.rules import Outcome
from app.tasks import TaskContext
from tests.builders import add_learner
from tests.imports import credit_rows

EVERYTHING = frozenset({"CR-09", "CR-26", "CR-33", "CR-34", "CR-41", "CR-43"})
COURSE = "ENG-1"


class Importing:
    """A course that gives 5 of `ama`, learners with e-mail addresses, and files brought in by one user."""

    def __init__(self, db: Database, user: User, folder: Path) -> None:
        self.db, self.user, self.folder = db, user, folder
        self.type_id = credit_rows.add_type(db, user, "ama", title="AMA")
        self.course_id = self.add_course(COURSE, self.gives("ama"), required_objects=2)

    def gives(self, code: str, maximum: int = 500, **more: Any) -> CourseCredit:
        with self.db.read() as tx:
            type_id = tx.execute(select(credit_type.c.id).where(credit_type.c.code == code)).scalar_one()
        return CourseCredit(type_id=type_id, maximum=maximum, **more)

    def add_course(self, code: str, *credit: CourseCredit, **more: Any) -> int:
        return credit_rows.add_course(self.db, self.user, code, *credit, **more)

    def add_people(self, *numbers: int) -> list[int]:
        return [add_learner(self.db, number, email=mail(number)) for number in numbers]

    # ------------------------------------------------------------------------------------------------------- files

    def file(self, rows: Iterable[Mapping[str, object]], name: str = "records.csv") -> Path:
        """A file with the columns that its rows name."""
        rows = list(rows)
        names = list(dict.fromkeys(name for row in rows for name in row))
        lines = [",".join(names), *(",".join(str(row.get(name, "")) for name in names) for row in rows)]
        path = self.folder / name
        path.write_text("\n".join([*lines, ""]), encoding="utf-8")
        return path

    def check(
        self, rows: Iterable[Mapping[str, object]] | Path, *repairs: Repair, course: str = COURSE, **more: Any
    ) -> DryRun:
        """The dry run of such a file; a global import where the course is ""."""
        path = rows if isinstance(rows, Path) else self.file(rows)
        importer = Importer.COURSE if course else Importer.GLOBAL
        options = Options(importer, course, Repairs(frozenset(repairs)), **more)
        return dry_run.dry_run(TaskContext(), self.db, self.user, path, options)

    def apply(self, seen: DryRun, *acknowledged: str, **more: Any) -> ImportSummary:
        given = frozenset(acknowledged)
        done = apply.apply(TaskContext(), self.db, self.user, seen.job_id, given, **more)
        assert done.rows == seen.rows, "outcomes add up to the rows of the file"
        return done

    def bring(self, rows: Iterable[Mapping[str, object]], *repairs: Repair, **more: Any) -> ImportSummary:
        """Checked and applied, everything acknowledged."""
        return self.apply(self.check(rows, *repairs, **more), *EVERYTHING)

    # ------------------------------------------------------------------------------------------------- what is there

    def enrolled(self, code: str = COURSE) -> dict[int, Any]:
        """The enrolments on a course that stand, by learner."""
        query = (
            select(enrolment)
            .join(section, section.c.id == enrolment.c.section_id)
            .join(course, course.c.id == section.c.course_id)
            .where(course.c.code == code, enrolment.c.removed_at.is_(None))
        )
        with self.db.read() as tx:
            return {row.learner_id: row for row in tx.execute(query)}

    def credit(self) -> list[tuple[int, str, str, int, str]]:
        """The credit that stands: learner, course, type, amount and origin."""
        query = (
            select(award.c.learner_id, course.c.code, credit_type.c.code, award.c.amount, award.c.origin)
            .join(course, course.c.id == award.c.course_id)
            .join(credit_type, credit_type.c.id == award.c.type_id)
            .where(award.c.removed_at.is_(None))
            .order_by(award.c.learner_id, course.c.code, credit_type.c.code)
        )
        with self.db.read() as tx:
            return [tuple(row) for row in tx.execute(query)]

    def due(self) -> int:
        """How many records are due to outside bodies."""
        query = select(outgoing_report.c.id).where(outgoing_report.c.removed_at.is_(None))
        with self.db.read() as tx:
            return len(tx.execute(query).all())

    def rows(self, job_id: int) -> list[Any]:
        with self.db.read() as tx:
            return list(tx.execute(select(file_row).where(file_row.c.job_id == job_id).order_by(file_row.c.number)))

    def outcomes(self, job_id: int) -> list[str]:
        """How each row ended, in the order of the file."""
        return [row.outcome for row in self.rows(job_id)]

    def number_of(self, table: Any) -> int:
        with self.db.read() as tx:
            return len(tx.execute(select(table.c.id)).all())


def mail(number: int) -> str:
    return f"person{number}@college.example"


def row(number: int, **cells: object) -> dict[str, object]:
    """A row about the learner of that number, by e-mail."""
    return {"external_email": mail(number), **cells}


def done(number: int, **cells: object) -> dict[str, object]:
    """A completion."""
    return row(number, complete=1, date_completed="2026-11-02", **cells)


def credited(number: int, amount: object = 5, kind: str = "ama", **cells: object) -> dict[str, object]:
    """A completion with credit of its own."""
    return done(number, credits=amount, credit_type=kind, **cells)


__all__ = ["COURSE", "EVERYTHING", "Importing", "Outcome", "credited", "done", "learner", "mail", "row"]
