"""What the whole college sets up for credit: its types, the outside bodies that hear of it, and the categories of
participants (course-record-import.md 1, 3 and 9). Each is read and saved whole; a save is one operation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Table, select

from app import access, history
from app.access import Permission, User
from app.db.database import Database
from app.db.tables import credit_type, reporter, reporter_type, setting
from app.errors import ConflictError, InputError
from app.folding import cleaned, fold_code
from app.history import Operation, Saved
from app.json_text import decoded, encoded, json_or_none
from app.sentence import Sentence

KIND = "credit_set_up"
LONGEST_CODE, LONGEST_TITLE = 60, 200
LATEST_DEADLINE, MOST_CATEGORIES = 3_650, 50
FIELDS: Mapping[str, str] = {
    "uln": "ULN",
    "ref": "Person Code",
    "family_name": "Surname",
    "given_names": "Forename",
    "birth_date": "Date of Birth",
    "postcode": "Postcode",
    "email": "Email",
    "phone": "Phone",
}
"""What an outside body may ask for, as the learner form calls it."""
CATEGORIES = ("physician", "non-physician")
"""Of participants, before a college says otherwise."""
_CATEGORIES_KEY = "imports.participant_categories"


@dataclass(frozen=True, slots=True)
class CreditType:
    """A kind of credit. `code` is the machine name that files say, compared as it is spelt."""

    id: int | None = None
    version: int = 0
    code: str = ""
    title: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class Reporter:
    """An outside body: of which types it hears, what of the learner it asks for, and within how many days."""

    id: int | None = None
    version: int = 0
    name: str = ""
    fields: tuple[str, ...] = ()
    deadline_days: int = 60
    active: bool = True
    types: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Lists:
    """All of it, as the dialog shows it."""

    types: Sequence[CreditType] = ()
    reporters: Sequence[Reporter] = ()
    categories: tuple[str, ...] = field(default=CATEGORIES)


def read(tx: Connection) -> Lists:
    """Everything, types by code and bodies by name."""
    return Lists(_types(tx), _reporters(tx), categories(tx))


def categories(tx: Connection) -> tuple[str, ...]:
    """The categories of participants, in the college's order; the usual ones where they are damaged."""
    listed = json_or_none(tx.execute(select(setting.c.value).where(setting.c.key == _CATEGORIES_KEY)).scalar())
    known = isinstance(listed, list) and all(isinstance(one, str) for one in listed)
    return tuple(listed) if known else CATEGORIES


def _types(tx: Connection) -> list[CreditType]:
    rows = tx.execute(select(credit_type).order_by(credit_type.c.code))
    return [CreditType(row.id, row.version, row.code, row.title, row.active) for row in rows]


def _reporters(tx: Connection) -> list[Reporter]:
    types: dict[int, set[int]] = {}
    for row in tx.execute(select(reporter_type)):
        types.setdefault(row.reporter_id, set()).add(row.type_id)
    return [
        Reporter(
            row.id,
            row.version,
            row.name,
            tuple(name for name in decoded(row.fields) if name in FIELDS),
            row.deadline_days,
            row.active,
            frozenset(types.get(row.id, ())),
        )
        for row in tx.execute(select(reporter).order_by(reporter.c.name))
    ]


# --------------------------------------------------------------------------------------------------------- saving


def save_type(db: Database, user: User, before: CreditType | None, wanted: CreditType) -> Saved:
    """Add a credit type (`before` is None) or change it from `before`, as it was shown, to `wanted`. Raises
    AccessError, InputError with the field that is wrong, ConflictError."""
    code = _text(wanted.code, LONGEST_CODE, "code", "A credit type needs a code.", "Type one, such as cpd.")
    wanted = replace(wanted, code=code, title=_short(cleaned(wanted.title) or code, LONGEST_TITLE, "title"))
    with db.write() as tx:
        access.require(tx, user, Permission.SET_UP_CREDIT)
        there = _locked(tx, credit_type, _types)
        _require_unchanged(before, there, "credit type")
        _refuse_twice(code, [one.code for one in there if one.id != wanted.id], "credit type", "code")
        if wanted == before:
            return Saved(before.id or 0, None)
        operation = history.begin(tx, db, user.id, KIND)
        values = {"code": code, "title": wanted.title, "active": wanted.active}
        key = _write(operation, credit_type, before.id if before else None, values)
        operation.end(tx)
    return Saved(key, operation.id)


def save_reporter(db: Database, user: User, before: Reporter | None, wanted: Reporter) -> Saved:
    """Add an outside body (`before` is None) or change it. It hears of what is awarded from then on. Raises as
    `save_type`."""
    wanted = _checked(wanted)
    with db.write() as tx:
        access.require(tx, user, Permission.SET_UP_CREDIT)
        there = _locked(tx, reporter, _reporters)
        _require_unchanged(before, there, "outside body")
        _refuse_twice(wanted.name, [one.name for one in there if one.id != wanted.id], "outside body", "name")
        if wanted.types - {one.id for one in _types(tx)}:
            raise ConflictError("One of the credit types is no longer there.", hint="Reload the list and try again.")
        if wanted == before:
            return Saved(before.id or 0, None)
        operation = history.begin(tx, db, user.id, KIND)
        key = _write_reporter(operation, before, wanted)
        operation.end(tx)
    return Saved(key, operation.id)


def _checked(wanted: Reporter) -> Reporter:
    name = _text(
        wanted.name, LONGEST_TITLE, "name", "An outside body needs a name.", "Type one, such as CPE Monitor."
    )
    if not 0 <= wanted.deadline_days <= LATEST_DEADLINE:
        raise InputError(
            Sentence("The deadline is from 0 to {most:,} days.", most=LATEST_DEADLINE),
            hint="Type a number.",
            field="deadline_days",
        )
    return replace(wanted, name=name, fields=tuple(one for one in FIELDS if one in wanted.fields))


def save_categories(db: Database, user: User, before: Sequence[str], wanted: Sequence[str]) -> int | None:
    """Keep the categories of participants; the operation that can be taken back, None if nothing differed. Raises
    as `save_type`."""
    named = {fold_code(one): one for one in map(cleaned, wanted) if one}
    for one in named.values():
        _short(one, LONGEST_CODE, "categories")
    if len(named) > MOST_CATEGORIES:
        raise InputError(
            Sentence("That is more than {most} categories.", most=MOST_CATEGORIES),
            hint="Take some out.",
            field="categories",
        )
    with db.write() as tx:
        access.require(tx, user, Permission.SET_UP_CREDIT)
        db.alone(tx)
        if categories(tx) != tuple(before):
            raise ConflictError("Somebody else changed the categories.", hint="Reload the list and try again.")
        if tuple(named.values()) == tuple(before):
            return None
        row = tx.execute(select(setting).where(setting.c.key == _CATEGORIES_KEY)).one_or_none()
        operation = history.begin(tx, db, user.id, KIND)
        values = {"value": encoded(list(named.values()))}
        if row is None:
            operation.insert(setting, {"key": _CATEGORIES_KEY, **values})
        else:
            operation.update(setting, row, values)
        operation.end(tx)
    return operation.id


# ------------------------------------------------------------------------------------------------ the two examples

_EXAMPLES = (
    (Reporter(name="CPE Monitor", fields=("ref", "birth_date"), deadline_days=60), ("cpe", "CPE credit")),
    (
        Reporter(name="PARS", fields=("family_name", "given_names", "birth_date", "email"), deadline_days=90),
        ("ama", "AMA PRA Category 1"),
    ),
)


def add_examples(db: Database, user: User) -> int | None:
    """*Add the Two Examples*: two outside bodies with a credit type each, as far as they are not there; the operation
    that can be taken back, None if both were there. Raises AccessError."""
    with db.write() as tx:
        access.require(tx, user, Permission.SET_UP_CREDIT)
        types = {fold_code(one.code): one.id for one in _locked(tx, credit_type, _types)}
        names = {fold_code(one.name) for one in _reporters(tx)}
        new = [(body, told) for body, told in _EXAMPLES if fold_code(body.name) not in names]
        if not new:
            return None
        operation = history.begin(tx, db, user.id, KIND)
        for body, (code, title) in new:
            type_id = types.get(fold_code(code))
            if type_id is None:
                type_id = operation.insert(credit_type, {"code": code, "title": title, "active": True})
            _write_reporter(operation, None, replace(body, types=frozenset({type_id})))
        operation.end(tx)
    return operation.id


# ----------------------------------------------------------------------------------------------------------- parts


def _locked(tx: Connection, table: Table, listed: Any) -> Any:
    """What is listed of a table, its rows held until the transaction ends."""
    tx.execute(select(table.c.id).order_by(table.c.id).with_for_update()).all()
    return listed(tx)


def _require_unchanged(before: Any, there: Sequence[Any], noun: str) -> None:
    if before is not None and before not in there:
        raise ConflictError(
            Sentence("Somebody else changed this {noun}.", noun=Sentence(noun)), hint="Reload the list and try again."
        )


def _refuse_twice(text: str, others: Sequence[str], noun: str, name: str) -> None:
    same = next((one for one in others if fold_code(one) == fold_code(text)), None)
    if same is not None:
        raise InputError(
            Sentence("There is a {noun} “{same}” already.", noun=Sentence(noun), same=same),
            hint=Sentence("Choose another {name}.", name=Sentence(name)),
            field=name,
        )


def _text(text: str, longest: int, name: str, missing: str, hint: str) -> str:
    plain = cleaned(text)
    if not plain:
        raise InputError(missing, hint=hint, field=name)
    return _short(plain, longest, name)


def _short(text: str, longest: int, name: str) -> str:
    if len(text) > longest:
        raise InputError(
            Sentence("That is longer than {most} characters.", most=longest), hint="Shorten it.", field=name
        )
    return text


def _write(operation: Operation, table: Table, key: int | None, values: Mapping[str, Any]) -> int:
    if key is None:
        return operation.insert(table, values)
    operation.update(table, operation.tx.execute(select(table).where(table.c.id == key)).one(), values)
    return key


def _write_reporter(operation: Operation, before: Reporter | None, wanted: Reporter) -> int:
    values = {
        "name": wanted.name,
        "fields": encoded(list(wanted.fields)),
        "deadline_days": wanted.deadline_days,
        "active": wanted.active,
    }
    key = _write(operation, reporter, before.id if before else None, values)
    rows = operation.tx.execute(select(reporter_type).where(reporter_type.c.reporter_id == key)).all()
    held = {row.type_id for row in rows}
    operation.delete_many(reporter_type, ((row, None) for row in rows if row.type_id not in wanted.types))
    new = [{"reporter_id": key, "type_id": one} for one in sorted(wanted.types - held)]
    operation.insert_many(reporter_type, new)
    return key
