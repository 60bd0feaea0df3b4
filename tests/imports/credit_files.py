"""Tables of courses for credit on the disk, and loading them as a person would who accepts the columns as guessed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from app.access import User
from app.db.database import Database
from app.db.tables import file_row
from app.imports import credit_set_up, set_up_file
from app.imports.credit_set_up import CourseSetUp
from app.imports.set_up_file import Preview, Summary
from app.jobs import finding
from app.tasks import TaskContext

HEAD = "Course Code,Title,Required Objects,Credit Type,Maximum,Minimum,Step,Variable,Given,For Campus,For Tutor Group"


@dataclass
class CreditFiles:
    db: Database
    user: User
    folder: Path

    def write(self, rows: Sequence[str], head: str = HEAD) -> Path:
        path = self.folder / "courses.csv"
        path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
        return path

    def look(self, path: Path, context: TaskContext | None = None) -> Preview:
        context = context or TaskContext()
        columns = set_up_file.columns_of(context, self.db, self.user, path)
        return set_up_file.preview(context, self.db, self.user, path, columns, columns.mapping)

    def preview(self, *rows: str, head: str = HEAD) -> Preview:
        return self.look(self.write(rows, head))

    def apply(self, seen: Preview, context: TaskContext | None = None) -> Summary:
        return set_up_file.apply(context or TaskContext(), self.db, self.user, seen.job_id)

    def bring(self, *rows: str) -> Summary:
        return self.apply(self.preview(*rows))

    def stored(self, code: str) -> CourseSetUp | None:
        with self.db.read() as tx:
            return next(iter(credit_set_up.of_codes(tx, [code]).values()), None)

    def problems(self, seen: Preview) -> list[tuple[int, str, str]]:
        """Line, field and reason of every note."""
        with self.db.read() as tx:
            return [(one.line, one.field, one.reason) for one in set_up_file.all_notes(tx, seen.job_id)]

    def changes(self, seen: Preview) -> list[list[str]]:
        """Field, old and new of every change that is foreseen."""
        with self.db.read() as tx:
            here = select(file_row).where(file_row.c.job_id == seen.job_id).order_by(file_row.c.number)
            return [change[:3] for row in tx.execute(here) for change in finding(row, "changes") or ()]


def counted(seen: Preview) -> dict[str, int]:
    return {one.value: number for one, number in seen.counts.items() if number}
