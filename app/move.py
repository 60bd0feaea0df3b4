"""*Move to Server*, *Move to This Computer*: everything into the other place, compared; what is here stays."""

import os
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app import copies
from app.access import User
from app.config import DatabaseSettings
from app.db.database import Database
from app.db.moving import Moved, is_marked, take_up_again, written_since
from app.errors import ConflictError, DatabaseError, InputError
from app.folders import DataFolder, require_local
from app.secrets import Secrets
from app.sentence import Sentence
from app.server_address import completed
from app.tasks import TaskContext
from app.whole_file import cannot_write


def move(
    context: TaskContext, db: Database, user: User, folder: DataFolder, wanted: DatabaseSettings, secrets: Secrets
) -> Moved:
    """Copy all of `db` to where `wanted` says, a server or the file of the data folder, and compare; goes on where an
    earlier attempt ended. A database that was left in the data folder is kept among its copies, as long as those.

    Raises AccessError, InputError (the place is no new one), DatabaseError, Cancelled; nothing here is changed.
    """
    if not wanted.url and db.file is not None and db.file.absolute() == folder.database_file.absolute():
        raise InputError("Learners are kept at that place already.", hint="Choose another one.")
    copies.require_whole(db, user)  # before anything is put aside
    with closing(_target(folder, wanted, secrets)) as target:
        return copies.move(context, db, user, target)


def require_unchanged(
    db: Database, folder: DataFolder, wanted: DatabaseSettings, secrets: Secrets, moved: Moved
) -> None:
    """Before the place to which all was moved is opened. Raises ConflictError if something was written in `db` since;
    what is there counts as unfinished then, and `move` goes on with it. Raises DatabaseError."""
    if not written_since(db, moved):
        return
    with closing(_place(folder, wanted, secrets)) as target:
        if take_up_again(target, moved):
            raise ConflictError(
                "Something was written here since it was copied.", hint="Choose Move again, when nobody else works."
            )
    raise ConflictError(
        "Something was written here since it was copied, and somebody works in the new place already.",
        hint="Move into another, empty database, or stay with this one.",
    )


def _target(folder: DataFolder, wanted: DatabaseSettings, secrets: Secrets) -> Database:
    if not wanted.url:
        require_local(folder.database_file)
        if folder.database_file.exists() and not _is_unfinished(folder.database_file):
            _put_aside(folder.database_file, folder.path / "backups")
    return _place(folder, wanted, secrets)


def _place(folder: DataFolder, wanted: DatabaseSettings, secrets: Secrets) -> Database:
    if wanted.url:
        return Database(completed(wanted.url, wanted, secrets))
    return Database.in_file(folder.database_file)


def _is_unfinished(file: Path) -> bool:
    """Whether an earlier attempt left it. It is closed afterwards, so that its log stands in the file."""
    try:
        with closing(Database.in_file(file)) as left, left.read() as tx:
            return is_marked(tx)
    except DatabaseError:  # damaged, or of another program: kept as it is
        return False


def _put_aside(file: Path, backups: Path) -> None:
    """What was left, with its log: committed rows stand there while another program has it open."""
    log = file.with_name(file.name + "-wal")
    kept = _free_name(backups)
    if log.exists() and log.stat().st_size:
        raise InputError(
            Sentence("Another program has the database {file} open that was left on this computer.", file=file.name),
            hint="Close it, then choose Move again.",
        )
    try:
        backups.mkdir(mode=0o700, exist_ok=True)
        os.replace(file, kept)
    except OSError as error:
        raise cannot_write(error, kept) from error
    for left in ("-wal", "-shm"):
        with suppress(OSError):
            file.with_name(file.name + left).unlink()


def _free_name(folder: Path) -> Path:
    """A file that is not there yet: what was put aside a moment ago is never replaced."""
    moment = datetime.now(UTC)
    while (kept := folder / f"{copies.SET_ASIDE}{moment:%Y%m%d-%H%M%S}.db").exists():
        moment += timedelta(seconds=1)
    return kept
