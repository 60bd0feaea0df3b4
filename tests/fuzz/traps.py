"""What hostile bytes would reach if a parser followed them: a file with words of its own, and a port that listens."""

import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

FILE, PORT = b"@FILE@", b"@PORT@"
"""Where an input names the trap: it is another one in each run."""
_WORDS = "Canary Trapwell sings"


class Traps:
    """Put into inputs, and looked at afterwards."""

    def __init__(self, file: Path, door: socket.socket) -> None:
        self._file, self._door = file, door
        self._armed = False

    def set(self, data: bytes) -> bytes:
        """The input with the places of the traps in it."""
        self._armed = FILE in data or PORT in data
        port = str(self._door.getsockname()[1]).encode()
        return data.replace(FILE, self._file.as_posix().encode()).replace(PORT, port)

    def sprung(self, texts: Iterable[str]) -> str:
        """What of them was reached; "" for nothing."""
        if not self._armed:
            return ""
        if any(_WORDS in text for text in texts):
            return "a file that the input named was read"
        try:
            line, _ = self._door.accept()
        except BlockingIOError:
            return ""
        line.close()
        return "an address that the input named was called"


@contextmanager
def traps(folder: Path) -> Iterator[Traps]:
    file = folder / "canary.txt"
    file.write_text(_WORDS)
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.setblocking(False)
        yield Traps(file, door)
