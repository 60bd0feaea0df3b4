"""A small HTTPS server on loopback whose answers may misbehave on the wire.

The TLS handshake happens in the connection's own thread: wrapping the listening socket would do it in `accept`,
where one silent client stops the service for everybody.
"""

import contextlib
import logging
import os
import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from enum import Enum, auto
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LARGEST_REQUEST = 64 * 1024
HANDSHAKE_SECONDS = 10.0
IDLE_SECONDS = 120.0
DRIP_SECONDS = 0.2

_log = logging.getLogger(__name__)


class Manner(Enum):
    """How an answer goes over the wire."""

    WHOLE = auto()
    HALF = auto()  # the full length is announced, half is sent, then the line is closed
    DRIP = auto()  # a byte now and then
    RESET = auto()  # the line is reset in the middle
    HANG_UP = auto()  # closed without a word
    SILENCE = auto()  # nothing until the client leaves or the service stops


@dataclass(frozen=True, slots=True)
class Call:
    """A request as it came."""

    method: str
    path: str
    headers: Message = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back; `pieces`, if given, are sent in chunks in place of `body`."""

    status: int = 200
    body: bytes = field(default=b"", repr=False)
    content_type: str = "text/xml; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    manner: Manner = Manner.WHOLE
    pieces: Iterable[bytes] | None = field(default=None, repr=False)


class TlsServer(ThreadingHTTPServer):
    """Listens at once, answers from `start()` on. `context` is asked for each new connection; `reply` is called
    in the thread of the connection."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, port: int, context: Callable[[], ssl.SSLContext], reply: Callable[[Call], Reply]) -> None:
        self.reply = reply
        self.stopping = threading.Event()
        self.says_why = True  # send the TLS alert before closing after a failed handshake
        self._context = context
        self._lock = threading.Lock()
        self._connections = 0
        self._open: set[ssl.SSLSocket] = set()
        self._talking: set[threading.Thread] = set()
        self._loop = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        super().__init__(("127.0.0.1", port), _Conversation)
        self._loop.name = f"sandbox {self.port}"

    @property
    def port(self) -> int:
        return int(self.socket.getsockname()[1])

    @property
    def connections(self) -> int:
        """How many TLS connections came about."""
        with self._lock:
            return self._connections

    def start(self) -> None:
        self._loop.start()

    def stop(self) -> None:
        """End all conversations and give the port back. Safe to call twice."""
        self.stopping.set()
        if self._loop.is_alive():
            self.shutdown()
            self._loop.join()
        self.server_close()
        with self._lock:
            lines, threads = list(self._open), list(self._talking)
        for line in lines:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(line, socket.SHUT_RDWR)
        for thread in threads:
            thread.join(2.0)

    def server_bind(self) -> None:
        """Bind without looking up the host's name, which takes seconds where there is no name server."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.port

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = threading.Thread(
            target=self.process_request_thread,
            args=(request, client_address),
            daemon=True,
            name=f"{self._loop.name} line",
        )
        with self._lock:
            self._talking.add(thread)
        thread.start()

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._lock:
                self._talking.discard(threading.current_thread())

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Handshake, then the conversation. `wrap_socket` detaches `request`; from here on only `line` is used."""
        request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line = self._context().wrap_socket(request, server_side=True, do_handshake_on_connect=False)
        with self._lock:
            self._open.add(line)
        try:
            if not self.stopping.is_set() and self._shake_hands(line):
                with self._lock:
                    self._connections += 1
                _Conversation(line, client_address, self)
        except (OSError, ValueError):
            _log.debug("A client left in the middle of a conversation.")
        finally:
            with self._lock:
                self._open.discard(line)
            line.close()

    def _shake_hands(self, line: ssl.SSLSocket) -> bool:
        line.settimeout(HANDSHAKE_SECONDS)
        try:
            line.do_handshake()
        except OSError:
            if self.says_why:
                _let_the_alert_arrive(line)
            return False
        return True

    def handle_error(self, request: Any, client_address: Any) -> None:
        _log.error("The sandbox service failed in an answer.", exc_info=True)


def _let_the_alert_arrive(line: ssl.SSLSocket) -> None:
    """Close our side and read on for a moment: a client of TLS 1.3 is writing already, and a reset would
    overtake the alert that tells it what is wrong with its certificate."""
    with contextlib.suppress(OSError):
        socket.socket.shutdown(line, socket.SHUT_WR)
        line.settimeout(1.0)
        while socket.socket.recv(line, 4096):
            pass


class _Conversation(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    server: TlsServer
    connection: ssl.SSLSocket

    def log_message(self, format: str, *args: Any) -> None:
        """A sandbox keeps no log of who was asked for."""

    def _converse(self) -> None:
        body = self._body()
        if isinstance(body, Reply):
            self.close_connection = True
            self._send(body)
            return
        self._send(self.server.reply(Call(self.command, self.path, self.headers, body)))

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _converse

    def _body(self) -> bytes | Reply:
        if "Transfer-Encoding" in self.headers:
            return Reply(status=411)
        length = self.headers.get("Content-Length", "0" if self.command in ("GET", "HEAD") else "")
        if not length.isdecimal():
            return Reply(status=411)
        if int(length) > LARGEST_REQUEST:
            # Whoever is still sending when the line is closed does not hear why.
            self.rfile.read(min(int(length), 16 * LARGEST_REQUEST))
            return Reply(status=413)
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise ConnectionError
        return body

    def _send(self, reply: Reply) -> None:
        ways: dict[Manner, Callable[[Reply], None]] = {
            Manner.WHOLE: self._send_whole,
            Manner.HALF: self._send_half,
            Manner.DRIP: self._send_drops,
            Manner.RESET: self._reset,
            Manner.HANG_UP: lambda reply: None,
            Manner.SILENCE: self._keep_silent,
        }
        if reply.manner is not Manner.WHOLE:
            self.close_connection = True
        ways[reply.manner](reply)

    def _head(self, reply: Reply) -> bytes:
        lines = [f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}", f"Date: {self.date_time_string()}"]
        if reply.body or reply.pieces is not None:
            lines.append(f"Content-Type: {reply.content_type}")
        if reply.pieces is None:
            lines.append(f"Content-Length: {len(reply.body)}")
        else:
            lines.append("Transfer-Encoding: chunked")
        if self.close_connection:
            lines.append("Connection: close")
        lines += [f"{name}: {value}" for name, value in reply.headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _send_whole(self, reply: Reply) -> None:
        if reply.pieces is None:
            self.wfile.write(self._head(reply) + reply.body)
            return
        self.wfile.write(self._head(reply))
        for piece in reply.pieces:
            if self.server.stopping.is_set():
                self.close_connection = True
                return
            self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")

    def _send_half(self, reply: Reply) -> None:
        self.wfile.write(self._head(reply) + reply.body[: len(reply.body) // 2])

    def _send_drops(self, reply: Reply) -> None:
        self.wfile.write(self._head(reply))
        for place in range(len(reply.body)):
            if self.server.stopping.wait(DRIP_SECONDS):
                return
            self.wfile.write(reply.body[place : place + 1])

    def _reset(self, reply: Reply) -> None:
        self._send_half(reply)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        os.close(self.connection.detach())

    def _keep_silent(self, reply: Reply) -> None:
        """Until the client leaves; `TlsServer.stop` shuts the line, which ends the wait too."""
        self.connection.settimeout(None)
        with contextlib.suppress(OSError):
            while self.connection.recv(1024):
                pass
