"""A course as it is set up for credit: its required objects, what it may give of each type, and to whom
(course-record-import.md 1). Read and saved whole; a save is one operation, which can be taken back."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Select, select

from app import access, history
from app.access import Permission, User
from app.db.among import among
from app.db.database import Database
from app.db.tables import course, course_credit, credit_mapping, credit_type
from app.errors import ConflictError, InputError
from app.folding import cleaned, fold_code
from app.history import Operation, Saved
from app.imports.amounts import MOST, shown
from app.imports.credit_lists import KIND, LONGEST_TITLE
from app.imports.facts import MAPPED_BY, SHELL
from app.sentence import Sentence

LONGEST_CODE, MOST_OBJECTS, MOST_VALUES = 128, 9_999, 200


@dataclass(frozen=True, slots=True)
class CourseCredit:
    """What a course may give of one type, in hundredths. `says`: the (field, value) of whom it is for, any of them;
    where no type of the course has one, everybody gets all."""

    type_id: int
    maximum: int
    minimum: int = 0
    increment: int = 1
    active: bool = True
    variable: bool = False
    says: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class CourseSetUp:
    """A course with its credit, in the order of the types' ids."""

    id: int | None = None
    version: int = 0
    code: str = ""
    title: str = ""
    kind: str = "normal"
    required_objects: int | None = None
    """None: nobody has said, which counts as none."""
    credit: tuple[CourseCredit, ...] = ()


def read(tx: Connection, course_id: int, *, lock: bool = False) -> CourseSetUp | None:
    """One course; with `lock` its row is held until the transaction ends. None: not there."""
    query = select(course).where(course.c.id == course_id)
    return next(iter(_read(tx, query.with_for_update() if lock else query).values()), None)


def of_codes(tx: Connection, codes: Iterable[str]) -> dict[str, CourseSetUp]:
    """The courses of these codes, by the code folded; unknown ones are left out."""
    found = _read(tx, select(course).where(among(course.c.code_fold, sorted({fold_code(one) for one in codes}))))
    return {fold_code(one.code): one for one in found.values()}


def _read(tx: Connection, query: Select[Any]) -> dict[int, CourseSetUp]:
    rows = tx.execute(query).all()
    ids = [row.id for row in rows]
    says: dict[tuple[int, int], set[tuple[str, str]]] = {}
    for one in tx.execute(select(credit_mapping).where(among(credit_mapping.c.course_id, ids))):
        says.setdefault((one.course_id, one.type_id), set()).add((one.field, one.value))
    credit: dict[int, list[CourseCredit]] = {}
    held = select(course_credit).where(among(course_credit.c.course_id, ids)).order_by(course_credit.c.type_id)
    for one in tx.execute(held):
        whom = frozenset(says.get((one.course_id, one.type_id), ()))
        given = CourseCredit(one.type_id, one.maximum, one.minimum, one.increment, one.active, one.variable, whom)
        credit.setdefault(one.course_id, []).append(given)
    return {
        row.id: CourseSetUp(
            row.id, row.version, row.code, row.title, row.kind, row.required_objects, tuple(credit.get(row.id, ()))
        )
        for row in rows
    }


def save(db: Database, user: User, before: CourseSetUp | None, wanted: CourseSetUp) -> Saved:
    """Add a course (`before` is None) or change it from `before`, as it was shown, to `wanted`.

    A type that the course had stays: it is switched off, for awards stand on it. What was awarded stays as it is.
    Raises AccessError; InputError with the field that is wrong (of a type: `maximum:ID` and so on); ConflictError.
    """
    wanted = checked(wanted)
    with db.write() as tx:
        access.require(tx, user, Permission.SET_UP_CREDIT)
        if before is not None and read(tx, before.id or 0, lock=True) != before:
            raise ConflictError("Somebody else changed this course.", hint="Reload the list and try again.")
        _require_known(tx, wanted)
        _require_kept(before, wanted)
        if wanted == before:
            return Saved(before.id or 0, None)
        operation = history.begin(tx, db, user.id, KIND)
        key = write(operation, before, wanted)
        operation.end(tx)
    return Saved(key, operation.id)


# -------------------------------------------------------------------------------------------------------- checking


def checked(wanted: CourseSetUp) -> CourseSetUp:
    """With its texts cleaned, and its types in order. Raises InputError."""
    code = cleaned(wanted.code)
    if not code:
        raise InputError("A course needs a code.", hint="Type the one that files say.", field="code")
    title = cleaned(wanted.title) or code
    for text, longest, name in ((code, LONGEST_CODE, "code"), (title, LONGEST_TITLE, "title")):
        if len(text) > longest:
            raise InputError(
                Sentence("That is longer than {most} characters.", most=longest), hint="Shorten it.", field=name
            )
    objects = wanted.required_objects
    if objects is not None and not 0 <= objects <= MOST_OBJECTS:
        raise InputError(
            Sentence("The number is from 0 to {most:,}.", most=MOST_OBJECTS),
            hint="Leave it empty if you do not know.",
            field="objects",
        )
    if wanted.kind == SHELL and objects:
        raise InputError(
            "An imported shell cannot have required objects.", hint="Leave the field empty.", field="objects"
        )
    types = [one.type_id for one in wanted.credit]
    if len(set(types)) != len(types):
        raise InputError("A credit type comes twice.", hint="Take one of the two out.", field="types")
    credit = tuple(sorted(map(_checked_credit, wanted.credit), key=lambda one: one.type_id))
    return replace(wanted, code=code, title=title, credit=credit)


def _checked_credit(one: CourseCredit) -> CourseCredit:
    for name, amount, least in (
        ("maximum", one.maximum, 0), ("minimum", one.minimum, 0), ("increment", one.increment, 1),
    ):  # fmt: skip
        if not least <= amount <= MOST:
            raise InputError(
                Sentence(
                    "The {name} is from {least} to {most}.", name=Sentence(name), least=shown(least), most=shown(MOST)
                ),
                hint="Type another amount.",
                field=f"{name}:{one.type_id}",
            )
    if one.minimum > one.maximum:
        raise InputError(
            "The minimum is more than the maximum.", hint="Check the two amounts.", field=f"minimum:{one.type_id}"
        )
    if len(one.says) > MOST_VALUES:
        raise InputError(
            Sentence("That is more than {most} values for one type.", most=MOST_VALUES),
            hint="Take some out.",
            field=f"says:{one.type_id}",
        )
    return replace(one, says=frozenset(_checked_value(one, name, value) for name, value in one.says))


def _checked_value(one: CourseCredit, name: str, value: str) -> tuple[str, str]:
    where, plain = f"says:{one.type_id}", cleaned(value)
    if name not in MAPPED_BY:
        raise InputError("A mapping cannot look at this field.", hint="Choose one of the list.", field=where)
    if not plain:
        raise InputError(
            Sentence("{field} needs a value.", field=Sentence(MAPPED_BY[name])),
            hint="Type one, or take the line out.",
            field=where,
        )
    if len(plain) > LONGEST_TITLE:
        raise InputError(
            Sentence("That is longer than {most} characters.", most=LONGEST_TITLE),
            hint="Shorten it.",
            field=where,
        )
    return name, plain


def _require_known(tx: Connection, wanted: CourseSetUp) -> None:
    same = select(course.c.code).where(course.c.code_fold == fold_code(wanted.code), course.c.id != (wanted.id or 0))
    if (code := tx.execute(same).scalar()) is not None:
        raise InputError(
            Sentence("There is a course “{code}” already.", code=code), hint="Choose another code.", field="code"
        )
    if {one.type_id for one in wanted.credit} - set(tx.execute(select(credit_type.c.id)).scalars()):
        raise ConflictError("One of the credit types is no longer there.", hint="Reload the list and try again.")


def _require_kept(before: CourseSetUp | None, wanted: CourseSetUp) -> None:
    had = {one.type_id for one in before.credit} if before is not None else set()
    if had - {one.type_id for one in wanted.credit}:
        raise InputError(
            "A credit type that the course had cannot be taken out.", hint="Switch it off instead.", field="types"
        )


# --------------------------------------------------------------------------------------------------------- writing


def write(operation: Operation, before: CourseSetUp | None, wanted: CourseSetUp) -> int:
    """Write a course that was checked; returns its id."""
    tx = operation.tx
    values: dict[str, Any] = {
        "code": wanted.code,
        "code_fold": fold_code(wanted.code),
        "title": wanted.title,
        "required_objects": wanted.required_objects,
    }
    if before is None:
        key = operation.insert(course, {**values, "origin": "hand", "kind": "normal"})
    else:
        key = before.id or 0
        operation.update(course, tx.execute(select(course).where(course.c.id == key)).one(), values)
    rows = {
        row.type_id: row for row in tx.execute(select(course_credit).where(course_credit.c.course_id == key)).all()
    }
    told = {one.type_id: _credit_values(one) for one in wanted.credit}
    operation.update_many(course_credit, [(row, told[at], None) for at, row in rows.items() if at in told])
    new = [{"course_id": key, "type_id": at, **one} for at, one in told.items() if at not in rows]
    operation.insert_many(course_credit, new)
    _write_mapping(operation, key, wanted)
    return key


def _credit_values(one: CourseCredit) -> dict[str, Any]:
    return {
        "minimum": one.minimum,
        "maximum": one.maximum,
        "increment": one.increment,
        "active": one.active,
        "variable": one.variable,
    }


def _write_mapping(operation: Operation, key: int, wanted: CourseSetUp) -> None:
    rows = operation.tx.execute(select(credit_mapping).where(credit_mapping.c.course_id == key)).all()
    told = {(one.type_id, name, value) for one in wanted.credit for name, value in one.says}
    held = {(row.type_id, row.field, row.value): row for row in rows}
    operation.delete_many(credit_mapping, ((row, None) for at, row in held.items() if at not in told))
    operation.insert_many(
        credit_mapping,
        [
            {"course_id": key, "type_id": type_id, "field": name, "value": value}
            for type_id, name, value in sorted(told - held.keys())
        ],
    )
