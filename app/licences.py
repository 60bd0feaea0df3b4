"""Saving a licence: only administrators, with the history that every write has. What licences mean is in `access`."""

from sqlalchemy import select

from app import access, history
from app.access import Permission, User
from app.db.database import Database
from app.db.tables import licence
from app.errors import ConflictError, InputError
from app.folding import cleaned
from app.licence_row import Licence, LicenceRow


def save(db: Database, user: User, wanted: LicenceRow) -> None:
    """Switch a licence on or off, with note and end date; `wanted.version` is the one that was shown.

    Raises AccessError, InputError (a certification says who certified which organisation, and when),
    ConflictError.
    """
    if wanted.is_on and wanted.code is Licence.LRS_CERTIFIED:
        for value, field, words in (
            (wanted.organisation, "organisation", "Say which organisation is certified."),
            (wanted.certified_on, "certified_on", "Say since which day."),
            (wanted.certified_by, "certified_by", "Say who certified it."),
        ):
            if not (cleaned(value) if isinstance(value, str) else value):
                raise InputError(words, hint="Fill in the field, then save.", field=field)
    note = cleaned(wanted.note)
    values = {
        "is_on": wanted.is_on,
        "note": note,
        "valid_until": wanted.valid_until,
        "organisation": cleaned(wanted.organisation),
        "certified_on": wanted.certified_on,
        "certified_by": cleaned(wanted.certified_by),
    }
    with db.write() as tx:
        access.require(tx, user, Permission.ADMINISTER)
        row = tx.execute(select(licence).where(licence.c.code == wanted.code.value)).one()
        if row.version != wanted.version:
            raise ConflictError("Somebody else changed this licence.", hint="Reload the page and try again.")
        if history.differs(row, values):
            operation = history.begin(tx, db, user.id, "licence", reason=note)
            operation.update(licence, row, values)
            operation.end(tx)
