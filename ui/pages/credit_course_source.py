"""The grid of courses for credit: columns, and rows as they are painted."""

from collections.abc import Callable, Mapping, Sequence

from app.db.database import Database
from app.imports import courses_listed
from app.imports.courses_listed import CourseRow
from app.keys import Keys
from app.tasks import TaskContext
from ui.grids.columns import Column, Kind, Query, Row, State
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import tr

COLUMNS = (
    Column(
        "state",
        "Credit",
        Kind.STATE,
        136,
        sortable=False,
        tip="Whether the course gives credit, and whether anything stops a completion",
    ),
    Column("code", "Course Code", Kind.MONO, 112),
    Column("title", "Course", Kind.KEY, 180, stretch=True),
    Column("objects", "Required", Kind.NUMBER, 80, absent="not said", tip="Required objects: steps to completion"),
    Column("types", "Credit Types", Kind.TEXT, 190, sortable=False, absent="none"),
    Column("mapped", "For Whom", Kind.TEXT, 90, sortable=False, visible=False),
    Column("bodies", "Outside Bodies", Kind.TEXT, 116, sortable=False, absent="none"),
    Column("enrolled", "Enrolled", Kind.NUMBER, 72, absent="–"),
    Column("awarded", "Awards", Kind.NUMBER, 68, absent="–"),
    Column(
        "participants",
        "Participants",
        Kind.NUMBER,
        96,
        visible=False,
        absent="–",
        tip="Counted in participation reports: from a course import, with a start date and a category",
    ),
    Column("kind", "Kind", Kind.TEXT, 110, visible=False),
)
GIVES = State(Icon.MEDAL, "Gives credit", Role.GOOD)
EXPOSED = State(Icon.WARNING, "Nothing stops it", Role.WARN)
NONE = State(Icon.MINUS_CIRCLE, "No credit", Role.TEXT3)
SHELL = State(Icon.ARCHIVE_BOX, "Imported shell", Role.TEXT2)


class CreditCourseSource:
    """Every course, in pages."""

    columns: Sequence[Column] = COLUMNS
    in_memory = False

    def __init__(self, db: Database) -> None:
        self._db = db

    def keys(self, context: TaskContext, query: Query, first: Callable[[Keys], None]) -> Keys:
        wanted = courses_listed.keys_query(
            query.conditions, query.quick, query.sort, descending=query.descending, then=query.then
        )
        with self._db.read(context) as tx:
            return self._db.ids(tx, wanted, first)

    def total(self) -> int:
        with self._db.read() as tx:
            return int(tx.execute(courses_listed.total_query()).scalar_one())

    def rows(self, keys: Sequence[int]) -> Mapping[int, Row]:
        with self._db.read() as tx:
            return {key: _row(one) for key, one in courses_listed.rows(tx, keys).items()}


def state_of(one: CourseRow) -> State:
    """What matters about the course's credit, in a word."""
    if one.facts.is_shell:
        return SHELL
    if not one.facts.active:
        return NONE
    return EXPOSED if one.exposed else GIVES


def _row(one: CourseRow) -> Row:
    facts = one.facts
    quiet = not facts.active
    return Row(
        cells=(
            state_of(one),
            facts.code,
            facts.title,
            facts.required_objects,
            one.types or None,
            (tr("mapped") if facts.mapped else tr("everybody")) if facts.active else "",
            ", ".join(one.bodies) or None,
            one.enrolled or None,
            one.awarded or None,
            one.participants or None,
            tr(dict(courses_listed.KINDS)[facts.kind]),
        ),
        tints={"title": Role.TEXT2, "code": Role.TEXT2} if quiet else {},
    )
