"""Changing the status of extract records by hand: what each move asks for, and what changing many would do
(extract-statuses.md 3.2, 3.3, EX-A3, EX-U3). Writes nothing; `save` does."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Flag, StrEnum, auto
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, not_, or_, select, true

from app import access
from app.access import Permission, Scope, User
from app.conditions_sql import Where
from app.dates import shown
from app.db.database import Database
from app.db.tables import course, enrolment, extract_record, learner, section, section_campus
from app.errors import InputError
from app.lms.extracts import marks
from app.lms.extracts.records_list import STATUSES, TITLES, campus_names, in_scope, joined
from app.lms.extracts.staged import Staged
from app.mass_change import Seen
from app.sentence import Sentence
from app.tasks import TaskContext

CODES = tuple(status for status, _ in STATUSES)
SHOWN_OF_EACH = 500
"""So many rows of each list are kept for the eye; counts are of all."""


class Need(Flag):
    """What a move asks of the user."""

    NOTHING = 0
    CONFIRM = auto()
    """One confirmation for the whole of it."""
    REASON = auto()
    OVERRIDE = auto()
    """The permission to override; always with a reason."""


_OVERRIDE = Need.OVERRIDE | Need.REASON
MOVES: Mapping[tuple[str, str], Need] = {
    ("ready", "transmitted"): _OVERRIDE,
    ("ready", "processed"): Need.REASON,
    ("ready", "rejected"): Need.REASON,
    ("transmitted", "ready"): Need.CONFIRM,
    ("transmitted", "processed"): Need.REASON,
    ("transmitted", "rejected"): Need.REASON,
    ("processed", "ready"): Need.CONFIRM,
    ("processed", "transmitted"): _OVERRIDE,
    ("processed", "rejected"): _OVERRIDE,
    ("rejected", "ready"): Need.NOTHING,
    ("rejected", "transmitted"): _OVERRIDE,
    ("rejected", "processed"): Need.REASON,
}
"""The twelve moves by hand, and what each asks for (3.2)."""


class Problem(StrEnum):
    """Why a record may not be changed as wished."""

    CAMPUS = "campus"
    GONE = "gone"
    SUPERSEDED = "superseded"
    OVERRIDE = "override"
    NOT_THERE = "not_there"


REASONS: Mapping[Problem, str] = {
    Problem.CAMPUS: "Also belongs to {which}, which you may not edit",
    Problem.GONE: "The registration no longer exists, so there is nothing to send",
    Problem.SUPERSEDED: "Superseded by the change of {which}, which has gone to the LMS",
    Problem.OVERRIDE: "This move needs the authorisation to override",
    Problem.NOT_THERE: "You can no longer see this record",
}


@dataclass(frozen=True, slots=True)
class ListedRecord:
    """A record in a list: whose, of what, and why it is in there."""

    id: int
    ref: str
    name: str = field(repr=False)
    course: str
    status: str
    reason: str


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What setting the records to `target` would do. The list holds the first rows; counts and sets are whole."""

    target: str
    staged: Staged = field(repr=False)
    """The records that would change, and those that are at the target already."""
    at_status: Mapping[str, int]
    """How many records that may be changed have each status now."""
    refused: Mapping[Problem, int]
    listed: tuple[ListedRecord, ...] = field(repr=False)

    @property
    def changing(self) -> int:
        return self.staged.changing

    @property
    def already(self) -> int:
        return self.at_status.get(self.target, 0)

    @property
    def not_permitted(self) -> int:
        return sum(self.refused.values())


def needs(staged: Staged) -> Mapping[Need, int]:
    """How many of the staged changes ask for a confirmation, a reason, the right to override."""
    found = dict.fromkeys((Need.CONFIRM, Need.REASON, Need.OVERRIDE), 0)
    for move, number in staged.moves.items():
        for need in found:
            if need in MOVES[move]:
                found[need] += number
    return found


def confirmations(staged: Staged) -> Mapping[str, int]:
    """How many changes have to be confirmed, by the status that the records have now: each would be sent again."""
    return {old: number for (old, new), number in staged.moves.items() if Need.CONFIRM in MOVES[old, new]}


def editable(scope: Scope) -> Where:
    """A record is edited by who may see every campus of its section (EX-A3)."""
    if scope is None:
        return true()
    others = select(section_campus.c.section_id).where(section_campus.c.campus_id.not_in(scope))
    return section.c.id.not_in(others)


def problem(target: str, scope: Scope, *, may_override: bool) -> ColumnElement[Any]:
    """What speaks against setting a record to `target`, by the name of the Problem; NULL where nothing does."""
    cases: list[tuple[Where, str]] = [(not_(editable(scope)), Problem.CAMPUS)]
    if target == "ready":
        cases.append((_is_gone(), Problem.GONE))
        cases.append((marks.has_newer_sent(), Problem.SUPERSEDED))
    if not may_override:
        froms = [old for (old, new), need in MOVES.items() if new == target and Need.OVERRIDE in need]
        cases.append((extract_record.c.status.in_(froms), Problem.OVERRIDE))
    different = extract_record.c.status != target
    return case(*((and_(different, condition), str(name)) for condition, name in cases), else_=None)


def _is_gone() -> Where:
    """No registration that could be sent. A Drop tells just that, so it may be sent again."""
    gone = or_(enrolment.c.removed_at.is_not(None), learner.c.removed_at.is_not(None))
    return and_(gone, extract_record.c.change != "drop")


def judged(tx: Connection, picked: Any, target: str, scope: Scope, *, may_override: bool) -> Sequence[Any]:
    """Of the records of `picked` (see Database.ids_as_table) that the user may see: id, version, status, problem."""
    query = joined(
        select(
            extract_record.c.id,
            extract_record.c.version,
            extract_record.c.status,
            problem(target, scope, may_override=may_override),
        )
    )
    # Not a join: SQLite would go through all records in the order of their ids instead of looking up these.
    query = query.where(extract_record.c.id.in_(select(picked.c.id)), in_scope(scope))
    result: Any = tx.execute(query.order_by(extract_record.c.id))
    return list(result.cursor.fetchall())  # past SQLAlchemy's rows: there may be a hundred thousand


def unfit(mass: Seen, target: str, scope: Scope, *, may_override: bool) -> Sequence[Any]:
    """Of the records in `mass` (see mass_change.seen_as_table) those that cannot be set to `target` as they were
    seen: id, version as seen, version, status, problem; the last three are NULL of one that the user can no longer
    see."""
    return mass.execute(_unfit_query(mass.table, target, scope, may_override=may_override)).all()


@lru_cache(64)
def _unfit_query(mass: Any, target: str, scope: Scope, *, may_override: bool) -> Select[Any]:
    """Made once for each user and move: that takes longer than its answer about a single record."""
    looked_at = (
        select(
            mass.c.id,
            mass.c.version.label("seen"),
            extract_record.c.version,
            extract_record.c.status,
            or_(extract_record.c.id.is_(None), not_(in_scope(scope))).label("hidden"),
            problem(target, scope, may_override=may_override).label("problem"),
        )
        .select_from(mass)
        .outerjoin(extract_record, extract_record.c.id == mass.c.id)
        .outerjoin(enrolment, enrolment.c.id == extract_record.c.enrolment_id)
        .outerjoin(learner, learner.c.id == enrolment.c.learner_id)
        .outerjoin(section, section.c.id == enrolment.c.section_id)
        .cte("looked_at")
        .prefix_with("materialized", dialect="postgresql")  # else a server plans its parts wherever they are named
    )
    one = looked_at.c
    told = (case((not_(one.hidden), value)) for value in (one.version, one.status, one.problem))
    other = or_(one.version != one.seen, one.status == target, one.problem.is_not(None))
    return select(one.id, one.seen, *told).where(or_(one.hidden, other)).order_by(one.id)


def may_override(tx: Connection, user: User) -> bool:
    """Whether the user may make the moves that skip the order of things."""
    return not access.rights(tx, user).why_not(Permission.OVERRIDE_EXTRACTS)


def foresee(context: TaskContext, db: Database, user: User, ids: Sequence[int], target: str) -> Foreseen:
    """What setting these records to `target` would do; writes nothing. Raises AccessError, InputError, Cancelled."""
    if target not in CODES:
        raise InputError("There is no such extract status.", hint="Choose one of the list.")
    with db.read(context) as tx:
        access.require(tx, user, Permission.CHANGE_EXTRACTS)
        scope = access.campuses(tx, user)
        with db.ids_as_table(tx, ids) as picked:
            found = judged(tx, picked, target, scope, may_override=may_override(tx, user))
        good = [row for row in found if row[3] is None]
        refused: dict[Problem, list[int]] = {}
        for row in found:
            if row[3] is not None:
                refused.setdefault(Problem(row[3]), []).append(row[0])
        counts = {name: len(of) for name, of in refused.items()}
        if missing := len(ids) - len(found):
            counts[Problem.NOT_THERE] = missing
        return Foreseen(target, Staged.of(good, target), _at_status(good), counts, tuple(listed(tx, refused, scope)))


def _at_status(rows: Sequence[Any]) -> Mapping[str, int]:
    found = dict.fromkeys(CODES, 0)
    for row in rows:
        found[row[2]] += 1
    return found


def listed(tx: Connection, refused: Mapping[Problem, Sequence[int]], scope: Scope) -> Iterator[ListedRecord]:
    """The first records of each problem, with the reason in words. Of a record that the user can no longer see
    nothing is told."""
    for name, ids in refused.items():
        some = ids[:SHOWN_OF_EACH]
        whiches = _whiches(tx, name, some, scope)
        for one in records(tx, some, scope):
            reason = Sentence(REASONS[name], which=whiches.get(one.id, ""))
            yield ListedRecord(one.id, one.ref, one.name, one.course, one.status, reason)


def records(tx: Connection, ids: Sequence[int], scope: Scope, reason: str = "") -> list[ListedRecord]:
    """Records for a list (some hundred), in the order of their learners' names."""
    query = joined(
        select(
            extract_record.c.id,
            learner.c.ref,
            learner.c.family_name,
            learner.c.given_names,
            course.c.code,
            section.c.number,
            extract_record.c.status,
        )
    ).where(extract_record.c.id.in_(ids), in_scope(scope))
    rows = tx.execute(query.order_by(learner.c.family_fold, learner.c.given_fold, extract_record.c.id))
    return [
        ListedRecord(
            row.id,
            row.ref,
            ", ".join(part for part in (row.family_name, row.given_names) if part),
            f"{row.code} / {row.number:02}",
            TITLES[row.status],
            reason,
        )
        for row in rows
    ]


def _whiches(tx: Connection, name: Problem, ids: Sequence[int], scope: Scope) -> Mapping[int, str]:
    """What the reason of a problem names: the campuses that the user may not edit, or the day of the newer change."""
    if name is Problem.CAMPUS and scope is not None:
        return _closed_campuses(tx, ids, scope)
    if name is not Problem.SUPERSEDED:
        return {}
    newer = extract_record.alias("newer")
    query = (
        select(extract_record.c.id, func.max(newer.c.changed_on), func.max(newer.c.status_at))
        .join(
            newer,
            and_(newer.c.enrolment_id == extract_record.c.enrolment_id, newer.c.number > extract_record.c.number),
        )
        .where(extract_record.c.id.in_(ids), newer.c.status.in_(marks.SENT))
        .group_by(extract_record.c.id)
    )
    days: dict[int, date] = {row[0]: row[1] or row[2].astimezone().date() for row in tx.execute(query)}
    return {key: shown(day) for key, day in days.items()}


def _closed_campuses(tx: Connection, ids: Sequence[int], scope: frozenset[int]) -> Mapping[int, str]:
    query = joined(select(extract_record.c.id, section.c.id)).where(extract_record.c.id.in_(ids))
    sections = {row[0]: row[1] for row in tx.execute(query)}
    names = campus_names(tx, set(sections.values()), but=scope)
    return {key: ", ".join(names.get(section_id, ())) for key, section_id in sections.items()}
