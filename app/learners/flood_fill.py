"""*Flood Fill*: one field of many learners set to one value, or emptied. First seen, then done, as one operation.

Only what belongs to no single person can be set: nobody's name, ULN, date of birth or person code. Ways to reach
somebody can be emptied, not set.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from app import access, history
from app.access import Permission, User
from app.db.again import begun_anew
from app.db.database import FETCH, Database
from app.db.tables import campus, learner
from app.errors import ConflictError, InputError
from app.folding import cleaned, fold
from app.history import Operation
from app.keys import Keys
from app.learners.edit import LONGEST, search_text
from app.mass_change import BATCH, change_rows
from app.sentence import Sentence
from app.tasks import TaskContext

FILLED = "learners_filled"
"""The kind of the operation."""
SHOWN_OF_EACH = 500
"""So many rows of each list are kept for the eye; counts are of all."""


@dataclass(frozen=True, slots=True)
class FillField:
    """A field that can be filled. `fold`: the column that follows from it; `settable`: whether it takes a value."""

    name: str
    title: str
    fold: str = ""
    settable: bool = True


FIELDS = (
    FillField("campus_id", "Campus"),
    FillField("tutor_group", "Tutor Group", "tutor_fold"),
    FillField("email", "Email", "email_fold", settable=False),
    FillField("phone", "Phone", settable=False),
)
Value = str | int | None


@dataclass(frozen=True, slots=True)
class FillRow:
    """A learner in a list: what stands there, and why nothing will be done where that is so."""

    ref: str
    name: str = field(repr=False)
    old: str = field(repr=False)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What *Flood Fill* would do. The lists hold the first rows only; `ids` and `versions` are whole."""

    what: FillField
    value: Value = field(repr=False)
    shown: str = field(repr=False)
    """The value in words; "" for blank."""
    ids: Keys = field(repr=False)
    versions: Keys = field(repr=False)
    unchanged: int
    refused: int
    changing: tuple[FillRow, ...] = field(repr=False)
    staying: tuple[FillRow, ...] = field(repr=False)
    refusing: tuple[FillRow, ...] = field(repr=False)

    @property
    def selected(self) -> int:
        return len(self.ids) + self.unchanged + self.refused


@dataclass(frozen=True, slots=True)
class FillSummary:
    """What was done. `left`: learners that somebody changed since the preview, the first of them in `conflicts`."""

    operation_id: int
    changed: int
    unchanged: int
    refused: int
    left: int
    conflicts: tuple[FillRow, ...] = field(repr=False)


def field_of(name: str) -> FillField:
    """The field; InputError for one that cannot be filled."""
    for one in FIELDS:
        if one.name == name:
            return one
    raise InputError("This field cannot be filled.", hint="Choose one of the list.", field="field")


def preview(
    context: TaskContext, db: Database, user: User, learner_ids: Sequence[int], name: str, value: Value
) -> Preview:
    """What setting the field `name` of these learners to `value` (None: blank) would do; writes nothing.

    Raises AccessError, InputError for a field or value that cannot be, Cancelled.
    """
    chosen = field_of(name)
    with db.read(context) as tx:
        access.require(tx, user, Permission.EDIT_LEARNERS)
        value, shown = _checked(tx, chosen, value)
        with db.ids_as_table(tx, dict.fromkeys(learner_ids)) as picked:
            found = _Sorted(chosen, value)
            query = _rows(chosen).join(learner, learner.c.id == picked.c.id, isouter=True).order_by(picked.c.place)
            query = query.add_columns(picked.c.id.label("wanted")).select_from(picked)
            query = query.outerjoin(campus, campus.c.id == learner.c.campus_id)
            for rows in tx.execute(query.execution_options(yield_per=FETCH)).partitions():
                context.raise_if_cancelled()
                found.take(rows)
    return found.preview(shown)


def _rows(chosen: FillField) -> Any:
    words: ColumnElement[Any] = campus.c.name if chosen.name == "campus_id" else learner.c[chosen.name]
    return select(
        learner.c.id,
        learner.c.version,
        learner.c.ref,
        learner.c.family_name,
        learner.c.given_names,
        learner.c.removed_at,
        learner.c.merged_into_id,
        learner.c[chosen.name].label("old"),
        words.label("words"),
    )


def _checked(tx: Connection, chosen: FillField, value: Value) -> tuple[Value, str]:
    """The value as stored, and as people read it. Raises InputError."""
    if value is None:
        return None, ""
    if not chosen.settable:
        raise InputError(
            Sentence("{title} can only be made blank for many learners.", title=Sentence(chosen.title)),
            hint="Tick “blank”.",
            field="value",
        )
    if chosen.name == "campus_id":
        known = select(campus.c.name).where(campus.c.id == value, campus.c.active)
        name = tx.execute(known).scalar() if isinstance(value, int) else None
        if name is None:
            raise InputError("There is no such campus (any more).", hint="Choose one of the list.", field="value")
        return value, str(name)
    text = cleaned(str(value))
    if text is None:
        raise InputError("The value is missing.", hint="Type one, or tick “blank”.", field="value")
    if len(text) > (most := LONGEST[chosen.name]):
        raise InputError(
            Sentence("This is too long: there is room for {most} characters.", most=most),
            hint="Shorten it.",
            field="value",
        )
    return text, text


class _Sorted:
    """The learners of a preview, told apart as they are read."""

    def __init__(self, chosen: FillField, value: Value) -> None:
        self._field, self._value = chosen, value
        self._ids, self._versions = Keys("q"), Keys("q")
        self._unchanged = self._refused = 0
        self._changing: list[FillRow] = []
        self._staying: list[FillRow] = []
        self._refusing: list[FillRow] = []

    def take(self, rows: Sequence[Row[Any]]) -> None:
        for row in rows:
            if reason := _why_not(row):
                self._refused += 1
                _keep(self._refusing, row, reason)
            elif row.old == self._value:
                self._unchanged += 1
                _keep(self._staying, row)
            else:
                self._ids.append(row.id)
                self._versions.append(row.version)
                _keep(self._changing, row)

    def preview(self, shown: str) -> Preview:
        return Preview(
            self._field,
            self._value,
            shown,
            self._ids,
            self._versions,
            self._unchanged,
            self._refused,
            tuple(self._changing),
            tuple(self._staying),
            tuple(self._refusing),
        )


def _keep(rows: list[FillRow], row: Row[Any], reason: str = "") -> None:
    if len(rows) < SHOWN_OF_EACH:
        name = ", ".join(part for part in (row.family_name, row.given_names) if part)
        rows.append(FillRow(row.ref or "", name, str(row.words or ""), reason))


def _why_not(row: Row[Any]) -> str:
    """Why nothing is to be done about this learner; "" where nothing speaks against it."""
    if row.id is None:
        return "No longer in the database"
    if row.removed_at is not None:
        return "Removed by somebody else"
    return "Merged into another learner" if row.merged_into_id is not None else ""


@begun_anew
def fill(context: TaskContext, db: Database, user: User, seen: Preview) -> FillSummary:
    """Do what the preview showed; one operation, one transaction. A learner changed since is left as it is.

    Raises AccessError; InputError where there is nothing to do; ConflictError if every one of the learners was
    changed since; Cancelled. After any of them the database is as before.
    """
    if not seen.ids:
        raise InputError("Every one of these learners has this value already.", hint="Nothing needs to be done.")
    with db.write() as tx:
        access.require(tx, user, Permission.EDIT_LEARNERS)
        _checked(tx, seen.what, seen.value)
        reason = f"{seen.what.title}: {seen.shown or 'blank'}"
        operation = history.begin(tx, db, user.id, FILLED, reason=reason)
        left: list[int] = []
        for start in range(0, len(seen.ids), BATCH):
            context.report(start, len(seen.ids), "Filling")
            left += _fill_some(operation, seen, slice(start, start + BATCH))
        changed = len(seen.ids) - len(left)
        if not changed:
            raise ConflictError(
                "Every one of these learners was changed by somebody else meanwhile. Nothing was written.",
                hint="Refresh the list and look at the preview again.",
            )
        conflicts = _conflicts(tx, seen.what, left[:SHOWN_OF_EACH])
        context.report(len(seen.ids), len(seen.ids), "Filling")
        operation.end(tx)
    return FillSummary(operation.id, changed, seen.unchanged, seen.refused, len(left), conflicts)


def _fill_some(operation: Operation, seen: Preview, part: slice) -> list[int]:
    """One batch; returns the ids of those that were changed since."""
    rows = list(zip(seen.ids[part], seen.versions[part], strict=True))
    values = {seen.what.name: seen.value}
    if not seen.what.fold:
        return change_rows(operation, learner, rows, values)
    # The quick filter's text and the folded companion follow, unless only capitals or accents differ.
    folded = fold(None if seen.value is None else str(seen.value))
    plain, found, texts = [], [], []
    versions = dict(rows)
    for row, text in _search_texts(operation, seen.what, folded, list(versions)):
        same = getattr(row, seen.what.fold) == folded
        if same:
            plain.append((row.id, versions.pop(row.id)))
        else:
            found.append((row.id, versions.pop(row.id)))
            texts.append(text)
    left = change_rows(operation, learner, plain, values)
    left += change_rows(operation, learner, found, {**values, seen.what.fold: folded}, {"search_fold": texts})
    return left + list(versions)


def _search_texts(
    operation: Operation, chosen: FillField, folded: str | None, ids: Sequence[int]
) -> Iterator[tuple[Row[Any], str]]:
    """Each learner, and what the quick filter will look at; if somebody changes one now, its version will not fit."""
    query: Any = select(
        learner.c.id,
        learner.c.ref_fold,
        learner.c.family_fold,
        learner.c.given_fold,
        learner.c.known_fold,
        learner.c.uln,
        learner.c.postcode,
        learner.c.email_fold,
        learner.c.tutor_fold,
        learner.c.birth_date,
    )
    with operation.db.ids_as_table(operation.tx, ids) as picked:
        rows = operation.tx.execute(query.join(picked, picked.c.id == learner.c.id)).all()
    for row in rows:
        texts = {
            "ref": row.ref_fold,
            "family_name": row.family_fold,
            "given_names": row.given_fold,
            "known_as": row.known_fold,
            "uln": fold(row.uln),
            "postcode": fold(row.postcode),
            "email": row.email_fold,
            "tutor_group": row.tutor_fold,
        }
        yield row, search_text({**texts, chosen.name: folded}, row.birth_date)


def _conflicts(tx: Connection, chosen: FillField, ids: Sequence[int]) -> tuple[FillRow, ...]:
    query = _rows(chosen).outerjoin(campus, campus.c.id == learner.c.campus_id).order_by(learner.c.ref_fold)
    rows: list[FillRow] = []
    for row in tx.execute(query.where(learner.c.id.in_(ids))):
        _keep(rows, row, _why_not(row) or "Changed by somebody else since the preview")
    return tuple(rows)
