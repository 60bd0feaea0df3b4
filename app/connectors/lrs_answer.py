"""The answer: the learner's record as the service sent it, read leniently and matched strictly (lrs.md 4.2, 4.3).

Elements are found by local name, in any order and under any prefix or none: published answers differ in all of
these. A missing element, an empty one and a nil one are all "no value". What ties an answer to a learner is the
call it came back on and the ULN it repeats; an answer that repeats another one is never handed on.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from app.connectors.http import HttpAnswer
from app.connectors.lrs_xml import (
    Element,
    child,
    children,
    code_in,
    for_another,
    is_nil,
    local,
    response_in,
    text_of,
    unreadable,
)

NO_ULN_REPEATED = "The answer did not repeat the ULN."

_MODEL = "{http://api.lrs.qcf.gov.uk/model}"
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}")


@dataclass(frozen=True, slots=True, repr=False)
class LearningEvent:
    """One event of a record, every value as it came but trimmed; None where there is none.

    A `repr` shows none of it: all of this is about a person.
    """

    achievement_award_date: str | None = None
    achievement_provider_name: str | None = None
    achievement_provider_ukprn: str | None = None
    awarding_organisation_name: str | None = None
    awarding_organisation_ukprn: str | None = None
    collection_type: str | None = None
    credits: str | None = None
    date_loaded: str | None = None
    grade: str | None = None
    event_id: int | None = None
    language_for_assessment: str | None = None
    level: str | None = None
    participation_end_date: str | None = None
    participation_start_date: str | None = None
    qualification_type: str | None = None
    restriction: str | None = None
    return_number: str | None = None
    source: str | None = None
    status: str | None = None
    subject: str | None = None
    subject_code: str | None = None
    under_data_challenge: str | None = None


@dataclass(frozen=True, slots=True)
class EventField:
    """One column of an event: our name, the service's name, the title people read."""

    name: str
    wire: str
    title: str


FIELDS = (
    EventField("subject_code", "SubjectCode", "Subject Code"),
    EventField("subject", "Subject", "Subject"),
    EventField("qualification_type", "QualificationType", "Qualification Type"),
    EventField("level", "Level", "Level"),
    EventField("grade", "Grade", "Grade"),
    EventField("credits", "Credits", "Credits"),
    EventField("achievement_award_date", "AchievementAwardDate", "Award Date"),
    EventField("participation_start_date", "ParticipationStartDate", "Participation Start"),
    EventField("participation_end_date", "ParticipationEndDate", "Participation End"),
    EventField("achievement_provider_name", "AchievementProviderName", "Provider"),
    EventField("achievement_provider_ukprn", "AchievementProviderUkprn", "Provider UKPRN"),
    EventField("awarding_organisation_name", "AwardingOrganisationName", "Awarding Organisation"),
    EventField("awarding_organisation_ukprn", "AwardingOrganisationUkprn", "Awarding Organisation Code"),
    EventField("source", "Source", "Source"),
    EventField("collection_type", "CollectionType", "Collection Type"),
    EventField("return_number", "ReturnNumber", "Return Number"),
    EventField("date_loaded", "DateLoaded", "Date Loaded"),
    EventField("status", "Status", "Status"),
    EventField("restriction", "Restriction", "Restriction"),
    EventField("under_data_challenge", "UnderDataChallenge", "Under Data Challenge"),
    EventField("language_for_assessment", "LanguageForAssessment", "Language"),
    EventField("event_id", "ID", "Event ID"),
)
"""All 22, in reading order."""

_NAMES = {one.wire: one.name for one in FIELDS}
_FULL_NAMES = {_MODEL + one.wire: one.name for one in FIELDS}


@dataclass(frozen=True, slots=True)
class LrsAnswer:
    """What the service said about one learner; `response_code` is never empty, and need not mean success."""

    response_code: str
    found_uln: str | None = field(default=None, repr=False)
    incoming_uln: str | None = field(default=None, repr=False)
    events: tuple[LearningEvent, ...] = field(default=(), repr=False)
    notes: tuple[str, ...] = ()
    """Oddities worth a look, in sentences without personal data."""


def read_answer(answer: HttpAnswer, uln: str) -> LrsAnswer:
    """The record in what came back for `uln`.

    Content goes before the HTTP status: a fault under 200 is a fault. Raises ServiceError with the service's code
    or LOCAL22 to LOCAL29, StopRunError where asking about others is of no use, BusyError where it is later.
    """
    return _record(response_in(answer, "GetLearnerLearningEventsResponse"), uln)


def _record(response: Element, uln: str) -> LrsAnswer:
    parts = children(child(response, "GetLearnerLearningEventsResult"))
    incoming = text_of(parts.get("IncomingULN"))
    if incoming is not None and incoming != uln:
        raise for_another()
    code = code_in(parts)
    if code is None:
        raise unreadable("The answer carries no response code.")
    record = parts.get("LearnerRecord")
    return LrsAnswer(
        code,
        text_of(parts.get("FoundULN")),
        incoming,
        tuple(_events(record)) if record is not None and not is_nil(record) else (),
        () if incoming else (NO_ULN_REPEATED,),
    )


def _events(record: Element) -> Iterator[LearningEvent]:
    for element in record:
        if local(element) != "LearningEvent" or is_nil(element):
            continue
        values: dict[str, Any] = {}
        for one in element:
            name = _FULL_NAMES.get(one.tag) or _NAMES.get(local(one))
            if name is not None and name not in values and (value := text_of(one)) is not None:
                values[name] = value
        if "event_id" in values:
            values["event_id"] = int(values["event_id"]) if _NUMBER.fullmatch(values["event_id"]) else None
        if values:
            yield LearningEvent(**values)
