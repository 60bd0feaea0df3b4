"""A preview of sections or registrations as a person looks at it: rows with what they say, and what is wrong."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, select

from app import job_notes, jobs
from app.db.among import among
from app.db.tables import learner
from app.files.section_headings import FIELD_TITLES
from app.job_notes import Note
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
    rows = job_notes.rows_of(tx, job_id, numbers)
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


def _known(tx: Connection, rows: Sequence[Row[Any]]) -> dict[int, job_notes.Known]:
    people = _people(tx, rows)
    return {one.number: (one.line, one.ref, one.section) for one in (_seen(row, people) for row in rows)}


def notes(tx: Connection, job_id: int, keys: Sequence[int]) -> dict[int, Note]:
    """The notes behind these keys."""
    return job_notes.notes(tx, job_id, keys, TITLES, _known)


def all_notes(tx: Connection, job_id: int) -> Iterator[Note]:
    """Every note, in the order of the file, for an export."""
    return job_notes.all_notes(tx, job_id, TITLES, _known)
