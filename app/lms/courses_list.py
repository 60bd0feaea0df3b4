"""The courses of the LMS as the Courses page lists them: ids in order, rows of some ids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, func, literal, or_, select

from app.conditions import FieldInfo, FieldKind, Group, fields_used
from app.conditions_sql import SqlField, Where, where
from app.db.tables import enrolment, lms_course, section, sync_error
from app.history import batched
from app.lms.states import STATE_TITLES, CourseState
from app.quick_filter import passes
from app.sorting import SortKey, order_by


@dataclass(frozen=True, slots=True)
class CourseRow:
    """A course of the LMS as the grid shows it."""

    id: int
    version: int
    number: str
    """Its number in the LMS."""
    state: CourseState
    short_name: str
    full_name: str
    id_number: str | None
    category: str | None
    starts: date | None
    ends: date | None
    lms_visible: bool | None
    """Hidden in the LMS is not our state Hidden (LS-C9); None: not known."""
    removed_at: datetime | None
    first_seen_at: datetime
    grades_good_at: datetime | None
    paused_until: date | None
    to_adopt: int
    enrolments: int
    errors: int
    """Open sync errors of the course itself and of its enrolments."""
    recreated: bool
    """Looks like a course that was removed and made anew (LS-C13)."""


_older = lms_course.alias("older")
_STATES = tuple((one.value, STATE_TITLES[one]) for one in CourseState)
_STATE_ORDER: ColumnElement[int] = case(
    *((lms_course.c.state == one.value, place) for place, one in enumerate(CourseState)), else_=literal(9)
)
ENROLMENTS: ColumnElement[int] = (
    select(func.count(enrolment.c.id))
    .join(section, section.c.id == enrolment.c.section_id)
    .where(section.c.lms_course_id == lms_course.c.id, enrolment.c.removed_at.is_(None))
    .correlate(lms_course)
    .scalar_subquery()
)
_ERRORS: ColumnElement[int] = (
    select(func.count(sync_error.c.id))
    .where(sync_error.c.lms_course_id == lms_course.c.id, sync_error.c.cleared_at.is_(None))
    .correlate(lms_course)
    .scalar_subquery()
)


def same_course() -> Where:
    """Whether the removed course `_older` may be this one's former self."""
    return and_(
        _older.c.vendor_id == lms_course.c.vendor_id,
        _older.c.removed_at.is_not(None),
        _older.c.id != lms_course.c.id,
        lms_course.c.removed_at.is_(None),
        lms_course.c.first_seen_at >= _older.c.first_seen_at,
        or_(
            _older.c.short_fold == lms_course.c.short_fold,
            _older.c.full_fold == lms_course.c.full_fold,
            _older.c.id_number == lms_course.c.id_number,
        ),
        exists().where(section.c.lms_course_id == _older.c.id),
    )


def _recreated() -> Where:
    return exists(select(_older.c.id).where(same_course()).correlate(lms_course))


def former_selves(tx: Connection, lms_course_id: int) -> list[int]:
    """The removed courses that this one may have been before, the latest first: what *Link* offers."""
    query = select(_older.c.id).select_from(lms_course).join(_older, same_course())
    query = query.where(lms_course.c.id == lms_course_id).order_by(_older.c.removed_at.desc(), _older.c.id)
    return list(tx.execute(query).scalars())


FIELDS: Mapping[str, SqlField] = {
    one.info.id: one
    for one in (
        SqlField(FieldInfo("state", "State", FieldKind.CHOICE, _STATES), lms_course.c.state),
        SqlField(FieldInfo("short_name", "Short Name"), lms_course.c.short_fold, folded=True),
        SqlField(FieldInfo("full_name", "Course"), lms_course.c.full_fold, folded=True),
        SqlField(FieldInfo("id_number", "ID Number"), lms_course.c.id_number),
        SqlField(FieldInfo("number", "LMS Number"), lms_course.c.lms_number),
        SqlField(FieldInfo("category", "Category"), lms_course.c.category),
        SqlField(FieldInfo("starts", "Starts", FieldKind.DATE), lms_course.c.starts),
        SqlField(FieldInfo("ends", "Ends", FieldKind.DATE), lms_course.c.ends),
        SqlField(FieldInfo("first_seen", "Arrived", FieldKind.DATE), lms_course.c.first_seen_at, moment=True),
        SqlField(FieldInfo("as_of", "Grades as of", FieldKind.DATE), lms_course.c.grades_good_at, moment=True),
        SqlField(FieldInfo("paused_until", "Paused until", FieldKind.DATE), lms_course.c.paused_until),
        SqlField(FieldInfo("enrolments", "Enrolments", FieldKind.NUMBER), ENROLMENTS),
        SqlField(FieldInfo("to_adopt", "To adopt", FieldKind.NUMBER), lms_course.c.to_adopt),
        SqlField(FieldInfo("errors", "Sync errors", FieldKind.NUMBER), _ERRORS),
        SqlField(
            FieldInfo("lms_hidden", "Hidden in the LMS", FieldKind.FLAG), flag=lambda: lms_course.c.visible.is_(False)
        ),
        SqlField(
            FieldInfo("removed", "Removed in the LMS", FieldKind.FLAG),
            flag=lambda: lms_course.c.removed_at.is_not(None),
        ),
        SqlField(FieldInfo("removed_on", "Removed on", FieldKind.DATE), lms_course.c.removed_at, moment=True),
        SqlField(FieldInfo("recreated", "Looks re-created", FieldKind.FLAG), flag=_recreated),
    )
}

_SORTS: Mapping[str, ColumnElement[Any]] = {
    "state": _STATE_ORDER,
    "short_name": lms_course.c.short_fold,
    "full_name": lms_course.c.full_fold,
    "id_number": func.lower(lms_course.c.id_number),
    "number": func.length(lms_course.c.lms_number),
    "category": func.lower(lms_course.c.category),
    "starts": lms_course.c.starts,
    "ends": lms_course.c.ends,
    "lms_visible": lms_course.c.visible,
    "removed_on": lms_course.c.removed_at,
    "first_seen": lms_course.c.first_seen_at,
    "as_of": lms_course.c.grades_good_at,
    "paused_until": lms_course.c.paused_until,
    "to_adopt": lms_course.c.to_adopt,
    "enrolments": ENROLMENTS,
    "errors": _ERRORS,
}
DEFAULT_SORT = "state"
_ASKS_FOR_REMOVED = frozenset({"removed", "removed_on"})


def keys_query(
    group: Group | None = None,
    quick: str = "",
    sort: str = "",
    *,
    descending: bool = False,
    then: Sequence[SortKey] = (),
) -> Select[Any]:
    """The ids of the courses that pass, in order; those removed in the LMS only where a condition asks about it
    (LS-C11). Raises InputError as `conditions.check`."""
    query = select(lms_course.c.id).where(where(group, FIELDS), _quick(quick))
    if not fields_used(group) & _ASKS_FOR_REMOVED:
        query = query.where(lms_course.c.removed_at.is_(None))
    sort = sort if sort in _SORTS else DEFAULT_SORT
    terms = order_by((SortKey(sort, descending), *then), _SORTS)
    last = lms_course.c.lms_number if sort == "number" else lms_course.c.short_fold
    if descending:
        return query.order_by(*terms, last.desc(), lms_course.c.id.desc())
    return query.order_by(*terms, last, lms_course.c.id)


def total_query() -> Select[Any]:
    """How many courses there are without any filter."""
    return select(func.count()).select_from(lms_course).where(lms_course.c.removed_at.is_(None))


def _quick(text: str) -> Where:
    folded = (lms_course.c.short_fold, lms_course.c.full_fold)
    return passes(text, folded, (lms_course.c.id_number, lms_course.c.category))


def rows(tx: Connection, ids: Sequence[int]) -> dict[int, CourseRow]:
    """The rows of a page (some hundred ids), removed ones too."""
    query = select(
        lms_course.c.id,
        lms_course.c.version,
        lms_course.c.lms_number,
        lms_course.c.state,
        lms_course.c.short_name,
        lms_course.c.full_name,
        lms_course.c.id_number,
        lms_course.c.category,
        lms_course.c.starts,
        lms_course.c.ends,
        lms_course.c.visible,
        lms_course.c.removed_at,
        lms_course.c.first_seen_at,
        lms_course.c.grades_good_at,
        lms_course.c.paused_until,
        lms_course.c.to_adopt,
        ENROLMENTS.label("enrolments"),
        _ERRORS.label("errors"),
        _recreated().label("recreated"),
    ).where(lms_course.c.id.in_(ids))
    return {row[0]: _row(row) for row in tx.execute(query)}


def _row(row: Any) -> CourseRow:
    return CourseRow(*[*row[:3], CourseState(row[3]), *row[4:-1], bool(row[-1])])


def to_choose(tx: Connection) -> list[CourseRow]:
    """The courses one may be enrolled into: Open and Closed, not removed (lms-sync.md 2.1), by short name."""
    query = select(lms_course.c.id).where(
        lms_course.c.state.in_((CourseState.OPEN.value, CourseState.CLOSED.value)), lms_course.c.removed_at.is_(None)
    )
    return _by_short_name(tx, query)


def undecided(tx: Connection) -> list[CourseRow]:
    """The courses that wait for a decision, by short name."""
    query = select(lms_course.c.id).where(
        lms_course.c.state == CourseState.NEW.value, lms_course.c.removed_at.is_(None)
    )
    return _by_short_name(tx, query)


def _by_short_name(tx: Connection, query: Select[Any]) -> list[CourseRow]:
    ids = tx.execute(query.order_by(lms_course.c.short_fold, lms_course.c.id)).scalars().all()
    found: dict[int, CourseRow] = {}
    for some in batched(ids):
        found |= rows(tx, some)
    return [found[key] for key in ids if key in found]


def new_count(tx: Connection) -> int:
    """How many courses wait for a decision."""
    query = total_query().where(lms_course.c.state == CourseState.NEW.value)
    return int(tx.execute(query).scalar_one())


def removed_count(tx: Connection) -> int:
    """How many courses the LMS has no longer: listed only where they are asked for (LS-C11)."""
    query = select(func.count()).select_from(lms_course).where(lms_course.c.removed_at.is_not(None))
    return int(tx.execute(query).scalar_one())
