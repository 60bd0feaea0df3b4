"""A server that says exactly the bytes a test wants, for what no well-meaning server does."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

PATH = "/LearnerServiceR9.svc"

Script = Callable[[socket.socket, int], None]
"""Given the connection and its number (from 1); returning closes the connection."""


@dataclass
class Scripted:
    url: str
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def read_request(self, line: socket.socket) -> bytes | None:
        """One whole request; None when the client left."""
        data = b""
        while b"\r\n\r\n" not in data:
            if not (piece := line.recv(65536)):
                return None
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        length = next(
            int(row.split(b":")[1]) for row in head.split(b"\r\n") if row.lower().startswith(b"content-length")
        )
        while len(body) < length:
            body += line.recv(65536)
        self.requests.append(head + b"\r\n\r\n" + body)
        return self.requests[-1]


@contextmanager
def scripted(make: Callable[[Scripted], Script]) -> Iterator[Scripted]:
    """Serve on loopback, each connection in a thread of its own, until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = Scripted(f"http://127.0.0.1:{listener.getsockname()[1]}{PATH}")
    script = make(server)
    lines: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def talk(line: socket.socket, number: int) -> None:
        with line, contextlib.suppress(OSError):
            script(line, number)

    def accept() -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            server.connections += 1
            lines.append(line)
            threads.append(threading.Thread(target=talk, args=(line, server.connections)))
            threads[-1].start()

    main = threading.Thread(target=accept)
    main.start()
    try:
        yield server
    finally:
        server.over.set()
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        main.join()
        for line in lines:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join()


def always(reply: bytes, *, close: bool = False) -> Callable[[Scripted], Script]:
    """Answer every request with these bytes."""

    def make(server: Scripted) -> Script:
        def script(line: socket.socket, number: int) -> None:
            while server.read_request(line) is not None:
                line.sendall(reply)
                if close:
                    return

        return script

    return make


def http_answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    rows = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(rows).encode() + b"\r\n\r\n" + body
