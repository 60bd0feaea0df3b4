"""A preview of sections or registrations as a person looks at it: rows with what they say, and what is wrong."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, select

from app import jobs
from app.db.among import among
from app.db.file_tables import file_row
from app.db.tables import learner
from app.files.section_headings import FIELD_TITLES
from app.job_notes import NOTES_OF_ONE, Note, noted_rows, parted, weight_of
from app.lms.sections.file_registrations import STATUS_WORDS
from app.lms.sections.from_file import unpacked

TITLES: Mapping[str, str] = {**FIELD_TITLES, "lms_course": "LMS course"}


@dataclass(frozen=True, slots=True)
class SeenRow:
    """One row of the file in a list. `name`: the section, in front of it the learner of a registration."""

    number: int
    line: int
    name: str = field(repr=False)
    ref: str = field(repr=False)
    learner: str = field(repr=False)
    section: str
    values: Mapping[str, Any] = field(repr=False)
    changes: Sequence[Sequence[Any]] = field(repr=False)
    """Field, old, new, False, True."""
    ticked: frozenset[str] = frozenset()


def seen_rows(tx: Connection, job_id: int, numbers: Sequence[int]) -> dict[int, SeenRow]:
    """Rows of the file by their number."""
    query = select(file_row).where(file_row.c.job_id == job_id, among(file_row.c.number, numbers))
    rows = tx.execute(query).all()
    people = _people(tx, rows)
    return {row.number: _seen(row, people) for row in rows}


def _people(tx: Connection, rows: Sequence[Row[Any]]) -> dict[int, Row[Any]]:
    ids = {row.learner_id for row in rows if row.learner_id is not None}
    if not ids:
        return {}
    return {row.id: row for row in tx.execute(select(learner).where(among(learner.c.id, ids)))}


def _seen(row: Row[Any], people: Mapping[int, Row[Any]]) -> SeenRow:
    read = unpacked(row.cells)
    values = read.values
    who = people.get(row.learner_id)
    name = ", ".join(filter(None, (who.family_name, who.given_names))) if who is not None else ""
    ref = who.ref if who is not None else str(values.get("ref") or values.get("uln") or "")
    told = (values.get("course_code"), values.get("term"), values.get("number"))
    section = " · ".join(str(one) for one in told if one is not None)
    title = " · ".join(filter(None, (name or ref, section)))
    return SeenRow(row.number, read.line, title, ref, name, section, values, jobs.finding(row, "changes") or ())


def status_words(values: Mapping[str, Any]) -> str:
    """The course status that a row says; "" for none."""
    return STATUS_WORDS.get(str(values.get("status")), "")


def notes(tx: Connection, job_id: int, keys: Sequence[int]) -> dict[int, Note]:
    """The notes behind these keys."""
    numbers = sorted({key // NOTES_OF_ONE for key in keys})
    query = select(file_row).where(file_row.c.job_id == job_id, among(file_row.c.number, numbers))
    rows = {row.number: row for row in tx.execute(query)}
    people = _people(tx, list(rows.values()))
    found = {}
    for key in keys:
        row = rows.get(key // NOTES_OF_ONE)
        if row is not None:
            found[key] = _note(row, people, jobs.finding(row, "notes")[key % NOTES_OF_ONE])
    return found


def all_notes(tx: Connection, job_id: int) -> Iterator[Note]:
    """Every note, in the order of the file, for an export."""
    for row in noted_rows(tx, job_id):
        people = _people(tx, [row])
        yield from (_note(row, people, told) for told in jobs.finding(row, "notes"))


def _note(row: Row[Any], people: Mapping[int, Row[Any]], told: Sequence[Any]) -> Note:
    level, name, reason = told
    what, advice = parted(reason)
    seen = _seen(row, people)
    weight = weight_of(level, row.predicted)
    return Note(row.number, seen.line, seen.ref, seen.section, weight, TITLES.get(name, name), what, advice)
