"""The histories of extract records as a file: a row for each thing that happened (EX-H2)."""

from collections.abc import Callable, Mapping, Sequence

from app.access import User
from app.db.database import Database
from app.keys import Keys
from app.lms.extracts import history_of, records_list
from app.lms.extracts.history_of import Event
from app.lms.extracts.records_list import CHANGES
from app.tasks import TaskContext
from ui.grids.columns import Column, Kind, Query, Row
from ui.pages.extract_details import event_words

COLUMNS = (
    Column("ref", "Person Code", Kind.MONO),
    Column("name", "Name", Kind.KEY),
    Column("section", "Section", Kind.MONO),
    Column("record", "Record", Kind.NUMBER),
    Column("change", "Change"),
    Column("at", "When", Kind.AGE),
    Column("what", "What"),
    Column("old", "From"),
    Column("new", "To"),
    Column("attempt", "Attempt", Kind.NUMBER),
    Column("who", "Who", staff=True),
    Column("reason", "Reason"),
    Column("message", "LMS Message"),
    Column("sent", "Sent"),
    Column("operation", "Operation", Kind.NUMBER),
)
_CHANGES = dict(CHANGES)


class HistorySource:
    """Of the records `ids` gives, in the order of their ids and of time."""

    columns: Sequence[Column] = COLUMNS
    in_memory = False

    def __init__(self, db: Database, user: User, ids: Keys) -> None:
        self._db, self._user, self._ids = db, user, ids

    def keys(self, context: TaskContext, query: Query, first: Callable[[Keys], None]) -> Keys:
        with self._db.read(context) as tx:
            return history_of.keys(self._db, tx, self._ids, records_list.scope_of(tx, self._user))

    def total(self) -> int:
        return len(self._ids)

    def rows(self, keys: Sequence[int]) -> Mapping[int, Row]:
        with self._db.read() as tx:
            found = history_of.events(tx, keys, records_list.scope_of(tx, self._user))
        return {key: _row(one) for key, one in found.items()}


def _row(one: Event) -> Row:
    attempt = one.what == history_of.ATTEMPT
    return Row(
        cells=(
            one.ref,
            one.name,
            one.course,
            one.record_id,
            _CHANGES.get(one.change, one.change),
            one.at,
            event_words(one),
            one.old,
            None if attempt else one.new,
            one.number,
            one.who or (None if attempt else "system"),
            one.reason,
            one.message,
            one.payload,
            one.operation_id,
        )
    )
