"""A grid's columns as data, and what its rows are made of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Protocol

from app.conditions import Group
from app.keys import Keys
from app.pasted_codes import Codes
from app.sorting import SortKey
from app.tasks import TaskContext
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import tr


class Kind(Enum):
    """How a column is painted, aligned, copied and exported."""

    TEXT = auto()
    KEY = auto()
    """The column people find a row by, a little heavier than the rest."""
    MONO = auto()
    """Codes: ULN, aim codes, response codes. Text everywhere, also in a spreadsheet."""
    NUMBER = auto()
    DATE = auto()
    STATE = auto()
    """An icon and a word; the cell is a State."""
    PROGRESS = auto()
    """A bar and whole percent; the cell is an int from 0 to 100."""
    AGE = auto()
    """A moment in few words: `10:42` of today, else `21 Nov`; whole in files and on the clipboard."""
    TAGS = auto()
    """What to look at; the cell is Tags."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `id` is what sorting, the saved layout and the condition builder know it by."""

    id: str
    title: str
    kind: Kind = Kind.TEXT
    width: int = 100
    tip: str = ""
    visible: bool = True
    sortable: bool = True
    stretch: bool = False
    """Takes the spare width; one column of a grid at most."""
    elide_middle: bool = False
    """Qualification titles differ at their ends."""
    at_right: bool = False
    """For text that is mostly numbers, as grades of the LMS are."""
    absent: str = ""
    """What stands, in the quiet colour, where there is no value: "never", "not held"."""
    staff: bool = False
    """Says who of the college it is, or did it: no learner's data, whatever its `id` says elsewhere."""

    @property
    def heading(self) -> str:
        """The title in the user's language."""
        return tr(self.title)


@dataclass(frozen=True, slots=True)
class State:
    """A state cell: never by colour alone."""

    icon: Icon
    text: str
    role: Role

    def __str__(self) -> str:
        return tr(self.text)


@dataclass(frozen=True, slots=True)
class Tags:
    """A cell with any number of short remarks, each with icon, words and colour."""

    states: tuple[State, ...]

    def __str__(self) -> str:
        return ", ".join(map(str, self.states))


@dataclass(frozen=True, slots=True)
class Moved:
    """A state that is wished for and not saved, in place of the one that is stored."""

    old: State
    new: State

    def __str__(self) -> str:
        return tr("{old} → {new}, not saved", old=self.old, new=self.new)


@dataclass(frozen=True, slots=True)
class Row:
    """One row as painted: a cell per column (str, int, date, datetime, State, Tags, Moved or None), in column order.

    None shows the column's word for an absent value, "" shows nothing at all.
    """

    cells: tuple[object, ...]
    continued: bool = False
    """Goes on with the person of the row above: key and code columns are painted quietly."""
    sentence: str = ""
    """Stands across the empty cells from `sentence_from` on (an error said in words)."""
    sentence_from: str = ""
    sentence_until: str = ""
    """The column before which it ends at the latest; else the first cell with a value ends it."""
    sentence_role: Role = Role.BAD
    staged: bool = False
    """Something of it is changed here and not saved."""
    tints: Mapping[str, Role] = field(default_factory=dict)
    """Text colours of single cells by column id, e.g. a ULN that fails its check digit."""


@dataclass(frozen=True, slots=True)
class Query:
    """What a grid shows and in which order."""

    conditions: Group | None = None
    quick: str = ""
    """Words typed into the quick filter."""
    sort: str = ""
    """Column id; "" is the source's own order."""
    descending: bool = False
    codes: Codes | None = None
    """A pasted list: only rows of these codes, and of them those that pass the rest."""
    then: tuple[SortKey, ...] = ()
    """By what rows are sorted that are equal in `sort`."""

    @property
    def order(self) -> tuple[SortKey, ...]:
        """Every column that is sorted by, the first one first; none in the source's own order."""
        return (SortKey(self.sort, self.descending), *self.then) if self.sort else ()

    def sorted_by(self, order: Sequence[SortKey]) -> "Query":
        """The same rows in another order."""
        first = order[0] if order else SortKey("")
        return replace(self, sort=first.column, descending=first.descending, then=tuple(order[1:]))


class GridSource(Protocol):
    """Where a grid's rows come from."""

    columns: Sequence[Column]
    in_memory: bool
    """True: `rows` is quick and called in the UI thread. False: it is called in a task.

    Copying calls `rows` in a task either way, so an in-memory source keeps its rows behind a lock.
    """

    def keys(self, context: TaskContext, query: Query, first: Callable[[Keys], None]) -> Keys:
        """Every key of the query in display order; runs in a task. `first` takes the first screenful early."""
        ...

    def rows(self, keys: Sequence[int]) -> Mapping[int, Row]:
        """The rows of `keys`; a key without a row has been removed meanwhile."""
        ...

    def total(self) -> int:
        """How many rows there are without any filter; in the task, after `keys`."""
        ...
