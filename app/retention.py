"""How long runs and history are kept: a setting of the college (extract-statuses.md 5, EX-H2)."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from app.db.database import Database
from app.db.tables import setting
from app.json_text import json_or_none

MONTHS, SHORTEST, LONGEST = 24, 3, 120
KEY, PURGED = "lms.kept_months", "history.purged"
_MONTH = timedelta(days=365.25 / 12)


def months(tx: Connection) -> int:
    """How many months are kept; as many as can be where that is damaged, for what is purged is gone."""
    return months_of(_held(tx, KEY))


def months_of(text: str | None) -> int:
    """The months that are kept in the database as `text`."""
    return whole(text or str(MONTHS), SHORTEST, LONGEST, LONGEST)


def whole(text: str, lowest: int, highest: int, instead: int) -> int:
    """The whole number in a setting; `instead` for what is none between the two."""
    found = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1
    return found if lowest <= found <= highest else instead


def since(tx: Connection, db: Database) -> datetime:
    """What is older than this is kept no longer."""
    return db.now(tx) - months(tx) * _MONTH


def purged_before(tx: Connection) -> datetime | None:
    """Of what is older than this the history is no longer whole; None: nothing was ever purged, or nobody knows."""
    told = json_or_none(_held(tx, PURGED))
    try:
        before = datetime.fromisoformat(told["before"]) if told else None
    except (ValueError, TypeError, KeyError):
        return None
    return before if before is not None and before.tzinfo is not None else None


def _held(tx: Connection, key: str) -> str | None:
    found: str | None = tx.execute(select(setting.c.value).where(setting.c.key == key)).scalar()
    return found
