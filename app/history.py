"""History, audit and undo as one mechanism (data-model.md 5).

Each command opens one operation; each row it touches gives one change, in the same transaction. An operation
begins as *stopped* and becomes *done* with its last write, so that a killed program leaves the truth behind.
"""

import platform
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy import Connection, Integer, Row, Table, Update, bindparam, func, insert, select, update

from app.attainments import at_a_glance_kept
from app.db.again import begun_anew
from app.db.among import among
from app.db.database import Database
from app.db.tables import attainment, change, operation
from app.errors import ConflictError, InputError
from app.json_text import decoded, encoded

Values = Mapping[str, Any]
_Id = TypeVar("_Id", int, str)
_AT_ID = itemgetter("at_id")
CHANGE_COLUMNS = (
    "operation_id", "learner_id", "table_name", "row_id", "kind", "before", "after", "version_after",
)  # fmt: skip

# Made once: they are part of every command.
_BEGIN = insert(operation).returning(operation.c.id, operation.c.at)
_BEGIN_ON_SERVER = _BEGIN.values(at=func.clock_timestamp())
_END = update(operation).where(operation.c.id == bindparam("of_operation"))


@dataclass(slots=True)
class Operation:
    """One command under way: collects changes, and writes rows and changes together."""

    id: int
    db: Database
    tx: Connection
    changes: list[tuple[Any, ...]] = field(default_factory=list)
    """Rows of `change` to be written, by `CHANGE_COLUMNS`."""
    whose: set[int] = field(default_factory=set)
    """Learners whose attainments were written: what these come to is worked out anew with `save_changes`."""
    at: datetime | None = None
    """When it was begun, by the database's clock; None for one that is gone on with."""

    def insert(self, table: Table, values: Values, learner_id: int | None = None) -> int:
        """Insert one row and note it; returns its id."""
        return self.insert_many(table, [values], learner_id)[0]

    def insert_own(self, table: Table, values: Values) -> int:
        """Insert a learner: the change belongs to the very row it tells of. Returns the id."""
        [key] = self.db.new_ids(self.tx, table, 1)
        self._insert(table, [key], [values], [key])
        return key

    def insert_many(self, table: Table, rows: Sequence[Values], learner_id: int | None = None) -> Sequence[int]:
        """Insert rows (all with the same keys) of one learner and note them; returns their ids."""
        ids = self.db.new_ids(self.tx, table, len(rows))
        if rows:
            self._insert(table, ids, rows, [learner_id] * len(rows))
        return ids

    def insert_each(self, table: Table, rows: Sequence[Values]) -> Sequence[int]:
        """Insert rows (all with the same keys) of many learners and note them; returns their ids. A row is its
        `learner_id`'s, or is a learner itself."""
        ids = self.db.new_ids(self.tx, table, len(rows))
        if rows:
            own = "learner_id" not in rows[0]
            self._insert(table, ids, rows, ids if own else [row["learner_id"] for row in rows])
        return ids

    def insert_for(
        self, table: Table, rows: Sequence[Values], owners: Sequence[int | None], unnoted: Container[str] = ()
    ) -> Sequence[int]:
        """Insert rows (all with the same keys) that belong to these learners, and note them but for the `unnoted`
        columns; returns their ids."""
        ids = self.db.new_ids(self.tx, table, len(rows))
        if rows:
            self._insert(table, ids, rows, owners, unnoted)
        return ids

    def _insert(
        self,
        table: Table,
        ids: Sequence[int],
        rows: Sequence[Values],
        owners: Sequence[int | None],
        unnoted: Container[str] = (),
    ) -> None:
        self.db.insert_rows(self.tx, table, [{**row, "id": key} for key, row in zip(ids, rows, strict=True)])
        self._note_whose(table, (row.get("learner_id") for row in rows))
        present = (
            {name: value for name, value in row.items() if value is not None and name not in unnoted} for row in rows
        )
        self.note_inserts(table, zip(ids, owners, map(encoded, present), strict=True))

    def note_inserts(self, table: Table, rows: Iterable[tuple[int, int | None, str]]) -> None:
        """Note rows that were inserted: id, whose it is, and its values as JSON."""
        version, name = (1 if "version" in table.c else None), table.name
        self.changes += [(self.id, owner, name, key, "insert", None, after, version) for key, owner, after in rows]

    def update(self, table: Table, row: Row[Any], values: Values, learner_id: int | None = None) -> bool:
        """Change the columns of `values` that differ from `row` as it was read; returns whether any did.

        Raises ConflictError if somebody changed the row since.
        """
        return self.update_many(table, [(row, values, learner_id)]) == 1

    def update_many(
        self,
        table: Table,
        updates: Iterable[tuple[Row[Any], Values, int | None]],
        *,
        mirrored: bool = False,
        unnoted: Container[str] = (),
    ) -> int:
        """Change rows as read (row, values, learner), each at most once; returns how many differed at all.

        One statement for all rows in which the same columns differ. `mirrored`: columns that only the program
        writes, which neither look at the version nor touch it. `unnoted` columns are written, whatever they
        were, and left out of the history. Raises ConflictError as `update`.
        """
        versioned = "version" in table.c and not mirrored
        alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for row, values, learner_id in updates:
            differing = {
                name: value for name, value in values.items() if name in unnoted or getattr(row, name) != value
            }
            if not differing:
                continue
            self._note_whose(table, (getattr(row, "learner_id", None), values.get("learner_id")))
            version = row.version + 1 if versioned else None
            written = {f"to_{name}": value for name, value in differing.items()}
            alike.setdefault(tuple(differing), []).append({"at_id": row.id, "at_version": version, **written})
            told = {name: value for name, value in differing.items() if name not in unnoted}
            if told:
                old = {name: getattr(row, name) for name in told}
                self._note(table, row.id, "update", old, told, learner_id, version)
        for names, rows in alike.items():
            if "version" in table.c:  # links keep their order: a tick goes before another one comes
                rows.sort(key=_AT_ID)  # of two who change the same rows one waits for the other, and never both
            if self.tx.execute(_updating(table, names, versioned), rows).rowcount != len(rows):
                raise ConflictError("Somebody else changed this record.", hint="Reload it and try again.")
        return sum(map(len, alike.values()))

    def delete_many(self, table: Table, rows: Iterable[tuple[Row[Any], int | None]]) -> None:
        """Delete rows as read (row, learner). Only of tables that history may point into the void of: links."""
        gone, names = [], names_of(table)
        for row, learner_id in rows:
            before = {name: value for name, value in zip(names, row, strict=True) if value is not None}
            self._note_whose(table, (before.get("learner_id"),))
            gone.append(before.pop("id"))
            self._note(table, gone[-1], "delete", before, None, learner_id, None)
        for some in batched(gone, 5_000):
            self.tx.execute(table.delete().where(among(table.c.id, some)))

    def _note_whose(self, table: Table, learner_ids: Iterable[int | None]) -> None:
        if table is attainment:
            self.whose.update(key for key in learner_ids if key is not None)

    def _note(
        self,
        table: Table,
        row_id: int,
        kind: str,
        before: Values | None,
        after: Values | None,
        learner_id: int | None,
        version: int | None,
    ) -> None:
        old, new = (None if one is None else encoded(one) for one in (before, after))
        self.changes.append((self.id, learner_id, table.name, row_id, kind, old, new, version))

    def save_changes(self) -> None:
        """Write the changes noted so far, and what follows from the rows they tell of; in the same transaction."""
        if self.whose:
            at_a_glance_kept.keep(self.tx, self.whose)
            self.whose.clear()
        if self.changes:
            self.db.insert_plain(self.tx, change, CHANGE_COLUMNS, self.changes)
            self.changes.clear()

    def end(self, tx: Connection, state: str = "done") -> None:
        """Write what is left and set the operation's state: done or stopped."""
        self.tx = tx
        self.save_changes()
        tx.execute(_END, {"of_operation": self.id, "state": state})


@lru_cache(512)
def _updating(table: Table, names: tuple[str, ...], versioned: bool) -> Update:
    """Sets columns of one row, told by parameters `at_…` and `to_…`; made once for each set of columns."""
    statement = update(table).where(table.c.id == bindparam("at_id"))
    columns: dict[str, Any] = {name: bindparam(f"to_{name}", type_=table.c[name].type) for name in names}
    if versioned:
        statement = statement.where(table.c.version == bindparam("at_version", type_=Integer) - 1)
        columns["version"] = bindparam("at_version", type_=Integer)
    return statement.values(columns)


def batched(ids: Sequence[_Id], size: int = 500) -> Iterator[Sequence[_Id]]:
    """`ids` in lists short enough for a statement's parameters."""
    return (ids[start : start + size] for start in range(0, len(ids), size))


def differs(row: Row[Any], values: Values) -> bool:
    """Whether `Operation.update` with these values would change anything: else there is no operation to open."""
    return any(getattr(row, name) != value for name, value in values.items())


def begin(
    tx: Connection,
    db: Database,
    user_id: int | None,
    kind: str,
    reason: str | None = None,
    undoes_id: int | None = None,
) -> Operation:
    """Open an operation. It stays *stopped* until `end`."""
    told = {
        "kind": kind,
        "user_id": user_id,
        "computer": platform.node() or "unknown",
        "reason": reason,
        "state": "stopped",
        "undoes_id": undoes_id,
    }
    row = tx.execute(_BEGIN, told | {"at": db.now(tx)}) if db.embedded else tx.execute(_BEGIN_ON_SERVER, told)
    key, at = row.one()
    return Operation(id=key, db=db, tx=tx, at=at)


def unpacked(table: Table, body: str | None) -> dict[str, Any]:
    """Before or after values as Python values of the table's columns."""
    values: dict[str, Any] = decoded(body) if body else {}
    for name, read in _readers(table):
        if values.get(name) is not None:
            values[name] = read(values[name])
    return values


def columns_of(table: Table, before: str | None, after: str | None) -> list[tuple[str, Any, Any]]:
    """What a row of `change` says of each column: its name, before and after; None where it says nothing."""
    old, new = unpacked(table, before), unpacked(table, after)
    return [(name, old.get(name), new.get(name)) for name in {**new, **old}]


@cache
def names_of(table: Table) -> tuple[str, ...]:
    """The columns of a table, in the order of its rows."""
    return tuple(table.c.keys())


@cache
def _readers(table: Table) -> tuple[tuple[str, Callable[[str], Any]], ...]:
    """The columns of days and moments, and what reads them."""
    kinds = [(one.name, one.type.python_type) for one in table.c]
    return tuple((name, kind.fromisoformat) for name, kind in kinds if kind in (date, datetime))


# ------------------------------------------------------------------------------------------------------- undo

# The next synchronisation would bring it again, what was sent has left the building, a lock is its holder's,
# and nobody who was erased comes back.
NEVER_UNDONE = frozenset(
    {"lms_courses", "lms_enrolments", "lms_sender", "extracts_queued", "purged", "import_unlocked", "learner_erased"}
)


def note_asked(db: Database, user_id: int, kind: str, learners: int) -> None:
    """Put on record, before a service is asked, that somebody asks about so many learners."""
    words = "1 learner" if learners == 1 else f"{learners:,} learners"
    with db.write() as tx:
        begin(tx, db, user_id, kind, reason=words).end(tx)


@dataclass(frozen=True, slots=True)
class Saved:
    """The id of what was saved, and the operation that can be taken back; None if nothing differed."""

    id: int
    operation_id: int | None


@dataclass(frozen=True, slots=True)
class UndoSummary:
    """What an undo did: rows put back, and rows left because somebody changed them since."""

    undone: int
    left: int


@begun_anew
def undo(
    db: Database,
    user_id: int,
    operation_id: int,
    needed: Callable[[Connection], Iterable[int]] = lambda tx: (),
    require: Callable[[Connection], None] = lambda tx: None,
    then: Callable[[Connection], None] = lambda tx: None,
) -> UndoSummary:
    """Take back an operation as far as nothing changed since; itself an operation. One transaction. A learner whom it
    added stays if anything of theirs was written since, or if they are `needed`. `require` raises AccessError for
    what the permission does not say; `then` writes what follows from what is there afterwards.

    Raises AccessError if the user may not do what is undone; InputError if there is nothing (more) to undo.
    """
    from app import access, retention, undo_updates, users  # which write history themselves

    with db.write(much=True) as tx:
        row = tx.execute(select(operation).where(operation.c.id == operation_id)).one_or_none()
        if row is None or row.kind == "undo" or row.kind in NEVER_UNDONE:
            raise _nothing_to_undo()
        access.require_undo(tx, user_id, row.kind)
        require(tx)
        if (purged := retention.purged_before(tx)) is not None and row.at < purged:
            raise InputError("This is older than what the last Purge kept.", hint="It can no longer be undone.")
        # Claimed first: of two who undo at the same time one finds it undone.
        claim = update(operation).where(operation.c.id == operation_id, operation.c.state.in_(("done", "stopped")))
        if tx.execute(claim.values(state="undone")).rowcount != 1:
            raise InputError("This has been undone already.", hint="Reload the page to see how things stand.")
        if table := undo_updates.table_of(tx, operation_id):
            again = begin(tx, db, user_id, "undo", undoes_id=operation_id)
            summary = undo_updates.take_back(again, operation_id, table)
        else:
            summary = _undo_row_by_row(tx, db, user_id, operation_id, needed)
        if row.kind == users.KIND:
            users.require_an_administrator(tx)
        if summary.left:
            tx.execute(update(operation).where(operation.c.id == operation_id).values(state="partly_undone"))
        then(tx)
    return summary


def _undo_row_by_row(
    tx: Connection,
    db: Database,
    user_id: int,
    operation_id: int,
    needed: Callable[[Connection], Iterable[int]],
) -> UndoSummary:
    changes = tx.execute(select(change).where(change.c.operation_id == operation_id).order_by(change.c.id)).all()
    at_a_glance_kept.lock(tx, {one.learner_id for one in changes if one.table_name == attainment.name} - {None})
    if not changes:
        raise _nothing_to_undo()
    from app.taking_back import TakingBack  # which knows this module

    staying = {*needed(tx), *_written_since(tx, operation_id)}
    return TakingBack(begin(tx, db, user_id, "undo", undoes_id=operation_id), changes, staying).run()


def _written_since(tx: Connection, operation_id: int) -> set[int]:
    """The learners added by the operation of whom something was written later that still stands."""
    added = select(change.c.row_id).where(
        change.c.operation_id == operation_id, change.c.table_name == "learner", change.c.kind == "insert"
    )
    query = (
        select(change.c.learner_id)
        .join(operation, operation.c.id == change.c.operation_id)
        .where(
            change.c.learner_id.in_(added),
            change.c.operation_id > operation_id,
            operation.c.kind != "undo",
            operation.c.state != "undone",
        )
        .distinct()
    )
    return set(tx.execute(query).scalars())


def _nothing_to_undo() -> InputError:
    return InputError("There is nothing to undo here.", hint="Reload the page to see how things stand.")
