"""The answer: the learner's record as the service sent it, read leniently and matched strictly (lrs.md 4.2, 4.3).

Elements are found by local name, in any order and under any prefix or none: published answers differ in all of
these. A missing element, an empty one and a nil one are all "no value". What ties an answer to a learner is the
call it came back on and the ULN it repeats; an answer that repeats another one is never handed on.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from app.connectors.http import HttpAnswer
from app.connectors.lrs_faults import CODE, fault, run_fault, status_fault
from app.errors import ServiceError

Element = Any  # lxml comes without types

NO_ULN_REPEATED = "The answer did not repeat the ULN."

_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_MODEL = "{http://api.lrs.qcf.gov.uk/model}"
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}")
_END_OF_ENVELOPE = re.compile(rb"</(?:[^<>\s:]+:)?Envelope\s*>")
_BEGIN_OF_ENVELOPE = re.compile(rb"<(?:[^<>\s:]+:)?Envelope[\s>]")


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
    body = _soap_body(answer.body)
    if body is not None:
        if (refusal := _child(body, "Fault")) is not None:
            raise fault(_texts(refusal), answer)
        response = _child(body, "GetLearnerLearningEventsResponse")
        if response is not None:
            return _record(response, uln)
    if answer.status != 200:
        raise status_fault(answer)
    if body is None and _cut_short(answer.body):
        raise ServiceError("The answer was cut off.", code="LOCAL24", hint="Press Refresh Failed later.")
    raise _unreadable("The answer is not one of the Learning Records Service.")


def _record(response: Element, uln: str) -> LrsAnswer:
    result = _child(response, "GetLearnerLearningEventsResult")
    parts: dict[str, Element] = {}
    for child in result if result is not None else ():
        name = _local(child)
        if name in parts:
            raise _unreadable("The answer says the same thing twice.")
        parts[name] = child
    incoming = _text(parts.get("IncomingULN"))
    if incoming is not None and incoming != uln:
        raise ServiceError(
            "The answer was for another learner, and was thrown away.",
            code="LOCAL26",
            hint="Press Refresh Failed later. If it happens again, tell the LRS help desk.",
        )
    code = _text(parts.get("ResponseCode"))
    if code is None:
        raise _unreadable("The answer carries no response code.")
    if not CODE.fullmatch(code):
        raise _unreadable("The answer carries something else instead of a response code.")
    if refusal := run_fault(code):
        raise refusal
    record = parts.get("LearnerRecord")
    return LrsAnswer(
        code,
        _text(parts.get("FoundULN")),
        incoming,
        tuple(_events(record)) if record is not None and not _is_nil(record) else (),
        () if incoming else (NO_ULN_REPEATED,),
    )


def _events(record: Element) -> Iterator[LearningEvent]:
    for element in record:
        if _local(element) != "LearningEvent" or _is_nil(element):
            continue
        values: dict[str, Any] = {}
        for child in element:
            name = _FULL_NAMES.get(child.tag) or _NAMES.get(_local(child))
            if name is not None and name not in values and (value := _text(child)) is not None:
                values[name] = value
        if "event_id" in values:
            values["event_id"] = int(values["event_id"]) if _NUMBER.fullmatch(values["event_id"]) else None
        if values:
            yield LearningEvent(**values)


def _soap_body(data: bytes) -> Element | None:
    """The `Body` of a SOAP envelope of either version; None if the bytes are no such thing, or hold a DOCTYPE."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError, LookupError):
        return None
    if root.getroottree().docinfo.internalDTD is not None or _local(root) != "Envelope":
        return None
    return _child(root, "Body")


def _cut_short(data: bytes) -> bool:
    """Whether the bytes begin like an envelope and never end like one; the zeros are those of UTF-16."""
    plain = data.replace(b"\0", b"")
    return bool(_BEGIN_OF_ENVELOPE.search(plain[:2000])) and not _END_OF_ENVELOPE.search(plain)


def _texts(element: Element) -> list[tuple[str, str]]:
    """Every text inside an element, with the local name it stands under."""
    return [(_local(one), value) for one in element.iter(etree.Element) if (value := _text(one))]


def _child(element: Element, name: str) -> Element | None:
    return next((child for child in element if _local(child) == name), None)


def _local(element: Element) -> str:
    name: str = element.tag.rpartition("}")[2]
    return name


def _is_nil(element: Element) -> bool:
    return element.get(_NIL) in ("true", "1")


def _text(element: Element | None) -> str | None:
    if element is None or _is_nil(element):
        return None
    text: str = "".join(element.itertext()) if len(element) else element.text or ""
    return text.strip() or None


def _unreadable(message: str) -> ServiceError:
    return ServiceError(message, code="LOCAL23", hint="Press Refresh Failed later.")
