"""What is due to outside bodies: a record for each body and award, with its deadline and what of the learner is
missing, as their page lists them (course-record-import.md 9)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, literal, or_, select

from app.conditions import FieldInfo, FieldKind, Group
from app.conditions_sql import SqlField, Where, where
from app.db.among import among
from app.db.tables import award, course, credit_type, learner, outgoing_report, reporter
from app.imports.credit_lists import FIELDS as LEARNER_FIELDS
from app.json_text import decoded
from app.quick_filter import passes
from app.sorting import SortKey, order_by


class Stage(StrEnum):
    """How far a record is, in the order of what needs somebody first."""

    RECALL = "recall"
    """Exported, then the award was taken back: the body has to be told by hand (CR-U3)."""
    INCOMPLETE = "incomplete"
    """Something that the body asks for is missing."""
    DUE = "due"
    EXPORTED = "exported"
    WITHDRAWN = "withdrawn"
    """The award was taken back before it was exported: nothing is due."""


STAGES: Mapping[Stage, str] = {
    Stage.RECALL: "Told, taken back",
    Stage.INCOMPLETE: "Data missing",
    Stage.DUE: "To be exported",
    Stage.EXPORTED: "Exported",
    Stage.WITHDRAWN: "Taken back",
}


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One record as the grid shows it. `missing`: what the body asks for and the learner lacks now, as the learner
    form calls it."""

    id: int
    body: str
    learner_id: int
    ref: str
    family_name: str | None = field(repr=False)
    given_names: str | None = field(repr=False)
    course_code: str
    course_title: str
    type: str
    amount: int
    awarded_on: date | None
    due_on: date
    stage: Stage
    exported_at: datetime | None
    missing: tuple[str, ...] = ()


def _lacks(name: str) -> Where:
    """Whether the body asks for this column and the learner lacks it now: what was missing on the day of the award
    may be there since. There are a few bodies only, so the list of what each asks for is looked into."""
    return and_(reporter.c.fields.contains(f'"{name}"', autoescape=True), learner.c[name].is_(None))


_LACKING: Where = or_(*(_lacks(name) for name in LEARNER_FIELDS))
STAGE: ColumnElement[str] = case(
    (
        outgoing_report.c.removed_at.is_not(None),
        case((outgoing_report.c.exported_at.is_not(None), Stage.RECALL.value), else_=Stage.WITHDRAWN.value),
    ),
    (outgoing_report.c.exported_at.is_not(None), Stage.EXPORTED.value),
    (_LACKING, Stage.INCOMPLETE.value),
    else_=Stage.DUE.value,
)
_STAGE_ORDER: ColumnElement[int] = case(
    *((literal(one.value) == STAGE, place) for place, one in enumerate(Stage)), else_=literal(9)
)

FIELDS: Mapping[str, SqlField] = {
    one.info.id: one
    for one in (
        SqlField(
            FieldInfo("stage", "State", FieldKind.CHOICE, tuple((k.value, v) for k, v in STAGES.items())), STAGE
        ),
        SqlField(FieldInfo("body", "Outside Body"), reporter.c.name),
        SqlField(FieldInfo("due_on", "Due on", FieldKind.DATE), outgoing_report.c.due_on),
        SqlField(FieldInfo("ref", "Person Code"), learner.c.ref_fold, folded=True),
        SqlField(FieldInfo("family_name", "Surname"), learner.c.family_fold, folded=True),
        SqlField(FieldInfo("given_names", "Forename"), learner.c.given_fold, folded=True),
        SqlField(FieldInfo("course_code", "Course Code"), course.c.code_fold, folded=True),
        SqlField(FieldInfo("type", "Credit Type"), credit_type.c.code),
        SqlField(FieldInfo("amount", "Credit", FieldKind.NUMBER), award.c.amount, scale=100),
        SqlField(FieldInfo("awarded_on", "Awarded on", FieldKind.DATE), award.c.awarded_on),
        SqlField(FieldInfo("exported_at", "Exported", FieldKind.DATE), outgoing_report.c.exported_at, moment=True),
    )
}
_SORTS: Mapping[str, ColumnElement[Any]] = {
    "stage": _STAGE_ORDER,
    "body": func.lower(reporter.c.name),
    "due_on": outgoing_report.c.due_on,
    "ref": learner.c.ref_fold,
    "name": learner.c.family_fold,
    "course_code": course.c.code_fold,
    "type": func.lower(credit_type.c.code),
    "amount": award.c.amount,
    "awarded_on": award.c.awarded_on,
    "exported_at": outgoing_report.c.exported_at,
}
DEFAULT_SORT = "due_on"


def _joined(query: Select[Any]) -> Select[Any]:
    return (
        query.select_from(outgoing_report)
        .join(reporter, reporter.c.id == outgoing_report.c.reporter_id)
        .join(award, award.c.id == outgoing_report.c.award_id)
        .join(learner, learner.c.id == award.c.learner_id)
        .join(course, course.c.id == award.c.course_id)
        .join(credit_type, credit_type.c.id == award.c.type_id)
    )


def keys_query(
    group: Group | None = None,
    quick: str = "",
    sort: str = "",
    *,
    descending: bool = False,
    then: Sequence[SortKey] = (),
) -> Select[Any]:
    """The ids of the records that pass, in order. Raises InputError as `conditions.check`."""
    query = _joined(select(outgoing_report.c.id)).where(where(group, FIELDS), _quick(quick))
    terms = order_by((SortKey(sort if sort in _SORTS else DEFAULT_SORT, descending), *then), _SORTS)
    last = outgoing_report.c.id
    return query.order_by(*terms, last.desc() if descending else last)


def total_query() -> Select[Any]:
    """How many records there are."""
    return select(func.count()).select_from(outgoing_report)


def _quick(text: str) -> Where:
    return passes(
        text,
        (learner.c.ref_fold, learner.c.family_fold, learner.c.given_fold, course.c.code_fold),
        (reporter.c.name, credit_type.c.code),
    )


def rows(tx: Connection, ids: Sequence[int]) -> dict[int, ReportRow]:
    """The rows of a page (some hundred ids)."""
    return {row.id: _row(row) for row in tx.execute(_whole().where(among(outgoing_report.c.id, ids)))}


def _whole() -> Select[Any]:
    return _joined(
        select(
            outgoing_report.c.id,
            reporter.c.name.label("body"),
            reporter.c.fields,
            award.c.learner_id,
            *(learner.c[name] for name in LEARNER_FIELDS),
            course.c.code.label("course_code"),
            course.c.title.label("course_title"),
            credit_type.c.code.label("type"),
            award.c.amount,
            award.c.awarded_on,
            outgoing_report.c.due_on,
            STAGE.label("stage"),
            outgoing_report.c.exported_at,
        )
    )


def _row(row: Any) -> ReportRow:
    asked = [name for name in decoded(row.fields) if name in LEARNER_FIELDS]
    return ReportRow(
        row.id,
        row.body,
        row.learner_id,
        row.ref,
        row.family_name,
        row.given_names,
        row.course_code,
        row.course_title,
        row.type,
        row.amount,
        row.awarded_on,
        row.due_on,
        Stage(row.stage),
        row.exported_at,
        tuple(LEARNER_FIELDS[name] for name in asked if getattr(row, name) is None),
    )
