"""The question behind Find ULN: a person's details, in the service's order (lrs.md 5.3)."""

import re
import unicodedata
from datetime import date

from app.connectors.learner_service import FINDING, caller, message
from app.connectors.lrs_access import NAME_LENGTH, LrsAccess, sendable
from app.connectors.lrs_find import Demographics
from app.connectors.lrs_request import GENDERS, sendable_name
from app.errors import ServiceError
from app.sentence import Sentence

LONGEST = 254
POSTCODE_LENGTH = 9

_NOT_KNOWN = "0"
_FIRST_YEAR, _LAST_YEAR = 1800, 2099


def details_of(who: Demographics) -> dict[str, str]:
    """The person's details as they are sent, by the service's names and in its order; what is optional and not
    known is left out.

    Raises ServiceError with the LOCAL code that says why this person cannot be asked about (lrs.md 9.3).
    """
    details = {
        "FamilyName": sendable_name(who.family_name, "LOCAL03", "surname"),
        "GivenName": sendable_name(who.given_name, "LOCAL02", "first name"),
        "DateOfBirth": _birth_date(who.birth_date),
        "Gender": GENDERS.get(who.gender or "", _NOT_KNOWN),
        "LastKnownPostCode": _postcode(who.postcode),
    }
    more = {
        "PreviousFamilyName": _short(who.previous_family_name, NAME_LENGTH, "former surname"),
        "PlaceOfBirth": _short(who.place_of_birth, NAME_LENGTH, "place of birth"),
        "SchoolAtAge16": _short(who.school_at_16, LONGEST, "school at age 16"),
        "EmailAddress": _email(who.email),
    }
    return details | {name: value for name, value in more.items() if value}


def find_request(access: LrsAccess, details: dict[str, str]) -> bytes:
    """The message that asks who fits these details; whole records are wanted, to choose by."""
    return message(FINDING, "FindLearnerByDemographics", {"FindType": "FUL"} | caller(access) | details)


def _birth_date(day: date | None) -> str:
    if day is None:
        raise ServiceError("The learner has no date of birth.", code="LOCAL08", hint="Add it first.")
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise ServiceError("The learner's date of birth cannot be right.", code="LOCAL10", hint="Correct it first.")
    return day.isoformat()


def _postcode(text: str | None) -> str:
    postcode = " ".join(unicodedata.normalize("NFKC", text or "").split()).upper()
    if not postcode:
        raise ServiceError("The learner has no postcode.", code="LOCAL09", hint="Add it first.")
    # A space in an odd place is no reason not to ask.
    if len(postcode) > POSTCODE_LENGTH:
        postcode = postcode.replace(" ", "")
    if len(postcode) > POSTCODE_LENGTH or not re.fullmatch(r"[A-Z0-9]+( [A-Z0-9]+)*", postcode):
        raise ServiceError("The learner's postcode is not a UK postcode.", code="LOCAL10", hint="Correct it first.")
    return postcode


def _short(text: str | None, length: int, what: str) -> str:
    value = unicodedata.normalize("NFC", text or "").strip()
    if not sendable(value):
        raise ServiceError(
            Sentence("The {what} holds characters that cannot be sent.", what=Sentence(what)),
            code="LOCAL07",
            hint="Correct it.",
        )
    return value[:length].rstrip()


def _email(text: str | None) -> str:
    """An address that is too long is not sent: a part of one would be another one."""
    value = _short(text, LONGEST + 1, "e-mail address")
    return value if len(value) <= LONGEST else ""
