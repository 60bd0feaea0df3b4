"""The grid of the operations: columns, and rows as they are painted."""

from collections.abc import Callable, Mapping, Sequence

from app.db.database import Database
from app.keys import Keys
from app.past import kinds, listed
from app.past.listed import OperationRow
from app.tasks import TaskContext
from ui.grids.columns import Column, Kind, Query, Row, State
from ui.look.icons import Icon
from ui.look.tokens import Role

COLUMNS = (
    Column("at", "When", Kind.DATE, 150),
    Column("kind", "What", Kind.KEY, 196),
    Column("who", "Who", Kind.TEXT, 104, absent="schedule", staff=True),
    Column("computer", "Computer", Kind.TEXT, 92),
    Column("rows", "Rows", Kind.NUMBER, 64, sortable=False, absent="none", tip="How many rows it changed"),
    Column("state", "State", Kind.STATE, 128),
    Column("reason", "Reason", Kind.TEXT, 176, stretch=True, absent="–"),
    Column("number", "Number", Kind.NUMBER, 72),
    Column("undoes", "Undoes", Kind.NUMBER, 76, visible=False, sortable=False, absent="–"),
)
_WORDS = dict(kinds.STATES)
_LOOKS: Mapping[str, tuple[Icon, Role]] = {
    "done": (Icon.CHECK_CIRCLE, Role.GOOD),
    "stopped": (Icon.WARNING, Role.WARN),
    "undone": (Icon.ARROW_U_UP_LEFT, Role.TEXT2),
    "partly_undone": (Icon.ARROW_U_UP_LEFT, Role.WARN),
}


class HistorySource:
    """The operations, in pages."""

    columns: Sequence[Column] = COLUMNS
    in_memory = False

    def __init__(self, db: Database) -> None:
        self._db = db

    def keys(self, context: TaskContext, query: Query, first: Callable[[Keys], None]) -> Keys:
        wanted = listed.keys_query(
            query.conditions, query.quick, query.sort, descending=query.descending, then=query.then
        )
        with self._db.read(context) as tx:
            return self._db.ids(tx, wanted, first)

    def total(self) -> int:
        with self._db.read() as tx:
            return int(tx.execute(listed.total_query()).scalar_one())

    def rows(self, keys: Sequence[int]) -> Mapping[int, Row]:
        with self._db.read() as tx:
            return {key: _row(one) for key, one in listed.rows(tx, keys).items()}


def _row(one: OperationRow) -> Row:
    return Row(
        cells=(
            one.at,
            one.title,
            one.who,
            one.computer,
            one.rows or None,
            state_of(one),
            one.reason,
            one.id,
            one.undoes_id,
        )
    )


def state_of(one: OperationRow) -> State:
    """What became of an operation, with its icon."""
    icon, role = _LOOKS.get(one.state, (Icon.QUESTION, Role.TEXT2))
    return State(icon, _WORDS.get(one.state, one.state), role)
