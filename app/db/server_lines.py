"""Lines to a shared database (PostgreSQL): how they are made, how they are looked at before each use, and which
statements the server plans once."""

import select
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

from app.tasks import now

# A line that was cut is noticed after some nine seconds; without these, not within forty (tech-notes.md 5).
OPTIONS: Mapping[str, Any] = {
    "connect_timeout": 5,
    "application_name": "Learner Manager",
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 8_000,
    "options": "-c timezone=UTC -c lock_timeout=5s -c statement_timeout=120s"
    " -c idle_in_transaction_session_timeout=60s -c client_min_messages=warning",
}
FRESH = 5.0
"""Seconds after its last use for which a line is taken to be there, unless the server said something meanwhile."""
PLANNED_ONCE = {"planned_once": True}
"""Options of a statement that reads a few rows by their ids: its plan is the same whatever the values. Other reading
is planned anew each time, for what a user asks for may fit one row or all of them."""
PLANNED_ANEW = {"planned_once": False}
"""Options of a statement that writes, or looks at what is to be written, and is of very many rows: others are planned
once, for they are of few."""
_PLAN_AFTER = 5
"""So many times a statement is sent whole before the server keeps its plan: the driver's own habit."""
_USED = "used_at"


def prepare(engine: Engine) -> None:
    """Make the lines of an engine so, and look at them."""
    driver_error: type[Exception] = engine.dialect.loaded_dbapi.Error

    def look(driver: Any, entry: ConnectionPoolEntry, _: Any) -> None:
        """A server that restarts, or ends a line, says so, and that is seen without asking; one that was cut says
        nothing and is asked, after some silence only: that takes as long as a command."""
        used = entry.info.get(_USED)
        if used is None or (not driver.closed and now() - used < FRESH and not _has_come(driver.fileno())):
            return
        try:
            engine.dialect.do_ping(driver)
        except driver_error as error:  # the others will not be there either
            raise InvalidatePoolError from error

    event.listen(engine, "do_connect", _connect_patiently)
    event.listen(engine, "checkout", look)
    event.listen(engine, "checkin", _note_use)
    event.listen(engine, "before_cursor_execute", _plan)


def begin(connection: Connection, *, write: bool) -> None:
    """Say how the transaction that comes next works: one that reads sees one state throughout."""
    from psycopg import IsolationLevel

    driver: Any = connection.connection.driver_connection
    level = IsolationLevel.READ_COMMITTED if write else IsolationLevel.REPEATABLE_READ
    if driver.isolation_level is not level:
        driver.isolation_level = level
    driver.only_reads = not write


def _connect_patiently(dialect: Any, record: Any, given: Sequence[Any], options: Mapping[str, Any]) -> Any:
    """In place of the driver's own connecting."""
    from app.db.patience import PatientConnection  # its driver is there only where a server is used

    return PatientConnection.connect(*given, **options)


def _note_use(_: Any, entry: ConnectionPoolEntry) -> None:
    entry.info[_USED] = now()


def _has_come(line: int) -> bool:
    """Whether there is something to read: from a line that is not in use, its end."""
    if sys.platform == "win32":
        return bool(select.select([line], [], [], 0)[0])
    looking = select.poll()
    looking.register(line, select.POLLIN)
    return bool(looking.poll(0))


def _plan(connection: Connection, _cursor: Any, _statement: str, _values: Any, context: Any, _many: bool) -> None:
    driver: Any = connection.connection.driver_connection
    once = context.execution_options.get("planned_once", not driver.only_reads)
    driver.prepare_threshold = _PLAN_AFTER if once else None
