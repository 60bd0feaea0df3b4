"""Which repairs a person chose for the files of a sender: offered again with the next file, shown as old and new, and
made only where they can be made (course-record-import.md 5)."""

from sqlalchemy import Connection

from app import saved
from app.access import User
from app.db.database import Database
from app.errors import ConflictError
from app.folding import fold
from app.imports.repairs import NO_REPAIRS, Repairs, parse
from app.saved import Kind, Saved

_MOST_TRIES = 3


def senders(tx: Connection, user: User) -> list[str]:
    """Whose files the user has repaired, by name."""
    return [one.name for one in _mine(tx, user)]


def remembered(tx: Connection, user: User, sender: str) -> Repairs:
    """What was chosen for the sender last; nothing of what cannot be read, or is no repair."""
    one = _of(tx, user, sender)
    return parse(one.body) if one is not None else NO_REPAIRS


def remember(db: Database, user: User, sender: str, repairs: Repairs) -> None:
    """Keep these for the sender, in the place of what was kept before; none forgets the sender.

    Raises InputError for a name that cannot be kept, AccessError, ConflictError if others keep changing the same.
    """
    for tries_left in reversed(range(_MOST_TRIES)):
        with db.read() as tx:
            one = _of(tx, user, sender)
        try:
            _keep(db, user, sender, one, repairs)
        except ConflictError:
            if not tries_left:
                raise
        else:
            return


def _keep(db: Database, user: User, sender: str, one: Saved | None, repairs: Repairs) -> None:
    if one is None:
        if repairs:
            saved.save(db, user, Kind.IMPORT_REPAIRS, sender, repairs.dump(), shared=False)
    elif repairs:
        saved.overwrite(db, user, one, repairs.dump(), shared=False)
    else:
        saved.delete(db, user, one)


def _of(tx: Connection, user: User, sender: str) -> Saved | None:
    return next((one for one in _mine(tx, user) if fold(one.name) == fold(sender)), None)


def _mine(tx: Connection, user: User) -> list[Saved]:
    return [one for one in saved.every(tx, user, Kind.IMPORT_REPAIRS) if one.mine]
