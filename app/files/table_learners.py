"""Rows of a table to learners: one row for each, or several that are brought together (learner-files.md 5).

The table is gone through twice. The first time finds out whose rows come more than once, and in which order dates
are written; the second time makes the records, holding only those learners whose last row is still to come.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from app.errors import InputError
from app.files.cells import DateOrder, proves_month_first
from app.files.columns import Mapping
from app.files.headings import DATE_FIELDS, LRS_BATCH
from app.files.row_reader import RowReader
from app.files.rows import LEARNER_FIELDS, LearnerRecord, Level, Reading, Value
from app.files.table import Table
from app.folding import fold
from app.sentence import Sentence
from app.tasks import TaskContext

_SEEN_DATES = 100_000
_SURVEYED = DATE_FIELDS | {"ref", "uln"}


@dataclass(slots=True)
class Survey:
    """What a first look at all rows shows."""

    rows: int = 0
    last: dict[str, int] = field(default_factory=dict, repr=False)
    """By learner, for those with several rows: the line of the last one."""
    month_first: dict[str, int] = field(default_factory=dict)
    """By field: the first line with a date that makes sense only with the month first."""


class _Keys:
    """Whose row it is: by reference, else by ULN and date of birth (learner-files.md 5)."""

    def __init__(self, mapping: Mapping) -> None:
        self._ref, self._uln = mapping.index("ref"), mapping.index("uln")
        self._born = mapping.index("birth_date")

    def of(self, cells: list[str]) -> str | None:
        if self._ref >= 0:
            return fold(cells[self._ref])
        if self._uln < 0 or not (uln := cells[self._uln].strip()) or uln == "9999999999":
            return None
        return f"{uln}\x1f{cells[self._born].strip() if self._born >= 0 else ''}"


def survey(context: TaskContext, table: Table, mapping: Mapping) -> Survey:
    """Go through all rows once, if that was not done. Raises InputError for what cannot be read, Cancelled after a
    cancel."""
    asked = tuple((one.index, one.field, one.aim) for one in mapping.uses if one.field in _SURVEYED)
    found: Survey | None = table.surveys.get(asked)
    if found is None:
        found = table.surveys[asked] = _surveyed(context, table, mapping)
    return found


def _surveyed(context: TaskContext, table: Table, mapping: Mapping) -> Survey:
    found, keys, seen = Survey(), _Keys(mapping), set[str]()
    dates: list[tuple[int, str, set[str]]] = [
        (one.index, one.field, set()) for one in mapping.uses if one.field in DATE_FIELDS
    ]
    key_of, last, count = keys.of, found.last, 0
    for line, cells in table.rows(context, "Looking through the rows"):
        count += 1
        key = key_of(cells)
        if key is not None:
            if key in seen:
                last[key] = line
            else:
                seen.add(key)
        for index, name, known in dates:
            text = cells[index]
            if text not in known:
                if len(known) < _SEEN_DATES:
                    known.add(text)
                if proves_month_first(text):
                    found.month_first.setdefault(name, line)
    found.rows = count
    return found


def apply(context: TaskContext, table: Table, mapping: Mapping, today: date | None = None) -> Reading:
    """The learners of a table under a mapping.

    Raises InputError if the mapping leaves open who a row is about, or for what cannot be read.
    """
    if mapping.index("ref") < 0 and mapping.index("uln") < 0:
        raise InputError(
            "No column holds the person code or the ULN.", hint="Say which column it is, then try again.", field="ref"
        )
    mapping = _batch(table, mapping)
    found = survey(context, table, mapping)
    facts = table.facts
    for name, line in found.month_first.items():
        if mapping.orders.get(name, DateOrder.DAY_FIRST) is DateOrder.DAY_FIRST:
            what = LEARNER_FIELDS.get(name, "Dates of courses")
            reason = Sentence(
                "{what}: line {line:,} has a date with the month first. Say how the dates are to be read.",
                what=Sentence(what),
                line=line,
            )
            facts.note(Level.ASK, "date_order", reason, name)
    if found.rows == 0:
        facts.note(Level.STOP, "no_learners", "No learners in this file: nothing changed. Choose the full list.")
    if found.last:
        facts.note(Level.INFO, "several_rows", "Learners with several rows were brought together.")
    reader = RowReader(table, mapping, today or date.today())
    return Reading(facts, _records(context, table, reader, _Keys(mapping), found))


def _records(
    context: TaskContext, table: Table, reader: RowReader, keys: _Keys, found: Survey
) -> Iterator[LearnerRecord]:
    waiting: dict[str, LearnerRecord] = {}
    key_of, last = keys.of, found.last
    for line, cells in table.rows(context):
        key = key_of(cells)
        if key is None or key not in last:
            yield reader.read(line, cells)
            continue
        if key in waiting:
            _merge(waiting[key], reader.read(line, cells, again=True))
        else:
            waiting[key] = reader.read(line, cells)
        if line >= last[key]:
            yield waiting.pop(key)


def _merge(into: LearnerRecord, more: LearnerRecord) -> None:
    """Bring a further row of a learner in: what was missing is filled, what differs is told, aims are added."""
    known = {(one.kind, one.field) for one in into.problems}
    for name, value in more.values.items():
        held = into.values.get(name)
        if held is None or held == "":
            into.values[name] = value
        elif _differ(name, held, value) and ("rows_differ", name) not in known:
            into.note(Level.WARN, "rows_differ", name, "The learner's rows differ here; the first was taken.")
    if into.values.get("uln") and into.values.get("uln") == more.values.get("uln"):
        into.values["uln_state"] = more.values["uln_state"]
    new = [one for one in more.aims if one not in into.aims]
    into.aims += new
    if not new and ("repeated_row", "ref") not in known:
        into.note(Level.INFO, "repeated_row", "ref", "This learner has a further row that says nothing new.")
    for one in more.problems:
        if (one.kind, one.field) not in known:
            one.place = into.place
            into.problems.append(one)


def _differ(name: str, held: Value, value: Value) -> bool:
    """Whether two rows say different things; of one learner the spelling of the reference may differ."""
    if value is None or held == value or name in {"uln_state", "postcode_is_prior"}:
        return False
    return name != "ref" or fold(str(held)) != fold(str(value))


def _batch(table: Table, mapping: Mapping) -> Mapping:
    """Of an LRS batch file the first row says whose file it is; that stands for all of it (learner-files.md 6)."""
    at = mapping.index("ukprn")
    if mapping.known_as != LRS_BATCH or at < 0 or not table.sample:
        return mapping
    said = table.sample[0][at].strip() if at < len(table.sample[0]) else ""
    if said:
        table.facts.ukprns.setdefault("source", said[:20])
    return mapping.changed(at, "")
