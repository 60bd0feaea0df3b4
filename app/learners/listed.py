"""The learners of a pasted list: by person code, folded, or by ULN; the code of one who was merged into another means
that one. The list goes to the server as a table."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Column, Connection, Integer, MetaData, Table, or_, select, union

from app.conditions_sql import Where
from app.db.database import Database
from app.db.tables import SHOWN, learner
from app.db.types import Text
from app.folding import fold
from app.pasted_codes import Codes
from app.tasks import TaskContext
from app.ulns import normal

_listed = Table(
    "listed",
    MetaData(),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("ref", Text),
    Column("uln", Text),
    prefixes=["temporary"],
)
_stayed = learner.alias("stayed")


@dataclass(frozen=True, slots=True)
class Found:
    """How many of the codes are somebody's, and those that are nobody's, as pasted and in their order."""

    codes: int
    missing: tuple[str, ...] = field(repr=False)

    @property
    def found(self) -> int:
        return self.codes - len(self.missing)


@contextmanager
def listed(db: Database, tx: Connection, codes: Codes | None) -> Iterator[Where | None]:
    """The condition that a learner is on the list; None without a list. It holds while inside."""
    if codes is None:
        yield None
        return
    with _as_table(db, tx, codes):
        by_ref = select(learner.c.id).join(_listed, _listed.c.ref == learner.c.ref_fold).where(SHOWN)
        merged = select(learner.c.merged_into_id).join(_listed, _listed.c.ref == learner.c.ref_fold)
        by_uln = select(learner.c.id).join(_listed, _listed.c.uln == learner.c.uln).where(SHOWN)
        yield learner.c.id.in_(union(by_ref, merged.where(learner.c.merged_into_id.is_not(None)), by_uln))


@contextmanager
def _as_table(db: Database, tx: Connection, codes: Codes) -> Iterator[None]:
    tx.exec_driver_sql("drop table if exists listed")
    _listed.create(tx, checkfirst=False)
    db.fill(tx, _listed, ((place, fold(one), normal(one)) for place, one in enumerate(codes.entries)))
    yield
    _listed.drop(tx, checkfirst=False)  # after an exception the rollback takes it


def look_up(context: TaskContext, db: Database, codes: Codes) -> Found:
    """Which of the codes are somebody's, whatever else is asked. Raises Cancelled."""
    with db.read(context) as tx, _as_table(db, tx, codes):
        there = or_(SHOWN, learner.c.merged_into_id.in_(select(_stayed.c.id).where(_stayed.c.removed_at.is_(None))))
        ref = select(learner.c.id).where(learner.c.ref_fold == _listed.c.ref, there).exists()
        uln = select(learner.c.id).where(learner.c.uln == _listed.c.uln, SHOWN).exists()
        places = tx.execute(select(_listed.c.place).where(~or_(ref, uln)).order_by(_listed.c.place)).scalars()
        missing = tuple(codes.entries[place] for place in places)
    return Found(len(codes), missing)
