"""Files of sections and registrations on the disk, and loading them, for tests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from app import job_notes
from app.access import User
from app.db.database import Database
from app.db.file_tables import file_row
from app.jobs import finding
from app.lms.sections import from_file
from app.lms.sections.from_file import Preview, Summary
from app.tasks import TaskContext
from tests.lms.college import College
from tests.lms.rows import add_course

TODAY = date.today()
SECTIONS = (
    "Course Code,Course Title,Term,Section,Campus,Other Campuses,Delivery Method,LMS,LMS Course ID,Start,End,Open"
)
REGISTRATIONS = "Learner Ref,ULN,Course Code,Term,Section,Course Status,Status Date,Start Date,End Date"


class FileCollege(College):
    """Campuses North and South with a term that runs now; two courses of the LMS with ID numbers."""

    def __init__(self, db: Database) -> None:
        super().__init__(db)
        self.north, self.south = self.campus("North"), self.campus("South")
        begins, ends = TODAY - timedelta(days=60), TODAY + timedelta(days=200)
        self.autumn = self.term("Autumn", (self.north, self.south), begins, ends)
        self.bio = add_course(db, "901", id_number="LMS-BIO", short_name="BIO101")
        self.chem = add_course(db, "902", id_number="LMS-CHEM", short_name="CHEM101")


@dataclass
class Files:
    """Previews and loads tables as a person would who accepts the columns as guessed."""

    db: Database
    user: User
    folder: Path

    def write(self, head: str, rows: Sequence[str], name: str = "list.csv") -> Path:
        path = self.folder / name
        path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
        return path

    def preview(self, head: str, *rows: str, context: TaskContext | None = None) -> Preview:
        return self.look(self.write(head, rows), context)

    def look(self, path: Path, context: TaskContext | None = None) -> Preview:
        context = context or TaskContext()
        columns = from_file.columns_of(context, self.db, self.user, path)
        return from_file.preview(context, self.db, self.user, path, columns, columns.mapping)

    def apply(self, seen: Preview, context: TaskContext | None = None) -> Summary:
        return from_file.apply(context or TaskContext(), self.db, self.user, seen.job_id)

    def bring(self, head: str, *rows: str) -> Summary:
        return self.apply(self.preview(head, *rows))

    def problems(self, seen: Preview) -> list[tuple[int, str, str]]:
        """Line, field and reason of every note."""
        with self.db.read() as tx:
            rows = [row for some in job_notes.noted_rows(tx, seen.job_id) for row in some]
        return [
            (from_file.unpacked(row.cells).line, name, reason)
            for row in rows
            for _, name, reason in finding(row, "notes")
        ]

    def changes(self, seen: Preview) -> list[list[str]]:
        """Field, old and new of every change that is foreseen."""
        with self.db.read() as tx:
            rows = tx.execute(select(file_row).where(file_row.c.job_id == seen.job_id).order_by(file_row.c.number))
            return [change[:3] for row in rows for change in finding(row, "changes") or ()]

    def number_of(self, table: Any) -> int:
        with self.db.read() as tx:
            return int(tx.execute(select(func.count()).select_from(table)).scalar_one())


def counted(seen: Preview) -> dict[str, int]:
    return {one.value: number for one, number in seen.counts.items() if number}
