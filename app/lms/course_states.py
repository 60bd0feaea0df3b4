"""What people decide about courses of the LMS: Open, Closed, Hidden, paused, linked; and rules that propose
(lms-sync.md 2.1). Synchronisation never decides."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, select

from app import access, history
from app.access import Permission, User
from app.db.again import begun_anew
from app.db.database import Database
from app.db.tables import app_user, change, lms_course, operation, section, setting
from app.errors import InputError
from app.folding import cleaned, fold
from app.history import columns_of
from app.json_text import json_or_none
from app.lms.courses_list import former_selves
from app.lms.settings import row_of
from app.lms.states import CourseState
from app.sentence import Sentence

_RULES = "lms.course_rules"
MOST_RULES = 100


@dataclass(frozen=True, slots=True)
class StateSummary:
    """What became of a decision about some courses."""

    changed: int
    unchanged: int
    removed: int
    """Courses that are no longer in the LMS: nothing can be decided about them."""
    operation_id: int | None


def set_state(db: Database, user: User, lms_course_ids: Sequence[int], state: CourseState) -> StateSummary:
    """Give courses a state: Open, Closed or Hidden. Existing enrolments are not touched (LS-C2).

    Raises AccessError; InputError for New, to which nothing returns (LS-C3).
    """
    if state is CourseState.NEW:
        raise InputError("No course becomes New again.", hint="Choose Open, Closed or Hidden.")
    return _change(db, user, lms_course_ids, {"state": state.value}, "lms_course_state")


def pause(db: Database, user: User, lms_course_ids: Sequence[int], until: date | None) -> StateSummary:
    """Leave courses out of the runs of enrolments until a day (LS-S8); None ends it. Raises AccessError."""
    return _change(db, user, lms_course_ids, {"paused_until": until}, "lms_course_paused")


@begun_anew
def _change(db: Database, user: User, ids: Sequence[int], values: Mapping[str, Any], kind: str) -> StateSummary:
    ids = sorted(set(ids))
    with db.write() as tx:
        access.require(tx, user, Permission.DECIDE_COURSES)
        rows: list[Row[Any]] = []
        for some in history.batched(ids):
            rows += tx.execute(select(lms_course).where(lms_course.c.id.in_(some))).all()
        here = [row for row in rows if row.removed_at is None]
        differing = [row for row in here if history.differs(row, values)]
        operation_id = None
        if differing:
            under_way = history.begin(tx, db, user.id, kind)
            under_way.update_many(lms_course, [(row, values, None) for row in differing])
            under_way.end(tx)
            operation_id = under_way.id
    return StateSummary(len(differing), len(here) - len(differing), len(ids) - len(here), operation_id)


@begun_anew
def link(db: Database, user: User, new_id: int, old_id: int) -> int:
    """Say that a new course is one that was removed and made anew: its sections are taught in the new one from now
    on (LS-C13). A new course that is still New gets the state of the old. Returns how many sections.

    Raises AccessError; InputError if the two cannot be that; ConflictError.
    """
    with db.write() as tx:
        access.require(tx, user, Permission.DECIDE_COURSES)
        rows = {row.id: row for row in tx.execute(select(lms_course).where(lms_course.c.id.in_((new_id, old_id))))}
        if old_id not in former_selves(tx, new_id):
            raise InputError(
                "These two are not one course that was removed and made anew.",
                hint="Link a course only to one that was removed in the LMS and looks the same.",
            )
        sections = tx.execute(select(section).where(section.c.lms_course_id == old_id)).all()
        new, old = rows[new_id], rows[old_id]
        under_way = history.begin(tx, db, user.id, "lms_course_linked")
        under_way.update_many(section, [(row, {"lms_course_id": new_id}, None) for row in sections])
        if new.state == CourseState.NEW.value:
            under_way.update(lms_course, new, {"state": old.state})
        under_way.end(tx)
    return len(sections)


@dataclass(frozen=True, slots=True)
class CourseChange:
    """One change of a course: who, when, by what, and the columns that differ (name, before, after)."""

    at: datetime
    who: str
    kind: str
    columns: tuple[tuple[str, Any, Any], ...]


def history_of(tx: Connection, lms_course_id: int) -> list[CourseChange]:
    """Every change of a course, the latest first (LS-C4)."""
    query = (
        select(operation.c.at, app_user.c.name, operation.c.kind, change.c.before, change.c.after)
        .join(operation, operation.c.id == change.c.operation_id)
        .outerjoin(app_user, app_user.c.id == operation.c.user_id)
        .where(change.c.table_name == lms_course.name, change.c.row_id == lms_course_id)
        .order_by(change.c.id.desc())
    )
    changes = []
    for at, who, kind, before, after in tx.execute(query):
        columns = tuple(one for one in columns_of(lms_course, before, after) if one[0] not in _UNTOLD)
        changes.append(CourseChange(at, who or "", kind, columns))
    return changes


_UNTOLD = frozenset({"vendor_id", "short_fold", "full_fold", "first_seen_at"})

# ------------------------------------------------------------------------------------------------------- proposals


class RuleField(StrEnum):
    """What a rule looks at."""

    CATEGORY = "category"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Rule:
    """Proposes `state` for new courses whose category is, or whose name contains, a text (LS-C5)."""

    field: RuleField
    text: str
    state: CourseState


def read_rules(tx: Connection) -> tuple[Rule, ...]:
    """The rules, in the order in which they are asked; none where one is damaged: the next would decide instead."""
    listed = json_or_none(tx.execute(select(setting.c.value).where(setting.c.key == _RULES)).scalar())
    try:
        return tuple(
            Rule(RuleField(one["field"]), str(one["text"]), CourseState(one["state"])) for one in listed or ()
        )
    except (ValueError, TypeError, KeyError):
        return ()


def save_rules(db: Database, user: User, rules: Sequence[Rule]) -> None:
    """Keep the rules for everybody. Raises AccessError, InputError (no text, or a rule that proposes New)."""
    if len(rules) > MOST_RULES:
        raise InputError(
            Sentence("There is room for {most} rules.", most=MOST_RULES), hint="Take out those that propose the same."
        )
    for one in rules:
        if not cleaned(one.text):
            raise InputError("A rule needs a text to look for.", hint="Type it, or take the rule out.", field="text")
        if one.state is CourseState.NEW:
            raise InputError("A rule proposes Open, Closed or Hidden.", hint="Choose one of them.", field="state")
    body = json.dumps([asdict(one) for one in rules], ensure_ascii=False)
    with db.write() as tx:
        access.require(tx, user, Permission.DECIDE_COURSES)
        row = row_of(db, tx, _RULES)
        if history.differs(row, {"value": body}):
            under_way = history.begin(tx, db, user.id, "lms_course_rules")
            under_way.update(setting, row, {"value": body})
            under_way.end(tx)


def proposed(rules: Sequence[Rule], category: str | None, short_name: str, full_name: str) -> CourseState | None:
    """What the first rule that fits proposes; None where none does. Nothing is decided by it."""
    for one in rules:
        wanted = fold(one.text) or ""
        if one.field is RuleField.CATEGORY:
            fits = fold(category) == wanted
        else:
            fits = any(wanted in (fold(name) or "") for name in (short_name, full_name))
        if fits:
            return one.state
    return None


def proposals(tx: Connection) -> dict[int, CourseState]:
    """What the rules propose for the courses that are New, by id."""
    rules = read_rules(tx)
    if not rules:
        return {}
    query = select(lms_course).where(lms_course.c.state == CourseState.NEW.value, lms_course.c.removed_at.is_(None))
    found = {row.id: proposed(rules, row.category, row.short_name, row.full_name) for row in tx.execute(query)}
    return {key: state for key, state in found.items() if state is not None}


def accept_proposals(db: Database, user: User, accepted: Mapping[int, CourseState]) -> list[StateSummary]:
    """Carry out what a person confirmed of the proposals; a course that is no longer New is left as it is.

    Raises AccessError, InputError.
    """
    with db.read() as tx:
        new = select(lms_course.c.id).where(lms_course.c.state == CourseState.NEW.value)
        still = set(tx.execute(new).scalars())
    summaries = []
    for state in sorted(set(accepted.values())):
        ids = [key for key, one in accepted.items() if one is state and key in still]
        if ids:
            summaries.append(set_state(db, user, ids, state))
    return summaries
