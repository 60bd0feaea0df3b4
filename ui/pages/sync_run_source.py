"""The grid of the runs of the synchronisation: columns, and rows as they are painted."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from app.db.database import Database
from app.keys import Keys
from app.lms import runs_list
from app.lms.runs_list import KINDS, STATES, TRIGGERS, RunRow
from app.tasks import TaskContext
from ui.grids.columns import Column, Kind, Query, Row, State
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import plural, tr

COLUMNS = (
    Column("started", "Started", Kind.DATE, 148),
    Column("kind", "Kind", Kind.KEY, 96),
    Column("state", "State", Kind.STATE, 196),
    Column("trigger", "Started by", Kind.TEXT, 84),
    Column("who", "Who", Kind.TEXT, 110, absent="–", staff=True),
    Column("computer", "Computer", Kind.TEXT, 90),
    Column("took", "Took", Kind.TEXT, 62, sortable=False, absent="–"),
    Column("counts", "What It Did", Kind.TEXT, 210, sortable=False, stretch=True, absent="nothing"),
    Column("messages", "Messages", Kind.NUMBER, 76, sortable=False, absent="–"),
    Column("failed_by", "Failed by", Kind.MONO, 76, absent="–", tip="The cause, if the connection ended the run"),
    Column("ended", "Ended", Kind.DATE, 150, visible=False, absent="–"),
)
KIND_WORDS, TRIGGER_WORDS, STATE_WORDS = dict(KINDS), dict(TRIGGERS), dict(STATES)
_LOOKS: Mapping[str, tuple[Icon, Role]] = {
    "running": (Icon.ARROWS_CLOCKWISE, Role.INFO),
    "finished": (Icon.CHECK_CIRCLE, Role.GOOD),
    "messages": (Icon.WARNING, Role.WARN),
    "failed": (Icon.X_CIRCLE, Role.BAD),
    "cancelled": (Icon.STOP, Role.TEXT2),
    "held": (Icon.QUESTION, Role.WARN),
    "skipped": (Icon.MINUS_CIRCLE, Role.TEXT2),
}
COUNTS = (
    ("courses", "{n} course", "{n} courses"),
    ("done", "{n} done", "{n} done"),
    ("failed", "{n} failed", "{n} failed"),
    ("added", "{n} new", "{n} new"),
    ("changed", "{n} changed", "{n} changed"),
    ("removed", "{n} removed", "{n} removed"),
    ("held", "{n} held", "{n} held"),
    ("enrolments", "{n} enrolment", "{n} enrolments"),
    ("enrolments_changed", "{n} enrolment changed", "{n} enrolments changed"),
    ("enrolments_unchanged", "{n} enrolment unchanged", "{n} enrolments unchanged"),
    ("enrolments_failed", "{n} enrolment failed", "{n} enrolments failed"),
    ("rows_written", "{n} row written", "{n} rows written"),
    ("sent", "{n} sent", "{n} sent"),
    ("processed", "{n} processed", "{n} processed"),
    ("rejected", "{n} rejected", "{n} rejected"),
    ("waiting", "{n} still Ready", "{n} still Ready"),
)
"""The counts of a run by name, in the order in which they are told."""
_IN_SHORT = (
    *("courses", "failed", "added", "changed", "removed", "held", "enrolments_changed", "enrolments_failed"),
    *("sent", "processed", "rejected", "waiting"),
)


class SyncRunSource:
    """The runs, in pages."""

    columns: Sequence[Column] = COLUMNS
    in_memory = False

    def __init__(self, db: Database) -> None:
        self._db = db

    def keys(self, context: TaskContext, query: Query, first: Callable[[Keys], None]) -> Keys:
        wanted = runs_list.keys_query(
            query.conditions, query.quick, query.sort, descending=query.descending, then=query.then
        )
        with self._db.read(context) as tx:
            return self._db.ids(tx, wanted, first)

    def total(self) -> int:
        with self._db.read() as tx:
            return int(tx.execute(runs_list.total_query()).scalar_one())

    def rows(self, keys: Sequence[int]) -> Mapping[int, Row]:
        with self._db.read() as tx:
            return {key: _row(one) for key, one in runs_list.rows(tx, keys).items()}


def _row(one: RunRow) -> Row:
    return Row(
        cells=(
            one.started_at,
            KIND_WORDS.get(one.kind, one.kind),
            state_of(one),
            TRIGGER_WORDS.get(one.trigger, one.trigger),
            one.who,
            one.computer,
            took(one.took),
            counted(one, _IN_SHORT),
            len(one.messages) or None,
            one.failed_by,
            one.ended_at,
        )
    )


def state_of(one: RunRow) -> State:
    """How a run ended, with its icon."""
    icon, role = _LOOKS.get(one.state, (Icon.QUESTION, Role.TEXT2))
    return State(icon, STATE_WORDS.get(one.state, one.state), role)


def counted(one: RunRow, names: Sequence[str] | None = None) -> str | None:
    """What a run did in numbers: of those names only, if given; None if there is nothing to tell."""
    parts = [
        plural(one.counts[name], singular, many)
        for name, singular, many in COUNTS
        if one.counts.get(name) and (names is None or name in names)
    ]
    return ", ".join(parts) or None


def took(length: timedelta | None) -> str | None:
    """A length of time in few words: `48 s`, `3 min`, `2 h 10 min`; None for none."""
    if length is None:
        return None
    seconds = max(0, round(length.total_seconds()))
    if seconds < 90:
        return tr("{n} s", n=seconds)
    minutes = round(seconds / 60)
    if minutes < 60:
        return tr("{n} min", n=minutes)
    hours, minutes = divmod(minutes, 60)
    return tr("{hours} h {minutes} min", hours=hours, minutes=minutes) if minutes else tr("{n} h", n=hours)
