"""The college's attainments as the Attainments page lists them: ids, rows, and the history of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select

from app.attainments.related import LEARNERS
from app.conditions import FieldInfo, FieldKind, Group
from app.conditions_sql import SqlField, Where, where
from app.db.tables import app_user, attainment, attainment_type, change, learner, operation
from app.history import columns_of
from app.quick_filter import passes
from app.sorting import SortKey, by_title, order_by

_ORIGINS = (("lrs", "LRS"), ("hand", "By hand"), ("file", "File"))


@dataclass(frozen=True, slots=True)
class AttainmentRow:
    """One attainment as the grid shows it."""

    id: int
    learner_id: int
    ref: str
    family_name: str | None = field(repr=False)
    given_names: str | None = field(repr=False)
    type_code: str
    subject_code: str | None = field(repr=False)
    subject: str | None = field(repr=False)
    qualification_type: str | None
    level: str | None
    grade: str | None = field(repr=False)
    credits: int | None
    award_date: date | None
    start_date: date | None
    end_date: date | None
    provider: str | None = field(repr=False)
    provider_ukprn: str | None
    awarding_org: str | None = field(repr=False)
    awarding_org_code: str | None
    language: str | None
    under_challenge: bool | None
    origin: str
    exported_version: int | None
    version: int

    @property
    def to_export(self) -> str:
        """What Export Changes would say of it: "New", "Changed" or ""."""
        if self.exported_version is None:
            return "New"
        return "Changed" if self.exported_version < self.version else ""


def _changed() -> Where:
    return or_(attainment.c.exported_version.is_(None), attainment.c.exported_version < attainment.c.version)


FIELDS: Mapping[str, SqlField] = {
    one.info.id: one
    for one in (
        SqlField(FieldInfo("ref", "Person Code"), learner.c.ref_fold, folded=True),
        SqlField(FieldInfo("family_name", "Surname"), learner.c.family_fold, folded=True),
        SqlField(FieldInfo("given_names", "Forename"), learner.c.given_fold, folded=True),
        SqlField(FieldInfo("type", "Type"), attainment_type.c.code),
        SqlField(FieldInfo("subject_code", "Subject Code"), attainment.c.subject_code),
        SqlField(FieldInfo("subject", "Subject"), attainment.c.subject_fold, folded=True),
        SqlField(FieldInfo("qualification_type", "Qualification Type"), attainment.c.qualification_type),
        SqlField(FieldInfo("level", "Level"), attainment.c.level),
        SqlField(FieldInfo("grade", "Grade"), attainment.c.grade),
        SqlField(FieldInfo("credits", "Credits", FieldKind.NUMBER), attainment.c.credits, scale=100),
        SqlField(FieldInfo("award_date", "Award Date", FieldKind.DATE), attainment.c.award_date),
        SqlField(FieldInfo("start_date", "Participation Start", FieldKind.DATE), attainment.c.start_date),
        SqlField(FieldInfo("end_date", "Participation End", FieldKind.DATE), attainment.c.end_date),
        SqlField(FieldInfo("provider", "Provider"), attainment.c.provider),
        SqlField(FieldInfo("awarding_org", "Awarding Organisation"), attainment.c.awarding_org),
        SqlField(FieldInfo("origin", "Origin", FieldKind.CHOICE, _ORIGINS), attainment.c.origin),
        SqlField(FieldInfo("to_export", "Not yet exported", FieldKind.FLAG), flag=_changed),
        *LEARNERS,
    )
}
"""Every column of the grid, and what is asked about the learner: what the Condition Builder offers."""

_SORTS: Mapping[str, ColumnElement[Any]] = {
    "ref": learner.c.ref_fold,
    "name": learner.c.family_fold,
    "type": attainment_type.c.code,
    "subject_code": attainment.c.subject_code,
    "subject": attainment.c.subject_fold,
    "qualification_type": func.lower(attainment.c.qualification_type),
    "level": attainment.c.level,
    "grade": attainment.c.grade,
    "credits": attainment.c.credits,
    "award_date": attainment.c.award_date,
    "start_date": attainment.c.start_date,
    "end_date": attainment.c.end_date,
    "provider": func.lower(attainment.c.provider),
    "provider_ukprn": attainment.c.provider_ukprn,
    "awarding_org": func.lower(attainment.c.awarding_org),
    "origin": by_title(attainment.c.origin, _ORIGINS),
}
DEFAULT_SORT = "name"


def _joined(query: Select[Any]) -> Select[Any]:
    return query.join(learner, learner.c.id == attainment.c.learner_id).join(
        attainment_type, attainment_type.c.id == attainment.c.type_id
    )


def keys_query(
    group: Group | None = None,
    quick: str = "",
    sort: str = "",
    *,
    descending: bool = False,
    then: Sequence[SortKey] = (),
    learners: Any = None,
) -> Select[Any]:
    """The ids of the attainments that pass, by `sort` and equal ones by `then`; `learners` (see
    Database.ids_as_table) limits whose. InputError as `conditions.check`."""
    query = _joined(select(attainment.c.id)).where(_shown(), where(group, FIELDS), _quick(quick))
    if learners is not None:
        query = query.join(learners, learners.c.id == attainment.c.learner_id)
    terms = order_by((SortKey(sort if sort in _SORTS else DEFAULT_SORT, descending), *then), _SORTS)
    if descending:
        return query.order_by(*terms, attainment.c.learner_id.desc(), attainment.c.id.desc())
    return query.order_by(*terms, attainment.c.learner_id, attainment.c.award_date.nulls_first(), attainment.c.id)


def total_query(learners: Any = None) -> Select[Any]:
    """How many attainments there are without filter (of `learners`, if given)."""
    query = select(func.count()).select_from(attainment).where(_shown())
    if learners is not None:
        query = query.join(learners, learners.c.id == attainment.c.learner_id)
    return query


def _shown() -> Where:
    return attainment.c.removed_at.is_(None)


def _quick(text: str) -> Where:
    return passes(
        text,
        (learner.c.ref_fold, learner.c.family_fold, learner.c.given_fold, attainment.c.subject_fold),
        (
            attainment.c.subject_code, attainment.c.grade, attainment.c.qualification_type, attainment.c.provider,
            attainment.c.awarding_org,
        ),
    )  # fmt: skip


def rows(tx: Connection, ids: Sequence[int]) -> dict[int, AttainmentRow]:
    """The rows of a page (some hundred ids)."""
    query = _joined(
        select(
            attainment.c.id,
            attainment.c.learner_id,
            learner.c.ref,
            learner.c.family_name,
            learner.c.given_names,
            attainment_type.c.code,
            attainment.c.subject_code,
            attainment.c.subject,
            attainment.c.qualification_type,
            attainment.c.level,
            attainment.c.grade,
            attainment.c.credits,
            attainment.c.award_date,
            attainment.c.start_date,
            attainment.c.end_date,
            attainment.c.provider,
            attainment.c.provider_ukprn,
            attainment.c.awarding_org,
            attainment.c.awarding_org_code,
            attainment.c.language,
            attainment.c.under_challenge,
            attainment.c.origin,
            attainment.c.exported_version,
            attainment.c.version,
        )
    ).where(attainment.c.id.in_(ids), _shown())
    return {row[0]: AttainmentRow(*row) for row in tx.execute(query)}


def of_learner(tx: Connection, learner_id: int, most: int = 3) -> tuple[int, list[AttainmentRow]]:
    """How many attainments a learner has, and the latest few: for the details pane."""
    ids = (
        tx.execute(
            select(attainment.c.id)
            .where(attainment.c.learner_id == learner_id, _shown())
            .order_by(attainment.c.award_date.desc().nulls_last(), attainment.c.id)
        )
        .scalars()
        .all()
    )
    found = rows(tx, ids[:most]) if ids else {}
    return len(ids), [found[key] for key in ids[:most] if key in found]


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change of one attainment: who, when, by what, and the columns that differ (name, before, after)."""

    at: datetime
    who: str
    kind: str
    what: str
    columns: tuple[tuple[str, Any, Any], ...] = field(repr=False)


def history_of(tx: Connection, attainment_id: int) -> list[HistoryEntry]:
    """Every change of an attainment, the newest first."""
    query = (
        select(operation.c.at, app_user.c.name, operation.c.kind, change.c.kind, change.c.before, change.c.after)
        .join(operation, operation.c.id == change.c.operation_id)
        .outerjoin(app_user, app_user.c.id == operation.c.user_id)
        .where(change.c.table_name == attainment.name, change.c.row_id == attainment_id)
        .order_by(change.c.id.desc())
    )
    entries = []
    for at, who, kind, what, before, after in tx.execute(query):
        columns = tuple(one for one in columns_of(attainment, before, after) if one[0] in _TOLD)
        entries.append(HistoryEntry(at, who or "", kind, what, columns))
    return entries


_TOLD = frozenset(_SORTS) | {"awarding_org_code", "language", "under_challenge", "removed_at"}
