"""What happens by the calendar: the copy of the day, and what is kept no longer. Between two hours of use many days
pass in which nobody does anything, so that months go by in one run.

A day of the database's own clock cannot be made to pass; so all that was ever written becomes so much older.
"""

from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Table, func, select, text

from app import copies, purge
from app.db.database import Database
from app.db.tables import change, extract_attempt, extract_record, file_job, learner, metadata, operation, sync_run
from app.db.types import Moment
from app.tasks import TaskContext
from tests.endurance.college import College
from tests.endurance.model import Model

DAYS = (40, 10)
"""That pass between two hours, with a copy after each part. History is kept for three months at least: from the
second hour on each purge takes what was two hours ago, so that as much is there from hour to hour."""


class Calendar:
    """The days of a run, and what was copied on which."""

    def __init__(self, college: College, model: Model) -> None:
        self.college, self.model = college, model
        self.today = date.today()
        self.copied: dict[date, dict[str, str | None]] = {}

    def turn(self) -> None:
        """Days pass; the copy of that day is made; what is kept no longer goes."""
        for days in DAYS:
            self.today += timedelta(days=days)
            _grow_older(self.college.db, days)
            self.copy()
        self.purge()

    # -- the copy of the day

    def copy(self) -> None:
        """It holds the learners of just now; asked once more on that day there is nothing to do. Of an embedded
        database only: whoever looks after a server has copies of it."""
        db = self.college.db
        made = copies.daily(TaskContext(), db, self.today)
        assert (made is not None) == db.embedded
        if made is None:
            return
        assert copies.daily(TaskContext(), db, self.today) is None, "a second copy on one day"
        self.copied[self.today] = {ref: one.phone for ref, one in self.model.people.items()}
        self.model.acts["copies"] += 1
        there = {date.fromisoformat(one.stem.removeprefix("daily-")): one for one in made.parent.glob("daily-*.db")}
        kept = {day for day in self.copied if self._is_kept(day)}
        assert there.keys() == kept, "a copy is lost, or kept too long"
        self.copied = {day: self.copied[day] for day in kept}
        for day in (min(kept), self.today):
            with closing(Database.in_file(there[day], is_copy=True)) as copy, copy.read() as tx:
                held = {row.ref: row.phone for row in tx.execute(select(learner.c.ref, learner.c.phone))}
            assert held == self.copied[day], f"the copy of {day} is not what there was"

    def _is_kept(self, day: date) -> bool:
        """Those of the last days, and the first of each month of two years."""
        first = min(one for one in self.copied if (one.year, one.month) == (day.year, day.month))
        months = (self.today.year - day.year) * 12 + self.today.month - day.month
        return day > self.today - timedelta(days=copies.KEPT_DAYS) or (day == first and months <= 24)

    # -- the purge

    def purge(self) -> None:
        """*Purge*: what is old and nothing depends on goes, all of it and nothing else."""
        college, model = self.college, self.model
        before = _held(college)
        done = purge.purge(TaskContext(), college.db, college.user, "Kept no longer")
        after = _held(college)
        assert not done.stopped
        model.done["purged"] += 1
        before.check(after, done.before, done.operation_id)
        gone = len(before.operations) - len(after.operations) + 1
        assert done.gone.operations == gone
        left = after.changes - Counter(after.of(done.operation_id))
        assert done.gone.changes == before.changes.total() - left.total()
        model.seen[change.name].rows -= done.gone.changes
        model.seen[extract_attempt.name].rows -= done.gone.attempts
        assert done.gone.attempts == len(before.attempts) - len(after.attempts)
        model.seen[operation.name].rows -= gone
        model.seen[sync_run.name].rows -= len(before.runs) - len(after.runs)
        model.acts["purged operations"] += gone


@dataclass(frozen=True, slots=True)
class _Held:
    """The history: operations with their moments and what they undo; how many changes they have by table; runs with
    their operations; attempts, and those of a run."""

    operations: dict[int, tuple[datetime, int | None]]
    changes: Counter[tuple[int, str]]
    waiting: Counter[tuple[int, str]]
    """Changes of records that wait for the LMS: they stay."""
    runs: dict[int, tuple[datetime, int | None]]
    attempts: dict[int, tuple[datetime, int, bool]]
    """When it was made, by which run, and whether it stays: of a record that waits, or what the LMS took of the last
    record of an enrolment."""
    files: frozenset[int]
    """Operations of files."""

    def of(self, operation_id: int) -> dict[tuple[int, str], int]:
        return {key: number for key, number in self.changes.items() if key[0] == operation_id}

    def check(self, after: "_Held", moment: datetime, ours: int) -> None:
        """What is younger than the moment is as it was; of what is older just that is left which the rules keep."""
        old = {key for key, (at, _) in self.operations.items() if at < moment}
        left = Counter({key: n for key, n in self.changes.items() if key[0] not in old}) + Counter(
            {key: n for key, n in self.waiting.items() if key[0] in old}
        )
        assert after.changes == left + Counter(after.of(ours)), "changes of the history are lost, or kept too long"
        kept = {key for key, (at, _, stays) in self.attempts.items() if at >= moment or stays}
        assert after.attempts.keys() == kept, "attempts are lost, or kept too long"
        sent = {run for _, run, _ in after.attempts.values()}
        runs = {key for key, (at, _) in self.runs.items() if at >= moment or key in sent}
        assert after.runs.keys() == runs, "runs are lost, or kept too long"
        pointed = after.files | {key for key, _ in after.changes}
        pointed |= {of for _, of in after.runs.values() if of is not None}
        pointed |= {undone for key, (_, undone) in after.operations.items() if undone is not None}
        assert after.operations.keys() == (self.operations.keys() - (old - pointed)) | {ours}


def _held(college: College) -> _Held:
    by_table = select(change.c.operation_id, change.c.table_name, func.count()).group_by(
        change.c.operation_id, change.c.table_name
    )
    waits = select(extract_record.c.id).where(extract_record.c.status.in_(("ready", "transmitted")))
    waiting = by_table.where(change.c.table_name == extract_record.name, change.c.row_id.in_(waits))
    tried: Any = select(
        extract_attempt.c.id, extract_attempt.c.started_at, extract_attempt.c.run_id, _stays().label("stays")
    ).join(extract_record, extract_record.c.id == extract_attempt.c.record_id)
    operations = select(operation.c.id, operation.c.at, operation.c.undoes_id)
    runs = select(sync_run.c.id, sync_run.c.started_at, sync_run.c.operation_id)
    return _Held(
        {row.id: (row.at, row.undoes_id) for row in college.rows(operations)},
        Counter({(row[0], row[1]): row[2] for row in college.rows(by_table)}),
        Counter({(row[0], row[1]): row[2] for row in college.rows(waiting)}),
        {row.id: (row.started_at, row.operation_id) for row in college.rows(runs)},
        {row.id: (row.started_at, row.run_id, bool(row.stays)) for row in college.rows(tried)},
        frozenset(row[0] for row in college.rows(select(file_job.c.operation_id)) if row[0] is not None),
    )


def _stays() -> Any:
    newest = extract_record.alias("newest")
    last = select(func.max(newest.c.number)).where(newest.c.enrolment_id == extract_record.c.enrolment_id)
    taken = extract_attempt.c.result.in_(("accepted", "seen"))
    waits = extract_record.c.status.in_(("ready", "transmitted"))
    return waits | (taken & (extract_record.c.number == last.correlate(extract_record).scalar_subquery()))


def _grow_older(db: Database, days: int) -> None:
    """Every moment in every table, by so many days."""
    with db.write() as tx:
        for table in metadata.sorted_tables:
            moments = [one.name for one in table.c if isinstance(one.type, Moment)]
            if moments:
                tx.execute(text(_older(db, table, moments, days)))


def _older(db: Database, table: Table, moments: list[str], days: int) -> str:
    if db.embedded:  # as `Moment` keeps it, to the microsecond
        whole = "strftime('%Y-%m-%d %H:%M:%S', {0}, '-{1} days') || substr({0}, 20)"
        told = [f"{name} = {whole.format(name, days)}" for name in moments]
    else:
        told = [f"{name} = {name} - interval '{days} days'" for name in moments]
    return f"update {table.name} set {', '.join(told)}"
