"""A preview as a person looks at it: rows by category, what is asked about them, what is wrong and what to do."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select, update

from app import access, job_notes, jobs
from app.access import Permission, User
from app.dates import shown
from app.db.database import Database
from app.db.file_tables import file_row
from app.db.tables import campus, learner
from app.job_notes import Note
from app.jobs import Foreseen
from app.learners import load_cells
from app.learners.load_cells import Cells
from app.learners.load_file import FIELD_TITLES
from app.learners.load_plan import ANOTHER, KEEP, SAME, TAKE, TICKED, Question, question_words

TITLES: Mapping[str, str] = {
    **FIELD_TITLES,
    "last_year_seen": "Last year seen",
    "uln_state": "ULN",
    "postcode_is_prior": "Postcode is the one before enrolment",
}


@dataclass(frozen=True, slots=True)
class SeenRow:
    """One row of the file in a list."""

    number: int
    line: int
    ref: str = field(repr=False)
    name: str = field(repr=False)
    uln: str = field(repr=False)
    aims: int
    aims_new: int
    aims_changed: int
    changes: Sequence[Sequence[Any]] = field(repr=False)
    """Field, old, new, whether edited by hand, whether taken."""
    ticked: frozenset[str]


@dataclass(frozen=True, slots=True)
class OptionLine:
    """A field of one of the sides of a decision."""

    title: str
    text: str = field(repr=False)
    code: bool = False
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """One way to decide. `stored` is the learner's person code, "" for what stands in the file."""

    decision: str
    stored: str = field(repr=False)
    lines: tuple[OptionLine, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Undecided:
    """One row about which only a person can decide."""

    number: int
    line: int
    name: str = field(repr=False)
    why: str
    options: tuple[Option, ...] = field(repr=False)
    decision: str


@dataclass(frozen=True, slots=True)
class Decided:
    """How many rows raise a question, how many of them are decided, and how many learners a load would write."""

    total: Mapping[Question, int]
    done: Mapping[Question, int]
    ticked: int
    """Rows that are loaded only because a field edited by hand was ticked."""
    any: int
    """Decisions of any kind."""

    @property
    def open(self) -> int:
        return sum(self.total.values()) - sum(self.done.values())

    @property
    def more(self) -> int:
        """Learners to be loaded beside those that are new or changed anyway."""
        return sum(self.done.values()) + self.ticked


# Lists


def seen_rows(tx: Connection, job_id: int, numbers: Sequence[int]) -> dict[int, SeenRow]:
    """Rows of the file by their number."""
    campuses = _Campuses.read(tx)
    return {row.number: _seen(row, campuses) for row in job_notes.rows_of(tx, job_id, numbers)}


def _seen(row: Row[Any], campuses: "_Campuses") -> SeenRow:
    cells = load_cells.unpacked(row.cells)
    new, changed = jobs.finding(row, "aims") or (0, 0)
    ticked = (row.decision or "").removeprefix(TICKED) if (row.decision or "").startswith(TICKED) else ""
    return SeenRow(
        row.number,
        cells.line or row.number,
        _text(cells, "ref"),
        _name(cells),
        _text(cells, "uln"),
        len(cells.aims),
        new,
        changed,
        [_called(one, campuses) for one in jobs.finding(row, "changes") or ()],
        frozenset(filter(None, ticked.split(","))),
    )


def _called(change: Sequence[Any], campuses: "_Campuses") -> Sequence[Any]:
    """The change with the names of campuses instead of their codes."""
    if change[0] != "campus_code":
        return change
    old, new = (campuses.by_code.get(code, code) for code in change[1:3])
    return [change[0], old, new, *change[3:]]


def _text(cells: Cells, name: str) -> str:
    return str(cells.values.get(name) or "")


def _name(cells: Cells) -> str:
    return ", ".join(filter(None, (_text(cells, "family_name"), _text(cells, "given_names"))))


# What is wrong


def _known(tx: Connection, rows: Sequence[Row[Any]]) -> dict[int, job_notes.Known]:
    read = ((row, load_cells.unpacked(row.cells)) for row in rows)
    return {row.number: (cells.line or row.number, _text(cells, "ref"), _name(cells)) for row, cells in read}


def notes(tx: Connection, job_id: int, keys: Sequence[int]) -> dict[int, Note]:
    """The notes behind these keys."""
    return job_notes.notes(tx, job_id, keys, TITLES, _known)


def all_notes(tx: Connection, job_id: int) -> Iterator[Note]:
    """Every note, in the order of the file, for an export."""
    return job_notes.all_notes(tx, job_id, TITLES, _known)


# Decisions


def _asks(job_id: int, question: Question) -> ColumnElement[bool]:
    return (
        (file_row.c.job_id == job_id)
        & (file_row.c.predicted == Foreseen.DECISION)
        & file_row.c.findings.like(f'%"question":"{question.value}","candidates"%')
    )


def decided(tx: Connection, job_id: int) -> Decided:
    """How far the decisions are."""
    made = file_row.c.decision.is_not(None)
    total, done = {}, {}
    for question in Question:
        query = select(func.count(), func.count(file_row.c.decision)).where(_asks(job_id, question))
        total[question], done[question] = tx.execute(query).one()
    here = (file_row.c.job_id == job_id) & made
    ticked = select(func.count()).where(here, file_row.c.predicted == Foreseen.BY_HAND)
    every = select(func.count()).select_from(file_row).where(here)
    return Decided(total, done, tx.execute(ticked).scalar_one(), tx.execute(every).scalar_one())


def undecided(tx: Connection, job_id: int, question: Question, start: int, size: int) -> list[Undecided]:
    """Some rows that raise a question, with both sides, in the order of the file; decided ones too."""
    query = select(file_row).where(_asks(job_id, question)).order_by(file_row.c.number).offset(start).limit(size)
    rows = tx.execute(query).all()
    ids = {key for row in rows for key in jobs.finding(row, "candidates") or ()}
    people = {row.id: row for row in tx.execute(select(learner).where(learner.c.id.in_(ids)))} if ids else {}
    campuses = _Campuses.read(tx)
    return [_undecided(row, question, people, campuses) for row in rows]


@dataclass(frozen=True, slots=True)
class _Campuses:
    """What campuses are called: by id, and by the code that files know them by."""

    by_id: Mapping[int, str]
    by_code: Mapping[str, str]

    @classmethod
    def read(cls, tx: Connection) -> "_Campuses":
        rows = tx.execute(select(campus.c.id, campus.c.code, campus.c.name)).all()
        return cls({row.id: row.name for row in rows}, {row.code: row.name for row in rows})


def _undecided(row: Row[Any], question: Question, people: Mapping[int, Row[Any]], campuses: _Campuses) -> Undecided:
    cells = load_cells.unpacked(row.cells)
    held = [people[key] for key in jobs.finding(row, "candidates") or () if key in people]
    ours = _told_by_file(cells, campuses)
    theirs = [_told_by_row(one, campuses) for one in held]
    names = ["ref", "uln", "birth_date", "postcode", "name", "campus"]
    options = []
    for one, told in zip(held, theirs, strict=True):
        decision = KEEP if question is Question.ULN else f"{SAME}{one.id}"
        options.append(Option(decision, str(one.ref), _lines(names, told, [ours])))
    other = TAKE if question is Question.ULN else ANOTHER
    options.append(Option(other, "", _lines(names, ours, theirs)))
    if question is Question.ULN:
        why = "The file has another valid ULN than the one stored"
    else:
        why = question_words(cells, held[0]) if held else "The learner was removed since"
    return Undecided(row.number, cells.line or row.number, _name(cells), why, tuple(options), row.decision or "")


_SIDE_TITLES = {
    "ref": "Person Code",
    "uln": "ULN",
    "birth_date": "Born",
    "postcode": "Postcode",
    "name": "Name",
    "campus": "Campus",
}
_CODES = frozenset({"ref", "uln", "postcode"})


def _told_by_file(cells: Cells, campuses: _Campuses) -> dict[str, str]:
    born = cells.values.get("birth_date")
    return {
        "ref": _text(cells, "ref"),
        "uln": _text(cells, "uln"),
        "birth_date": shown(born) if isinstance(born, date) else "",
        "postcode": _text(cells, "postcode"),
        "name": _name(cells),
        "campus": campuses.by_code.get(_text(cells, "campus_code"), _text(cells, "campus_code")),
    }


def _told_by_row(row: Row[Any], campuses: _Campuses) -> dict[str, str]:
    return {
        "ref": row.ref or "",
        "uln": row.uln or "",
        "birth_date": shown(row.birth_date),
        "postcode": row.postcode or "",
        "name": ", ".join(filter(None, (row.family_name, row.given_names))),
        "campus": campuses.by_id.get(row.campus_id, ""),
    }


def _lines(
    names: Sequence[str], mine: Mapping[str, str], others: Sequence[Mapping[str, str]]
) -> tuple[OptionLine, ...]:
    return tuple(
        OptionLine(_SIDE_TITLES[name], mine[name], name in _CODES, any(one[name] != mine[name] for one in others))
        for name in names
    )


@contextmanager
def _deciding(db: Database, user: User, job_id: int) -> Iterator[Connection]:
    with db.write() as tx:
        access.require(tx, user, Permission.EDIT_LEARNERS)
        jobs.hold_checked(tx, job_id)
        yield tx


def decide(db: Database, user: User, job_id: int, decisions: Mapping[int, str | None]) -> Decided:
    """Keep what a person decided about rows, by their number; None takes a decision back. Returns how far the
    decisions are. Raises AccessError; ConflictError for a file that was loaded or discarded meanwhile."""
    with _deciding(db, user, job_id) as tx:
        jobs.decide(tx, job_id, decisions)
        return decided(tx, job_id)


def decide_all(db: Database, user: User, job_id: int, question: Question, decision: str | None) -> Decided:
    """Decide every row that raises `question` the same way; `SAME` takes the candidate where there is just one,
    None takes every decision back. Returns and raises as `decide`."""
    asks = _asks(job_id, question)
    with _deciding(db, user, job_id) as tx:
        if decision == SAME:
            chosen: dict[int, str | None] = {}
            for number, findings in tx.execute(select(file_row.c.number, file_row.c.findings).where(asks)):
                candidates = json.loads(findings)["candidates"]
                if len(candidates) == 1:
                    chosen[number] = f"{SAME}{candidates[0]}"
            jobs.decide(tx, job_id, chosen)
        else:
            tx.execute(update(file_row).where(asks).values(decision=decision))
        return decided(tx, job_id)
