"""Course records as their page lists them: each enrolment with its completion, and the credit that its learner has of
its course."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, select

from app.conditions import FieldInfo, FieldKind, Group
from app.conditions_sql import SqlField, Where, where
from app.db.among import among
from app.db.tables import SHOWN, award, course, credit_type, enrolment, learner, outgoing_report, section
from app.enrolling import ORIGINS, STATUSES
from app.imports import participation
from app.imports.amounts import shown
from app.quick_filter import passes
from app.sorting import SortKey, by_title, order_by

AWARD_ORIGINS = (("import", "In a file"), ("course", "By the course"), ("hand", "By hand"))


@dataclass(frozen=True, slots=True)
class AwardRow:
    """Credit that a learner has of a course; the amount in hundredths."""

    code: str
    amount: int
    awarded_on: date | None
    expires_on: date | None
    origin: str

    @property
    def words(self) -> str:
        """`cpd 2.5`."""
        return f"{self.code} {shown(self.amount)}"


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One enrolment as the grid shows it."""

    id: int
    version: int
    learner_id: int
    ref: str
    family_name: str | None = field(repr=False)
    given_names: str | None = field(repr=False)
    course_id: int
    course_code: str
    course_title: str
    kind: str
    status: str
    starts: date | None
    ends: date | None
    origin: str
    complete: bool
    completed_on: date | None
    attended: bool
    category: str | None
    awards: tuple[AwardRow, ...] = ()

    @property
    def mistaken(self) -> bool:
        """Credit on an incomplete record: the mistake of CR-35, made elsewhere."""
        return bool(self.awards) and not self.complete


_OF_RECORD = and_(
    award.c.learner_id == enrolment.c.learner_id,
    award.c.course_id == section.c.course_id,
    award.c.removed_at.is_(None),
)
CREDIT: ColumnElement[int] = (
    select(func.sum(award.c.amount)).where(_OF_RECORD).correlate(enrolment, section).scalar_subquery()
)


def _awarded(condition: Where) -> Where:
    """Whether the learner has credit of the course of which `condition` is true."""
    query = select(award.c.id).join(credit_type, credit_type.c.id == award.c.type_id)
    return exists(query.where(_OF_RECORD, condition).correlate(enrolment, section))


def _any_award() -> Where:
    return exists(select(award.c.id).where(_OF_RECORD).correlate(enrolment, section))


def _mistaken() -> Where:
    return and_(enrolment.c.complete.is_(False), _any_award())


def _due() -> Where:
    query = select(award.c.id).join(outgoing_report, outgoing_report.c.award_id == award.c.id)
    waiting = (outgoing_report.c.exported_at.is_(None), outgoing_report.c.removed_at.is_(None))
    return exists(query.where(_OF_RECORD, *waiting).correlate(enrolment, section))


def _text(name: str, title: str, column: ColumnElement[Any]) -> SqlField:
    return SqlField(FieldInfo(name, title), column, folded=True)


def _choice(name: str, title: str, choices: tuple[tuple[str, str], ...], column: ColumnElement[Any]) -> SqlField:
    return SqlField(FieldInfo(name, title, FieldKind.CHOICE, choices), column)


FIELDS: Mapping[str, SqlField] = {
    one.info.id: one
    for one in (
        _text("ref", "Person Code", learner.c.ref_fold),
        _text("family_name", "Surname", learner.c.family_fold),
        _text("given_names", "Forename", learner.c.given_fold),
        _text("tutor_group", "Tutor Group", learner.c.tutor_fold),
        _text("course_code", "Course Code", course.c.code_fold),
        SqlField(FieldInfo("course_title", "Course"), course.c.title),
        SqlField(FieldInfo("shell", "Imported shell", FieldKind.FLAG), flag=lambda: course.c.kind == "shell"),
        _choice("status", "Status", STATUSES, enrolment.c.status),
        SqlField(FieldInfo("starts", "Starts", FieldKind.DATE), enrolment.c.starts),
        SqlField(FieldInfo("ends", "Ends", FieldKind.DATE), enrolment.c.ends),
        _choice("origin", "Origin", ORIGINS, enrolment.c.origin),
        SqlField(FieldInfo("complete", "Complete", FieldKind.FLAG), flag=lambda: enrolment.c.complete.is_(True)),
        SqlField(FieldInfo("completed_on", "Completed on", FieldKind.DATE), enrolment.c.completed_on),
        SqlField(FieldInfo("attended", "Attended", FieldKind.FLAG), flag=lambda: enrolment.c.attended.is_(True)),
        SqlField(FieldInfo("category", "Participant Category"), enrolment.c.participant_category),
        SqlField(FieldInfo("credit", "Credit in all", FieldKind.NUMBER), CREDIT, scale=100),
        SqlField(FieldInfo("type", "Credit Type", many=True), credit_type.c.code, related=_awarded),
        SqlField(
            FieldInfo("awarded_on", "Awarded on", FieldKind.DATE, many=True), award.c.awarded_on, related=_awarded
        ),
        SqlField(
            FieldInfo("expires_on", "Expires on", FieldKind.DATE, many=True), award.c.expires_on, related=_awarded
        ),
        SqlField(
            FieldInfo("award_origin", "Credit came", FieldKind.CHOICE, AWARD_ORIGINS, many=True),
            award.c.origin,
            related=_awarded,
        ),
        SqlField(FieldInfo("mistaken", "Credit on an incomplete record", FieldKind.FLAG), flag=_mistaken),
        SqlField(FieldInfo("due", "Due to an outside body", FieldKind.FLAG), flag=_due),
        SqlField(FieldInfo("counted", "Counted as a participant", FieldKind.FLAG), flag=participation.counted),
    )
}
_SORTS: Mapping[str, ColumnElement[Any]] = {
    "ref": learner.c.ref_fold,
    "name": learner.c.family_fold,
    "course_code": course.c.code_fold,
    "course_title": func.lower(course.c.title),
    "status": enrolment.c.status,
    "starts": enrolment.c.starts,
    "ends": enrolment.c.ends,
    "origin": by_title(enrolment.c.origin, ORIGINS),
    "complete": enrolment.c.complete,
    "completed_on": enrolment.c.completed_on,
    "attended": enrolment.c.attended,
    "category": func.lower(enrolment.c.participant_category),
    "credit": CREDIT,
}
DEFAULT_SORT = "name"


def _joined(query: Select[Any]) -> Select[Any]:
    return (
        query.select_from(enrolment)
        .join(learner, learner.c.id == enrolment.c.learner_id)
        .join(section, section.c.id == enrolment.c.section_id)
        .join(course, course.c.id == section.c.course_id)
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
    course_id: int | None = None,
) -> Select[Any]:
    """The ids of the enrolments that pass, by `sort` and equal ones by `then`; `learners` (see
    Database.ids_as_table) limits whose, and `course_id` on which course. Raises InputError as `conditions.check`."""
    query = _joined(select(enrolment.c.id)).where(_shown(), where(group, FIELDS), _quick(quick))
    if learners is not None:
        query = query.join(learners, learners.c.id == enrolment.c.learner_id)
    if course_id is not None:
        query = query.where(section.c.course_id == course_id)
    terms = order_by((SortKey(sort if sort in _SORTS else DEFAULT_SORT, descending), *then), _SORTS)
    if descending:
        return query.order_by(*terms, learner.c.given_fold.desc().nulls_last(), enrolment.c.id.desc())
    return query.order_by(*terms, learner.c.given_fold.nulls_first(), enrolment.c.id)


def total_query(learners: Any = None, course_id: int | None = None) -> Select[Any]:
    """How many enrolments there are without filter (of `learners`, on the course)."""
    query = _joined(select(func.count(enrolment.c.id))).where(_shown())
    if learners is not None:
        query = query.join(learners, learners.c.id == enrolment.c.learner_id)
    return query if course_id is None else query.where(section.c.course_id == course_id)


def _quick(text: str) -> Where:
    return passes(
        text,
        (learner.c.ref_fold, learner.c.family_fold, learner.c.given_fold, course.c.code_fold),
        (course.c.title, enrolment.c.participant_category),
    )


def rows(tx: Connection, ids: Sequence[int]) -> dict[int, RecordRow]:
    """The rows of a page (some hundred ids)."""
    query = _joined(
        select(
            enrolment.c.id,
            enrolment.c.version,
            enrolment.c.learner_id,
            learner.c.ref,
            learner.c.family_name,
            learner.c.given_names,
            section.c.course_id,
            course.c.code,
            course.c.title,
            course.c.kind,
            enrolment.c.status,
            enrolment.c.starts,
            enrolment.c.ends,
            enrolment.c.origin,
            enrolment.c.complete,
            enrolment.c.completed_on,
            enrolment.c.attended,
            enrolment.c.participant_category,
        )
    ).where(among(enrolment.c.id, ids), _shown())
    found = tx.execute(query).all()
    awards = _awards(tx, {row.learner_id for row in found}, {row.course_id for row in found})
    return {row[0]: RecordRow(*[*row, awards.get((row.learner_id, row.course_id), ())]) for row in found}


def _awards(tx: Connection, learners: set[int], courses: set[int]) -> dict[tuple[int, int], tuple[AwardRow, ...]]:
    query = (
        select(award, credit_type.c.code)
        .join(credit_type, credit_type.c.id == award.c.type_id)
        .where(
            among(award.c.learner_id, sorted(learners)),
            among(award.c.course_id, sorted(courses)),
            award.c.removed_at.is_(None),
        )
        .order_by(credit_type.c.code)
    )
    found: dict[tuple[int, int], tuple[AwardRow, ...]] = {}
    for row in tx.execute(query):
        one = AwardRow(row.code, row.amount, row.awarded_on, row.expires_on, row.origin)
        key = (row.learner_id, row.course_id)
        found[key] = (*found.get(key, ()), one)
    return found
