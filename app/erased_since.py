"""Who was erased here and stands in a copy as they were: restoring it would bring them back, and take from the
history that they were erased. So they are erased again in the restore's own transaction, with the words of then
(data-model.md 6)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select

from app.db import erasing
from app.db.among import among
from app.db.database import Database
from app.db.tables import app_user, change, learner, operation
from app.history import Operation
from app.learners.erase import KIND


@dataclass(frozen=True, slots=True)
class Erasing:
    """One *Erase Learner*: when, by whom (their login) and why, and which of its learners the copy holds."""

    row: Row[Any]
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Since:
    """`unsure`: so many may be somebody else in the copy, which has gone another way than this database."""

    again: Sequence[Erasing]
    unsure: int

    @property
    def learners(self) -> int:
        return sum(len(one.ids) for one in self.again)


def find(here: Connection, there: Connection) -> Since:
    """Who was erased `here` and is not so in the copy `there`."""
    query = (
        select(operation, app_user.c.login, change.c.row_id.label("whom"))
        .join(change, change.c.operation_id == operation.c.id)
        .outerjoin(app_user, app_user.c.id == operation.c.user_id)
        .where(operation.c.kind == KIND, operation.c.state == "done", change.c.table_name == learner.name)
        .order_by(operation.c.id, change.c.row_id)
    )
    rows = here.execute(query).all()
    erased = {row.whom for row in rows}
    held = {
        row.id
        for row in there.execute(select(learner.c.id, learner.c.ref).where(among(learner.c.id, list(erased))))
        if row.ref != f"erased {row.id}"
    }
    known = _same(here, there, held) - _joined(there, held, erased)
    found: dict[int, tuple[Row[Any], list[int]]] = {}
    for row in rows:
        if row.whom in known:
            found.setdefault(row.id, (row, []))[1].append(row.whom)
    return Since([Erasing(row, tuple(ids)) for row, ids in found.values()], len(held - known))


def _same(here: Connection, there: Connection, held: Collection[int]) -> set[int]:
    """Who is the same person in both: all of them where the copy's last command was done here too, else those whom
    one and the same command has touched in both. After a restore the same id may be given to somebody else."""
    if not held:
        return set()
    last = select(operation.c.id, operation.c.at).order_by(operation.c.id.desc()).limit(1)
    newest = there.execute(last).one_or_none()
    if newest is not None:
        same = select(operation.c.at).where(operation.c.id == newest.id)
        if here.execute(same).scalar_one_or_none() == newest.at:
            return set(held)
    touched = _touched(held)
    both = {tuple(row) for row in here.execute(touched)} & {tuple(row) for row in there.execute(touched)}
    return {key for key, *_ in both}


def _touched(ids: Collection[int]) -> Select[Any]:
    query = select(change.c.row_id, operation.c.id, operation.c.at)
    query = query.join(operation, operation.c.id == change.c.operation_id)
    return query.where(change.c.table_name == learner.name, among(change.c.row_id, list(ids)))


def _joined(there: Connection, held: Collection[int], erased: Collection[int]) -> set[int]:
    """Those with whom the copy has somebody merged who was not erased here, but parted from them."""
    query = select(learner.c.id, learner.c.merged_into_id).where(among(learner.c.merged_into_id, list(held)))
    return {row.merged_into_id for row in there.execute(query) if row.id not in erased}


def erase_again(tx: Connection, db: Database, since: Since) -> None:
    """Erase them in what was restored, with the moment, the person and the reason of then."""
    for one in since.again:
        known = select(app_user.c.id).where(app_user.c.login == one.row.login)
        values = {
            "kind": KIND,
            "user_id": tx.execute(known).scalar_one_or_none(),
            "computer": one.row.computer,
            "at": one.row.at,
            "reason": one.row.reason,
            "state": "stopped",
        }
        key = int(tx.execute(insert(operation).values(values).returning(operation.c.id)).scalar_one())
        again = Operation(id=key, db=db, tx=tx)
        again.changes += [(key, whom, learner.name, whom, "update", None, None, None) for whom in one.ids]
        again.save_changes()
        for whom in one.ids:
            erasing.erase(db, tx, whom, key)
        again.end(tx)
