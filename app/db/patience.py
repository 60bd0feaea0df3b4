"""A connection to PostgreSQL that does not wait for ever for a server that hangs.

A hung server still acknowledges what it is sent, so neither keepalives nor `tcp_user_timeout` notice it, and
`statement_timeout` is enforced by the server itself. Only on silence is anything done here.
"""

import contextlib
import socket
import struct
from collections.abc import Generator
from typing import Any, TypeVar

import psycopg
from psycopg import generators
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus

from app.tasks import now

ASK_AFTER = 5.0
"""Seconds of silence after which the server is asked, on a line of its own, whether it is there at all."""
ANSWER_WITHIN = 5.0
"""From the first packet to the answer: so a server that went away is noticed ten seconds after the last word."""
GIVE_UP_AFTER = 130.0
"""Seconds after which a silent connection is given up in any case: a little more than `statement_timeout`."""
_SSL_REQUEST = struct.pack("!ii", 8, 80877103)
"""The first message of PostgreSQL's protocol; any server answers it with one byte."""

T = TypeVar("T")


class NoAnswerError(psycopg.OperationalError):
    """The server was silent for too long; `given_up` if somebody did not want to wait any longer."""

    def __init__(self, *, given_up: bool) -> None:
        super().__init__("the server does not answer")
        self.no_answer = True
        self.given_up = given_up


class PatientConnection(psycopg.Connection[Any]):
    """Raises NoAnswerError, and is closed, when the server does not answer any more."""

    given_up = False
    """Set from any thread: lets whoever waits on this connection go within a tenth of a second."""
    only_reads = False
    """Whether the transaction writes nothing, nor makes anything that later statements could miss."""

    def rollback(self) -> None:
        """As the driver does it; but when nothing was made, the statements that the server has planned are kept."""
        if not self.only_reads or self.info.transaction_status is not TransactionStatus.INTRANS:
            super().rollback()
            return
        with self.lock:
            self.pgconn.send_query_params(b"ROLLBACK", None)
            self.wait(generators.execute(self.pgconn))

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        """The one place where the driver waits: for statements, fetches, copies, commits."""
        return super().wait(self._watched(gen), interval, timeout)

    def _watched(self, gen: PQGen[T]) -> Generator[Any, Any, T]:
        """`gen`, which is sent 0 every `interval` seconds in which nothing has come."""
        try:
            wish = next(gen)
            heard = asked = now()
            while True:
                ready = yield wish
                moment = now()
                if ready:
                    heard = asked = moment
                elif self.given_up or moment - heard > GIVE_UP_AFTER:
                    self._end()
                elif moment - asked > ASK_AFTER:
                    if not self._is_there():
                        self._end()
                    asked = now()
                wish = gen.send(ready)
        except StopIteration as end:
            result: T = end.value
            return result

    def _end(self) -> None:
        self.close()
        raise NoAnswerError(given_up=self.given_up)

    def _is_there(self) -> bool:
        host = self.info.hostaddr or self.info.host
        if not host or host.startswith("/"):  # a socket of this computer
            return True
        began = now()
        with contextlib.suppress(OSError), socket.create_connection((host, self.info.port), ANSWER_WITHIN) as line:
            line.settimeout(max(0.1, ANSWER_WITHIN - (now() - began)))
            line.sendall(_SSL_REQUEST)
            return bool(line.recv(1))
        return False
