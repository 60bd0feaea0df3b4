"""Learners who are new, written without being planned again: nothing was written since their preview began.

What stands in `file_row.cells` goes into the tables and into the history as it is, days as the text they are kept
as. Only for an embedded database: there the load holds the one write lock, so that what it saw at its beginning holds
to its end; on a server somebody may add a learner meanwhile.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Integer, Row, bindparam, func, select, update

from app.db.database import Database
from app.db.tables import aim, change, file_row, learner
from app.history import Operation
from app.json_text import decoded, encoded
from app.learners.edit import derived
from app.learners.load_cells import AIM_COLUMNS
from app.learners.load_plan import COMPARED, new_places, told

WRITTEN = "loaded"
"""The outcome of a row that was loaded."""
_FIRST_AIM = ("id", "learner_id", "year", "seq", "repeat", "seen_in_job_id", *AIM_COLUMNS)
_STORED = tuple(name for name in COMPARED if name != "campus_code")


def last_change(tx: Connection) -> int:
    """The highest id of a change; 0 for none. No learner is written without one."""
    return int(tx.execute(select(func.max(change.c.id))).scalar() or 0)


def untouched(db: Database, tx: Connection, since: int) -> bool:
    """Whether no learner or aim was written after the change `since`, nor will be before `tx` ends but by itself."""
    if not db.embedded:
        return False
    names = (learner.name, aim.name)
    later = select(change.c.id).where(change.c.id > since, change.c.table_name.in_(names)).limit(1)
    return tx.execute(later).first() is None


def new_learner(told_of: Mapping[str, Any], ukprn: str, campus_id: int | None, *, is_prior: bool) -> dict[str, Any]:
    """All columns of a learner who is new, of what a file tells."""
    values = {name: told_of.get(name) for name in _STORED}
    values["campus_id"] = campus_id
    return {**derived(values), "ukprn": ukprn, "postcode_is_prior": is_prior}


class NewLearners:
    """Writes new learners and their aims under one operation; their ids follow each other."""

    def __init__(self, db: Database, again: Operation, job_id: int, ukprn: str, year: str) -> None:
        self._db = db
        self._operation = again
        self._job_id = job_id
        self._ukprn = ukprn
        self._year = year

    def write(
        self, rows: Sequence[Row[Any]], campus_ids: Callable[[Iterable[str | None]], Mapping[str, int]]
    ) -> tuple[Sequence[int], int]:
        """The ids of the learners of these rows of the preview, and how many aims they brought. `campus_ids` makes
        the campuses that are missing."""
        if not rows:
            return (), 0
        stored = [decoded(row.cells) for row in rows]
        campuses = campus_ids(one["v"].get("campus_code") for one in stored)
        learners = [self._learner(one["v"], campuses) for one in stored]
        ids = self._db.new_ids(self._operation.tx, learner, len(learners))
        names = tuple(learners[0])
        lines = [(key, *line) for key, line in zip(ids, map(itemgetter(*names), learners), strict=True)]
        self._db.insert_plain(self._operation.tx, learner, ("id", *names), lines)
        present = ({name: value for name, value in one.items() if value is not None} for one in learners)
        self._operation.note_inserts(learner, zip(ids, ids, map(encoded, present), strict=True))
        self._note_whose(rows, ids)
        added = self._aims([(key, one["a"]) for key, one in zip(ids, stored, strict=True) if one["a"]])
        self._operation.save_changes()
        return ids, added

    def _note_whose(self, rows: Sequence[Row[Any]], ids: Sequence[int]) -> None:
        """The learners of these rows, which the preview did not know: as ids follow each other, a statement for each
        run of rows that do."""
        runs: list[list[int]] = []
        for row, key in zip(rows, ids, strict=True):
            if runs and row.number == runs[-1][1] + 1:
                runs[-1][1] = row.number
            else:
                runs.append([row.number, row.number, key - row.number])
        here = (file_row.c.job_id == self._job_id) & file_row.c.number.between(bindparam("first"), bindparam("last"))
        written = {"learner_id": file_row.c.number + bindparam("plus", type_=Integer), "outcome": WRITTEN}
        told = [dict(zip(("first", "last", "plus"), run, strict=True)) for run in runs]
        self._operation.tx.execute(update(file_row).where(here).values(written), told)

    def _learner(self, values: dict[str, Any], campuses: Mapping[str, int]) -> dict[str, Any]:
        born = values.get("birth_date")
        if born is not None:
            values["birth_date"] = date.fromisoformat(born)
        campus_id = campuses.get(values.get("campus_code", ""))
        is_prior = bool(values.get("postcode_is_prior"))
        made = new_learner(told(values, self._year), self._ukprn, campus_id, is_prior=is_prior)
        made["birth_date"] = born
        return made

    def _aims(self, told_of: Sequence[tuple[int, Sequence[Any]]]) -> int:
        ids = iter(self._db.new_ids(self._operation.tx, aim, sum(len(aims) for _, aims in told_of)))
        lines: list[tuple[Any, ...]] = []
        notes: list[tuple[int, int, str]] = []
        year, job_id, said = self._year, self._job_id, encoded(self._year)
        for key, aims in told_of:
            places = new_places([seq for seq, _ in aims])
            for (_, values), (seq, repeat) in zip(aims, places, strict=True):
                at = next(ids)
                lines.append((at, key, year, seq, repeat, job_id, *map(values.get, AIM_COLUMNS)))
                rest = f",{encoded(values)[1:]}" if values else "}"
                after = f'{{"learner_id":{key},"year":{said},"seq":{seq},"repeat":{repeat}{rest}'
                notes.append((at, key, after))
        self._db.insert_plain(self._operation.tx, aim, _FIRST_AIM, lines)
        self._operation.note_inserts(aim, notes)
        return len(lines)
