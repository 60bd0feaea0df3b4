"""How a job of course records and its rows are kept between the dry run and the application (data-model.md 3).

A row keeps the cells as they stand in the file, and is read again with what the job was asked: so what is applied is
what was checked, and a row can be exported as it came.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from app.db.tables import file_job
from app.imports import forecast
from app.imports.columns import Column, Importer
from app.imports.forecast import Forecast, Tally
from app.imports.reading import Asked, RowReader
from app.imports.record import Read
from app.imports.repairs import Repair, Repairs
from app.imports.rules import Finding, Outcome, Severity
from app.json_text import decoded, encoded
from app.sentence import Sentence

KIND = "course_records"
GLOBAL_SCOPE = "global"


def scope_of(importer: Importer, course: str = "") -> str:
    """The scope of a job, by which imports exclude one another (CR-L1): `global` or `course:CODE`."""
    return GLOBAL_SCOPE if importer is Importer.GLOBAL else f"course:{course}"


def importer_of(scope: str) -> str:
    """The importer of a scope in words."""
    if scope == GLOBAL_SCOPE:
        return "The global importer"
    return Sentence("The importer of {course}", course=scope.removeprefix("course:"))


@dataclass(frozen=True, slots=True)
class JobFacts:
    """What a job was asked, and what the dry run found of the file as a whole."""

    asked: Asked
    assign: bool
    """Assign immediately: else every row goes to the holding list."""
    path: str
    """Where the file was on the computer of the job."""
    course_id: int | None = None
    headings: tuple[str, ...] = ()
    columns: tuple[Column | None, ...] = ()
    findings: tuple[Finding, ...] = ()
    """About the file as a whole: CR-01 to CR-06, CR-09, CR-41."""
    rules: Mapping[tuple[str, Severity], int] = field(default_factory=dict)
    """How many rows break a rule; of CR-26 how many courses would be made."""
    tally: Tally = field(default_factory=Tally)
    lms: tuple[tuple[str, int], ...] = ()
    """Courses of the LMS into which learners would be put by it: by their names, how many rows enrol at most."""

    @property
    def whole(self) -> frozenset[str]:
        """The rules that concern every row, and have to be acknowledged for any of them to be applied."""
        return frozenset(one.rule for one in self.findings if one.weight is Severity.CONFIRM)

    @property
    def to_confirm(self) -> dict[str, int]:
        """The rules that have to be acknowledged, with how many rows (of CR-26: courses) they concern."""
        found = {rule: count for (rule, weight), count in self.rules.items() if weight is Severity.CONFIRM}
        return dict(sorted({**found, **dict.fromkeys(self.whole, self.tally.rows)}.items()))

    def outcomes(self, acknowledged: Collection[str]) -> dict[Outcome, int]:
        """How many rows end how if just these rules are acknowledged; together they are the rows of the file."""
        return self.tally.outcomes(acknowledged, self.whole)

    def reader(self) -> RowReader:
        """Reads the stored rows of the job as they were read at first."""
        return RowReader(self.columns, self.asked)

    def packed(self) -> dict[str, Any]:
        """As it is kept in `file_job.options`."""
        asked = self.asked
        return {
            "importer": asked.importer.value,
            "course": asked.course,
            "course_id": self.course_id,
            "repairs": [[one.rule, str(one.column), one.option] for one in sorted(asked.repairs.chosen)],
            "types": sorted(asked.types),
            "today": asked.today.isoformat(),
            "assign": self.assign,
            "path": self.path,
            "headings": list(self.headings),
            "columns": [None if one is None else one.value for one in self.columns],
            "findings": [_packed(one) for one in self.findings],
            "rules": [[rule, weight.value, count] for (rule, weight), count in self.rules.items()],
            "tally": self.tally.packed(),
            "lms": self.lms,
        }


def facts_of(options: Mapping[str, Any]) -> JobFacts:
    """What `JobFacts.packed` kept."""
    asked = Asked(
        Importer(options["importer"]),
        options["course"],
        Repairs(frozenset(Repair(*one) for one in options["repairs"])),
        frozenset(options["types"]),
        date.fromisoformat(options["today"]),
    )
    return JobFacts(
        asked,
        options["assign"],
        options["path"],
        options["course_id"],
        tuple(options["headings"]),
        tuple(None if one is None else Column(one) for one in options["columns"]),
        tuple(map(_unpacked, options["findings"])),
        {(rule, Severity(weight)): count for rule, weight, count in options["rules"]},
        Tally.unpacked(options["tally"]),
        tuple((name, number) for name, number in options.get("lms", ())),
    )


# ----------------------------------------------------------------------------------------------------------- rows


def packed_cells(line: int, cells: Sequence[str]) -> str:
    """`file_row.cells`: the line of the file, then the cells as they stand there."""
    return encoded([line, *cells])


def unpacked_cells(stored: str | None) -> tuple[int, tuple[str, ...]]:
    """The line and the cells; nothing of a row whose cells were purged."""
    if stored is None:
        return 0, ()
    line, *cells = decoded(stored)
    return line, tuple(cells)


def packed_findings(findings: Iterable[Finding], one: Forecast) -> str | None:
    """`file_row.findings`: the findings, then the forecast beside its outcome; None where there is neither."""
    found = [_packed(finding) for finding in findings]
    if not found and not one.needs and one.answers is None:
        return None
    return encoded([found, *forecast.packed(one)])


def _packed(one: Finding) -> list[str]:
    parts = [one.rule, one.message, str(one.column), one.value, one.repaired]
    if one.severity is not None:
        return [*parts, one.severity.value]
    while not parts[-1]:
        parts.pop()
    return parts


def _unpacked(stored: Sequence[str]) -> Finding:
    rule, message, column, value, repaired, severity = [*stored, *[""] * (6 - len(stored))]
    return Finding(rule, message, column, value, repaired, Severity(severity) if severity else None)


@dataclass(frozen=True, slots=True)
class StoredRow:
    """One row of a job, as the dry run left it or as it was applied."""

    id: int
    number: int
    line: int
    cells: tuple[str, ...] = field(repr=False)
    learner_id: int | None
    course_id: int | None
    findings: tuple[Finding, ...] = field(repr=False)
    forecast: Forecast
    outcome: Outcome | None
    """What became of it; None until it was applied."""

    @property
    def weight(self) -> Severity | None:
        """The worst of what was found."""
        order = list(Severity)
        return min((one.weight for one in self.findings), key=order.index, default=None)


def row_of(row: Row[Any]) -> StoredRow:
    """A row of `file_row` (all of its columns)."""
    line, cells = unpacked_cells(row.cells)
    found, *rest = decoded(row.findings) if row.findings else [[]]
    return StoredRow(
        row.id,
        row.number,
        line,
        cells,
        row.learner_id,
        row.course_id,
        tuple(map(_unpacked, found)),
        forecast.unpacked(row.predicted, rest),
        None if row.outcome is None else Outcome(row.outcome),
    )


class Readers:
    """Reads stored rows of whatever jobs, each as its job was asked."""

    def __init__(self) -> None:
        self._known: dict[int, RowReader] = {}

    def read(self, tx: Connection, job_id: int, number: int, cells: str) -> Read:
        """The row as it was read at first."""
        reader = self._known.get(job_id)
        if reader is None:
            options = tx.execute(select(file_job.c.options).where(file_job.c.id == job_id)).scalar_one()
            reader = self._known[job_id] = facts_of(decoded(options)).reader()
        line, parts = unpacked_cells(cells)
        return reader.read(number, line, parts)
