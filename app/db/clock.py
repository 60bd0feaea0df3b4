"""The database's own clock inside a statement: the one clock that all computers share."""

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from app.db.types import Moment


class hours_ago(FunctionElement[Any]):  # noqa: N801 - it reads as the functions of SQL do
    """The moment so many hours before the transaction began on a server; before now in an embedded database, whose
    clock is this computer's. As `Moment` stores it."""

    type = Moment()
    inherit_cache = True


@compiles(hours_ago, "sqlite")
def _hours_ago_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    hours = compiler.process(element.clauses, **options)
    return f"(strftime('%Y-%m-%d %H:%M:%f', 'now', '-' || {hours} || ' hours') || '000')"


@compiles(hours_ago, "postgresql")
def _hours_ago_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"(now() - {compiler.process(element.clauses, **options)} * interval '1 hour')"
