"""The history held against the model: every operation, every run, and a change for every row that came or went."""

from collections import Counter
from typing import Any

from sqlalchemy import Table, case, func, select

from app.db.tables import (
    attainment,
    attainment_event,
    award,
    change,
    enrolment,
    extract_record,
    operation,
    progress,
    sync_run,
)
from tests.endurance.college import College
from tests.endurance.model import Model, Seen

NOTED = (attainment, attainment_event, award, enrolment, extract_record, progress)
"""Tables of which every row has come with a change in the history."""
BY_ITSELF = frozenset({"lms_courses", "lms_enrolments", "lms_sender", "extracts_queued"})
"""What the program does by itself: of that the runs and the records are counted."""


def begin(college: College, model: Model) -> None:
    """What was done to set the college up is no act of the run."""
    last, rows = college.rows(select(func.max(operation.c.id), func.count()).select_from(operation))[0]
    model.seen[operation.name] = Seen(last or 0, rows)
    model.seen[change.name] = Seen(rows=college.rows(select(func.count()).select_from(change))[0][0])


def look(college: College, model: Model) -> None:
    """What came since the last look; what was there then is still there (but see `keeping`)."""
    since = model.seen[operation.name]
    for table in NOTED:
        _rows_noted(college, model, table, since.last)
    new = college.rows(select(operation.c.id, operation.c.kind, operation.c.state).where(operation.c.id > since.last))
    kinds = Counter(row.kind for row in new if row.kind not in BY_ITSELF)
    assert kinds == model.done, "an operation is lost or doubled"
    assert not [row.kind for row in new if row.state == "stopped"], "an operation did not end"
    before = college.rows(select(func.count()).where(operation.c.id <= since.last))[0][0]
    assert before == since.rows, "an operation of before is lost"
    noted = model.seen[change.name]
    before = college.rows(select(func.count()).where(change.c.operation_id <= since.last))[0][0]
    assert before == noted.rows, "a change of before is lost"
    noted.rows = college.rows(select(func.count()).select_from(change))[0][0]
    since.last, since.rows = max((since.last, *(row.id for row in new))), since.rows + len(new)
    model.done.clear()
    _runs(college, model)


def _runs(college: College, model: Model) -> None:
    seen = model.seen.setdefault(sync_run.name, Seen())
    new = college.rows(select(sync_run.c.id, sync_run.c.kind, sync_run.c.state).where(sync_run.c.id > seen.last))
    assert Counter(row.kind for row in new) == model.runs, "a run is lost or doubled"
    assert all(row.state != "running" for row in new), "a run did not end"
    before = college.rows(select(func.count()).where(sync_run.c.id <= seen.last))[0][0]
    assert before == seen.rows, "a run of before is lost"
    seen.last, seen.rows = max((seen.last, *(row.id for row in new))), seen.rows + len(new)
    model.runs.clear()


def _rows_noted(college: College, model: Model, table: Table, since: int) -> None:
    """Each new row has come by one change, each that is gone has gone by one, and none did so unnoticed."""
    seen = model.seen.setdefault(table.name, Seen())
    come = func.sum(case((change.c.kind == "insert", 1), (change.c.kind == "delete", -1), else_=0))
    noted = (
        select(change.c.row_id, come)
        .where(change.c.table_name == table.name, change.c.operation_id > since)
        .group_by(change.c.row_id)
        .having(come != 0)
    )
    balance: dict[int, int] = dict(tuple(row) for row in college.rows(noted))
    new = {row.id for row in college.rows(select(table.c.id).where(table.c.id > seen.last))}
    came = {key for key, number in balance.items() if number == 1}
    gone = {key for key, number in balance.items() if number == -1}
    what = f"{table.name}: the history does not add up to the rows"
    assert len(came) + len(gone) == len(balance), what
    # A number that was given back is given again.
    assert new == {key for key in came if key > seen.last}, what
    assert all(key <= seen.last for key in gone), what
    before: Any = college.rows(select(func.count()).where(table.c.id <= seen.last))[0][0]
    assert before == seen.rows + len(came - new) - len(gone), what
    seen.last, seen.rows = max((seen.last, *new)), before + len(new)
