"""What is wrong, or worth knowing, of the rows of a file brought in: in three lists, whatever the file is of."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, select

from app.db.file_tables import file_row
from app.files.rows import Level
from app.jobs import PAGE, Foreseen
from app.keys import Keys
from app.tasks import TaskContext

NOTES_OF_ONE = 1000
"""The key of a note is that of its row times this, and its place among the notes of the row."""


class Weight(StrEnum):
    """The three lists of what is wrong or worth knowing."""

    STOP = "stop"
    """The row is not loaded."""
    LOOK = "look"
    """Loaded, but needs attention."""
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Note:
    """One thing about one row: `reason` says what is wrong, `advice` what to do."""

    number: int
    line: int
    ref: str = field(repr=False)
    name: str = field(repr=False)
    weight: Weight
    field: str
    reason: str
    advice: str


def numbers_query(job_id: int, predicted: str) -> Select[Any]:
    """The numbers of the rows of one category, in the order of the file."""
    here = (file_row.c.job_id == job_id) & (file_row.c.predicted == predicted)
    return select(file_row.c.number).where(here).order_by(file_row.c.number)


def with_notes(job_id: int) -> ColumnElement[bool]:
    """The rows of a job that something is told of."""
    return (file_row.c.job_id == job_id) & file_row.c.findings.like('{"notes"%')


def weight_of(level: int, predicted: str) -> Weight:
    """In which list a note of this level stands, on a row that is foreseen to end so."""
    if predicted == Foreseen.PROBLEM and level >= Level.STOP:
        return Weight.STOP
    return Weight.LOOK if level >= Level.WARN else Weight.INFO


def note_keys(context: TaskContext, tx: Connection, job_id: int, weight: Weight) -> Keys:
    """The keys of the notes of one list, in the order of the file."""
    found = Keys("q")
    query = select(file_row.c.number, file_row.c.predicted, file_row.c.findings).where(with_notes(job_id))
    for number, predicted, findings in tx.execute(query.order_by(file_row.c.number)):
        context.raise_if_cancelled()
        for place, (level, _, _) in enumerate(json.loads(findings)["notes"][: NOTES_OF_ONE - 1]):
            if weight_of(level, predicted) is weight:
                found.append(number * NOTES_OF_ONE + place)
    return found


def note_counts(tx: Connection, job_id: int) -> dict[Weight, int]:
    """How many notes each list has."""
    counts = dict.fromkeys(Weight, 0)
    query = select(file_row.c.predicted, file_row.c.findings).where(with_notes(job_id))
    for predicted, findings in tx.execute(query):
        for level, _, _ in json.loads(findings)["notes"]:
            counts[weight_of(level, predicted)] += 1
    return counts


def noted_rows(tx: Connection, job_id: int) -> Iterator[Row[Any]]:
    """The rows that something is told of, in the order of the file."""
    last = 0
    while True:
        query = select(file_row).where(with_notes(job_id), file_row.c.number > last)
        rows = tx.execute(query.order_by(file_row.c.number).limit(PAGE)).all()
        if not rows:
            return
        yield from rows
        last = rows[-1].number


def parted(reason: str) -> tuple[str, str]:
    """What is wrong, and what to do about it: the last sentence, if there are several."""
    what, point, advice = reason.rstrip().rpartition(". ")
    return (what + ".", advice) if point else (reason, "")
