"""The grid of sync errors, one by one: columns, and rows as they are painted."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime

from app.dates import shown
from app.db.database import Database
from app.keys import Keys
from app.lms import errors_list
from app.lms.errors import Cause, Level, Whose
from app.lms.errors_list import ErrorRow
from app.tasks import TaskContext
from ui.grids.columns import Column, Kind, Query, Row, State, Tags
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import tr
from ui.pages.cause_words import SHORT

COLUMNS = (
    Column("code", "Cause", Kind.STATE, 154, stretch=True),
    Column("course", "Course", Kind.MONO, 92, absent="–"),
    Column("ref", "Person Code", Kind.MONO, 96, absent="–"),
    Column("name", "Learner", Kind.KEY, 112, absent="–"),
    Column("since", "Since", Kind.AGE, 66),
    Column("runs", "Runs", Kind.NUMBER, 52, tip="How many runs have met it"),
    Column("last_good", "Last Good", Kind.AGE, 78, absent="never", tip="When the data of its course were last good"),
    Column("marks", "Marks", Kind.TAGS, 112, sortable=False),
    Column("whose", "Whose Move", Kind.TEXT, 150, sortable=False, visible=False),
    Column("detail", "Detail", Kind.TEXT, 200, sortable=False, visible=False),
    Column("level", "Concerns", Kind.TEXT, 90, visible=False),
    Column("se", "SE Code", Kind.MONO, 76, sortable=False, visible=False),
    Column("cleared", "Cleared", Kind.DATE, 130, visible=False),
)
LEVELS = {Level.CONNECTION: "Connection", Level.COURSE: "Course", Level.ENROLMENT: "Enrolment"}
WHOSE_ICONS = {
    Whose.YOU: Icon.USER,
    Whose.LMS_ADMINISTRATOR: Icon.USER_GEAR,
    Whose.TECHNICIAN: Icon.WRENCH,
    Whose.NOBODY: Icon.CLOCK,
}


class SyncErrorSource:
    """The errors, in pages: the open ones, unless a condition asks for those that have cleared."""

    columns: Sequence[Column] = COLUMNS
    in_memory = False

    def __init__(self, db: Database) -> None:
        self._db = db

    def keys(self, context: TaskContext, query: Query, first: Callable[[Keys], None]) -> Keys:
        wanted = errors_list.keys_query(
            query.conditions, query.quick, query.sort, descending=query.descending, then=query.then
        )
        with self._db.read(context) as tx:
            return self._db.ids(tx, wanted, first)

    def total(self) -> int:
        with self._db.read() as tx:
            return int(tx.execute(errors_list.total_query()).scalar_one())

    def rows(self, keys: Sequence[int]) -> Mapping[int, Row]:
        with self._db.read() as tx:
            return {key: _row(one) for key, one in errors_list.rows(tx, keys).items()}


def _row(one: ErrorRow) -> Row:
    quiet = one.cleared_at is not None
    return Row(
        cells=(
            State(icon_of(one.cause, one.level), tr(SHORT[one.cause.code]), role_of(one)),
            one.course,
            one.ref,
            name_of(one),
            one.since,
            one.runs,
            one.last_good,
            Tags(marks(one)),
            one.cause.whose.value,
            one.detail or "",
            LEVELS[one.level],
            one.code,
            one.cleared_at,
        ),
        tints={"name": Role.TEXT3, "course": Role.TEXT3} if quiet else {},
    )


def icon_of(known: Cause, level: Level) -> Icon:
    """What stands before a cause."""
    if known.information:
        return Icon.INFO
    return Icon.WIFI_SLASH if level is Level.CONNECTION else Icon.WARNING


def role_of(one: ErrorRow) -> Role:
    """The colour of an error: quiet once it has cleared, or where nothing has gone wrong."""
    if one.cleared_at is not None:
        return Role.TEXT2
    return cause_role(one.cause, one.level)


def cause_role(known: Cause, level: Level) -> Role:
    """The colour of an open cause."""
    if known.information:
        return Role.INFO
    return Role.BAD if level is Level.CONNECTION else Role.WARN


def name_of(one: ErrorRow) -> str | None:
    """Surname, given names; None where no learner is concerned."""
    return ", ".join(part for part in (one.family_name, one.given_names) if part) or None


def marks(one: ErrorRow) -> tuple[State, ...]:
    """Cleared, snoozed or accepted."""
    found = []
    if one.cleared_at is not None:
        found.append(State(Icon.CHECK_CIRCLE, tr("Cleared"), Role.GOOD))
    if one.cleared_at is None and snoozed(one):
        assert one.snoozed_until is not None
        day = shown(one.snoozed_until.astimezone().date())
        found.append(State(Icon.CLOCK, tr("Snoozed until {day}", day=day), Role.TEXT2))
    if one.cleared_at is None and accepted(one):
        found.append(State(Icon.CHECK, tr("Accepted until {day}", day=shown(one.accepted_until)), Role.TEXT2))
    return tuple(found)


def snoozed(one: ErrorRow) -> bool:
    """Whether it is asleep now."""
    return one.snoozed_until is not None and one.snoozed_until > datetime.now(UTC)


def accepted(one: ErrorRow) -> bool:
    """Whether somebody stands by it today."""
    return one.accepted_reason is not None and (one.accepted_until is None or one.accepted_until >= date.today())
