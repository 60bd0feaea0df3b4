"""The connection test: one step after another, until one fails (commands.md, `lrs check`).

Every question about a learner shows in that learner's access log. So without a learner to ask about nobody is
asked about, not even somebody invented, whose ULN a real person may hold: the test ends at a HEAD request to
the address, which proves that something there speaks HTTP with us. User name, password and Vendor Id are
tested only by asking about a learner.
"""

import socket
import ssl
from collections import Counter
from dataclasses import dataclass, field

from app.config import host_of
from app.connectors.client_certificate import ClientCertificate
from app.connectors.http import HttpPool
from app.connectors.lrs import LrsCalls, limits_of
from app.connectors.lrs_access import LrsAccess
from app.connectors.lrs_answer import LrsAnswer
from app.connectors.lrs_codes import describe
from app.connectors.lrs_faults import status_fault
from app.connectors.network_faults import network_fault, refuses_certificate
from app.connectors.wire import Stage, Wire
from app.errors import AppError, ServiceError

WARN_DAYS = 30
"""So many days before the certificate runs out the test begins to say so."""

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
        self.steps.append(Step(self.trying, ok=False, detail=str(error)))
        self.error_code = error.code if isinstance(error, ServiceError) else None


def check(access: LrsAccess, learner: tuple[str, str, str] | None = None) -> ConnectionReport:
    """Test the connection; with a learner (ULN, first name, surname) ask the service about them, once.

    What a connection can do wrong stands in the report and is not raised.
    """
    report = ConnectionReport()
    try:
        context = _certificate(access, report) if access.secure else None
        _find(access, report)
        with HttpPool(access.url, context, 1, limits_of(access)) as pool:
            _connect(access, pool, report)
            report.trying = "Service"
            answer = pool.head()
            if answer.status in _NOT_THE_SERVICE or 300 <= answer.status < 400:
                raise status_fault(answer)
            report.passed(f"Something answers there (HTTP status {answer.status}).")
            if learner is not None:
                _ask(LrsCalls(access, pool), learner, report)
    except AppError as error:
        report.failed(error)
    return report


def _certificate(access: LrsAccess, report: ConnectionReport) -> ssl.SSLContext:
    report.trying = "Certificate file"
    certificate = ClientCertificate.read(access.certificate_path, access.certificate_password)
    context = certificate.ssl_context(access.ca_path)
    days = certificate.days_left()
    warning = f" It runs out in {days} days: ask the LRS for a new one." if days < WARN_DAYS else ""
    report.passed(f"Valid until {certificate.not_after:%d/%m/%Y}.{warning}")
    return context


def _find(access: LrsAccess, report: ConnectionReport) -> None:
    report.trying = "Service name"
    host = host_of(access.url)
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, ValueError) as error:
        raise network_fault(error, Stage.CONNECTING) from error
    report.passed(f"{host} is known ({len(found)} {'address' if len(found) == 1 else 'addresses'}).")


def _connect(access: LrsAccess, pool: HttpPool, report: ConnectionReport) -> None:
    """Three steps in one go; the stage it came to tells which of them failed."""
    wire = Wire(access.read_timeout)
    fault: AppError | None = None
    try:
        pool.probe(wire)
    except AppError as error:
        fault = error
    # Over TLS 1.2 our certificate is refused in the middle of the handshake.
    refused = fault is not None and refuses_certificate(fault.__cause__)
    reached = Stage.READY if refused else wire.stage
    for name, stage, detail in (
        ("Connection", Stage.CONNECTING, "The service can be reached."),
        ("Secure line", Stage.SECURING, "The line is secure, and the service is the one named in the address."),
        ("Certificate accepted", Stage.READY, "The service raises no objection to the client certificate."),
    ):
        report.trying = name
        if fault is not None and reached is stage:
            raise fault
        if access.secure or stage is Stage.CONNECTING:
            report.passed(detail)


def _ask(calls: LrsCalls, learner: tuple[str, str, str], report: ConnectionReport) -> None:
    report.trying = "Asking about the learner"
    report.answer = answer = calls.learning_events(*learner)
    words = describe(answer.response_code)
    report.passed(f"{words.code}: {words.meaning} Number of events: {len(answer.events)}.")
