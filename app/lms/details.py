"""One enrolment in full: report card, why progress is what it is, and how it changed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from app.db.tables import app_user, change, enrolment, operation, progress, sync_run
from app.history import columns_of
from app.lms import report_card
from app.lms.enrolments_list import EnrolmentRow, rows
from app.lms.report_card import Counted, ReportCard


@dataclass(frozen=True, slots=True)
class EnrolmentChange:
    """One change of an enrolment or of its progress: who or which run, and the columns (name, before, after)."""

    at: datetime
    who: str
    kind: str
    run_id: int | None
    columns: tuple[tuple[str, Any, Any], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class EnrolmentDetails:
    """Everything the details pane shows of an enrolment."""

    row: EnrolmentRow
    card: ReportCard | None = field(repr=False)
    """None where nothing came yet."""
    counted: Counted | None = field(repr=False)
    """Our two counts and what is behind them (LS-E13)."""
    history: Sequence[EnrolmentChange] = field(repr=False)


def of_enrolment(tx: Connection, enrolment_id: int) -> EnrolmentDetails | None:
    """The details of one enrolment; None if it is no longer there."""
    row = rows(tx, [enrolment_id]).get(enrolment_id)
    if row is None:
        return None
    stored = tx.execute(
        select(progress.c.id, progress.c.report_card).where(progress.c.enrolment_id == enrolment_id)
    ).one_or_none()
    card = report_card.unpacked(stored.report_card) if stored is not None else None
    counted = report_card.why(card) if card is not None else None
    return EnrolmentDetails(row, card, counted, _history(tx, enrolment_id, stored.id if stored is not None else None))


def _history(tx: Connection, enrolment_id: int, progress_id: int | None) -> list[EnrolmentChange]:
    query = (
        select(
            operation.c.at,
            app_user.c.name,
            operation.c.kind,
            sync_run.c.id,
            change.c.table_name,
            change.c.before,
            change.c.after,
        )
        .join(operation, operation.c.id == change.c.operation_id)
        .outerjoin(app_user, app_user.c.id == operation.c.user_id)
        .outerjoin(sync_run, sync_run.c.operation_id == operation.c.id)
        .where(
            ((change.c.table_name == enrolment.name) & (change.c.row_id == enrolment_id))
            | ((change.c.table_name == progress.name) & (change.c.row_id == progress_id))
        )
        .order_by(change.c.id.desc())
    )
    changes = []
    for at, who, kind, run_id, table_name, before, after in tx.execute(query):
        table = progress if table_name == progress.name else enrolment
        columns = tuple(one for one in columns_of(table, before, after) if one[0] not in _UNTOLD)
        changes.append(EnrolmentChange(at, who or "", kind, run_id, columns))
    return changes


_UNTOLD = frozenset({"enrolment_id", "learner_id", "section_id"})
