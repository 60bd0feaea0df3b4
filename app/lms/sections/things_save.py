"""Saving what sections are set up with: one operation a save, whole or not at all (extract-statuses.md 2.1)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select

from app import access, history
from app.access import Permission, User
from app.db.database import Database
from app.db.tables import campus_vendor, lms_vendor
from app.errors import AccessError, ConflictError, InputError
from app.folding import cleaned, fold_code
from app.history import Operation, Saved
from app.lms.extracts import queue
from app.lms.sections import things
from app.lms.sections.things import COLUMNS, DEFAULT, LINKS, TABLES, Thing, What
from app.sentence import Sentence

KIND = "sections_set_up"
CAMPUS_USERS = "campus_users"
LONGEST_CODE, LONGEST_NAME = 60, 200
NOUNS: Mapping[What, str] = {
    What.TERM: "term",
    What.CAMPUS: "campus",
    What.METHOD: "delivery method",
    What.VENDOR: "LMS vendor",
}
_FLAGGED = (What.CAMPUS, What.METHOD, What.VENDOR)


def save(db: Database, user: User, before: Thing | None, wanted: Thing) -> Saved:
    """Add a thing (`before` is None) or change it from `before`, as it was shown, to `wanted`; with its links.

    A vendor that becomes the default of a campus takes the place of the one that was (EX-P2). Raises AccessError,
    also where the link of a campus that is not the user's would change (EX-A3); InputError with the field that is
    wrong; ConflictError if somebody changed it since it was shown.
    """
    wanted = _checked(wanted)
    with db.write() as tx:
        access.require(tx, user, Permission.SET_UP_SECTIONS)
        if wanted.what is What.VENDOR:  # of two who make a vendor the default of one campus, one waits
            tx.execute(select(lms_vendor.c.id).order_by(lms_vendor.c.id).with_for_update()).all()
        if before is not None:
            assert before.id is not None
            if things.read(tx, before.what, before.id) != before:
                raise ConflictError(
                    Sentence("Somebody else changed this {thing}.", thing=Sentence(NOUNS[before.what])),
                    hint="Reload the list and try again.",
                )
        _require_campuses(tx, user, before, wanted)
        _require_own_code(tx, before, wanted)
        if before is not None and wanted == before:
            return Saved(before.id or 0, None)
        operation = history.begin(tx, db, user.id, _kind(before, wanted))
        key = _write(operation, before, wanted)
        operation.end(tx)
    queue.follow(db, user)  # gates may hold now that held enrolments back
    return Saved(key, operation.id)


def _kind(before: Thing | None, wanted: Thing) -> str:
    """Who sees a campus is the administrators' to say, and to take back."""
    return CAMPUS_USERS if wanted.what is What.CAMPUS and _links(before) != wanted.links else KIND


def _links(one: Thing | None) -> Mapping[int, frozenset[str]]:
    return one.links if one is not None else {}


def _checked(wanted: Thing) -> Thing:
    """The thing with its texts cleaned. Raises InputError."""
    code, name = cleaned(wanted.code), cleaned(wanted.name)
    if not code:
        raise InputError(
            Sentence("A {thing} needs a code.", thing=Sentence(NOUNS[wanted.what])),
            hint="Type one, such as 2627.",
            field="code",
        )
    if "name" not in COLUMNS[wanted.what]:
        name = ""
    elif not name:
        name = code
    for text, longest, field in ((code, LONGEST_CODE, "code"), (name or "", LONGEST_NAME, "name")):
        if len(text) > longest:
            raise InputError(
                Sentence("That is longer than {most} characters.", most=longest),
                hint="Shorten it.",
                field=field,
            )
    if wanted.starts is not None and wanted.ends is not None and wanted.ends < wanted.starts:
        raise InputError("The end is before the start.", hint="Check the two dates.", field="ends")
    if wanted.what not in _FLAGGED:
        wanted = replace(wanted, active=True)
    return replace(wanted, code=code, name=name or "")


def _require_campuses(tx: Connection, user: User, before: Thing | None, wanted: Thing) -> None:
    """Raise AccessError where the links of campuses that are not the user's would change, or such a campus itself."""
    if wanted.what is What.CAMPUS and _links(before) != wanted.links:
        access.require(tx, user, Permission.ADMINISTER)
    scope = access.campuses(tx, user)
    if scope is None:
        return
    if wanted.what is What.CAMPUS:
        if wanted.id not in scope:
            raise AccessError(
                "This campus is not one of yours." if wanted.id else "You cannot add a campus.",
                hint="An administrator sees every campus, adds new ones and says who sees which.",
            )
        return
    old = _links(before)
    changed = {key for key in {*old, *wanted.links} if old.get(key) != wanted.links.get(key)}
    if changed - scope:
        raise AccessError(
            "One of the campuses you changed is not one of yours.",
            hint="Leave it as it was, or ask an administrator, who sees every campus.",
        )


def _require_own_code(tx: Connection, before: Thing | None, wanted: Thing) -> None:
    if before is not None and before.is_connected and (wanted.code, wanted.kind) != (before.code, before.kind):
        raise InputError(
            "This is the LMS that Learner Manager is connected to: it keeps its code.",
            hint="Add a vendor of its own for another LMS.",
            field="code",
        )
    if before is not None and before.is_no_term and (wanted.code, wanted.name) != (before.code, before.name):
        raise InputError(
            "This row stands for sections without a term: it keeps its code and name.",
            hint="Add a term of your own instead.",
            field="code",
        )
    table = TABLES[wanted.what]
    folded = fold_code(wanted.code)
    for row in tx.execute(select(table.c.id, table.c.code)):
        if row.id != wanted.id and fold_code(row.code) == folded:
            raise InputError(
                Sentence("There is a {thing} “{code}” already.", thing=Sentence(NOUNS[wanted.what]), code=row.code),
                hint="Choose another code.",
                field="code",
            )


def _write(operation: Operation, before: Thing | None, wanted: Thing) -> int:
    table, tx = TABLES[wanted.what], operation.tx
    values: dict[str, Any] = {name: getattr(wanted, name) for name in COLUMNS[wanted.what]}
    if wanted.what is What.CAMPUS:
        values["name_fold"] = fold_code(wanted.name)
    if before is None:
        key = operation.insert(table, values)
    else:
        key = before.id or 0
        row = tx.execute(select(table).where(table.c.id == key)).one()
        operation.update(table, row, values)
    if wanted.what in LINKS:
        _write_links(operation, wanted, key)
    return key


def _write_links(operation: Operation, wanted: Thing, key: int) -> None:
    told, tx = LINKS[wanted.what], operation.tx
    known = set(tx.execute(select(told.others.c.id)).scalars())
    rows = {
        getattr(row, told.other): row
        for row in tx.execute(select(told.table).where(told.table.c[told.column] == key))
    }
    operation.delete_many(told.table, ((row, None) for at, row in rows.items() if at not in wanted.links))
    if wanted.what is What.VENDOR:
        _no_longer_default(operation, [at for at, ticked in wanted.links.items() if DEFAULT in ticked], key)
    new = []
    changed = []
    for at, ticked in wanted.links.items():
        values = {name: name in ticked for name in told.options}
        if at in rows:
            changed.append((rows[at], values, None))
        elif at in known:
            new.append({told.other: at, told.column: key, **values})
        else:
            raise ConflictError(
                "Something it was linked to is no longer there.", hint="Reload the list and try again."
            )
    operation.update_many(told.table, changed)
    operation.insert_many(told.table, new)


def _no_longer_default(operation: Operation, campus_ids: list[int], but_for: int) -> None:
    """The vendors that were the default of these campuses until now."""
    query = select(campus_vendor).where(
        campus_vendor.c.campus_id.in_(campus_ids), campus_vendor.c.vendor_id != but_for, campus_vendor.c.is_default
    )
    operation.update_many(campus_vendor, [(row, {DEFAULT: False}, None) for row in operation.tx.execute(query).all()])
