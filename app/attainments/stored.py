"""Attainments as the college holds them, read learner by learner."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from app.db.tables import attainment, attainment_event

COMPARED = (
    "subject",
    "qualification_type",
    "level",
    "grade",
    "credits",
    "award_date",
    "start_date",
    "end_date",
    "provider",
    "provider_ukprn",
    "awarding_org",
    "awarding_org_code",
    "language",
    "under_challenge",
)
"""The columns that an LRS event can change (data-model.md 4; the subject code is compared by its key)."""


_NO_SOURCE = 9
_SOURCES = {"AO": 0, "QCFU": 1, "NPD": 2, "ILR": 3}


def rank(source: str | None, date_loaded: str | None, event_id: int | None) -> tuple[int, str, int]:
    """Sorts events by who is believed first: higher is better. By source, then later loading, then higher id."""
    return (-_SOURCES.get((source or "").upper(), _NO_SOURCE), date_loaded or "", event_id or 0)


def subject_key(code: str | None) -> str | None:
    """The one spelling of a qualification code: upper case, no slashes or white space (lrs.md 4.6)."""
    if code is None:
        return None
    return "".join(code.upper().replace("/", "").split()) or None


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An LRS event that stands behind an attainment."""

    row_id: int
    event_id: int
    attainment_id: int
    source: str | None
    date_loaded: str | None


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """What one learner holds: attainments (rows of the table) and the LRS events behind them."""

    attainments: tuple[Row[Any], ...] = field(default=(), repr=False)
    events: tuple[StoredEvent, ...] = ()


EMPTY = StoredRecord()


def stored_records(tx: Connection, learner_ids: Sequence[int]) -> dict[int, StoredRecord]:
    """The records of a few learners (at most some hundreds), by learner id; removed attainments left out."""
    rows: dict[int, list[Row[Any]]] = {}
    events: dict[int, list[StoredEvent]] = {}
    wanted = {"learner_ids": list(learner_ids)}
    for row in tx.execute(_ATTAINMENTS, wanted):
        rows.setdefault(row.learner_id, []).append(row)
    for learner_id, *link in tx.execute(_EVENTS, wanted):
        events.setdefault(learner_id, []).append(StoredEvent(*link))
    return {key: StoredRecord(tuple(rows.get(key, ())), tuple(events.get(key, ()))) for key in learner_ids}


# Built once: an update asks for one learner at a time, and building them would take as long as the answer.
_ATTAINMENTS = (
    select(attainment)
    .where(
        attainment.c.learner_id.in_(bindparam("learner_ids", expanding=True)),
        attainment.c.removed_at.is_(None),
    )
    .order_by(attainment.c.id)
)
_EVENTS = (
    select(
        attainment_event.c.learner_id,
        attainment_event.c.id,
        attainment_event.c.event_id,
        attainment_event.c.attainment_id,
        attainment_event.c.source,
        attainment_event.c.date_loaded,
    )
    .where(attainment_event.c.learner_id.in_(bindparam("learner_ids", expanding=True)))
    .order_by(attainment_event.c.id)
)


def matching_date(award_date: date | None, end_date: date | None) -> date | None:
    """The date an attainment is found by: of the award, else of the end of participation."""
    return award_date if award_date is not None else end_date
