"""What is wrong, or worth knowing, of the rows of a file brought in: in three lists, whatever the file is of."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, select

from app.db.among import among
from app.db.file_tables import file_row
from app.files.rows import Level
from app.jobs import PAGE, Foreseen, finding
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


Known = tuple[int, str, str]
"""What a row is known by: its line in the file, the person code, and a name."""
Look = Callable[[Connection, Sequence[Row[Any]]], Mapping[int, Known]]
"""What some hundred rows are known by, by their number."""


def rows_of(tx: Connection, job_id: int, numbers: Collection[int]) -> Sequence[Row[Any]]:
    """Rows of a file by their number, in any order."""
    return tx.execute(select(file_row).where(file_row.c.job_id == job_id, among(file_row.c.number, numbers))).all()


def notes(tx: Connection, job_id: int, keys: Sequence[int], titles: Mapping[str, str], look: Look) -> dict[int, Note]:
    """The notes behind these keys; `titles` are those of the fields."""
    rows = {row.number: row for row in rows_of(tx, job_id, {key // NOTES_OF_ONE for key in keys})}
    known = look(tx, list(rows.values()))
    found = {}
    for key in keys:
        number, place = divmod(key, NOTES_OF_ONE)
        if (row := rows.get(number)) is not None:
            found[key] = _note(row, known[number], titles, finding(row, "notes")[place])
    return found


def all_notes(tx: Connection, job_id: int, titles: Mapping[str, str], look: Look) -> Iterator[Note]:
    """Every note, in the order of the file, for an export."""
    for rows in noted_rows(tx, job_id):
        known = look(tx, rows)
        for row in rows:
            yield from (_note(row, known[row.number], titles, told) for told in finding(row, "notes"))


def _note(row: Row[Any], known: Known, titles: Mapping[str, str], told: Sequence[Any]) -> Note:
    (line, ref, name), (level, about, reason) = known, told
    # What to do about it is the last sentence, if there are several.
    what, point, advice = reason.rstrip().rpartition(". ")
    what, advice = (what + ".", advice) if point else (reason, "")
    return Note(row.number, line, ref, name, weight_of(level, row.predicted), titles.get(about, about), what, advice)


def noted_rows(tx: Connection, job_id: int) -> Iterator[Sequence[Row[Any]]]:
    """The rows that something is told of, in the order of the file, some hundred at a time."""
    last = 0
    while True:
        query = select(file_row).where(with_notes(job_id), file_row.c.number > last)
        rows = tx.execute(query.order_by(file_row.c.number).limit(PAGE)).all()
        if not rows:
            return
        yield rows
        last = rows[-1].number
