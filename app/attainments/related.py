"""What learners can be searched by beside their own columns: aims, attainments, doubles, and the last download.

A field of related things asks whether a learner has one of which the condition is true, or none.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, select

from app.conditions import FieldInfo, FieldKind
from app.conditions_sql import SqlField, Where
from app.db.file_tables import aim
from app.db.fingerprint import first_word, sha256
from app.db.tables import SHOWN, attainment, attainment_type, learner, plr_check
from app.given_name import NAME_LIMIT
from app.sentence import Sentence
from app.ulns import UlnState

# By other names: the grids join these tables to their rows.
_check = plr_check.alias("last_check")
_held = attainment.alias("held")
_held_type = attainment_type.alias("held_type")
_OUTCOMES = (
    ("records", "Records came"),
    ("none", "No records held"),
    ("refused", "Refused"),
    ("failed", "Failed"),
)


def _has_aim(condition: Where) -> Where:
    return exists().where(aim.c.learner_id == learner.c.id, condition)


def _has_attainment(condition: Where) -> Where:
    return exists().where(_held.c.learner_id == learner.c.id, _held.c.removed_at.is_(None), condition)


def _has_attainment_of_type(condition: Where) -> Where:
    types = select(_held_type.c.id).where(condition)
    return _has_attainment(_held.c.type_id.in_(types))


def uln_on_another() -> Where:
    """The ULN stands on another learner too. Temporary ones are shared by many and mean nothing."""
    # Counted once for all, in the order of an index: looking for a twin of each learner takes ten times as long.
    twin = learner.alias("twin")
    shown = (twin.c.removed_at.is_(None), twin.c.merged_into_id.is_(None), twin.c.uln.is_not(None))
    shared = select(twin.c.uln).where(*shown).group_by(twin.c.uln).having(func.count() > 1)
    return and_(learner.c.uln_state.in_((UlnState.OK.value, UlnState.BAD.value)), learner.c.uln.in_(shared))


def possible_duplicate() -> Where:
    """Another learner has this surname, forename and date of birth, whatever capitals and accents."""
    # Counted once for all: comparing pairs would take a common surname to a standstill.
    same = (learner.c.family_fold, learner.c.given_fold, learner.c.birth_date)
    all_there = (column.is_not(None) for column in same)
    number = func.count().over(partition_by=same).label("number")
    counted = select(learner.c.id, number).where(SHOWN, *all_there).subquery("alike")
    return learner.c.id.in_(select(counted.c.id).where(counted.c.number > 1))


def details_changed() -> Where:
    """ULN or names are not those that the last download was asked with: their fingerprint is another.

    Which of the given names were sent is a setting of the time: a learner counts as unchanged if either fits.
    """
    first = func.coalesce(learner.c.first_name, first_word(learner.c.given_names))
    whole = func.coalesce(learner.c.given_names, learner.c.first_name)
    others = (_check.c.identity_hash != _fingerprint(sent) for sent in (first, whole))
    return exists().where(_check.c.learner_id == learner.c.id, *others)


def _fingerprint(given: ColumnElement[str]) -> ColumnElement[str]:
    """As `app.plr.ask.identity_hash`; a test compares the two."""
    sent = case(
        (func.length(given) > NAME_LIMIT, func.rtrim(func.substr(given, 1, NAME_LIMIT))),
        else_=func.coalesce(given, ""),
    )
    uln, family = func.coalesce(learner.c.uln, ""), func.coalesce(learner.c.family_name, "")
    return sha256(uln.concat("\x1f").concat(sent).concat("\x1f").concat(family))


def _many(
    name: str,
    title: str,
    column: ColumnElement[Any],
    related: Callable[[Where], Where],
    kind: FieldKind = FieldKind.TEXT,
    **other: Any,
) -> SqlField:
    return SqlField(FieldInfo(name, title, kind, many=True), column, related=related, **other)


def _flag(name: str, title: str, flag: Callable[[], Where]) -> SqlField:
    return SqlField(FieldInfo(name, title, FieldKind.FLAG), flag=flag)


_OF_LEARNER: tuple[SqlField, ...] = (
    SqlField(
        FieldInfo("plr_outcome", "Last PLR Outcome", FieldKind.CHOICE, _OUTCOMES),
        select(_check.c.outcome).where(_check.c.learner_id == learner.c.id).scalar_subquery(),
    ),
    _many("aim_code", "Aim Code", aim.c.aim_ref, _has_aim),
    _many("aim_course", "Aim Course Code", aim.c.course_code, _has_aim),
    _many("aim_year", "Aim Year", aim.c.year, _has_aim),
    _many("aim_start", "Aim Start", aim.c.starts, _has_aim, FieldKind.DATE),
    _many("aim_planned_end", "Aim Planned End", aim.c.planned_end, _has_aim, FieldKind.DATE),
    _many("aim_end", "Aim End", aim.c.ends, _has_aim, FieldKind.DATE),
    _many("aim_fund_model", "Aim Funding Model", aim.c.fund_model, _has_aim),
    _many("attainment_type", "Attainment Type", _held_type.c.code, _has_attainment_of_type),
    _many("attainment_subject", "Attainment Subject", _held.c.subject_fold, _has_attainment, folded=True),
    _many("attainment_subject_code", "Attainment Subject Code", _held.c.subject_code, _has_attainment),
    _many("attainment_qualification", "Attainment Qualification", _held.c.qualification_type, _has_attainment),
    _many("attainment_level", "Attainment Level", _held.c.level, _has_attainment),
    _many("attainment_grade", "Attainment Grade", _held.c.grade, _has_attainment),
    _many("attainment_award", "Attainment Award Date", _held.c.award_date, _has_attainment, FieldKind.DATE),
)

RELATED: tuple[SqlField, ...] = (
    _flag("uln_on_another", "ULN is on another learner too", uln_on_another),
    _flag("possible_duplicate", "Is a possible duplicate", possible_duplicate),
    _flag("details_changed", "Details changed since the last download", details_changed),
    *_OF_LEARNER,
)
"""What the Condition Builder offers beside the columns of the grid."""

_LAST_PLR = SqlField(
    FieldInfo("last_plr", "Last PLR", FieldKind.DATE),
    select(_check.c.at).where(_check.c.learner_id == learner.c.id).scalar_subquery(),
    moment=True,
)
LEARNERS: tuple[SqlField, ...] = tuple(
    replace(
        one,
        info=replace(
            one.info,
            id=f"learner_{one.info.id}",
            title=Sentence("{column} of the Learner", column=Sentence(one.info.title)),
        ),
    )
    for one in (_LAST_PLR, *_OF_LEARNER)
)
"""What is asked about the learner of a row that is something else, such as an attainment."""
