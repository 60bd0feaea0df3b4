"""A learning event as the values of an attainment: fillers and unusable dates left out (learner-manager.md 6)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.attainments.stored import matching_date, rank, subject_key
from app.connectors.lrs_answer import LearningEvent

_FILLERS = frozenset({"UNKNOWN", "UNKNWN", "9999999999"})
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T].*)?", re.DOTALL)
_WHOLE_NUMBER = re.compile(r"[0-9]{1,7}")


@dataclass(frozen=True, slots=True)
class EventValues:
    """What an event says of an attainment. `values` holds every compared column; None is "says nothing"."""

    event_id: int | None
    source: str | None
    date_loaded: str | None
    subject_code: str | None
    key: str | None
    found_by: date | None
    values: Mapping[str, Any]
    unusable_dates: tuple[str, ...]
    """Names of date columns whose text cannot be read or lies in the future: shown, marked, not written."""

    @property
    def why_not(self) -> str:
        """Why the event can never be stored; "" if it can."""
        if self.key is None:
            return "The record has no subject code, so it cannot be stored."
        return "" if self.event_id is not None else "The record has no event ID, so it cannot be stored."

    @property
    def rank(self) -> tuple[int, str, int]:
        return rank(self.source, self.date_loaded, self.event_id)


def read_date(text: str | None) -> date | None:
    """A date as the service writes one, a time behind it ignored; None if there is none or it cannot be read."""
    if not text or not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _said(text: str | None) -> str | None:
    if text is None:
        return None
    text = " ".join(text.split())
    return None if not text or text.upper() in _FILLERS else text


def _credits(text: str | None) -> int | None:
    """Whole hundredths. 0 is what the service writes when it knows of none."""
    text = _said(text)
    if text is None or not _WHOLE_NUMBER.fullmatch(text):
        return None
    return int(text) * 100 or None


def event_values(event: LearningEvent, today: date) -> EventValues:
    """Read one event; `today` is the last day a date may lie on."""
    dates: dict[str, date | None] = {}
    unusable = []
    for column, sent in (
        ("award_date", event.achievement_award_date),
        ("start_date", event.participation_start_date),
        ("end_date", event.participation_end_date),
    ):
        text = " ".join((sent or "").split())
        day = read_date(text)
        if text and (day is None or day > today):
            unusable.append(column)
            day = None
        dates[column] = day
    code = _said(event.subject_code)
    return EventValues(
        event_id=event.event_id,
        source=event.source,
        date_loaded=event.date_loaded,
        subject_code=code,
        key=subject_key(code),
        found_by=matching_date(dates["award_date"], dates["end_date"]),
        values={
            "subject": _said(event.subject),
            "qualification_type": _said(event.qualification_type),
            "level": _said(event.level),
            "grade": _said(event.grade),
            "credits": _credits(event.credits),
            **dates,
            "provider": _said(event.achievement_provider_name),
            "provider_ukprn": _said(event.achievement_provider_ukprn),
            "awarding_org": _said(event.awarding_organisation_name),
            "awarding_org_code": _said(event.awarding_organisation_ukprn),
            "language": _said(event.language_for_assessment),
            "under_challenge": {"Y": True, "N": False}.get(_said(event.under_data_challenge) or ""),
        },
        unusable_dates=tuple(unusable),
    )
