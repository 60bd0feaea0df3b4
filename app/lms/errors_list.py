"""Sync errors as they are shown: grouped by cause with one action each, and one by one (SE-R2, SE-R3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Select, and_, cast, func, literal, or_, select

from app.conditions import FieldInfo, FieldKind, Group, fields_used
from app.conditions_sql import SqlField, Where, where
from app.db.clock import hours_ago
from app.db.database import Database
from app.db.tables import enrolment, learner, lms_course, sync_error
from app.lms.errors import CAUSES, Cause, Level, cause
from app.lms.errors_kept import OF_SENDING
from app.quick_filter import passes
from app.sorting import SortKey, order_by


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One sync error, open or cleared."""

    id: int
    code: str
    level: Level
    lms_course_id: int | None
    course: str | None
    enrolment_id: int | None
    learner_id: int | None
    ref: str | None
    family_name: str | None = field(repr=False)
    given_names: str | None = field(repr=False)
    detail: str | None
    since: datetime
    runs: int
    last_good: datetime | None
    """When the data of its course were last good."""
    cleared_at: datetime | None
    snoozed_until: datetime | None
    accepted_reason: str | None
    accepted_until: date | None
    sending: bool
    """Met by a sending, and open."""

    @property
    def cause(self) -> Cause:
        return cause(self.code)


@dataclass(frozen=True, slots=True)
class ErrorGroup:
    """Open errors of one cause: "12 courses: may not see the grades"."""

    code: str
    level: Level
    count: int
    courses: int
    since: datetime
    """The oldest."""
    runs: int
    """The most."""
    quiet: int
    """How many of them are snoozed or accepted."""

    @property
    def cause(self) -> Cause:
        return cause(self.code)


INFORMATION = tuple(one.code for one in CAUSES.values() if one.information)
"""Where nothing has gone wrong."""


def is_quiet(now: datetime | ColumnElement[Any], today: date) -> Where:
    """Snoozed or accepted errors raise no notice (SE-R6)."""
    accepted = sync_error.c.accepted_reason.is_not(None) & (
        sync_error.c.accepted_until.is_(None) | (sync_error.c.accepted_until >= today)
    )
    return func.coalesce(or_(sync_error.c.snoozed_until > now, accepted), False)


def groups(db: Database, tx: Connection) -> list[ErrorGroup]:
    """The open errors by cause and level: connection first, then by number."""
    quiet = is_quiet(db.now(tx), date.today())
    query = (
        select(
            sync_error.c.code,
            sync_error.c.level,
            func.count(),
            func.count(sync_error.c.lms_course_id.distinct()),
            func.min(sync_error.c.since),
            func.max(sync_error.c.runs),
            func.count(sync_error.c.id).filter(quiet),
        )
        .where(sync_error.c.cleared_at.is_(None))
        .group_by(sync_error.c.code, sync_error.c.level)
    )
    order = list(Level)
    found = [ErrorGroup(row[0], Level(row[1]), *row[2:]) for row in tx.execute(query)]
    return sorted(found, key=lambda one: (order.index(one.level), -one.count, one.code))


def _needs_somebody() -> Where:
    """Something is wrong, and nobody has said that it may be."""
    now = hours_ago(cast(literal(0), Integer))
    return and_(~is_quiet(now, date.today()), sync_error.c.code.not_in(INFORMATION))


_CODES = tuple((code, f"{code} {one.sentence}") for code, one in CAUSES.items())
_LEVELS = tuple((one.value, one.value.capitalize()) for one in Level)

FIELDS: Mapping[str, SqlField] = {
    one.info.id: one
    for one in (
        SqlField(FieldInfo("code", "Cause", FieldKind.CHOICE, _CODES), sync_error.c.code),
        SqlField(FieldInfo("level", "Concerns", FieldKind.CHOICE, _LEVELS), sync_error.c.level),
        SqlField(FieldInfo("course", "LMS Course"), lms_course.c.short_fold, folded=True),
        SqlField(FieldInfo("ref", "Person Code"), learner.c.ref_fold, folded=True),
        SqlField(FieldInfo("family_name", "Surname"), learner.c.family_fold, folded=True),
        SqlField(FieldInfo("since", "Since", FieldKind.DATE), sync_error.c.since, moment=True),
        SqlField(FieldInfo("runs", "Runs", FieldKind.NUMBER), sync_error.c.runs),
        SqlField(FieldInfo("cleared", "Cleared", FieldKind.FLAG), flag=lambda: sync_error.c.cleared_at.is_not(None)),
        SqlField(
            FieldInfo("snoozed_until", "Snoozed until", FieldKind.DATE), sync_error.c.snoozed_until, moment=True
        ),
        SqlField(
            FieldInfo("accepted", "Accepted", FieldKind.FLAG), flag=lambda: sync_error.c.accepted_reason.is_not(None)
        ),
        SqlField(FieldInfo("needs_somebody", "Needs somebody", FieldKind.FLAG), flag=_needs_somebody),
    )
}

_SORTS: Mapping[str, ColumnElement[Any]] = {
    "code": sync_error.c.code,
    "level": sync_error.c.level,
    "course": lms_course.c.short_fold,
    "ref": learner.c.ref_fold,
    "name": learner.c.family_fold,
    "since": sync_error.c.since,
    "runs": sync_error.c.runs,
    "last_good": lms_course.c.grades_good_at,
    "cleared": sync_error.c.cleared_at,
}
DEFAULT_SORT = "code"


def _joined(query: Select[Any]) -> Select[Any]:
    return (
        query.outerjoin(lms_course, lms_course.c.id == sync_error.c.lms_course_id)
        .outerjoin(enrolment, enrolment.c.id == sync_error.c.enrolment_id)
        .outerjoin(learner, learner.c.id == enrolment.c.learner_id)
    )


def keys_query(
    group: Group | None = None,
    quick: str = "",
    sort: str = "",
    *,
    descending: bool = False,
    then: Sequence[SortKey] = (),
    code: str = "",
    level: str = "",
) -> Select[Any]:
    """The ids of the errors that pass, in order; cleared ones only where a condition asks about it. `code` and
    `level`: those of one group. Raises InputError as `conditions.check`."""
    query = _joined(select(sync_error.c.id)).where(where(group, FIELDS), _quick(quick))
    if "cleared" not in fields_used(group):
        query = query.where(sync_error.c.cleared_at.is_(None))
    if code:
        query = query.where(sync_error.c.code == code)
    if level:
        query = query.where(sync_error.c.level == level)
    terms = order_by((SortKey(sort if sort in _SORTS else DEFAULT_SORT, descending), *then), _SORTS)
    return query.order_by(*terms, sync_error.c.id.desc() if descending else sync_error.c.id)


def of_whole(tx: Connection) -> list[int]:
    """The open errors of the connection, and those of sendings: about more than the enrolments of a course."""
    query = select(sync_error.c.id).where(
        sync_error.c.cleared_at.is_(None), or_(sync_error.c.level == Level.CONNECTION.value, OF_SENDING)
    )
    return list(tx.execute(query.order_by(sync_error.c.id)).scalars())


def total_query() -> Select[Any]:
    """How many errors are open."""
    return select(func.count()).select_from(sync_error).where(sync_error.c.cleared_at.is_(None))


def _quick(text: str) -> Where:
    folded = (lms_course.c.short_fold, learner.c.ref_fold, learner.c.family_fold, learner.c.given_fold)
    return passes(text, folded, (sync_error.c.code, sync_error.c.detail))


def rows(tx: Connection, ids: Sequence[int]) -> dict[int, ErrorRow]:
    """The rows of a page (some hundred ids)."""
    query = _joined(
        select(
            sync_error.c.id,
            sync_error.c.code,
            sync_error.c.level,
            sync_error.c.lms_course_id,
            lms_course.c.short_name,
            sync_error.c.enrolment_id,
            enrolment.c.learner_id,
            learner.c.ref,
            learner.c.family_name,
            learner.c.given_names,
            sync_error.c.detail,
            sync_error.c.since,
            sync_error.c.runs,
            lms_course.c.grades_good_at,
            sync_error.c.cleared_at,
            sync_error.c.snoozed_until,
            sync_error.c.accepted_reason,
            sync_error.c.accepted_until,
            func.coalesce(OF_SENDING, False),
        )
    ).where(sync_error.c.id.in_(ids))
    return {row[0]: ErrorRow(*[*row[:2], Level(row[2]), *row[3:]]) for row in tx.execute(query)}
