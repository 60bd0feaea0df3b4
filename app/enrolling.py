"""The one way in which an enrolment comes into being (data-model.md 2): *Enrol Selected*, *Adopt*, aims of the ILR,
files of registrations and imports of course records all end here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Row, func, select

from app.db.among import among
from app.db.tables import SHOWN, enrolment, learner, lms_course, section, term
from app.errors import ConflictError
from app.history import Operation, batched

NO_TERM = "-"
"""The code of the term that stands for none."""
STATUSES = (
    ("scheduled", "Scheduled"),
    ("current", "Current"),
    ("on_break", "On break"),
    ("dropped", "Dropped"),
    ("completed", "Completed"),
)
"""Codes of `enrolment.status`, and their titles."""
ORIGINS = (
    ("hand", "By hand"),
    ("adopted", "Adopted"),
    ("file", "File"),
    ("ilr", "ILR"),
    ("import", "Import"),
)
"""Codes of `enrolment.origin`, and their titles."""
_SOME = 5_000
_BY_LEARNER = itemgetter("learner_id")


@dataclass(frozen=True, slots=True)
class Entry:
    """One learner who enters one section. `values`: the other columns of the enrolment, its origin among them; all
    entries that are made together say the same columns."""

    learner_id: int
    section_id: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of entries: the ids of their enrolments in the same order, and how many of these are new, stand
    again after they had been taken back, and were there already."""

    ids: Sequence[int]
    new: int
    back: int
    already: int


def enter(operation: Operation, entries: Sequence[Entry]) -> Entered:
    """Put learners on sections, in an operation under way, no learner and section twice. Who is there already stays
    as they are. Raises ConflictError if somebody else was a moment earlier, or merged or erased one of them."""
    held = _held(operation.tx, entries)
    found = [held.get((one.learner_id, one.section_id)) for one in entries]
    fresh = [one for one, row in zip(entries, found, strict=True) if row is None]
    rows = [{"learner_id": one.learner_id, "section_id": one.section_id, **one.values} for one in fresh]
    rows.sort(key=_BY_LEARNER)  # as a merge locks its two: one waits for the other, and never both
    ids = operation.insert_each(enrolment, rows)
    made = {(row["learner_id"], row["section_id"]): key for row, key in zip(rows, ids, strict=True)}
    back = [
        (row, {**one.values, "removed_at": None}, one.learner_id)
        for one, row in zip(entries, found, strict=True)
        if row is not None and row.removed_at is not None
    ]
    operation.update_many(enrolment, back)
    _refuse_gone(operation.tx, entries)
    ids = [
        made[one.learner_id, one.section_id] if row is None else row.id
        for one, row in zip(entries, found, strict=True)
    ]
    return Entered(ids, len(fresh), len(back), len(entries) - len(fresh) - len(back))


def _refuse_gone(tx: Connection, entries: Sequence[Entry]) -> None:
    """Who merges or erases a learner holds them and their enrolments; on a server what was written just now waited
    for that (a new row by its foreign key), so whoever is still there now stays until this transaction has ended."""
    for some in batched(sorted({one.learner_id for one in entries}), _SOME):
        if tx.execute(select(learner.c.id).where(among(learner.c.id, some), ~SHOWN).limit(1)).first() is not None:
            raise ConflictError(
                "One of these learners was removed, merged or erased by somebody else meanwhile.",
                hint="Nobody was enrolled. Refresh the list and try again.",
            )


def _held(tx: Connection, entries: Sequence[Entry]) -> dict[tuple[int, int], Row[Any]]:
    """The enrolments that are there, also those taken back."""
    wanted = {(one.learner_id, one.section_id) for one in entries}
    sections = sorted({one.section_id for one in entries})
    found: dict[tuple[int, int], Row[Any]] = {}
    for some in batched(sorted({one.learner_id for one in entries}), _SOME):
        for part in batched(sections, _SOME):
            query = select(enrolment).where(among(enrolment.c.learner_id, some), among(enrolment.c.section_id, part))
            for row in tx.execute(query):
                if (spot := (row.learner_id, row.section_id)) in wanted:
                    found[spot] = row
    return found


def enrol(
    operation: Operation,
    learner_ids: Sequence[int],
    section_id: int,
    origin: str,
    dates: Mapping[str, date | None],
    *,
    status: str = "",
    status_on: date | None = None,
) -> tuple[int, int, int]:
    """Put learners on one section. `dates`: starts and ends. `status`: where it is another than they mean, with its
    day. Returns how many are new, back, and were there already."""
    values = {"status": status or going(dates.get("starts"), date.today()), "origin": origin, **dates}
    if status_on is not None:
        values["status_on"] = status_on
    entered = enter(operation, [Entry(one, section_id, values) for one in learner_ids])
    return entered.new, entered.back, entered.already


def no_term(tx: Connection) -> int:
    """The row that stands for no term at all."""
    return int(tx.execute(select(term.c.id).where(term.c.code == NO_TERM)).scalar_one())


def going(starts: date | None, today: date) -> str:
    """The status of somebody who is neither withdrawn nor on a break nor done."""
    return "scheduled" if starts is not None and starts > today else "current"


def sections_of(operation: Operation, course_ids: Iterable[int]) -> dict[int, int]:
    """For each course the section that is entered where nobody says which: the plain one (no term), else the first
    that is open, and never one of a course of the LMS onto which nobody can be enrolled now. Where there is none, a
    plain one is made, which stays whatever is undone: others may stand on it by then."""
    wanted = sorted(set(course_ids))
    found = {course_id: row.id for course_id, row in _entered(operation.tx, wanted).items()}
    made = [one for one in wanted if one not in found]
    return found | _plain(operation, made) if made else found


def taught_in_lms(tx: Connection, course_ids: Iterable[int]) -> dict[int, str]:
    """Of these courses those of which `sections_of` enters a section that is taught in the LMS, which so hears of who
    enters: the name of the course there."""
    found = _entered(tx, sorted(set(course_ids))).items()
    return {course_id: row.full_name for course_id, row in found if row.full_name is not None}


def _entered(tx: Connection, course_ids: Sequence[int]) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for some in batched(course_ids, _SOME):
        for row in tx.execute(_OPEN.where(among(section.c.course_id, some))):
            found.setdefault(row.course_id, row)
    return found


_OPEN = (
    select(section.c.id, section.c.course_id, lms_course.c.full_name)
    .join(term, term.c.id == section.c.term_id)
    .outerjoin(lms_course, lms_course.c.id == section.c.lms_course_id)
    .where(
        section.c.open,
        section.c.lms_course_id.is_(None)
        | (lms_course.c.state.in_(("open", "closed")) & lms_course.c.removed_at.is_(None)),
    )
    .order_by(section.c.course_id, term.c.code != NO_TERM, section.c.number, section.c.id)
)


def _plain(operation: Operation, course_ids: Sequence[int]) -> dict[int, int]:
    tx = operation.tx
    none = no_term(tx)
    last: dict[int, int] = {}
    for some in batched(course_ids, _SOME):
        query = select(section.c.course_id, func.max(section.c.number)).where(
            among(section.c.course_id, some), section.c.term_id == none
        )
        last |= {row[0]: row[1] for row in tx.execute(query.group_by(section.c.course_id))}
    ids = operation.db.new_ids(tx, section, len(course_ids))
    rows = [
        {"id": key, "course_id": one, "term_id": none, "number": last.get(one, 0) + 1}
        for key, one in zip(ids, course_ids, strict=True)
    ]
    operation.db.insert_rows(tx, section, rows)
    return dict(zip(course_ids, ids, strict=True))
