"""One connection: with or without TLS, every wait on it bounded twice, and cut from any thread.

A socket's time-out is per read, so a service that sends a byte now and then would hold a call for ever. Here
each read also looks at the end of the whole call, status line and headers included.
"""

import contextlib
import io
import socket
import ssl
import threading
from collections.abc import Mapping
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from app.connectors.proxy import Proxy, ProxyError
from app.tasks import now

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class Stage(Enum):
    """How far a connection had come when it failed."""

    CONNECTING = auto()
    SECURING = auto()
    READY = auto()


class Wire:
    """A connection to one service, used by one call after another; `cut` alone may come from another thread."""

    def __init__(self, read_seconds: float) -> None:
        self._read_seconds = read_seconds
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._cut = False
        self._ends = 0.0
        self.stage = Stage.CONNECTING
        self.used = False
        """True once an exchange on it succeeded: it may have been dropped by the service since."""
        self.heard = False
        """True once a byte of the present answer has arrived."""
        self.ended = False
        """True once the service, or `cut`, has ended the connection."""
        self.fit = False
        """True once the last exchange ended well, and the connection may be kept."""
        self.server: Mapping[str, Any] = {}
        """The certificate of the service, as `ssl` tells of one it has verified; {} before that."""
        self.version = ""
        """Of the secure line, such as TLSv1.3."""
        self.spoiled = False
        """True once more came than was asked for: whose answer that is nobody can tell."""

    def connect(
        self, host: str, port: int, context: ssl.SSLContext | None, seconds: float, proxy: Proxy | None = None
    ) -> None:
        """Connect, through `proxy` if there is one, and secure the line if a context is given, all within
        `seconds`; raises what sockets raise, and ProxyError."""
        ends = now() + seconds
        if proxy is None:
            plain = self._reach(host, port, ends)
        else:
            try:
                plain = self._reach(proxy.host, proxy.port, ends)
                proxy.open_tunnel(plain, host, port, ends)
            except ProxyError:
                raise
            except OSError as error:
                raise ProxyError(None) from error
        if context is not None:
            self.stage = Stage.SECURING
            plain.settimeout(max(0.001, ends - now()))
            secure = context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
            self._keep(secure)
            secure.do_handshake()
            self.server = secure.getpeercert() or {}
            self.version = secure.version() or ""
        self.stage = Stage.READY

    def _reach(self, host: str, port: int, ends: float) -> socket.socket:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        for number, (family, kind, protocol, _, address) in enumerate(addresses):
            plain = self._keep(socket.socket(family, kind, protocol))
            # An address that swallows everything leaves time for the next one.
            plain.settimeout(max(0.001, (ends - now()) / (len(addresses) - number)))
            try:
                plain.connect(address)
                break
            except OSError:
                self.close()
                if number + 1 == len(addresses):
                    raise
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return plain

    def begin(self, ends: float, silence: float) -> None:
        """A new exchange, which has to be over at `ends` on the clock of `now`, and be silent for `silence` seconds
        at most."""
        self._ends = ends
        self._read_seconds = silence
        self.heard = False

    def sendall(self, data: bytes) -> None:
        self._arm().sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        """What `http.client.HTTPResponse` reads from; `mode` is always rb."""
        return _Reading(self)

    def read_into(self, buffer: "WriteableBuffer") -> int:
        read = self._arm().recv_into(buffer)
        self.heard = self.heard or read > 0
        self.ended = read == 0
        return read

    def wait_for_word(self, seconds: float) -> bytes | None:
        """What arrives within `seconds` though nothing was asked: None for silence, b"" for the end."""
        line = self._open_socket()
        line.settimeout(seconds)
        try:
            return line.recv(1)
        except (TimeoutError, BlockingIOError, ssl.SSLWantReadError):
            return None

    def is_quiet(self) -> bool:
        """Whether the line is fit for another question: still open, and nothing unasked for has arrived.

        The second half matters as much as the first: a late second answer would be taken for the next learner's.
        """
        try:
            return not self.spoiled and self.wait_for_word(0) is None
        except OSError:
            return False

    def cut(self) -> None:
        """End whatever is under way, now; from any thread. The owner notices as an error, and closes."""
        with self._lock:
            self._cut = True
            if self._socket is not None:
                with contextlib.suppress(OSError):  # not connected yet, or no longer
                    # Not SSLSocket's own: that takes the TLS object away under the feet of the reading thread.
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def close(self) -> None:
        with self._lock:
            if self._socket is not None:
                self._socket.close()
            self._socket = None

    def _keep(self, line: socket.socket) -> socket.socket:
        """From here on `cut` reaches this socket."""
        with self._lock:
            if self._cut:
                line.close()
                raise ConnectionAbortedError
            self._socket = line
        return line

    def _arm(self) -> socket.socket:
        left = self._ends - now()
        if left <= 0:
            raise TimeoutError
        line = self._open_socket()
        line.settimeout(min(self._read_seconds, left))
        return line

    def _open_socket(self) -> socket.socket:
        if self._socket is None:
            raise ConnectionAbortedError
        return self._socket


class _Reading(io.BufferedReader):
    """Closing it, as `HTTPResponse` does after each answer, leaves the connection open."""

    def __init__(self, wire: Wire) -> None:
        self._stream = _Stream(wire)
        super().__init__(self._stream, 32 * 1024)

    def close(self) -> None:
        if not self.closed:
            # Bytes beyond the end of an answer are lost with this buffer. They belong to no question.
            self._stream.over = True
            self._stream.wire.spoiled |= bool(self.peek(1))
        super().close()


class _Stream(io.RawIOBase):
    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int | None:
        return None if self.over else self.wire.read_into(buffer)
