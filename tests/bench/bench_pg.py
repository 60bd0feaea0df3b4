"""A million learners on a PostgreSQL server: opening the grid, and ten nested conditions; in an officer's role."""

from contextlib import closing
from typing import Any

from sqlalchemy import Select
from sqlalchemy.dialects import postgresql

from app.keys import Keys
from app.learners import search
from tests.bench.bench_search import GROUP
from tests.bench.measured import Result, measures, paired, result, seconds
from tests.bench.pg_million import LEARNERS, million_college


@measures("pg_grid_open", "pg_search")
def grid_on_a_server() -> list[Result]:
    """The ids of the grid in its order, against the very same SQL through psycopg on a line that is open already."""
    return [
        _against_bare("pg_grid_open", search.keys_query(), most=LEARNERS, early=True),
        _against_bare("pg_search", search.keys_query(GROUP), most=LEARNERS - 1, early=False),
    ]


def _against_bare(name: str, query: Select[Any], most: int, *, early: bool) -> Result:
    statement = str(query.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}))
    college = million_college()
    db, _ = college.opened()
    first: list[Keys] = []
    with closing(db), closing(college.bare()) as bare:

        def ours() -> list[int]:
            with db.read() as tx:
                return list(db.ids(tx, query, first.append, early=early))

        def by_hand() -> list[int]:
            with bare.transaction():
                return [row[0] for row in bare.execute(statement).fetchall()]

        assert 0 < len(ours()) <= most
        assert ours() == by_hand()
        figure, reference = (1000 * one for one in paired(lambda: seconds(ours), lambda: seconds(by_hand)))
    return result(name, figure, "ms", reference, "the same SQL through psycopg", times=1.3)


MEASURES = (grid_on_a_server,)
