"""Calls through a pool of one connection, and servers that send exact bytes, for the tests of the pool."""

import socket
from collections.abc import Callable

import pytest

from app.connectors.http import HttpAnswer, HttpPool, Limits
from app.errors import ServiceError
from tests.connectors.scripted_server import Script, Scripted

SHORT = Limits(connect=1.0, read=0.5, total=1.0, size=100_000, probe=0.2)


def ask(server: Scripted, limits: Limits = SHORT) -> HttpAnswer:
    with HttpPool(server.url, None, 1, limits) as pool:
        return pool.post(b"<question/>", {"X-Test": "yes"})


def failed(server: Scripted, limits: Limits = SHORT) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        ask(server, limits)
    return caught.value


def sending(*pieces: bytes, then: str = "close") -> Callable[[Scripted], Script]:
    """Read one request, send the pieces with a moment between them, then close, reset or hold."""

    def make(server: Scripted) -> Script:
        def script(line: socket.socket, number: int) -> None:
            server.read_request(line)
            for piece in pieces:
                line.sendall(piece)
                server.over.wait(0.01)
            if then == "hold":
                server.over.wait(20)
            elif then == "reset":
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

        return script

    return make


def chunked(*pieces: bytes, end: bytes = b"0\r\n\r\n", head: bytes = b"") -> bytes:
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" + head + b"\r\n" + chunks + end
