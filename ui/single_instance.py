"""One window on one embedded database: a second start brings the first window to the front and ends.

Whoever holds the lock on a file beside the database is the first; the system frees it when its holder ends, however
that ends. The file tells, to its owner only, a port of this computer and a word; whoever says that word there asks
for the window. Everything else that comes in is dropped unread. (A plain socket: Qt's own, in QtNetwork, would bring
a second TLS along, see ARCHITECTURE.md.)
"""

import contextlib
import hmac
import os
import re
import secrets
import socket
import sys
import threading
from pathlib import Path

from PySide6.QtCore import QObject, QSocketNotifier, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication, QWidget

from app.errors import ConflictError, DatabaseError
from app.tasks import now
from ui.notifying import to_front

_PATIENCE = 10.0
"""Seconds a second start tries to reach the first."""
_CALLERS = 8
_CALLER_MS = 2_000
_WORD = 32
_ADDRESS = re.compile(rb"([1-9]\d{0,4}) ([0-9a-f]{32})\n")
_ANSWER = b"coming\n"
# The address is read while the lock is held, and Windows would not let a locked byte be read.
_LOCKED_BYTE = 1 << 20


def take_turn(file: Path) -> "SingleInstance | None":
    """The right to be the window on the database `file`; None if there is one, which was asked to come forward.

    Raises ConflictError if there is one that does not answer, DatabaseError if nothing can be written there.
    """
    place = file.with_name(file.name + ".window")
    deadline = now() + _PATIENCE
    while True:
        held = _lock(place)
        if held is not None:
            return SingleInstance(held)
        if _ask(place, deadline):
            return None
        if now() > deadline:
            raise ConflictError(
                "Learner Manager is open already and does not answer.",
                hint="Wait a moment and look for its window. If it stays silent, end it in the system's list of "
                "programs and start it again.",
            )
        threading.Event().wait(0.05)  # it is just starting, or just ending


def _lock(place: Path) -> int | None:
    """The open file with the lock on it, None if another program has it."""
    try:
        descriptor = os.open(place, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise DatabaseError(
            f"The database file in “{place.parent}” cannot be opened for writing.",
            hint="Check that you may write in that folder, or choose another with --data.",
        ) from error
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            os.fchmod(descriptor, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _ask(place: Path, deadline: float) -> bool:
    """Whether the window that `place` tells of was reached."""
    with contextlib.suppress(OSError):
        with place.open("rb") as file:
            found = _ADDRESS.fullmatch(file.read(100))
        if found is None:
            return False
        with socket.create_connection(("127.0.0.1", int(found[1])), 2.0) as line:
            line.settimeout(max(0.5, deadline - now()))
            line.sendall(found[2])
            return line.recv(len(_ANSWER)) == _ANSWER
    return False


class _Caller(QObject):
    """One line to the door, for two seconds at most; `gone` with whether the right word was said."""

    gone = Signal(bool)

    def __init__(self, line: socket.socket, word: bytes, parent: QObject) -> None:
        super().__init__(parent)
        self._line, self._word = line, word
        self._said = b""
        line.setblocking(False)
        self._notifier = QSocketNotifier(line.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._listen)
        self._timer = QTimer(self, singleShot=True, interval=_CALLER_MS)
        self._timer.timeout.connect(self.hang_up)
        self._timer.start()

    @Slot()
    def _listen(self) -> None:
        try:
            some = self._line.recv(_WORD + 1)
        except BlockingIOError:
            return
        except OSError:
            some = b""
        self._said += some
        if not some or len(self._said) >= _WORD:
            self.hang_up()

    @Slot()
    def hang_up(self) -> None:
        """Answer what was said, if it was the word, and close the line."""
        self._timer.stop()
        self._notifier.setEnabled(False)
        right = hmac.compare_digest(self._said, self._word)
        with self._line, contextlib.suppress(OSError):
            if right:
                self._line.sendall(_ANSWER)
        self.gone.emit(right)


class SingleInstance(QObject):
    """The first window's end: `window`, once it is there, comes to the front when a second start wants it."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self.window: QWidget | None = None
        self._descriptor = descriptor
        self._word = secrets.token_hex(_WORD // 2).encode()
        self._callers: list[_Caller] = []
        self._door = socket.create_server(("127.0.0.1", 0))
        self._door.setblocking(False)
        self._write(f"{self._door.getsockname()[1]} ".encode() + self._word + b"\n")
        self._notifier = QSocketNotifier(self._door.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._let_in)

    def _write(self, line: bytes) -> None:
        os.ftruncate(self._descriptor, 0)
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        os.write(self._descriptor, line)

    @Slot()
    def _let_in(self) -> None:
        with contextlib.suppress(OSError):  # it may have gone again
            line, _ = self._door.accept()
            if len(self._callers) >= _CALLERS:
                line.close()
                return
            caller = _Caller(line, self._word, self)
            caller.gone.connect(self._heard)
            self._callers.append(caller)

    @Slot(bool)
    def _heard(self, right: bool) -> None:
        caller = self.sender()
        assert isinstance(caller, _Caller)
        self._callers.remove(caller)
        caller.deleteLater()
        if right and self.window is not None:
            _bring_forward(self.window)

    def close(self) -> None:
        """Let the next start be the first."""
        self._notifier.setEnabled(False)
        for caller in list(self._callers):
            caller.hang_up()
        self._door.close()
        with contextlib.suppress(OSError):
            self._write(b"")
        os.close(self._descriptor)


def _bring_forward(window: QWidget) -> None:
    """Show `window` on top, and over it the question that may be open."""
    for one in (window, QApplication.activeModalWidget()):
        if one is not None:
            to_front(one)
    QApplication.alert(window)
