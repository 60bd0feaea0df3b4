"""What learners have on courses before a row is applied: their enrolment and their credit, read set by set.

None of these is frozen, for speed only: one is made for every row of a file, and nobody changes one.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from app.db.among import among
from app.db.tables import award, credit_type, enrolment, file_row, section
from app.history import batched
from app.imports import stored
from app.imports.columns import Column
from app.imports.record import Record

Pair = tuple[int, int]
"""A learner and a course."""
_SOME = 5_000


@dataclass(slots=True)
class Said:
    """What a row says of an enrolment, or what stands there."""

    complete: bool
    starts: date | None = None
    ends: date | None = None
    completed_on: date | None = None
    attended: bool = False
    category: str | None = None

    @classmethod
    def by(cls, record: Record) -> "Said":
        return cls(
            record.complete,
            record.starts,
            record.ends,
            record.completed_on,
            record.attended,
            record.category or None,
        )

    def differing(self, record: Record) -> list[Column]:
        """What the row would change, its completion apart. A date or category that the row leaves out says nothing;
        an attendance left out is none (course-record-import.md 3)."""
        told = (
            (Column.STARTS, record.starts, self.starts),
            (Column.ENDS, record.ends, self.ends),
            (Column.COMPLETED_ON, record.completed_on, self.completed_on),
            (Column.CATEGORY, record.category, self.category),
        )
        found = [column for column, new, there in told if new and new != there]
        return found if record.attended == self.attended else [*found, Column.ATTENDED]


@dataclass(slots=True)
class Enrolled:
    """An enrolment. `id` is None where a row before this one of the same file makes it."""

    id: int | None
    there: Said
    said: tuple[Said, ...] = ()
    """What the rows of files said that brought and completed it: the same rows may come again, though they did not
    write all they said (dates of an enrolment are not touched by its completion)."""

    @property
    def complete(self) -> bool:
        return self.there.complete

    def agrees(self, record: Record) -> bool:
        """Whether the row tells what is there already, its completion apart."""
        return not all(one.differing(record) for one in (self.there, *self.said))

    def was_said(self, record: Record) -> bool:
        """Whether the row says what one said that brought or completed it, completion and all."""
        return any(one.complete == record.complete and not one.differing(record) for one in self.said)


@dataclass(slots=True)
class Credit:
    """Credit of one type; the amount in hundredths."""

    amount: int
    awarded_on: date | None = None
    expires_on: date | None = None

    def agrees(self, record: Record) -> bool:
        return (
            record.credits == self.amount
            and (record.completed_on is None or record.completed_on == self.awarded_on)
            and (record.expires is None or record.expires == self.expires_on)
        )


@dataclass(slots=True)
class Standing:
    """What one learner has on one course. `credit` by the code of its type."""

    enrolled: Enrolled | None = None
    credit: Mapping[str, Credit] = field(default_factory=dict)


NOTHING = Standing()


def of_pairs(tx: Connection, pairs: Collection[Pair], readers: stored.Readers) -> dict[Pair, Standing]:
    """What is there of these learners and courses; who has nothing on the course is left out.

    Of several enrolments on sections of one course a complete one counts, else the first.
    """
    learners = sorted({learner_id for learner_id, _ in pairs})
    wanted = set(pairs)
    enrolled: dict[Pair, Enrolled] = {}
    credit: dict[Pair, dict[str, Credit]] = {}
    for some in batched(learners, _SOME):
        for row in tx.execute(_ENROLMENTS.where(among(enrolment.c.learner_id, some))):
            pair = (row.learner_id, row.course_id)
            if pair in wanted and (pair not in enrolled or (row.complete and not enrolled[pair].complete)):
                enrolled[pair] = _enrolled(tx, row, readers)
        completed = {pair[0] for pair, one in enrolled.items() if one.complete and one.said}.intersection(some)
        if completed:
            for brought in tx.execute(_BROUGHT.where(among(file_row.c.learner_id, sorted(completed)))):
                one = enrolled.get((brought.learner_id, brought.course_id))
                if one is not None and one.complete:
                    one.said += _said(tx, brought, readers)
        for given in tx.execute(_AWARDS.where(among(award.c.learner_id, some))):
            if (pair := (given.learner_id, given.course_id)) in wanted:
                credit.setdefault(pair, {})[given.code] = Credit(given.amount, given.awarded_on, given.expires_on)
    return {pair: Standing(enrolled.get(pair), credit.get(pair, {})) for pair in enrolled.keys() | credit.keys()}


Waits = tuple[str | None, str | None, int | str]
"""Whom a held row waits for (the id and the e-mail address that it says, folded), and its course."""


def waiting(
    tx: Connection, wanted: Collection[Waits], readers: stored.Readers
) -> dict[Waits, list[Sequence[Record]]]:
    """What the held rows say that wait for some of these already, each as the records of its row."""
    found: dict[Waits, list[Sequence[Record]]] = {}
    for column, values in (
        (file_row.c.held_user, {user for user, _, _ in wanted}),
        (file_row.c.held_email, {email for user, email, _ in wanted if user is None}),
    ):
        for some in batched(sorted(filter(None, values)), _SOME):
            for row in tx.execute(_HELD.where(among(column, some))):
                key = (row.held_user, row.held_email, row.course_id)
                if key in wanted and row.cells is not None:
                    records = readers.read(tx, row.job_id, row.number, row.cells).records
                    found.setdefault(key, []).append(records)
    return found


_HELD = select(
    file_row.c.held_user,
    file_row.c.held_email,
    file_row.c.course_id,
    file_row.c.job_id,
    file_row.c.number,
    file_row.c.cells,
).where(file_row.c.held == "held")
_ENROLMENTS: Select[Any] = (
    select(
        enrolment.c.id,
        enrolment.c.learner_id,
        section.c.course_id,
        enrolment.c.complete,
        enrolment.c.starts,
        enrolment.c.ends,
        enrolment.c.completed_on,
        enrolment.c.attended,
        enrolment.c.participant_category,
        file_row.c.number,
        file_row.c.cells,
        file_row.c.job_id,
    )
    .join(section, section.c.id == enrolment.c.section_id)
    .outerjoin(file_row, file_row.c.id == enrolment.c.file_row_id)
    .where(enrolment.c.removed_at.is_(None))
    .order_by(enrolment.c.id)
)
_BROUGHT: Select[Any] = (
    select(file_row.c.learner_id, file_row.c.course_id, file_row.c.number, file_row.c.cells, file_row.c.job_id)
    .where(file_row.c.outcome == "enrolled", file_row.c.cells.is_not(None), file_row.c.held.in_(("no", "attached")))
    .order_by(file_row.c.id)
)
"""The rows that brought an enrolment which another one completed: it names that one only."""
_AWARDS = (
    select(
        award.c.learner_id,
        award.c.course_id,
        award.c.amount,
        award.c.awarded_on,
        award.c.expires_on,
        credit_type.c.code,
    )
    .join(credit_type, credit_type.c.id == award.c.type_id)
    .where(award.c.removed_at.is_(None))
)


def _enrolled(tx: Connection, row: Row[Any], readers: stored.Readers) -> Enrolled:
    there = Said(row.complete, row.starts, row.ends, row.completed_on, row.attended, row.participant_category)
    return Enrolled(row.id, there, _said(tx, row, readers) if row.cells is not None else ())


def _said(tx: Connection, row: Any, readers: stored.Readers) -> tuple[Said, ...]:
    """What a stored row says; its records differ in their credit only."""
    return tuple(Said.by(one) for one in readers.read(tx, row.job_id, row.number, row.cells).records[:1])
