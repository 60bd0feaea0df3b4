"""Where this college keeps campus, tutor group and course code in the ILR: chosen once, for everybody.

The ILR has fields that it leaves to providers, and no two colleges use them alike (learner-files.md 1).
"""

import json
from dataclasses import asdict, fields

from sqlalchemy import Connection, select

from app import access, history
from app.access import Permission, User
from app.db.database import Database
from app.db.tables import setting
from app.errors import InputError
from app.files.aims import AIM_SLOTS, LEARNER_SLOTS, OwnFields
from app.json_text import json_or_none

CHOSEN = "own_fields_chosen"
"""The kind of the operation of a choice."""
_KEY = "load.own_fields"
_ALLOWED = {"campus": LEARNER_SLOTS, "tutor_group": LEARNER_SLOTS, "course": AIM_SLOTS}


def read(tx: Connection) -> OwnFields:
    """What the college chose; none of it before that, or where it is damaged."""
    told = json_or_none(tx.execute(select(setting.c.value).where(setting.c.key == _KEY)).scalar())
    held = told if isinstance(told, dict) else {}
    known = {one.name: str(held.get(one.name) or "") for one in fields(OwnFields)}
    return OwnFields(**{name: slot if slot in _ALLOWED[name] else "" for name, slot in known.items()})


def choose(db: Database, user: User, wanted: OwnFields) -> None:
    """Keep `wanted`, for the loads to come. Raises InputError for a field that there is not, AccessError."""
    body = asdict(wanted)
    if any(slot and slot not in _ALLOWED[name] for name, slot in body.items()):
        raise InputError("The ILR has no such field.", hint="Choose one of the list.")
    with db.write() as tx:
        access.require(tx, user, Permission.EDIT_LEARNERS)
        row = tx.execute(select(setting).where(setting.c.key == _KEY)).one_or_none()
        values = {"value": json.dumps(body, sort_keys=True)}
        if row is not None and not history.differs(row, values):
            return
        operation = history.begin(tx, db, user.id, CHOSEN)
        if row is None:
            operation.insert(setting, {"key": _KEY, **values})
        else:
            operation.update(setting, row, values)
        operation.end(tx)
