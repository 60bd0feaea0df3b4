"""The connection test: one step after another, until one fails (commands.md, `lrs check`).

Every question about a learner shows in that learner's access log. So without a learner to ask about nobody is
asked about, not even somebody invented, whose ULN a real person may hold: the test ends at a HEAD request to
the address, which proves that something there speaks HTTP with us. Organisation, password, user name and Vendor
Id travel only inside a question, so signing in is tested only by asking about a learner. (The service has a
question about the organisation alone, GetOrganisation, but nothing public says what it asks for; a call made up by
guessing would be refused for its form, before anybody looks at the password.)
"""

import socket
import ssl
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from app.config import host_of
from app.connectors.client_certificate import WARN_DAYS, ClientCertificate
from app.connectors.http import HttpPool
from app.connectors.lrs import LrsCalls, limits_of
from app.connectors.lrs_access import LrsAccess
from app.connectors.lrs_answer import LrsAnswer
from app.connectors.lrs_codes import describe
from app.connectors.lrs_faults import status_fault
from app.connectors.network_faults import network_fault, refuses_certificate
from app.connectors.proxy import Proxy, proxy_for
from app.connectors.wire import Stage, Wire
from app.errors import AppError, ServiceError
from app.sentence import Sentence

__all__ = ["STEPS", "WARN_DAYS", "ConnectionReport", "Step", "check"]

CERTIFICATE, NAME, CONNECTION, SECURE = "Client certificate", "Service name", "Connection", "Secure line"
SERVER, ACCEPTED, SERVICE = "Server certificate", "Certificate accepted", "Service"
SIGN_IN, LEARNER = "Sign-in", "Asking about the learner"
STEPS = (CERTIFICATE, NAME, CONNECTION, SECURE, SERVER, ACCEPTED, SERVICE, SIGN_IN, LEARNER)
"""In the order in which they are taken; the last two only with a learner."""

_REFUSED_SIGN_IN = frozenset({"WSEC0003", "WSEC0005", "WSEC0006"})
_NOT_THE_SERVICE = frozenset({401, 403, 404, 407, 410, 429, 503})


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what was tried, whether it went well, and a sentence about it without personal data."""

    name: str
    ok: bool
    detail: str


@dataclass(slots=True)
class ConnectionReport:
    """The steps taken, the last of which may have failed, and the answer if a learner was asked about."""

    steps: list[Step] = field(default_factory=list)
    answer: LrsAnswer | None = None
    error_code: str | None = None
    trying: str = field(default="", repr=False)
    """The step under way: the one that failed if something is raised now."""

    @property
    def ok(self) -> bool:
        return all(step.ok for step in self.steps)

    @property
    def by_source(self) -> dict[str, int]:
        """How many events came from which source."""
        events = self.answer.events if self.answer else ()
        return dict(sorted(Counter(event.source or "" for event in events).items()))

    def passed(self, detail: str) -> None:
        self.steps.append(Step(self.trying, ok=True, detail=detail))

    def failed(self, error: AppError) -> None:
        self.steps.append(Step(self.trying, ok=False, detail=error.whole))
        self.error_code = error.code if isinstance(error, ServiceError) else None


def check(access: LrsAccess, learner: tuple[str, str, str] | None = None) -> ConnectionReport:
    """Test the connection; with a learner (ULN, first name, surname) ask the service about them, once.

    What a connection can do wrong stands in the report and is not raised.
    """
    report = ConnectionReport()
    try:
        context = _certificate(access, report) if access.secure else None
        proxy = _find(access, report)
        with HttpPool(access.url, context, 1, limits_of(access), proxy) as pool:
            _connect(access, pool, report)
            report.trying = SERVICE
            answer = pool.head()
            if answer.status in _NOT_THE_SERVICE or 300 <= answer.status < 400:
                raise status_fault(answer)
            report.passed(Sentence("Something answers there (HTTP status {status}).", status=answer.status))
            if learner is not None:
                _ask(LrsCalls(access, pool), learner, report)
    except AppError as error:
        report.failed(error)
    return report


def _certificate(access: LrsAccess, report: ConnectionReport) -> ssl.SSLContext:
    report.trying = CERTIFICATE
    certificate = ClientCertificate.read(access.certificate_path, access.certificate_password)
    context = certificate.ssl_context(access.ca_path)
    days = certificate.days_left()
    words = "Issued to {holder}. Valid until {until}."
    if days < WARN_DAYS:
        words = "Issued to {holder}. Valid until {until}. Ask the LRS for a new one now."
    report.passed(Sentence(words, holder=certificate.holder, until=_until(certificate.not_after, days)))
    return context


def _until(end: datetime, days: int) -> str:
    words = "{day}, {days} day from now" if days == 1 else "{day}, {days} days from now"
    return Sentence(words, day=f"{end:%d/%m/%Y}", days=days)


def _find(access: LrsAccess, report: ConnectionReport) -> Proxy | None:
    """Behind a proxy it is the proxy that looks the name up."""
    report.trying = NAME
    host = host_of(access.url)
    if proxy := proxy_for(access.url, access.proxy):
        report.passed(
            Sentence("{host} is left to the proxy of the network, {proxy}, to find.", host=host, proxy=proxy.host)
        )
        return proxy
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, ValueError) as error:
        raise network_fault(error, Stage.CONNECTING) from error
    words = "{host} is known ({n} address)." if len(found) == 1 else "{host} is known ({n} addresses)."
    report.passed(Sentence(words, host=host, n=len(found)))
    return None


def _connect(access: LrsAccess, pool: HttpPool, report: ConnectionReport) -> None:
    """Four steps in one go; how far it came, and why not further, tells which of them failed."""
    wire = Wire(access.read_timeout)
    fault: AppError | None = None
    try:
        pool.probe(wire)
    except AppError as error:
        fault = error
    failed = _failed_at(wire, fault) if fault is not None else ""
    version = f" ({wire.version.replace('TLSv', 'TLS ')})" if wire.version else ""
    for name, detail in (
        (CONNECTION, "The service can be reached."),
        (SECURE, Sentence("The line is encrypted{version}.", version=version)),
        (SERVER, _told_of(wire.server)),
        (ACCEPTED, "The service raises no objection to the client certificate."),
    ):
        report.trying = name
        if fault is not None and name == failed:
            raise fault
        if access.secure or name == CONNECTION:
            report.passed(detail)


def _failed_at(wire: Wire, fault: AppError) -> str:
    if isinstance(fault.__cause__, ssl.SSLCertVerificationError):
        return SERVER
    # Over TLS 1.2 our certificate is refused in the middle of the handshake.
    if refuses_certificate(fault.__cause__):
        return ACCEPTED
    return {Stage.CONNECTING: CONNECTION, Stage.SECURING: SECURE, Stage.READY: ACCEPTED}[wire.stage]


def _told_of(server: Mapping[str, Any]) -> str:
    """The certificate that the service has shown; {} where it showed ours the door before that could be kept."""
    detail = "It belongs to the address and comes from an authority that is trusted here."
    if "notAfter" not in server:
        return detail
    end = datetime.fromtimestamp(ssl.cert_time_to_seconds(server["notAfter"]), UTC)
    until = _until(end, (end - datetime.now(UTC)) // timedelta(days=1))
    return Sentence("{detail} Valid until {until}.", detail=Sentence(detail), until=until)


def _ask(calls: LrsCalls, learner: tuple[str, str, str], report: ConnectionReport) -> None:
    """Two steps with one question: an answer about the learner means that the college was let in."""
    report.trying = SIGN_IN
    try:
        answer = calls.learning_events(*learner)
    except ServiceError as error:
        if error.code not in _REFUSED_SIGN_IN:
            report.trying = LEARNER
        raise
    report.passed("The service knows the college, its password and its user.")
    report.trying = LEARNER
    report.answer = answer
    words = describe(answer.response_code)
    report.passed(
        Sentence(
            "{code}: {meaning} Number of events: {n}.",
            code=words.code,
            meaning=Sentence(words.meaning),
            n=len(answer.events),
        )
    )
