"""Named locks between programs (table `job_lock`): one conditional UPDATE takes one, a sign of life keeps it.

All times are the database's: computers disagree. A lock whose holder gave no sign of life for a minute may be taken
by the next; a holder that was only asleep finds out with `require` before it writes again.
"""

import contextlib
import platform
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, bindparam, insert, or_, select, update

from app.db.database import Database
from app.db.tables import job_lock
from app.errors import AppError, ConflictError, DatabaseError

ALIVE_EVERY = 5.0
"""Seconds between two signs of life."""
STALE_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock."""

    owner: str
    computer: str
    since: datetime
    job_id: int | None


class Lock:
    """A lock that is held."""

    def __init__(self, db: Database, name: str, token: str) -> None:
        self._db = db
        self._name = name
        self._token = token
        # Made once: a long job signs with every transaction.
        self._signing = update(job_lock).where(self._mine()).values(alive_at=bindparam("moment"))

    def require(self, tx: Connection) -> None:
        """Raise ConflictError unless the lock is still ours; until the transaction ends nobody takes it over."""
        if not self._sign(tx):
            raise ConflictError(
                "This computer was silent for so long that another one has taken over.",
                hint="What was finished is kept; there is nothing to do.",
            )

    def is_ours(self, tx: Connection) -> bool:
        """Whether the lock is still ours; if so, until the transaction ends nobody takes it over."""
        return self._sign(tx)

    def job(self, tx: Connection, job_id: int) -> None:
        """Say which job the lock is for."""
        tx.execute(update(job_lock).where(self._mine()).values(job_id=job_id))

    def sign(self) -> bool:
        """Give a sign of life; False if the lock is no longer ours."""
        with self._db.write() as tx:
            return self._sign(tx)

    def _sign(self, tx: Connection) -> bool:
        return tx.execute(self._signing, {"moment": self._db.now(tx)}).rowcount == 1

    def _mine(self) -> ColumnElement[bool]:
        return (job_lock.c.name == self._name) & (job_lock.c.token == self._token)

    def release(self) -> None:
        with self._db.write() as tx:
            nothing = dict.fromkeys(("owner", "computer", "token", "job_id", "since", "alive_at"))
            tx.execute(update(job_lock).where(self._mine()).values(nothing))


def holder(tx: Connection, db: Database, name: str) -> Holder | None:
    """Who holds a lock and is alive; None if anybody may take it."""
    row = tx.execute(select(job_lock).where(job_lock.c.name == name)).one_or_none()
    if row is None or row.token is None or row.alive_at < db.now(tx) - STALE_AFTER:
        return None
    return Holder(row.owner, row.computer, row.since, row.job_id)


def take(db: Database, name: str, owner: str) -> Lock | None:
    """Take a lock; None if somebody alive holds it. Kept only as long as `sign` is called (see `held`)."""
    token = uuid.uuid4().hex
    with db.write() as tx:
        known = select(job_lock.c.id).where(job_lock.c.name == name)
        if tx.execute(known).first() is None:
            db.alone(tx)  # of two who make the row at once, one is the first
            if tx.execute(known).first() is None:
                tx.execute(insert(job_lock).values(name=name))
        now = db.now(tx)
        free = or_(job_lock.c.token.is_(None), job_lock.c.alive_at < now - STALE_AFTER)
        values = {
            "owner": owner,
            "computer": platform.node() or "unknown",
            "token": token,
            "job_id": None,
            "since": now,
            "alive_at": now,
        }
        taken = tx.execute(update(job_lock).where(job_lock.c.name == name, free).values(values)).rowcount
    return Lock(db, name, token) if taken == 1 else None


@contextmanager
def held(db: Database, name: str, owner: str) -> Iterator[Lock]:
    """Hold a lock while inside, with a sign of life every five seconds from a thread of its own.

    Raises ConflictError, naming who holds it and since when, if somebody else does.
    """
    lock = take(db, name, owner)
    if lock is None:
        with db.read() as tx:
            other = holder(tx, db, name)
        words = f" by {other.owner} on {other.computer} since {other.since.astimezone():%H:%M}" if other else ""
        raise ConflictError(f"This is being done{words}.", hint="Wait until it is finished, then look again.")
    ended = threading.Event()
    thread = threading.Thread(target=_keep_alive, args=(lock, ended), name="sign of life", daemon=True)
    thread.start()
    try:
        yield lock
    finally:
        ended.set()
        thread.join()
        with contextlib.suppress(DatabaseError):  # it is given up by itself, a minute later
            lock.release()


def _keep_alive(lock: Lock, ended: threading.Event) -> None:
    while not ended.wait(ALIVE_EVERY):
        with contextlib.suppress(AppError):  # the next sign may get through
            if not lock.sign():
                return
