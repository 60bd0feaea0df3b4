"""A client of the sandbox's LearnerService that writes its requests by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from xml.sax.saxutils import escape

from app.connectors.lrs import LrsAccess, LrsCalls, LrsClient
from app.connectors.lrs_find import Demographics
from app.sandbox.people import Kind, Person
from app.sandbox.registry import Case, case_of
from tests.sandbox.raw_client import PEOPLE, Answer, Asker

PATH = "/LearnerService.svc"
VERIFY_ACTION = '"http://tempuri.org/LearnerPortType/verifyLearner"'
EXACT = PEOPLE[99]
SEXES = {"M": "1", "F": "2"}


def first_name(person: Person) -> str:
    return person.first_name or (person.given_names or "").split(" ")[0]


def find_parts(asker: Asker, person: Person, **changes: str | None) -> dict[str, str]:
    """The elements of a find that the service accepts, save for what `changes` says; None leaves one out."""
    info = asker.sandbox.info
    parts: dict[str, str | None] = {
        "FindType": "FUL",
        "OrganisationRef": info.organisation_ref,
        "UKPRN": info.ukprn,
        "OrgPassword": info.password,
        "UserName": info.username,
        "FamilyName": (person.family_name or "")[:35],
        "GivenName": first_name(person)[:35],
        "DateOfBirth": str(person.birth_date),
        "Gender": SEXES.get(person.sex or "", "0"),
        "LastKnownPostCode": person.postcode,
        **changes,
    }
    return {name: value for name, value in parts.items() if value is not None}


def elements(parts: dict[str, str]) -> str:
    return "".join(f"<{name}>{escape(value)}</{name}>" for name, value in parts.items())


def message(inside: str, operation: str = "FindLearnerByDemographics", space: str = "findmsg") -> bytes:
    return (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<m:{operation} xmlns:m="http://api.lrs.miap.gov.uk/{space}">{inside}</m:{operation}></s:Body></s:Envelope>'
    ).encode()


def find(asker: Asker, person: Person, action: str | None = '""', **changes: str | None) -> Answer:
    return asker.send(message(elements(find_parts(asker, person, **changes))), path=PATH, SOAPAction=action)


def verify_body(asker: Asker, person: Person, **changes: str) -> bytes:
    whole = find_parts(asker, person)
    caller = {name: whole[name] for name in ("OrganisationRef", "UKPRN", "OrgPassword", "UserName")}
    learner = {name: whole[name] for name in ("FamilyName", "GivenName", "DateOfBirth", "Gender")}
    inside = elements({"ULN": person.uln or "", **learner, **changes})
    return message(elements(caller) + f"<LearnerToVerify>{inside}</LearnerToVerify>", "VerifyLearner", "reportmsg")


def verify(asker: Asker, person: Person, **changes: str) -> Answer:
    return asker.send(verify_body(asker, person, **changes), path=PATH, SOAPAction=VERIFY_ACTION)


@contextmanager
def line_to(asker: Asker) -> Iterator[LrsCalls]:
    short = {"connect_timeout": 2.0, "read_timeout": 5.0, "deadline": 8.0}
    with LrsClient(LrsAccess(**{**asker.sandbox.info.as_dict(), **short})).open() as calls:
        yield calls


def details(person: Person, **more: str) -> Demographics:
    assert person.birth_date is not None
    return Demographics(
        person.family_name or "", first_name(person), person.birth_date, person.sex, person.postcode, **more
    )


def of_case(case: Case) -> Person:
    return next(one for one in PEOPLE if one.kind is Kind.NO_ULN and case_of(one) is case)


def refused(answer: Answer) -> str:
    assert answer.status == 500
    assert answer.first("ErrorCode") == "WSEC0001"
    return answer.first("FurtherDetails") or ""
