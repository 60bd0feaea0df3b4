"""LRS batch files: asking for ULNs, and the answer with ULNs filled in (learner-files.md 6).

The answer as CSV is a table like others: its headings are known, and `table_learners.apply` reads it.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from app.errors import InputError
from app.files.columns import guess
from app.files.row_reader import RowReader
from app.files.rows import FileFacts, FileKind, LearnerRecord, Level, Reading
from app.files.source import pieces
from app.files.table import Table
from app.files.xml_stream import Element, XmlBytes, elements
from app.folding import cleaned
from app.tasks import TaskContext
from app.whole_file import whole_file

COLUMNS = (
    "ULN", "MISIdentifier", "Title", "GivenName", "PreferredGivenName", "MiddleOtherName", "FamilyName",
    "PreviousFamilyName", "FamilyNameAtAge16", "SchoolAtAge16", "LastKnownAddressLine1", "LastKnownAddressLine2",
    "LastKnownAddressTown", "LastKnownAddressCountyOrCity", "LastKnownPostCode", "DateOfAddressCapture",
    "DateOfBirth", "PlaceOfBirth", "EmailAddress", "Gender", "Nationality", "ScottishCandidateNumber",
    "AbilityToShare", "VerificationType", "OtherVerificationDescription", "Notes",
)  # fmt: skip
"""In the order of the batch record."""
_FILE_COLUMNS = ("FileVersion", "FileName", "UKPRN", "RecordCount")
# The name of the fourth is not published; it is mandatory, and a count is the best that is known.
_VERSION = "2A"
_LONGEST_NAME = 35
_GENDERS = {"M": "1", "F": "2"}
_ARMED = "=+-@\t\r"


def read_lrs_xml(context: TaskContext, path: Path, today: date | None = None) -> Reading:
    """The learners of an LRS batch file as XML. Raises InputError for what cannot be read."""
    facts = FileFacts(FileKind.LRS_BATCH_XML, path.name)
    headings = [*COLUMNS, "ReturnCode"]
    reader = RowReader(Table(path, facts, None, headings, 0), guess(headings), today or date.today())
    return Reading(facts, _records(context, path, facts, reader, {name: at for at, name in enumerate(headings)}))


def _records(
    context: TaskContext, path: Path, facts: FileFacts, reader: RowReader, places: dict[str, int]
) -> Iterator[LearnerRecord]:
    source = XmlBytes(pieces(context, path))
    facts.encoding = source.encoding
    found = elements(source, "Learner", "UKPRN")
    next(found, None)
    for element in found:
        if element.tag.rpartition("}")[2] == "UKPRN":
            facts.ukprns.setdefault("source", (element.text or "").strip()[:20])
            continue
        yield reader.read(element.sourceline or 0, _cells(element, places))
    if reader.count == 0:
        facts.note(Level.STOP, "no_learners", "No learners in this file: nothing changed. Choose the right file.")


def _cells(element: Element, places: dict[str, int]) -> list[str]:
    cells = [""] * len(places)
    for child in element.iter():
        at = places.get(str(child.tag).rpartition("}")[2])
        if at is not None and not cells[at]:
            cells[at] = (child.text or "").strip()
    return cells


@dataclass(frozen=True, slots=True)
class BatchLearner:
    """A learner whose ULN is to be found."""

    ref: str
    family_name: str | None = field(default=None, repr=False)
    given_names: str | None = field(default=None, repr=False)
    first_name: str | None = field(default=None, repr=False)
    known_as: str | None = field(default=None, repr=False)
    birth_date: date | None = field(default=None, repr=False)
    sex: str | None = field(default=None, repr=False)
    postcode: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """How many learners went into the file, and the references of those who lack what LRS requires."""

    written: int
    left_out: tuple[str, ...]


def batch_name(ukprn: str, when: datetime) -> str:
    """`LRB_10000001_231120262215.CSV`."""
    return f"LRB_{ukprn}_{when:%d%m%Y%H%M}.CSV"


def write_batch(path: Path, learners: Iterable[BatchLearner], ukprn: str, when: datetime) -> BatchSummary:
    """Write learners without a ULN as an LRS batch file; names are cut at the 35 characters that LRS holds.

    Who has no name or date of birth is left out and told. Raises InputError if the file cannot be written, or if
    nobody is left to ask for.
    """
    rows, left_out = [], []
    for one in learners:
        cells = _row(one)
        if cells is None:
            left_out.append(one.ref)
        else:
            rows.append(cells)
    if not rows:
        raise InputError(
            "None of these learners has all that LRS asks for: a family name, a given name and a date of birth.",
            hint="Fill them in, then try again.",
        )
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([*_FILE_COLUMNS, *COLUMNS])
    for number, cells in enumerate(rows):
        first = [_VERSION, batch_name(ukprn, when), ukprn, str(len(rows))] if number == 0 else [""] * 4
        writer.writerow([*first, *cells])
    with whole_file(path) as stream:
        stream.write(text.getvalue().encode("utf-8"))
    return BatchSummary(len(rows), tuple(left_out))


def _row(one: BatchLearner) -> list[str] | None:
    family, given = _name(one.family_name), _name(one.given_names)
    first = _name(one.first_name) or given.partition(" ")[0]
    if not (family and first and one.birth_date):
        return None
    middle = given[len(first) :].strip() if given.lower().startswith(first.lower() + " ") else ""
    cells = dict.fromkeys(COLUMNS, "")
    cells["MISIdentifier"] = f"'{one.ref}" if one.ref[:1] in _ARMED else one.ref
    cells["GivenName"], cells["MiddleOtherName"] = first[:_LONGEST_NAME], middle[:_LONGEST_NAME]
    cells["PreferredGivenName"] = _name(one.known_as)[:_LONGEST_NAME]
    cells["FamilyName"] = family[:_LONGEST_NAME]
    cells["LastKnownPostCode"] = _name(one.postcode)
    cells["DateOfBirth"] = one.birth_date.isoformat()
    cells["EmailAddress"] = _name(one.email)
    cells["Gender"] = _GENDERS.get(one.sex or "", "9")
    return list(cells.values())


def _name(text: str | None) -> str:
    """On one line, and never beginning as a formula does: no name does."""
    return (cleaned(text) or "").lstrip(_ARMED + " ")
