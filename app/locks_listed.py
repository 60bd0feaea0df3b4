"""Locks as they are listed: who is at what, since when, and whether they still give signs of life."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from app.conditions import FieldInfo, FieldKind, Group
from app.conditions_sql import SqlField, where
from app.db import locks
from app.db.database import Database
from app.db.locks import Holder
from app.db.tables import file_job, job_lock
from app.imports.lock import PREFIX
from app.imports.stored import importer_of
from app.quick_filter import passes
from app.sorting import SortKey, order_by

_TITLES = {"lms": "Synchronising with the LMS", "purge": "Purge"}
_HELD = job_lock.c.token.is_not(None)


@dataclass(frozen=True, slots=True)
class LockRow:
    """A lock that is held. `file`: what is being imported, if it is an import."""

    holder: Holder
    file: str | None

    @property
    def title(self) -> str:
        """What is locked, in words."""
        return _TITLES.get(self.holder.name) or importer_of(self.scope)

    @property
    def scope(self) -> str:
        """The scope that a person may unlock; "" where the lock is taken over by itself."""
        return self.holder.name.removeprefix(PREFIX) if self.holder.name.startswith(PREFIX) else ""


FIELDS: Mapping[str, SqlField] = {
    one.info.id: one
    for one in (
        SqlField(FieldInfo("owner", "Held By"), job_lock.c.owner),
        SqlField(FieldInfo("computer", "Computer"), job_lock.c.computer),
        SqlField(FieldInfo("since", "Since", FieldKind.DATE), job_lock.c.since, moment=True),
    )
}
_SORTS: Mapping[str, ColumnElement[Any]] = {
    "what": job_lock.c.name,
    "owner": func.lower(job_lock.c.owner),
    "computer": func.lower(job_lock.c.computer),
    "since": job_lock.c.since,
    "alive": job_lock.c.alive_at,
}


def keys_query(
    group: Group | None = None,
    quick: str = "",
    sort: str = "",
    *,
    descending: bool = False,
    then: Sequence[SortKey] = (),
) -> Select[Any]:
    """The ids of the locks that are held and pass, in order; without one the longest first. Raises InputError."""
    typed = passes(quick, plain=(job_lock.c.name, job_lock.c.owner, job_lock.c.computer))
    query = select(job_lock.c.id).where(_HELD, where(group, FIELDS), typed)
    if sort not in _SORTS:
        return query.order_by(job_lock.c.since, job_lock.c.id)
    terms = order_by((SortKey(sort, descending), *then), _SORTS)
    return query.order_by(*terms, job_lock.c.id.desc() if descending else job_lock.c.id)


def total_query() -> Select[Any]:
    """How many locks are held."""
    return select(func.count()).select_from(job_lock).where(_HELD)


def rows(tx: Connection, db: Database, ids: Sequence[int]) -> dict[int, LockRow]:
    """The rows of a page; those that were released meanwhile are not there."""
    named = {row.name: row.id for row in tx.execute(select(job_lock.c.id, job_lock.c.name).where(_in(ids)))}
    held = locks.holders(tx, db, _in(ids))
    jobs = [one.job_id for one in held if one.job_id is not None and one.name.startswith(PREFIX)]
    query = select(file_job.c.id, file_job.c.file_name).where(file_job.c.id.in_(jobs))
    files = {row.id: row.file_name for row in tx.execute(query)}
    return {named[one.name]: LockRow(one, files.get(one.job_id or 0)) for one in held if one.name in named}


def _in(ids: Sequence[int]) -> ColumnElement[bool]:
    return job_lock.c.id.in_(ids)
