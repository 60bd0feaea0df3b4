"""The rows of a table that is loaded by plan: kept with what was foreseen of each, and held against it once more when
they are loaded. What would do something else by then than was shown is left out."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol

from sqlalchemy import Connection, Row, update

from app import history, jobs
from app.access import User
from app.db.database import Database
from app.db.tables import file_row
from app.errors import InputError
from app.files.section_rows import FileRow
from app.history import UndoSummary
from app.jobs import Foreseen
from app.json_text import decoded, encoded

BATCH = 500
LEFT = "left"
"""The outcome of a row that would do something else by now than was shown."""


class Planned(Protocol):
    """What becomes of a row. `changes` are of a stored thing: field, old, new, in words."""

    @property
    def foreseen(self) -> Foreseen: ...
    @property
    def notes(self) -> Sequence[Any]: ...
    @property
    def changes(self) -> Sequence[Sequence[str]]: ...


def packed(row: FileRow) -> str:
    """A row as kept until the load; `unpacked` gives it back."""
    return encoded({"v": row.values, "l": row.line})


def unpacked(body: str | None, dates: frozenset[str] = frozenset()) -> FileRow:
    """A row that was kept, with its `dates`; nothing for one that was purged."""
    stored: dict[str, Any] = decoded(body) if body else {"v": {}, "l": 0}
    values = stored["v"]
    for name in dates & values.keys():
        values[name] = date.fromisoformat(values[name])
    return FileRow(stored["l"], values)


def findings(one: Planned) -> str | None:
    """What the preview shows of a row: notes first, as `app.job_notes` looks for them; then changes, not by hand, all
    taken."""
    found: dict[str, Any] = {"notes": one.notes} if one.notes else {}
    if one.changes:
        found["changes"] = [[*change, False, True] for change in one.changes]
    return encoded(found) if found else None


def as_shown(row: Row[Any], one: Planned) -> bool:
    """Whether the row would still do what its reader was shown."""
    shown = [change[:3] for change in jobs.finding(row, "changes") or ()]
    return one.foreseen == row.predicted and one.changes == shown


def leave(tx: Connection, job_id: int, numbers: Sequence[int]) -> None:
    """Note of these rows that they were left out."""
    here = file_row.c.job_id == job_id
    for some in history.batched(numbers):
        tx.execute(update(file_row).where(here, file_row.c.number.in_(some)).values(outcome=LEFT))


def undo(db: Database, user: User, job_id: int) -> UndoSummary:
    """Take a load back as far as nothing changed since. Raises AccessError, InputError (nothing to undo)."""
    with db.read() as tx:
        job = jobs.read(tx, job_id)
    if job.operation_id is None:
        raise InputError("This file was never loaded.", hint="There is nothing to undo.")
    return history.undo(db, user.id, job.operation_id)
