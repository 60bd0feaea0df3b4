"""Extract records as the page LMS Extract Statuses lists them: filters, order, and the rows of a page
(extract-statuses.md 4.1, 4.2). Whatever is listed or counted lies within the campuses of the user (EX-A3)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, true

from app import access
from app.access import Permission, Scope, User
from app.conditions import FieldInfo, FieldKind, Group
from app.conditions_sql import SqlField, Where, where
from app.dates import day_begins
from app.db.among import among
from app.db.database import Database
from app.db.tables import (
    app_user,
    campus,
    course,
    delivery_method,
    enrolment,
    extract_record,
    learner,
    lms_vendor,
    section,
    section_campus,
    term,
)
from app.enrolling import STATUSES as COURSE_STATUSES
from app.keys import Keys
from app.lms import settings
from app.lms.extracts import marks
from app.lms.settings import OVERDUE_HOURS
from app.quick_filter import passes
from app.sorting import SortKey, order_by

STATUSES = (
    ("ready", "Ready"),
    ("transmitted", "Transmitted"),
    ("processed", "Processed"),
    ("rejected", "Rejected"),
)
TITLES = dict(STATUSES)
CHANGES = (("add", "Add"), ("drop", "Drop"), ("change", "Change"))


@dataclass(frozen=True, slots=True)
class Filters:
    """The five filters of the page; of nothing chosen in one, it does not narrow (EX-F3)."""

    campuses: tuple[int, ...] = ()
    terms: tuple[int, ...] = ()
    sections: tuple[int, ...] = ()
    statuses: tuple[str, ...] = ()
    sent_from: date | None = None
    sent_to: date | None = None
    """Whole days in this computer's time zone, both of them in (EX-F5)."""
    include_not_sent: bool = False
    """With a day given: also what was never sent."""


@dataclass(frozen=True, slots=True)
class ExtractRow:
    """One record as the grid shows it."""

    id: int
    version: int
    enrolment_id: int
    section_id: int
    learner_id: int
    ref: str
    family_name: str | None = field(repr=False)
    given_names: str | None = field(repr=False)
    term: str
    course_code: str
    course_title: str
    section: int
    change: str
    course_status: str
    changed_on: date | None
    status: str
    extracted_at: datetime | None
    """When it was last sent."""
    answered_at: datetime | None
    attempts: int
    message: str | None
    late_answer: str | None
    changed_by: str | None
    """Who set the status; None: the program."""
    changed_at: datetime
    delivery_method: str | None
    vendor: str | None
    overdue: bool
    gate_failed: bool
    superseded: bool
    gone: bool
    """It waits for nothing: the registration is gone."""
    campuses: tuple[str, ...] = ()
    """In the order of the alphabet."""


# ------------------------------------------------------------------------------------------- which records


def scope_of(tx: Connection, user: User) -> Scope:
    """The campuses whose records the user may see. Raises AccessError for who may not see any (2.2)."""
    access.require(tx, user, Permission.PROCESSES)
    access.require(tx, user, Permission.EXTRACTS)
    return access.campuses(tx, user)


def in_scope(scope: Scope) -> Where:
    """A record is seen by who may see one of the campuses of its section (EX-A3)."""
    return true() if scope is None else _on_campuses(scope)


def _on_campuses(ids: Iterable[int]) -> Where:
    return section.c.id.in_(select(section_campus.c.section_id).where(among(section_campus.c.campus_id, ids)))


def fits(filters: Filters, scope: Scope) -> Where:
    """The condition of the filters, within the campuses of the user."""
    parts = [in_scope(scope)]
    if filters.campuses:
        parts.append(_on_campuses(set(filters.campuses) if scope is None else scope & set(filters.campuses)))
    if filters.terms:
        parts.append(among(section.c.term_id, filters.terms))
    if filters.sections:
        parts.append(among(enrolment.c.section_id, filters.sections))
    if filters.statuses:
        parts.append(extract_record.c.status.in_(filters.statuses))
    return and_(*parts, *_sent(filters))


def _sent(filters: Filters) -> Sequence[Where]:
    sent, days = extract_record.c.extracted_at, []
    if filters.sent_from is not None:
        days.append(sent >= day_begins(filters.sent_from))
    if filters.sent_to is not None and filters.sent_to < date.max:
        days.append(sent < day_begins(filters.sent_to + timedelta(days=1)))
    if days and filters.include_not_sent:
        return [or_(sent.is_(None), and_(*days))]
    return days


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
        _text("course_code", "Course Code", course.c.code_fold),
        _choice("change", "Change", CHANGES, extract_record.c.change),
        _choice("course_status", "Course Status", COURSE_STATUSES, extract_record.c.course_status),
        SqlField(FieldInfo("changed_on", "Status Change Date", FieldKind.DATE), extract_record.c.changed_on),
        _choice("status", "Extract Status", STATUSES, extract_record.c.status),
        SqlField(FieldInfo("extracted", "Extract Date", FieldKind.DATE), extract_record.c.extracted_at, moment=True),
        SqlField(FieldInfo("answered", "Answered Date", FieldKind.DATE), extract_record.c.answered_at, moment=True),
        SqlField(FieldInfo("attempts", "Attempts", FieldKind.NUMBER), extract_record.c.attempts),
        SqlField(FieldInfo("message", "Last LMS Message"), extract_record.c.message),
        SqlField(FieldInfo("overdue", "Overdue", FieldKind.FLAG), flag=lambda: marks.overdue(OVERDUE_HOURS)),
        SqlField(FieldInfo("gate_failed", "Gate failed", FieldKind.FLAG), flag=marks.gate_failed),
        SqlField(FieldInfo("superseded", "Superseded", FieldKind.FLAG), flag=marks.superseded),
        SqlField(FieldInfo("gone", "Registration gone", FieldKind.FLAG), flag=marks.gone),
        SqlField(
            FieldInfo("late_answer", "Late answer", FieldKind.FLAG),
            flag=lambda: extract_record.c.late_answer.is_not(None),
        ),
    )
}

# A column of several campuses is sorted by their names joined in the order of the alphabet (4.2).
_named = (
    select(section_campus.c.section_id, campus.c.name_fold)
    .join(campus, campus.c.id == section_campus.c.campus_id)
    .order_by(section_campus.c.section_id, campus.c.name_fold)
    .subquery("named")
)
_joined_names = (
    select(_named.c.section_id, func.aggregate_strings(_named.c.name_fold, ", ").label("names"))
    .group_by(_named.c.section_id)
    .subquery("joined_names")
)
_changer = app_user.alias("changer")
_SORTS: Mapping[str, ColumnElement[Any]] = {
    "ref": learner.c.ref_fold,
    "name": learner.c.family_fold,
    "campuses": _joined_names.c.names,
    "term": func.lower(term.c.name),
    "course_code": course.c.code_fold,
    "section": section.c.number,
    "change": extract_record.c.change,
    "course_status": extract_record.c.course_status,
    "changed_on": extract_record.c.changed_on,
    "status": extract_record.c.status,
    "extracted": extract_record.c.extracted_at,
    "answered": extract_record.c.answered_at,
    "attempts": extract_record.c.attempts,
    "message": extract_record.c.message,
    "changed_by": func.lower(_changer.c.name),
    "changed_at": extract_record.c.status_at,
    "delivery_method": func.lower(delivery_method.c.name),
    "vendor": func.lower(lms_vendor.c.code),
    "id": extract_record.c.id,
}
DEFAULT_SORT = "name"


def joined(query: Select[Any]) -> Select[Any]:
    """`query` of records with enrolment, learner, section and course."""
    return (
        query.join(enrolment, enrolment.c.id == extract_record.c.enrolment_id)
        .join(learner, learner.c.id == enrolment.c.learner_id)
        .join(section, section.c.id == enrolment.c.section_id)
        .join(course, course.c.id == section.c.course_id)
    )


def _joined_to_sort(query: Select[Any], sorts: set[str]) -> Select[Any]:
    query = joined(query)
    if "campuses" in sorts:
        query = query.outerjoin(_joined_names, _joined_names.c.section_id == section.c.id)
    if "term" in sorts:
        query = query.join(term, term.c.id == section.c.term_id)
    if "changed_by" in sorts:
        query = query.outerjoin(_changer, _changer.c.id == extract_record.c.status_by)
    return _with_set_up(query) if sorts & {"delivery_method", "vendor"} else query


def _with_set_up(query: Select[Any]) -> Select[Any]:
    return query.outerjoin(delivery_method, delivery_method.c.id == section.c.delivery_method_id).outerjoin(
        lms_vendor, lms_vendor.c.id == marks.vendor_of_section()
    )


def keys_query(
    filters: Filters,
    scope: Scope,
    group: Group | None = None,
    quick: str = "",
    sort: str = "",
    *,
    descending: bool = False,
    then: Sequence[SortKey] = (),
    overdue_hours: int = OVERDUE_HOURS,
) -> Select[Any]:
    """The ids of the records that pass, by `sort`, equal ones by `then`; `overdue_hours` are those of the settings.
    Raises InputError as `conditions.check`."""
    sort = sort if sort in _SORTS else DEFAULT_SORT
    query = _joined_to_sort(select(extract_record.c.id), {sort, *(one.column for one in then)})
    late = replace(FIELDS["overdue"], flag=lambda: marks.overdue(overdue_hours))
    query = query.where(fits(filters, scope), where(group, {**FIELDS, "overdue": late}), _quick(quick))
    terms = order_by((SortKey(sort, descending), *then), _SORTS)
    if descending:
        return query.order_by(*terms, learner.c.given_fold.desc().nulls_last(), extract_record.c.id.desc())
    return query.order_by(*terms, learner.c.given_fold.asc().nulls_first(), extract_record.c.id)


def keys(db: Database, tx: Connection, query: Select[Any], first: Callable[[Keys], None] | None = None) -> Keys:
    """The ids of a `keys_query` (see Database.ids)."""
    return db.ids(tx, query, first)


def total_query(filters: Filters, scope: Scope) -> Select[Any]:
    """How many records the filters hold."""
    return joined(select(func.count()).select_from(extract_record)).where(fits(filters, scope))


def any_query(scope: Scope) -> Select[Any]:
    """The id of some record that the user may see; nothing where there is none."""
    return joined(select(extract_record.c.id)).where(in_scope(scope)).limit(1)


def _quick(text: str) -> Where:
    folded = (
        learner.c.ref_fold, learner.c.family_fold, learner.c.given_fold, course.c.code_fold, extract_record.c.status,
        extract_record.c.change,
    )  # fmt: skip
    return passes(text, folded, (extract_record.c.message,), _on_campus)


def _on_campus(word: str) -> Where:
    named = (
        select(section_campus.c.section_id)
        .join(campus, campus.c.id == section_campus.c.campus_id)
        .where(campus.c.name_fold.contains(word, autoescape=True))
    )
    return section.c.id.in_(named)


# -------------------------------------------------------------------------------------------------- the rows


def rows(tx: Connection, ids: Sequence[int], scope: Scope) -> dict[int, ExtractRow]:
    """The rows of a page (some hundred ids), of those that the user may see."""
    query = _with_set_up(
        joined(
            select(
                extract_record.c.id,
                extract_record.c.version,
                extract_record.c.enrolment_id,
                section.c.id,
                learner.c.id,
                learner.c.ref,
                learner.c.family_name,
                learner.c.given_names,
                term.c.name,
                course.c.code,
                course.c.title,
                section.c.number,
                extract_record.c.change,
                extract_record.c.course_status,
                extract_record.c.changed_on,
                extract_record.c.status,
                extract_record.c.extracted_at,
                extract_record.c.answered_at,
                extract_record.c.attempts,
                extract_record.c.message,
                extract_record.c.late_answer,
                _changer.c.name,
                extract_record.c.status_at,
                delivery_method.c.name,
                lms_vendor.c.code,
                func.coalesce(marks.overdue(settings.overdue_hours(tx)), False),
                marks.gate_failed(),
                marks.superseded(),
                marks.gone(),
            )
        )
        .join(term, term.c.id == section.c.term_id)
        .outerjoin(_changer, _changer.c.id == extract_record.c.status_by)
    ).where(extract_record.c.id.in_(ids), in_scope(scope))
    found = tx.execute(query).all()
    names = campus_names(tx, {row[3] for row in found})
    return {row[0]: _row(row, names.get(row[3], ())) for row in found}


def _row(row: Sequence[Any], campuses: Iterable[str]) -> ExtractRow:
    values = (*row, tuple(campuses))
    return ExtractRow(*values)


def campus_names(tx: Connection, section_ids: Iterable[int], but: Iterable[int] = ()) -> dict[int, list[str]]:
    """The names of the campuses of each section, `but` some campuses, in the order of the alphabet."""
    query = (
        select(section_campus.c.section_id, campus.c.name)
        .join(campus, campus.c.id == section_campus.c.campus_id)
        .where(among(section_campus.c.section_id, section_ids), ~among(section_campus.c.campus_id, but))
        .order_by(campus.c.name_fold, campus.c.id)
    )
    found: dict[int, list[str]] = {}
    for section_id, name in tx.execute(query):
        found.setdefault(section_id, []).append(name)
    return found


def counts(db: Database, tx: Connection, ids: Iterable[int], scope: Scope) -> dict[str, int]:
    """How many of these records have each status, of those that the user may see."""
    with db.ids_as_table(tx, ids) as picked:
        query = joined(select(extract_record.c.status, func.count()))
        query = query.join(picked, picked.c.id == extract_record.c.id).where(in_scope(scope))
        found = {row[0]: int(row[1]) for row in tx.execute(query.group_by(extract_record.c.status))}
    return {status: found.get(status, 0) for status, _ in STATUSES}
