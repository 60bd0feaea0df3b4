"""A client that knows only what is on the wire: `ssl`, `http.client` and text."""

import contextlib
import gzip
import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12
from lxml import etree

from app.sandbox.lrs import LrsSandbox
from app.sandbox.people import Kind, Person, people

ACTION = '"http://tempuri.org/ILearnerServiceR9/GetLearnerLearningEvents"'
IO = "http://schemas.datacontract.org/2004/07/Amor.Qcf.Service.Interface"
PEOPLE = people(300)


def one_of(kind: Kind) -> Person:
    return next(person for person in PEOPLE if person.kind is kind)


def client_context(p12: Path, password: str, ca_file: Path | str, folder: Path) -> ssl.SSLContext:
    key, certificate, _ = pkcs12.load_key_and_certificates(p12.read_bytes(), password.encode())
    assert key is not None
    assert certificate is not None
    pem = folder / f"{p12.stem}.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(secret + certificate.public_bytes(Encoding.PEM))
    context = ssl.create_default_context(cafile=str(ca_file))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    context.load_cert_chain(pem)
    return context


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> bytes:
        return gzip.decompress(self.body) if self.headers.get("Content-Encoding") == "gzip" else self.body

    @property
    def tree(self) -> etree._Element:
        return etree.fromstring(self.text)

    def first(self, name: str) -> str | None:
        """The text of the first element of that local name; None if there is none, or no text."""
        found = self.tree.xpath(f"//*[local-name()='{name}']")
        return found[0].text if found else None

    def all(self, name: str) -> list[etree._Element]:
        return self.tree.xpath(f"//*[local-name()='{name}']")


def request_for(sandbox: LrsSandbox, person: Person, **changes: str) -> bytes:
    """A request that the service accepts, save for what `changes` says; a change of `organisation` or
    `parameters` replaces the whole part."""
    info = sandbox.info
    values = {
        "password": info.password,
        "vendor": str(info.vendor_id),
        "user_type": "ORG",
        "language": "ENG",
        "uln": person.uln or "",
        "given": (person.first_name or (person.given_names or "").split(" ")[0])[:35],
        "family": (person.family_name or "")[:35],
        "birth": person.birth_date.isoformat() if person.birth_date else "",
        "gender": "",
        "get_type": "FULL",
    } | {name: value for name, value in changes.items() if name not in ("organisation", "parameters")}
    value = {name: escape(text) for name, text in values.items()}
    organisation = changes.get(
        "organisation",
        f"<o:OrganisationRef>{info.organisation_ref}</o:OrganisationRef><o:Password>{value['password']}</o:Password>"
        f"<o:Ukprn>{info.ukprn}</o:Ukprn><o:Username>{info.username}</o:Username>",
    )
    parameters = changes.get(
        "parameters",
        f"<t:invokingOrganisation>{organisation}</t:invokingOrganisation>"
        f"<t:userType>{value['user_type']}</t:userType><t:vendorID>{value['vendor']}</t:vendorID>"
        f"<t:language>{value['language']}</t:language><t:uln>{value['uln']}</t:uln>"
        f"<t:givenName>{value['given']}</t:givenName><t:familyName>{value['family']}</t:familyName>"
        f"<t:dateOfBirth>{value['birth']}</t:dateOfBirth><t:gender>{value['gender']}</t:gender>"
        f"<t:getType>{value['get_type']}</t:getType>",
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<t:GetLearnerLearningEvents xmlns:t="http://tempuri.org/" xmlns:o="{IO}">{parameters}'
        "</t:GetLearnerLearningEvents></s:Body></s:Envelope>"
    ).encode()


@dataclass
class Asker:
    """Talks to one sandbox; each `ask` on a line of its own unless it is given one."""

    sandbox: LrsSandbox
    context: ssl.SSLContext

    def line(self, timeout: float = 10) -> http.client.HTTPSConnection:
        port = int(self.sandbox.info.url.split(":")[2].split("/")[0])
        return http.client.HTTPSConnection("127.0.0.1", port, timeout=timeout, context=self.context)

    def send(
        self,
        body: bytes,
        *,
        path: str = "/LearnerServiceR9.svc",
        method: str = "POST",
        line: http.client.HTTPSConnection | None = None,
        timeout: float = 10,
        **headers: str | None,
    ) -> Answer:
        own = line or self.line(timeout)
        wanted: dict[str, str | None] = {
            "Content-Type": "text/xml; charset=utf-8",
            "SOAPAction": ACTION,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        try:
            own.request(method, path, body, {name: value for name, value in wanted.items() if value is not None})
            response = own.getresponse()
            with contextlib.closing(response):  # it holds the line, also after half an answer
                return Answer(response.status, dict(response.headers), response.read())
        finally:
            if line is None:
                own.close()

    def ask(self, person: Person, **changes: str) -> Answer:
        return self.send(request_for(self.sandbox, person, **changes))


def asker_of(sandbox: LrsSandbox, folder: Path) -> Asker:
    files = sandbox.certificates
    return Asker(sandbox, client_context(files.client, files.password, files.ca_file, folder))
