"""What every reader of learner files hands on: learners, their aims, what is wrong, and facts about the file.

The readers differ; what they yield does not. A learner is written alike whether it came as an ILR, a CSV file, a
workbook or an LRS batch file.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum
from typing import Any, Generic, TypeVar

Value = str | date | bool | None
_Kind = TypeVar("_Kind")


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


class _Told(Generic[_Kind]):
    """What a file tells of an aim under this name; None where it says nothing."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, aim: "AimRecord", owner: type) -> _Kind | None:
        return aim.values.get(self._name)


class AimRecord:
    """One learning delivery, or one course of a table. `values` holds only what the file says, codes as text; `seq`
    is as written. Kept as it is until the load: there are several for each learner."""

    __slots__ = ("seq", "values")

    aim_ref = _Told[str]()
    aim_type = _Told[str]()
    starts = _Told[date]()
    planned_end = _Told[date]()
    ends = _Told[date]()
    fund_model = _Told[str]()
    prog_type = _Told[str]()
    std_code = _Told[str]()
    completion = _Told[str]()
    outcome = _Told[str]()
    grade = _Told[str]()
    delivery_postcode = _Told[str]()
    supplier_id = _Told[str]()
    code_a = _Told[str]()
    code_b = _Told[str]()
    code_c = _Told[str]()
    code_d = _Told[str]()
    course_code = _Told[str]()
    course_title = _Told[str]()

    def __init__(self, seq: str | None = None, values: dict[str, Any] | None = None, **told: Any) -> None:
        """`values` is taken as it is; of `told` what says something."""
        self.seq = seq
        self.values = values if values is not None else {name: value for name, value in told.items() if value}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AimRecord) and (self.seq, self.values) == (other.seq, other.values)

    __hash__ = None  # type: ignore[assignment]


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
