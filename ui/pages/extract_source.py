"""The grid of extract records: columns, and rows as they are painted, with what is staged beside what is stored."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from app.access import User
from app.db.database import Database
from app.enrolling import STATUSES as COURSE_STATUSES
from app.keys import Keys
from app.lms import settings
from app.lms.extracts import records_list
from app.lms.extracts.records_list import CHANGES, TITLES, ExtractRow, Filters
from app.lms.extracts.staged import Staged
from app.tasks import TaskContext
from ui.grids.columns import Column, Kind, Moved, Query, Row, State, Tags
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import tr

COLUMNS = (
    Column("ref", "Person Code", Kind.MONO, 92),
    Column("name", "Name", Kind.KEY, 114),
    Column("campuses", "Campus", Kind.TEXT, 88),
    Column("term", "Term", Kind.TEXT, 110, visible=False),
    Column("course_code", "Course", Kind.MONO, 98),
    Column("section", "Section", Kind.MONO, 60),
    Column("change", "Change", Kind.TEXT, 66),
    Column("course_status", "Course Status", Kind.TEXT, 110, visible=False),
    Column("changed_on", "Status Change Date", Kind.DATE, 136, visible=False),
    Column("status", "Extract Status", Kind.STATE, 158),
    Column("extracted", "Extract Date", Kind.DATE, 99, absent="not sent", tip="When it was last sent"),
    Column("answered", "Answered Date", Kind.DATE, 112, absent="none", visible=False),
    Column("attempts", "Attempts", Kind.NUMBER, 70),
    Column("message", "Last LMS Message", Kind.TEXT, 90, stretch=True),
    Column("marks", "Marks", Kind.TAGS, 104, sortable=False),
    Column("changed_by", "Last Changed By", Kind.TEXT, 130, absent="system", visible=False),
    Column("changed_at", "Last Changed At", Kind.AGE, 112, visible=False),
    Column("delivery_method", "Delivery Method", Kind.TEXT, 120, visible=False),
    Column("vendor", "LMS", Kind.TEXT, 90, visible=False),
    Column("id", "Record", Kind.NUMBER, 80, visible=False),
)
STATES = {
    "ready": State(Icon.QUEUE, "Ready", Role.INFO),
    "transmitted": State(Icon.PAPER_PLANE_TILT, "Transmitted", Role.ACCENT_TEXT),
    "processed": State(Icon.CHECK_CIRCLE, "Processed", Role.GOOD),
    "rejected": State(Icon.X_CIRCLE, "Rejected", Role.BAD),
}
_CHANGES, _COURSE_STATUSES = dict(CHANGES), dict(COURSE_STATUSES)


class ExtractSource:
    """The records of the filters, within the campuses of the user. `filters` and `staged` are replaced as a whole, so
    that a task may read them at any time."""

    columns: Sequence[Column] = COLUMNS
    in_memory = False

    def __init__(self, db: Database, user: User) -> None:
        self._db, self._user = db, user
        self.filters = Filters()
        self.staged = Staged()

    def keys(self, context: TaskContext, query: Query, first: Callable[[Keys], None]) -> Keys:
        with self._db.read(context) as tx:
            wanted = records_list.keys_query(
                self.filters,
                records_list.scope_of(tx, self._user),
                query.conditions,
                query.quick,
                query.sort,
                descending=query.descending,
                then=query.then,
                overdue_hours=settings.overdue_hours(tx),
            )
            return records_list.keys(self._db, tx, wanted, first)

    def total(self) -> int:
        with self._db.read() as tx:
            scope = records_list.scope_of(tx, self._user)
            return int(tx.execute(records_list.total_query(self.filters, scope)).scalar_one())

    def rows(self, keys: Sequence[int]) -> Mapping[int, Row]:
        staged = self.staged
        with self._db.read() as tx:
            found = records_list.rows(tx, keys, records_list.scope_of(tx, self._user))
        return {key: _row(one, staged) for key, one in found.items()}


def _row(one: ExtractRow, staged: Staged) -> Row:
    move = staged.at(one.id)
    return Row(
        cells=(
            one.ref,
            name_of(one),
            ", ".join(one.campuses),
            one.term,
            one.course_code,
            f"{one.section:02}",
            _CHANGES.get(one.change, one.change),
            _COURSE_STATUSES.get(one.course_status, one.course_status),
            one.changed_on,
            STATES[one.status] if move is None else Moved(STATES[one.status], STATES[move[1]]),
            _day(one.extracted_at),
            _day(one.answered_at),
            one.attempts,
            one.message,
            Tags(marks(one)),
            one.changed_by,
            one.changed_at,
            one.delivery_method,
            one.vendor,
            one.id,
        ),
        staged=move is not None,
    )


def name_of(one: ExtractRow) -> str:
    return ", ".join(part for part in (one.family_name, one.given_names) if part)


def change_words(one: ExtractRow) -> str:
    """What is to be told to the LMS: "Drop: Dropped"."""
    status = _COURSE_STATUSES.get(one.course_status, one.course_status)
    return f"{tr(_CHANGES.get(one.change, one.change))}: {tr(status)}"


def _day(moment: datetime | None) -> date | None:
    return moment.astimezone().date() if moment is not None else None


def mark_rule(one: ExtractRow) -> str:
    """The rule behind the gravest mark, "" for a record without any."""
    rules = ("EX-T4", one.late_answer is not None), ("EX-P7", one.gate_failed), ("EX-T3", one.overdue)
    never = ("EX-R5", one.superseded), ("EX-R6", one.gone)
    return next((rule for rule, so in (*rules, *never) if so), "")


def marks(one: ExtractRow) -> tuple[State, ...]:
    """What to look at about a record, the gravest first."""
    found = []
    if one.late_answer is not None:
        words = tr("Late answer: {status}", status=tr(TITLES[one.late_answer]))
        found.append(State(Icon.ENVELOPE_SIMPLE, words, Role.INFO))
    if one.gate_failed:
        found.append(State(Icon.WARNING, tr("Gate failed"), Role.WARN))
    if one.overdue:
        found.append(State(Icon.CLOCK, tr("Overdue"), Role.WARN))
    if one.superseded:
        found.append(State(Icon.CLOCK_COUNTER_CLOCKWISE, tr("Superseded"), Role.TEXT2))
    elif one.gone:
        found.append(State(Icon.USER_MINUS, tr("Registration gone"), Role.TEXT2))
    return tuple(found)
