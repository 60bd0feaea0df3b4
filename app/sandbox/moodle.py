"""The sandbox Moodle: web services over HTTPS, on loopback, about invented courses and people.

with MoodleSandbox(folder) as moodle:
    settings = moodle.info.as_dict()
"""

import gzip
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from app.errors import InputError
from app.sandbox import moodle_intake
from app.sandbox.certificates import Certificates, make_certificates
from app.sandbox.moodle_courses import make_site
from app.sandbox.moodle_errors import Failure, json_reply
from app.sandbox.moodle_faults import SHORT, Asked, MoodleFaultPlan
from app.sandbox.moodle_form import TAKES, Question, checked, read_question
from app.sandbox.moodle_functions import Functions
from app.sandbox.moodle_moving import move
from app.sandbox.moodle_state import Course, Grade, Place, Site, User
from app.sandbox.people import POPULATION, Person, people
from app.sandbox.server import Call, Reply, TlsServer
from app.sandbox.tls import ServerContexts

PATH = "/webservice/rest/server.php"
WORTH_PACKING = 400
ORDERS = ("revoke-token", "restore-token", "move", "allow-enrolments")


@dataclass(frozen=True, slots=True)
class MoodleInfo:
    """All that a client needs; `as_dict` has the keys of `learner-manager sandbox moodle` (commands.md)."""

    url: str
    ca_file: str
    token: str = field(repr=False)

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


class MoodleSandbox:
    """Serves from `start` to `stop`, or within `with`. `folder` gets the certificates, or is those of another
    sandbox.

    Without `courses` there is one of every kind, and ordinary ones; with it that many ordinary ones, each with
    `learners`. `intake`: so many of the people are being put on courses of their own. What tests change is changed
    under `changing()`, or by the methods that do one thing each.
    """

    def __init__(
        self,
        folder: Path | Certificates,
        *,
        people: Sequence[Person] | None = None,
        courses: int | None = None,
        learners: int | None = None,
        intake: int = 0,
        port: int = 0,
        latency_ms: int = 0,
        faults: Sequence[str] = (),
        seed: int = 1,
    ) -> None:
        """Raises InputError for an unknown fault, OSError if the port is taken."""
        self.certificates = folder if isinstance(folder, Certificates) else make_certificates(folder)
        self._seed = seed
        self._plan = MoodleFaultPlan(faults, seed)
        self._latency = latency_ms / 1000
        self._latencies: dict[str, float] = {}
        self._lock = threading.RLock()
        self._calls: list[tuple[str, str]] = []
        self._asked: Counter[tuple[str, str]] = Counter()
        self._at_once = 0
        self._most_at_once = 0
        self._turn = 0
        contexts = ServerContexts(self.certificates, mutual=False)
        self._server = TlsServer(port, lambda: contexts.for_next(self._plan.handshake), self._reply)
        url = f"https://127.0.0.1:{self._server.port}"
        self.info = MoodleInfo(url, str(self.certificates.ca_file), secrets.token_hex(16))
        self._token = self.info.token
        everybody = people if people is not None else _everybody()
        site = make_site(everybody, courses, learners)
        if intake:
            moodle_intake.add_to(site, everybody[:intake])
        self._functions = Functions(site, url, secrets.token_hex(16))

    def start(self) -> Self:
        self._server.start()
        return self

    def stop(self) -> None:
        """Ends all conversations, also those that hang by a fault. Safe to call twice."""
        self._server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *error: object) -> None:
        self.stop()

    # -- what was asked

    @property
    def calls(self) -> list[tuple[str, str]]:
        """Function and course ("" for none) of each call, in the order of arrival."""
        with self._lock:
            return list(self._calls)

    @property
    def most_at_once(self) -> int:
        """The most requests that were under way at one time."""
        with self._lock:
            return self._most_at_once

    @property
    def connections(self) -> int:
        """How many TLS connections came about."""
        return self._server.connections

    # -- how it answers

    def set_fault(self, *specs: str | None) -> None:
        """From the next call on these faults and no others; none at all, or None, for a healthy service.
        Handshake faults count from the next connection on. Raises InputError for an unknown one."""
        self._plan = MoodleFaultPlan([spec for spec in specs if spec], self._seed)

    def set_latency(self, milliseconds: int, function: str = "") -> None:
        """From the next call on each answer waits this long; of one function only, if named ("gradebook" …)."""
        if function:
            self._latencies[SHORT.get(function, function)] = milliseconds / 1000
        else:
            self._latency, self._latencies = milliseconds / 1000, {}

    def revoke_token(self) -> None:
        """Nobody is let in any more."""
        self._token = secrets.token_hex(16)

    def restore_token(self) -> None:
        self._token = self.info.token

    def allow_enrolments(self) -> None:
        """Every course takes manual enrolments from now on."""
        with self._lock:
            for course in self._functions.site.courses.values():
                course.manual_enrolment = True

    def take_right(self, *rights: str) -> None:
        """The service account loses rights; mostly that makes data vanish rather than fail."""
        with self._lock:
            self._functions.site.rights.difference_update(rights)

    def give_right(self, *rights: str) -> None:
        with self._lock:
            self._functions.site.rights.update(rights)

    def offer(self, *functions: str, offered: bool = True) -> None:
        """Put functions into the token's service, or take them out."""
        with self._lock:
            named = {SHORT.get(one, one) for one in functions}
            self._functions.offered = self._functions.offered | named if offered else self._functions.offered - named

    def obey(self, order: str) -> None:
        """What a line of standard input asks for (commands.md): one of ORDERS, or `fault`
        and the names of faults (none: healthy again). Raises InputError for anything else."""
        what, *named = order.split()
        if what == "fault":
            self.set_fault(*named)
        elif what in ORDERS and not named:
            getattr(self, what.replace("-", "_"))()
        else:
            known = ", ".join((*ORDERS, "fault"))
            raise InputError(f"The sandbox knows no order “{what}”.", hint=f"Write one of: {known}.", field="order")

    # -- what it holds

    @contextmanager
    def changing(self) -> Iterator[Site]:
        """The whole state, to look at and to change, while no call is being answered."""
        with self._lock:
            yield self._functions.site

    def move(self) -> list[str]:
        """Half an hour passes: grades arrive, courses appear and vanish; says what happened."""
        with self._lock:
            self._turn += 1
            return move(self._functions.site, self._seed, self._turn)

    def course(self, number: int) -> Course:
        with self._lock:
            return self._functions.site.courses[number]

    def add_course(self, short: str, full: str, learners: Sequence[int] = ()) -> int:
        """An empty course with these accounts in it; its number, which was never used before."""
        with self._lock:
            site = self._functions.site
            number = site.fresh_id()
            course = Course(number, short, full, "", next(iter(site.categories)), site.now, 0, site.fresh_id())
            course.places = {user: Place() for user in learners}
            site.courses[number] = course
            return number

    def remove_course(self, number: int) -> Course:
        """Deleted; what it was can be put back with `put_back`."""
        with self._lock:
            return self._functions.site.courses.pop(number)

    def put_back(self, course: Course) -> None:
        with self._lock:
            self._functions.site.courses[course.id] = course

    def hide_course(self, number: int, hidden: bool = True) -> None:
        with self._lock:
            self._functions.site.courses[number].visible = not hidden

    def set_grade(self, course: int, user: int, item: str, raw: float | None, feedback: str = "") -> None:
        """A grade in the column of that name, or none any more."""
        with self._lock:
            site = self._functions.site
            found = next(one for one in site.courses[course].items if one.name == item)
            graded = site.now if raw is not None else None
            site.courses[course].grades[user, found.id] = Grade(raw, graded, graded, feedback)

    def set_place(self, course: int, user: int, place: Place | None) -> None:
        """Enrol, suspend, or (None) take out with all grades."""
        with self._lock:
            there = self._functions.site.courses[course]
            if place is not None:
                there.places[user] = place
                return
            there.places.pop(user, None)
            there.grades = {key: grade for key, grade in there.grades.items() if key[0] != user}

    def suspend(self, course: int, user: int) -> None:
        self.set_place(course, user, Place(suspended=True))

    def delete_account(self, user: int) -> None:
        """As Moodle does: the account stays as a number, and leaves every course."""
        with self._lock:
            self.account(user).deleted_at = self._functions.site.now
            for number in self._functions.site.courses:
                self.set_place(number, user, None)

    def account(self, user: int) -> User:
        with self._lock:
            return self._functions.site.users[user]

    # -- how a call goes

    def _reply(self, call: Call) -> Reply:
        with self._lock:
            self._at_once += 1
            self._most_at_once = max(self._most_at_once, self._at_once)
        try:
            return self._answer(call)
        finally:
            with self._lock:
                self._at_once -= 1

    def _answer(self, call: Call) -> Reply:
        path, _, query = call.path.partition("?")
        if path != PATH:
            return Reply(404, b"<!DOCTYPE html><html><body>Not found</body></html>", "text/html")
        if call.method not in ("GET", "POST"):
            return Reply(405, headers={"Allow": "GET, POST"})
        is_form = call.headers.get("Content-Type", "").partition(";")[0] == "application/x-www-form-urlencoded"
        question = read_question(query, call.body if is_form else b"")
        wait = self._latencies.get(question.function, self._latency)
        if wait:
            self._server.stopping.wait(wait)
        key = (question.function, _about(question))
        with self._lock:
            self._calls.append(key)
            self._asked[key] += 1
            nth, overall = self._asked[key], len(self._calls)
        packs = "gzip" in call.headers.get("Accept-Encoding", "").lower()
        return _packed(self._plan.reply(Asked(*key, nth, overall, lambda: self._usual(question))), packs)

    def _usual(self, question: Question) -> Reply:
        try:
            return (
                json_reply(self._told(question)) if question.is_json else Failure("invalidtoken").reply(is_json=False)
            )
        except Failure as failure:
            return failure.reply(question.is_json)

    def _told(self, question: Question) -> object:
        if not secrets.compare_digest(question.token.encode(), self._token.encode()):
            raise Failure("invalidtoken")
        with self._lock:
            if not self._functions.site.may("webservice/rest:use"):
                raise Failure("accessexception")
            if question.function not in TAKES:
                raise Failure("invalidrecord", "external_functions")
            if question.function not in self._functions.offered:
                raise Failure("accessexception")
            return self._functions.all[question.function](checked(question))


def serve(
    folder: Path,
    port: int,
    latency_ms: int,
    faults: Sequence[str],
    announce: Callable[[dict[str, str]], None],
    stop: threading.Event,
    people: Sequence[Person] | None = None,
    move_every: float = 0,
    listen: Callable[[Callable[[str], None]], None] | None = None,
    intake: int = 0,
) -> None:
    """Run a sandbox until `stop` is set; `announce` is called once, when it answers, and `listen` with what takes
    orders. Every `move_every` seconds, if given, something happens in it. Raises InputError for an unknown fault,
    OSError if the port is taken."""
    with MoodleSandbox(
        folder, people=people, port=port, latency_ms=latency_ms, faults=faults, intake=intake
    ) as sandbox:
        if listen is not None:
            listen(sandbox.obey)
        announce(sandbox.info.as_dict())
        while not stop.wait(move_every or None):
            sandbox.move()


def _about(question: Question) -> str:
    """The course that a call is about, "" for none."""
    value = question.tree.get("value")
    by_id = question.function == SHORT["courses"] and question.tree.get("field") == "id"
    return value if by_id and isinstance(value, str) else question.course


def _packed(reply: Reply, packs: bool) -> Reply:
    if not packs or reply.headers.get("Content-Encoding") or len(reply.body) <= WORTH_PACKING:
        return reply
    headers = {**reply.headers, "Content-Encoding": "gzip"}
    return Reply(reply.status, gzip.compress(reply.body, 1, mtime=0), reply.content_type, headers, reply.manner)


def _everybody() -> tuple[Person, ...]:
    return people(POPULATION)
