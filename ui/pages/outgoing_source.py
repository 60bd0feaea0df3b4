"""The grid of what is due to outside bodies: columns, and rows as they are painted."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from app.db.database import Database
from app.imports import outgoing
from app.imports.amounts import shown
from app.imports.outgoing import STAGES, ReportRow, Stage
from app.keys import Keys
from app.tasks import TaskContext
from ui.grids.columns import Column, Kind, Query, Row, State
from ui.look.icons import Icon
from ui.look.tokens import Role

COLUMNS = (
    Column("stage", "State", Kind.STATE, 142),
    Column("body", "Outside Body", Kind.KEY, 120),
    Column("due_on", "Due on", Kind.DATE, 100, tip="By when the body wants to hear of it"),
    Column("ref", "Person Code", Kind.MONO, 94),
    Column("name", "Name", Kind.KEY, 150),
    Column("course_code", "Course Code", Kind.MONO, 110),
    Column("type", "Credit Type", Kind.TEXT, 84),
    Column("amount", "Credit", Kind.NUMBER, 60),
    Column("missing", "Missing", Kind.TEXT, 130, sortable=False, stretch=True, absent="nothing"),
    Column("awarded_on", "Awarded on", Kind.DATE, 104, visible=False),
    Column("exported_at", "Exported", Kind.AGE, 84, absent="–", visible=False),
)
_LOOKS: Mapping[Stage, tuple[Icon, Role]] = {
    Stage.RECALL: (Icon.WARNING_CIRCLE, Role.BAD),
    Stage.INCOMPLETE: (Icon.WARNING, Role.WARN),
    Stage.DUE: (Icon.PAPER_PLANE_TILT, Role.INFO),
    Stage.EXPORTED: (Icon.CHECK_CIRCLE, Role.GOOD),
    Stage.WITHDRAWN: (Icon.MINUS_CIRCLE, Role.TEXT3),
}
STATES = {one: State(icon, STAGES[one], role) for one, (icon, role) in _LOOKS.items()}
OVERDUE = State(Icon.WARNING_CIRCLE, "Overdue", Role.BAD)


class OutgoingSource:
    """Every record, in pages."""

    columns: Sequence[Column] = COLUMNS
    in_memory = False

    def __init__(self, db: Database) -> None:
        self._db = db

    def keys(self, context: TaskContext, query: Query, first: Callable[[Keys], None]) -> Keys:
        wanted = outgoing.keys_query(
            query.conditions, query.quick, query.sort, descending=query.descending, then=query.then
        )
        with self._db.read(context) as tx:
            return self._db.ids(tx, wanted, first)

    def total(self) -> int:
        with self._db.read() as tx:
            return int(tx.execute(outgoing.total_query()).scalar_one())

    def rows(self, keys: Sequence[int]) -> Mapping[int, Row]:
        today = date.today()
        with self._db.read() as tx:
            return {key: _row(one, today) for key, one in outgoing.rows(tx, keys).items()}


def state_of(one: ReportRow, today: date) -> State:
    """How far it is; what is late and lacks nothing is overdue."""
    return OVERDUE if one.stage is Stage.DUE and one.due_on < today else STATES[one.stage]


def _row(one: ReportRow, today: date) -> Row:
    waiting = one.stage in (Stage.DUE, Stage.INCOMPLETE)
    return Row(
        cells=(
            state_of(one, today),
            one.body,
            one.due_on,
            one.ref,
            ", ".join(part for part in (one.family_name, one.given_names) if part),
            one.course_code,
            one.type,
            shown(one.amount),
            ", ".join(one.missing) or None,
            one.awarded_on,
            one.exported_at,
        ),
        tints={"due_on": Role.BAD} if waiting and one.due_on < today else {},
    )
