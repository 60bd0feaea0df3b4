"""Check Database: whether a database is whole. Reads all of it in one state, changes nothing, and tells no values.

Four questions: does the file read as a whole (a server looks after its own pages, and every row is read); are the
tables those of this version, and does every link lead to a row; do the columns by which people search and sort agree
with what they are made of; and does the last thing done stand in the rows as the history says.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Table, func, inspect, select

from app.db.among import among
from app.db.database import Database
from app.db.table_parts import PARTIAL
from app.db.tables import (
    SORTED,
    attainment,
    campus,
    change,
    course,
    file_job,
    job_lock,
    learner,
    lms_account,
    lms_course,
    metadata,
    operation,
)
from app.db.upgrade import revision
from app.folding import fold, fold_code
from app.history import unpacked
from app.learners.edit import SEARCHED, derived
from app.sentence import Sentence
from app.tasks import TaskContext

BATCH = 5_000
_DAMAGED = "Keep the database as it is, and restore the newest copy."
_BY_HAND = "Somebody changed the database past this program: ask whoever looks after it."
_AGAIN = "Until they are saved again these rows may not be found by what they say, or stand in the wrong place."


@dataclass(frozen=True, slots=True)
class Problem:
    """What is not as it should be, and the next step; no value of anybody."""

    what: str
    hint: str

    def __str__(self) -> str:
        return f"{self.what} {self.hint}"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: the revision, rows by table, and what is wrong. A file whose pages are damaged is not
    counted."""

    revision: str | None
    counts: Mapping[str, int]
    problems: Sequence[Problem]

    @property
    def ok(self) -> bool:
        return not self.problems


def check(context: TaskContext, db: Database) -> Checked:
    """Look through the whole database. For whoever can read it: nothing of its rows is told but their number.

    Raises DatabaseError if it cannot be read at all, Cancelled.
    """
    with db.read(context) as tx:
        here = revision(tx)
        if db.embedded and (problems := _pages(tx)):
            return Checked(here, {}, problems)
        if problems := [*_schema(db, tx)]:
            return Checked(here, _counts(tx, set(inspect(tx).get_table_names())), problems)
        counts = _counts(tx, set(metadata.tables))
        progress = _Progress(context, sum(counts[one.name] for one in (*metadata.sorted_tables, *_MADE)))
        for table in metadata.sorted_tables:
            problems += _links(tx, table)
            progress.add(counts[table.name])
        for table, make in _MADE.items():
            problems += _companions(tx, table, make, progress)
        problems += _last_operation(tx)
    return Checked(here, counts, problems)


class _Progress:
    def __init__(self, context: TaskContext, total: int) -> None:
        self._context, self._total, self._done = context, total, 0

    def add(self, rows: int) -> None:
        self._done += rows
        self._context.report(self._done, self._total, "Checking")


def _counts(tx: Connection, there: set[str]) -> dict[str, int]:
    tables = (one for one in metadata.sorted_tables if one.name in there)
    return {one.name: int(tx.execute(select(func.count()).select_from(one)).scalar_one()) for one in tables}


# ------------------------------------------------------------------------------------------------ file and tables


def _pages(tx: Connection) -> list[Problem]:
    """SQLite's own look at the pages, indexes and constraints of the file."""
    found = tx.exec_driver_sql("pragma integrity_check").scalars().all()
    return [Problem(Sentence("The file is damaged: {one}.", one=one), _DAMAGED) for one in found if one != "ok"]


def _schema(db: Database, tx: Connection) -> Iterator[Problem]:
    """Whether the tables are those that this version makes."""
    from alembic.autogenerate import compare_metadata  # takes longer to import than everything else here
    from alembic.migration import MigrationContext

    ordered = {f"ix_learner_{name}_id{'_sqlite' if db.embedded else ''}" for name in SORTED}
    unknown = ordered | PARTIAL  # made by statements of our own, which alembic does not see

    def compared(name: str | None, kind: str, parents: object) -> bool:
        return not (kind == "index" and name in unknown)

    options = {"compare_type": True, "compare_server_default": True, "include_name": compared}
    found = compare_metadata(MigrationContext.configure(tx, opts=options), metadata)
    for one in found:
        yield Problem(_difference(one[0] if isinstance(one, list) else one), _BY_HAND)
    look = inspect(tx)
    names = {index["name"] for table in look.get_table_names() for index in look.get_indexes(table)}
    for name in sorted(unknown - names):
        yield Problem(Sentence("The index {name} is missing.", name=name), _BY_HAND)


def _difference(found: Sequence[Any]) -> str:
    """One difference as alembic tells it, in words."""
    kind, *rest = found
    if kind.startswith("modify_"):
        return Sentence(
            "The column {column} of the table {table} is another one than this version makes.",
            column=rest[2],
            table=rest[1],
        )
    added, _, thing = kind.partition("_")
    thing = thing.replace("fk", "link")
    if thing == "column":
        name: str = Sentence("{column} of the table {table}", column=rest[2].name, table=rest[1])
    else:
        name = str(rest[0].name)
    if added == "add":
        return Sentence("The {thing} {name} is missing.", thing=Sentence(thing), name=name)
    return Sentence("The {thing} {name} is none that this version makes.", thing=Sentence(thing), name=name)


def _links(tx: Connection, table: Table) -> Iterator[Problem]:
    """Rows that belong to a row that is not there."""
    for key in table.foreign_keys:
        target = key.column.table.alias("target")
        lost = key.parent.is_not(None) & ~select(target.c.id).where(target.c.id == key.parent).exists()
        number, first = tx.execute(select(func.count(), func.min(table.c.id)).where(lost)).one()
        if number:
            what = Sentence(
                "{table}: {number:,} rows point by {column} to a missing {other}, the first is row {first}.",
                table=table.name,
                number=number,
                column=key.parent.name,
                other=key.column.table.name,
                first=first,
            )
            yield Problem(what, _DAMAGED)


# ------------------------------------------------------------------------------------- companions of what people type


def _of_learner(row: Row[Any]) -> dict[str, Any]:
    said = {name: getattr(row, name) for name in (*SEARCHED, "birth_date")}
    made = derived(said)
    return {name: made[name] for name in made.keys() - said.keys()}


def _of_course(row: Row[Any]) -> dict[str, Any]:
    """Codes of two kinds that are spelt alike are told apart by a bracket, which says the kind in two ways."""
    made = fold_code(row.code)
    return {} if made.rpartition(" (")[0] == row.code_fold.rpartition(" (")[0] != "" else {"code_fold": made}


_MADE: Mapping[Table, Callable[[Row[Any]], Mapping[str, Any]]] = {
    learner: _of_learner,
    attainment: lambda row: {"subject_fold": fold(row.subject)},
    campus: lambda row: {"name_fold": fold_code(row.name)},
    lms_course: lambda row: {"short_fold": fold_code(row.short_name), "full_fold": fold_code(row.full_name)},
    lms_account: lambda row: {"email_fold": fold(row.email)},
    course: _of_course,
}
"""What the program makes of the other columns of a row, by table."""


def _companions(
    tx: Connection, table: Table, make: Callable[[Row[Any]], Mapping[str, Any]], progress: _Progress
) -> Iterator[Problem]:
    wrong: dict[str, list[int]] = {}
    for rows in _batches(tx, table):
        for row in rows:
            for name, value in make(row).items():
                if getattr(row, name) != value:
                    wrong.setdefault(name, []).append(row.id)
        progress.add(len(rows))
    for name, ids in sorted(wrong.items()):
        what = Sentence(
            "{table}: in {n:,} rows {name} does not agree with what it is made of, the first is row {first}.",
            table=table.name,
            n=len(ids),
            name=name,
            first=ids[0],
        )
        yield Problem(what, _AGAIN)


def _batches(tx: Connection, table: Table) -> Iterator[Sequence[Row[Any]]]:
    last = 0
    while rows := tx.execute(select(table).where(table.c.id > last).order_by(table.c.id).limit(BATCH)).all():
        yield rows
        last = rows[-1].id


# ------------------------------------------------------------------------------------------------- the last operation


_GO_ON_UNTOLD = (file_job.name, job_lock.name)
"""What an Unlock tells of a job and its lock; both go on without history, with the next import."""


def _last_operation(tx: Connection) -> Iterator[Problem]:
    """Whether what was done last stands in the rows as its changes say. What was changed again since is left out."""
    done = select(func.max(operation.c.id)).where(operation.c.state == "done")
    last = tx.execute(done).scalar()
    later = change.alias("later")
    again = select(later.c.id).where(
        later.c.table_name == change.c.table_name, later.c.row_id == change.c.row_id, later.c.id > change.c.id
    )
    ours = select(change).where(
        change.c.operation_id == last, ~again.exists(), change.c.table_name.not_in(_GO_ON_UNTOLD)
    )
    at, wrong = 0, 0
    while changes := tx.execute(ours.where(change.c.id > at).order_by(change.c.id).limit(BATCH)).all():
        at = changes[-1].id
        wrong += _not_as_told(tx, changes)
    if wrong:
        what = Sentence(
            "{wrong:,} rows are not as the last operation ({last}) left them, by its own history.",
            wrong=wrong,
            last=str(last),
        )
        yield Problem(what, "Look at it on the page History; if it is not what was meant, restore the newest copy.")


def _not_as_told(tx: Connection, changes: Sequence[Row[Any]]) -> int:
    """How many of the rows differ from what their last change says."""
    wrong = 0
    for name in sorted({one.table_name for one in changes}):
        table = metadata.tables[name]
        told = {one.row_id: one for one in changes if one.table_name == name}
        rows = {row.id: row for row in tx.execute(select(table).where(among(table.c.id, sorted(told))))}
        wrong += sum(not _agrees(table, one, rows.get(key)) for key, one in told.items())
    return wrong


def _agrees(table: Table, one: Row[Any], row: Row[Any] | None) -> bool:
    if one.kind == "delete" or row is None:
        return bool(one.kind == "delete") == (row is None)
    told = unpacked(table, one.after)
    if one.version_after is not None:
        told["version"] = one.version_after
    return all(getattr(row, name) == value for name, value in told.items() if name in table.c)
