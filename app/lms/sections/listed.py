"""Sections as their page lists them: ids in order, rows of some ids; only those of the user's campuses (EX-A3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select, true

from app.access import Scope
from app.conditions import FieldInfo, FieldKind, Group
from app.conditions_sql import SqlField, Where, where
from app.db.tables import (
    campus,
    course,
    delivery_method,
    enrolment,
    lms_course,
    lms_vendor,
    section,
    section_campus,
    term,
)
from app.enrolling import NO_TERM
from app.lms.extracts import gates
from app.quick_filter import passes
from app.sorting import SortKey, order_by


@dataclass(frozen=True, slots=True)
class SectionRow:
    """A section as the grid shows it."""

    id: int
    version: int
    course_code: str
    course_title: str
    term: str
    """Its name; "" for sections without a term."""
    number: int
    owner: str | None
    further: tuple[str, ...]
    """The campuses that only see it, by name."""
    method: str | None
    vendor: str | None
    """The LMS that the section names; None: the default of the owning campus."""
    lms_course: str | None
    starts: date | None
    ends: date | None
    open: bool
    enrolled: int
    holds: bool
    """Whether the seven gates hold."""

    @property
    def title(self) -> str:
        """Course, term and number in a few words."""
        return " · ".join(part for part in (self.course_code, self.term, str(self.number)) if part)


_OWNER = section_campus.alias("owner")
ENROLLED: ColumnElement[int] = (
    select(func.count(enrolment.c.id))
    .where(enrolment.c.section_id == section.c.id, enrolment.c.removed_at.is_(None))
    .correlate(section)
    .scalar_subquery()
)


def _holds() -> Where:
    held = gates.holding().subquery("held")
    return section.c.id.in_(select(held.c.section_id))


def _of_campus(condition: Where) -> Where:
    """Whether the section has a campus of which `condition` is true."""
    query = select(section_campus.c.id).join(campus, campus.c.id == section_campus.c.campus_id)
    return exists(query.where(section_campus.c.section_id == section.c.id, condition).correlate(section))


FIELDS: Mapping[str, SqlField] = {
    one.info.id: one
    for one in (
        SqlField(FieldInfo("holds", "All gates hold", FieldKind.FLAG), flag=_holds),
        SqlField(FieldInfo("course_code", "Course Code"), course.c.code_fold, folded=True),
        SqlField(FieldInfo("course_title", "Course"), course.c.title),
        SqlField(FieldInfo("term", "Term"), term.c.name),
        SqlField(FieldInfo("number", "Number", FieldKind.NUMBER), section.c.number),
        SqlField(FieldInfo("owner", "Owning Campus"), campus.c.name_fold, folded=True),
        SqlField(FieldInfo("campuses", "Any Campus", many=True), campus.c.name_fold, folded=True, related=_of_campus),
        SqlField(FieldInfo("method", "Delivery Method"), delivery_method.c.name),
        SqlField(FieldInfo("vendor", "LMS"), lms_vendor.c.code),
        SqlField(FieldInfo("lms_course", "LMS Course"), lms_course.c.short_fold, folded=True),
        SqlField(FieldInfo("starts", "Starts", FieldKind.DATE), section.c.starts),
        SqlField(FieldInfo("ends", "Ends", FieldKind.DATE), section.c.ends),
        SqlField(FieldInfo("open", "Open", FieldKind.FLAG), flag=lambda: section.c.open.is_(True)),
        SqlField(FieldInfo("enrolled", "Enrolled", FieldKind.NUMBER), ENROLLED),
    )
}
_SORTS: Mapping[str, ColumnElement[Any]] = {
    "course_code": course.c.code_fold,
    "course_title": func.lower(course.c.title),
    "term": term.c.code,
    "number": section.c.number,
    "owner": campus.c.name_fold,
    "method": func.lower(delivery_method.c.name),
    "vendor": func.lower(lms_vendor.c.code),
    "lms_course": lms_course.c.short_fold,
    "starts": section.c.starts,
    "ends": section.c.ends,
    "open": section.c.open,
    "enrolled": ENROLLED,
}
DEFAULT_SORT = "course_code"


def _joined(query: Select[Any]) -> Select[Any]:
    return (
        query.select_from(section)
        .join(course, course.c.id == section.c.course_id)
        .join(term, term.c.id == section.c.term_id)
        .outerjoin(_OWNER, and_(_OWNER.c.section_id == section.c.id, _OWNER.c.owner))
        .outerjoin(campus, campus.c.id == _OWNER.c.campus_id)
        .outerjoin(delivery_method, delivery_method.c.id == section.c.delivery_method_id)
        .outerjoin(lms_vendor, lms_vendor.c.id == section.c.vendor_id)
        .outerjoin(lms_course, lms_course.c.id == section.c.lms_course_id)
    )


def seen_by(scope: Scope) -> Where:
    """The sections with at least one campus of the scope; and those that have no campus yet, which wait for one."""
    if scope is None:
        return true()
    own = select(section_campus.c.section_id).where(section_campus.c.campus_id.in_(scope))
    return or_(section.c.id.in_(own), ~section.c.id.in_(select(section_campus.c.section_id)))


def keys_query(
    group: Group | None = None,
    quick: str = "",
    sort: str = "",
    *,
    descending: bool = False,
    then: Sequence[SortKey] = (),
    scope: Scope = None,
) -> Select[Any]:
    """The ids of the sections that pass, in order. Raises InputError as `conditions.check`."""
    query = _joined(select(section.c.id)).where(where(group, FIELDS), _quick(quick), seen_by(scope))
    terms = order_by((SortKey(sort if sort in _SORTS else DEFAULT_SORT, descending), *then), _SORTS)
    last: tuple[ColumnElement[Any], ...] = (term.c.code, section.c.number, section.c.id)
    return query.order_by(*terms, *(one.desc() if descending else one for one in last))


def total_query(scope: Scope = None) -> Select[Any]:
    """How many sections the user may see."""
    return select(func.count()).select_from(section).where(seen_by(scope))


def _quick(text: str) -> Where:
    return passes(
        text,
        (course.c.code_fold, campus.c.name_fold, lms_course.c.short_fold),
        (course.c.title, term.c.code, term.c.name, delivery_method.c.name),
    )


def rows(tx: Connection, ids: Sequence[int], scope: Scope = None) -> dict[int, SectionRow]:
    """The rows of a page (some hundred ids), those of the user's campuses."""
    query = _joined(
        select(
            section.c.id,
            section.c.version,
            course.c.code,
            course.c.title,
            term.c.code.label("term_code"),
            term.c.name.label("term_name"),
            section.c.number,
            campus.c.name.label("owner"),
            delivery_method.c.name.label("method"),
            lms_vendor.c.code.label("vendor"),
            lms_course.c.short_name,
            section.c.starts,
            section.c.ends,
            section.c.open,
            ENROLLED.label("enrolled"),
            _holds().label("holds"),
        )
    ).where(section.c.id.in_(ids), seen_by(scope))
    further = _further(tx, ids)
    return {row.id: _row(row, further.get(row.id, [])) for row in tx.execute(query)}


def _row(row: Any, further: list[str]) -> SectionRow:
    return SectionRow(
        id=row.id,
        version=row.version,
        course_code=row.code,
        course_title=row.title,
        term="" if row.term_code == NO_TERM else row.term_name,
        number=row.number,
        owner=row.owner,
        further=tuple(further),
        method=row.method,
        vendor=row.vendor,
        lms_course=row.short_name,
        starts=row.starts,
        ends=row.ends,
        open=row.open,
        enrolled=row.enrolled,
        holds=bool(row.holds),
    )


def _further(tx: Connection, ids: Sequence[int]) -> dict[int, list[str]]:
    query = (
        select(section_campus.c.section_id, campus.c.name)
        .join(campus, campus.c.id == section_campus.c.campus_id)
        .where(section_campus.c.section_id.in_(ids), ~section_campus.c.owner)
        .order_by(campus.c.name_fold)
    )
    found: dict[int, list[str]] = {}
    for key, name in tx.execute(query):
        found.setdefault(key, []).append(name)
    return found
