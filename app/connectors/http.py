"""Posts over a few kept-alive connections: the one place where this program talks HTTP with the LRS and the LMS.

Python's own `http.client` reads the answers; connections, deadlines and cutting are ours (`wire`), because a
library's pool gives no hold on a status line that trickles, nor on a call that another thread has to end. No
redirect is followed, and of the environment only a proxy has a say (`proxy`).
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self, cast
from urllib.parse import urlsplit

from app import __version__
from app.connectors.http_body import cut_off, read_body
from app.connectors.network_faults import (
    certificate_refused,
    hung_up_after_handshake,
    network_fault,
    refuses_certificate,
)
from app.connectors.proxy import Proxy
from app.connectors.wire import Stage, Wire
from app.errors import ServiceError
from app.tasks import now

_HANG_UPS = (ConnectionError, ssl.SSLEOFError)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long to wait, in seconds, and how much to take, in bytes, packed as well as unpacked."""

    connect: float = 10.0
    read: float = 60.0
    total: float = 180.0
    size: int = 8 * 1024 * 1024
    probe: float = 1.0


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A whole answer, unpacked."""

    status: int
    body: bytes = field(repr=False)
    retry_after: str | None = None
    location: str | None = field(default=None, repr=False)


class _Dropped(Exception):  # noqa: N818 - no failure: the call is made on another connection
    """The service had dropped a kept connection before a byte of the answer."""


class HttpPool:
    """Connections to one address. `post` may be called from as many threads as there are connections; more wait.

    `abort` ends all calls under way from any thread, for ever; leaving the `with` block does so too.
    """

    def __init__(
        self,
        url: str,
        context: ssl.SSLContext | None,
        parallel: int,
        limits: Limits,
        proxy: Proxy | None = None,
        *,
        mutual: bool = True,
        told: Callable[[Exception, Stage], ServiceError] = network_fault,
    ) -> None:
        """`mutual` says that the service wants to see a certificate of ours, so that a line it drops may mean that
        one; `told` makes a failure of the line an error of ours."""
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if context else 80)
        self._path = parts.path
        self._host_header = parts.netloc
        self._context = context
        self._proxy = proxy
        self._limits = limits
        self._told = told
        self._free = threading.Condition()
        self._places = parallel
        self._kept: list[Wire] = []
        self._under_way: set[Wire] = set()
        self._aborted = False
        # The service has taken our certificate at least once, or wants none.
        self._accepted = context is None or not mutual

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abort()

    def abort(self) -> None:
        """End every call under way; they and all later ones raise ServiceError LOCAL28."""
        with self._free:
            self._aborted = True
            kept, self._kept = self._kept, []
            for wire in self._under_way:
                wire.cut()
            self._free.notify_all()
        for wire in kept:
            wire.close()

    def post(
        self,
        body: bytes,
        headers: Mapping[str, str],
        path: str | None = None,
        seconds: float | None = None,
        *,
        never_twice: bool = False,
    ) -> HttpAnswer:
        """Ask once, at the pool's own path or another one of the same host; `seconds`, if given, is how long this
        call may take and be silent, whatever the pool's own limits. A kept line that turns out to be dead is replaced
        by a new one, and the question sent again; `never_twice`: by a new line at once, since it may have arrived.

        Raises ServiceError with LOCAL20 to LOCAL28; a bad HTTP status is an answer, not an error.
        """
        return self._ask("POST", body, headers, path, seconds, never_twice=never_twice)

    def head(self) -> HttpAnswer:
        """What the address says to nothing at all: something is there, and nobody's record was asked for."""
        return self._ask("HEAD", b"", {})

    def probe(self, wire: Wire) -> None:
        """Connect `wire`, say nothing, and listen for a refusal of our certificate; silence is consent.

        The only sure way over TLS 1.3, where the handshake ends before the service has looked at the certificate.
        Raises ServiceError as `post` does; `wire.stage` tells how far it came.
        """
        with self._place():
            self._listen(wire, now() + self._limits.total)

    def _ask(
        self,
        method: str,
        body: bytes,
        headers: Mapping[str, str],
        path: str | None = None,
        seconds: float | None = None,
        *,
        never_twice: bool = False,
    ) -> HttpAnswer:
        message = self._message(method, path or self._path, body, headers)
        silence = seconds or self._limits.read
        with self._place():
            ends = now() + (seconds or self._limits.total)
            if not never_twice and (kept := self._kept_wire()):
                try:
                    with self._using(kept):
                        return self._exchange(kept, method, message, ends, silence)
                except _Dropped:
                    pass
            fresh = Wire(silence)
            try:
                with self._using(fresh):
                    self._connect(fresh, ends)
                    return self._exchange(fresh, method, message, ends, silence)
            except ServiceError as error:
                unexplained = isinstance(error.__cause__, _HANG_UPS) and fresh.stage is not Stage.CONNECTING
                if unexplained and not fresh.heard and not self._accepted:
                    self._listen(Wire(self._limits.read), ends)  # raises if it was the certificate
                raise

    def _listen(self, wire: Wire, ends: float) -> None:
        with self._using(wire):
            try:
                self._connect(wire, ends)
                word = wire.wait_for_word(self._limits.probe)
            except (ConnectionError, ssl.SSLError) as error:
                if refuses_certificate(error):
                    raise certificate_refused() from error
                if isinstance(error, _HANG_UPS) and wire.stage is not Stage.CONNECTING:
                    raise hung_up_after_handshake() from error
                raise
            if word == b"":
                raise hung_up_after_handshake()

    def _connect(self, wire: Wire, ends: float) -> None:
        seconds = min(self._limits.connect, ends - now())
        wire.connect(self._host, self._port, self._context, seconds, self._proxy)

    def _exchange(self, wire: Wire, method: str, message: bytes, ends: float, silence: float) -> HttpAnswer:
        wire.begin(ends, silence)
        wire.sendall(message)
        response = http.client.HTTPResponse(cast(socket.socket, wire), method=method)
        try:
            response.begin()
            # An end among the headers is taken for the end of the headers.
            if wire.ended:
                raise cut_off()
            self._accepted = True
            body = read_body(response, self._limits.size)
            # A body of unknown length ends with the connection, also where it was us who ended that.
            if wire.ended and self._aborted:
                raise ConnectionAbortedError
        finally:
            response.close()
        wire.used = True
        wire.fit = not response.will_close
        headers = response.headers
        return HttpAnswer(response.status, body, headers.get("Retry-After"), headers.get("Location"))

    def _message(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        lines = {
            "Host": self._host_header,
            "User-Agent": f"LearnerManager/{__version__}",
            **headers,
            "Content-Length": str(len(body)),
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        # In one piece: head and body apart would be two TLS records and two packets.
        return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("ascii") + body

    @contextmanager
    def _place(self) -> Iterator[None]:
        with self._free:
            self._free.wait_for(lambda: self._places or self._aborted)
            if self._aborted:
                raise _given_up()
            self._places -= 1
        try:
            yield
        finally:
            with self._free:
                self._places += 1
                self._free.notify()

    @contextmanager
    def _using(self, wire: Wire) -> Iterator[None]:
        """Let `abort` reach the wire; translate what goes wrong on it, once, here; then keep it or close it."""
        with self._free:
            self._under_way.add(wire)
            if self._aborted:
                wire.cut()
        try:
            yield
        except BaseException as error:
            wire.fit = False
            if self._aborted and isinstance(error, Exception):
                raise _given_up() from None
            if isinstance(error, _HANG_UPS) and wire.used and not wire.heard:
                raise _Dropped from error
            if isinstance(error, OSError | ValueError | http.client.HTTPException):
                raise self._told(error, wire.stage) from _quotable(error)
            raise
        finally:
            with self._free:
                self._under_way.discard(wire)
                keep = wire.fit and not self._aborted
                if keep:
                    self._kept.append(wire)
            if not keep:
                wire.close()

    def _kept_wire(self) -> Wire | None:
        while True:
            with self._free:
                if not self._kept:
                    return None
                wire = self._kept.pop()
            if wire.is_quiet():
                wire.fit = False  # until it has done well again
                return wire
            wire.close()


def _quotable(error: Exception) -> Exception | None:
    """The error as a cause, unless it may quote what came over the line."""
    foreign = isinstance(error, http.client.HTTPException | ValueError)
    return None if foreign and not isinstance(error, OSError) else error


def _given_up() -> ServiceError:
    return ServiceError("The call was given up because the run was stopped.", code="LOCAL28")
