"""Import jobs as the Import Jobs page lists them: ids in order, rows of some ids (course-record-import.md 8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, select

from app.conditions import FieldInfo, FieldKind, Group
from app.conditions_sql import SqlField, Where, where
from app.db.among import among
from app.db.tables import app_user, file_job, operation
from app.imports.rules import Outcome
from app.imports.stored import GLOBAL_SCOPE, KIND, facts_of
from app.json_text import decoded
from app.quick_filter import passes
from app.sorting import SortKey, order_by


class JobState(StrEnum):
    """What a job is at. A draft is never kept: a job begins with its dry run."""

    VALIDATING = "validating"
    VALIDATED = "validated"
    IMPORTING = "importing"
    IMPORTED = "imported"
    WITH_MESSAGES = "imported_with_messages"
    FAILED = "failed"
    ABORTED = "aborted"
    UNDONE = "undone"
    PARTLY_UNDONE = "partially_undone"


STATE_TITLES: Mapping[JobState, str] = {
    JobState.VALIDATING: "Checking",
    JobState.VALIDATED: "Checked",
    JobState.IMPORTING: "Importing",
    JobState.IMPORTED: "Imported",
    JobState.WITH_MESSAGES: "Imported, with messages",
    JobState.FAILED: "Failed",
    JobState.ABORTED: "Aborted",
    JobState.UNDONE: "Undone",
    JobState.PARTLY_UNDONE: "Partly undone",
}
_WORTH_A_LOOK = (Outcome.REFUSED, Outcome.ERROR, Outcome.NOT_REACHED, Outcome.SKIPPED_DUPLICATE)
"""The outcomes that make an import one with messages."""
_STATES = {
    "reading": JobState.VALIDATING,
    "checked": JobState.VALIDATED,
    "importing": JobState.IMPORTING,
    "applied": JobState.IMPORTED,
    "failed": JobState.FAILED,
    "aborted": JobState.ABORTED,
}
STATE: ColumnElement[str] = case(
    (operation.c.state == "undone", JobState.UNDONE.value),
    (operation.c.state == "partly_undone", JobState.PARTLY_UNDONE.value),
    *((file_job.c.state == stored, state.value) for stored, state in _STATES.items()),
)
"""The state, without the difference that messages make."""


@dataclass(frozen=True, slots=True)
class JobRow:
    """One import job as the grid shows it."""

    id: int
    state: JobState
    scope: str
    """`global`, or `course:` and the external id of the course."""
    file_name: str
    owner: str
    computer: str
    started_at: datetime
    ended_at: datetime | None
    rows: int
    reached: int
    """The number of the last row that was applied or refused."""
    outcomes: Mapping[Outcome, int]
    """How the rows ended; before the import how they would if everything was acknowledged."""
    to_confirm: Mapping[str, int]
    """The rules that have to be acknowledged, with how many rows each concerns."""
    message: str
    """Why the job ended early; "" if it did not."""
    operation_id: int | None
    path: str
    """Where the file was, on the computer of the job."""

    @property
    def is_global(self) -> bool:
        return self.scope == GLOBAL_SCOPE

    @property
    def course(self) -> str:
        """The external id of the course; "" for a global import."""
        return "" if self.is_global else self.scope.removeprefix("course:")

    @property
    def percent(self) -> int:
        """How far an import under way is, or was when it ended."""
        if self.state not in (JobState.IMPORTING, JobState.ABORTED):
            return 0 if self.state in (JobState.VALIDATING, JobState.VALIDATED, JobState.FAILED) else 100
        return min(100, max(0, self.reached - 1) * 100 // self.rows) if self.rows else 0


FIELDS: Mapping[str, SqlField] = {
    one.info.id: one
    for one in (
        SqlField(FieldInfo("number", "Job", FieldKind.NUMBER), file_job.c.id),
        SqlField(FieldInfo("file", "File"), func.lower(file_job.c.file_name)),
        SqlField(FieldInfo("scope", "Importer"), func.lower(file_job.c.scope)),
        SqlField(
            FieldInfo(
                "state",
                "State",
                FieldKind.CHOICE,
                tuple((one.value, STATE_TITLES[one]) for one in JobState if one is not JobState.WITH_MESSAGES),
            ),
            STATE,
        ),
        SqlField(FieldInfo("owner", "By"), func.lower(app_user.c.name)),
        SqlField(FieldInfo("started", "Started", FieldKind.DATE), file_job.c.started_at, moment=True),
        SqlField(FieldInfo("ended", "Ended", FieldKind.DATE), file_job.c.ended_at, moment=True),
    )
}
_SORTS: Mapping[str, ColumnElement[Any]] = {
    "number": file_job.c.id,
    "file": func.lower(file_job.c.file_name),
    "scope": func.lower(file_job.c.scope),
    "state": STATE,
    "owner": func.lower(app_user.c.name),
    "started": file_job.c.started_at,
    "ended": file_job.c.ended_at,
}
DEFAULT_SORT = "number"


def _joined(query: Select[Any]) -> Select[Any]:
    return (
        query.select_from(file_job)
        .join(app_user, app_user.c.id == file_job.c.owner_id)
        .outerjoin(operation, operation.c.id == file_job.c.operation_id)
        .where(file_job.c.kind == KIND)
    )


def keys_query(
    group: Group | None = None,
    quick: str = "",
    sort: str = "",
    *,
    descending: bool = True,
    then: Sequence[SortKey] = (),
) -> Select[Any]:
    """The ids of the jobs that pass, in order: the latest first. Raises InputError as `conditions.check`."""
    query = _joined(select(file_job.c.id)).where(where(group, FIELDS), _quick(quick))
    terms = order_by((SortKey(sort if sort in _SORTS else DEFAULT_SORT, descending), *then), _SORTS)
    return query.order_by(*terms, file_job.c.id.desc() if descending else file_job.c.id)


def total_query() -> Select[Any]:
    """How many jobs there are."""
    return select(func.count()).select_from(file_job).where(file_job.c.kind == KIND)


def _quick(text: str) -> Where:
    return passes(text, plain=(file_job.c.file_name, file_job.c.scope, app_user.c.name))


def rows(tx: Connection, ids: Sequence[int]) -> dict[int, JobRow]:
    """The rows of a page (some hundred ids)."""
    query = _joined(select(file_job, app_user.c.name.label("owner_name"), STATE.label("state_now"))).where(
        among(file_job.c.id, ids)
    )
    return {row.id: _row(row) for row in tx.execute(query)}


def one_job(tx: Connection, job_id: int) -> JobRow | None:
    """One job; None if there is none of this number."""
    return rows(tx, [job_id]).get(job_id)


def _row(row: Any) -> JobRow:
    options = decoded(row.options)
    facts = facts_of(options) if options else None
    outcomes = {outcome: count for outcome in Outcome if (count := decoded(row.counts).get(outcome.value))}
    state = JobState(row.state_now)
    if state is JobState.IMPORTED and any(one in outcomes for one in _WORTH_A_LOOK):
        state = JobState.WITH_MESSAGES
    return JobRow(
        row.id,
        state,
        row.scope or "",
        row.file_name,
        row.owner_name,
        row.computer,
        row.started_at,
        row.ended_at,
        facts.tally.rows if facts is not None else 0,
        row.reached,
        outcomes,
        facts.to_confirm if facts is not None else {},
        row.message or "",
        row.operation_id,
        facts.path if facts is not None else "",
    )
