"""The grid of LMS courses: columns, and rows as they are painted."""

from collections.abc import Callable, Mapping, Sequence

from app.dates import shown
from app.db.database import Database
from app.keys import Keys
from app.lms import course_states, courses_list
from app.lms.course_states import Rule
from app.lms.courses_list import CourseRow
from app.lms.states import STATE_TITLES, CourseState
from app.tasks import TaskContext
from ui.grids.columns import Column, Kind, Query, Row, State, Tags
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import plural, tr

COLUMNS = (
    Column("state", "State", Kind.STATE, 90, tip="Who may be enrolled on it: decided here, never by the LMS"),
    Column("short_name", "Short Name", Kind.MONO, 116),
    Column("full_name", "Course", Kind.KEY, 240, stretch=True),
    Column("category", "Category", Kind.TEXT, 176),
    Column("starts", "Starts", Kind.DATE, 100),
    Column("ends", "Ends", Kind.DATE, 100, visible=False),
    Column("enrolments", "Enrolments", Kind.NUMBER, 88, absent="–", tip="Enrolments that Learner Manager holds"),
    Column("to_adopt", "To Adopt", Kind.NUMBER, 80, visible=False, tip="Learners found in the LMS who have none"),
    Column("marks", "Marks", Kind.TAGS, 200, sortable=False),
    Column("id_number", "ID Number", Kind.MONO, 110, visible=False),
    Column("number", "LMS Number", Kind.MONO, 96, visible=False),
    Column("as_of", "Grades as of", Kind.AGE, 96, visible=False, absent="never"),
    Column("first_seen", "Arrived", Kind.DATE, 130, visible=False),
)
STATES: Mapping[CourseState, State] = {
    CourseState.NEW: State(Icon.SPARKLE, STATE_TITLES[CourseState.NEW], Role.ACCENT_TEXT),
    CourseState.OPEN: State(Icon.CHECK_CIRCLE, STATE_TITLES[CourseState.OPEN], Role.GOOD),
    CourseState.CLOSED: State(Icon.MINUS_CIRCLE, STATE_TITLES[CourseState.CLOSED], Role.TEXT2),
    CourseState.HIDDEN: State(Icon.EYE_SLASH, STATE_TITLES[CourseState.HIDDEN], Role.TEXT3),
}
"""The order of the states is that of the page: what waits for a decision first."""


class LmsCourseSource:
    """The courses of the LMS, in pages."""

    columns: Sequence[Column] = COLUMNS
    in_memory = False

    def __init__(self, db: Database) -> None:
        self._db = db

    def keys(self, context: TaskContext, query: Query, first: Callable[[Keys], None]) -> Keys:
        wanted = courses_list.keys_query(
            query.conditions, query.quick, query.sort, descending=query.descending, then=query.then
        )
        with self._db.read(context) as tx:
            return self._db.ids(tx, wanted, first)

    def total(self) -> int:
        with self._db.read() as tx:
            return int(tx.execute(courses_list.total_query()).scalar_one())

    def rows(self, keys: Sequence[int]) -> Mapping[int, Row]:
        with self._db.read() as tx:
            found = courses_list.rows(tx, keys)
            rules = course_states.read_rules(tx) if any(map(_is_undecided, found.values())) else ()
        return {key: _row(one, _proposed(rules, one)) for key, one in found.items()}


def _is_undecided(one: CourseRow) -> bool:
    return one.state is CourseState.NEW and one.removed_at is None


def _proposed(rules: Sequence[Rule], one: CourseRow) -> CourseState | None:
    if not rules or not _is_undecided(one):
        return None
    return course_states.proposed(rules, one.category, one.short_name, one.full_name)


def _row(one: CourseRow, proposed: CourseState | None) -> Row:
    quiet = {"full_name": Role.TEXT3, "short_name": Role.TEXT3} if _is_quiet(one) else {}
    return Row(
        cells=(
            STATES[one.state],
            one.short_name,
            one.full_name,
            one.category,
            one.starts,
            one.ends,
            one.enrolments or None,
            one.to_adopt,
            Tags(marks(one, proposed)),
            one.id_number,
            one.number,
            one.grades_good_at,
            one.first_seen_at,
        ),
        tints=quiet,
    )


def _is_quiet(one: CourseRow) -> bool:
    return one.state is CourseState.HIDDEN or one.removed_at is not None


def marks(one: CourseRow, proposed: CourseState | None = None) -> tuple[State, ...]:
    """What to look at about a course, the gravest first. `proposed`: the state that a rule proposes for it."""
    found = []
    if proposed is not None:
        words = tr("Rule proposes {state}", state=tr(STATE_TITLES[proposed]))
        found.append(State(Icon.LIGHTBULB, words, Role.ACCENT_TEXT))
    if one.removed_at is not None:
        on = shown(one.removed_at.astimezone().date())
        found.append(State(Icon.TRASH, tr("Removed in the LMS on {day}", day=on), Role.TEXT2))
    if one.errors:
        words = plural(one.errors, "{n} sync error", "{n} sync errors")
        found.append(State(Icon.WARNING, words, Role.WARN))
    if one.recreated:
        found.append(State(Icon.LINK, tr("Looks re-created"), Role.INFO))
    if one.lms_visible is False:
        found.append(State(Icon.EYE_SLASH, tr("Hidden in the LMS"), Role.TEXT2))
    if one.paused_until is not None:
        found.append(State(Icon.PAUSE, tr("Paused until {day}", day=shown(one.paused_until)), Role.TEXT2))
    if one.to_adopt:
        words = plural(one.to_adopt, "{n} learner to adopt", "{n} learners to adopt")
        found.append(State(Icon.USER_PLUS, words, Role.INFO))
    return tuple(found)
