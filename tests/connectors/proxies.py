"""A real HTTP proxy on loopback that puts callers through, or does not."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class LoopbackProxy:
    """Puts every CONNECT through to `target`, whatever name was asked for; or answers `refusal` to it."""

    def __init__(self, target: int, refusal: bytes = b"") -> None:
        self.asked: list[bytes] = []
        self._target, self._refusal = target, refusal
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._serve, daemon=True)]
        self._threads[0].start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        for line in [self._listening, *self._open]:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()
        for thread in self._threads:
            thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listening.accept()
            except OSError:
                return
            self._open.append(line)
            thread = threading.Thread(target=self._answer, args=(line,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _answer(self, line: socket.socket) -> None:
        head = b""
        with contextlib.suppress(OSError):
            while b"\r\n\r\n" not in head:
                piece = line.recv(4096)
                if not piece:
                    return
                head += piece
            self.asked.append(head)
            if self._refusal:
                line.sendall(self._refusal)
                line.close()
                return
            there = socket.create_connection(("127.0.0.1", self._target), 5)
            self._open.append(there)
            line.sendall(b"HTTP/1.1 200 Connection established\r\nVia: 1.1 loopback\r\n\r\n")
            back = threading.Thread(target=_pass_on, args=(there, line), daemon=True)
            self._threads.append(back)
            back.start()
            _pass_on(line, there)


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)


@contextmanager
def proxy_to(port: int, refusal: bytes = b"") -> Iterator[LoopbackProxy]:
    proxy = LoopbackProxy(port, refusal)
    try:
        yield proxy
    finally:
        proxy.stop()


def refusing(status: str) -> bytes:
    return f"HTTP/1.1 {status}\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n".encode()
