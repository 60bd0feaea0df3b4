"""What taking rows of an import back would do: which enrolments and credit go, and which rows are left because
somebody changed something since (course-record-import.md 8, CR-U1 to CR-U3).

It is read off the history: every change that a row made names that row. A row is taken back whole or not at all.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, func, select

from app.db.among import among
from app.db.tables import award, change, enrolment, file_job, file_row, operation, outgoing_report, reporter, section
from app.history import batched, unpacked
from app.imports.rules import Outcome

DONE = frozenset({Outcome.ENROLLED.value, Outcome.COMPLETED.value, Outcome.CREDITED.value})
"""The outcomes that left something with a learner."""
MATCHED = "held_matched"
_SOME = 5_000
_TABLES: dict[str, Table] = {"enrolment": enrolment, "award": award}
_ROW = (
    file_row.c.id, file_row.c.number, file_row.c.learner_id, file_row.c.outcome, file_row.c.held,
    file_row.c.held_user, file_row.c.held_email,
)  # fmt: skip
"""Of a row of the file; without what it says, for a job may have a million."""
_Spot = tuple[str, int]
"""A row of enrolment or award: the table's name, and the id."""


@dataclass(frozen=True, slots=True)
class Told:
    """Credit that an outside body has heard of, and will not forget (CR-U3)."""

    number: int
    """Of the row in the file."""
    body: str
    exported_at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """One change that a row made of one enrolment or award."""

    row_id: int
    change_id: int
    kind: str
    before: str | None
    version: int


@dataclass(slots=True)
class Plan:
    """What taking rows back comes to."""

    rows: dict[int, Row[Any]]
    """The rows asked for that left something with a learner, by id."""
    waiting: dict[int, Row[Any]]
    """Those that are held."""
    now: dict[_Spot, Row[Any]] = field(default_factory=dict)
    """Enrolments and awards as they stand."""
    steps: dict[_Spot, list[Step]] = field(default_factory=dict)
    """What the rows did to each, the latest first."""
    left: set[int] = field(default_factory=set)
    """Rows that stay: somebody changed something since."""
    told: list[Told] = field(default_factory=list)

    @property
    def taken(self) -> list[int]:
        """Ids of the rows that are taken back."""
        return [key for key in self.rows if key not in self.left]

    def wanted(self, spot: _Spot, moment: datetime) -> dict[str, Any] | None:
        """The values with which an enrolment or award is as it was before the rows; None where it stays."""
        values: dict[str, Any] = {}
        for one in self.steps[spot]:
            if one.row_id in self.left:
                break
            values |= {"removed_at": moment} if one.kind == "insert" else unpacked(_TABLES[spot[0]], one.before)
        return values or None

    @property
    def left_numbers(self) -> list[int]:
        """The numbers of the rows that stay, in the order of the file."""
        return sorted(self.rows[key].number for key in self.left)


def plan(tx: Connection, job_id: int, row_ids: Collection[int] | None = None, *, lock: bool = False) -> Plan:
    """What taking back these rows of a job, or all, would do now. `lock`: none of them attaches from here on."""
    if lock:
        waiting = select(file_row.c.id).where(file_row.c.job_id == job_id, file_row.c.held == "held")
        tx.execute(waiting.order_by(file_row.c.number).with_for_update()).all()
    query = select(*_ROW).where(file_row.c.job_id == job_id)
    rows: Iterable[Any] = tx.execute(query)
    wanted = None if row_ids is None else set(row_ids)
    found = [row for row in rows if wanted is None or row.id in wanted]
    made = Plan(
        {row.id: row for row in found if row.outcome in DONE and row.held in ("no", "attached")},
        {row.id: row for row in found if row.held == "held"},
    )
    _read_steps(tx, made, _operations(tx, job_id, made.rows))
    _read_now(tx, made)
    # Every row wrote something: what the history no longer tells of cannot be taken back.
    made.left |= made.rows.keys() - {one.row_id for steps in made.steps.values() for one in steps}
    left = -1
    while left < len(made.left):
        left = len(made.left)
        _leave_what_more_credit_stands_on(tx, made)
        _leave_what_was_changed(made)
    made.told = _told(tx, made)
    return made


def _operations(tx: Connection, job_id: int, rows: Iterable[int]) -> list[int]:
    """The operations by which the rows were applied: that of the job, and those that attached held ones."""
    found = set(tx.execute(select(file_job.c.operation_id).where(file_job.c.id == job_id)).scalars())
    matched = select(change.c.operation_id).join(operation, operation.c.id == change.c.operation_id)
    matched = matched.where(operation.c.kind == MATCHED, change.c.table_name == file_row.name).distinct()
    for some in batched(sorted(rows), _SOME):
        found |= set(tx.execute(matched.where(among(change.c.row_id, some))).scalars())
    return sorted(one for one in found if one is not None)


def _read_steps(tx: Connection, made: Plan, operations: Sequence[int]) -> None:
    """What was done to an enrolment or award before it was taken off the learner and attached anew is no longer
    there, nor what a row did before it was withdrawn and attached again. The change that attaches it anew does not
    say its row where that is the same as before."""
    steps: dict[_Spot, list[Step]] = defaultdict(list)
    before: dict[_Spot, int | None] = {}
    anew: dict[_Spot, Step] = {}
    begun: set[_Spot] = set()
    query = select(change).where(among(change.c.operation_id, operations), change.c.table_name.in_(tuple(_TABLES)))
    for one in tx.execute(query.order_by(change.c.id.desc())):
        spot, table = (one.table_name, one.row_id), _TABLES[one.table_name]
        if spot in begun:
            continue
        was = unpacked(table, one.before)
        row_id = unpacked(table, one.after).get("file_row_id", before.get(spot))
        step = Step(row_id or 0, one.id, one.kind, one.before, one.version_after)
        if was.get("removed_at") is not None:
            begun.add(spot)
            if row_id is None:
                anew[spot] = step
        if row_id in made.rows and all(each.row_id != row_id for each in steps[spot]):
            steps[spot].append(step)
        if "file_row_id" in was:
            before[spot] = was["file_row_id"]
    for name, table in _TABLES.items():
        for some in batched(sorted(key for at, key in anew if at == name), _SOME):
            for key, row_id in tx.execute(select(table.c.id, table.c.file_row_id).where(among(table.c.id, some))):
                if row_id in made.rows:
                    steps[name, key].append(replace(anew[name, key], row_id=row_id))
    made.steps = {spot: some for spot, some in steps.items() if some}


def _read_now(tx: Connection, made: Plan) -> None:
    for name, table in _TABLES.items():
        ids = sorted(key for at, key in made.steps if at == name)
        for some in batched(ids, _SOME):
            rows = tx.execute(select(table).where(among(table.c.id, some)))
            made.now.update(((name, row.id), row) for row in rows)


def _leave_what_was_changed(made: Plan) -> None:
    """A row stays if anything it wrote was written again by somebody else, and so does what it was built on."""
    settled = False
    while not settled:
        settled = True
        for spot, steps in made.steps.items():
            row = made.now.get(spot)
            version = row.version if row is not None and row.removed_at is None else None
            for one in steps:
                if version is None or one.row_id in made.left or one.version != version:
                    version = None
                    if one.row_id not in made.left:
                        made.left.add(one.row_id)
                        settled = False
                else:
                    version -= 1


def _leave_what_more_credit_stands_on(tx: Connection, made: Plan) -> None:
    """An enrolment stays as it is while its learner keeps credit of the course that came later: it would be credit
    without a record."""
    entered = {
        key: made.now["enrolment", key] for at, key in made.steps if at == "enrolment" and (at, key) in made.now
    }
    sections = {row.section_id for row in entered.values()}
    courses: dict[int, int] = {}
    for some in batched(sorted(sections), _SOME):
        courses |= {
            row.id: row.course_id
            for row in tx.execute(select(section.c.id, section.c.course_id).where(among(section.c.id, some)))
        }
    pairs = {(row.learner_id, courses[row.section_id]): key for key, row in entered.items()}
    others: dict[int, int] = {}
    for some in batched(sorted({learner_id for learner_id, _ in pairs}), _SOME):
        query = select(award).where(among(award.c.learner_id, some), award.c.removed_at.is_(None))
        for row in tx.execute(query):
            key = pairs.get((row.learner_id, row.course_id))
            steps = made.steps.get(("award", row.id))
            if key is not None and (steps is None or steps[0].row_id in made.left):
                others[row.id] = key
    for some in batched(sorted(others), _SOME):
        last = select(change.c.row_id, func.max(change.c.id)).where(
            change.c.table_name == award.name, among(change.c.row_id, some)
        )
        for award_id, change_id in tx.execute(last.group_by(change.c.row_id)):
            steps = made.steps["enrolment", others[award_id]]
            made.left.update(one.row_id for one in steps if one.change_id < change_id)


def _told(tx: Connection, made: Plan) -> list[Told]:
    taken = set(made.taken)
    numbers = {
        key: made.rows[steps[0].row_id].number
        for (at, key), steps in made.steps.items()
        if at == "award" and steps[0].row_id in taken
    }
    found = []
    query = (
        select(outgoing_report.c.award_id, reporter.c.name, outgoing_report.c.exported_at)
        .join(reporter, reporter.c.id == outgoing_report.c.reporter_id)
        .where(outgoing_report.c.exported_at.is_not(None), outgoing_report.c.removed_at.is_(None))
    )
    for some in batched(sorted(numbers), _SOME):
        rows = tx.execute(query.where(among(outgoing_report.c.award_id, some)))
        found += [Told(numbers[row.award_id], row.name, row.exported_at) for row in rows]
    return sorted(found, key=lambda one: (one.number, one.body))
