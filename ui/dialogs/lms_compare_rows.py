"""The rows of *Compare with the LMS*: how an entry is told, and all of them as a sheet."""

from collections.abc import Callable, Mapping, Sequence

from app.keys import Keys
from app.lms.compare import Comparison, Entry, Offered
from app.tasks import TaskContext
from ui.dialogs.state_list import StateRow
from ui.grids.columns import Column, Kind, Query, Row, State
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import tr

BOTH, HERE, THERE = "both", "only_here", "only_there"
TITLES = {BOTH: "In both", HERE: "Only here", THERE: "Only in the LMS"}
_COLUMNS = (
    Column("list", "List", Kind.TEXT),
    Column("ref", "Person Code", Kind.MONO),
    Column("name", "Name", Kind.KEY),
    Column("place", "Place in the LMS", Kind.TEXT),
    Column("account", "LMS Account", Kind.MONO),
    Column("next", "Next Step", Kind.TEXT),
)
_STATES = {
    Offered.NONE: State(Icon.CHECK_CIRCLE, "Nothing to do", Role.GOOD),
    Offered.ADOPT: State(Icon.USER_PLUS, "Adopt", Role.INFO),
    Offered.DECIDE: State(Icon.QUESTION, "Decide Account", Role.WARN),
    Offered.RELINK: State(Icon.LINK, "Relink", Role.WARN),
    Offered.CHECK: State(Icon.WARNING, "Check in the LMS", Role.WARN),
}
WHY = {
    Offered.NONE: "Enrolled here and on the course in the LMS.",
    Offered.ADOPT: "On the course in the LMS, and a learner of ours without an enrolment here.",
    Offered.DECIDE: "Nobody has said yet whose account this is.",
    Offered.RELINK: "The account that we knew is not on the course; another one there looks like theirs.",
    Offered.CHECK: "Enrolled here, and not on the course in the LMS.",
}


def lists(found: Comparison) -> Mapping[str, Sequence[Entry]]:
    """The three lists by key, in the order in which they are shown."""
    return {BOTH: found.both, HERE: found.only_here, THERE: found.only_there}


def place_words(one: Entry) -> str:
    """How somebody is on the course there."""
    if one.active is None:
        return tr("not there")
    return tr("active") if one.active else tr("suspended")


def shown_row(one: Entry) -> StateRow:
    state = _STATES[one.offered]
    return StateRow(state, (one.ref or "–", one.name or tr("No name"), place_words(one), one.user or "–", ""))


class ComparisonSource:
    """A comparison as an export wants it: every entry of the three lists, a row each."""

    columns: Sequence[Column] = _COLUMNS
    in_memory = True

    def __init__(self, found: Comparison) -> None:
        entries = [(tr(TITLES[key]), one) for key, listed in lists(found).items() for one in listed]
        self._rows = {
            place: Row((where, one.ref, one.name, place_words(one), one.user, tr(_STATES[one.offered].text)))
            for place, (where, one) in enumerate(entries)
        }

    @property
    def all_keys(self) -> Keys:
        return Keys("q", self._rows)

    def keys(self, context: TaskContext, query: Query, first: Callable[[Keys], None]) -> Keys:
        return self.all_keys

    def rows(self, keys: Sequence[int]) -> Mapping[int, Row]:
        return {key: self._rows[key] for key in keys if key in self._rows}

    def total(self) -> int:
        return len(self._rows)
