"""The grid of locks: columns, and rows as they are painted."""

from collections.abc import Callable, Mapping, Sequence

from app import locks_listed
from app.db.database import Database
from app.keys import Keys
from app.locks_listed import LockRow
from app.tasks import TaskContext
from ui.grids.columns import Column, Kind, Query, Row, State
from ui.look.icons import Icon
from ui.look.tokens import Role

COLUMNS = (
    Column("what", "What", Kind.KEY, 220),
    Column("state", "State", Kind.STATE, 130, sortable=False),
    Column("owner", "Held By", Kind.TEXT, 140),
    Column("computer", "Computer", Kind.TEXT, 110),
    Column("since", "Since", Kind.DATE, 140),
    Column("alive", "Last Sign of Life", Kind.DATE, 140),
    Column("file", "File", Kind.TEXT, 160, sortable=False, stretch=True, absent="–"),
)
AT_WORK = State(Icon.ARROWS_CLOCKWISE, "At work", Role.INFO)
STALE = State(Icon.WARNING, "Stale", Role.WARN)


class LockSource:
    """The locks that are held, in pages."""

    columns: Sequence[Column] = COLUMNS
    in_memory = False

    def __init__(self, db: Database) -> None:
        self._db = db

    def keys(self, context: TaskContext, query: Query, first: Callable[[Keys], None]) -> Keys:
        wanted = locks_listed.keys_query(
            query.conditions, query.quick, query.sort, descending=query.descending, then=query.then
        )
        with self._db.read(context) as tx:
            return self._db.ids(tx, wanted, first)

    def total(self) -> int:
        with self._db.read() as tx:
            return int(tx.execute(locks_listed.total_query()).scalar_one())

    def rows(self, keys: Sequence[int]) -> Mapping[int, Row]:
        with self._db.read() as tx:
            return {key: _row(one) for key, one in locks_listed.rows(tx, self._db, keys).items()}


def _row(one: LockRow) -> Row:
    held = one.holder
    return Row(
        cells=(one.title, state_of(one), held.owner, held.computer, held.since, held.alive_at, one.file),
    )


def state_of(one: LockRow) -> State:
    """Whether its holder still gives signs of life, with its icon."""
    return STALE if one.holder.stale else AT_WORK
