"""The older endpoint's two operations on the wire: finding by details and verifying. Reads strictly, as a
schema-checking service does, and writes answers in the ways in which answers differ."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lxml import etree

from app.sandbox import soap
from app.sandbox.draw import dice
from app.sandbox.find import Claimed, Verdict, Wanted
from app.sandbox.registry import Held
from app.sandbox.soap import XSI, RequestRefused

PATH = "/LearnerService.svc"
FINDING = "http://api.lrs.miap.gov.uk/findmsg"
REPORTING = "http://api.lrs.miap.gov.uk/reportmsg"
LEARNER = "http://api.lrs.miap.gov.uk/learner"
FIND = "FindLearnerByDemographics"
VERIFY = "VerifyLearner"
ACTIONS = {FIND: "", VERIFY: "http://tempuri.org/LearnerPortType/verifyLearner"}

_CALLER = ("OrganisationRef?", "UKPRN?", "OrgPassword", "UserName")
_DETAILS = ("FamilyName", "GivenName", "DateOfBirth", "Gender", "LastKnownPostCode")
_MORE = ("PreviousFamilyName?", "PlaceOfBirth?", "SchoolAtAge16?", "EmailAddress?")
_CLAIM = ("ULN", "FamilyName", "GivenName", "DateOfBirth", "Gender")
_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}|BFPO ?[0-9]{1,4})", re.IGNORECASE)
_DAY = re.compile(r"(18|19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
_NAME = re.compile(r"(?=.*\S).{1,35}")
_ANY_NAME = "has to have 1 to 35 characters, not all blank"

# Element, what its value has to match, and in words.
_RULES: Mapping[str, tuple[re.Pattern[str], str]] = {
    "FindType": (re.compile("FUL|CHK"), "has to be FUL or CHK"),
    "ULN": (re.compile(r"[1-9][0-9]{9}"), "does not match the pattern [1-9][0-9]{9}"),
    "FamilyName": (_NAME, _ANY_NAME),
    "GivenName": (_NAME, _ANY_NAME),
    "DateOfBirth": (_DAY, "has to be a day, yyyy-MM-dd"),
    "Gender": (re.compile("[0129]"), "has to be 0, 1, 2 or 9"),
    "LastKnownPostCode": (_POSTCODE, "has to be a postcode"),
    "PreviousFamilyName": (_NAME, _ANY_NAME),
    "PlaceOfBirth": (_NAME, _ANY_NAME),
    "SchoolAtAge16": (re.compile(r"(?=.*\S).{1,254}"), "has to have 1 to 254 characters"),
    "EmailAddress": (re.compile(r"(?=.*\S).{1,254}"), "has to have 1 to 254 characters"),
}
_NILLABLE = frozenset({"DateOfBirth", "Gender"})
_ECHOED = (*_DETAILS, *(name.rstrip("?") for name in _MORE))


@dataclass(frozen=True, slots=True)
class Request:
    """One call: `operation` is the element's name, `sent` the details as they came."""

    operation: str
    organisation_ref: str | None = field(repr=False)
    ukprn: str | None = field(repr=False)
    password: str | None = field(repr=False)
    username: str | None = field(repr=False)
    sent: dict[str, str] = field(repr=False)

    @property
    def brief(self) -> bool:
        return self.sent.get("FindType") == "CHK"

    @property
    def about(self) -> str:
        """What tells this call from one about somebody else."""
        return self.sent.get("ULN") or "|".join(self.sent[name] for name in _DETAILS)

    @property
    def wanted(self) -> Wanted:
        return Wanted(*(self.sent.get(name, "") for name in _ECHOED))

    @property
    def claimed(self) -> Claimed:
        sent = self.sent
        return Claimed(
            sent["ULN"], sent["FamilyName"], sent["GivenName"], sent.get("DateOfBirth", ""), sent.get("Gender", "")
        )

    def about_another(self) -> "Request":
        """The same call about somebody else, for a service that mixes up its answers."""
        return replace(self, sent=self.sent | {"ULN": "3000000010", "FamilyName": "Otherby", "GivenName": "Alex"})


def read_request(body: bytes, action: str | None) -> Request:
    """Read a request; `action` is the SOAPAction header. Raises RequestRefused."""
    root = soap.operation(body)
    name = etree.QName(root).localname
    if root.tag == f"{{{FINDING}}}{FIND}":
        values = _sequence(root, ("FindType", *_CALLER, *_DETAILS, *_MORE))
        details = values
    elif root.tag == f"{{{REPORTING}}}{VERIFY}":
        values = _sequence(root, (*_CALLER, "LearnerToVerify"))
        details = _sequence(values["LearnerToVerify"], _CLAIM, nillable=_NILLABLE)
    else:
        raise RequestRefused("The Body holds no operation of this service.")
    # Where operations share the empty action, a client may leave it out.
    if action not in ((None, '""', "") if name == FIND else (f'"{ACTIONS[name]}"',)):
        raise RequestRefused(f'The SOAPAction has to be "{ACTIONS[name]}", in quotation marks.')
    texts = {part: element.text or "" for part, element in values.items() if part != "LearnerToVerify"}
    sent = {part: element.text or "" for part, element in details.items() if part in _RULES and not _nil(element)}
    for part, value in sent.items():
        pattern, rule = _RULES[part]
        if not pattern.fullmatch(value):
            raise RequestRefused(f"The value of {part} {rule}.")
    return Request(
        operation=name,
        organisation_ref=texts.get("OrganisationRef"),
        ukprn=texts.get("UKPRN"),
        password=texts.get("OrgPassword"),
        username=texts.get("UserName"),
        sent=sent,
    )


def _sequence(
    parent: etree._Element, wanted: Sequence[str], *, nillable: frozenset[str] = frozenset()
) -> dict[str, etree._Element]:
    """The elements of a sequence, in no namespace; those with a question mark may be left out."""
    found: dict[str, etree._Element] = {}
    left = list(parent)
    for part in wanted:
        name = part.rstrip("?")
        if left and left[0].tag == name:
            element = found[name] = left.pop(0)
            if name != "LearnerToVerify" and len(element):
                raise RequestRefused(f"{name} has to hold text only.")
            if _nil(element) and name not in nillable:
                raise RequestRefused(f"{name} may not be nil.")
        elif not part.endswith("?"):
            raise RequestRefused(f"{name}, in no namespace, is missing or out of order.")
    if left:
        raise RequestRefused(f"There is an element that does not belong there or is out of order, after {name}.")
    return found


def _nil(element: etree._Element) -> bool:
    nil: bool = element.get(f"{{{XSI}}}nil") == "true"
    return nil


def found_answer(sent: Mapping[str, str], code: str | None, offered: Sequence[Held], *, brief: bool = False) -> bytes:
    """A FindLearnerResponse: the code, the details asked for, and the learners."""
    response, write = _response(FINDING, "FindLearnerResponse")
    if code is not None:
        etree.SubElement(response, "ResponseCode").text = code
    for name in _ECHOED:
        if name in sent:
            etree.SubElement(response, name).text = sent[name]
    for held in offered:
        _learner(response, held, brief)
    return write()


def verified_answer(sent: Mapping[str, str], code: str | None, verdict: Verdict) -> bytes:
    """A VerifyLearnerResponse: what was searched, the code, whom it found, and what failed."""
    response, write = _response(REPORTING, "VerifyLearnerResponse")
    learner = etree.SubElement(response, "VerifiedLearner")
    for name in _CLAIM:
        _text(learner, f"Searched{name}", sent.get(name))
    if code is not None:
        etree.SubElement(learner, "ResponseCode").text = code
    _text(learner, "ULN", verdict.uln)
    held = verdict.held
    known = (held.family_name, held.given_name, held.birth_date.isoformat(), held.gender) if held else (None,) * 4
    for name, value in zip(_CLAIM[1:], known, strict=True):
        _text(learner, name, value)
    for flag in verdict.flags:
        etree.SubElement(learner, "FailureFlag").text = flag
    return write()


def with_code_of(body: bytes) -> tuple[bool, str | None]:
    """Whether a body is an answer of the other endpoint, as some faults are, and the code in it."""
    if b"GetLearnerLearningEventsResponse" not in body:
        return False, None
    try:
        tree = etree.fromstring(body)
    except etree.XMLSyntaxError:
        return False, None
    return True, next((one.text for one in tree.iter("{*}ResponseCode")), None)


def _response(namespace: str, name: str) -> tuple[etree._Element, Callable[[], bytes]]:
    envelope = etree.Element(f"{{{soap.SOAP}}}Envelope", nsmap={"soapenv": soap.SOAP, "xsi": XSI})
    body = etree.SubElement(envelope, f"{{{soap.SOAP}}}Body")
    response = etree.SubElement(body, f"{{{namespace}}}{name}", nsmap={"ns4": namespace})
    return response, lambda: etree.tostring(envelope, encoding="utf-8", xml_declaration=True)


def _text(parent: etree._Element, name: str, value: str | None, empty: str = "nil") -> None:
    if value is None and empty == "absent":
        return
    element = etree.SubElement(parent, name)
    if value is None and empty == "nil":
        element.set(f"{{{XSI}}}nil", "true")
    else:
        element.text = value or ""


def _learner(response: etree._Element, held: Held, brief: bool) -> None:
    """One learner. How nothing is said, and in which order things come, differs from person to person."""
    learner = etree.SubElement(response, "Learner")
    etree.SubElement(learner, "ULN").text = held.uln
    if brief:
        return
    values = {
        "CreatedDate": "2021-03-04",
        "LastUpdatedDate": "2025-01-16",
        "MasterSubstituted": "Y" if held.merged else None,
        "Title": None,
        "GivenName": held.given_name,
        "MiddleOtherName": held.middle_names,
        "FamilyName": held.family_name,
        "PreferredGivenName": held.preferred_name,
        "PreviousFamilyName": held.previous_family_name,
        "FamilyNameAtAge16": held.family_name_at_16,
        "SchoolAtAge16": held.school,
        "LastKnownAddressLine1": None,
        "LastKnownTown": held.town,
        "LastKnownPostCode": held.postcode,
        "DateOfBirth": held.birth_date.isoformat(),
        "PlaceOfBirth": held.place_of_birth,
        "Gender": held.gender,
        "EmailAddress": held.email,
        "VerificationType": "0",
        "TierLevel": "0",
        "AbilityToShare": "1",
        "LearnerStatus": "1",
        "VersionNumber": "3",
    }
    for name, value in values.items():
        _text(learner, name, value, ("absent", "nil", "empty", "absent")[held.style % 4])
    if held.merged:
        linked = etree.SubElement(learner, f"{{{LEARNER}}}LinkedULNs", nsmap={"ns2": LEARNER})
        for uln in held.merged:
            etree.SubElement(linked, "ULN").text = uln
    if held.style % 5 == 0:
        children = list(learner)
        dice("shuffled", held.style).shuffle(children)
        learner.extend(children)
