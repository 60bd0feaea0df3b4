"""How long runs and history are kept: a setting of the college (extract-statuses.md 5, EX-H2)."""

import json
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from app.db.database import Database
from app.db.tables import setting

MONTHS, SHORTEST, LONGEST = 24, 3, 120
KEY, PURGED = "lms.kept_months", "history.purged"
_MONTH = timedelta(days=365.25 / 12)


def months(tx: Connection) -> int:
    """How many months are kept."""
    return int(_held(tx, KEY) or MONTHS)


def since(tx: Connection, db: Database) -> datetime:
    """What is older than this is kept no longer."""
    return db.now(tx) - months(tx) * _MONTH


def purged_before(tx: Connection) -> datetime | None:
    """Of what is older than this the history is no longer whole; None: nothing was ever purged."""
    body = _held(tx, PURGED)
    return datetime.fromisoformat(json.loads(body)["before"]) if body else None


def _held(tx: Connection, key: str) -> str | None:
    found: str | None = tx.execute(select(setting.c.value).where(setting.c.key == key)).scalar()
    return found
