"""Answers of the Learning Records Service as XML: read with no DTD, no entity and no network, whatever comes.

Elements are found by local name, in any order and under any prefix or none: published answers differ in all of
these. A missing element, an empty one and a nil one are all "no value".
"""

import re
from typing import Any

from lxml import etree

from app.connectors.http import HttpAnswer
from app.connectors.lrs_faults import CODE, fault, run_fault, status_fault
from app.errors import ServiceError

Element = Any  # lxml comes without types

_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_END_OF_ENVELOPE = re.compile(rb"</(?:[^<>\s:]+:)?Envelope\s*>")
_BEGIN_OF_ENVELOPE = re.compile(rb"<(?:[^<>\s:]+:)?Envelope[\s>]")


def response_in(answer: HttpAnswer, name: str) -> Element:
    """The element `name` in the SOAP body of an answer.

    Content goes before the HTTP status: a fault under 200 is a fault. Raises ServiceError with the service's code
    or LOCAL22 to LOCAL29, StopRunError where asking about others is of no use, BusyError where it is later.
    """
    body = _soap_body(answer.body)
    if body is not None:
        if (refusal := child(body, "Fault")) is not None:
            raise fault(_texts(refusal), answer)
        if (response := child(body, name)) is not None:
            return response
    if answer.status == 200 and body is None and _cut_short(answer.body):
        raise ServiceError("The answer was cut off.", code="LOCAL24", hint="Press Refresh Failed later.")
    raise status_fault(answer)


def children(element: Element, *, more_of: str = "") -> dict[str, Element]:
    """What stands directly in `element`, by local name; only `more_of` may stand there more than once, and is
    left to the caller. Raises ServiceError LOCAL23 where it is not clear what the service says."""
    parts: dict[str, Element] = {}
    for one in element if element is not None else ():
        name = local(one)
        if name == more_of:
            continue
        if name in parts:
            raise unreadable("The answer says the same thing twice.")
        parts[name] = one
    return parts


def code_in(parts: dict[str, Element]) -> str | None:
    """The response code, None if there is none. Raises what a code that concerns us, not the learner, stands for,
    and ServiceError LOCAL23 for what cannot be a code."""
    code = text_of(parts.get("ResponseCode"))
    if code is None:
        return None
    if not CODE.fullmatch(code):
        raise unreadable("The answer carries something else instead of a response code.")
    if refusal := run_fault(code):
        raise refusal
    return code


def for_another() -> ServiceError:
    """The error for an answer that repeats somebody else's details."""
    return ServiceError(
        "The answer was for another learner, and was thrown away.",
        code="LOCAL26",
        hint="Press Refresh Failed later. If it happens again, tell the LRS help desk.",
    )


def unreadable(message: str) -> ServiceError:
    """The error for an answer that makes no sense."""
    return ServiceError(message, code="LOCAL23", hint="Press Refresh Failed later.")


def child(element: Element, name: str) -> Element | None:
    """The first element of that local name directly in `element`."""
    return next((one for one in element if local(one) == name), None)


def local(element: Element) -> str:
    """The name without its namespace."""
    name: str = element.tag.rpartition("}")[2]
    return name


def is_nil(element: Element) -> bool:
    """Whether the service says that this is no value."""
    return element.get(_NIL) in ("true", "1")


def text_of(element: Element | None) -> str | None:
    """The text without blanks around it; None if there is nothing, in whichever of the three ways."""
    if element is None or is_nil(element):
        return None
    text: str = "".join(element.itertext()) if len(element) else element.text or ""
    return text.strip() or None


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
    if root.getroottree().docinfo.internalDTD is not None or local(root) != "Envelope":
        return None
    return child(root, "Body")


def _cut_short(data: bytes) -> bool:
    """Whether the bytes begin like an envelope and never end like one; the zeros are those of UTF-16."""
    plain = data.replace(b"\0", b"")
    return bool(_BEGIN_OF_ENVELOPE.search(plain[:2000])) and not _END_OF_ENVELOPE.search(plain)


def _texts(element: Element) -> list[tuple[str, str]]:
    """Every text inside an element, with the local name it stands under."""
    return [(local(one), value) for one in element.iter(etree.Element) if (value := text_of(one))]
