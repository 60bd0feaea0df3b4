"""The bytes of one learner file, plain or the single file in a zip: counted, bounded, and watched for changes.

Nothing is ever unpacked to the disk, and the names inside a zip are never used (learner-files.md 7).
"""

import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from app.errors import InputError
from app.sentence import Sentence
from app.tasks import TaskContext
from app.whole_file import is_open_database

CHUNK = 262_144
MOST_UNPACKED = 2_000_000_000
"""A return of 300,000 learners is smaller."""
MOST_RATIO = 500
"""XML of learners shrinks to a twentieth or thirtieth; one file repeated over and over is no return."""
_SMALL = 50_000_000
_MOST_DIRECTORY = 4_000_000

ZIP_MAGIC = b"PK\x03\x04"
_ZIP_END = b"PK\x05\x06"
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, struct.error, NotImplementedError, RuntimeError, ValueError)


class EncodingError(InputError):
    """The bytes are not in the encoding that the file says or implies; `retry_as` is worth a try."""

    def __init__(self, message: str, *, hint: str = "", retry_as: str = "") -> None:
        super().__init__(message, hint=hint)
        self.retry_as = retry_as


def cannot_read(error: OSError, path: Path) -> InputError:
    """The sentence for a file that could not be read, by what the system said."""
    if isinstance(error, FileNotFoundError):
        return InputError(Sentence("{file} is not there any more.", file=path.name), hint="Choose the file again.")
    if isinstance(error, IsADirectoryError):
        return InputError(Sentence("{file} is a folder.", file=path.name), hint="Choose a file in it.")
    if isinstance(error, PermissionError):
        return InputError(
            Sentence("{file} is open in another program, or you may not read it.", file=path.name),
            hint="Close it there and try again, or ask for the right to read it.",
        )
    return InputError(
        Sentence("{file} could not be read ({error}).", file=path.name, error=error.strerror or type(error).__name__),
        hint="Check that the drive is connected, or copy the file to this computer, and try again.",
    )


def _state(stream: BinaryIO) -> tuple[int, int]:
    found = os.fstat(stream.fileno())
    return found.st_size, found.st_mtime_ns


def state_of(path: Path) -> tuple[int, int]:
    """What tells whether a file is still the same. Raises InputError if it cannot be looked at."""
    try:
        found = path.stat()
    except OSError as error:
        raise cannot_read(error, path) from error
    return found.st_size, found.st_mtime_ns


def changed(path: Path) -> InputError:
    """The sentence for a file that is not any more what it was."""
    return InputError(
        Sentence("{file} changed while it was being read, so nothing was taken from it.", file=path.name),
        hint="Wait until the other program has finished with it, then try again.",
    )


@contextmanager
def opened(path: Path) -> Iterator[BufferedReader]:
    """The file to read. Raises InputError if it cannot be read, or if it changed before the block ended well."""
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            # A pipe may wait for ever for somebody who writes into it, and a device may never end.
            raise InputError(Sentence("{file} is not a file.", file=path.name), hint="Choose a file.")
        if is_open_database(path):
            raise InputError(
                Sentence("{file} is a database that is in use.", file=path.name),
                hint="Choose the file that your MIS made.",
            )
        with path.open("rb") as stream:
            before = _state(stream)
            yield stream
            after = path.stat()
            if before != _state(stream) or before != (after.st_size, after.st_mtime_ns):
                raise changed(path)
    except OSError as error:
        raise cannot_read(error, path) from error


def pieces(context: TaskContext, path: Path, text: str = "Reading the file") -> Iterator[bytes]:
    """The bytes of the file, or of the one file in it if it is a zip, piece by piece.

    Tells `context` how far it is. Raises InputError for what cannot be read, Cancelled after a cancel.
    """
    with opened(path) as stream:
        if stream.read(4) == ZIP_MAGIC:
            with open_zip(stream, path.name) as archive:
                yield from unpacked(context, archive, single_file(archive, path.name), text)
            return
        stream.seek(0)
        total, done = max(1, _state(stream)[0]), 0
        while piece := stream.read(CHUNK):
            done += len(piece)
            context.report(min(done, total), total, text)
            yield piece


@contextmanager
def open_zip(stream: BinaryIO, name: str) -> Iterator[zipfile.ZipFile]:
    """The zip in `stream`. Raises InputError, also for what goes wrong while it is being read."""
    damaged = InputError(
        Sentence("{name} is a zip file that is damaged or incomplete.", name=name),
        hint="Copy it or download it again, then try again.",
    )
    _refuse_crowded(stream, name)
    stream.seek(0)
    try:
        archive = zipfile.ZipFile(stream)
    except (*_DAMAGED, UnicodeError) as error:
        raise damaged from error
    try:
        with archive:
            yield archive
    except InputError:
        raise
    except _DAMAGED as error:
        raise damaged from error


def _refuse_crowded(stream: BinaryIO, name: str) -> None:
    """The list of files in a zip is read whole, so its length is looked at before."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - 65_600))
    tail = stream.read()
    at = tail.rfind(_ZIP_END)
    if at >= 0 and len(tail) >= at + 20 and struct.unpack_from("<I", tail, at + 12)[0] > _MOST_DIRECTORY:
        raise InputError(
            Sentence("{name} holds far too many files.", name=name), hint="Choose a zip with one ILR file in it."
        )


def single_file(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    """The one file of a zip. Raises InputError if there is none, or several, or one that needs a password."""
    names = [one for one in archive.infolist() if not one.filename.startswith("__MACOSX/")]
    found = [one for one in names if not one.filename.endswith("/")]  # `is_dir` fails for a name that is empty
    if not found:
        raise InputError(
            Sentence("{name} is an empty zip file.", name=name), hint="Choose the file that your MIS made."
        )
    if len(found) > 1:
        raise InputError(
            Sentence("{name} holds {n:,} files, and it is not clear which one you mean.", name=name, n=len(found)),
            hint="Take the right one out of the zip and choose that.",
        )
    refuse_locked(found[0], name)
    return found[0]


def refuse_locked(member: zipfile.ZipInfo, name: str) -> None:
    """Raise InputError for a file in a zip that needs a password, or would unpack to far too much."""
    if member.flag_bits & 0x1:
        raise InputError(
            Sentence("{name} is protected with a password.", name=name),
            hint="Unzip it with the password first, then choose the file.",
        )
    too_much = member.file_size > _SMALL and member.file_size > MOST_RATIO * max(1, member.compress_size)
    if too_much or member.file_size > MOST_UNPACKED:
        raise _too_big(name)


def _too_big(name: str) -> InputError:
    return InputError(
        Sentence("{name} would unpack to far more than a learner file holds, so it was not opened.", name=name),
        hint="Check where it comes from. If it is right, take the file out of the zip and choose that.",
    )


def unpacked(
    context: TaskContext, archive: zipfile.ZipFile, member: zipfile.ZipInfo, text: str, most: int = MOST_UNPACKED
) -> Iterator[bytes]:
    """The bytes of a file in a zip; what the zip says of its size is not believed."""
    total, done = max(1, member.file_size), 0
    with archive.open(member) as stream:
        while piece := stream.read(CHUNK):
            done += len(piece)
            if done > most:
                raise _too_big(Path(archive.filename or "The file").name)
            context.report(min(done, total), total, text)
            yield piece
