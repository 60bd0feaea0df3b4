"""What a table of courses for credit would do, row by row: the plan that the preview shows and the load carries out.

A blank clears nothing, and a course or type that the file lacks stays as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection

from app.errors import InputError
from app.files.rows import Level
from app.files.section_rows import FileRow, Note
from app.folding import fold_code
from app.history import Operation
from app.imports import amounts, credit_lists, credit_set_up
from app.imports.credit_set_up import CourseCredit, CourseSetUp
from app.imports.facts import MAPPED_BY
from app.jobs import Foreseen

_OWN = {"title": "title", "objects": "required_objects"}
_FIELDS = {"": "course_code", "code": "course_code", "types": "type", "says": "type"}
"""Fields of the set-up that are columns of another name."""
_AMOUNTS = ("maximum", "minimum", "increment")


@dataclass(slots=True)
class Planned:
    """What becomes of one row. `changes`: field, old, new, in words. `key` and `wanted`: the course by its folded
    code, as it would be."""

    foreseen: Foreseen
    notes: list[Note] = field(default_factory=list)
    changes: list[list[str]] = field(default_factory=list, repr=False)
    key: str = ""
    wanted: CourseSetUp | None = None


class Planner:
    """Plans the rows of one file in their order; what is kept (`keep`) is where the next row goes on from."""

    def __init__(self, tx: Connection) -> None:
        types = credit_lists.read(tx).types
        self._types = {fold_code(one.code): one for one in types}
        self._was: dict[str, CourseSetUp | None] = {}
        self._now: dict[str, CourseSetUp | None] = {}
        self._seen: set[tuple[str, int]] = set()

    def look_up(self, tx: Connection, rows: Sequence[FileRow]) -> None:
        """Read the courses that these rows are about, those not read yet."""
        codes = {fold_code(one.values["course_code"]) for one in rows if "course_code" in one.values}
        unknown = codes - self._was.keys()
        found = credit_set_up.of_codes(tx, unknown)
        for key in unknown:
            self._was[key] = self._now[key] = found.get(key)

    def plan(self, row: FileRow) -> Planned:
        """The plan for a row whose course was looked up."""
        if row.rejected:
            return Planned(Foreseen.PROBLEM, row.notes)
        key = fold_code(row.values["course_code"])
        before = self._now[key]
        try:
            type_id = self._type(row.values)
            if (key, type_id) in self._seen:
                raise InputError("Another row says this already.", hint="Keep one of them.", field="course_code")
            wanted = credit_set_up.checked(self._wanted(row.values, before, type_id))
        except InputError as error:
            name = error.field.partition(":")[0]
            name = _FIELDS.get(name, name)
            stop = [int(Level.STOP), name, f"{error.message} {error.hint}"]
            return Planned(Foreseen.PROBLEM, [*row.notes, stop])
        self._seen.add((key, type_id))
        changes = self._changes(before, wanted, type_id)
        new = before is None or (type_id and self._credit(before, type_id) is None)
        foreseen = Foreseen.NEW if new else Foreseen.CHANGED if changes else Foreseen.UNCHANGED
        return Planned(foreseen, row.notes, changes, key, wanted)

    def keep(self, one: Planned) -> None:
        """The row is shown, or loaded: the course is so from here on."""
        if one.wanted is not None:
            self._now[one.key] = one.wanted

    def write(self, operation: Operation) -> None:
        """Write every course that is new or differs from how it was read."""
        for key, now in self._now.items():
            if now is not None and now != self._was[key]:
                credit_set_up.write(operation, self._was[key], now)

    def _type(self, values: dict[str, Any]) -> int:
        """The credit type of the row, 0 for none. Raises InputError."""
        if "type" not in values:
            return 0
        found = self._types.get(fold_code(values["type"]))
        if found is None or found.id is None:
            raise InputError(
                "There is no such credit type.", hint="Add it under Credit Types first, then try again.", field="type"
            )
        return found.id

    def _wanted(self, values: dict[str, Any], before: CourseSetUp | None, type_id: int) -> CourseSetUp:
        told = {ours: values[name] for name, ours in _OWN.items() if name in values}
        made = before or CourseSetUp(code=values["course_code"])
        wanted = replace(made, **told)
        if not type_id:
            return wanted
        old = self._credit(made, type_id)
        if old is None and "maximum" not in values:
            raise InputError("The course does not give this type yet.", hint="Say its maximum.", field="maximum")
        credit = old or CourseCredit(type_id, values["maximum"])
        credit = replace(
            credit,
            **{name: values[name] for name in (*_AMOUNTS, "variable", "active") if name in values},
            says=_says(credit, values),
        )
        return replace(wanted, credit=(*(one for one in wanted.credit if one.type_id != type_id), credit))

    @staticmethod
    def _credit(of: CourseSetUp | None, type_id: int) -> CourseCredit | None:
        return next((one for one in of.credit if one.type_id == type_id), None) if of is not None else None

    def _changes(self, before: CourseSetUp | None, wanted: CourseSetUp, type_id: int) -> list[list[str]]:
        """Field, old and new, in words, of what differs from a course and a type that are there."""
        if before is None:
            return []
        pairs = [(name, getattr(before, ours), getattr(wanted, ours)) for name, ours in _OWN.items()]
        old, new = self._credit(before, type_id), self._credit(wanted, type_id)
        if old is not None and new is not None:
            names = (*_AMOUNTS, "variable", "active")
            pairs += [(name, getattr(old, name), getattr(new, name)) for name in names]
            pairs += [(name, _values(old, name), _values(new, name)) for name in MAPPED_BY]
        return [[name, _words(name, was), _words(name, now)] for name, was, now in pairs if was != now]


def _says(credit: CourseCredit, values: dict[str, Any]) -> frozenset[tuple[str, str]]:
    """For whom the type is: what the row says of a field takes the place of what was there of it."""
    kept = {one for one in credit.says if one[0] not in values}
    return frozenset(kept | {(name, value) for name in MAPPED_BY for value in values.get(name, ())})


def _values(credit: CourseCredit, name: str) -> tuple[str, ...]:
    return tuple(sorted(value for one, value in credit.says if one == name))


def _words(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "; ".join(value)
    return amounts.shown(value) if name in _AMOUNTS else str(value)
