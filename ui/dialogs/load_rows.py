"""The lists of the preview as grids: learners of one category, and what is wrong with rows of the file."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from app import job_notes
from app.db.database import Database
from app.db.file_tables import file_row
from app.job_notes import Note, Weight
from app.jobs import Foreseen
from app.keys import Keys
from app.learners import load_look
from app.learners.load_look import SeenRow
from app.tasks import TaskContext
from app.ulns import UlnState, state
from ui.grids.columns import Column, Kind, Query, Row, State
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import plural, tr

_LINE = Column(
    "line", "Row", Kind.NUMBER, 64, tip="The row of the table; in XML the place among the learners", sortable=False
)
_REF = Column("ref", "Person Code", Kind.MONO, 100, sortable=False)
_NAME = Column("name", "Name", Kind.KEY, 170, sortable=False, stretch=True)
_ULN = Column("uln", "ULN", Kind.MONO, 104, absent="not held", sortable=False)
_AIMS = Column("aims", "Aims", Kind.NUMBER, 64, sortable=False)
_CHANGES = Column("changes", "What Changes", Kind.TEXT, 230, sortable=False)
_BY_HAND = Column("by_hand", "Edited by Hand", Kind.STATE, 130, sortable=False)
_KEPT = State(Icon.PENCIL_SIMPLE, "Kept", Role.TEXT2)
_TAKEN = State(Icon.CHECK_CIRCLE, "From the file", Role.INFO)
_TINTS = {UlnState.TEMPORARY: Role.WARN, UlnState.BAD: Role.BAD}
WEIGHTS = {
    Weight.STOP: State(Icon.X_CIRCLE, "Not loaded", Role.BAD),
    Weight.LOOK: State(Icon.WARNING, "Look at it", Role.WARN),
    Weight.INFO: State(Icon.INFO, "Remark", Role.TEXT2),
}
PLAIN = (_LINE, _REF, _NAME, _ULN, _AIMS)
DIFFERING = (_LINE, _REF, _NAME, _CHANGES, _BY_HAND)
NOTES = (
    Column("weight", "Level", Kind.STATE, 112, sortable=False),
    _LINE,
    _REF,
    Column("field", "Field", Kind.TEXT, 100, sortable=False),
    Column("reason", "What Is Wrong", Kind.TEXT, 170, sortable=False, stretch=True),
    Column("advice", "What to Do", Kind.TEXT, 200, sortable=False),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """How the rows of one kind of file are shown: columns, what reads rows by their number, what makes lines of them.

    `seen` gives rows with `number`, `line`, `name`, `changes` and `ticked`.
    """

    plain: Sequence[Column]
    differing: Sequence[Column]
    noted: Sequence[Column]
    seen: Callable[[Connection, int, Sequence[int]], Mapping[int, Any]]
    plain_row: Callable[[Any, int], Row]
    differing_row: Callable[[Any, int], Row]
    notes: Callable[[Connection, int, Sequence[int]], Mapping[int, Note]]
    all_notes: Callable[[Connection, int], Iterator[Note]]
    titles: Mapping[str, str]
    days: frozenset[str]
    """The fields that hold days."""
    empty: Mapping[Foreseen, str]
    """What is said where a category has no row."""
    note_row: Callable[[Note, int], Row]
    name_title: str = "Name"
    """What the names of notes are called in a file."""


class SeenSource:
    """The rows of one category; a key is the number of the row in the file."""

    in_memory = False

    def __init__(self, db: Database, job_id: int, category: Foreseen, shown: Shown, *, by_line: bool = False) -> None:
        self._db, self._job_id, self._category, self._by_line = db, job_id, category, by_line
        differing = category in (Foreseen.CHANGED, Foreseen.BY_HAND)
        self._seen = shown.seen
        self._make = shown.differing_row if differing else shown.plain_row
        self.columns: Sequence[Column] = shown.differing if differing else shown.plain

    def keys(self, context: TaskContext, query: Query, first: Callable[[Keys], None]) -> Keys:
        with self._db.read(context) as tx:
            return self._db.ids(tx, job_notes.numbers_query(self._job_id, self._category), first)

    def total(self) -> int:
        here = (file_row.c.job_id == self._job_id) & (file_row.c.predicted == self._category)
        with self._db.read() as tx:
            return int(tx.execute(select(func.count()).select_from(file_row).where(here)).scalar_one())

    def rows(self, keys: Sequence[int]) -> Mapping[int, Row]:
        with self._db.read() as tx:
            found = self._seen(tx, self._job_id, keys)
        return {key: self._make(one, one.line if self._by_line else one.number) for key, one in found.items()}


def _plain(one: SeenRow, place: int) -> Row:
    tint = _TINTS.get(state(one.uln or None))
    return Row((place, one.ref, one.name, one.uln or None, one.aims), tints={"uln": tint} if tint else {})


def _differing(one: SeenRow, place: int) -> Row:
    names = [tr(load_look.TITLES.get(change[0], change[0])) for change in one.changes if change[4]]
    if one.aims_new:
        names.append(plural(one.aims_new, "{n} aim added", "{n} aims added"))
    if one.aims_changed:
        names.append(plural(one.aims_changed, "{n} aim changed", "{n} aims changed"))
    edited = [change[0] for change in one.changes if change[3]]
    taken = [name for name in edited if name in one.ticked]
    by_hand = (_TAKEN if taken else _KEPT) if edited else ""
    return Row((place, one.ref, one.name, ", ".join(names), by_hand))


class NotesSource:
    """What is wrong, or worth knowing, of one weight."""

    in_memory = False

    def __init__(self, db: Database, job_id: int, weight: Weight, shown: Shown, *, by_line: bool = False) -> None:
        self.columns: Sequence[Column] = shown.noted
        self._notes, self._make = shown.notes, shown.note_row
        self._db, self._job_id, self._weight, self._by_line = db, job_id, weight, by_line
        self._total = 0

    def keys(self, context: TaskContext, query: Query, first: Callable[[Keys], None]) -> Keys:
        with self._db.read(context) as tx:
            found = job_notes.note_keys(context, tx, self._job_id, self._weight)
        self._total = len(found)
        return found

    def total(self) -> int:
        return self._total

    def rows(self, keys: Sequence[int]) -> Mapping[int, Row]:
        with self._db.read() as tx:
            found = self._notes(tx, self._job_id, keys)
        return {key: self._make(one, one.line if self._by_line else one.number) for key, one in found.items()}


def _note(one: Note, place: int) -> Row:
    return Row((WEIGHTS[one.weight], place, one.ref, one.field, one.reason, one.advice))


LEARNERS = Shown(
    PLAIN,
    DIFFERING,
    NOTES,
    load_look.seen_rows,
    _plain,
    _differing,
    load_look.notes,
    load_look.all_notes,
    load_look.TITLES,
    frozenset({"birth_date"}),
    {
        Foreseen.NEW: "The file has no learner who is new.",
        Foreseen.CHANGED: "No learner changes.",
        Foreseen.UNCHANGED: "No learner is as stored.",
        Foreseen.BY_HAND: "Nothing that was edited by hand differs.",
    },
    _note,
)


def weight_words(weight: Weight) -> str:
    """The level as a word, for a file."""
    return tr(WEIGHTS[weight].text)
