"""The connector and the sandbox Moodle together: every fault, every right that may be missing."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.connectors.lms import GradeRow, LearnerGrades, Trouble, Whereabouts
from app.connectors.moodle import MoodleCalls, MoodleClient
from app.errors import BusyError, ServiceError, StopRunError
from app.sandbox.moodle import MoodleSandbox
from app.sandbox.moodle_faults import ELSEWHERE, FAULTS
from app.sandbox.people import people
from app.sandbox.tls import HANDSHAKE_FAULTS
from tests.connectors.moodle_college import PATIENT, access, number, restored


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MoodleSandbox]:
    with MoodleSandbox(tmp_path_factory.mktemp("moodle"), people=people(300)) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: MoodleSandbox) -> Iterator[MoodleSandbox]:
    with restored(running) as healthy:
        yield healthy


@pytest.fixture
def calls(sandbox: MoodleSandbox) -> Iterator[MoodleCalls]:
    with MoodleClient(access(sandbox)).open() as calls:
        yield calls


# -- every fault, and what comes of it


def everything(calls: MoodleCalls, course: str) -> Any:
    """One cycle over one course, as a run goes."""
    return (
        calls.site(),
        calls.courses(),
        calls.activities(course),
        calls.participants(course),
        calls.gradebook(course),
        calls.accounts("id", ["1001"]),
    )


OUTCOMES: dict[str, tuple[str, type[ServiceError]]] = {
    "token-revoked": (Trouble.SIGN_IN, StopRunError),
    "account-suspended": (Trouble.SIGN_IN, StopRunError),
    "not-allowed": (Trouble.NOT_ALLOWED, StopRunError),
    "function-missing": (Trouble.NOT_ALLOWED, StopRunError),
    "no-such-function": (Trouble.NOT_ALLOWED, StopRunError),
    "maintenance": (Trouble.MAINTENANCE, StopRunError),
    "maintenance-cli": (Trouble.MAINTENANCE, StopRunError),
    "upgrading": (Trouble.MAINTENANCE, StopRunError),
    "database-down": (Trouble.MAINTENANCE, StopRunError),
    "gateway": (Trouble.MAINTENANCE, ServiceError),
    "gateway-timeout": (Trouble.MAINTENANCE, ServiceError),
    "elsewhere": (Trouble.OTHER_ADDRESS, StopRunError),
    "web-services-off": (Trouble.SWITCHED_OFF, StopRunError),
    "busy": (Trouble.TOO_MANY, BusyError),
    "html": (Trouble.NOT_AN_ANSWER, StopRunError),
    "xml": (Trouble.NOT_AN_ANSWER, StopRunError),
    "wrong-path": (Trouble.NOT_AN_ANSWER, StopRunError),
    "server-error": (Trouble.NOT_AN_ANSWER, ServiceError),
    "nothing": (Trouble.NOT_AN_ANSWER, ServiceError),
    "oversized": (Trouble.NOT_AN_ANSWER, ServiceError),
    "gzip-bomb": (Trouble.NOT_AN_ANSWER, ServiceError),
    "truncated": (Trouble.UNREACHABLE, ServiceError),
    "reset": (Trouble.UNREACHABLE, ServiceError),
    "hang-up": (Trouble.UNREACHABLE, ServiceError),
    "timeout": (Trouble.UNREACHABLE, ServiceError),
    "trickle": (Trouble.UNREACHABLE, ServiceError),
    "course-gone@contents": (Trouble.COURSE_GONE, ServiceError),
    "out-of-reach": (Trouble.COURSE_CLOSED_TO_US, ServiceError),
    "no-rights@gradebook": (Trouble.GRADES_CLOSED_TO_US, ServiceError),
    "separate-groups": (Trouble.GROUPS, ServiceError),
    "broken-gradebook": (Trouble.UNKNOWN, ServiceError),
    "wrong-course": (Trouble.NOT_AN_ANSWER, ServiceError),
    "error-somethingnew": (Trouble.UNKNOWN, ServiceError),
}
SILENT = {"slow", "half-list", "empty-list", "columns-off", "blind-role", "nobody", "no-effect"}
SILENT |= {"unreadable-learner"}
"""These fail no call: whoever compares has to notice."""


def test_every_fault_has_its_outcome():
    named = {one.partition("@")[0] for one in OUTCOMES} - {"error-somethingnew"}
    assert named | SILENT == set(FAULTS)


@pytest.mark.parametrize("fault", list(OUTCOMES))
def test_fault(sandbox: MoodleSandbox, fault: str):
    sandbox.set_fault(fault)
    # Patience where silence is not the fault: a busy machine answers late.
    other = {} if fault in ("timeout", "trickle") else PATIENT
    with (
        MoodleClient(access(sandbox, **other)).open() as calls,
        pytest.raises(ServiceError) as caught,
    ):
        everything(calls, number(sandbox, "DIG-ESS"))
    trouble, kind = OUTCOMES[fault]
    assert caught.value.code == trouble
    assert type(caught.value) is kind
    assert caught.value.message
    assert caught.value.hint
    assert sandbox.info.token not in f"{caught.value!r}{caught.value.__cause__!r}"
    if fault == "elsewhere":
        assert ELSEWHERE in caught.value.message


@pytest.mark.parametrize("fault", sorted(SILENT))
def test_silent_fault(sandbox: MoodleSandbox, calls: MoodleCalls, fault: str):
    course = number(sandbox, "DIG-ESS")
    _, courses, activities, participants, book, _ = everything(calls, course)
    sandbox.set_fault(fault)
    _, courses_now, activities_now, participants_now, book_now, _ = everything(calls, course)
    assert activities_now == activities
    match fault:
        case "slow":
            assert (courses_now, participants_now, book_now) == (courses, participants, book)
        case "half-list":
            assert 0 < len(courses_now) < len(courses)
        case "empty-list":
            assert courses_now == []
        case "columns-off":
            assert not any(row.known for one in book_now for row in one.rows)
        case "blind-role":
            assert {tuple(row.kind for row in one.rows) for one in book_now} == {("course",)}
        case "unreadable-learner":
            assert (book_now[0].failed, book_now[0].rows) == (Trouble.NOT_AN_ANSWER, ())
            assert book_now[1:] == book[1:]
        case "nobody":
            assert participants_now == []


@pytest.mark.parametrize("fault", HANDSHAKE_FAULTS)
def test_handshake_fault(sandbox: MoodleSandbox, fault: str):
    sandbox.set_fault(fault)
    with MoodleClient(access(sandbox)).open() as calls:
        if fault == "tls12":
            assert calls.site().missing == ()
            return
        with pytest.raises(StopRunError) as caught:
            calls.site()
    assert caught.value.code == Trouble.CERTIFICATE


def test_a_fault_of_one_course_spares_the_others(sandbox: MoodleSandbox, calls: MoodleCalls):
    one, other = number(sandbox, "DIG-ESS"), number(sandbox, "CSK-MATH")
    sandbox.set_fault(f"no-rights@{one}")
    with pytest.raises(ServiceError):
        calls.gradebook(one)
    assert calls.gradebook(other)


# -- guard 1, and rights that are missing


def test_whereabouts_of_a_course(sandbox: MoodleSandbox, calls: MoodleCalls):
    course = sandbox.course(int(number(sandbox, "DIG-ESS")))
    assert calls.whereabouts(str(course.id)) is Whereabouts.THERE
    sandbox.remove_course(course.id)
    assert calls.whereabouts(str(course.id)) is Whereabouts.GONE
    sandbox.put_back(course)
    hidden = number(sandbox, "BKS-ADV")
    sandbox.take_right("moodle/course:viewhiddencourses")
    assert hidden not in {one.number for one in calls.courses()}
    assert calls.whereabouts(hidden) is Whereabouts.OUT_OF_REACH


@pytest.mark.parametrize(
    ("right", "trouble"),
    [
        ("webservice/rest:use", Trouble.NOT_ALLOWED),
        ("moodle/course:view", Trouble.COURSE_CLOSED_TO_US),
        ("gradereport/user:view", Trouble.GRADES_CLOSED_TO_US),
        ("moodle/grade:viewall", Trouble.GRADES_CLOSED_TO_US),
        ("moodle/course:enrolreview", Trouble.GRADES_CLOSED_TO_US),
    ],
)
def test_a_missing_right_that_fails(sandbox: MoodleSandbox, calls: MoodleCalls, right: str, trouble: str):
    sandbox.take_right(right)
    with pytest.raises(ServiceError) as caught:
        everything(calls, number(sandbox, "DIG-ESS"))
    assert caught.value.code == trouble
    if trouble == Trouble.GRADES_CLOSED_TO_US:
        assert right in caught.value.hint


def test_separate_groups_without_the_right(sandbox: MoodleSandbox, calls: MoodleCalls):
    course = number(sandbox, "ESOL-E2")
    assert calls.gradebook(course)
    sandbox.take_right("moodle/site:accessallgroups")
    with pytest.raises(ServiceError) as caught:
        calls.gradebook(course)
    assert caught.value.code == Trouble.GROUPS
    assert calls.participants(course) == []


def test_rights_whose_lack_makes_data_vanish(sandbox: MoodleSandbox, calls: MoodleCalls):
    course = number(sandbox, "DIG-ESS")
    names = {row.name for row in calls.gradebook(course)[0].rows}
    sandbox.take_right("moodle/grade:viewhidden")
    assert names - {row.name for row in calls.gradebook(course)[0].rows} == {
        "Grade-hidden task",
        "Task in hidden section",
    }
    sandbox.take_right("mod/assign:view", "mod/quiz:view")
    assert [row.kind for row in calls.gradebook(course)[0].rows] == ["course"]
    assert not [one for one in calls.activities(course) if one.kind == "assign"]
    sandbox.take_right("moodle/user:viewalldetails", "moodle/site:viewuseridentity")
    assert {(one.id_number, one.email) for one in calls.participants(course)} == {(None, None)}
    assert calls.accounts("idnumber", ["1"]) == []
    sandbox.take_right("moodle/user:viewdetails")
    assert calls.participants(course) == []


# -- what a college has, told through the connector


def total(one: LearnerGrades) -> GradeRow:
    return next(row for row in one.rows if row.kind == "course")


def test_kinds_of_course(sandbox: MoodleSandbox, calls: MoodleCalls):
    courses = {one.short_name: one for one in calls.courses()}
    assert len(courses) == 30
    assert courses["BKS-ADV"].visible is False
    assert courses["STAFF-CPD"].visible is None
    assert courses["HSC-L2"].full_name == "Health & Social Care Level 2"
    book = {short: calls.gradebook(one.number) for short, one in courses.items() if short != "STAFF-CPD"}
    assert {total(one).maximum for one in book["IND-WEL"]} == {0.0}
    letters = ("Distinction", "Merit", "Pass", "Refer")
    shown = {total(one).grade_text for one in book["CSK-MATH"]} - {None}
    assert shown
    assert all(text.startswith(letters) for text in shown if text)
    words = {row.grade_text for one in book["HSC-L2"] for row in one.rows if row.kind == "mod"}
    assert words <= {"Not yet competent", "Competent", "Proficient", None}
    assert {"Competent", None} <= words
    assert all("<" not in (row.grade_text or "") for one in book["FDH-L2"] for row in one.rows)
    assert any("<script>" in (row.feedback or "") for one in book["ENG-GCSE"] for row in one.rows)
    assert not any(row.known for one in book["ART-DIP"] for row in one.rows)
    assert {row.missing_columns for one in book["MUS-L2"] for row in one.rows} == {("range", "percentage")}
    assert book["NEW-2728"] == []
    assert len(book["FSE-L1"]) == 185


def test_who_is_in_the_gradebook(sandbox: MoodleSandbox, calls: MoodleCalls):
    course = number(sandbox, "FSE-L1")
    places = calls.participants(course)
    graded = {one.user for one in calls.gradebook(course)}
    assert graded == {one.user for one in places if one.student and one.active}
    suspended = next(one for one in places if one.student and not one.active)
    assert calls._grades_of(course, suspended.user).rows
    teacher = next(one for one in places if not one.student)
    assert teacher.user not in graded


def test_a_slow_gradebook_is_asked_for_one_by_one(sandbox: MoodleSandbox, calls: MoodleCalls):
    course = number(sandbox, "DIG-ESS")
    whole = calls.gradebook(course)
    users = [one.user for one in whole]
    sandbox.set_fault(f"gateway-timeout@{course}:once")
    before = len(sandbox.calls)
    assert list(calls.gradebook(course, users=users)) == list(whole)
    assert len(sandbox.calls) - before == 1 + len(users)
