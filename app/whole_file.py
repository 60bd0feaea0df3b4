"""Files that are there whole or not at all: written beside the target, moved into its place at the end."""

import errno
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from app.errors import InputError
from app.sentence import Sentence

_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG}
_READ_ONLY = {errno.EACCES, errno.EPERM, errno.EROFS}
_PART = ".learner-manager-"
_LEFT_SECONDS = 3_600
"""What nobody wrote to for so long was left by a program that was killed."""


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A binary file to write and seek in, its owner's alone (0600); it becomes `path` if the block ends well.

    When the block is left by any exception, nothing of it stays and an older file at `path` is untouched.
    Raises InputError, with a next step, if the file cannot be written or put into its place.
    """
    try:
        target = path.resolve() if path.is_symlink() else path
        # Not only folders: replacing a device such as /dev/null would be worse.
        if target.exists() and not target.is_file():
            raise InputError(Sentence("{file} is not a file.", file=path.name), hint="Choose another name.")
        if is_open_database(target):
            raise InputError(
                Sentence("{file} is a database that is in use.", file=path.name), hint="Choose another name."
            )
        part = part_beside(target)
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    except OSError as error:
        raise cannot_write(error, path) from error
    try:
        with open(descriptor, "w+b") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        _replace(part, target)
    except OSError as error:
        raise cannot_write(error, path) from error
    finally:
        part.unlink(missing_ok=True)


def is_open_database(path: Path) -> bool:
    """Whether this or another program works with the database in `path`: it has its log beside it then. Such a file
    is left to SQLite: who opens it a second time and closes it gives up every lock on it (POSIX), and another program
    would take itself for the last and remove the log in which this one is writing."""
    database = os.path.realpath(path).removesuffix("-shm").removesuffix("-wal")  # as one of the two beside it
    return os.path.exists(f"{database}-wal")


def part_beside(target: Path) -> Path:
    """The name of a file in which `target` is prepared. What a program that was killed left unfinished in the folder
    goes: it may hold people, and nobody else knows of it."""
    with suppress(OSError):
        for left in target.parent.glob(f"{_PART}*.part*"):
            with suppress(OSError):
                if time.time() - left.stat().st_mtime > _LEFT_SECONDS:
                    left.unlink()
    return target.with_name(f"{_PART}{secrets.token_hex(4)}.part")


def _replace(part: Path, target: Path) -> None:
    try:
        os.replace(part, target)
    except PermissionError as error:
        # Windows does not let a file be replaced that a spreadsheet has open.
        raise InputError(
            Sentence("{file} is open in another program, or you may not replace it.", file=target.name),
            hint="Close it there and try again, or choose another name.",
        ) from error


def cannot_write(error: OSError, path: Path) -> InputError:
    """The sentence for a file that could not be written, by what the system said."""
    if error.errno in _FULL:
        return InputError(
            Sentence("There is no room left for {file}.", file=path.name),
            hint="Free some space on the disk, or choose another folder, and try again.",
        )
    if error.errno in _READ_ONLY:
        return InputError(
            Sentence("You may not write into the folder {folder}.", folder=path.parent.name or str(path.parent)),
            hint="Choose another folder, or ask for the right to write there.",
        )
    if error.errno in {errno.ENOENT, errno.ENOTDIR}:
        return InputError(
            Sentence("The folder for {file} does not exist.", file=path.name),
            hint="Make it first, or choose another folder.",
        )
    return InputError(
        Sentence(
            "{file} could not be written ({error}).", file=path.name, error=error.strerror or type(error).__name__
        ),
        hint="Choose another folder or a shorter name, and try again.",
    )
