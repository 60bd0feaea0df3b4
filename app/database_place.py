"""Where learners are kept: a file on this computer, or a database on a shared server. Tried out, then written down.

Everything here is about this computer's own settings, so that it works before any database is open.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace

from sqlalchemy import URL, Connection, inspect, select, text

from app import access, config
from app.access import User
from app.config import DatabaseSettings, Settings
from app.config_rules import host_of
from app.db import certificate, server_roles
from app.db.addresses import parsed
from app.db.database import Database
from app.db.tables import app_user
from app.db.upgrade import NEWEST, is_known, revision
from app.errors import AppError, DatabaseError, InputError
from app.folders import DataFolder
from app.secrets import Kept, Secrets
from app.sentence import Sentence, joined
from app.server_address import completed
from app.tasks import TaskContext

PORT = 5432
PASSWORD = "database_password"  # noqa: S105 - its name


@dataclass(frozen=True, slots=True)
class Server:
    """A database on a server, as people name it. `query` is what an address said beside that."""

    host: str = ""
    port: int = PORT
    database: str = ""
    user: str = ""
    ca_file: str = ""
    query: tuple[tuple[str, str | tuple[str, ...]], ...] = ()

    def settings(self, held: DatabaseSettings) -> DatabaseSettings:
        """As the settings file has it, with the rest of what it `held`. Raises InputError naming what cannot be."""
        for name, value, words in (
            ("host", self.host, "Name the computer that the server runs on."),
            ("database", self.database, "Name the name of the database."),
            ("user", self.user, "Name the user to sign in as."),
        ):
            if not value.strip():
                raise InputError(words, field=name)
        if not 0 < self.port < 65_536:
            raise InputError("A port is a number from 1 to 65535.", field="port")
        address = URL.create(
            "postgresql+psycopg",
            username=self.user.strip(),
            host=self.host.strip(),
            port=None if self.port == PORT else self.port,
            database=self.database.strip(),
            query=dict(self.query),
        ).render_as_string()
        for option in config.options_of(DatabaseSettings):
            if option.name == "url" and not option.accepts(address):
                raise InputError("These do not make the address of a database.", field="host")
        return replace(held, url=address, ca_file=self.ca_file.strip())


def server_of(settings: DatabaseSettings) -> Server | None:
    """What the settings name; None for a file on this computer. Raises InputError for what is no address."""
    if not settings.url or (address := parsed(settings.url)).get_backend_name() == "sqlite":
        return None
    return Server(
        host=address.host or "",
        port=address.port or PORT,
        database=address.database or "",
        user=address.username or "",
        ca_file=settings.ca_file,
        query=tuple(address.query.items()),
    )


# ------------------------------------------------------------------------------------------------------- trying out


@dataclass(frozen=True, slots=True)
class Found:
    """What a server said: whether the program would start on it, in a sentence and a next step."""

    works: bool
    message: str
    hint: str = ""


def try_out(context: TaskContext, settings: DatabaseSettings, secrets: Secrets) -> Found:
    """Sign in, and look at what is there; writes nothing. In a task. Raises Cancelled, InputError (the address)."""
    address = completed(settings.url, settings, secrets)
    try:
        with closing(Database(address)) as db, db.read(context) as tx:
            return _looked(db, tx)
    except DatabaseError as error:
        wrong = ""
        if address.host and not address.host.startswith("/") and "certificate" in error.message:
            authorities = str(address.query.get("sslrootcert", ""))
            wrong = certificate.what_is_wrong(address.host, address.port or PORT, authorities)
        return Found(False, wrong or error.message, error.hint)


def _looked(db: Database, tx: Connection) -> Found:
    name = str(tx.execute(text("select current_database()")).scalar_one())
    here = revision(tx)
    if here is None:
        return _empty(tx, name)
    if not is_known(here):
        return Found(
            False,
            "This database was made by a newer version of Learner Manager.",
            "Install the newer version on this computer.",
        )
    if here != NEWEST:
        return _older(tx)
    login = db.role(tx) or ""
    row = tx.execute(select(app_user).where(app_user.c.login == login)).one_or_none()
    if row is None and tx.execute(select(app_user.c.id).limit(1)).first() is not None:
        return Found(
            False,
            Sentence("The server accepts “{login}”, but this account is not a user of the database.", login=login),
            "Ask an administrator to add it on the page Users and Roles.",
        )
    if row is not None and not row.active:
        return Found(
            False,
            Sentence("The account “{login}” is switched off in this database.", login=login),
            "Ask an administrator.",
        )
    roles = access.rights(tx, User(row.id, login, row.name)).roles if row is not None else frozenset()
    held = joined("{these}, {last}", (Sentence(title) for one, title in access.ROLE_TITLES.items() if one in roles))
    words = Sentence("The connection works: signed in to “{name}” as “{login}”.", name=name, login=login)
    return Found(True, words, Sentence("Roles: {held}.", held=held) if held else "")


def _empty(tx: Connection, name: str) -> Found:
    if inspect(tx).get_table_names():
        return Found(False, "This database belongs to another program.", "Choose another one, or an empty one.")
    if not tx.execute(text("select has_schema_privilege(current_schema(), 'create')")).scalar():
        return Found(
            False,
            Sentence("The database “{name}” has no tables yet, and this account may not make them.", name=name),
            "An administrator, who owns the database, has to start “learner-manager db upgrade” first.",
        )
    return Found(
        True,
        Sentence("The connection works, and “{name}” is empty.", name=name),
        "Learner Manager makes its tables there at the next start, and you become its first administrator.",
    )


def _older(tx: Connection) -> Found:
    words = "This database has to be brought up to date before this version can use it."
    if server_roles.owns(tx):
        return Found(True, words, "You own it: Learner Manager asks you at the next start.")
    return Found(
        False,
        words,
        "Ask whoever owns it to start “learner-manager db upgrade”; work with the older version until then.",
    )


# ------------------------------------------------------------------------------------------------------ written down


def keep(
    folder: DataFolder,
    wanted: DatabaseSettings,
    password: str,
    secrets: Secrets,
    allowed: Callable[[], None] = lambda: None,
) -> tuple[Settings, Kept | None]:
    """Write down where learners are kept from the next start on; the password goes into the password store, under the
    host. Returns the settings as they are now, and where the password went. In a task.

    `allowed` raises what keeps the user from it. Raises InputError, AccessError.
    """
    allowed()
    kept = secrets.set(PASSWORD, password, host=host_of(wanted.url)) if password else None
    settings = replace(config.load(folder.path), database=wanted)
    config.save(folder.path, settings)
    return settings, kept


def password_is_kept(settings: DatabaseSettings, secrets: Secrets) -> bool:
    """Whether a password is known for that server; in a task. A store that does not answer knows none."""
    try:
        return bool(settings.url) and secrets.get(PASSWORD, host=host_of(settings.url)) is not None
    except AppError:
        return False
