"""A checked file as the page shows it: its job, what was found, and an example of each rule that is broken."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from app import jobs
from app.db.tables import file_row
from app.imports import apply, dry_run, forecast, job_list, job_rows
from app.imports.dry_run import DryRun
from app.imports.job_list import JobRow, JobState
from app.imports.job_rows import JobLine
from app.imports.rules import Finding, Outcome, Severity
from app.json_text import decoded


@dataclass(frozen=True, slots=True)
class Checked:
    """One job of course records. `outcomes`: how the rows ended, or would if everything was acknowledged."""

    job: JobRow
    dry: DryRun
    outcomes: Mapping[Outcome, int]
    samples: Mapping[tuple[str, Severity], Finding] = field(repr=False)
    """For each rule that rows break what was found of the first of them."""
    surprises: int = 0
    """Rows that ended otherwise than was foreseen."""
    acknowledged: frozenset[str] = frozenset()
    """What was confirmed when it was applied."""


def checked(tx: Connection, job_id: int) -> Checked | None:
    """What is known of a job; None if there is none of this number, or it is still being read."""
    job = job_list.one_job(tx, job_id)
    if job is None or job.state is JobState.VALIDATING:
        return None
    dry = dry_run.of_job(tx, job_id)
    done = job.state not in (JobState.VALIDATED, JobState.FAILED)
    return Checked(
        job,
        dry,
        job_rows.outcomes(tx, job_id),
        _samples(tx, job_id, dry),
        apply.surprises_of(tx, job_id) if done else 0,
        frozenset(jobs.read(tx, job_id).options.get("acknowledged", ())),
    )


def _samples(tx: Connection, job_id: int, dry: DryRun) -> dict[tuple[str, Severity], Finding]:
    found = {(one.rule, one.weight): one for one in reversed(dry.facts.findings)}
    for rule in sorted({rule for rule, _ in dry.facts.rules}):
        for line in some_rows(tx, job_id, rule, most=1):
            for finding in line.findings:
                if finding.rule == rule:
                    found.setdefault((rule, finding.weight), finding)
    return found


def some_rows(tx: Connection, job_id: int, rule: str, most: int) -> list[JobLine]:
    """The first rows of a job that break a rule, in the order of the file."""
    query = job_rows.keys_query(job_id, rule=rule).limit(most)
    ids = list(tx.execute(query).scalars())
    found = job_rows.rows(tx, ids)
    return [found[one] for one in ids if one in found]


def ending(tx: Connection, job_id: int, outcome: Outcome, acknowledged: Collection[str]) -> set[int]:
    """The ids of the rows of a job that was not applied yet which end so if just these rules are acknowledged.

    What needs which answer is kept as JSON beside the findings, so the rows are gone through.
    """
    whole = job_rows.facts_of_job(tx, job_id).whole
    query = select(file_row.c.id, file_row.c.predicted, file_row.c.findings).where(file_row.c.job_id == job_id)
    found = set()
    for key, predicted, findings in tx.execute(query):
        one = forecast.unpacked(predicted, decoded(findings)[1:] if findings else [])
        if one.under(acknowledged, whole) is outcome:
            found.add(key)
    return found
