"""The words of an import: severities, rules and outcomes (course-record-import.md 4, 5 and 8)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """From what ends the whole file to what is only told."""

    FILE = "file"
    ERROR = "error"
    CONFIRM = "confirm"
    WARN = "warn"
    INFO = "info"


class Outcome(StrEnum):
    """What becomes of a row: exactly one each, and together they are the rows of the file."""

    ENROLLED = "enrolled"
    COMPLETED = "completed"
    CREDITED = "credited"
    HELD = "held"
    SKIPPED_EXISTING = "skipped_existing"
    SKIPPED_DUPLICATE = "skipped_duplicate"
    REFUSED = "refused"
    """A rule that a person had to acknowledge was not acknowledged."""
    ERROR = "error"
    NOT_REACHED = "not_reached"


GOOD = frozenset({Outcome.ENROLLED, Outcome.COMPLETED, Outcome.CREDITED, Outcome.HELD})
"""The outcomes of which something is written."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: how bad it is to break it, what it is called in one line, and whether a click may mend it."""

    id: str
    severity: Severity
    title: str
    repair: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule broken by one row, or by the file. `column` and `value` as in the file; `message` says what to do;
    `repaired` the text that a repair would put in place of the value, "" where none is offered."""

    rule: str
    message: str
    column: str = ""
    value: str = field(default="", repr=False)
    repaired: str = field(default="", repr=False)
    severity: Severity | None = None
    """Where it differs from the rule's own (CR-03, CR-06, CR-37, CR-42)."""

    @property
    def weight(self) -> Severity:
        return self.severity or RULES[self.rule].severity


_ALL = (
    Rule("CR-01", Severity.FILE, "The file cannot be read as a table"),
    Rule("CR-02", Severity.FILE, "A heading has extra spaces", repair=True),
    Rule("CR-03", Severity.FILE, "A needed column is missing, or its cell is empty"),
    Rule("CR-04", Severity.FILE, "A column comes twice"),
    Rule("CR-05", Severity.WARN, "A column is not known"),
    Rule("CR-06", Severity.ERROR, "Special characters", repair=True),
    Rule("CR-07", Severity.WARN, "Extra spaces in a cell"),
    Rule("CR-08", Severity.ERROR, "More or fewer cells than headings, or one too long"),
    Rule("CR-09", Severity.CONFIRM, "This file was imported before"),
    Rule("CR-10", Severity.ERROR, "Neither learner id nor e-mail"),
    Rule("CR-11", Severity.ERROR, "Neither 0 nor 1", repair=True),
    Rule("CR-12", Severity.ERROR, "Not a date as YYYY-MM-DD", repair=True),
    Rule("CR-13", Severity.ERROR, "Not an amount of credit"),
    Rule("CR-14", Severity.ERROR, "Credit without its type, or the reverse"),
    Rule("CR-15", Severity.ERROR, "Credit type not known"),
    Rule("CR-16", Severity.ERROR, "Credit type not active on the course"),
    Rule("CR-17", Severity.ERROR, "Dates in the wrong order"),
    Rule("CR-18", Severity.WARN, "A global import is never counted"),
    Rule("CR-19", Severity.ERROR, "The row is of another course"),
    Rule("CR-20", Severity.WARN, "The title differs from the course's"),
    Rule("CR-21", Severity.WARN, "An unlikely date of completion"),
    Rule("CR-22", Severity.WARN, "A date of completion, but not complete"),
    Rule("CR-23", Severity.ERROR, "Id and e-mail belong to different learners"),
    Rule("CR-24", Severity.WARN, "The family name differs"),
    Rule("CR-25", Severity.INFO, "No learner matches: the row is held"),
    Rule("CR-26", Severity.CONFIRM, "A new course would be made as a shell"),
    Rule("CR-27", Severity.WARN, "The course is an imported shell: no certificate"),
    Rule("CR-30", Severity.ERROR, "Partial credit, but Variable is off"),
    Rule("CR-31", Severity.ERROR, "More credit than the course gives"),
    Rule("CR-32", Severity.WARN, "Below the minimum, or between two steps"),
    Rule("CR-33", Severity.CONFIRM, "Unknown learner, and nothing stops completion"),
    Rule("CR-34", Severity.CONFIRM, "Enrolling would complete and credit at once"),
    Rule("CR-35", Severity.ERROR, "Credit on an incomplete record", repair=True),
    Rule("CR-36", Severity.ERROR, "Several credit types in one row", repair=True),
    Rule("CR-37", Severity.ERROR, "The same learner, course and type twice"),
    Rule("CR-38", Severity.WARN, "One participant counted twice", repair=True),
    Rule("CR-39", Severity.WARN, "A start date or a category is missing: not counted"),
    Rule("CR-40", Severity.WARN, "Complete without a date: the day of the import"),
    Rule("CR-41", Severity.CONFIRM, "Legacy data only: a global import is not counted"),
    Rule("CR-42", Severity.ERROR, "What is there cannot be updated"),
    Rule("CR-43", Severity.CONFIRM, "Credit in a file is not reported outside"),
    Rule("CR-44", Severity.INFO, "The course awards the credit, and it is reported"),
    Rule("CR-45", Severity.WARN, "No credit is awarded now"),
)

RULES: Mapping[str, Rule] = {one.id: one for one in _ALL}
