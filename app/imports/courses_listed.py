"""Courses as the page Courses for Credit lists them: ids in order, rows of some ids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, and_, exists, func, select

from app.conditions import FieldInfo, FieldKind, Group
from app.conditions_sql import SqlField, Where, where
from app.db.among import among
from app.db.tables import award, course, course_credit, credit_mapping, credit_type, enrolment, section
from app.imports import facts, participation
from app.imports.amounts import shown
from app.imports.facts import SHELL, CourseFacts
from app.quick_filter import passes
from app.sentence import Sentence, joined
from app.sorting import SortKey, order_by

KINDS = (("normal", "Course"), (SHELL, "Imported shell"))


@dataclass(frozen=True, slots=True)
class CourseRow:
    """A course as the grid shows it."""

    facts: CourseFacts
    enrolled: int
    awarded: int
    participants: int
    """Those who are counted in participation reports."""

    @property
    def id(self) -> int:
        return self.facts.id

    @property
    def types(self) -> str:
        """What it gives today: "ama 5, ancc 1 to 3 (variable)"."""
        told = []
        for one in self.facts.active:
            words = "{type} {least} to {most} (variable)" if one.variable else "{type} {most}"
            told.append(Sentence(words, type=one.code, least=shown(one.minimum), most=shown(one.maximum)))
        return joined("{these}, {last}", told)

    @property
    def bodies(self) -> tuple[str, ...]:
        """The outside bodies that hear of its credit, by name."""
        return tuple(sorted({name for one in self.facts.active for name in one.bodies}))

    @property
    def exposed(self) -> bool:
        """Whether enrolling gives credit at once, for nothing stops the completion (CR-33, CR-34)."""
        return self.facts.nothing_stops and bool(self.facts.active)


ENROLLED: ColumnElement[int] = (
    select(func.count(enrolment.c.id))
    .join(section, section.c.id == enrolment.c.section_id)
    .where(section.c.course_id == course.c.id, enrolment.c.removed_at.is_(None))
    .correlate(course)
    .scalar_subquery()
)
AWARDED: ColumnElement[int] = (
    select(func.count(award.c.id))
    .where(award.c.course_id == course.c.id, award.c.removed_at.is_(None))
    .correlate(course)
    .scalar_subquery()
)


PARTICIPANTS: ColumnElement[int] = (
    participation.by_course()
    .with_only_columns(participation.NUMBER)
    .where(section.c.course_id == course.c.id)
    .correlate(course)
    .scalar_subquery()
)


def _gives(condition: Where) -> Where:
    """Whether the course gives, today, a type of which `condition` is true."""
    query = select(course_credit.c.id).join(credit_type, credit_type.c.id == course_credit.c.type_id)
    held = (course_credit.c.course_id == course.c.id, course_credit.c.active, credit_type.c.active, condition)
    return exists(query.where(*held).correlate(course))


def _any_credit() -> Where:
    return _gives(credit_type.c.id.is_not(None))


def _exposed() -> Where:
    return and_(func.coalesce(course.c.required_objects, 0) == 0, _any_credit())


FIELDS: Mapping[str, SqlField] = {
    one.info.id: one
    for one in (
        SqlField(FieldInfo("code", "Course Code"), course.c.code_fold, folded=True),
        SqlField(FieldInfo("title", "Course"), course.c.title),
        SqlField(FieldInfo("kind", "Kind", FieldKind.CHOICE, KINDS), course.c.kind),
        SqlField(FieldInfo("objects", "Required Objects", FieldKind.NUMBER), course.c.required_objects),
        SqlField(FieldInfo("credit", "Gives credit", FieldKind.FLAG), flag=_any_credit),
        SqlField(FieldInfo("type", "Credit Type", many=True), credit_type.c.code, related=_gives),
        SqlField(
            FieldInfo("maximum", "Maximum of a type", FieldKind.NUMBER, many=True),
            course_credit.c.maximum,
            scale=100,
            related=_gives,
        ),
        SqlField(
            FieldInfo("variable", "A type is variable", FieldKind.FLAG),
            flag=lambda: _gives(course_credit.c.variable.is_(True)),
        ),
        SqlField(
            FieldInfo("mapped", "Has a credit mapping", FieldKind.FLAG),
            flag=lambda: course.c.id.in_(select(credit_mapping.c.course_id)),
        ),
        SqlField(FieldInfo("exposed", "Nothing stops completion", FieldKind.FLAG), flag=_exposed),
        SqlField(FieldInfo("enrolled", "Enrolled", FieldKind.NUMBER), ENROLLED),
        SqlField(FieldInfo("awarded", "Awards", FieldKind.NUMBER), AWARDED),
        SqlField(FieldInfo("participants", "Participants in reports", FieldKind.NUMBER), PARTICIPANTS),
    )
}
_SORTS: Mapping[str, ColumnElement[Any]] = {
    "code": course.c.code_fold,
    "title": func.lower(course.c.title),
    "kind": course.c.kind,
    "objects": course.c.required_objects,
    "enrolled": ENROLLED,
    "awarded": AWARDED,
    "participants": PARTICIPANTS,
}
DEFAULT_SORT = "code"


def keys_query(
    group: Group | None = None,
    quick: str = "",
    sort: str = "",
    *,
    descending: bool = False,
    then: Sequence[SortKey] = (),
) -> Select[Any]:
    """The ids of the courses that pass, in order. Raises InputError as `conditions.check`."""
    query = select(course.c.id).where(where(group, FIELDS), _quick(quick))
    terms = order_by((SortKey(sort if sort in _SORTS else DEFAULT_SORT, descending), *then), _SORTS)
    last: tuple[ColumnElement[Any], ...] = (course.c.code_fold, course.c.id)
    return query.order_by(*terms, *(one.desc() if descending else one for one in last))


def total_query() -> Select[Any]:
    """How many courses there are."""
    return select(func.count()).select_from(course)


def _quick(text: str) -> Where:
    def given(word: str) -> Where:
        return _gives(func.lower(credit_type.c.code).contains(word, autoescape=True))

    return passes(text, (course.c.code_fold,), (course.c.title,), given)


def rows(tx: Connection, ids: Sequence[int]) -> dict[int, CourseRow]:
    """The rows of a page (some hundred ids)."""
    told = facts.of_ids(tx, ids)
    here = section.c.course_id, func.count(enrolment.c.id)
    on_course = select(*here).join(section, section.c.id == enrolment.c.section_id)
    enrolled = _numbers(tx, on_course.where(enrolment.c.removed_at.is_(None)), section.c.course_id, ids)
    awards = select(award.c.course_id, func.count(award.c.id)).where(award.c.removed_at.is_(None))
    awarded = _numbers(tx, awards, award.c.course_id, ids)
    counted = _numbers(tx, participation.by_course(), section.c.course_id, ids)
    return {
        key: CourseRow(one, enrolled.get(key, 0), awarded.get(key, 0), counted.get(key, 0))
        for key, one in told.items()
    }


def _numbers(tx: Connection, query: Select[Any], by: Column[int], ids: Sequence[int]) -> dict[int, int]:
    """A number for each of these courses: one pass for all of a page."""
    rows: Any = tx.execute(query.where(among(by, ids)).group_by(by))
    return {row[0]: row[1] for row in rows}
