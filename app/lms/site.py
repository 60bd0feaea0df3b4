"""Which site the numbers of courses and accounts belong to: another one counts from 1 again, and its courses would be
taken for those that are known. So the address is remembered with the first list, and another one is asked about."""

from urllib.parse import urlsplit

from sqlalchemy import Connection, select

from app import access, history
from app.access import Permission, User
from app.config import is_loopback
from app.db.database import Database
from app.db.tables import setting
from app.errors import InputError
from app.lms.settings import row_of
from app.sentence import Sentence

_KEY = "lms.site"


class OtherSiteError(InputError):
    """The address is another one than that of the site whose courses are known."""


def place(address: str) -> str:
    """What tells one site from another: host, port and folder. On this very computer no port: a sandbox has another
    one each time."""
    parts = urlsplit(address)
    host = (parts.hostname or "").casefold()
    port = f":{parts.port}" if parts.port not in (None, 80, 443) and not is_loopback(host) else ""
    return f"{host}{port}{parts.path.rstrip('/')}"


def known(tx: Connection) -> str | None:
    """The place of the site whose courses are known; None before the first list."""
    found: str | None = tx.execute(select(setting.c.value).where(setting.c.key == _KEY)).scalar()
    return found or None


def require(tx: Connection, address: str) -> None:
    """Raise OtherSiteError if `address` is not that of the site whose courses are known: before anything is asked."""
    here = known(tx)
    if here is not None and here != place(address):
        raise OtherSiteError(
            Sentence(
                "The address of the LMS was {here} and is {address} now. Nothing was changed.",
                here=here,
                address=place(address),
            ),
            hint="If it is the same LMS under a new address, choose Sync Now and say so, or run “sync --same-site”. "
            "If it is another one, set the old address again: the courses of the two must not be mixed up.",
            field="lms.url",
        )


def remember(db: Database, tx: Connection, address: str) -> None:
    """Keep the address of the first complete list; one that is known stays."""
    row = row_of(db, tx, _KEY)
    if not row.value:
        tx.execute(setting.update().where(setting.c.id == row.id).values(value=place(address)))


def moved(db: Database, user: User, address: str) -> int | None:
    """The same site has this address now; returns the operation, None if it was known. Raises AccessError."""
    with db.write() as tx:
        access.require(tx, user, Permission.DECIDE_COURSES)
        row = row_of(db, tx, _KEY)
        if row.value == place(address):
            return None
        operation = history.begin(tx, db, user.id, "lms_site_moved")
        operation.update_many(setting, [(row, {"value": place(address)}, None)])
        operation.end(tx)
    return operation.id
