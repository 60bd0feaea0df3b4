"""What database.py does for all others, alike on both databases."""

import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import StatementError

from app.access import User
from app.db.database import Database
from app.db.tables import app_user, learner, operation, plr_check
from app.db.types import Moment
from app.plr.checks import CheckLog
from tests.builders import add_learner, add_learners, learner_values


def test_a_set_of_ids_is_a_table_for_a_while(db: Database):
    ids = add_learners(db, [learner_values(number) for number in range(50)])
    chosen = ids[40:10:-3]
    for transaction in (db.read, db.write):
        with transaction() as tx:
            for some in (chosen, chosen[:2], []):
                with db.ids_as_table(tx, some) as picked:
                    query = select(learner.c.id).join(picked, picked.c.id == learner.c.id).order_by(picked.c.place)
                    assert list(tx.execute(query).scalars()) == some
    with db.write() as tx:  # the same connection again
        tx.exec_driver_sql("create temporary table picked (x integer)")
        tx.exec_driver_sql("drop table picked")


def test_a_hundred_thousand_ids(db: Database):
    with db.read() as tx, db.ids_as_table(tx, range(100_000, 0, -1)) as picked:
        numbers = tx.execute(select(func.count(), func.min(picked.c.place), func.max(picked.c.id))).one()
    assert tuple(numbers) == (100_000, 0, 100_000)


def test_after_a_failure_the_table_is_gone(db: Database):
    with pytest.raises(ZeroDivisionError), db.read() as tx, db.ids_as_table(tx, [1, 2]):
        _ = 1 / 0
    with db.read() as tx, db.ids_as_table(tx, [3]) as picked:
        assert tx.execute(select(picked.c.id)).scalars().all() == [3]


def test_new_ids_are_nobody_elses(db: Database):
    with db.write() as tx:
        first = db.new_ids(tx, learner, 3)
        tx.execute(insert(learner), [{**learner_values(n), "id": key} for n, key in enumerate(first)])
        second = db.new_ids(tx, learner, 2)
        tx.execute(insert(learner), [{**learner_values(n), "id": key} for n, key in enumerate(second, 10)])
        assert db.new_ids(tx, learner, 0) == ()
    third = add_learner(db, 99)
    assert len({*first, *second, third}) == 6


def test_moments_are_one_moment_everywhere(db: Database):
    cairo = timezone(timedelta(hours=2))
    at = datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=cairo)
    with db.write() as tx:
        tx.execute(insert(operation).values(kind="x", computer="x", at=at, state="done"))
        found = tx.execute(select(operation.c.at)).scalar_one()
        assert found == at
        assert found.tzinfo is UTC
        before = select(func.count()).where(operation.c.at < at + timedelta(microseconds=1))
        assert tx.execute(before.where(operation.c.at >= at)).scalar_one() == 1
    assert Moment().python_type is datetime


def test_a_moment_without_a_time_zone_is_refused(db: Database):
    with pytest.raises(StatementError, match="time zone"), db.write() as tx:
        tx.execute(insert(operation).values(kind="x", computer="x", at=datetime(2026, 1, 1), state="done"))


def test_the_databases_clock(db: Database):
    with db.read() as tx:
        assert abs((db.now(tx) - datetime.now(UTC)).total_seconds()) < 60


def test_the_latest_check_of_a_learner_is_the_one_kept(db: Database, user: User):
    keys = [add_learner(db) for _ in range(130)]
    log = CheckLog(db, user)
    for key in keys:
        log.add(key, "records", "a")
    assert log.saved == 100, "a hundred at a time"
    log.save()
    with db.read() as tx:
        first = {row.learner_id: row for row in tx.execute(select(plr_check))}
    again = CheckLog(db, user)
    again.add(keys[0], "failed", "b")
    again.add(keys[0], "refused", "c")
    again.save()
    again.save()
    assert again.saved == 1
    with db.read() as tx:
        second = {row.learner_id: row for row in tx.execute(select(plr_check))}
    assert set(second) == set(first) == set(keys)
    changed = second.pop(keys[0])
    assert (changed.id, changed.outcome, changed.identity_hash) == (first[keys[0]].id, "refused", "c")
    assert changed.at >= first[keys[0]].at
    assert all(second[key] == first[key] for key in second)


def test_an_upsert_of_nothing(db: Database):
    with db.write() as tx:
        db.upsert(tx, app_user, "login", [])


def test_odd_characters_in_the_path(tmp_path):
    """A question mark or a percent sign in a folder's name is part of the name."""
    folder = tmp_path / "what? 100% #1"
    folder.mkdir()
    db = Database.in_file(folder / "learners.sqlite")
    with db.read() as tx:
        assert tx.exec_driver_sql("select 1").scalar_one() == 1
    db.close()
    assert [one.name for one in folder.iterdir()] == ["learners.sqlite"]


def test_the_first_ids_are_those_of_all_also_if_asked_for_before(db: Database):
    known = add_learners(db, [learner_values(number) for number in range(30)])
    query = select(learner.c.id).order_by(learner.c.id)
    for early in (False, True):
        first: list[list[int]] = []
        with db.read() as tx:
            found = db.ids(tx, query, lambda keys: first.append(list(keys)), 7, early=early)  # noqa: B023
        assert (list(found), first) == (known, [known[:7]])


def is_open(connection: Connection) -> bool:
    """Whether the driver's own connection is."""
    driver: Any = connection
    try:
        driver.execute("select 1")
    except (sqlite3.ProgrammingError, psycopg.OperationalError):
        return False
    return True


def drivers_own(tx: Connection) -> Any:
    return tx.connection.driver_connection


def test_what_is_lent_when_the_database_is_closed_is_closed_when_it_comes_back(address: str):
    db = Database(address)
    with db.read() as tx:
        lent = drivers_own(tx)
        db.close()
        assert tx.execute(select(func.count()).select_from(learner)).scalar_one() == 0, "it still reads to the end"
    assert not is_open(lent)
    with db.read() as tx:
        late = drivers_own(tx)
    assert not is_open(late), "nor is one kept that somebody still asks for"


def test_connections_are_kept_until_they_are_renewed(address: str):
    db = Database(address)
    with db.read() as tx:
        lent = drivers_own(tx)
    with db.read() as tx:
        assert drivers_own(tx) is lent
        db._lender.renew()
    assert not is_open(lent)
    with db.read() as tx:
        again = drivers_own(tx)
    with db.read() as tx:
        assert drivers_own(tx) is again
    db.close()
    assert not is_open(again)
    db._lender.renew()
    with db.read() as tx:
        late = drivers_own(tx)
    assert not is_open(late), "closed for good"
