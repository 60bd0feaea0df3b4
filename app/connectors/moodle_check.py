"""The connection test of an LMS: one step after another, until one fails (LS-N4)."""

import socket
import ssl
from collections.abc import Generator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from app.config import host_of
from app.connectors.http import HttpPool
from app.connectors.lms import CheckStep, Course, Site, Stoppable, Trouble, unstoppable
from app.connectors.moodle import MoodleCalls, open_pool, way_out
from app.connectors.moodle_access import MoodleAccess
from app.connectors.moodle_call import MoodleLine
from app.connectors.moodle_faults import address_in, line_fault
from app.connectors.moodle_site import NEEDED
from app.connectors.wire import Stage, Wire
from app.errors import AppError, ServiceError
from app.sentence import Sentence

NAME, CONNECTION, SECURE, SERVER = "Site name", "Connection", "Secure line", "Server certificate"
ANSWER, TOKEN, LIST, GRADES = "Answer", "Token", "Course list", "Gradebook"
FUNCTION = "Function {name}"
STEPS = (
    *(
        NAME,
        CONNECTION,
        SECURE,
        SERVER,
        ANSWER,
        TOKEN,
        *(Sentence(FUNCTION, name=one) for one in NEEDED),
        LIST,
        GRADES,
    ),
)
"""In the order in which they are taken."""
_ABOUT_THE_TOKEN = (Trouble.SIGN_IN, Trouble.NOT_ALLOWED)
_CLOSED = (Trouble.COURSE_CLOSED_TO_US, Trouble.GRADES_CLOSED_TO_US, Trouble.GROUPS, Trouble.COURSE_GONE)
_MOST_TRIED = 5


def check(access: MoodleAccess, stoppable: Stoppable = unstoppable) -> Generator[CheckStep, None, None]:
    """Each step as it is over; what can go wrong stands in the last one and is not raised. Nothing is written."""
    step = NAME
    try:
        yield CheckStep(NAME, True, _look_up(access))
        step = CONNECTION
        with open_pool(access, 1) as pool, stoppable(pool.abort):
            for one in _connect(access, pool):
                yield one
                if not one.ok:
                    return
            calls = MoodleCalls(MoodleLine(pool, access.token), access.gradebook_timeout, access.student_role)
            step = ANSWER
            site, steps = _sign_in(calls)
            yield from steps
            if site is None:
                return
            yield from _functions(site)
            if site.missing:
                return
            step = LIST
            courses = calls.courses()
            yield CheckStep(LIST, True, f"{len(courses)} {'course' if len(courses) == 1 else 'courses'}.")
            step = GRADES
            yield _one_gradebook(calls, courses)
    except AppError as error:
        yield _failed(step, error)


def _look_up(access: MoodleAccess) -> str:
    """Behind a proxy it is the proxy that looks the name up."""
    host = host_of(access.url)
    if proxy := way_out(access):
        return Sentence("{host} is left to the proxy of the network, {proxy}, to find.", host=host, proxy=proxy.host)
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, ValueError) as error:
        raise line_fault(error, Stage.CONNECTING) from error
    words = "{host} is known ({n} address)." if len(found) == 1 else "{host} is known ({n} addresses)."
    return Sentence(words, host=host, n=len(found))


def _connect(access: MoodleAccess, pool: HttpPool) -> Iterator[CheckStep]:
    """Three steps in one go; how far it came, and why not further, tells which of them failed."""
    wire = Wire(access.read_timeout)
    fault: ServiceError | None = None
    try:
        pool.probe(wire)
    except ServiceError as error:
        fault = error
    failed = "" if fault is None else _failed_at(wire, fault)
    version = f" ({wire.version.replace('TLSv', 'TLS ')})" if wire.version else ""
    for name, detail in (
        (CONNECTION, "The LMS can be reached."),
        (SECURE, Sentence("The line is encrypted{version}.", version=version)),
        (SERVER, _told_of(wire)),
    ):
        if fault is not None and name == failed:
            yield _failed(name, fault)
            return
        if access.secure or name == CONNECTION:
            yield CheckStep(name, True, detail)


def _failed_at(wire: Wire, fault: ServiceError) -> str:
    """ "" where the line was secure and only then dropped: the answer will tell why."""
    if isinstance(fault.__cause__, ssl.SSLCertVerificationError):
        return SERVER
    return {Stage.CONNECTING: CONNECTION, Stage.SECURING: SECURE, Stage.READY: ""}[wire.stage]


def _told_of(wire: Wire) -> str:
    detail = "It belongs to the address and comes from an authority that is trusted here."
    server: Any = wire.server
    if "notAfter" not in server:
        return detail
    end = datetime.fromtimestamp(ssl.cert_time_to_seconds(server["notAfter"]), UTC)
    days = (end - datetime.now(UTC)) // timedelta(days=1)
    until = "{detail} Valid until {day}, {days} days from now."
    if days == 1:
        until = "{detail} Valid until {day}, {days} day from now."
    return Sentence(until, detail=Sentence(detail), day=f"{end:%d/%m/%Y}", days=days)


def _sign_in(calls: MoodleCalls) -> tuple[Site | None, list[CheckStep]]:
    """Two steps with one question: a site that refuses the token has answered."""
    answered = CheckStep(ANSWER, True, "It is a Moodle that answers.")
    try:
        site = calls.site()
    except ServiceError as error:
        if error.code not in _ABOUT_THE_TOKEN:
            return None, [_failed(ANSWER, error)]
        return None, [answered, _failed(TOKEN, error)]
    words = "The token is good for {site}."
    if site.release:
        words = "The token is good for {site}, Moodle {release}."
    good = Sentence(words, site=site.name or Sentence("the site"), release=site.release)
    return site, [answered, CheckStep(TOKEN, True, good)]


def _functions(site: Site) -> Iterator[CheckStep]:
    for name in NEEDED:
        if name in site.missing:
            detail = "It is missing. Ask the administrator of the LMS to add it to the web service of the token."
            yield CheckStep(Sentence(FUNCTION, name=name), False, detail, Trouble.NOT_ALLOWED)
        else:
            yield CheckStep(Sentence(FUNCTION, name=name), True, "It may be called.")


def _one_gradebook(calls: MoodleCalls, courses: Sequence[Course]) -> CheckStep:
    """The first that opens, of a few: one course may be closed for reasons of its own."""
    closed: ServiceError | None = None
    for one in courses[:_MOST_TRIED]:
        try:
            count = len(calls.gradebook(one.number))
        except ServiceError as error:
            if error.code not in _CLOSED:
                raise
            closed = closed or error
        else:
            words = "It opens: {count} learner." if count == 1 else "It opens: {count} learners."
            return CheckStep(GRADES, True, Sentence(words, count=count))
    if closed is not None:
        return _failed(GRADES, closed)
    return CheckStep(GRADES, None, "Not tried: there is no course.")


def _failed(name: str, error: AppError) -> CheckStep:
    if not isinstance(error, ServiceError):
        return CheckStep(name, False, error.whole)
    return CheckStep(name, False, error.whole, error.code or "", address_in(error))
