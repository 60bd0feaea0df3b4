"""Where both of two learners are on one section, or have credit of one type for one course: there can be one only, so
one of the two counts whole, and goes on under the id of the one who stays.

What was completed outweighs what was not, and what stands what was taken back; the rest a person chooses. The LMS
hears nothing of it: an enrolment that takes over comes with its records, so that nothing differs from the last one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from app.dates import shown
from app.db.among import among
from app.db.tables import (
    award,
    course,
    credit_type,
    enrolment,
    extract_attempt,
    extract_record,
    outgoing_report,
    progress,
    section,
)
from app.history import Operation
from app.learners.merge_fields import Line, Side
from app.learners.merge_moves import of
from app.sentence import Sentence, joined

_Change = tuple[Row[Any], dict[str, Any], int | None]
_OF_ENROLMENT = (
    "status", "status_on", "starts", "ends", "origin", "removed_at", "complete", "completed_on", "attended",
    "participant_category", "file_row_id",
)  # fmt: skip
_OF_AWARD = ("amount", "awarded_on", "expires_on", "origin", "file_row_id", "removed_at")
_OF_PROGRESS = tuple(one.name for one in progress.c if one.name not in ("id", "enrolment_id"))
_RANKS = {"dropped": 0, "scheduled": 1, "current": 2, "on_break": 2, "completed": 3}
COMPLETED = "What was completed stays."


@dataclass(frozen=True, slots=True)
class Clash:
    """Two rows of which one only can stand."""

    key: str
    mine: Row[Any] = field(repr=False)
    other: Row[Any] = field(repr=False)
    title: str
    better: Side
    settled: str = ""
    """Why nobody is asked."""

    @property
    def both_stand(self) -> bool:
        return self.mine.removed_at is None and self.other.removed_at is None

    def side(self, choices: Mapping[str, Side]) -> Side:
        return self.better if self.settled or not self.both_stand else choices.get(self.key, self.better)


# ------------------------------------------------------------------------------------------------------ enrolments


def lock_enrolments(tx: Connection, stays: int, goes: int) -> None:
    """Nobody enrols one of the two again meanwhile where they had been taken off."""
    query = select(enrolment.c.id).where(enrolment.c.learner_id.in_((stays, goes))).order_by(enrolment.c.id)
    tx.execute(query.with_for_update())


def enrolments(tx: Connection, stays: int, goes: int) -> list[Clash]:
    """The sections both are on."""
    mine = {row.section_id: row for row in of(tx, enrolment, stays)}
    pairs = [(mine[row.section_id], row) for row in of(tx, enrolment, goes) if row.section_id in mine]
    titles = _sections(tx, [one.section_id for one, _ in pairs])
    found = []
    for one, other in pairs:
        ranks = _rank(one), _rank(other)
        better = Side.GOES if ranks[1] > ranks[0] else Side.STAYS
        settled = COMPLETED if _done(one) != _done(other) else ""
        found.append(
            Clash(f"enrolment:{one.section_id}", one, other, titles[one.section_id], better, settled),
        )
    return found


def _rank(row: Row[Any]) -> tuple[Any, ...]:
    return row.removed_at is None, row.complete, _RANKS[row.status]


def _done(row: Row[Any]) -> tuple[bool, bool]:
    return row.complete, row.status == "completed"


def _sections(tx: Connection, ids: Sequence[int]) -> dict[int, str]:
    query = select(section.c.id, course.c.code, section.c.number).join(course, course.c.id == section.c.course_id)
    rows = tx.execute(query.where(among(section.c.id, ids))) if ids else ()
    return {row.id: Sentence("Enrolment on {code} / {number:02}", code=row.code, number=row.number) for row in rows}


def waiting(tx: Connection, clashes: Sequence[Clash], *, locked: bool = False) -> list[Clash]:
    """Those of which a change is under way to the LMS: whose it will be, once it is there, nobody could say."""
    ids = [row.id for one in clashes for row in (one.mine, one.other)]
    if not ids:
        return []
    open_ones = select(extract_attempt.c.record_id).where(extract_attempt.c.ended_at.is_(None))
    query = select(extract_record.c.enrolment_id, extract_record.c.id, extract_record.c.status)
    query = query.where(among(extract_record.c.enrolment_id, ids)).order_by(extract_record.c.id)
    rows = tx.execute(query.with_for_update() if locked else query).all()
    held = {row.id for row in rows}
    under_way = set(tx.execute(open_ones).scalars()) & held
    busy = {row.enrolment_id for row in rows if row.status in ("ready", "transmitted") or row.id in under_way}
    return [one for one in clashes if one.mine.id in busy or one.other.id in busy]


def move_enrolments(
    operation: Operation, stays: int, goes: int, clashes: Sequence[Clash], choices: Mapping[str, Side]
) -> dict[int, int]:
    """Enrolments, with progress and extract records. Returns by the enrolment of the one who goes that of the one who
    stays, where both were on one section."""
    now, clashing = operation.db.now(operation.tx), {one.other.id: one for one in clashes}
    changes: list[_Change] = []
    for row in of(operation.tx, enrolment, goes):
        one = clashing.get(row.id)
        if one is None:
            changes.append((row, {"learner_id": stays}, stays))
            continue
        takes_over = one.side(choices) is Side.GOES
        values = {name: getattr(row, name) for name in _OF_ENROLMENT} if takes_over else _heard(one)
        if one.both_stand and "completed" in (one.mine.status, row.status):
            done = row if row.status == "completed" else one.mine
            values |= {"status": done.status, "status_on": done.status_on}
        over: dict[str, Any] = {} if row.removed_at is not None else {"removed_at": now}
        if takes_over or not one.mine.records:
            values["records"] = one.mine.records + row.records
            over["records"] = 0
            _move_records(operation, one, stays)
        changes += [(one.mine, values, stays), (row, over, stays)]
        _move_progress(operation, one, stays, over=takes_over)
    operation.update_many(enrolment, changes)
    return {one.other.id: one.mine.id for one in clashes}


def _heard(one: Clash) -> dict[str, Any]:
    """Of an enrolment that stays as it is: whether the LMS knows it already, for it knows the other."""
    adopted = one.other.origin == "adopted" and one.other.removed_at is None
    return {"origin": "adopted"} if adopted and not one.mine.records and not one.other.records else {}


def _move_records(operation: Operation, one: Clash, stays: int) -> None:
    """Behind those of the enrolment that is taken over: what the LMS heard last stays the last, and is not told to it
    again."""
    query = select(extract_record).where(extract_record.c.enrolment_id == one.other.id).order_by(extract_record.c.id)
    first = one.mine.records
    operation.update_many(
        extract_record,
        [
            (row, {"enrolment_id": one.mine.id, "number": first + row.number}, stays)
            for row in operation.tx.execute(query).all()
        ],
    )


def _move_progress(operation: Operation, one: Clash, stays: int, *, over: bool) -> None:
    query = select(progress).where(progress.c.enrolment_id.in_((one.mine.id, one.other.id)))
    held = {row.enrolment_id: row for row in operation.tx.execute(query)}
    mine, other = held.get(one.mine.id), held.get(one.other.id)
    if other is None:
        return
    if mine is None:
        operation.update(progress, other, {"enrolment_id": one.mine.id}, stays)
    elif over:
        operation.update(progress, mine, {name: getattr(other, name) for name in _OF_PROGRESS}, stays)


# ---------------------------------------------------------------------------------------------------------- credit


def awards(tx: Connection, stays: int, goes: int) -> list[Clash]:
    """The courses and types of which both have credit."""
    mine = {(row.course_id, row.type_id): row for row in of(tx, award, stays)}
    others = [row for row in of(tx, award, goes) if (row.course_id, row.type_id) in mine]
    codes = (
        dict(
            tx.execute(
                select(course.c.id, course.c.code).where(among(course.c.id, [r.course_id for r in others]))
            ).all()
        )
        if others
        else {}
    )
    types = dict(tx.execute(select(credit_type.c.id, credit_type.c.code)).all()) if others else {}
    found = []
    for other in others:
        one = mine[other.course_id, other.type_id]
        better = Side.GOES if _worth(other) > _worth(one) else Side.STAYS
        title = Sentence("Credit {type} for {course}", type=types[other.type_id], course=codes[other.course_id])
        found.append(Clash(f"award:{other.course_id}:{other.type_id}", one, other, title, better))
    return found


def _worth(row: Row[Any]) -> tuple[Any, ...]:
    return row.removed_at is None, row.amount, str(row.expires_on or "9999")


def move_awards(
    operation: Operation, stays: int, goes: int, clashes: Sequence[Clash], choices: Mapping[str, Side]
) -> None:
    """Credit, and what is due to outside bodies: nobody is told of it twice."""
    now, clashing = operation.db.now(operation.tx), {one.other.id: one for one in clashes}
    changes: list[_Change] = []
    for row in of(operation.tx, award, goes):
        one = clashing.get(row.id)
        if one is None:
            changes.append((row, {"learner_id": stays}, stays))
            continue
        takes_over = one.side(choices) is Side.GOES
        if takes_over:
            changes.append((one.mine, {name: getattr(row, name) for name in _OF_AWARD}, stays))
        if row.removed_at is None:
            changes.append((row, {"removed_at": now}, stays))
            _move_reports(operation, one, stays, over=takes_over)
    operation.update_many(award, changes)


def _move_reports(operation: Operation, one: Clash, stays: int, *, over: bool) -> None:
    """`over`: what is still due is due by the day of the credit that takes over."""
    query = select(outgoing_report).where(outgoing_report.c.award_id.in_((one.mine.id, one.other.id)))
    rows = operation.tx.execute(query.order_by(outgoing_report.c.id)).all()
    mine = {row.reporter_id: row for row in rows if row.award_id == one.mine.id}
    now, changes = operation.db.now(operation.tx), list[_Change]()
    for row in rows:
        if row.award_id == one.mine.id:
            continue
        twin = mine.get(row.reporter_id)
        if twin is None:
            changes.append((row, {"award_id": one.mine.id}, stays))
            continue
        values: dict[str, Any] = {}
        if over and twin.exported_at is None:
            values |= {"due_on": row.due_on, "missing": row.missing}
        if one.mine.removed_at is not None or (row.exported_at is not None and twin.exported_at is None):
            values |= {"exported_at": twin.exported_at or row.exported_at, "removed_at": row.removed_at}
        changes.append((twin, values, stays))
        if row.exported_at is None and row.removed_at is None:
            changes.append((row, {"removed_at": now}, stays))
    operation.update_many(outgoing_report, changes)


# ----------------------------------------------------------------------------------------------------------- words


def lines(clashes: Sequence[Clash]) -> list[Line]:
    """What is asked, or told, where both stand."""
    return [
        Line(one.key, one.title, (_words(one.mine), _words(one.other)), one.better, one.settled)
        for one in clashes
        if one.both_stand
    ]


def _words(row: Row[Any]) -> str:
    days: tuple[tuple[str, date | None], ...]
    if hasattr(row, "amount"):
        first, days = f"{row.amount / 100:.2f}", (("awarded", row.awarded_on), ("expires", row.expires_on))
    else:
        first = Sentence(row.status.replace("_", " ").capitalize())
        days = (("since", row.status_on), ("starts", row.starts), ("ends", row.ends), ("complete", row.completed_on))
        if row.complete and row.completed_on is None:
            first = Sentence("{status}, complete", status=first)
    told = (Sentence("{what} {day}", what=Sentence(what), day=shown(day)) for what, day in days if day is not None)
    return joined("{these}, {last}", [first, *told])
