"""How a course's credit, and a record's, came to be as they are: their operations in words (data-model.md 5)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, and_, or_, select

from app.dates import shown
from app.db.among import among
from app.db.tables import (
    app_user,
    award,
    change,
    course,
    course_credit,
    credit_mapping,
    credit_type,
    enrolment,
    operation,
)
from app.history import unpacked
from app.imports import amounts
from app.imports.facts import MAPPED_BY
from app.sentence import Sentence

MOST_LINES = 40
_TABLES: Mapping[str, Table] = {one.name: one for one in (course, course_credit, credit_mapping, award, enrolment)}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "course": {"code": "Code", "title": "Title", "required_objects": "Required objects"},
    "course_credit": {
        "maximum": "maximum",
        "minimum": "minimum",
        "increment": "step",
        "variable": "Variable",
        "active": "given",
    },
    "award": {"amount": "credit", "awarded_on": "awarded", "expires_on": "expires"},
    "enrolment": {
        "complete": "Complete",
        "completed_on": "Completed",
        "attended": "Attended",
        "participant_category": "Category",
    },
}
_NEW_ONLY = frozenset({"code", "title", "required_objects", "maximum", "variable", "complete", "completed_on"})
"""What is told of a row that is new."""
_AMOUNTS = frozenset({"maximum", "minimum", "increment", "amount"})


@dataclass(frozen=True, slots=True)
class Line:
    """One operation: who, when, what differs in words, and the reason that was given."""

    at: datetime
    who: str
    kind: str
    parts: tuple[str, ...]
    reason: str = field(default="", repr=False)


def of_course(tx: Connection, course_id: int) -> list[Line]:
    """The operations on a course's set-up, the latest first."""
    types = {
        row.id: row.type_id
        for row in tx.execute(select(course_credit).where(course_credit.c.course_id == course_id)).all()
    }
    mapped = [key for key, values in _mappings(tx).items() if values.get("course_id") == course_id]
    return _lines(
        tx,
        or_(
            _at("course", [course_id]),
            _at("course_credit", types),
            _at("credit_mapping", mapped),
        ),
        types,
    )


def _mappings(tx: Connection) -> dict[int, dict[str, Any]]:
    """Every line that any mapping ever had: deleted ones are known from the history alone. There are few."""
    query = select(change).where(change.c.table_name == "credit_mapping")
    return {row.row_id: unpacked(credit_mapping, row.after or row.before) for row in tx.execute(query)}


def of_record(tx: Connection, enrolment_id: int, learner_id: int, course_id: int) -> list[Line]:
    """The operations on an enrolment and on its learner's credit of the course, the latest first."""
    query = select(award.c.id, award.c.type_id).where(
        award.c.learner_id == learner_id, award.c.course_id == course_id
    )
    types = {row.id: row.type_id for row in tx.execute(query).all()}
    return _lines(tx, or_(_at("enrolment", [enrolment_id]), _at("award", types)), types)


def _at(table_name: str, ids: Iterable[int]) -> ColumnElement[bool]:
    return and_(change.c.table_name == table_name, among(change.c.row_id, list(ids)))


def _lines(tx: Connection, condition: ColumnElement[bool], types: Mapping[int, int]) -> list[Line]:
    query = (
        select(change, operation.c.at, operation.c.kind.label("what"), operation.c.reason, app_user.c.name)
        .join(operation, operation.c.id == change.c.operation_id)
        .outerjoin(app_user, app_user.c.id == operation.c.user_id)
        .where(condition)
        .order_by(change.c.operation_id.desc(), change.c.id)
    )
    codes = {row.id: row.code for row in tx.execute(select(credit_type))}
    found: dict[int, list[Row[Any]]] = {}
    for row in tx.execute(query):
        if row.operation_id not in found and len(found) == MOST_LINES:
            break
        found.setdefault(row.operation_id, []).append(row)
    lines = []
    for rows in found.values():
        parts = [part for row in rows for part in _parts(row, types, codes)]
        if parts:
            first = rows[0]
            lines.append(Line(first.at, first.name or "", first.what, tuple(parts), first.reason or ""))
    return lines


def _parts(row: Row[Any], types: Mapping[int, int], codes: Mapping[int, str]) -> Sequence[str]:
    """One changed row in words: `cpd maximum 5 → 3`."""
    table = _TABLES[row.table_name]
    before, after = unpacked(table, row.before), unpacked(table, row.after)
    if row.table_name == "credit_mapping":
        return [_mapping(before, after, codes)]
    if row.table_name == "course" and row.kind == "insert":
        return ["Added"]
    typed = row.table_name in ("course_credit", "award")
    called = codes.get(types.get(row.row_id, 0), "") if typed else ""
    if row.table_name == "award" and (row.kind == "insert" or "removed_at" in after):
        if after.get("removed_at") is not None:
            return [Sentence("{type} taken back", type=called)]
        amount = after.get("amount")
        if amount is None:
            return [Sentence("{type} given again", type=called)]
        return [Sentence("{type} {amount} given", type=called, amount=amounts.shown(amount))]
    words = _WORDS[row.table_name]
    parts = []
    for name, word in words.items():
        if name in after and (row.kind == "update" or (after[name] and name in _NEW_ONLY)):
            what = Sentence("{type} {what}", type=called, what=Sentence(word)) if called else Sentence(word)
            old, new = _shown(name, before.get(name)), _shown(name, after[name])
            parts.append(
                Sentence(
                    "{what} {old} → {new}" if row.kind == "update" else "{what} {new}", what=what, old=old, new=new
                )
            )
    return parts


def _mapping(before: Mapping[str, Any], after: Mapping[str, Any], codes: Mapping[int, str]) -> str:
    told = after or before
    field = Sentence(MAPPED_BY.get(told["field"], told["field"]))
    if not (called := codes.get(told["type_id"], "")):
        return Sentence(
            "for {field} {value}" if after else "no longer for {field} {value}", field=field, value=told["value"]
        )
    words = "{type} for {field} {value}" if after else "{type} no longer for {field} {value}"
    return Sentence(words, type=called, field=field, value=told["value"])


def _shown(name: str, value: Any) -> str:
    if value is None:
        return Sentence("none")
    if isinstance(value, bool):
        return Sentence("yes" if value else "no")
    if isinstance(value, date):
        return shown(value)
    return amounts.shown(value) if name in _AMOUNTS else str(value)
