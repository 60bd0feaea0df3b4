"""The grid of the rows of a checked file: columns, and rows as they are painted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.db.database import Database
from app.imports import apply, checked, job_rows
from app.imports.columns import Column as Said
from app.imports.job_rows import JobLine
from app.imports.rules import Outcome
from app.keys import Keys
from app.tasks import TaskContext
from ui.grids.columns import Column, Kind, Query, Row, Tags
from ui.grids.columns import State as Cell
from ui.import_words import SEVERITIES, outcome_of

COLUMNS = (
    Column("number", "Row", Kind.NUMBER, 56),
    Column("who", "Learner in the File", Kind.MONO, 132, sortable=False, absent="nobody"),
    Column("learner", "Matched Learner", Kind.KEY, 128, absent="nobody yet"),
    Column("course", "Course", Kind.MONO, 96, sortable=False, absent="–", visible=False),
    Column("complete", "Complete", Kind.TEXT, 72, sortable=False, absent="–", visible=False),
    Column("completed_on", "Completed On", Kind.MONO, 100, sortable=False, absent="–"),
    Column("credits", "Credits", Kind.MONO, 62, sortable=False, absent="–"),
    Column("credit_type", "Credit Type", Kind.MONO, 86, sortable=False, absent="–"),
    Column("outcome", "Outcome", Kind.STATE, 182),
    Column("predicted", "Predicted", Kind.STATE, 190, visible=False),
    Column("rules", "Rules", Kind.TAGS, 146, sortable=False),
    Column("message", "What Was Found", Kind.TEXT, 110, sortable=False, stretch=True),
)


@dataclass(frozen=True, slots=True)
class Shows:
    """Which rows are shown, and by what they end. `whole`: the rules that every row of the file needs."""

    job_id: int = 0
    rule: str = ""
    outcome: Outcome | None = None
    surprised: bool = False
    """Only rows that ended otherwise than was foreseen."""
    done: bool = False
    acknowledged: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()
    asks: bool = False
    """Whether anything has to be acknowledged."""

    def outcome_of(self, one: JobLine) -> Outcome:
        """How a row ended, or would."""
        return one.row.outcome or one.row.forecast.under(self.acknowledged, self.whole)


class ImportRowSource:
    """The rows of one job; `shows` is replaced as a whole, so that a task may read it at any time."""

    columns: Sequence[Column] = COLUMNS
    in_memory = False

    def __init__(self, db: Database) -> None:
        self._db = db
        self.shows = Shows()

    def keys(self, context: TaskContext, query: Query, first: Callable[[Keys], None]) -> Keys:
        shows = self.shows
        # What is not applied yet ends by what is acknowledged, which the database does not know.
        asked = shows.outcome if not shows.done and shows.asks else None
        wanted = job_rows.keys_query(
            shows.job_id,
            query.quick,
            query.sort,
            descending=query.descending,
            then=query.then,
            rule=shows.rule,
            outcome=shows.outcome if asked is None else None,
        )
        if shows.surprised:
            wanted = wanted.where(apply.SURPRISED)
        with self._db.read(context) as tx:
            if asked is None:
                return self._db.ids(tx, wanted, first)
            ending = checked.ending(tx, shows.job_id, asked, shows.acknowledged)
            return Keys("q", [key for key in self._db.ids(tx, wanted) if key in ending])

    def total(self) -> int:
        with self._db.read() as tx:
            return int(tx.execute(job_rows.total_query(self.shows.job_id)).scalar_one())

    def rows(self, keys: Sequence[int]) -> Mapping[int, Row]:
        shows = self.shows
        with self._db.read() as tx:
            return {key: _row(one, shows) for key, one in job_rows.rows(tx, keys).items()}


def _row(one: JobLine, shows: Shows) -> Row:
    said = one.said
    tags = [Cell(SEVERITIES[found.weight].icon, found.rule, SEVERITIES[found.weight].role) for found in one.findings]
    return Row(
        cells=(
            one.number,
            one.who or None,
            one.learner or None,
            said.get(Said.COURSE) or None,
            said.get(Said.COMPLETE) or None,
            said.get(Said.COMPLETED_ON) or None,
            said.get(Said.CREDITS) or None,
            said.get(Said.CREDIT_TYPE) or None,
            outcome_of(shows.outcome_of(one), done=shows.done),
            outcome_of(one.row.forecast.outcome, done=False),
            Tags(tuple(dict.fromkeys(tags))),
            " ".join(dict.fromkeys(found.message for found in one.findings)),
        )
    )
