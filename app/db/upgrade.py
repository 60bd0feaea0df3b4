"""Bringing a database up to date, inside the program. A file is copied before it is changed."""

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from app.db.database import Database
from app.errors import DatabaseError

MIGRATIONS = Path(__file__).parent / "migrations"
KEPT_COPIES = 5


def upgrade(database: Database) -> bool:
    """Bring `database` to the newest revision; returns whether anything was done.

    Raises DatabaseError if it was made by a newer version of the program, is damaged, or cannot be written.
    """
    script = ScriptDirectory(str(MIGRATIONS))
    with database.read() as tx:
        here = revision(tx)
    newest = script.get_current_head()
    if here == newest:
        return False
    if here is not None and here not in {step.revision for step in script.walk_revisions()}:
        raise DatabaseError(
            "This database was made by a newer version of Learner Manager.",
            hint="Install the newer version on this computer, then open it again. Nothing was changed.",
        )
    if here is not None and database.file is not None:
        _copy(database.file)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with database.write() as tx:
        config.attributes["connection"] = tx
        command.upgrade(config, "head")
    return True


def revision(tx: Connection) -> str | None:
    """The revision a database stands at; None for a new one."""
    return MigrationContext.configure(tx).get_current_revision()


def _copy(file: Path) -> None:
    """A whole copy beside the database, mode 0600, the newest five kept."""
    folder = file.parent / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    target = folder / f"{file.stem}-{datetime.now(UTC):%Y%m%d-%H%M%S}.db"
    try:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with closing(sqlite3.connect(file)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new)
    except (OSError, sqlite3.Error) as error:
        target.unlink(missing_ok=True)
        raise DatabaseError(
            "The database must be brought up to date, but no copy of it could be made first.",
            hint="Free some disk space or check the folder's rights, then start again. Nothing was changed.",
        ) from error
    for old_copy in sorted(folder.glob(f"{file.stem}-*.db"))[:-KEPT_COPIES]:
        old_copy.unlink()
