"""The address of the database, completed: the password of a server from the password store, and a line to it that is
encrypted and goes to the very computer that is named (tech-notes.md 5)."""

from contextlib import suppress

from sqlalchemy import URL

from app.config import DatabaseSettings
from app.config_rules import host_of, is_loopback
from app.db.addresses import parsed
from app.errors import AppError
from app.secrets import Secrets


def completed(url: str, settings: DatabaseSettings, secrets: Secrets) -> URL:
    """`url` as it is connected to. What it says itself stays: a password, `sslmode`, a socket's folder as `host`.

    Raises InputError for what is no address.
    """
    address = parsed(url)
    if address.get_backend_name() == "sqlite":
        return address
    if address.password is None and address.username:
        # A store that is locked or broken gives none: then the server says what it asks for.
        with suppress(AppError):
            address = address.set(password=secrets.get("database_password", host=host_of(url)))
    named = address.host or str(address.query.get("host", ""))
    if named and not named.startswith("/") and not is_loopback(named) and "sslmode" not in address.query:
        authorities = settings.ca_file or "system"
        address = address.update_query_dict({"sslmode": "verify-full", "sslrootcert": authorities})
    return address
