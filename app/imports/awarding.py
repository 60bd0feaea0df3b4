"""What a completed course awards by itself, and what goes to outside bodies because of it (CR-44; open point 2).

Credit that a file contains is given by `grant` and goes nowhere (CR-43); credit that the course awards is given by
`complete` and becomes a record for every outside body that hears of its type.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from app.db.among import among
from app.db.tables import award, learner, outgoing_report, reporter, reporter_type
from app.history import Operation, batched
from app.imports import facts
from app.imports.facts import CourseFacts
from app.json_text import decoded, encoded

IMPORT, COURSE, HAND = "import", "course", "hand"
"""Where an award comes from."""
_Key = tuple[int, int, int]
"""Learner, course, type: what an award is unique by."""


@dataclass(frozen=True, slots=True)
class Completion:
    """An enrolment that is complete and brought no credit of its own."""

    learner_id: int
    course_id: int
    completed_on: date
    """The day of the awards, from which deadlines run."""
    category: str | None = None
    """The participant category of the enrolment, which a mapping may look at."""
    file_row_id: int | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """Credit to be given; the amount in hundredths."""

    learner_id: int
    course_id: int
    type_id: int
    amount: int
    awarded_on: date | None
    expires_on: date | None = None
    file_row_id: int | None = None

    @property
    def key(self) -> _Key:
        return self.learner_id, self.course_id, self.type_id


@dataclass(frozen=True, slots=True)
class Awarded:
    """An award that was written, and to how many outside bodies it goes."""

    id: int
    grant: Grant
    reports: int = 0


def complete(
    operation: Operation, completions: Sequence[Completion], courses: Mapping[int, CourseFacts]
) -> list[Awarded]:
    """Award what the courses give for these completions, and note what is due to outside bodies; inside the
    operation's transaction, a few statements however many there are.

    `courses` are the facts of (at least) their courses, read in this transaction. Who has credit of a type on that
    course already keeps it: it is neither given again nor reported again. No learner and course twice.
    """
    tx = operation.tx
    looked_at = {one.learner_id for one in completions if courses[one.course_id].mapped}
    says = facts.says_of(tx, looked_at) if looked_at else {}
    grants = [
        Grant(one.learner_id, one.course_id, given.type_id, given.maximum, one.completed_on, None, one.file_row_id)
        for one in completions
        for given in courses[one.course_id].awards(facts.with_category(says.get(one.learner_id, {}), one.category))
    ]
    return _with_reports(operation, grant(operation, grants, COURSE))


def grant(operation: Operation, grants: Sequence[Grant], origin: str) -> list[Awarded]:
    """Give this credit, no learner, course and type twice; nothing goes to outside bodies. What a learner has of a
    type on that course already stays as it is and is left out of the answer; what was taken back is given again."""
    there = _there(operation.tx, grants)
    new = [one for one in grants if one.key not in there]
    again = [(there[one.key], one) for one in grants if one.key in there and there[one.key].removed_at is not None]
    ids = operation.insert_for(award, [_values(one, origin) for one in new], [one.learner_id for one in new])
    operation.update_many(
        award, ((row, {**_values(one, origin), "removed_at": None}, one.learner_id) for row, one in again)
    )
    given = [Awarded(key, one) for key, one in zip(ids, new, strict=True)]
    return given + [Awarded(row.id, one) for row, one in again]


def _values(one: Grant, origin: str) -> dict[str, Any]:
    return {
        "learner_id": one.learner_id,
        "course_id": one.course_id,
        "type_id": one.type_id,
        "amount": one.amount,
        "awarded_on": one.awarded_on,
        "expires_on": one.expires_on,
        "origin": origin,
        "file_row_id": one.file_row_id,
    }


def _there(tx: Connection, grants: Iterable[Grant]) -> dict[_Key, Row[Any]]:
    """The awards of these learners, courses and types, also those taken back."""
    keys = {one.key for one in grants}
    courses = sorted({course_id for _, course_id, _ in keys})
    found: dict[_Key, Row[Any]] = {}
    for some in batched(sorted({learner_id for learner_id, _, _ in keys}), 5_000):
        for part in batched(courses, 5_000):
            query = select(award).where(among(award.c.learner_id, some), among(award.c.course_id, part))
            for row in tx.execute(query):
                if (key := (row.learner_id, row.course_id, row.type_id)) in keys:
                    found[key] = row
    return found


# ------------------------------------------------------------------------------------------------- outside bodies


@dataclass(frozen=True, slots=True)
class _Body:
    id: int
    fields: tuple[str, ...]
    days: int


def _with_reports(operation: Operation, given: Sequence[Awarded]) -> list[Awarded]:
    """Note for each award which bodies hear of it, by when, and what of the learner they would miss."""
    tx = operation.tx
    bodies = _bodies_by_type(tx)
    told = [one for one in given if one.grant.type_id in bodies]
    if not told:
        return list(given)
    wanted = sorted({name for some in bodies.values() for body in some for name in body.fields})
    lacking = _lacking(tx, {one.grant.learner_id for one in told}, wanted)
    rows, owners = [], []
    for one in told:
        for body in bodies[one.grant.type_id]:
            rows.append(_report(one, body, lacking[one.grant.learner_id]))
            owners.append(one.grant.learner_id)
    _write_reports(operation, rows, owners)
    return [Awarded(one.id, one.grant, len(bodies.get(one.grant.type_id, ()))) for one in given]


def _report(one: Awarded, body: _Body, lacking: frozenset[str]) -> dict[str, Any]:
    assert one.grant.awarded_on is not None, "a completion has its day"
    return {
        "reporter_id": body.id,
        "award_id": one.id,
        "due_on": one.grant.awarded_on + timedelta(days=body.days),
        "missing": encoded([name for name in body.fields if name in lacking]),
    }


def _write_reports(operation: Operation, rows: Sequence[Mapping[str, Any]], owners: Sequence[int]) -> None:
    """New records; of an award that was taken back and is given again, the record there is begins anew."""
    there = {
        (row.reporter_id, row.award_id): row
        for some in batched(sorted({row["award_id"] for row in rows}), 5_000)
        for row in operation.tx.execute(select(outgoing_report).where(among(outgoing_report.c.award_id, some)))
    }
    new, whose, again = [], [], []
    for row, owner in zip(rows, owners, strict=True):
        found = there.get((row["reporter_id"], row["award_id"]))
        if found is None:
            new.append(row)
            whose.append(owner)
        else:
            again.append((found, {**row, "exported_at": None, "removed_at": None}, owner))
    operation.insert_for(outgoing_report, new, whose)
    operation.update_many(outgoing_report, again)


def _bodies_by_type(tx: Connection) -> dict[int, list[_Body]]:
    query = (
        select(reporter_type.c.type_id, reporter.c.id, reporter.c.fields, reporter.c.deadline_days)
        .join(reporter, reporter.c.id == reporter_type.c.reporter_id)
        .where(reporter.c.active)
        .order_by(reporter.c.id)
    )
    found: dict[int, list[_Body]] = {}
    for row in tx.execute(query):
        found.setdefault(row.type_id, []).append(
            _Body(row.id, tuple(name for name in decoded(row.fields) if name in learner.c), row.deadline_days)
        )
    return found


def _lacking(tx: Connection, learner_ids: Iterable[int], names: Sequence[str]) -> dict[int, frozenset[str]]:
    """Which of these columns are empty, by learner."""
    ids = sorted(learner_ids)
    if not names:
        return dict.fromkeys(ids, frozenset())
    query = select(learner.c.id, *(learner.c[name] for name in names))
    found: dict[int, frozenset[str]] = {}
    for some in batched(ids, 5_000):
        for row in tx.execute(query.where(among(learner.c.id, some))):
            found[row.id] = frozenset(name for name in names if getattr(row, name) is None)
    return found
