"""The values of `at_a_glance` kept beside the learner, so that a million learners can be sorted and searched by them.

They follow from the attainments and are worked out anew in the transaction that writes those: `app.history` calls
`keep` for every learner whose attainments an operation touched. Nobody edits them, and no history holds them.
"""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, select

from app.attainments.at_a_glance import RULE, Glance, Looked, Measure, glance_of
from app.db import server_roles
from app.db.database import Database
from app.db.tables import at_a_glance as kept
from app.db.tables import attainment, learner, setting

_AT_ONCE = 500
_RULE_KEY = "at_a_glance.rule"

# Built once: an update writes one learner at a time.
_LEARNERS: BindParameter[Any] = bindparam("learner_ids", expanding=True)
_ATTAINMENTS = select(
    attainment.c.subject,
    attainment.c.qualification_type,
    attainment.c.level,
    attainment.c.grade,
    attainment.c.award_date,
    attainment.c.end_date,
).where(attainment.c.removed_at.is_(None))
_OF_ONE = _ATTAINMENTS.where(attainment.c.learner_id == bindparam("learner_id"))
_OF_SOME = _ATTAINMENTS.add_columns(attainment.c.learner_id).where(attainment.c.learner_id.in_(_LEARNERS))
_LOCK = select(learner.c.id).where(learner.c.id.in_(_LEARNERS)).order_by(learner.c.id).with_for_update()


def lock(tx: Connection, learner_ids: Collection[int]) -> None:
    """Let no other transaction write attainments of these learners before this one has ended. On a server only: an
    embedded database has one writer."""
    if tx.dialect.name == "sqlite":
        return
    for some in _batches(learner_ids):
        tx.execute(_LOCK, {"learner_ids": some})


def keep(tx: Connection, learner_ids: Collection[int]) -> None:
    """Work out the values of these learners and write them; one without any has a row that says so."""
    lock(tx, learner_ids)
    for some in _batches(learner_ids):
        _keep_some(tx, some)


def _batches(learner_ids: Collection[int]) -> list[list[int]]:
    ids = sorted(set(learner_ids))
    return [ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE)]


def _keep_some(tx: Connection, ids: Sequence[int]) -> None:
    if len(ids) == 1:
        glances = {ids[0]: of_learner(tx, ids[0])}
    else:
        held: dict[int, list[Looked]] = {key: [] for key in ids}
        for *looked, key in tx.execute(_OF_SOME, {"learner_ids": ids}).all():
            held[key].append(tuple(looked))
        glances = {key: glance_of(attained) for key, attained in held.items()}
    # A row has the id of its learner: a million learners are joined by it in half the time.
    tx.execute(
        _upsert(tx.dialect.name), [{"id": key, "learner_id": key, **_columns(one)} for key, one in glances.items()]
    )


@cache
def _upsert(dialect: str) -> Any:
    """`Database.upsert` for this one table, built once: building it takes longer than carrying it out."""
    statement: Any
    if dialect == "sqlite":
        from sqlalchemy.dialects import sqlite

        statement = sqlite.insert(kept)
    else:  # imported only where a server is used: a start is sooner without it
        from sqlalchemy.dialects import postgresql

        statement = postgresql.insert(kept)
    columns = {name: statement.excluded[name] for name in _columns({})}
    return statement.on_conflict_do_update(index_elements=["id"], set_=columns)


_NAMES = tuple((measure, measure.value, f"{measure.value}_rank") for measure in Measure)


def _columns(glance: Glance) -> dict[str, str | int | None]:
    values: dict[str, str | int | None] = {}
    for measure, shown, rank in _NAMES:
        best = glance.get(measure)
        values[shown], values[rank] = (best.shown, best.rank) if best is not None else (None, None)
    return values


def of_learner(tx: Connection, learner_id: int) -> Glance:
    """The values of one learner with what they rest on, from the attainments themselves."""
    return glance_of(tx.execute(_OF_ONE, {"learner_id": learner_id}).all())


def fill(db: Database) -> int:
    """Work out the values of every learner, unless this has been done by this rule; returns of how many.

    In batches of one transaction each: a killed program goes on at its next start. After an upgrade from a version
    without these values, and after the rule changed. On a server it is the owner who does it, at their next start:
    most others may not write them.
    """
    with db.read() as tx:
        if _rule_done(tx) >= RULE or not (db.embedded or server_roles.owns(tx)):
            return 0
    done, last = 0, 0
    while True:
        query = select(attainment.c.learner_id).where(attainment.c.learner_id > last).distinct()
        with db.write() as tx:
            ids = list(tx.execute(query.order_by(attainment.c.learner_id).limit(_AT_ONCE * 4)).scalars())
            if not ids:
                _note_rule(db, tx)
                return done
            keep(tx, ids)
        done, last = done + len(ids), ids[-1]


def _rule_done(tx: Connection) -> int:
    value = tx.execute(select(setting.c.value).where(setting.c.key == _RULE_KEY)).scalar()
    return int(value) if value and value.isdecimal() else 0


def _note_rule(db: Database, tx: Connection) -> None:
    db.upsert(tx, setting, "key", [{"key": _RULE_KEY, "value": str(RULE)}])
