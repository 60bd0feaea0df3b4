"""Enrolling through the connector: what is sent, what a failure means for the entries, over a real TLS line."""

from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connectors import moodle_enrol
from app.connectors.lms import EntriesRefusedError, Entry, OutcomeUnknownError, Refusal, Trouble
from app.connectors.moodle import MoodleAccess, MoodleCalls, MoodleClient
from app.connectors.moodle_call import question
from app.errors import BusyError, InputError, ServiceError, StopRunError
from app.sandbox.moodle import MoodleSandbox
from app.sandbox.moodle_form import read_question
from app.sandbox.moodle_state import RIGHTS, Place
from app.sandbox.people import people

SHORT = {"connect_timeout": 2.0, "read_timeout": 0.8, "deadline": 1.5}
USERS = [str(1000 + number) for number in range(1, 200)]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MoodleSandbox]:
    with MoodleSandbox(tmp_path_factory.mktemp("moodle"), people=people(250), courses=1, learners=0) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: MoodleSandbox) -> Iterator[MoodleSandbox]:
    yield running
    running.set_fault()
    running.give_right(*RIGHTS)
    running.offer("enrol")


@pytest.fixture
def course(sandbox: MoodleSandbox) -> str:
    return str(sandbox.add_course("NEW", "A new course"))


def client(sandbox: MoodleSandbox, **other: Any) -> MoodleClient:
    return MoodleClient(MoodleAccess(**{**sandbox.info.as_dict(), **SHORT, **other}))


@pytest.fixture
def calls(sandbox: MoodleSandbox) -> Iterator[MoodleCalls]:
    with client(sandbox).open() as calls:
        yield calls


def entry(course: str, user: str, **other: Any) -> Entry:
    return Entry(**{"course": course, "user": user, "starts": None, "ends": None, "suspended": False, **other})


def midnight(day: date) -> int:
    return int(datetime.combine(day, time.min).astimezone().timestamp())


def test_places_are_given_with_both_dates(sandbox: MoodleSandbox, calls: MoodleCalls, course: str):
    first, second = USERS[:2]
    calls.enrol([entry(course, first, starts=date(2026, 9, 1), ends=date(2027, 7, 2)), entry(course, second)])
    places = sandbox.course(int(course)).places
    assert places[int(first)] == Place(start=midnight(date(2026, 9, 1)), end=midnight(date(2027, 7, 3)))
    assert places[int(second)] == Place()
    calls.enrol([entry(course, first, suspended=True)])
    assert places[int(first)] == Place(suspended=True), "dates that are none are none, and the place stays"
    assert sandbox.calls[-1] == (moodle_enrol.ENROL, course)


def test_as_many_as_php_is_sure_to_read(sandbox: MoodleSandbox, calls: MoodleCalls, course: str):
    most = client(sandbox).entries_at_once
    assert 100 < most <= 200
    entries = [
        entry(course, user, starts=date(2026, 9, 1), ends=date(2027, 7, 2), suspended=True) for user in USERS[:most]
    ]
    body = question("t" * 32, moodle_enrol.ENROL, moodle_enrol.parameters(entries, 5))
    assert body.count(b"&") + 1 <= 900
    assert body.startswith(b"wstoken=")
    assert len(read_question("", body).tree["enrolments"]) == most
    calls.enrol(entries)
    assert len(sandbox.course(int(course)).places) == most
    with pytest.raises(ValueError, match="more than"):
        calls.enrol([entry(course, user) for user in USERS[: most + 1]])


def test_nobody_is_no_call(sandbox: MoodleSandbox, calls: MoodleCalls):
    before = len(sandbox.calls)
    calls.enrol([])
    assert len(sandbox.calls) == before


@given(st.one_of(st.none(), st.dates()), st.one_of(st.none(), st.dates()))
def test_any_dates_become_numbers_that_moodle_takes(starts: date | None, ends: date | None):
    asked = moodle_enrol.parameters([entry("5", "7", starts=starts, ends=ends)], 5)["enrolments"][0]
    assert 0 <= asked["timestart"] < 2**40
    assert 0 <= asked["timeend"] < 2**40
    assert (asked["timeend"] == 0) is (ends is None or ends.year > 9998), "an end in the past is an end"


REFUSED: dict[str, tuple[Refusal, str]] = {
    "invaliduser": (Refusal.ENTRY, "99999"),
    "guestsarenotallowed": (Refusal.ENTRY, "1"),
    "userdeleted": (Refusal.ENTRY, "1240"),
}


@pytest.mark.parametrize("code", REFUSED)
def test_one_bad_entry_and_none_is_taken(sandbox: MoodleSandbox, calls: MoodleCalls, course: str, code: str):
    about, user = REFUSED[code]
    sandbox.delete_account(1240)
    with pytest.raises(EntriesRefusedError) as caught:
        calls.enrol([entry(course, USERS[0]), entry(course, user)])
    assert (caught.value.code, caught.value.about) == (code, about)
    assert caught.value.hint
    assert sandbox.course(int(course)).places == {}


def test_what_a_course_refuses(sandbox: MoodleSandbox, calls: MoodleCalls, course: str):
    def refused(number: str) -> tuple[str, Refusal]:
        with pytest.raises(EntriesRefusedError) as caught:
            calls.enrol([entry(number, USERS[0])])
        return caught.value.code, caught.value.about

    assert refused("77777") == ("invalidparameter", Refusal.ENTRY)
    sandbox.course(int(course)).manual_enrolment = False
    assert refused(course) == ("wsnoinstance", Refusal.COURSE)
    sandbox.course(int(course)).closed = True
    assert refused(course) == ("requireloginerror", Refusal.CLOSED)
    sandbox.course(int(course)).closed = False
    sandbox.take_right("enrol/manual:enrol")
    assert refused(course) == ("nopermissions", Refusal.CLOSED)
    sandbox.set_fault("error-somethingnew@enrol")
    assert refused(course) == ("somethingnew", Refusal.UNKNOWN)


def test_a_role_that_is_not_the_students_ends_the_run(sandbox: MoodleSandbox, course: str):
    with client(sandbox, student_role=9).open() as calls, pytest.raises(StopRunError) as caught:
        calls.enrol([entry(course, USERS[0])])
    assert caught.value.code == Trouble.NOT_ALLOWED
    assert "student role" in caught.value.hint
    with pytest.raises(InputError):
        client(sandbox, student_role=0)


NOTHING_STORED = {
    "busy": BusyError,
    "maintenance": StopRunError,
    "upgrading": StopRunError,
    "database-down": StopRunError,
    "token-revoked": StopRunError,
    "not-allowed": StopRunError,
    "account-suspended": StopRunError,
    "no-such-function": StopRunError,
}


@pytest.mark.parametrize("fault", NOTHING_STORED)
def test_moodle_says_that_it_took_none(sandbox: MoodleSandbox, calls: MoodleCalls, course: str, fault: str):
    sandbox.set_fault(f"{fault}@enrol")
    with pytest.raises(NOTHING_STORED[fault]) as caught:
        calls.enrol([entry(course, USERS[0])])
    assert not isinstance(caught.value, OutcomeUnknownError | EntriesRefusedError)
    assert sandbox.course(int(course)).places == {}


UNKNOWN = {
    **dict.fromkeys(("truncated", "reset", "hang-up", "gateway", "gateway-timeout", "server-error"), False),
    **dict.fromkeys(("html", "maintenance-cli", "web-services-off", "elsewhere", "xml"), True),
    "timeout": False,
}


@pytest.mark.parametrize("fault", UNKNOWN)
def test_nobody_knows_whether_they_were_taken(sandbox: MoodleSandbox, calls: MoodleCalls, course: str, fault: str):
    sandbox.set_fault(f"{fault}@enrol")
    with pytest.raises(OutcomeUnknownError) as caught:
        calls.enrol([entry(course, USERS[0])])
    assert caught.value.ends_run is UNKNOWN[fault]
    assert (USERS[0] in {str(user) for user in sandbox.course(int(course)).places}) is (
        fault in ("truncated", "reset")
    )


def test_nobody_there_is_nothing_sent(tmp_path: Path):
    with MoodleSandbox(tmp_path, people=people(3), courses=1) as sandbox:
        gone = client(sandbox)
    with gone.open() as calls, pytest.raises(StopRunError) as caught:
        calls.enrol([entry("5", "7")])
    assert caught.value.code == Trouble.UNREACHABLE


def test_null_that_nothing_comes_of_is_seen_by_looking(sandbox: MoodleSandbox, calls: MoodleCalls, course: str):
    sandbox.set_fault("no-effect")
    calls.enrol([entry(course, USERS[0])])
    assert calls.participants(course) == []


def test_a_second_method_keeps_somebody_active(sandbox: MoodleSandbox, calls: MoodleCalls, course: str):
    sandbox.set_place(int(course), int(USERS[0]), Place(by_self=True))
    calls.enrol([entry(course, USERS[0], suspended=True), entry(course, USERS[1], suspended=True)])
    assert {one.user: one.active for one in calls.participants(course)} == {USERS[0]: True, USERS[1]: False}


def test_a_suspended_account_can_be_enrolled(sandbox: MoodleSandbox, calls: MoodleCalls, course: str):
    sandbox.account(int(USERS[3])).suspended = True
    calls.enrol([entry(course, USERS[3])])
    assert [one.active for one in calls.participants(course)] == [True]


def test_a_call_that_was_cut_short_is_of_unknown_outcome(sandbox: MoodleSandbox, calls: MoodleCalls, course: str):
    calls.abort()
    with pytest.raises(ServiceError) as caught:
        calls.enrol([entry(course, USERS[0])])
    assert isinstance(caught.value, OutcomeUnknownError)
    assert caught.value.code == "LOCAL28"


def test_it_is_never_sent_twice_by_itself(sandbox: MoodleSandbox, calls: MoodleCalls, course: str):
    """A line that was kept and died is replaced where only something is asked; here it may have arrived."""
    assert calls.participants(course) == []
    sandbox.set_fault("hang-up@enrol:once")
    before = len(sandbox.calls)
    with pytest.raises(OutcomeUnknownError):
        calls.enrol([entry(course, USERS[0])])
    assert len(sandbox.calls) == before + 1
