"""The grid of enrolments: columns, and rows as they are painted."""

from collections.abc import Callable, Mapping, Sequence

from app.dates import shown
from app.db.database import Database
from app.enrolling import ORIGINS, STATUSES
from app.keys import Keys
from app.lms import enrolments_list
from app.lms.enrolments_list import EnrolmentRow
from app.lms.errors import cause
from app.lms.progress import percent
from app.tasks import TaskContext
from ui.grids.columns import Column, Kind, Query, Row, State, Tags
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import tr
from ui.pages.cause_words import SHORT

COLUMNS = (
    Column("ref", "Person Code", Kind.MONO, 96),
    Column("name", "Name", Kind.KEY, 150),
    Column("lms_full_name", "Course", Kind.TEXT, 180, stretch=True),
    Column(
        "progress",
        "Progress",
        Kind.PROGRESS,
        126,
        absent="–",
        tip="Activities with a grade, of the activities that are not hidden",
    ),
    Column("counts", "Graded", Kind.NUMBER, 80, absent="–"),
    Column("grade", "Grade", Kind.TEXT, 110, absent="–", tip="The course total as the LMS shows it", at_right=True),
    Column(
        "as_of",
        "As of",
        Kind.AGE,
        76,
        absent="never",
        tip="When the LMS last confirmed it; where its last answer told nothing of the learner, the last change",
    ),
    Column("marks", "Marks", Kind.TAGS, 160, sortable=False),
    Column("status", "Status", Kind.TEXT, 90, visible=False),
    Column("starts", "Starts", Kind.DATE, 100, visible=False),
    Column("ends", "Ends", Kind.DATE, 100, visible=False),
    Column("tutor_group", "Tutor Group", Kind.TEXT, 100, visible=False),
    Column("lms_short_name", "Short Name", Kind.MONO, 116, visible=False),
    Column("course_code", "Course Code", Kind.MONO, 110, visible=False),
    Column("origin", "Origin", Kind.TEXT, 90, visible=False),
    Column("changed", "Changed", Kind.DATE, 130, visible=False),
)
_STATUSES, _ORIGINS = dict(STATUSES), dict(ORIGINS)


class EnrolmentSource:
    """Enrolments, of everybody or of `learner_ids` or `lms_course_id` only."""

    columns: Sequence[Column] = COLUMNS
    in_memory = False

    def __init__(self, db: Database) -> None:
        self._db = db

    def keys(self, context: TaskContext, query: Query, first: Callable[[Keys], None]) -> Keys:
        wanted = enrolments_list.keys_query(
            query.conditions, query.quick, query.sort, descending=query.descending, then=query.then
        )
        with self._db.read(context) as tx:
            return self._db.ids(tx, wanted, first)

    def total(self) -> int:
        with self._db.read() as tx:
            return int(tx.execute(enrolments_list.total_query()).scalar_one())

    def rows(self, keys: Sequence[int]) -> Mapping[int, Row]:
        with self._db.read() as tx:
            return {key: _row(one) for key, one in enrolments_list.rows(tx, keys).items()}


def _row(one: EnrolmentRow) -> Row:
    name = ", ".join(part for part in (one.family_name, one.given_names) if part)
    old = one.missing_since is not None or one.removed_at is not None
    return Row(
        cells=(
            one.ref,
            name,
            one.lms_full_name or one.course_title,
            percent(one.graded, one.visible),
            one.counts or None,
            one.grade_text,
            one.as_of,
            Tags(marks(one)),
            _STATUSES.get(one.status, one.status),
            one.starts,
            one.ends,
            one.tutor_group,
            one.lms_short_name,
            one.course_code,
            _ORIGINS.get(one.origin, one.origin),
            one.changed_at,
        ),
        tints={"progress": Role.TEXT3, "counts": Role.TEXT3, "grade": Role.TEXT3} if old else {},
    )


def marks(one: EnrolmentRow) -> tuple[State, ...]:
    """What to look at about an enrolment, the gravest first."""
    found = []
    if one.removed_at is not None:
        on = shown(one.removed_at.astimezone().date())
        found.append(State(Icon.TRASH, tr("Course removed in the LMS on {day}", day=on), Role.TEXT2))
    if one.error is not None and not (known := cause(one.error)).information:
        found.append(State(Icon.WARNING, tr(SHORT[known.code]), Role.WARN))
    if one.mark is not None:
        found.append(State(Icon.WARNING, tr(_MARKS.get(one.mark, one.mark)), Role.WARN))
    if one.visible == 0:
        found.append(State(Icon.INFO, tr("No visible activity"), Role.TEXT2))
    return tuple(found)


_MARKS = {"fell": "Progress fell", "grade_gone": "Grade gone"}
