"""One run of the synchronisation under way: its lock, its row, its operation, and how it ends (lms-sync.md 6)."""

import json
import platform
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, insert, select, update

from app import access, history
from app.access import Permission, User
from app.changes import Changes, Topic
from app.db import locks
from app.db.database import Database
from app.db.locks import Lock
from app.db.tables import lms_vendor, sync_run
from app.errors import AppError, ServiceError
from app.history import Operation
from app.lms import errors_kept, runs
from app.lms.errors import Found, of_connection
from app.lms.site import OtherSiteError
from app.tasks import Cancelled

SENDER = errors_kept.SENDER
LOCK = "lms"
"""One for all kinds: the calls at once are those of one run (LS-S3, LS-S7)."""
MOST_MESSAGES = 200


@dataclass(frozen=True, slots=True)
class RunSummary:
    """How a run went."""

    run_id: int
    kind: str
    state: str
    """As in `runs_list.STATES`."""
    counts: dict[str, int]
    messages: tuple[str, ...]
    failed_by: str | None
    """The code of the connection error that ended it."""
    errors: tuple[Found, ...]
    changes: Changes
    other_site: bool = False
    """It ended because the address is that of another site than before: a person has to say what is right."""


@dataclass(slots=True)
class Run:
    """A run under way; used by the task's own thread."""

    db: Database
    user: User
    kind: str
    id: int
    lock: Lock
    counts: Counter[str] = field(default_factory=Counter)
    messages: list[str] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    reached: set[int] | None = field(default_factory=set)
    """Courses asked about to the end, whose errors clear; None: all there are."""
    held: bool = False
    failed_by: str | None = None
    other_site: bool = False
    operation_id: int | None = None
    state: str = ""

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction of the run: only while the lock is ours. Raises ConflictError."""
        with self.db.write() as tx:
            self.lock.require(tx)
            yield tx

    def operation(self, tx: Connection) -> Operation:
        """The one operation of the run, opened with its first write. Call `save_changes` before the transaction
        ends, and `keep` after it did."""
        if self.operation_id is not None:
            return Operation(self.operation_id, self.db, tx)
        return history.begin(tx, self.db, self.user.id, f"lms_{self.kind}")

    def keep(self, operation: Operation | None) -> None:
        """The transaction in which `operation` was opened is committed."""
        if operation is not None:
            self.operation_id = operation.id

    def reached_course(self, lms_course_id: int) -> None:
        """The LMS has said what it has to say about a course, if only why not."""
        if self.reached is not None:
            self.reached.add(lms_course_id)

    def say(self, message: str) -> None:
        """Keep a sentence about the run. It names courses, never people."""
        if len(self.messages) < MOST_MESSAGES:
            self.messages.append(message)

    def summary(self) -> RunSummary:
        topics = {Topic.SYNC_RUNS}
        if self.counts["rows_written"] or self.counts["aged"]:
            topics |= {Topic.LMS_COURSES, Topic.ENROLMENTS}
        if self.kind == SENDER:
            topics |= {Topic.EXTRACTS, Topic.ENROLMENTS}
        counts = {name: number for name, number in self.counts.items() if name != "aged"}
        changes = Changes.of(*topics)
        return RunSummary(
            self.id,
            self.kind,
            self.state,
            counts,
            tuple(self.messages),
            self.failed_by,
            tuple(self.found),
            changes,
            self.other_site,
        )

    def end(self, state: str) -> None:
        """Write how the run ended, with the errors it met; one transaction. Whoever took the lock over knows more
        of errors than a run that was silent: then they are left alone."""
        self.state = state
        with self.db.write() as tx:
            if self.lock.is_ours(tx):
                errors_kept.record(self.db, tx, self.id, self.kind, self.found, self.reached)
            if self.operation_id is not None:
                Operation(self.operation_id, self.db, tx).end(tx)
            tx.execute(update(sync_run).where(sync_run.c.id == self.id).values(self._values(tx)))

    def _values(self, tx: Connection) -> dict[str, Any]:
        return {
            "state": self.state,
            "ended_at": self.db.now(tx),
            "counts": json.dumps(self.summary().counts),
            "messages": json.dumps(self.messages, ensure_ascii=False),
            "failed_by": self.failed_by,
            "operation_id": self.operation_id,
        }


@contextmanager
def running(db: Database, user: User, kind: str, trigger: str) -> Iterator[Run]:
    """A run from its begin to its end, whatever ends it: a cancel or an expected failure is in its summary.

    Raises AccessError; ConflictError, naming who, while another run is under way.
    """
    with db.read() as tx:
        access.require(tx, user, Permission.SYNCHRONISE)
    with locks.held(db, LOCK, user.name) as lock:
        with db.write() as tx:
            _bury(tx, db)
            runs.forget_old(tx, db)
            run = Run(db, user, kind, _begin(tx, db, user, kind, trigger), lock)
            lock.job(tx, run.id)
        try:
            yield run
        except Cancelled:
            run.say("Stopped. What was finished is kept; the next run goes on with the rest.")
            run.end("cancelled")
        except AppError as error:
            _failed(run, error)
        except BaseException:
            run.say("Learner Manager met an unexpected error.")
            run.end("failed")
            raise
        else:
            run.end(_ended_well(run))


def _ended_well(run: Run) -> str:
    if run.failed_by is not None:
        return "failed"
    if run.held:
        return "held"
    return "messages" if run.messages or run.found else "finished"


def _failed(run: Run, error: AppError) -> None:
    """End a run that could not go on: by the connection, the database or another program."""
    if isinstance(error, ServiceError):
        run.failed_by = error.code
        run.found = [of_connection(error.code, None)]
    run.other_site = isinstance(error, OtherSiteError)
    run.say(f"{error} {error.hint}" if run.other_site else str(error))
    run.end("failed")


def _begin(tx: Connection, db: Database, user: User, kind: str, trigger: str, **more: Any) -> int:
    values = {
        "kind": kind,
        "trigger": trigger,
        "state": "running",
        "user_id": user.id,
        "computer": platform.node() or "unknown",
        "started_at": db.now(tx),
        "counts": "{}",
        "messages": "[]",
        **more,
    }
    return int(tx.execute(insert(sync_run).values(values).returning(sync_run.c.id)).scalar_one())


def _bury(tx: Connection, db: Database) -> None:
    """Whoever has the lock knows that runs said to be under way are those of dead programs."""
    words = json.dumps(["The program ended in the middle of it. What was finished is kept."])
    dead = update(sync_run).where(sync_run.c.state == "running")
    tx.execute(dead.values(state="failed", ended_at=db.now(tx), messages=words))


def skipped(db: Database, user: User, kind: str, reason: str) -> int:
    """Note that a run was due and did not take place (LS-S3); returns its id."""
    with db.write() as tx:
        access.require(tx, user, Permission.SYNCHRONISE)
        words = json.dumps([reason], ensure_ascii=False)
        return _begin(tx, db, user, kind, "schedule", state="skipped", ended_at=db.now(tx), messages=words)


def vendor_id(tx: Connection, kind: str = "moodle") -> int:
    """The one LMS there is; its row is made when first needed."""
    found = tx.execute(select(lms_vendor.c.id).where(lms_vendor.c.code == kind)).scalar()
    if found is None:
        found = tx.execute(insert(lms_vendor).values(code=kind, kind=kind).returning(lms_vendor.c.id)).scalar_one()
    return int(found)
