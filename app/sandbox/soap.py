"""SOAP as the LRS speaks it: reads a request strictly, and writes answers and faults."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from lxml import etree

from app.sandbox.records import WIRE_NAMES, Event

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
TEM = "http://tempuri.org/"
IO = "http://schemas.datacontract.org/2004/07/Amor.Qcf.Service.Interface"
MODEL = "http://api.lrs.qcf.gov.uk/model"
DOMAIN_FAULTS = "http://api.lrs.qcf.gov.uk/faults"
MIAP_EXCEPTIONS = "http://api.lrs.miap.gov.uk/exceptions"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
ACTION = "http://tempuri.org/ILearnerServiceR9/GetLearnerLearningEvents"

PARAMETERS = (
    "invokingOrganisation",
    "userType",
    "vendorID",
    "language",
    "uln",
    "givenName",
    "familyName",
    "dateOfBirth",
    "gender",
    "getType",
)
ORGANISATION = ("OrganisationRef", "Password", "Ukprn", "Username")
# Written even when there is nothing to write; BRIEF has no others.
ALWAYS = frozenset(
    {
        "AchievementAwardDate",
        "AchievementProviderUkprn",
        "Credits",
        "Grade",
        "ID",
        "Level",
        "Source",
        "Subject",
        "SubjectCode",
    }
)


class RequestRefused(Exception):  # noqa: N818 - it is the service's answer, not our failure
    """The request breaks a rule; `text` says which, without its values."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


@dataclass(frozen=True, slots=True)
class Request:
    """A GetLearnerLearningEvents request; an organisation field that was missing or dropped is None."""

    organisation_ref: str | None = field(repr=False)
    password: str | None = field(repr=False)
    ukprn: str | None = field(repr=False)
    username: str | None = field(repr=False)
    user_type: str
    vendor_id: int
    language: str
    uln: str = field(repr=False)
    given_name: str = field(repr=False)
    family_name: str = field(repr=False)
    birth_date: str = field(repr=False)
    gender: str = field(repr=False)
    get_type: str


@dataclass(frozen=True, slots=True)
class Style:
    """The ways in which answers differ though they say the same."""

    envelope: str = "s"
    model: str | None = "a"  # None: the model's namespace is the default one
    shuffled: bool = False
    pretty: bool = False
    empties: str = "as sent"  # or all "nil", "absent", "empty"
    nil_event: bool = False
    incoming: bool = True


PLAIN = Style()
# Dealt by record number; most answers are plain.
STYLES = (
    *(PLAIN for _ in range(14)),
    Style(shuffled=True),
    Style(envelope="soap", model=None, pretty=True),
    Style(empties="nil"),
    Style(empties="absent", incoming=False),
    Style(empties="empty"),
    Style(envelope="SOAP-ENV", model="b", nil_event=True),
)


def read_request(body: bytes) -> Request:
    """Read a request as the service's own reader does. Raises RequestRefused."""
    root = operation(body)
    if root.tag != f"{{{TEM}}}GetLearnerLearningEvents":
        raise RequestRefused("The Body holds no GetLearnerLearningEvents of the namespace http://tempuri.org/.")
    values = _parameters(root)
    organisation = values["invokingOrganisation"]
    given = _organisation(organisation)
    texts = {name: (values[name].text or "") for name in PARAMETERS[1:]}
    _check_values(texts)
    return Request(
        organisation_ref=given.get("OrganisationRef"),
        password=given.get("Password"),
        ukprn=given.get("Ukprn"),
        username=given.get("Username"),
        user_type=texts["userType"],
        vendor_id=int(texts["vendorID"]),
        language=texts["language"],
        uln=texts["uln"],
        given_name=texts["givenName"],
        family_name=texts["familyName"],
        birth_date=texts["dateOfBirth"],
        gender=texts["gender"],
        get_type=texts["getType"],
    )


def operation(body: bytes) -> etree._Element:
    """The operation's element, out of its envelope. No DTD, no entities, no network. Raises RequestRefused."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        envelope = etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        raise RequestRefused("The request is not well-formed XML.") from None
    if envelope.getroottree().docinfo.doctype:
        raise RequestRefused("A document type is not allowed in a SOAP message.")
    if envelope.tag != f"{{{SOAP}}}Envelope":
        raise RequestRefused("The root is not a SOAP 1.1 Envelope.")
    parts = [part for part in envelope if part.tag != f"{{{SOAP}}}Header"]
    if len(parts) != 1 or parts[0].tag != f"{{{SOAP}}}Body" or len(parts[0]) != 1:
        raise RequestRefused("The Envelope needs one Body with one element.")
    return parts[0][0]


def _parameters(root: etree._Element) -> dict[str, etree._Element]:
    wanted = [f"{{{TEM}}}{name}" for name in PARAMETERS]
    found = [child.tag for child in root]
    if found != wanted:
        for place, tag in enumerate(wanted):
            if place >= len(found) or found[place] != tag:
                raise RequestRefused(f"Element {place + 1} has to be {PARAMETERS[place]} of http://tempuri.org/.")
        raise RequestRefused("There are elements after getType.")
    for child in list(root)[1:]:
        if len(child):
            raise RequestRefused(f"{etree.QName(child).localname} has to hold text only.")
    return dict(zip(PARAMETERS, root, strict=True))


def _organisation(element: etree._Element) -> dict[str, str]:
    """Read like a .NET data contract: in alphabetical order; what is out of order or in another namespace is
    dropped without a word."""
    given: dict[str, str] = {}
    reached = 0
    for child in element:
        name = etree.QName(child)
        if name.namespace == IO and name.localname in ORGANISATION[reached:]:
            reached = ORGANISATION.index(name.localname) + 1
            if child.get(f"{{{XSI}}}nil") != "true":
                given[name.localname] = child.text or ""
    return given


def _check_values(texts: dict[str, str]) -> None:
    """Lengths and permitted values; a text for the first that does not fit."""
    uln = texts["uln"]
    rules = (
        ("userType", texts["userType"] in ("ORG", "LNR", "SER"), "has to be ORG, LNR or SER"),
        ("vendorID", _is_int(texts["vendorID"]), "has to be a whole number"),
        ("language", texts["language"] == "ENG", "has to be ENG"),
        (
            "uln",
            len(uln) == 10 and uln.isascii() and uln.isdecimal() and uln[0] != "0",
            "does not match the pattern [1-9][0-9]{9}",
        ),
        ("givenName", _is_name(texts["givenName"]), "has to have 1 to 35 characters, not all blank"),
        ("familyName", _is_name(texts["familyName"]), "has to have 1 to 35 characters, not all blank"),
        ("dateOfBirth", _is_day(texts["dateOfBirth"]), "has to be yyyy-MM-dd, or empty"),
        ("gender", texts["gender"] in ("", "0", "1", "2", "9"), "has to be 0, 1, 2 or 9, or empty"),
        ("getType", texts["getType"] in ("FULL", "BRIEF"), "has to be FULL or BRIEF"),
    )
    for name, good, rule in rules:
        if not good:
            raise RequestRefused(f"The value of {name} {rule}.")


def _is_int(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def _is_name(text: str) -> bool:
    return len(text) <= 35 and bool(text.strip())


def _is_day(text: str) -> bool:
    if not text:
        return True
    parts = text.split("-")
    return text.isascii() and [len(part) for part in parts] == [4, 2, 2] and all(part.isdecimal() for part in parts)


def answer(
    code: str | None,
    found: str | None,
    incoming: str,
    events: Sequence[Event] | None,
    *,
    brief: bool = False,
    style: Style = PLAIN,
    draw: Random | None = None,
) -> bytes:
    """A GetLearnerLearningEventsResponse. `found` None is sent as nil, `events` None leaves the record out."""
    envelope, body = _envelope(style.envelope)
    response = etree.SubElement(body, f"{{{TEM}}}GetLearnerLearningEventsResponse", nsmap={None: TEM})
    spaces: dict[str | None, str] = {style.model: MODEL} if style.model else {}
    scope: dict[str | None, str] = {} if style.model else {None: MODEL}
    name = f"{{{TEM}}}GetLearnerLearningEventsResult"
    result = etree.SubElement(response, name, nsmap={**spaces, "i": XSI})
    parts: list[etree._Element] = []
    if code is not None:
        parts.append(_text("ResponseCode", code, scope))
    parts.append(_text("FoundULN", found, scope))
    if style.incoming:
        parts.append(_text("IncomingULN", incoming, scope))
    if events is not None:
        record = etree.Element(f"{{{MODEL}}}LearnerRecord", nsmap=scope)
        for event in events:
            record.append(_event(event, brief=brief, style=style, draw=draw))
        if style.nil_event:
            record.insert(1, _text("LearningEvent", None, scope))
        parts.append(record)
    if style.shuffled:
        parts.reverse()
    result.extend(parts)
    return _bytes(envelope, style.pretty)


def _event(event: Event, *, brief: bool, style: Style, draw: Random | None) -> etree._Element:
    element = etree.Element(f"{{{MODEL}}}LearningEvent")
    children = []
    for attribute, name in WIRE_NAMES.items():
        value: str | None = getattr(event, attribute)
        always = name in ALWAYS
        if brief and not always:
            continue
        if style.empties == "nil" and value == "":
            value = None
        elif style.empties == "empty" and value is None:
            value = ""
        elif style.empties == "absent" and not value and not always:
            continue
        if value is None and not always and style.empties != "nil":
            continue
        children.append(_text(name, value, {}))
    if style.shuffled and draw:
        draw.shuffle(children)
    element.extend(children)
    return element


def _text(name: str, value: str | None, scope: dict[str | None, str]) -> etree._Element:
    element = etree.Element(f"{{{MODEL}}}{name}", nsmap=scope)
    if value is None:
        element.set(f"{{{XSI}}}nil", "true")
    else:
        element.text = value
    return element


def _envelope(prefix: str) -> tuple[etree._Element, etree._Element]:
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={prefix: SOAP})
    return envelope, etree.SubElement(envelope, f"{{{SOAP}}}Body")


def _bytes(envelope: etree._Element, pretty: bool = False) -> bytes:
    data: bytes = etree.tostring(envelope, encoding="utf-8", xml_declaration=pretty, pretty_print=pretty)
    return data


def _fault(code: str, text: str) -> tuple[etree._Element, etree._Element]:
    envelope, body = _envelope("s")
    fault = etree.SubElement(body, f"{{{SOAP}}}Fault")
    etree.SubElement(fault, "faultcode").text = code
    etree.SubElement(fault, "faultstring").text = text
    return envelope, fault


def domain_fault(code: str) -> bytes:
    """The fault that R9 declares: a code and nothing else."""
    envelope, fault = _fault("s:Client", "The creator of this fault did not specify a Reason.")
    detail = etree.SubElement(etree.SubElement(fault, "detail"), f"{{{DOMAIN_FAULTS}}}DomainFault", nsmap={"i": XSI})
    etree.SubElement(detail, f"{{{DOMAIN_FAULTS}}}ErrorCode").text = code
    etree.SubElement(detail, f"{{{DOMAIN_FAULTS}}}ErrorDetail").set(f"{{{XSI}}}nil", "true")
    return _bytes(envelope)


def miap_fault(code: str, description: str, further: str) -> bytes:
    """The fault of the older operations, whose children are in no namespace."""
    envelope, fault = _fault("s:Server", "uk.gov.miap.lrs.api.exceptions.MIAPAPIException")
    parent = etree.SubElement(fault, "detail")
    detail = etree.SubElement(parent, f"{{{MIAP_EXCEPTIONS}}}MIAPAPIException", nsmap={"e": MIAP_EXCEPTIONS})
    for name, value in (
        ("ErrorCode", code),
        ("ErrorActor", "sandbox"),
        ("Description", description),
        ("FurtherDetails", further),
        ("ErrorTimestamp", "2025-09-11 10:02:33"),
    ):
        etree.SubElement(detail, name).text = value
    return _bytes(envelope)


def bare_fault(text: str) -> bytes:
    """A fault without detail, as of an internal error."""
    return _bytes(_fault("s:Server", text)[0])
