"""Moments in changes of very many rows: told as elsewhere in the history, and put back as they were."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Text, cast, select

from app import history
from app.access import User
from app.db.database import Database
from app.db.tables import change, extract_record
from app.mass_change import change_rows
from tests.lms.college import College

WHOLE = datetime(2026, 11, 2, 10, 42, tzinfo=UTC)
MOMENTS = (WHOLE, WHOLE + timedelta(microseconds=1), WHOLE + timedelta(microseconds=120_000), None)


@pytest.fixture
def keys(db: Database) -> list[int]:
    college = College(db)
    city = college.campus("City")
    section = college.section("ART", college.term("Autumn", [city]), [city])
    return [college.record(section, "transmitted", answered_at=moment) for moment in MOMENTS]


def stored(db: Database) -> list[str | None]:
    with db.read() as tx:
        query = select(cast(extract_record.c.answered_at, Text)).order_by(extract_record.c.id)
        return list(tx.execute(query).scalars())


@pytest.mark.parametrize("new", MOMENTS[1:])
def test_moments_are_told_and_put_back_to_the_microsecond(db: Database, user: User, keys: list[int], new):
    before = stored(db)
    changing = [key for key, moment in zip(keys, MOMENTS, strict=True) if moment != new]
    with db.write() as tx:
        operation = history.begin(tx, db, user.id, "extract_statuses")
        owner = select(1).scalar_subquery()
        left = change_rows(
            operation, extract_record, [(key, 1) for key in changing], {"answered_at": new}, owner=owner
        )
        operation.end(tx)
    assert left == []
    with db.read() as tx:
        told = tx.execute(select(change).order_by(change.c.row_id)).all()
        now = tx.execute(select(extract_record.c.answered_at)).scalars().all()
    assert now == [new] * len(MOMENTS)
    told_before = [history.unpacked(extract_record, one.before)["answered_at"] for one in told]
    assert told_before == [moment for moment in MOMENTS if moment != new]
    assert {history.unpacked(extract_record, one.after)["answered_at"] for one in told} == {new}
    summary = history.undo(db, user.id, operation.id)
    assert (summary.undone, summary.left) == (len(changing), 0)
    assert stored(db) == before, "in the very text in which they are stored, by which they sort"


def test_what_was_written_row_by_row_is_put_back_by_a_statement(db: Database, user: User, keys: list[int]):
    before = stored(db)
    with db.write() as tx:
        operation = history.begin(tx, db, user.id, "extract_statuses")
        rows = tx.execute(select(extract_record).order_by(extract_record.c.id)).all()
        moved = WHOLE + timedelta(days=1)
        operation.update_many(
            extract_record, [(row, {"answered_at": moved, "status": "rejected"}, None) for row in rows]
        )
        operation.end(tx)
    assert history.undo(db, user.id, operation.id).undone == len(MOMENTS)
    assert stored(db) == before
