"""One import at a time for each course, and a global import alone (course-record-import.md 7).

A lock names whose it is and gives signs of life. A program that is killed leaves one that goes stale: it is shown as
that, and stays until a person unlocks (`unlock`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, or_, select

from app.dates import shown_time
from app.db import locks
from app.db.database import Database
from app.db.locks import Holder, Lock
from app.db.tables import file_job, job_lock
from app.errors import ConflictError
from app.imports import stored
from app.imports.stored import GLOBAL_SCOPE
from app.json_text import decoded
from app.sentence import Sentence
from app.tasks import TaskContext

PREFIX = "import:"
"""How the names of the locks begin; the scope follows."""
LOOK_EVERY = 1.0
"""Seconds between two looks of whoever waits in the queue."""


@dataclass(frozen=True, slots=True)
class ImportLock:
    """A lock as people see it (CR-L2, CR-L9)."""

    scope: str
    """`global`, or `course:` and the external id of the course."""
    owner: str
    computer: str
    since: datetime
    alive_at: datetime
    stale: bool
    """No sign of life for a minute: the program that held it was killed, or its computer sleeps (CR-L4)."""
    job_id: int | None
    file_name: str
    reached: int
    """The last row of the file that was applied or refused; the headings are row 1."""
    rows: int

    @property
    def percent(self) -> int:
        return min(100, max(0, self.reached - 1) * 100 // self.rows) if self.rows else 0

    @property
    def title(self) -> str:
        """The importer in words."""
        return stored.importer_of(self.scope)

    def sentence(self) -> str:
        """Who holds it, since when, and how far that is."""
        words = "{title} is in use by {owner} on {computer} since {since}"
        if self.job_id is not None:
            words = "{title} is in use by {owner} on {computer} since {since}, job {job}"
        told = Sentence(
            words,
            title=Sentence(self.title),
            owner=self.owner,
            computer=self.computer,
            since=shown_time(self.since),
            job=self.job_id or "",
        )
        if not self.stale:
            return Sentence("{told}, {percent} % done.", told=told, percent=self.percent)
        alive = shown_time(self.alive_at)
        return Sentence("{told}. No sign of life since {alive}: it is stale.", told=told, alive=alive)


class LockedError(ConflictError):
    """Somebody else imports into the same scope, or left a lock behind; `lock` says who."""

    def __init__(self, lock: ImportLock) -> None:
        hint = "Wait until it is finished, or queue behind it."
        if lock.stale:
            hint = "If that program is no longer running, somebody who may unlock imports presses Unlock."
        super().__init__(lock.sentence(), hint=hint)
        self.lock = lock


def standing(tx: Connection, db: Database) -> list[ImportLock]:
    """Every lock of an import that is held, stale ones too; the longest first."""
    return _shown(tx, locks.holders(tx, db, job_lock.c.name.like(f"{PREFIX}%")))


def in_the_way(tx: Connection, db: Database, scope: str) -> ImportLock | None:
    """The lock that keeps an import of this scope from starting; None if it may start."""
    found = locks.holders(tx, db, or_(job_lock.c.name == name_of(scope), _rivals(scope)))
    return next(iter(_shown(tx, found)), None)


def name_of(scope: str) -> str:
    """What the lock of a scope is called."""
    return PREFIX + scope


def _rivals(scope: str) -> ColumnElement[bool]:
    """The locks that exclude an import of this scope, beside its own (CR-L1)."""
    if scope == GLOBAL_SCOPE:
        return job_lock.c.name.like(f"{PREFIX}%")
    return job_lock.c.name == name_of(GLOBAL_SCOPE)


def _shown(tx: Connection, found: list[Holder]) -> list[ImportLock]:
    ids = [one.job_id for one in found if one.job_id is not None]
    query = select(file_job.c.id, file_job.c.file_name, file_job.c.reached, file_job.c.options)
    jobs = {row.id: row for row in tx.execute(query.where(file_job.c.id.in_(ids)))}
    shown = []
    for one in found:
        assert one.alive_at is not None, "it is held"
        job = jobs.get(one.job_id or 0)
        options = decoded(job.options) if job is not None else {}
        rows = stored.facts_of(options).tally.rows if options else 0
        name, reached = (job.file_name, job.reached) if job is not None else ("", 0)
        scope = one.name.removeprefix(PREFIX)
        held = ImportLock(
            scope, one.owner, one.computer, one.since, one.alive_at, one.stale, one.job_id, name, reached, rows
        )
        shown.append(held)
    return shown


@contextmanager
def locked(
    context: TaskContext, db: Database, scope: str, owner: str, job_id: int, *, queue: bool = False
) -> Iterator[Lock]:
    """Hold the lock of a scope while inside; it is released whatever ends the work, later if not at once (CR-L3).
    `queue`: wait until it is free rather than say who holds it; a stale one is not waited for.

    Raises LockedError; Cancelled while waiting.
    """
    while (lock := locks.take_among(db, name_of(scope), owner, _rivals(scope), job_id)) is None:
        with db.read() as tx:
            other = in_the_way(tx, db, scope)
        if other is not None:
            if other.stale or not queue:
                raise LockedError(other)
            waiting = (
                "Waiting for job" if other.job_id is None else Sentence("Waiting for job {job}", job=other.job_id)
            )
            context.report(other.reached, other.rows, waiting)
            context.wait(LOOK_EVERY)
    with locks.keeping(lock):
        yield lock
