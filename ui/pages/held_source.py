"""The grid of held records: columns, and rows as they are painted, each with its forecast."""

from collections.abc import Callable, Mapping, Sequence

from app.dates import shown
from app.db.database import Database
from app.imports import held_list
from app.imports.amounts import shown as amount
from app.imports.columns import Column as Said
from app.imports.held import HeldForecast
from app.imports.held_list import HeldRow
from app.keys import Keys
from app.tasks import TaskContext
from ui.grids.columns import Column, Kind, Query, Row, State, Tags
from ui.import_words import OUTCOMES
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import tr

COLUMNS = (
    Column("who", "Waits for", Kind.MONO, 160, stretch=True),
    Column("name", "Name in the File", Kind.KEY, 110, sortable=False, absent="–"),
    Column("course", "Course", Kind.MONO, 100),
    Column("state", "Learner", Kind.STATE, 122, sortable=False),
    Column("forecast", "Would Be", Kind.STATE, 108, sortable=False, absent="–"),
    Column("marks", "At Once", Kind.TAGS, 142, sortable=False),
    Column("reports", "Would Go to", Kind.TEXT, 90, sortable=False, absent="nobody"),
    Column("since", "Held Since", Kind.AGE, 82),
    Column("job", "Job", Kind.NUMBER, 42),
    Column("number", "Row", Kind.NUMBER, 48),
    Column("file", "File", Kind.TEXT, 150, visible=False),
    Column("credit", "Credit", Kind.TEXT, 120, sortable=False, absent="none", visible=False),
)
UNKNOWN = State(Icon.HOURGLASS, "Not known yet", Role.TEXT2)
KNOWN = State(Icon.USER_PLUS, "Known now", Role.GOOD)
STUCK = State(Icon.WARNING, "Does not attach", Role.WARN)
AT_ONCE = State(Icon.WARNING, "Completes, credits", Role.WARN)
COMPLETES = State(Icon.INFO, "Completes", Role.INFO)
CONFIRM = State(Icon.HAND_PALM, "To confirm", Role.ACCENT_TEXT)


class HeldSource:
    """The records that wait, in pages."""

    columns: Sequence[Column] = COLUMNS
    in_memory = False

    def __init__(self, db: Database) -> None:
        self._db = db

    def keys(self, context: TaskContext, query: Query, first: Callable[[Keys], None]) -> Keys:
        wanted = held_list.keys_query(
            query.conditions, query.quick, query.sort, descending=query.descending, then=query.then
        )
        with self._db.read(context) as tx:
            return self._db.ids(tx, wanted, first)

    def total(self) -> int:
        with self._db.read() as tx:
            return int(tx.execute(held_list.total_query()).scalar_one())

    def rows(self, keys: Sequence[int]) -> Mapping[int, Row]:
        with self._db.read() as tx:
            return {key: _row(one) for key, one in held_list.rows(tx, keys).items()}


def name_of(one: HeldRow) -> str:
    """The name as the file says it."""
    said = one.line.said
    return ", ".join(part for part in (said.get(Said.LAST_NAME, ""), said.get(Said.FIRST_NAME, "")) if part)


def state_of(one: HeldForecast | None) -> State:
    """Whether the learner of a record is known by now."""
    if one is None or one.learner_id is None:
        return UNKNOWN
    return STUCK if one.why_not else KNOWN


def marks(one: HeldForecast | None) -> tuple[State, ...]:
    """What should be looked at before a record attaches."""
    if one is None:
        return ()
    found = []
    if one.at_once:
        found.append(AT_ONCE)
    elif one.completes:
        found.append(COMPLETES)
    if one.needs:
        found.append(CONFIRM)
    return tuple(found)


def reports_words(one: HeldForecast | None) -> str:
    """`Award Register by 26 Jan 2027`."""
    if one is None:
        return ""
    return ", ".join(tr("{body} by {day}", body=body, day=shown(due)) for body, due in one.reports)


def credit_words(one: HeldForecast | None) -> str:
    """`5 numeracy, 2 ama`."""
    return ", ".join(f"{amount(number)} {code}" for code, number in one.credit) if one is not None else ""


def _row(one: HeldRow) -> Row:
    forecast = one.forecast
    return Row(
        cells=(
            one.line.who,
            name_of(one) or None,
            one.course_code,
            state_of(forecast),
            OUTCOMES[forecast.outcome] if forecast is not None else None,
            Tags(marks(forecast)),
            reports_words(forecast) or None,
            one.since,
            one.job_id,
            one.line.number,
            one.file_name,
            credit_words(forecast) or None,
        )
    )
