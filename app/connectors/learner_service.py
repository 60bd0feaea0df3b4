"""The older endpoint beside the one in the settings: where it is, and how its messages are written (lrs.md 1, 2).

Every operation's element is in a namespace of its own and everything inside it in none.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from lxml import etree

from app.connectors.lrs_access import ENDPOINT, LrsAccess
from app.connectors.lrs_request import HEADERS, INSTANCE, SOAP

FINDING = "http://api.lrs.miap.gov.uk/findmsg"
REPORTING = "http://api.lrs.miap.gov.uk/reportmsg"

Values = Mapping[str, "str | Values | None"]
"""Elements in the order in which they are sent: a text, None for nil, or elements in their turn."""


def path(access: LrsAccess) -> str:
    """The path of the endpoint, on the host of the configured one."""
    return urlsplit(access.url).path.removesuffix(ENDPOINT) + "/LearnerService.svc"


def headers(action: str = "") -> dict[str, str]:
    """The headers of a call; the operations that share the empty action are told apart by their element."""
    return HEADERS | {"SOAPAction": f'"{action}"'}


def caller(access: LrsAccess) -> dict[str, str]:
    """Who is asking: the elements that each operation has, in this order; what is not set is left out."""
    known = {
        "OrganisationRef": access.organisation_ref,
        "UKPRN": access.ukprn,
        "OrgPassword": access.password,
        "UserName": access.username,
    }
    return {name: value for name, value in known.items() if value}


def message(namespace: str, operation: str, values: Values) -> bytes:
    """A SOAP 1.1 message with one operation's element."""
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"s": SOAP, "i": INSTANCE})
    body = etree.SubElement(envelope, f"{{{SOAP}}}Body")
    _fill(etree.SubElement(body, f"{{{namespace}}}{operation}", nsmap={"m": namespace}), values)
    data: bytes = etree.tostring(envelope, xml_declaration=True, encoding="utf-8")
    return data


def _fill(element: etree._Element, values: Values) -> None:
    for name, value in values.items():
        inner = etree.SubElement(element, name)
        if value is None:
            inner.set(f"{{{INSTANCE}}}nil", "true")
        elif isinstance(value, str):
            inner.text = value
        else:
            _fill(inner, value)
