"""What every reader of learner files hands on: learners, their aims, what is wrong, and facts about the file.

The readers differ; what they yield does not. A learner is written alike whether it came as an ILR, a CSV file, a
workbook or an LRS batch file.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum

Value = str | date | bool | None


class FileKind(StrEnum):
    """What a file is, by its content."""

    ILR_XML = "ilr"
    LRS_BATCH_XML = "lrs_xml"
    CSV = "csv"
    XLSX = "xlsx"


class Level(IntEnum):
    """How much a problem weighs (learner-files.md 8)."""

    INFO = 0
    WARN = 1
    """Loaded, but needs attention."""
    ASK = 2
    """A person must decide before anything is loaded."""
    STOP = 3
    """Not loaded: the row, or on a file all of it."""


@dataclass(slots=True)
class Place:
    """Where in the file: the n-th learner, and the line (of a sheet: the row) it begins on."""

    number: int
    line: int
    sheet: str = ""


@dataclass(slots=True)
class Problem:
    """One thing that is wrong: what, and what to do. Never holds the value itself: that may be personal.

    `kind` stays the same from release to release and is what problems are counted by.
    """

    level: Level
    kind: str
    field: str
    reason: str
    place: Place | None = None


@dataclass(slots=True, repr=False)
class AimRecord:
    """One learning delivery, or one course of a table. Codes are text; None where the file says nothing."""

    aim_ref: str | None = None
    aim_type: str | None = None
    seq: str | None = None
    starts: date | None = None
    planned_end: date | None = None
    ends: date | None = None
    fund_model: str | None = None
    prog_type: str | None = None
    std_code: str | None = None
    completion: str | None = None
    outcome: str | None = None
    grade: str | None = None
    delivery_postcode: str | None = None
    supplier_id: str | None = None
    code_a: str | None = None
    code_b: str | None = None
    code_c: str | None = None
    code_d: str | None = None
    course_code: str | None = None
    course_title: str | None = None


@dataclass(slots=True)
class LearnerRecord:
    """One learner of the file.

    `values` holds only what the file says something about; the keys are those of LEARNER_FIELDS.
    """

    place: Place
    values: dict[str, Value] = field(default_factory=dict, repr=False)
    aims: list[AimRecord] = field(default_factory=list, repr=False)
    problems: list[Problem] = field(default_factory=list)

    @property
    def rejected(self) -> bool:
        """Whether this learner must not be loaded."""
        return any(one.level is Level.STOP for one in self.problems)

    @property
    def ref(self) -> str:
        """The learner's reference as spelt in the file; "" for none."""
        return str(self.values.get("ref") or "")

    def note(self, level: Level, kind: str, name: str, reason: str) -> None:
        """Add a problem of this learner."""
        self.problems.append(Problem(level, kind, name, reason, self.place))


LEARNER_FIELDS: Mapping[str, str] = {
    "ref": "Person code",
    "prev_ref": "Previous person code",
    "uln": "ULN",
    "uln_state": "ULN state",
    "family_name": "Family name",
    "given_names": "Given names",
    "first_name": "First name",
    "known_as": "Known as",
    "birth_date": "Date of birth",
    "sex": "Sex",
    "postcode": "Postcode",
    "postcode_is_prior": "Postcode is the one before enrolment",
    "email": "E-mail",
    "phone": "Telephone",
    "campus_code": "Campus",
    "tutor_group": "Tutor group",
    "ukprn": "UKPRN",
    "year": "Academic year",
    "provider_code_a": "Provider's code A",
    "provider_code_b": "Provider's code B",
    "return_code": "Return code",
}
"""The keys of `LearnerRecord.values` and their titles."""


@dataclass(slots=True)
class FileFacts:
    """What the file says about itself. What stands at the end of a file is known when it has been read."""

    kind: FileKind
    name: str
    year: str = ""
    """ "2025/26"; "" for unknown."""
    ukprns: dict[str, str] = field(default_factory=dict)
    """By where it stands: "provider", "source", "column" (of a table, the first), "name"."""
    prepared: date | None = None
    software: str = ""
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header_row: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def ukprn(self) -> str:
        """Of provider, sender, a column or the name of the file, in this order (learner-files.md 4); else ""."""
        return next(
            (self.ukprns[one] for one in ("provider", "source", "column", "name") if self.ukprns.get(one)), ""
        )

    def note(self, level: Level, kind: str, reason: str, name: str = "") -> None:
        """Add a problem of the whole file, once."""
        if not any(one.kind == kind and one.field == name for one in self.problems):
            self.problems.append(Problem(level, kind, name, reason))


@dataclass(slots=True)
class Reading:
    """A file being read: its facts first, then its learners, once."""

    facts: FileFacts
    learners: Iterator[LearnerRecord]
