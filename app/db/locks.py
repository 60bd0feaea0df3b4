"""Named locks between programs (table `job_lock`): one conditional UPDATE takes one, a sign of life keeps it.

All times are the database's: computers disagree. A lock whose holder gave no sign of life for a minute may be taken
by the next; a holder that was only asleep finds out with `require` before it writes again. Locks of imports are not
taken over (`take_among`): a person releases them.
"""

import contextlib
import platform
import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, insert, or_, select, update

from app.db.database import Database
from app.db.tables import job_lock
from app.errors import AppError, ConflictError, DatabaseError
from app.sentence import Sentence

ALIVE_EVERY = 5.0
"""Seconds between two signs of life."""
STALE_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock. `stale`: no sign of life for a minute."""

    owner: str
    computer: str
    since: datetime
    job_id: int | None
    name: str = ""
    alive_at: datetime | None = None
    stale: bool = False


class Lock:
    """A lock that is held."""

    def __init__(self, db: Database, name: str, token: str) -> None:
        self.db = db
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
        with self.db.write() as tx:
            return self._sign(tx)

    def _sign(self, tx: Connection) -> bool:
        return tx.execute(self._signing, {"moment": self.db.now(tx)}).rowcount == 1

    def _mine(self) -> ColumnElement[bool]:
        return (job_lock.c.name == self._name) & (job_lock.c.token == self._token)

    def release(self) -> None:
        with self.db.write() as tx:
            tx.execute(update(job_lock).where(self._mine()).values(NOBODY))


def holder(tx: Connection, db: Database, name: str) -> Holder | None:
    """Who holds a lock and is alive; None if anybody may take it."""
    found = next(iter(holders(tx, db, job_lock.c.name == name)), None)
    return None if found is None or found.stale else found


def holders(tx: Connection, db: Database, which: ColumnElement[bool]) -> list[Holder]:
    """Who holds these locks, alive or not, the longest first."""
    oldest = db.now(tx) - STALE_AFTER
    query = select(job_lock).where(which, job_lock.c.token.is_not(None)).order_by(job_lock.c.since, job_lock.c.id)
    return [
        Holder(row.owner, row.computer, row.since, row.job_id, row.name, row.alive_at, row.alive_at < oldest)
        for row in tx.execute(query)
    ]


def take(db: Database, name: str, owner: str) -> Lock | None:
    """Take a lock; None if somebody alive holds it. Kept only as long as `sign` is called (see `held`)."""
    token = uuid.uuid4().hex
    with db.write() as tx:
        _make(tx, db, name)
        now = db.now(tx)
        free = or_(job_lock.c.token.is_(None), job_lock.c.alive_at < now - STALE_AFTER)
        taken = _write(tx, name, free, _values(owner, token, now))
    return Lock(db, name, token) if taken else None


def take_among(db: Database, name: str, owner: str, rivals: ColumnElement[bool], job_id: int | None) -> Lock | None:
    """Take a lock that excludes others; None if it or one of its rivals is held, however stale: it is for a person to
    release that."""
    token = uuid.uuid4().hex
    with db.write() as tx:
        db.alone(tx)  # of two rivals who come at once, one is the first
        _make(tx, db, name)
        if holders(tx, db, or_(job_lock.c.name == name, rivals)):
            return None
        _write(tx, name, job_lock.c.token.is_(None), {**_values(owner, token, db.now(tx)), "job_id": job_id})
    return Lock(db, name, token)


NOBODY = dict.fromkeys(("owner", "computer", "token", "job_id", "since", "alive_at"))
"""What the row of a lock says that nobody holds."""


def _make(tx: Connection, db: Database, name: str) -> None:
    known = select(job_lock.c.id).where(job_lock.c.name == name)
    if tx.execute(known).first() is None:
        db.alone(tx)  # of two who make the row at once, one is the first
        if tx.execute(known).first() is None:
            tx.execute(insert(job_lock).values(name=name))


def _values(owner: str, token: str, now: datetime) -> dict[str, Any]:
    computer = platform.node() or "unknown"
    return {"owner": owner, "computer": computer, "token": token, "job_id": None, "since": now, "alive_at": now}


def _write(tx: Connection, name: str, where: ColumnElement[bool], values: Mapping[str, Any]) -> bool:
    return tx.execute(update(job_lock).where(job_lock.c.name == name, where).values(values)).rowcount == 1


@contextmanager
def held(db: Database, name: str, owner: str) -> Iterator[Lock]:
    """Hold a lock while inside, with a sign of life every five seconds from a thread of its own.

    Raises ConflictError, naming who holds it and since when, if somebody else does.
    """
    lock = take(db, name, owner)
    if lock is None:
        with db.read() as tx:
            other = holder(tx, db, name)
        words = "This is being done."
        if other is not None:
            words = Sentence(
                "This is being done by {owner} on {computer} since {time}.",
                owner=other.owner,
                computer=other.computer,
                time=f"{other.since.astimezone():%H:%M}",
            )
        raise ConflictError(words, hint="Wait until it is finished, then look again.")
    with keeping(lock):
        yield lock


@contextmanager
def keeping(lock: Lock) -> Iterator[None]:
    """Give signs of life for a lock that was taken, and release it at the end, whatever ends it."""
    ended = threading.Event()
    thread = threading.Thread(target=_keep_alive, args=(lock, ended), name="sign of life", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        _release(lock)


def _release(lock: Lock) -> None:
    """At once, also where the first try finds a connection that has died; else later."""
    for _ in range(2):
        with contextlib.suppress(DatabaseError):
            lock.release()
            return
    threading.Thread(target=_release_later, args=(lock,), name="lock release", daemon=True).start()


def _release_later(lock: Lock) -> None:
    """The database could not be reached: release the lock once it can, as long as the program lives. Until then it
    gives no sign of life, and is stale a minute later: taken over, or unlocked."""
    while not lock.db.closed.wait(ALIVE_EVERY):
        with contextlib.suppress(AppError):
            lock.release()
            return


def _keep_alive(lock: Lock, ended: threading.Event) -> None:
    while not ended.wait(ALIVE_EVERY):
        with contextlib.suppress(AppError):  # the next sign may get through
            if not lock.sign():
                return
