"""From a path to learners: what the file is, which column of a table fills which field, and the reading itself."""

from collections.abc import Iterator
from collections.abc import Mapping as Pairs
from pathlib import Path

from app.access import User
from app.db.database import Database
from app.files.cells import DateOrder
from app.files.checks import FileChecks
from app.files.columns import Mapping, guess
from app.files.headings import AIM_FIELDS
from app.files.ilr import read_ilr
from app.files.lrs_batch import read_lrs_xml
from app.files.recognise import recognise
from app.files.rows import LEARNER_FIELDS, FileKind, LearnerRecord, Level, Reading
from app.files.table import open_table
from app.files.table_learners import apply, survey
from app.sentence import Sentence, plural
from app.table_columns import KIND, TABLES, TableColumns, held, open_orders, remember, seen
from app.tasks import TaskContext

_MORE_TITLES = {
    "postcode_prior": "Postcode before enrolment",
    "middle_names": "Middle names",
    "full_name": "Whole name (family name, given names)",
    "postcode_out": "Postcode, first part",
    "postcode_in": "Postcode, second part",
    "aim_ref": "Aim reference",
    "aim_type": "Aim type",
    "seq": "Aim number",
    "starts": "Start date",
    "planned_end": "Planned end date",
    "ends": "Actual end date",
    "fund_model": "Funding model",
    "prog_type": "Programme type",
    "std_code": "Standard code",
    "completion": "Completion status",
    "outcome": "Outcome",
    "grade": "Grade",
    "delivery_postcode": "Delivery postcode",
    "supplier_id": "Supplier's aim id",
    "code_a": "Provider's aim code A",
    "code_b": "Provider's aim code B",
    "code_c": "Provider's aim code C",
    "code_d": "Provider's aim code D",
    "course_code": "Course code",
    "course_title": "Course title",
    "more_aim_refs": "Several aim references",
}
_NOT_CHOSEN = frozenset({"uln_state", "postcode_is_prior", "provider_code_a", "provider_code_b"})
FIELD_TITLES: Pairs[str, str] = {
    **{name: title for name, title in LEARNER_FIELDS.items() if name not in _NOT_CHOSEN},
    **{name: title for name, title in _MORE_TITLES.items() if name not in AIM_FIELDS},
    **{name: _MORE_TITLES[name] for name in _MORE_TITLES if name in AIM_FIELDS},
}
"""What a column can fill, and its title: fields of the learner first."""


def kind_of(path: Path) -> FileKind:
    """What the file is, by its content. Raises InputError naming what it is if it is no file of learners."""
    return recognise(path)


def columns_of(
    context: TaskContext, db: Database, user: User, path: Path, kind: FileKind, *, sheet: str = ""
) -> TableColumns:
    """Look through a table: its headings, a sample, and the columns as remembered, else as guessed.

    Raises InputError for what cannot be read, Cancelled.
    """
    table = open_table(context, path, kind, sheet=sheet)
    mapping = held(context, db, user, table)
    known = mapping is not None
    mapping = mapping if mapping is not None else guess(table.headings)
    found = survey(context, table, mapping)
    return seen(table, mapping, known, found.month_first, found.rows)


def why_not(columns: TableColumns, mapping: Mapping) -> str:
    """Why the table cannot be read under this mapping; "" if it can."""
    if mapping.index("ref") < 0 and mapping.index("uln") < 0:
        return "Say which column holds the person code or the ULN."
    if names := open_orders(columns, mapping):
        return Sentence("Say how the dates of {title} are written.", title=Sentence(FIELD_TITLES[names[0]]))
    return ""


def reading(
    context: TaskContext,
    path: Path,
    kind: FileKind,
    mapping: Mapping | None = None,
    *,
    sheet: str = "",
    encoding: str = "",
    columns: TableColumns | None = None,
) -> Reading:
    """The learners of the file. `mapping` and `sheet` are for tables (a guess stands in for what is not said), as
    are `columns`, which spare a table that has not changed since the looking through; `encoding` is for the second
    try after an EncodingError. Raises InputError, Cancelled."""
    if kind is FileKind.ILR_XML:
        return _looked_at(read_ilr(context, path, encoding=encoding))
    if kind is FileKind.LRS_BATCH_XML:
        return _looked_at(read_lrs_xml(context, path))
    known = columns.table.again(sheet) if columns is not None and columns.table is not None else None
    table = known or open_table(context, path, kind, sheet=sheet)
    if mapping is not None:
        # A person has looked at the columns: that question is answered.
        table.facts.problems = [one for one in table.facts.problems if one.kind != "no_headings"]
    return _looked_at(apply(context, table, mapping or guess(table.headings)))


def _looked_at(found: Reading) -> Reading:
    """The same, each learner with what `FileChecks` finds: second learners of one code, shared ULNs, odd dates."""
    checks = FileChecks(found.facts)

    def learners() -> Iterator[LearnerRecord]:
        for record in found.learners:
            checks.look(record)
            yield record
        if number := len(checks.shared):
            reason = plural(
                number,
                "{n} ULN stands on more than one learner; every learner after the first is marked. Find out "
                "whose it is.",
                "{n} ULNs stand on more than one learner; every learner after the first is marked. Find out "
                "whose it is.",
            )
            found.facts.note(Level.WARN, "shared_uln", reason)

    return Reading(found.facts, learners())


__all__ = [
    "FIELD_TITLES",
    "KIND",
    "TABLES",
    "DateOrder",
    "Mapping",
    "TableColumns",
    "columns_of",
    "kind_of",
    "open_orders",
    "reading",
    "remember",
    "why_not",
]
