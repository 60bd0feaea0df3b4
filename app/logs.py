"""The log file, which names nobody: ten-digit numbers, secrets, e-mail addresses and queries are masked.

Masking is the net below the rule, not the rule: names, grades and bodies cannot be recognised, so nobody
logs them. Learners are named by their key only.
"""

import faulthandler
import json
import logging
import os
import re
import sys
import threading
import time
from html import escape
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import quote, quote_plus

from app.errors import InputError
from app.reports import report_of
from app.sentence import Sentence

__all__ = ["mask", "note", "register", "start", "stop"]

FILE_NAME = "learner-manager.log"
CRASH_FILE_NAME = "crash.log"
_LARGEST = 2_000_000
_KEPT = 5
_SHORTEST_SECRET = 4
# At their usual level these tell addresses with queries, SQL values or request bodies.
_TALKATIVE = ("urllib3", "requests", "sqlalchemy", "alembic", "keyring", "secretstorage", "asyncio")

# A percent escape right before the digits (%20) would otherwise make them look like twelve.
_TEN_DIGITS = re.compile(r"(?:(?<!\d)|(?<=%[0-9A-Fa-f]{2}))\d{10}(?!\d)")
_QUERY = re.compile(r"\?[\w.%\[\]~-]{1,100}=[^\s\"'<>)]*")
_USER = re.compile(r"(?<=://)[^\s/@\"']{1,300}@")
# Bounded, so that a long line without a blank does not take a time that grows with its square.
_EMAIL = re.compile(r"[^\s@<>\"'(),;:=/\[\]]{1,64}(?:@|%40)[^\s@<>\"'(),;:=/\[\]]{1,255}\.\w{2,}")

# The folder of whoever uses the computer bears their name. "/" is nobody's.
_HOME = re.compile(re.escape(os.path.expanduser("~").rstrip("/\\") or "~") + r"(?=[\\/\"'\s]|$)")

_lock = threading.Lock()
_secrets: set[str] = set()
_secret_pattern: re.Pattern[str] | None = None
_running: list[logging.Handler] = []
_crash_file: TextIO | None = None
_before: list[tuple[logging.Logger, int]] = []
_had_faulthandler = False


def register(secret: str) -> None:
    """Mask `secret` from now on, also as it looks in an address, in XML, in JSON and in a `repr`.

    One of fewer than four characters is passed over: masking every "a" would leave no log.
    """
    global _secret_pattern
    if len(secret) < _SHORTEST_SECRET:
        return
    spoken = secret.encode("utf-8", "replace")
    in_xml = escape(secret, quote=False)
    looks = {
        secret,
        quote(spoken),
        quote(spoken, safe=""),
        quote_plus(spoken),
        in_xml,
        in_xml.replace('"', "&quot;").replace("'", "&apos;"),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        repr(secret)[1:-1],
    }
    with _lock:
        _secrets.update(looks)
        longest_first = sorted(_secrets, key=len, reverse=True)
        _secret_pattern = re.compile("|".join(map(re.escape, longest_first)))


def mask(text: str) -> str:
    """`text` without what may point to a person or open a door."""
    pattern = _secret_pattern
    if pattern is not None:
        text = pattern.sub("[secret]", text)
    text = _HOME.sub("~", text)
    text = _USER.sub("[user]@", text)
    text = _QUERY.sub("?[query]", text)
    text = _EMAIL.sub("[e-mail]", text)
    return _TEN_DIGITS.sub("[10 digits]", text)


class _MaskingFormatter(logging.Formatter):
    """Masks last, when the trace of an exception is part of the text."""

    def __init__(self) -> None:
        super().__init__("%(asctime)sZ %(process)d %(levelname)s %(name)s: %(message)s")
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        theirs = record.exc_text
        if record.exc_info:
            record.exc_text = None  # what another log made of it says more than ours may
        try:
            return mask(super().format(record))
        finally:
            record.exc_text = theirs

    def formatException(self, ei: Any) -> str:
        """Where it happened and what kind it was; what a foreign exception says may be about a person."""
        return report_of(ei[1]) if ei[1] is not None else ""


def _say_little(record: logging.LogRecord) -> None:
    # The library's own answer to a failed line shows its arguments, unmasked, on standard error.
    kind = sys.exc_info()[0]
    if sys.stderr is not None:
        name = kind.__name__ if kind else "unknown"
        sys.stderr.write(f"A log line of {record.module}, line {record.lineno}, was not written ({name}).\n")


class _PrivateFileHandler(RotatingFileHandler):
    """A rotating file that only its owner can read."""

    def _open(self) -> "TextIO":  # type: ignore[override]
        return _open_private(Path(self.baseFilename))

    def rotate(self, source: str, dest: str) -> None:
        # Windows does not rename a file that a second program has open: write on in the same file then.
        try:
            super().rotate(source, dest)
        except OSError:
            return

    def handleError(self, record: logging.LogRecord) -> None:
        _say_little(record)


class _ConsoleHandler(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:
        _say_little(record)


def start(folder: Path, *, console: bool = False) -> None:
    """Log to files in `folder` (`DataFolder.logs`) from now on, with `console` to standard error as well.

    A crash of the interpreter itself leaves its trace in a file beside the log. Started a second time, it
    moves to the new folder. Raises InputError if the files cannot be opened.
    """
    stop()
    try:
        _start(folder, console)
    except OSError as error:
        stop()
        raise InputError(
            Sentence("The log in {folder} cannot be written.", folder=str(folder)),
            hint="Make sure that it is a folder and yours to write, or choose another data folder (--data).",
        ) from error


def _start(folder: Path, console: bool) -> None:
    global _crash_file, _had_faulthandler
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _running.append(_PrivateFileHandler(folder / FILE_NAME, maxBytes=_LARGEST, backupCount=_KEPT))
    if console and sys.stderr is not None:
        _running.append(_ConsoleHandler(sys.stderr))
    root = logging.getLogger()
    for name in _TALKATIVE:
        _set_level(logging.getLogger(name), logging.WARNING)
    _set_level(root, logging.INFO)
    for handler in _running:
        handler.setFormatter(_MaskingFormatter())
        root.addHandler(handler)
    _crash_file = _open_private(folder / CRASH_FILE_NAME)
    _had_faulthandler = faulthandler.is_enabled()
    faulthandler.enable(_crash_file)


def note(text: str) -> None:
    """Put `text`, masked, beside what a crash would write: the next start finds it (`app/crash_notes.py`)."""
    file = _crash_file
    if file is not None:
        file.write(mask(text))
        file.flush()


def stop() -> None:
    """Close the files and put everything back as it was; safe if nothing was started."""
    global _crash_file
    root = logging.getLogger()
    for handler in _running:
        root.removeHandler(handler)
        handler.close()
    _running.clear()
    while _before:
        logger, level = _before.pop()
        logger.setLevel(level)
    if _crash_file is not None:
        faulthandler.disable()
        _crash_file.close()
        _crash_file = None
        if _had_faulthandler and sys.__stderr__ is not None:
            faulthandler.enable(sys.__stderr__)


def _set_level(logger: logging.Logger, level: int) -> None:
    _before.append((logger, logger.level))
    logger.setLevel(level)


def _open_private(path: Path) -> TextIO:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    if sys.platform != "win32":
        os.fchmod(descriptor, 0o600)
    return open(descriptor, "a", encoding="utf-8", errors="backslashreplace")
