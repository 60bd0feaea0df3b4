"""Locks as they are listed: held ones only, by whom and since when, stale where nobody gives signs of life."""

from datetime import timedelta

from sqlalchemy import update

from app import locks_listed
from app.access import User
from app.db import locks
from app.db.database import Database
from app.db.locks import STALE_AFTER
from app.db.tables import job_lock
from app.locks_listed import LockRow


def listed(db: Database, quick: str = "") -> list[LockRow]:
    with db.read() as tx:
        ids = tx.execute(locks_listed.keys_query(quick=quick)).scalars().all()
        found = locks_listed.rows(tx, db, ids)
        assert quick or tx.execute(locks_listed.total_query()).scalar_one() == len(ids)
    return [found[key] for key in ids]


def silent(db: Database, name: str) -> None:
    """As after its holder was killed, a minute and a bit ago."""
    with db.write() as tx:
        moment = db.now(tx) - STALE_AFTER - timedelta(seconds=2)
        tx.execute(update(job_lock).where(job_lock.c.name == name).values(alive_at=moment))


def test_who_holds_what_and_what_is_stale(db: Database, user: User):
    assert listed(db) == []
    purge = locks.take(db, "purge", "Jane Doe")
    locks.take_among(db, "import:course:BIO-2", "Amira Khan", job_lock.c.name == "import:global", None)
    silent(db, "import:course:BIO-2")
    first, second = listed(db)
    assert (first.title, first.scope, first.holder.owner, first.holder.stale) == ("Purge", "", "Jane Doe", False)
    assert (second.title, second.scope) == ("The importer of BIO-2", "course:BIO-2")
    assert second.holder.stale
    assert [one.title for one in listed(db, "amira")] == ["The importer of BIO-2"]
    assert [one.title for one in listed(db, "bio-2")] == ["The importer of BIO-2"]
    assert listed(db, "'; drop table job_lock; --") == []
    assert purge is not None
    purge.release()
    assert [one.title for one in listed(db)] == ["The importer of BIO-2"]


def test_whatever_has_a_lock_is_named(db: Database, user: User):
    """A new lock needs its words."""
    from app import purge
    from app.imports import lock
    from app.lms import run

    for name in (purge.LOCK, run.LOCK, lock.name_of("global")):
        locks.take(db, name, "Jane")
    assert {one.title for one in listed(db)} == {"Purge", "Synchronising with the LMS", "The global importer"}
    assert [one.scope for one in listed(db) if one.scope] == ["global"]
