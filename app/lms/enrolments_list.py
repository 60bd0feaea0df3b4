"""Enrolments as the Enrolments page lists them: learner, course, progress, grade, and how old that is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    cast,
    exists,
    func,
    null,
    or_,
    select,
)

from app.conditions import FieldInfo, FieldKind, Group
from app.conditions_sql import SqlField, Where, where
from app.db.database import Database
from app.db.tables import SHOWN, course, enrolment, learner, lms_course, progress, section, sync_error
from app.enrolling import ORIGINS, STATUSES
from app.lms import progress as counting
from app.lms.states import STATE_TITLES
from app.quick_filter import passes
from app.sentence import Sentence
from app.sorting import SortKey, by_title, order_by

MARKS = (("fell", "Progress fell"), ("grade_gone", "Grade gone"))


@dataclass(frozen=True, slots=True)
class EnrolmentRow:
    """One enrolment as the grid shows it."""

    id: int
    version: int
    learner_id: int
    ref: str
    family_name: str | None = field(repr=False)
    given_names: str | None = field(repr=False)
    tutor_group: str | None
    lms_course_id: int | None
    lms_short_name: str | None
    lms_full_name: str | None
    course_code: str
    course_title: str
    status: str
    starts: date | None
    ends: date | None
    origin: str
    graded: int | None = field(repr=False)
    visible: int | None
    grade_text: str | None = field(repr=False)
    mark: str | None
    """"fell", "grade_gone" or nothing: what somebody should look at."""
    missing_since: datetime | None
    """The learner is not in the gradebook since."""
    changed_at: datetime | None
    as_of: datetime | None
    """When the course's grades were last fetched whole, its last data where it was removed. Of a learner about whom
    the last answer told nothing, when theirs last came and was another one: later good answers left no trace, and
    what is said must not be later than the last of them. None where nothing ever came."""
    removed_at: datetime | None
    """When the course was found to be gone from the LMS."""
    error: str | None
    """The code of an open sync error of the enrolment, else of its course."""

    @property
    def progress(self) -> str:
        """Progress in percent, or a dash."""
        return counting.shown(self.graded, self.visible)

    @property
    def counts(self) -> str:
        """Both counts: "3 of 4"."""
        if not self.visible or self.graded is None:
            return ""
        return Sentence("{graded} of {visible}", graded=self.graded, visible=self.visible)


def percent_of(graded: ColumnElement[Any], visible: ColumnElement[Any]) -> ColumnElement[Any]:
    """As `progress.percent` reckons it."""
    return case(
        (graded.is_(None), null()),  # an embedded database cannot round what is not there
        (graded == 0, case((visible > 0, 0))),
        (graded == visible, 100),
        (graded * 200 >= visible * 199, 99),
        (graded * 200 < visible * 3, 1),
        else_=cast(func.floor((200 * graded + visible) / (2.0 * visible)), BigInteger),
    )


PERCENT = percent_of(progress.c.graded, progress.c.visible)
_BY_ENROLMENT = sync_error.c.enrolment_id == enrolment.c.id
_BY_COURSE = (sync_error.c.lms_course_id == section.c.lms_course_id) & sync_error.c.enrolment_id.is_(None)


_TAKEN = ("SE-24", "SE-25")
"""Errors of an enrolment whose last answer was taken all the same."""
_NOT_TOLD = or_(
    progress.c.missing_since.is_not(None),
    exists().where(_BY_ENROLMENT, sync_error.c.cleared_at.is_(None), sync_error.c.code.not_in(_TAKEN)),
)
_AS_OF: ColumnElement[Any] = case(
    (progress.c.id.is_not(None), case((_NOT_TOLD, progress.c.changed_at), else_=lms_course.c.grades_good_at))
)


def _error(condition: Where) -> ColumnElement[Any]:
    return (
        select(func.min(sync_error.c.code))
        .where(condition, sync_error.c.cleared_at.is_(None))
        .correlate(enrolment, section)
        .scalar_subquery()
    )


def _has_error() -> Where:
    return exists().where(or_(_BY_ENROLMENT, _BY_COURSE), sync_error.c.cleared_at.is_(None))


def _text(name: str, title: str, column: ColumnElement[Any]) -> SqlField:
    return SqlField(FieldInfo(name, title), column, folded=True)


def _choice(name: str, title: str, choices: tuple[tuple[str, str], ...], column: ColumnElement[Any]) -> SqlField:
    return SqlField(FieldInfo(name, title, FieldKind.CHOICE, choices), column)


_STATES = tuple((one.value, title) for one, title in STATE_TITLES.items())
_GRADE_HUNDREDTHS = cast(func.round(progress.c.grade_number * 100), BigInteger)

FIELDS: Mapping[str, SqlField] = {
    one.info.id: one
    for one in (
        _text("ref", "Person Code", learner.c.ref_fold),
        _text("family_name", "Surname", learner.c.family_fold),
        _text("given_names", "Forename", learner.c.given_fold),
        _text("tutor_group", "Tutor Group", learner.c.tutor_fold),
        _text("lms_short_name", "LMS Course", lms_course.c.short_fold),
        _text("lms_full_name", "LMS Course Name", lms_course.c.full_fold),
        _text("course_code", "Course Code", course.c.code_fold),
        _choice("lms_state", "LMS Course State", _STATES, lms_course.c.state),
        _choice("status", "Status", STATUSES, enrolment.c.status),
        SqlField(FieldInfo("starts", "Starts", FieldKind.DATE), enrolment.c.starts),
        SqlField(FieldInfo("ends", "Ends", FieldKind.DATE), enrolment.c.ends),
        _choice("origin", "Origin", ORIGINS, enrolment.c.origin),
        SqlField(FieldInfo("progress", "Progress", FieldKind.NUMBER), PERCENT),
        SqlField(FieldInfo("graded", "Graded activities", FieldKind.NUMBER), progress.c.graded),
        SqlField(FieldInfo("visible", "Activities", FieldKind.NUMBER), progress.c.visible),
        SqlField(FieldInfo("grade", "Grade"), progress.c.grade_text),
        SqlField(FieldInfo("grade_number", "Grade as a number", FieldKind.NUMBER), _GRADE_HUNDREDTHS, scale=100),
        _choice("mark", "Marked", MARKS, progress.c.mark),
        SqlField(FieldInfo("changed", "Changed", FieldKind.DATE), progress.c.changed_at, moment=True),
        SqlField(FieldInfo("as_of", "Data as of", FieldKind.DATE), _AS_OF, moment=True),
        SqlField(
            FieldInfo("missing", "Not in the gradebook", FieldKind.FLAG),
            flag=lambda: progress.c.missing_since.is_not(None),
        ),
        SqlField(
            FieldInfo("removed", "Course removed in the LMS", FieldKind.FLAG),
            flag=lambda: lms_course.c.removed_at.is_not(None),
        ),
        SqlField(FieldInfo("error", "Sync error", FieldKind.FLAG), flag=_has_error),
    )
}

_SHARE = case((progress.c.visible > 0, progress.c.graded * 100_000 / progress.c.visible))
_SORTS: Mapping[str, ColumnElement[Any]] = {
    "ref": learner.c.ref_fold,
    "name": learner.c.family_fold,
    "tutor_group": learner.c.tutor_fold,
    "lms_short_name": lms_course.c.short_fold,
    "lms_full_name": lms_course.c.full_fold,
    "course_code": course.c.code_fold,
    "status": enrolment.c.status,
    "starts": enrolment.c.starts,
    "ends": enrolment.c.ends,
    "origin": by_title(enrolment.c.origin, ORIGINS),
    "progress": _SHARE,
    "counts": progress.c.graded,
    "grade": func.lower(progress.c.grade_text),
    "mark": progress.c.mark,
    "missing": progress.c.missing_since,
    "changed": progress.c.changed_at,
    "as_of": _AS_OF,
}
DEFAULT_SORT = "name"
_LAST_ANYWAY = frozenset({"progress", "counts", "grade"})
"""What is not available stands last, whatever the direction (LS-E10)."""


def _joined(query: Select[Any]) -> Select[Any]:
    return (
        query.join(learner, learner.c.id == enrolment.c.learner_id)
        .join(section, section.c.id == enrolment.c.section_id)
        .join(course, course.c.id == section.c.course_id)
        .outerjoin(lms_course, lms_course.c.id == section.c.lms_course_id)
        .outerjoin(progress, progress.c.enrolment_id == enrolment.c.id)
    )


def _shown() -> Where:
    return and_(enrolment.c.removed_at.is_(None), SHOWN)


def keys_query(
    group: Group | None = None,
    quick: str = "",
    sort: str = "",
    *,
    descending: bool = False,
    then: Sequence[SortKey] = (),
    learners: Any = None,
    lms_course_id: int | None = None,
) -> Select[Any]:
    """The ids of the enrolments that pass, by `sort` and equal ones by `then`; `learners` (see
    Database.ids_as_table) limits whose, and `lms_course_id` on which course. Raises InputError as
    `conditions.check`."""
    query = _joined(select(enrolment.c.id)).where(_shown(), where(group, FIELDS), _quick(quick))
    if learners is not None:
        query = query.join(learners, learners.c.id == enrolment.c.learner_id)
    if lms_course_id is not None:
        query = query.where(section.c.lms_course_id == lms_course_id)
    sort = sort if sort in _SORTS else DEFAULT_SORT
    first, *others = order_by((SortKey(sort, descending), *then), _SORTS)
    if descending:
        return query.order_by(first, *others, learner.c.given_fold.desc().nulls_last(), enrolment.c.id.desc())
    if sort in _LAST_ANYWAY:
        first = _SORTS[sort].asc().nulls_last()
    return query.order_by(first, *others, learner.c.given_fold.nulls_first(), enrolment.c.id)


def total_query(learners: Any = None) -> Select[Any]:
    """How many enrolments there are without filter (of `learners`, if given)."""
    query = select(func.count()).select_from(enrolment).join(learner, learner.c.id == enrolment.c.learner_id)
    if learners is not None:
        query = query.join(learners, learners.c.id == enrolment.c.learner_id)
    return query.where(_shown())


def _quick(text: str) -> Where:
    folded = (
        learner.c.ref_fold, learner.c.family_fold, learner.c.given_fold, lms_course.c.short_fold,
        lms_course.c.full_fold, course.c.code_fold,
    )  # fmt: skip
    return passes(text, folded, (progress.c.grade_text,))


def rows(tx: Connection, ids: Sequence[int]) -> dict[int, EnrolmentRow]:
    """The rows of a page (some hundred ids)."""
    query = _joined(
        select(
            enrolment.c.id,
            enrolment.c.version,
            enrolment.c.learner_id,
            learner.c.ref,
            learner.c.family_name,
            learner.c.given_names,
            learner.c.tutor_group,
            section.c.lms_course_id,
            lms_course.c.short_name,
            lms_course.c.full_name,
            course.c.code,
            course.c.title,
            enrolment.c.status,
            enrolment.c.starts,
            enrolment.c.ends,
            enrolment.c.origin,
            progress.c.graded,
            progress.c.visible,
            progress.c.grade_text,
            progress.c.mark,
            progress.c.missing_since,
            progress.c.changed_at,
            _AS_OF,
            lms_course.c.removed_at,
            func.coalesce(_error(_BY_ENROLMENT), _error(_BY_COURSE)),
        )
    ).where(enrolment.c.id.in_(ids), _shown())
    return {row[0]: EnrolmentRow(*row) for row in tx.execute(query)}


def learners_of(db: Database, tx: Connection, ids: Sequence[int]) -> list[int]:
    """The learners of these enrolments, each once."""
    with db.ids_as_table(tx, ids) as picked:
        query = select(enrolment.c.learner_id).join(picked, picked.c.id == enrolment.c.id).distinct()
        return [int(one) for one in tx.execute(query).scalars()]
