"""Connections are lent, and given up together. One that is out just then is closed when it comes back: its pool has
gone, and there it would hold the file, or a place of the server, until the collector of garbage comes."""

import threading
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

_KEPT_SINCE = "kept_since"


class Lender:
    """Lends the connections of an engine, from any thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._given_up = 0
        """Odd while they are being given up, and for good once closed: what comes back then is not kept."""
        event.listen(engine, "checkin", self._take_back)

    def connect(self) -> Connection:
        # Asked before: one lent while they are given up may be of either pool, and is not kept.
        since = self._given_up
        connection = self._engine.connect()
        connection.info[_KEPT_SINCE] = since
        return connection

    def renew(self) -> None:
        """Give up all connections; the next are made anew."""
        with self._lock:
            closed = self._given_up % 2
            self._given_up += 1 + closed
            self._engine.dispose()
            self._given_up += 1 - closed

    def close(self) -> None:
        """Give up all connections; none is kept any more."""
        with self._lock:
            self._given_up += 1 + self._given_up % 2
            self._engine.dispose()

    def _take_back(self, _: Any, entry: ConnectionPoolEntry) -> None:
        now = self._given_up
        if now % 2 or entry.info.get(_KEPT_SINCE) != now:
            entry.close()
