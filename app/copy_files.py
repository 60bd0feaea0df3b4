"""A copy of the database as a file: how one is written page by page, and how one is opened to be read, whatever
version of the program made it. Of the file itself nothing is changed."""

import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from app import access
from app.db import embedded
from app.db.database import Database
from app.db.moving import is_marked
from app.db.upgrade import NEWEST, is_known, revision, upgrade
from app.errors import DatabaseError, InputError
from app.sentence import Sentence
from app.tasks import TaskContext
from app.whole_file import cannot_write

_BESIDE = ".older-copy-"
_LEFT_SECONDS = 3_600
"""A folder that nobody has touched for so long was left by a program that was killed."""


def copy_pages(
    context: TaskContext, old: Path, new: Path, connect: Callable[..., sqlite3.Connection] = sqlite3.connect
) -> None:
    """SQLite's own copy: one state of the file, whoever writes meanwhile. Raises DatabaseError, Cancelled."""

    def report(status: int, remaining: int, total: int) -> None:
        context.report(total - remaining, total, "Copying")

    try:
        with closing(connect(old, isolation_level=None)) as source, closing(sqlite3.connect(new)) as target:
            # Held to one state: else it begins anew with each write of somebody else, and may never end.
            source.execute("begin")
            source.execute("select count(*) from sqlite_master").fetchone()
            source.backup(target, pages=2_000, progress=report, sleep=0)
            # One file that needs nothing beside it.
            target.execute("pragma journal_mode = delete")
    except sqlite3.Error as error:
        raise DatabaseError(
            "The database could not be copied.", hint="Check the disk, then try again. Nothing was changed."
        ) from error


@contextmanager
def opened(context: TaskContext, file: Path, beside: Path) -> Iterator[tuple[Database, bool]]:
    """A copy to be read, as this version has it, and whether an older version made it: that one is brought up to date
    in a file of its own, in a folder in `beside` that goes afterwards.

    Raises InputError (no copy of ours, a newer version's, damaged), DatabaseError (no room), Cancelled."""
    copy, is_older = _looked_at(file)
    if not is_older:
        with closing(copy):
            yield copy, False
        return
    copy.close()
    try:
        beside.mkdir(mode=0o700, exist_ok=True)
        forget_left(beside)
        place = TemporaryDirectory(prefix=_BESIDE, dir=beside)  # 0700
    except OSError as error:
        raise cannot_write(error, beside) from error
    with place as name:
        newer = Path(name) / "learners.sqlite"
        _bring_up(context, file, newer)
        with closing(Database.in_file(newer, is_copy=True)) as copy:
            yield copy, True


def forget_left(folder: Path) -> None:
    """Delete what a program that was killed left in `folder`: it holds people."""
    for one in folder.glob(f"{_BESIDE}*"):
        with suppress(OSError):  # another program tidies too
            if time.time() - one.stat().st_mtime > _LEFT_SECONDS:
                shutil.rmtree(one, ignore_errors=True)


def _bring_up(context: TaskContext, file: Path, newer: Path) -> None:
    """Write `file` into `newer` as this version has it, and look whether that is whole."""
    os.close(os.open(newer, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    copy_pages(context, file, newer, embedded.open_copy)
    try:
        with closing(Database.in_file(newer)) as db:
            upgrade(db, copies=False)
            access.prepare(db)  # the roles of this version
            context.raise_if_cancelled()
            with db.read(context) as tx:
                whole = tx.exec_driver_sql("pragma quick_check(1)").scalar() == "ok"
    except DatabaseError as error:
        raise InputError(
            Sentence(
                "{file} was made by an older version of Learner Manager, and could not be brought up to date. {why}",
                file=file.name,
                why=error.message,
            ),
            hint="Check that there is room on the disk, or choose another copy. Nothing was changed.",
        ) from error
    if not whole:
        raise _damaged(file)
    context.raise_if_cancelled()


def _looked_at(file: Path) -> tuple[Database, bool]:
    """A copy as it is, and whether it is one of an older version. Raises InputError."""
    if not file.is_file():
        raise InputError(Sentence("There is no file {file}.", file=file.name), hint="Check the path.")
    try:
        head = embedded.head_of(file)
    except OSError as error:
        raise InputError(
            Sentence("{file} cannot be read.", file=file.name), hint="Check who may read it, or choose another."
        ) from error
    if head is not None and head[:16] != b"SQLite format 3\x00":
        raise InputError(
            Sentence("{file} is no copy of a database.", file=file.name), hint="Choose a file that Back Up wrote."
        )
    try:
        copy = Database.in_file(file, is_copy=True)
    except DatabaseError as error:
        raise InputError(
            Sentence("{file} is no copy of a database. {why}", file=file.name, why=error.message), hint=error.hint
        ) from error
    try:
        with copy.read() as tx:
            found = revision(tx)
            _refuse_other(file, found)
            if is_marked(tx):
                raise InputError(
                    Sentence("{file} is a copy that was not finished: a part is missing.", file=file.name),
                    hint="Choose another one. Nothing was changed.",
                )
    except DatabaseError as error:
        copy.close()
        raise _damaged(file, error.hint) from error
    except InputError:
        copy.close()
        raise
    return copy, found != NEWEST


def _damaged(file: Path, hint: str = "Choose another copy. Nothing was changed.") -> InputError:
    return InputError(Sentence("{file} is no copy of a database, or damaged.", file=file.name), hint=hint)


def _refuse_other(file: Path, found: str | None) -> None:
    """Raise InputError for what is no copy, and for one of a newer version, with the way to one of this."""
    if found is None:
        raise InputError(
            Sentence("{file} is no copy of ours.", file=file.name), hint="Choose a file that Back Up wrote."
        )
    if found != NEWEST and not is_known(found):
        raise InputError(
            Sentence("{file} was made by a newer version of Learner Manager.", file=file.name),
            hint="Install that version on this computer, then restore it there. Nothing was changed.",
        )
