"""The grid of import jobs: columns, and rows as they are painted."""

from collections.abc import Callable, Mapping, Sequence

from app.db.database import Database
from app.imports import job_list
from app.imports.job_list import JobRow, JobState
from app.imports.rules import GOOD, Outcome
from app.keys import Keys
from app.tasks import TaskContext
from ui.grids.columns import Column, Kind, Query, Row
from ui.import_words import scope_words, state_of
from ui.look.words import plural

COLUMNS = (
    Column("number", "Job", Kind.NUMBER, 48),
    Column("file", "File", Kind.KEY, 140, elide_middle=True, stretch=True),
    Column("scope", "Importer", Kind.TEXT, 100),
    Column("state", "State", Kind.STATE, 186),
    Column("progress", "Progress", Kind.PROGRESS, 80, sortable=False, absent="–"),
    Column("rows", "Rows", Kind.NUMBER, 60, sortable=False, absent="–"),
    Column("applied", "Applied", Kind.NUMBER, 68, sortable=False, absent="–"),
    Column("refused", "Not Applied", Kind.NUMBER, 88, sortable=False, absent="–"),
    Column("message", "Messages", Kind.TEXT, 104, sortable=False, absent="none"),
    Column("owner", "By", Kind.TEXT, 68),
    Column("started", "Started", Kind.AGE, 76),
    Column("ended", "Ended", Kind.AGE, 76, visible=False, absent="–"),
    Column("computer", "Computer", Kind.TEXT, 110, visible=False),
)
_NOT_APPLIED = (Outcome.ERROR, Outcome.REFUSED, Outcome.NOT_REACHED)
_WORTH_TELLING = {
    Outcome.ERROR: ("{n} error", "{n} errors"),
    Outcome.REFUSED: ("{n} refused", "{n} refused"),
    Outcome.NOT_REACHED: ("{n} not reached", "{n} not reached"),
    Outcome.SKIPPED_DUPLICATE: ("{n} duplicate", "{n} duplicates"),
}


class ImportJobSource:
    """The jobs, in pages."""

    columns: Sequence[Column] = COLUMNS
    in_memory = False

    def __init__(self, db: Database) -> None:
        self._db = db

    def keys(self, context: TaskContext, query: Query, first: Callable[[Keys], None]) -> Keys:
        # Its own order is the latest first.
        wanted = job_list.keys_query(
            query.conditions,
            query.quick,
            query.sort,
            descending=query.descending if query.sort else True,
            then=query.then,
        )
        with self._db.read(context) as tx:
            return self._db.ids(tx, wanted, first)

    def total(self) -> int:
        with self._db.read() as tx:
            return int(tx.execute(job_list.total_query()).scalar_one())

    def rows(self, keys: Sequence[int]) -> Mapping[int, Row]:
        with self._db.read() as tx:
            return {key: _row(one) for key, one in job_list.rows(tx, keys).items()}


def applied_of(one: JobRow) -> int | None:
    """How many rows were written; None where nothing was applied yet."""
    if one.state in (JobState.VALIDATING, JobState.VALIDATED, JobState.FAILED):
        return None
    return sum(one.outcomes.get(outcome, 0) for outcome in GOOD)


def refused_of(one: JobRow) -> int | None:
    """How many rows were not written for a reason, or would not be."""
    if one.state in (JobState.VALIDATING, JobState.FAILED):
        return None
    return sum(one.outcomes.get(outcome, 0) for outcome in _NOT_APPLIED)


def message_of(one: JobRow) -> str | None:
    """Why it ended early, else what is worth a look."""
    if one.message:
        return one.message
    told = [
        plural(one.outcomes[outcome], *words)
        for outcome, words in _WORTH_TELLING.items()
        if one.outcomes.get(outcome)
    ]
    return ", ".join(told) or None


def _row(one: JobRow) -> Row:
    running = one.state in (JobState.IMPORTING, JobState.ABORTED)
    return Row(
        cells=(
            one.id,
            one.file_name,
            scope_words(one),
            state_of(one.state),
            one.percent if running else None,
            one.rows or None,
            applied_of(one),
            refused_of(one),
            message_of(one),
            one.owner,
            one.started_at,
            one.ended_at,
            one.computer,
        )
    )
