"""Parsers of databases: a copy that is to be restored, and the file itself, damaged, foreign, or made to harm."""

import sqlite3
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

from app import access, copy_files, db_check
from app.db import moving
from app.db.database import Database
from app.db.upgrade import revision, upgrade
from app.tasks import TaskContext
from tests.fuzz.parser import Parser, listed


@cache
def _whole() -> bytes:
    """A database as this version makes it, with its roles and nobody in it."""
    with tempfile.TemporaryDirectory(prefix="lm-fuzz-") as folder:
        file = Path(folder) / "whole.sqlite"
        with closing(Database.in_file(file)) as db:
            upgrade(db, copies=False)
            access.prepare(db)
        with closing(sqlite3.connect(file)) as line:
            line.execute("pragma journal_mode = delete")
        return file.read_bytes()


def _database(data: bytes) -> bytes:
    """Lines with a place and bytes in hex are changes to a good database; anything else is a file by itself."""
    if not data.startswith(b"@"):
        return data
    made = bytearray(_whole())
    for line in data[1:].split(b"\n")[:200]:
        place, _, new = line.partition(b" ")
        try:
            at, there = int(place) % len(made), bytes.fromhex(new.decode("ascii"))
        except ValueError:
            continue
        made[at : at + len(there)] = there
    return bytes(made)


def _copy(data: bytes, path: Path) -> Any:
    """A file that is to be restored; nothing about it may change."""
    file = path.with_name("copy.sqlite")
    content = _database(data)
    file.write_bytes(content)
    with copy_files.opened(TaskContext(), file, path.parent / "beside") as (copy, older), copy.read() as tx:
        came = older, moving.counts_of(tx)
    assert file.read_bytes() == content
    return came


def _opened(data: bytes, path: Path) -> Any:
    """The database itself, as a start of the program opens it."""
    with closing(_in_place(data, path)) as db, db.read() as tx:
        return revision(tx)


def _checked(data: bytes, path: Path) -> Any:
    """As *Check Database* looks through it."""
    with closing(_in_place(data, path)) as db:
        return db_check.check(TaskContext(), db)


def _in_place(data: bytes, path: Path) -> Database:
    file = path.with_name("learners.sqlite")
    for left in path.parent.glob("learners.sqlite*"):
        left.unlink()
    file.write_bytes(_database(data))
    return Database.in_file(file)


_DATABASE_WORDS = (b"\n100 ", b"\n18 02 02", b"\n4096 0d", b"\n24 00", b"SQLite format 3\0", b"\n60 00000001")
PARSERS = listed(
    *(
        Parser(
            name,
            read,
            (),
            (own, "app.db.failures", *others),
            storable=False,
            slow=True,
            counted=False,
            words=_DATABASE_WORDS,
        )
        for name, read, own, *others in (
            ("database_copy", _copy, "app.copy_files", "app.db.embedded"),
            ("database_file", _opened, "app.db.database", "app.db.embedded"),
            ("database_check", _checked, "app.db_check"),
        )
    )
)
