"""The columns of a table that is brought in: what they are taken for, shown to a person, and remembered by name."""

import json
from collections.abc import Mapping as Pairs
from dataclasses import dataclass, field

from sqlalchemy import insert, select, update

from app import access
from app.access import Permission, User
from app.db.database import Database
from app.db.tables import saved
from app.files.columns import Mapping, header_key, remembered
from app.files.rows import FileKind
from app.files.table import Table
from app.tasks import TaskContext

KIND = "columns"
"""The kind under which the columns of learner files are remembered."""
TABLES = frozenset({FileKind.CSV, FileKind.XLSX})


@dataclass(frozen=True, slots=True)
class TableColumns:
    """The columns of a table, what they are taken for, and what of it a person should look at."""

    kind: FileKind
    headings: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...] = field(repr=False)
    mapping: Mapping
    remembered: bool
    """Whether somebody decided it for such a table before."""
    month_first: Pairs[str, int]
    """By field of dates: the first line with a date that makes sense only with the month first."""
    sheet: str
    sheets: tuple[str, ...]
    rows: int
    table: Table | None = field(default=None, repr=False, compare=False)
    """What was looked through, so that reading it need not begin anew."""

    def samples(self, index: int, most: int = 3) -> list[str]:
        """The first values of a column that differ."""
        found: dict[str, None] = {}
        for row in self.sample:
            text = row[index].strip() if index < len(row) else ""
            if text:
                found[text] = None
            if len(found) == most:
                break
        return list(found)


def seen(table: Table, mapping: Mapping, known: bool, month_first: Pairs[str, int], rows: int) -> TableColumns:
    """What was looked through, as it is shown; `known`: somebody decided the mapping before."""
    sheets = tuple(one.name for one in table.sheets if not one.hidden)
    sample = tuple(tuple(row) for row in table.sample)
    facts = table.facts
    return TableColumns(
        facts.kind, tuple(table.headings), sample, mapping, known, month_first, facts.sheet, sheets, rows, table
    )


def held(context: TaskContext, db: Database, user: User, table: Table, kind: str = KIND) -> Mapping | None:
    """What is remembered of the columns of such a table: the user's own, else what anybody shares."""
    query = (
        select(saved.c.body)
        .where(
            saved.c.kind == kind,
            saved.c.name == header_key(table.headings),
            (saved.c.owner_id == user.id) | saved.c.shared,
        )
        .order_by((saved.c.owner_id == user.id).desc(), saved.c.id.desc())
    )
    with db.read(context) as tx:
        body = tx.execute(query.limit(1)).scalar_one_or_none()
    return remembered(table.headings, body)


def remember(db: Database, user: User, headings: tuple[str, ...], mapping: Mapping, kind: str = KIND) -> None:
    """Keep what was decided about the columns, for the next table with these headings; for everybody.
    Raises AccessError."""
    name, body = header_key(headings), json.dumps(mapping.body())
    mine = (saved.c.kind == kind) & (saved.c.owner_id == user.id) & (saved.c.name == name)
    with db.write() as tx:
        access.require(tx, user, Permission.OPEN)
        held = tx.execute(select(saved.c.body, saved.c.version).where(mine)).one_or_none()
        if held is None:
            tx.execute(insert(saved).values(kind=kind, owner_id=user.id, name=name, body=body, shared=True))
        elif held.body != body:
            tx.execute(update(saved).where(mine).values(body=body, version=held.version + 1))


def open_orders(columns: TableColumns, mapping: Mapping) -> list[str]:
    """The fields of dates whose order a person still has to say."""
    used = {one.field for one in mapping.uses}
    return [name for name in columns.month_first if name in used and name not in mapping.orders]
