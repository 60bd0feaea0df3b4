"""Moodle through its web services (moodle.md): the methods of `app.connectors.lms`.

Settings are immutable; connections live from `open` to the end of its `with` block, in the task that uses them.
"""

import ssl
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import urlencode

from app.connectors import moodle_enrol
from app.connectors.client_certificate import server_context
from app.connectors.http import HttpPool, Limits
from app.connectors.lms import (
    Account,
    Activity,
    CheckStep,
    Course,
    Entry,
    LearnerGrades,
    Participant,
    Site,
    Stoppable,
    Trouble,
    Whereabouts,
    unstoppable,
)
from app.connectors.moodle_access import MoodleAccess
from app.connectors.moodle_call import MoodleLine, in_portions, options
from app.connectors.moodle_courses import read_activities, read_courses
from app.connectors.moodle_faults import GRADEBOOK, code_of, line_fault, strange_answer, told_of_lms
from app.connectors.moodle_grades import read_gradebook
from app.connectors.moodle_people import USER_FIELDS, read_accounts, read_participants
from app.connectors.moodle_site import ACCOUNTS, CONTENTS, COURSES, PARTICIPANTS, SITE_INFO, read_site
from app.connectors.moodle_values import Strange
from app.connectors.proxy import Proxy, proxy_for
from app.errors import ServiceError, StopRunError

__all__ = ["MoodleAccess", "MoodleCalls", "MoodleClient"]

PAGE = 1000
"""Participants of one call. Whom the account may not see is taken out of a page, so a page that is not full proves
little; a course with more than this is asked for until nobody comes."""
MOST_PAGES = 200

Read = TypeVar("Read")


class MoodleCalls:
    """An open line to a site. Thread-safe; as many calls go at once as the settings allow, more wait."""

    def __init__(self, line: MoodleLine, gradebook_timeout: float, student_role: int) -> None:
        self._line = line
        self._gradebook_timeout = gradebook_timeout
        self._student_role = student_role

    def site(self) -> Site:
        """What the site says of itself; it proves the token, not the rights in courses."""
        return _read(read_site, self._line.ask(SITE_INFO))

    def courses(self) -> Sequence[Course]:
        """The whole list, without the front page. By `..._by_field`: it stays whole where one course is closed."""
        return _read(read_courses, self._line.ask(COURSES))

    def whereabouts(self, course: str) -> Whereabouts:
        """What became of a course that is not in the list (guard 1): gone only if both functions say so."""
        listed = self._line.ask(COURSES, {"field": "id", "value": course})
        if course in {one.number for one in _read(read_courses, listed)}:
            return Whereabouts.THERE
        try:
            self.activities(course)
        except ServiceError as error:
            if error.code == Trouble.COURSE_GONE:
                return Whereabouts.GONE
            if error.code == Trouble.COURSE_CLOSED_TO_US:
                return Whereabouts.OUT_OF_REACH
            raise
        return Whereabouts.THERE

    def activities(self, course: str) -> Sequence[Activity]:
        parameters = {"courseid": course, "options": options(excludecontents=True)}
        return _read(read_activities, self._line.ask(CONTENTS, parameters))

    def gradebook(
        self, course: str, users: Iterable[str] = (), timeout: float | None = None
    ) -> Sequence[LearnerGrades]:
        """The whole course in one call; where that is too slow, one call for each of `users`. Raises ServiceError
        SE-14 where it is too slow and nobody is named."""
        seconds = max(timeout or 0.0, self._gradebook_timeout)
        try:
            answer = self._line.ask(GRADEBOOK, {"courseid": course, "userid": 0, "groupid": 0}, seconds)
        except ServiceError as error:
            if not _too_slow(error):
                raise
            named = list(dict.fromkeys(users))
            if not named:
                raise _gradebook_too_slow() from error
            return self._one_by_one(course, named)
        return _read(lambda told: read_gradebook(told, course), answer)

    def participants(self, course: str) -> Sequence[Participant]:
        """Students and others, first those with an active place, then those whose place is suspended, over or not
        begun; who changes in between is told of once, as they were last."""
        found: dict[str, Participant] = {}
        for option in ("onlyactive", "onlysuspended"):
            found.update(self._participants(course, option))
        return list(found.values())

    def accounts(self, by: str, values: Sequence[str]) -> Sequence[Account]:
        """Accounts by "id", "idnumber" or "email"; what is not found is left out, as is what cannot be asked for."""
        if by not in ("id", "idnumber", "email"):
            raise ValueError(by)
        asked = [one for one in dict.fromkeys(value.strip() for value in values) if one]
        if by == "id":
            asked = [one for one in asked if one.isascii() and one.isdecimal()]
        found: dict[str, Account] = {}
        for portion in in_portions(asked):
            found.update((one.user, one) for one in self._accounts(by, portion))
        return list(found.values())

    def enrol(self, entries: Sequence[Entry]) -> None:
        """Places for accounts; none is ever taken away. Raises as `LmsCalls.enrol`."""
        if not entries:
            return
        if len(entries) > moodle_enrol.MOST_ENTRIES:
            raise ValueError(f"more than {moodle_enrol.MOST_ENTRIES} entries in one call")
        asked = moodle_enrol.parameters(list(entries), self._student_role)
        try:
            answer = self._line.ask(moodle_enrol.ENROL, asked, never_twice=True)
            if answer is not None:
                raise strange_answer()
        except ServiceError as error:
            meaning = moodle_enrol.told(error)
            if meaning is error:
                raise
            raise meaning from error

    def abort(self) -> None:
        """End all calls under way, at once and for good, from any thread; they raise ServiceError LOCAL28."""
        self._line.abort()

    # -- parts of the above

    def _one_by_one(self, course: str, users: Sequence[str]) -> list[LearnerGrades]:
        return [self._grades_of(course, user) for user in users]

    def _grades_of(self, course: str, user: str) -> LearnerGrades:
        """One account's rows, or why they did not come; raises what concerns the course or the connection."""
        try:
            answer = self._line.ask_patiently(GRADEBOOK, {"courseid": course, "userid": user, "groupid": 0})
            found = _read(lambda told: read_gradebook(told, course), answer)
        except StopRunError:
            raise
        except ServiceError as error:
            if _too_slow(error):
                raise _gradebook_too_slow() from error
            if error.code not in (Trouble.ACCOUNT_GONE, Trouble.NOT_AN_ANSWER, Trouble.UNKNOWN):
                raise
            return LearnerGrades(user, None, "", (), failed=Trouble(error.code))
        if [one.user for one in found] != [user]:
            return LearnerGrades(user, None, "", (), failed=Trouble.NOT_AN_ANSWER)
        return found[0]

    def _participants(self, course: str, option: str) -> dict[str, Participant]:
        found: dict[str, Participant] = {}
        for number in range(MOST_PAGES):
            page_options = options(
                **{option: True},
                userfields=USER_FIELDS,
                limitfrom=number * PAGE,
                limitnumber=PAGE,
                sortby="id",
            )
            answer = self._line.ask_patiently(PARTICIPANTS, {"courseid": course, "options": page_options})
            page = _read(lambda told: read_participants(told, active=option == "onlyactive"), answer)
            fresh = {one.user: one for one in page if one.user not in found}
            if page and not fresh:
                raise strange_answer()
            found.update(fresh)
            if not page or (number == 0 and len(page) < PAGE):
                return found
        raise strange_answer()

    def _accounts(self, by: str, values: Sequence[str]) -> Iterator[Account]:
        """A value that Moodle does not take fails the whole call without being named: it is found by halves."""
        try:
            answer = self._line.ask_patiently(ACCOUNTS, {"field": by, "values": list(values)})
        except ServiceError as error:
            if code_of(error) != "invalidparameter":
                raise
            if len(values) > 1:
                half = len(values) // 2
                yield from self._accounts(by, values[:half])
                yield from self._accounts(by, values[half:])
            return
        wanted = {one.casefold() for one in values} if by == "email" else set(values)
        yield from _read(lambda told: read_accounts(told, by, wanted), answer)


class MoodleClient:
    """A site as described by settings that have been checked."""

    def __init__(self, access: MoodleAccess) -> None:
        self._access = access

    @property
    def parallel(self) -> int:
        """How many calls may be under way at once."""
        return self._access.parallel

    @property
    def address(self) -> str:
        """The site's own, as it is set."""
        return self._access.url

    @property
    def entries_at_once(self) -> int:
        """As many as PHP is sure to read."""
        return moodle_enrol.MOST_ENTRIES

    @contextmanager
    def open(self) -> Iterator[MoodleCalls]:
        """Be ready to ask; nothing is sent yet. Raises StopRunError SE-02 if the CA file is of no use. Leaving the
        block ends calls that are still under way."""
        with open_pool(self._access) as pool:
            line = MoodleLine(pool, self._access.token)
            try:
                yield MoodleCalls(line, self._access.gradebook_timeout, self._access.student_role)
            finally:
                line.abort()

    def page_of_people(self, course: str) -> str:
        """The page *Participants* of a course."""
        return f"{self._access.url.rstrip('/')}/user/index.php?{urlencode({'id': course})}"

    def check(self, stoppable: Stoppable = unstoppable) -> Generator[CheckStep, None, None]:
        """Test Connection (LS-N4): one step after another, until one fails."""
        from app.connectors.moodle_check import check

        return check(self._access, stoppable)


def open_pool(access: MoodleAccess, parallel: int | None = None) -> HttpPool:
    """Connections as the settings describe them; StopRunError SE-02 for a CA file of no use."""
    context = secured(access) if access.secure else None
    proxy = way_out(access)
    limits = Limits(
        access.connect_timeout,
        access.read_timeout,
        access.deadline,
        access.largest_answer,
        access.connect_timeout / 40,
    )
    return HttpPool(
        access.endpoint, context, parallel or access.parallel, limits, proxy, mutual=False, told=line_fault
    )


def secured(access: MoodleAccess) -> ssl.SSLContext:
    """What the site's certificate is looked at with; StopRunError SE-02 for a CA file of no use."""
    try:
        return server_context(access.ca_path)
    except ServiceError as error:
        raise StopRunError(
            error.message,
            code=Trouble.CERTIFICATE,
            hint="Choose a PEM file under File, Settings, LMS, Certificate authorities, or leave the field empty.",
        ) from error


def way_out(access: MoodleAccess) -> Proxy | None:
    """The proxy to the site, if there is one; StopRunError SE-01 for one that cannot be used."""
    try:
        return proxy_for(access.url, access.proxy)
    except ServiceError as error:
        raise told_of_lms(error, reached=False) from error


def _too_slow(error: ServiceError) -> bool:
    """Whether it took longer than we, or a gateway before the LMS, would wait."""
    gateway = error.code == Trouble.MAINTENANCE and not isinstance(error, StopRunError)
    return gateway or (isinstance(error.__cause__, TimeoutError) and not isinstance(error, StopRunError))


def _gradebook_too_slow() -> ServiceError:
    return ServiceError(
        "The gradebook of this course takes too long.",
        code=Trouble.TOO_SLOW,
        hint=(
            "Set a longer time-out for gradebooks under File, Settings, LMS; if it stays, ask "
            "the administrator of the LMS."
        ),
    )


def _read(read: Callable[[Any], Read], answer: Any) -> Read:
    try:
        return read(answer)
    except Strange:
        raise strange_answer() from None
