"""Lines to a server: asked whether they are there only after some silence, and found to be gone without asking; and
which statements the server plans once."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import select, text

from app import history
from app.db import server_lines
from app.db.database import Database
from app.db.tables import learner
from app.learners import search
from app.mass_change import FEW, change_rows
from tests.builders import add_learners, first_user, learner_values
from tests.db.postgresql import Server

OFTEN = 8
"""More often than a statement is sent whole."""


@pytest.fixture
def db(server: Server, postgresql_template: str) -> Iterator[Database]:
    with server.database(postgresql_template) as address, closing(Database(address)) as db:
        yield db


@pytest.fixture
def asked(db: Database, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often the server was asked whether it is there."""
    told: list[int] = []
    ask = db._engine.dialect.do_ping

    def noted(line: Any) -> bool:
        told.append(1)
        return ask(line)

    monkeypatch.setattr(db._engine.dialect, "do_ping", noted)
    return told


def one(db: Database) -> Any:
    with db.read() as tx:
        return tx.execute(text("select pg_backend_pid()")).scalar_one()


def kept(db: Database, words: str) -> int:
    """How many statements with these words the server keeps for our line."""
    with db.read() as tx:
        query = "select count(*) from pg_prepared_statements where statement like :words"
        return int(tx.execute(text(query), {"words": f"%{words}%"}).scalar_one())


def test_a_line_is_asked_only_after_some_silence(db: Database, asked: list[int], monkeypatch: pytest.MonkeyPatch):
    assert one(db) == one(db) == one(db)
    assert asked == []
    monkeypatch.setattr(server_lines, "FRESH", -1.0)
    assert one(db) == one(db)
    assert asked == [1, 1]


def test_a_line_that_was_ended_is_found_out_at_once(db: Database, server: Server, asked: list[int]):
    first = one(db)
    server.run(f"select pg_terminate_backend({first}, 5000)")
    assert one(db) != first
    assert asked == [1], "it had something to say"


def test_rows_of_a_page_are_planned_once_and_what_users_ask_for_is_not(db: Database):
    for _ in range(OFTEN):
        with db.read() as tx:
            search.rows(tx, [1, 2, 3])
        with db.read() as tx:
            db.ids(tx, search.keys_query(None, "doe"))
            tx.execute(search.total_query()).scalar_one()
    assert kept(db, "at_a_glance") == 1, "and the end of a read does not forget it"
    assert kept(db, "search_fold") == 0
    assert kept(db, "count(*)") == 0


def test_a_change_of_very_many_rows_is_planned_anew(db: Database):
    """A plan for a few rows would take the square of their number."""
    user = first_user(db)
    keys = add_learners(db, [learner_values(number) for number in range(2 * FEW + 1)])
    few, many = keys[:FEW], keys[FEW:]
    for version in range(1, OFTEN + 1):
        for some in (few, many):
            with db.write() as tx:
                operation = history.begin(tx, db, user.id, "learners_filled")
                seen = [(key, version) for key in some]
                assert change_rows(operation, learner, seen, {"tutor_group": f"T{version}"}) == []
                operation.end(tx)
        # Were those of many counted as well, it would be kept after half as many turns.
        assert kept(db, "WITH held") == int(version > server_lines._PLAN_AFTER)
    with db.read() as tx:
        assert set(tx.execute(select(learner.c.version)).scalars()) == {OFTEN + 1}
