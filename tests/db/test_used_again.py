"""A database of the tests' server that is used again is as good as a new one."""

from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy import insert

from app.db.database import Database
from app.db.tables import metadata, setting
from tests.builders import add_attainment, add_learner, first_user, snapshot
from tests.db.postgresql import Server


def contents(server: Server, address: str) -> object:
    """Every row of every table, and where the counters stand."""
    name = address.rpartition("/")[2]
    db = Database(address)
    kept = snapshot(db, *metadata.tables, without=())
    db.close()
    return kept, server.run("select sequencename, last_value from pg_sequences order by 1", name)


def rows(server: Server, address: str) -> None:
    db = Database(address)
    key = add_learner(db)
    add_attainment(db, key, links=[(1, "AO", None)])
    first_user(db)
    with db.write() as tx:
        tx.execute(insert(setting), {"key": "another", "value": "1"})
    db.close()


def changed_table(server: Server, address: str) -> None:
    server.run("alter table learner add column spare integer", address.rpartition("/")[2])


def dropped_index(server: Server, address: str) -> None:
    server.run("drop index ix_learner_email_fold", address.rpartition("/")[2])


def statistics(server: Server, address: str) -> None:
    rows(server, address)
    server.run("analyze learner", address.rpartition("/")[2])


def many_rows(server: Server, address: str) -> None:
    server.run(
        "insert into setting (key, value) select n::text, repeat('x', 1000) from generate_series(1, 2000) as n",
        address.rpartition("/")[2],
    )


@pytest.mark.parametrize(
    ("spoil", "again"),
    [(rows, True), (many_rows, False), (changed_table, False), (dropped_index, False), (statistics, False)],
)
def test_whatever_a_test_did_the_next_meets_a_new_one(
    server: Server, postgresql_template: str, spoil: Callable[[Server, str], None], again: bool
):
    with server.database(postgresql_template) as address:
        new = contents(server, address)
        spoil(server, address)
        assert spoil in (changed_table, dropped_index) or contents(server, address) != new
    with server.database(postgresql_template) as next_one:
        assert contents(server, next_one) == new
        assert (next_one == address) is again


def test_who_is_still_connected_is_sent_away(server: Server, postgresql_template: str):
    with server.database(postgresql_template) as address:
        left = server.connected(address.rpartition("/")[2])
        left.autocommit = False
        left.execute("insert into setting (key, value) values ('left', '1')")
    with server.database(postgresql_template) as next_one:
        assert next_one == address
        assert server.run("select count(*) from setting where key = 'left'", next_one.rpartition("/")[2]) == [(0,)]
    with pytest.raises(psycopg.OperationalError):
        left.execute("select 1")
    left.close()
