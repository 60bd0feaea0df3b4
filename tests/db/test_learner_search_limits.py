"""Finding learners: how many statements it takes, and searches no sane person would make."""

from collections.abc import Iterator

import pytest
from sqlalchemy import event, select

from app.conditions import MOST_WORDS, Group, Operator, Test
from app.db.database import Database
from app.db.tables import campus
from app.errors import InputError
from app.learners.search import keys_query, rows
from tests.builders import add_learners, learner_values
from tests.db.crowd import Crowd, found


@pytest.fixture
def statements(crowd: Crowd) -> Iterator[list[str]]:
    db, _ = crowd
    seen: list[str] = []

    def note(connection, cursor, statement, *rest) -> None:
        if statement not in ("begin", "begin immediate"):
            seen.append(statement)

    event.listen(db._engine, "before_cursor_execute", note)
    yield seen
    event.remove(db._engine, "before_cursor_execute", note)


def test_one_statement_for_the_ids_and_one_for_a_page(crowd: Crowd, statements: list[str]):
    db, _ = crowd
    group = Group(members=(Test("campus", Operator.CONTAINS, "i"), Test("last_plr", Operator.NOT_BLANK)))
    statements.clear()
    ids = found(db, group, "o", "campus")
    assert len(statements) == 1
    statements.clear()
    with db.read() as tx:
        rows(tx, ids)
    assert len(statements) == 1


def test_the_first_ids_come_early(db: Database):
    add_learners(db, [learner_values(number) for number in range(5_000)])
    arrived: list[int] = []
    with db.read() as tx:
        whole = db.ids(tx, keys_query(sort="ref"), lambda first: arrived.extend(first))
    assert len(whole) == 5_000
    assert arrived == list(whole[:200])
    assert list(whole) == sorted(whole)


def test_a_grid_is_sorted_by_its_index(db: Database):
    """Without a sort of its own: else a million learners take seconds before the first row."""
    add_learners(db, [learner_values(number) for number in range(3_000)])
    for sort in ("family_name", "given_names", "ref", "uln", "birth_date"):
        for descending in (False, True):
            query = keys_query(sort=sort, descending=descending).compile(
                db._engine, compile_kwargs={"literal_binds": True}
            )
            with db.read() as tx:
                if db.embedded:
                    plan = " ".join(row[3] for row in tx.exec_driver_sql(f"explain query plan {query}"))
                    assert "USING INDEX ix_learner_" in plan
                    assert "TEMP B-TREE" not in plan
                else:
                    tx.exec_driver_sql("set local enable_seqscan = off")
                    tx.exec_driver_sql("set local enable_bitmapscan = off")
                    plan = " ".join(row[0] for row in tx.exec_driver_sql(f"explain {query}"))
                    assert "using ix_learner_" in plan
                    assert "Sort" not in plan


@pytest.mark.parametrize(
    ("test", "words"),
    [
        (Test("nonsense", Operator.IS, "x"), "column that does not exist"),
        (Test("birth_date", Operator.CONTAINS, "x"), "cannot be asked"),
        (Test("family_name", Operator.IS, "  "), "value is missing"),
        (Test("family_name", Operator.ANY_OF, ",;\n"), "value is missing"),
        (Test("birth_date", Operator.IS, "tomorrow"), "is not a date"),
        (Test("last_plr", Operator.IS, "2026-02-30"), "is not a date"),
        (Test("uln", Operator.ANY_OF, ",".join(map(str, range(MOST_WORDS + 1)))), "5,001 entries"),
        (Test("family_name", Operator.CONTAINS, "x" * 1_001), "too long"),
    ],
)
def test_a_search_that_cannot_be(test: Test, words: str):
    with pytest.raises(InputError, match=words) as failure:
        keys_query(Group(members=(test,)))
    assert failure.value.hint


def test_a_long_list_is_one_search(crowd: Crowd):
    db, people = crowd
    wanted = [one for one in people if one["uln_state"] == "ok"]
    pasted = "\r\n".join(
        [f"{one['uln'][:3]} {one['uln'][3:]}" for one in wanted] + ["4"] * (MOST_WORDS - len(wanted))
    )
    assert set(found(db, Group(members=(Test("uln", Operator.ANY_OF, pasted),)))) == {one["id"] for one in wanted}


def test_a_filter_no_database_could_hold(crowd: Crowd):
    db, _ = crowd
    for text in ("\0", "a\0", "\ud800", "'; drop table learner; --"):
        found(db, quick=text)
        for field in ("family_name", "uln", "postcode"):
            found(db, Group(members=(Test(field, Operator.CONTAINS, text), Test(field, Operator.IS_NOT, text))))
    with db.read() as tx:
        assert tx.execute(select(campus.c.id)).all()
