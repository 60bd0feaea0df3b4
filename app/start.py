"""Opening a data folder: what the window and every command without a window begin with."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import insert, select

from app import access, config, grants
from app.access import User
from app.attainments import at_a_glance_kept
from app.config import Settings
from app.db.addresses import parsed
from app.db.database import Database
from app.db.moving import require_finished
from app.db.tables import attainment_type
from app.db.upgrade import upgrade
from app.folders import DataFolder, require_local
from app.secrets import Secrets
from app.server_address import completed
from app.tasks import TaskContext

DEFAULT_TYPES = (("PLR", "Personal Learning Record"), ("PRIOR", "Prior attainment"), ("COLLEGE", "Achieved here"))


def open_folder(
    folder: DataFolder, database_url: str = "", *, agreed: bool = False, secrets: Secrets | None = None
) -> tuple[Settings, Database]:
    """Settings and upgraded database of a data folder, both made if missing. `agreed`: a shared database of an older
    version is brought up to date, which is asked of its owner first. `secrets`: what was typed in this run counts,
    where there is no password store.

    Raises InputError (settings, folder) or DatabaseError (locked, damaged, newer, not writable, full, out of reach);
    UpgradeNeededError where it is for this account to agree.
    """
    folder.make()
    settings = config.load(folder.path)
    url = database_url or settings.database.url
    if url:
        db = Database(completed(url, settings.database, secrets or Secrets()))
    else:
        require_local(folder.database_file)
        db = Database.in_file(folder.database_file)
    try:
        upgrade(db, agreed=agreed)
        require_finished(db)
        access.prepare(db)
        grants.install(db)
        _prepare_types(db)
        at_a_glance_kept.fill(db)
    except BaseException:
        db.close()
        raise
    return settings, db


@dataclass(frozen=True, slots=True)
class Begun:
    """What a run begins with."""

    settings: Settings
    db: Database
    user: User
    rights: access.Rights


def begin(
    context: TaskContext,
    folder: DataFolder,
    database_url: str = "",
    *,
    agreed: bool = False,
    secrets: Secrets | None = None,
) -> Begun:
    """Everything that a start does with the database: opened, and signed in. A task: servers and password stores may
    be silent for long. Whoever is given the database closes it. Raises as `open_folder`, AccessError, Cancelled."""
    settings, db = open_folder(folder, database_url, agreed=agreed, secrets=secrets)
    try:
        context.raise_if_cancelled()
        return Begun(settings, db, *sign_in(db))
    except BaseException:
        db.close()
        raise


def attempt(
    context: TaskContext,
    folder: DataFolder,
    database_url: str = "",
    *,
    agreed: bool = False,
    secrets: Secrets | None = None,
) -> None:
    """Whether the program would start: `begin`, and closed again."""
    begin(context, folder, database_url, agreed=agreed, secrets=secrets).db.close()


def is_first(folder: DataFolder, database_url: str = "") -> bool:
    """Whether nothing says yet where learners are kept: neither the command line, nor settings, nor a database that
    is there. Makes nothing. Raises InputError (settings)."""
    if database_url or folder.database_file.exists():
        return False
    return not folder.settings_file.exists() or not config.load(folder.path).database.url


def embedded_file(folder: DataFolder, database_url: str = "") -> Path | None:
    """The file that `open_folder` would open; None if it is a shared database. Opens nothing.

    Raises InputError (settings, folder).
    """
    folder.make()
    url = database_url or config.load(folder.path).database.url
    if not url:
        return folder.database_file
    address = parsed(url)
    return Path(address.database) if address.get_backend_name() == "sqlite" and address.database else None


def sign_in(db: Database) -> tuple[User, access.Rights]:
    """The user of this run and what they may do. Raises AccessError."""
    user = access.sign_in(db)
    with db.read() as tx:
        return user, access.rights(tx, user)


def _prepare_types(db: Database) -> None:
    known = select(attainment_type.c.id).limit(1)
    with db.read() as tx:
        if tx.execute(known).first() is not None:
            return
    with db.write() as tx:
        db.alone(tx)  # of two who open a new database together, one is the first
        if tx.execute(known).first() is None:
            tx.execute(insert(attainment_type), [{"code": code, "title": title} for code, title in DEFAULT_TYPES])
