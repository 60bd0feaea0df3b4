"""The grid of course records: columns, and rows as they are painted."""

from collections.abc import Callable, Mapping, Sequence

from app.db.database import Database
from app.enrolling import ORIGINS, STATUSES
from app.imports import course_records
from app.imports.course_records import RecordRow
from app.keys import Keys
from app.tasks import TaskContext
from ui.grids.columns import Column, Kind, Query, Row, State
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import tr

COLUMNS = (
    Column("ref", "Person Code", Kind.MONO, 96),
    Column("name", "Name", Kind.KEY, 144),
    Column("course_code", "Course Code", Kind.MONO, 110),
    Column("course_title", "Course", Kind.TEXT, 140, stretch=True),
    Column("complete", "Completion", Kind.STATE, 166),
    Column("completed_on", "Completed on", Kind.DATE, 102),
    Column("credit", "Credit", Kind.TEXT, 110, absent="none", tip="What the learner has of this course, by type"),
    Column("category", "Category", Kind.TEXT, 100, absent="–"),
    Column("attended", "Attended", Kind.TEXT, 76, visible=False),
    Column("starts", "Starts", Kind.DATE, 100, visible=False),
    Column("ends", "Ends", Kind.DATE, 100, visible=False),
    Column("status", "Status", Kind.TEXT, 90, visible=False),
    Column("origin", "Origin", Kind.TEXT, 90, visible=False),
)
COMPLETE = State(Icon.CHECK_CIRCLE, "Complete", Role.GOOD)
INCOMPLETE = State(Icon.CIRCLE_DASHED, "Not complete", Role.TEXT2)
MISTAKEN = State(Icon.WARNING, "Credit, not complete", Role.WARN)
_STATUSES, _ORIGINS = dict(STATUSES), dict(ORIGINS)


class CourseRecordSource:
    """Every record, in pages."""

    columns: Sequence[Column] = COLUMNS
    in_memory = False

    def __init__(self, db: Database) -> None:
        self._db = db

    def keys(self, context: TaskContext, query: Query, first: Callable[[Keys], None]) -> Keys:
        wanted = course_records.keys_query(
            query.conditions, query.quick, query.sort, descending=query.descending, then=query.then
        )
        with self._db.read(context) as tx:
            return self._db.ids(tx, wanted, first)

    def total(self) -> int:
        with self._db.read() as tx:
            return int(tx.execute(course_records.total_query()).scalar_one())

    def rows(self, keys: Sequence[int]) -> Mapping[int, Row]:
        with self._db.read() as tx:
            return {key: _row(one) for key, one in course_records.rows(tx, keys).items()}


def state_of(one: RecordRow) -> State:
    """How complete the record is; credit where there should be none is told."""
    if one.complete:
        return COMPLETE
    return MISTAKEN if one.mistaken else INCOMPLETE


def _row(one: RecordRow) -> Row:
    return Row(
        cells=(
            one.ref,
            ", ".join(part for part in (one.family_name, one.given_names) if part),
            one.course_code,
            one.course_title,
            state_of(one),
            one.completed_on,
            ", ".join(award.words for award in one.awards) or None,
            one.category,
            tr("yes") if one.attended else tr("no"),
            one.starts,
            one.ends,
            tr(_STATUSES.get(one.status, one.status)),
            tr(_ORIGINS.get(one.origin, one.origin)),
        )
    )
