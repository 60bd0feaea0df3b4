"""Bringing a database up to date, inside the program. A file is copied before it is changed."""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from app.db import server_roles
from app.db.database import PATIENCE, Database
from app.errors import DatabaseError, UpgradeNeededError
from app.whole_file import part_beside

MIGRATIONS = Path(__file__).parent / "migrations"
NEWEST = "0006"
"""The revision this version needs. When adding a migration: name it here too (a test compares)."""
KEPT_COPIES = 5


def upgrade(database: Database, *, agreed: bool = True, copies: bool = True) -> bool:
    """Bring `database` to the newest revision; returns whether anything was done. A shared one that others work with
    only if that was `agreed`; an embedded one is copied first, unless it is no more than a copy itself.

    Raises DatabaseError if it was made by a newer version of the program, belongs to another program, is damaged,
    or cannot be written; UpgradeNeededError where it is for this account to agree.
    """
    if not _is_behind(database, agreed=agreed, copies=copies):
        return False
    # Alembic takes longer to import than everything else here, and is rarely needed.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with _patient(database) as tx:
        database.alone(tx)
        if revision(tx) == NEWEST:  # another program was quicker
            return False
        config.attributes["connection"] = tx
        command.upgrade(config, "head")
    return True


@contextmanager
def _patient(database: Database) -> Iterator[Connection]:
    """A `write()` that waits for another program's upgrade, and not only as long as for a lock."""
    if not database.embedded:
        with database.write() as tx:
            tx.execute(text(f"set local lock_timeout = '{PATIENCE}s'"))
            yield tx
        return
    address = database.url.update_query_dict({"timeout": str(PATIENCE)})
    with closing(Database(address)) as patient, patient.remaking_tables() as tx:
        yield tx


def _is_behind(database: Database, *, agreed: bool, copies: bool) -> bool:
    """Whether there is something to do; if so, an embedded database is copied first."""
    with database.read() as tx:
        here = revision(tx)
        if here not in (None, NEWEST):
            _refuse_newer(here)
            _require_owner(database, tx, agreed=agreed)
        if here != NEWEST:
            _require_unicode(database, tx)
        if here is None and inspect(tx).get_table_names():
            raise DatabaseError(
                "This database belongs to another program.",
                hint="Choose another one, or an empty one, in the settings. Nothing was changed.",
            )
    if here == NEWEST:
        return False
    if here is not None and database.file is not None and copies:
        _copy(database.file)
    return True


def _require_owner(database: Database, tx: Connection, *, agreed: bool) -> None:
    """On a server tables belong to who made them, and nobody else may change them."""
    if database.embedded:
        return
    if not server_roles.owns(tx):
        raise DatabaseError(
            "This database has to be brought up to date before this version can use it.",
            hint="Ask whoever owns it to start “learner-manager db upgrade”. Until then work with the older version.",
        )
    if not agreed:
        raise UpgradeNeededError(
            "This database has to be brought up to date before this version can use it.",
            hint="You own it: start “learner-manager db upgrade” when nobody else works with it.",
        )


def _require_unicode(database: Database, tx: Connection) -> None:
    """Names have letters of every alphabet; and what `normalize` does, by which people are erased, asks for UTF-8."""
    if not database.embedded and tx.execute(text("show server_encoding")).scalar() != "UTF8":
        raise DatabaseError(
            "This database cannot hold the letters of all names: its encoding is not UTF-8.",
            hint="Ask whoever looks after the server for a database that is made with “encoding 'UTF8'”. Nothing was"
            " changed.",
        )


def is_known(here: str) -> bool:
    """Whether a revision is one of this version, or of an older one."""
    from alembic.script import ScriptDirectory

    return here in {step.revision for step in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}


def _refuse_newer(here: str | None) -> None:
    if here is not None and not is_known(here):
        raise DatabaseError(
            "This database was made by a newer version of Learner Manager.",
            hint="Install the newer version on this computer, then open it again. Nothing was changed.",
        )


def revision(tx: Connection) -> str | None:
    """The revision a database stands at; None for a new one."""
    if not inspect(tx).has_table("alembic_version"):
        return None
    found: str | None = tx.execute(text("select version_num from alembic_version")).scalar()
    return found


def _copy(file: Path) -> None:
    """A whole copy beside the database, mode 0600, the newest five kept."""
    folder = file.parent / "backups"
    # Two programs may begin in the same moment, and each copies before it waits for the other.
    target = folder / f"{file.stem}-{datetime.now(UTC):%Y%m%d-%H%M%S}-{os.getpid()}.db"
    part = part_beside(target)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with closing(sqlite3.connect(file)) as old, closing(sqlite3.connect(part)) as new:
            old.backup(new)
        os.replace(part, target)
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            part.unlink()
        raise DatabaseError(
            "The database must be brought up to date, but no copy of it could be made first.",
            hint="Free some disk space or check the folder's rights, then start again. Nothing was changed.",
        ) from error
    ours = re.compile(re.escape(file.stem) + r"-\d{8}-\d{6}-\d+\.db")
    for old_copy in sorted(one for one in folder.iterdir() if ours.fullmatch(one.name))[:-KEPT_COPIES]:
        with suppress(OSError):  # another program's, or gone: no reason not to start
            old_copy.unlink()
