"""The sandbox LRS: learning events, finding and verifying over HTTPS with mutual TLS, on loopback, about invented
people.

with LrsSandbox(folder) as lrs:
    settings = lrs.info.as_dict()
"""

import gzip
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from email.message import Message
from functools import cached_property
from pathlib import Path
from typing import Self

from app.sandbox import learner_service, soap
from app.sandbox.certificates import Certificates, make_certificates
from app.sandbox.draw import dice
from app.sandbox.faults import Asked, FaultPlan
from app.sandbox.find import Registry, Verdict, beginnings, corrected, fold
from app.sandbox.people import POPULATION, Kind, Person, all_events, people
from app.sandbox.server import Call, Reply, TlsServer
from app.sandbox.tls import ServerContexts

PATH = "/LearnerServiceR9.svc"
VENDOR_ID = 7
WORTH_PACKING = 400
MOST_KEPT = 20_000

Override = bytes | Callable[[Asked], bytes | Reply]


@dataclass(frozen=True, slots=True)
class SandboxInfo:
    """All that a client needs; `as_dict` has the keys of `learner-manager sandbox lrs` (commands.md)."""

    url: str
    ca_file: str
    certificate_file: str
    certificate_password: str = field(repr=False)
    organisation_ref: str = field(repr=False)
    ukprn: str = field(repr=False)
    username: str = field(repr=False)
    password: str = field(repr=False)
    vendor_id: int = VENDOR_ID

    def as_dict(self) -> dict[str, str | int]:
        return asdict(self)


class _Body:
    """An answer worked out once, packed once."""

    def __init__(self, plain: bytes) -> None:
        self.plain = plain

    @cached_property
    def packed(self) -> bytes:
        return gzip.compress(self.plain, 1, mtime=0)


class LrsSandbox:
    """Serves from `start` to `stop`, or within `with`.

    `folder` gets the certificates, or is those of another sandbox. `answers` maps a ULN to a raw body, or to a
    function that makes one, in place of the usual answer. `certificates` names good and bad files for tests of TLS.
    """

    def __init__(
        self,
        folder: Path | Certificates,
        *,
        people: Sequence[Person] | None = None,
        port: int = 0,
        latency_ms: int = 0,
        faults: Sequence[str] = (),
        seed: int = 1,
    ) -> None:
        """Raises InputError for an unknown fault, OSError if the port is taken."""
        self.certificates = folder if isinstance(folder, Certificates) else make_certificates(folder)
        self.answers: dict[str, Override] = {}
        self._seed = seed
        self._plan = FaultPlan(faults, seed)
        self._latency = latency_ms / 1000
        everybody = people if people is not None else _everybody()
        self._people = _by_uln(everybody) | corrected(everybody)
        self._everybody = everybody
        self._bodies: dict[tuple[str, bool], _Body] = {}
        self._lock = threading.Lock()
        self._calls: list[str] = []
        self._other_calls: Counter[str] = Counter()
        self._asked: Counter[str] = Counter()
        self._at_once = 0
        self._most_at_once = 0
        contexts = ServerContexts(self.certificates, mutual=True)
        self._server = TlsServer(port, lambda: contexts.for_next(self._plan.handshake), self._reply)
        self.info = SandboxInfo(
            url=f"https://127.0.0.1:{self._server.port}{PATH}",
            ca_file=str(self.certificates.ca_file),
            certificate_file=str(self.certificates.client),
            certificate_password=self.certificates.password,
            organisation_ref="NFC001",
            ukprn="19990100",
            username="sandbox.user",
            password=secrets.token_hex(8),
        )

    def start(self) -> Self:
        self._server.says_why = not self._plan.handshake("abrupt-refusal")
        self._server.start()
        return self

    def stop(self) -> None:
        """Ends all conversations, also those that hang by a fault. Safe to call twice."""
        self._server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *error: object) -> None:
        self.stop()

    @property
    def calls(self) -> list[str]:
        """The ULNs asked for, in the order of arrival; a request that breaks the schema asks for nobody."""
        with self._lock:
            return list(self._calls)

    @property
    def other_calls(self) -> Counter[str]:
        """How many calls of each other operation were understood, by its element's name."""
        with self._lock:
            return self._other_calls.copy()

    @property
    def most_at_once(self) -> int:
        """The most requests that were under way at one time."""
        with self._lock:
            return self._most_at_once

    @property
    def connections(self) -> int:
        """How many TLS connections came about."""
        return self._server.connections

    def set_fault(self, *specs: str | None) -> None:
        """From the next call on these faults and no others; none at all, or None, for a healthy service.
        Handshake faults count from the next connection on. Raises InputError for an unknown one."""
        self._plan = FaultPlan([spec for spec in specs if spec], self._seed)
        self._server.says_why = not self._plan.handshake("abrupt-refusal")

    def set_latency(self, milliseconds: int) -> None:
        """From the next call on each answer waits this long."""
        self._latency = milliseconds / 1000

    def body_for(self, uln: str, *, brief: bool = False) -> bytes:
        """The body about the person of that ULN, as if the names had fitted."""
        return self._body(self._people[uln], uln, brief).plain

    # -- how a call goes

    def _reply(self, call: Call) -> Reply:
        with self._lock:
            self._at_once += 1
            self._most_at_once = max(self._most_at_once, self._at_once)
        try:
            if self._latency:
                self._server.stopping.wait(self._latency)
            return self._answer(call)
        finally:
            with self._lock:
                self._at_once -= 1

    def _answer(self, call: Call) -> Reply:
        if call.path not in (PATH, learner_service.PATH):
            return Reply(404, b"<html><body>Not found</body></html>", "text/html")
        if call.method != "POST":
            return Reply(405, headers={"Allow": "POST"})
        try:
            _check_media(call.headers)
            if call.path == learner_service.PATH:
                action = call.headers.get("SOAPAction")
                return self._about_a_person(learner_service.read_request(call.body, action))
            _check_action(call.headers)
            request = soap.read_request(call.body)
        except soap.RequestRefused as refused:
            return Reply(500, soap.miap_fault("WSEC0001", "The request breaks the schema", refused.text))
        with self._lock:
            self._calls.append(request.uln)
            self._asked[request.uln] += 1
            nth, overall = self._asked[request.uln], len(self._calls)
        packs = "gzip" in call.headers.get("Accept-Encoding", "").lower()
        asked = Asked(
            uln=request.uln,
            nth=nth,
            overall=overall,
            usual=lambda: self._usual(request, packs),
            another=lambda: Reply(body=self.body_for(self._somebody_else(request.uln))),
        )
        own = self.answers.get(request.uln)
        if own is None:
            return self._plan.reply(asked)
        made = own(asked) if callable(own) else own
        return made if isinstance(made, Reply) else Reply(body=made)

    def _usual(self, request: soap.Request, packs: bool) -> Reply:
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        person = self._people.get(request.uln)
        if person is None or (person.kind is not Kind.ULN_UNKNOWN and not _names_fit(person, request)):
            return Reply(body=soap.answer("WSEC0208", "", request.uln, ()))
        body = self._body(person, request.uln, request.get_type == "BRIEF")
        if packs and len(body.plain) > WORTH_PACKING:
            return Reply(body=body.packed, headers={"Content-Encoding": "gzip"})
        return Reply(body=body.plain)

    @cached_property
    def _registry(self) -> Registry:
        return Registry(self._everybody)

    def _about_a_person(self, request: learner_service.Request) -> Reply:
        """A find or a verification."""
        with self._lock:
            self._other_calls[request.operation] += 1
            self._asked[request.operation + request.about] += 1
            nth, overall = self._asked[request.operation + request.about], self._other_calls.total()
        asked = Asked(
            uln=request.about,
            nth=nth,
            overall=overall,
            usual=lambda: self._found(request),
            another=lambda: self._found(request.about_another()),
        )
        own = self.answers.get(request.operation)
        if own is not None:
            made = own(asked) if callable(own) else own
            return made if isinstance(made, Reply) else Reply(body=made)
        reply = self._plan.reply(asked)
        foreign, code = learner_service.with_code_of(reply.body)
        return self._found(request, code=code, coded=True) if foreign else reply

    def _found(self, request: learner_service.Request, *, code: str | None = None, coded: bool = False) -> Reply:
        """The answer; `coded` says that `code` goes into it in place of the right one."""
        if refusal := self._refusal(request):
            return refusal
        with self._lock:
            registry = self._registry
        if request.operation == learner_service.FIND:
            right, offered = registry.find(request.wanted)
            body = learner_service.found_answer(request.sent, code if coded else right, offered, brief=request.brief)
        else:
            verdict: Verdict = registry.verify(request.claimed)
            body = learner_service.verified_answer(request.sent, code if coded else verdict.code, verdict)
        return Reply(body=body)

    def _refusal(self, request: soap.Request | learner_service.Request) -> Reply | None:
        """What is wrong with the organisation or its password, if anything is."""
        if not request.organisation_ref and not request.ukprn:
            return _refused("WSEC0003", "Neither OrganisationRef nor Ukprn was given.")
        known = (request.organisation_ref or self.info.organisation_ref) == self.info.organisation_ref
        if not known or (request.ukprn or self.info.ukprn) != self.info.ukprn:
            return _refused("WSEC0003", "The organisation is not known.")
        if not request.password:
            return _refused("WSEC0005", "No password was found where one is expected.")
        if len(request.password) != 16:
            return _refused("WSEC0001", "The value of Password has to have 16 characters.")
        learning_events = isinstance(request, soap.Request)
        if not secrets.compare_digest(request.password.encode(), self.info.password.encode()):
            why = "The password is wrong."
            return Reply(500, soap.domain_fault("WSEC0005")) if learning_events else _refused("WSEC0005", why)
        if not (request.username or "").strip() or len(request.username or "") > 35:
            return _refused("WSEC0001", "The value of Username has to have 1 to 35 characters, not all blank.")
        if isinstance(request, soap.Request) and request.vendor_id != self.info.vendor_id:
            return _refused("WSEC0006", "The vendor is not allowed to use this service.")
        return None

    def _body(self, person: Person, uln: str, brief: bool) -> _Body:
        body = self._bodies.get((uln, brief))
        if body is None:
            if len(self._bodies) >= MOST_KEPT:
                self._bodies.clear()
            body = self._bodies[uln, brief] = _Body(_write(person, uln, brief))
        return body

    def _somebody_else(self, uln: str) -> str:
        return next(other for other, person in self._people.items() if other != uln and person.kind is Kind.EXACT)


def serve(
    folder: Path,
    port: int,
    latency_ms: int,
    faults: Sequence[str],
    announce: Callable[[dict[str, str | int]], None],
    stop: threading.Event,
    people: Sequence[Person] | None = None,
) -> None:
    """Run a sandbox until `stop` is set; `announce` is called once, when it answers. Raises InputError for an
    unknown fault, OSError if the port is taken."""
    with LrsSandbox(folder, people=people, port=port, latency_ms=latency_ms, faults=faults) as sandbox:
        announce(sandbox.info.as_dict())
        stop.wait()


def _everybody() -> tuple[Person, ...]:
    return people(POPULATION)


def _by_uln(people: Iterable[Person]) -> dict[str, Person]:
    known: dict[str, Person] = {}
    for person in people:
        known.setdefault(person.lrs_uln, person)
        if person.found_uln:
            known[person.found_uln] = person
    return known


def _refused(code: str, why: str) -> Reply:
    return Reply(500, soap.miap_fault(code, "Refused", why))


def _check_media(headers: Message) -> None:
    media, _, options = headers.get("Content-Type", "").partition(";")
    if media.strip().lower() != "text/xml":
        raise soap.RequestRefused("The Content-Type has to be text/xml.")
    if options.strip() and options.replace('"', "").strip().lower() != "charset=utf-8":
        raise soap.RequestRefused("The charset of the Content-Type has to be utf-8.")


def _check_action(headers: Message) -> None:
    if headers.get("SOAPAction") != f'"{soap.ACTION}"':
        raise soap.RequestRefused(f'The SOAPAction has to be "{soap.ACTION}", in quotation marks.')


def _write(person: Person, uln: str, brief: bool) -> bytes:
    style = soap.STYLES[person.record % len(soap.STYLES)]
    if person.kind is Kind.ULN_UNKNOWN:
        return soap.answer("WSEC0136", None, uln, None)
    if person.kind is Kind.OPTED_OUT:
        return soap.answer("WSEC0206", uln, uln, ())
    if person.kind is Kind.EMPTY:
        return soap.answer("WSRC0004", uln, uln, () if person.record % 2 else None, style=style)
    draw = dice("answer", person.record)
    events = list(all_events(person))
    draw.shuffle(events)
    linked = person.found_uln is not None and uln != person.found_uln
    code, found = ("WSRC0022", person.found_uln) if linked else ("WSRC0004", uln)
    return soap.answer(code, found, uln, events, brief=brief, style=style, draw=draw)


def _names_fit(person: Person, request: soap.Request) -> bool:
    """As the LRS judges: case and accents do not matter, swapped names pass, what stands behind 35 characters
    is not seen, and of several given names the first ones are enough."""
    family, given = person.lrs_family_name, person.lrs_given_names
    asked = (fold(request.given_name), fold(request.family_name))
    first = beginnings(given)
    return (asked[0] in first and asked[1] == fold(family)) or (asked[1] in first and asked[0] == fold(family))
