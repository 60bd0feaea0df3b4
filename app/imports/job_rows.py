"""The rows of an import job as a grid shows them, by rule and by outcome (course-record-import.md 8).

The findings of a row are JSON, which nothing else searches: here a rule is looked for in the rows of one job only, by
a text that cannot stand in what a file says, whose quotation marks are escaped.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from app.db.among import among
from app.db.tables import file_job, file_row, learner
from app.errors import InputError
from app.folding import storable
from app.imports import stored
from app.imports.columns import Column
from app.imports.rules import RULES, Finding, Outcome, Severity
from app.imports.stored import JobFacts, StoredRow, facts_of
from app.json_text import decoded, encoded
from app.sentence import Sentence
from app.sorting import SortKey, order_by

ENDED: ColumnElement[str] = func.coalesce(file_row.c.outcome, file_row.c.predicted)
"""What became of a row, or what would if everything was acknowledged."""


@dataclass(frozen=True, slots=True)
class JobLine:
    """One row of a file as the grid shows it."""

    row: StoredRow = field(repr=False)
    said: Mapping[Column, str] = field(repr=False)
    """What the file says, by column; cells that were purged say nothing."""
    learner: str = field(repr=False)
    """The learner who was matched; "" if nobody was."""

    @property
    def number(self) -> int:
        return self.row.number

    @property
    def who(self) -> str:
        """Whom the row is about, as the file says it."""
        return self.said.get(Column.USER, "") or self.said.get(Column.EMAIL, "")

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.row.findings

    @property
    def outcome(self) -> Outcome:
        return self.row.outcome or self.row.forecast.outcome


_SORTS: Mapping[str, ColumnElement[Any]] = {
    "number": file_row.c.number,
    "outcome": ENDED,
    "predicted": file_row.c.predicted,
    "learner": learner.c.family_fold,
}
DEFAULT_SORT = "number"


def keys_query(
    job_id: int,
    quick: str = "",
    sort: str = "",
    *,
    descending: bool = False,
    then: Sequence[SortKey] = (),
    rule: str = "",
    outcome: Outcome | None = None,
) -> Select[Any]:
    """The ids of the rows of a job that pass, in order; those that break `rule`, those that end or would end as
    `outcome`."""
    query = _joined(select(file_row.c.id)).where(file_row.c.job_id == job_id, _quick(quick))
    if rule:
        query = query.where(breaks(rule))
    if outcome is not None:
        query = query.where(ENDED.in_([outcome.value]))
    terms = order_by((SortKey(sort if sort in _SORTS else DEFAULT_SORT, descending), *then), _SORTS)
    return query.order_by(*terms, file_row.c.number.desc() if descending else file_row.c.number)


def total_query(job_id: int) -> Select[Any]:
    """How many rows the file of a job has."""
    return select(func.count()).select_from(file_row).where(file_row.c.job_id == job_id)


def breaks(rule: str) -> ColumnElement[bool]:
    """Whether a row breaks a rule."""
    assert rule in RULES
    return file_row.c.findings.contains(encoded([rule])[:-1] + ",", autoescape=True)


def _joined(query: Select[Any]) -> Select[Any]:
    return query.select_from(file_row).outerjoin(learner, learner.c.id == file_row.c.learner_id)


def _quick(text: str) -> ColumnElement[bool]:
    """Each word stands in a cell of the row. Capitals of letters beyond A to Z count as they are typed, or all of
    them: cells are not folded."""
    cells = file_row.c.cells
    found = []
    for word in storable(text).split():
        ways = [func.lower(cells).contains(_inside(word.lower()), autoescape=True)]
        ways += [cells.contains(_inside(one), autoescape=True) for one in dict.fromkeys((word, word.upper()))]
        found.append(or_(*ways))
    return and_(True, *found)


def _inside(word: str) -> str:
    """As it stands within JSON."""
    return encoded(word)[1:-1]


def rows(tx: Connection, ids: Sequence[int]) -> dict[int, JobLine]:
    """The rows of a page (some hundred ids)."""
    query = _joined(select(file_row, learner.c.family_name, learner.c.given_names)).where(among(file_row.c.id, ids))
    found: dict[int, JobLine] = {}
    jobs: dict[int, JobFacts] = {}
    for row in tx.execute(query):
        if row.job_id not in jobs:
            jobs[row.job_id] = facts_of_job(tx, row.job_id)
        names = (row.family_name, row.given_names) if row.learner_id is not None else ()
        found[row.id] = line_of(jobs[row.job_id], stored.row_of(row), ", ".join(filter(None, names)))
    return found


def line_of(facts: JobFacts, row: StoredRow, name: str) -> JobLine:
    pairs = zip(facts.columns, row.cells, strict=False)
    return JobLine(row, {column: text for column, text in pairs if column is not None}, name)


def facts_of_job(tx: Connection, job_id: int) -> JobFacts:
    """What a job was asked and what its dry run found. Raises InputError if there is no import of this number."""
    query = select(file_job.c.options).where(file_job.c.id == job_id, file_job.c.kind == stored.KIND)
    options = decoded(tx.execute(query).scalar() or "{}")
    if not options:
        raise InputError(
            Sentence("There is no import {job_id}.", job_id=job_id),
            hint="Look at the list of import jobs for its number.",
        )
    return facts_of(options)


def outcomes(tx: Connection, job_id: int) -> dict[Outcome, int]:
    """How many rows ended how, or would; together they are the rows of the file."""
    query = select(ENDED, func.count()).where(file_row.c.job_id == job_id).group_by(ENDED)
    counts: dict[str, int] = {row[0]: row[1] for row in tx.execute(query)}
    return {outcome: counts[outcome.value] for outcome in Outcome if outcome.value in counts}


def rules(facts: JobFacts) -> list[tuple[str, Severity, int]]:
    """The rules that rows of the file break, the worst first, with how many rows break each; of those about the file
    as a whole how often."""
    whole = Counter((one.rule, one.weight) for one in facts.findings)
    order = list(Severity)
    found = [(rule, weight, count) for (rule, weight), count in {**facts.rules, **whole}.items()]
    return sorted(found, key=lambda one: (order.index(one[1]), one[0]))
