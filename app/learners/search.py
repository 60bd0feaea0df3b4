"""Finding learners: conditions, quick filter and order become one query for ids; rows follow by page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, func, literal, select

from app.attainments.at_a_glance import FULL_RANKS, GCSE_PASS, TITLES, Measure
from app.attainments.related import RELATED
from app.attainments.titles import FUNCTIONAL_LEVELS
from app.conditions import FieldInfo, FieldKind, Group, fields_used
from app.conditions_sql import SqlField, Where, where
from app.db.among import among, many
from app.db.among import listed as listed_values
from app.db.server_lines import PLANNED_ONCE
from app.db.tables import SHOWN, at_a_glance, attainment, campus, learner, plr_check
from app.db.types import Unindexed
from app.quick_filter import passes
from app.sorting import SortKey, order_by
from app.ulns import UlnState


class Ready(StrEnum):
    """Whether a learner can be asked about, and if not, why."""

    READY = "Ready"
    NO_ULN = "No ULN"
    TEMPORARY = "Temporary ULN"
    BAD = "Check digit"
    NO_FIRST_NAME = "No first name"
    NO_SURNAME = "No surname"


@dataclass(frozen=True, slots=True)
class LearnerRow:
    """A learner as the grid shows one."""

    id: int
    version: int
    ready: Ready
    ref: str
    family_name: str | None = field(repr=False)
    given_names: str | None = field(repr=False)
    known_as: str | None = field(repr=False)
    birth_date: date | None = field(repr=False)
    sex: str | None = field(repr=False)
    uln: str | None = field(repr=False)
    postcode: str | None = field(repr=False)
    campus: str | None
    tutor_group: str | None
    email: str | None = field(repr=False)
    last_plr: datetime | None
    """In this computer's time zone."""
    gcse_english: str | None = field(default=None, repr=False)
    gcse_maths: str | None = field(default=None, repr=False)
    fs_english: str | None = field(default=None, repr=False)
    fs_maths: str | None = field(default=None, repr=False)
    full_level: str | None = field(default=None, repr=False)


_NOT_READY: tuple[tuple[Where, Ready], ...] = (
    (learner.c.uln_state == UlnState.NONE.value, Ready.NO_ULN),
    (learner.c.uln_state == UlnState.TEMPORARY.value, Ready.TEMPORARY),
    (learner.c.uln_state == UlnState.BAD.value, Ready.BAD),
    (and_(learner.c.given_names.is_(None), learner.c.first_name.is_(None)), Ready.NO_FIRST_NAME),
    (learner.c.family_name.is_(None), Ready.NO_SURNAME),
)
_READY: ColumnElement[str] = case(*((rule, one.value) for rule, one in _NOT_READY), else_=Ready.READY.value)
# Sorted in the order of the states, what can be asked first; as words they would sort as each database likes.
_READY_ORDER: ColumnElement[int] = case(
    *((rule, place) for place, (rule, _) in enumerate(_NOT_READY, 1)), else_=literal(0)
)


def _has_attainments() -> Where:
    return exists().where(attainment.c.learner_id == learner.c.id, attainment.c.removed_at.is_(None))


def _text(name: str, title: str, column: ColumnElement[Any]) -> SqlField:
    return SqlField(FieldInfo(name, title), column, folded=True)


_GCSE_BANDS = (("pass", "4 or above, C or above"), ("below", "below 4, below C"))


def _rank(measure: Measure) -> ColumnElement[int]:
    return at_a_glance.c[f"{measure.value}_rank"]


def _glance(measure: Measure) -> SqlField:
    """GCSEs are asked for by the level 2 pass, whatever the scale; the others by the level itself."""
    rank = _rank(measure)
    if measure in (Measure.GCSE_ENGLISH, Measure.GCSE_MATHS):
        info = FieldInfo(measure.value, TITLES[measure], FieldKind.CHOICE, _GCSE_BANDS)
        return SqlField(info, case((rank >= GCSE_PASS, "pass"), (rank.is_not(None), "below")))
    levels = FULL_RANKS if measure is Measure.FULL_LEVEL else FUNCTIONAL_LEVELS
    info = FieldInfo(measure.value, TITLES[measure], FieldKind.CHOICE, tuple((one, one) for one in levels))
    return SqlField(info, at_a_glance.c[measure.value])


SEXES = (("F", "Female"), ("M", "Male"))
_READIES = tuple((one.value, one.value) for one in Ready)

FIELDS: Mapping[str, SqlField] = {
    one.info.id: one
    for one in (
        SqlField(FieldInfo("ready", "PLR", FieldKind.CHOICE, _READIES), _READY),
        _text("ref", "Person Code", learner.c.ref_fold),
        _text("family_name", "Surname", learner.c.family_fold),
        _text("given_names", "Forename", learner.c.given_fold),
        _text("known_as", "Known As", learner.c.known_fold),
        SqlField(FieldInfo("birth_date", "Date of Birth", FieldKind.DATE), learner.c.birth_date),
        SqlField(FieldInfo("sex", "Sex", FieldKind.CHOICE, SEXES), learner.c.sex),
        SqlField(FieldInfo("uln", "ULN"), learner.c.uln, code=True),
        _text("postcode", "UK Postcode", func.lower(learner.c.postcode)),
        _text("campus", "Campus", campus.c.name_fold),
        _text("tutor_group", "Tutor Group", learner.c.tutor_fold),
        _text("email", "Email", learner.c.email_fold),
        SqlField(FieldInfo("last_plr", "Last PLR", FieldKind.DATE), plr_check.c.at, moment=True),
        SqlField(FieldInfo("has_attainments", "Has attainments", FieldKind.FLAG), flag=_has_attainments),
        *(_glance(measure) for measure in Measure),
        *RELATED,
    )
}
"""Every column of the grid, and what is beside it: what the Condition Builder offers."""

_SORTS: Mapping[str, ColumnElement[Any]] = {
    "ready": _READY_ORDER,
    "ref": learner.c.ref_fold,
    "family_name": learner.c.family_fold,
    "given_names": learner.c.given_fold,
    "known_as": learner.c.known_fold,
    "birth_date": learner.c.birth_date,
    "sex": learner.c.sex,
    "uln": learner.c.uln,
    "postcode": learner.c.postcode,
    "campus": campus.c.name_fold,
    "tutor_group": learner.c.tutor_fold,
    "email": learner.c.email_fold,
    "last_plr": plr_check.c.at,
    **{measure.value: _rank(measure) for measure in Measure},
}
_GLANCE = frozenset(measure.value for measure in Measure)
DEFAULT_SORT = "family_name"


# The quick filter looks at every learner: read from end to end and sorted afterwards that takes a tenth of the time
# of going through them in the order of some index of the learners shown, which SQLite would choose.
_SHOWN_SCANNED = Unindexed(learner.c.removed_at).is_(None) & learner.c.merged_into_id.is_(None)


def keys_query(
    group: Group | None = None,
    quick: str = "",
    sort: str = "",
    *,
    descending: bool = False,
    then: Sequence[SortKey] = (),
    listed: Where | None = None,
) -> Select[Any]:
    """The ids of the learners that pass, in order: by `sort`, equal ones by `then`, equal ones in the order of ids.
    `listed`: the condition of a pasted list (see `app.learners.listed`). Raises InputError."""
    sort = sort if sort in _SORTS else DEFAULT_SORT
    sorts = {sort, *(key.column for key in then)}
    shown = _SHOWN_SCANNED if quick.strip() else SHOWN
    query = select(learner.c.id).where(shown, where(group, FIELDS), _quick(quick))
    if listed is not None:
        query = query.where(listed)
    used = fields_used(group)
    if "campus" in used | sorts:
        query = query.outerjoin(campus, campus.c.id == learner.c.campus_id)
    if "last_plr" in used | sorts:
        query = query.outerjoin(plr_check, plr_check.c.learner_id == learner.c.id)
    if (used | sorts) & _GLANCE:
        query = query.outerjoin(at_a_glance, at_a_glance.c.id == learner.c.id)
    ids = learner.c.id.desc() if descending else learner.c.id.asc()
    return query.order_by(*order_by((SortKey(sort, descending), *then), _SORTS), ids)


def any_learner(tx: Connection) -> bool:
    """Whether there is any learner."""
    return tx.execute(keys_query().order_by(None).limit(1)).first() is not None


def total_query() -> Select[Any]:
    """How many learners there are without any filter."""
    return select(func.count()).select_from(learner).where(SHOWN)


def _quick(text: str) -> Where:
    """The learner's own text, and the campus name."""

    def on_site(word: str) -> Where:
        sites = select(campus.c.id).where(campus.c.name_fold.contains(word, autoescape=True))
        return learner.c.campus_id.in_(sites)

    return passes(text, (learner.c.search_fold,), also=on_site)


_ROWS = (
    select(
        learner.c.id,
        learner.c.version,
        _READY.label("ready"),
        learner.c.ref,
        learner.c.family_name,
        learner.c.given_names,
        learner.c.known_as,
        learner.c.birth_date,
        learner.c.sex,
        learner.c.uln,
        learner.c.postcode,
        campus.c.name,
        learner.c.tutor_group,
        learner.c.email,
        plr_check.c.at,
        *(at_a_glance.c[measure.value] for measure in Measure),
    )
    .outerjoin(campus, campus.c.id == learner.c.campus_id)
    .outerjoin(plr_check, plr_check.c.learner_id == learner.c.id)
    .outerjoin(at_a_glance, at_a_glance.c.id == learner.c.id)
    .where(among(learner.c.id, many("ids")), SHOWN)
    .execution_options(**PLANNED_ONCE)
)


def rows(tx: Connection, ids: Sequence[int]) -> dict[int, LearnerRow]:
    """The rows of a page (some hundred ids); removed learners are missing from the answer."""
    return {row[0]: _row(row) for row in tx.execute(_ROWS, {"ids": listed_values(ids)})}


def _row(row: Any) -> LearnerRow:
    key, version, ready, *others = row
    *values, at = others[: -len(Measure)]
    moment = at.astimezone() if at is not None else None
    return LearnerRow(key, version, Ready(ready), *[*values, moment, *others[-len(Measure) :]])


def ready_counts(tx: Connection, ids_table: Any) -> dict[Ready, int]:
    """How many of the learners in `ids_table` (see Database.ids_as_table) are in which state."""
    joined = select(learner.c.id).join(ids_table, ids_table.c.id == learner.c.id).where(SHOWN)
    return _ready_counts(tx, joined)


def ready_counts_of(tx: Connection, group: Group | None, quick: str) -> dict[Ready, int]:
    """How many of the learners that pass are in which state. Raises InputError."""
    return _ready_counts(tx, keys_query(group, quick).order_by(None))


def _ready_counts(tx: Connection, query: Select[Any]) -> dict[Ready, int]:
    # Grouping would sort every row in memory to find six groups.
    numbers = (func.count(case((literal(one.value) == _READY, 1))) for one in Ready)
    found = tx.execute(query.with_only_columns(*numbers, maintain_column_froms=True)).one()
    return {one: number for one, number in zip(Ready, found, strict=True) if number}
