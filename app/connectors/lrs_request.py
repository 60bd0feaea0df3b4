"""The question: a SOAP 1.1 message with all ten parameters in the service's order (lrs.md 4.1).

`invokingOrganisation` is read by a .NET data-contract reader, which wants its children in alphabetical order and
silently drops one that is not: a password out of place is a missing password.
"""

import re
import unicodedata
from datetime import date

from lxml import etree

from app.connectors.lrs_access import NAME_LENGTH, LrsAccess, sendable
from app.errors import ServiceError
from app.sentence import Sentence

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
OPERATION = "http://tempuri.org/"
ORGANISATION = "http://schemas.datacontract.org/2004/07/Amor.Qcf.Service.Interface"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"

HEADERS = {
    "Content-Type": "text/xml; charset=utf-8",
    "Accept": "text/xml",
    "Accept-Encoding": "gzip",
    "SOAPAction": f'"{OPERATION}ILearnerServiceR9/GetLearnerLearningEvents"',
}

_PREFIXES = {"s": SOAP, "t": OPERATION, "o": ORGANISATION, "i": INSTANCE}
GENDERS = {"M": "1", "F": "2"}
"""The service's digits."""


def learning_events_request(
    access: LrsAccess, uln: str, given_name: str, family_name: str, birth_date: date | None, gender: str | None
) -> bytes:
    """The message that asks for one learner's record. `gender` is M, F or anything else for "not known".

    Raises ServiceError with the LOCAL code that says why this learner cannot be asked about (lrs.md 9.3); names
    over 35 characters are cut, as the service takes no more.
    """
    check_uln(uln)
    values = {
        "uln": uln,
        "givenName": sendable_name(given_name, "LOCAL02", "first name"),
        "familyName": sendable_name(family_name, "LOCAL03", "surname"),
        "dateOfBirth": birth_date.isoformat() if birth_date else None,
        "gender": GENDERS.get(gender or ""),
        "getType": access.get_type,
    }
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap=_PREFIXES)
    body = etree.SubElement(envelope, f"{{{SOAP}}}Body")
    call = etree.SubElement(body, f"{{{OPERATION}}}GetLearnerLearningEvents")
    organisation = etree.SubElement(call, f"{{{OPERATION}}}invokingOrganisation")
    for name, known in (
        ("OrganisationRef", access.organisation_ref),
        ("Password", access.password),
        ("Ukprn", access.ukprn),
        ("Username", access.username),
    ):
        if known:
            etree.SubElement(organisation, f"{{{ORGANISATION}}}{name}").text = known
    caller = {"userType": access.user_type, "vendorID": str(access.vendor_id), "language": access.language}
    for name, value in (caller | values).items():
        parameter = etree.SubElement(call, f"{{{OPERATION}}}{name}")
        if value is None:
            parameter.set(f"{{{INSTANCE}}}nil", "true")
        else:
            parameter.text = value
    message: bytes = etree.tostring(envelope, xml_declaration=True, encoding="utf-8")
    return message


def check_uln(uln: str) -> None:
    """The last guard before the wire. The check digit is looked at by those who choose whom to ask about.

    Raises ServiceError LOCAL01, LOCAL04 or LOCAL05 for what is no ULN of one person.
    """
    if not uln:
        raise ServiceError("The learner has no ULN.", code="LOCAL01", hint="Add it first.")
    if uln == "9999999999":
        raise ServiceError("The learner's ULN is a temporary one.", code="LOCAL04", hint="Add the real one first.")
    if not re.fullmatch(r"[1-9][0-9]{9}", uln):
        raise ServiceError("The learner's ULN is not ten digits.", code="LOCAL05", hint="Correct it first.")


def sendable_name(name: str, missing: str, what: str) -> str:
    """A name as it is sent: normal, trimmed, and cut at the 35 characters the service takes.

    Raises ServiceError: `missing` is the code for none at all, `what` the field in the user's words.
    """
    text = unicodedata.normalize("NFC", name).strip(" ")
    if not text:
        raise ServiceError(
            Sentence("The learner has no {what}.", what=Sentence(what)), code=missing, hint="Add it first."
        )
    if not sendable(text):
        raise ServiceError(
            Sentence("The {what} holds characters that cannot be sent.", what=Sentence(what)),
            code="LOCAL07",
            hint="Correct it.",
        )
    if not any(mark.isalpha() for mark in text):
        raise ServiceError(
            Sentence("The {what} holds no letter.", what=Sentence(what)), code="LOCAL06", hint="Correct it first."
        )
    return text[:NAME_LENGTH].rstrip()
