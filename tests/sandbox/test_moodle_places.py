"""The sandbox Moodle on the wire: whom it enrols and suspends, and what becomes of their grades."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.sandbox.moodle import MoodleSandbox
from app.sandbox.moodle_state import Place
from tests.certificates import certificates
from tests.sandbox.moodle_asker import (
    DIG,
    ENROL,
    GRADEBOOK,
    OUT_OF_REACH,
    PARTICIPANTS,
    PEOPLE,
    SELF_ENROLLED,
    UNENROL,
    Asker,
    asker_of,
)


@pytest.fixture
def asker() -> Iterator[Asker]:
    with MoodleSandbox(certificates(), people=PEOPLE) as sandbox:
        yield asker_of(sandbox)


def in_course(asker: Asker, course: int, option: str = "") -> set[int]:
    options = [{"name": "userfields", "value": "id,roles"}]
    options += [{"name": option, "value": 1}] if option else []
    return {one["id"] for one in asker.told(PARTICIPANTS, {"courseid": course, "options": options})}


def outsiders(asker: Asker, course: int, count: int = 2) -> list[int]:
    with asker.sandbox.changing() as site:
        return [user for user in site.users if user > 1000 and user not in site.courses[course].places][:count]


def enrol(asker: Asker, *users: int, course: int = DIG, **more: int) -> str:
    places = [{"roleid": 5, "userid": user, "courseid": course, **more} for user in users]
    return asker.ask(ENROL, {"enrolments": places}).code


def test_all_are_enrolled_or_none(asker: Asker):
    first, second = outsiders(asker, DIG)
    assert enrol(asker, first, 99999) == "invaliduser"
    assert first not in in_course(asker, DIG)
    assert enrol(asker, first, second) == ""
    assert {first, second} <= in_course(asker, DIG, "onlyactive")


def test_enrolling_again_changes_nothing_or_takes_back_a_suspension(asker: Asker):
    (user,) = outsiders(asker, DIG, 1)
    for more, active in (({}, True), ({}, True), ({"suspend": 1}, False), ({}, True)):
        assert enrol(asker, user, **more) == ""
        assert (user in in_course(asker, DIG, "onlyactive")) is active
        assert (user in in_course(asker, DIG, "onlysuspended")) is not active


def test_dates_that_are_left_out_are_reset(asker: Asker):
    (user,) = outsiders(asker, DIG, 1)
    enrol(asker, user, timestart=2_000_000_000, timeend=2_100_000_000)
    assert asker.sandbox.course(DIG).places[user] == Place(start=2_000_000_000, end=2_100_000_000)
    assert user in in_course(asker, DIG, "onlysuspended")
    enrol(asker, user)
    assert asker.sandbox.course(DIG).places[user] == Place()


def test_a_suspended_place_keeps_its_grades_and_leaves_the_gradebook(asker: Asker):
    book = asker.told(GRADEBOOK, {"courseid": DIG})["usergrades"]
    user = book[0]["userid"]
    enrol(asker, user, suspend=1)
    assert user not in {one["userid"] for one in asker.told(GRADEBOOK, {"courseid": DIG})["usergrades"]}
    alone = asker.told(GRADEBOOK, {"courseid": DIG, "userid": user})["usergrades"]
    assert grades(alone[0]) == grades(book[0])


def grades(user: dict[str, Any]) -> list[Any]:
    return [row["graderaw"] for row in user["gradeitems"]]


def test_grades_do_not_come_back_after_unenrolling(asker: Asker):
    user = next(one["userid"] for one in asker.told(GRADEBOOK, {"courseid": DIG})["usergrades"] if any(grades(one)))
    for _ in range(2):
        assert asker.told(UNENROL, {"enrolments": [{"userid": user, "courseid": DIG}]}) is None
    enrol(asker, user)
    assert not any(grades(asker.told(GRADEBOOK, {"courseid": DIG, "userid": user})["usergrades"][0]))


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ({"userid": 1}, "guestsarenotallowed"),
        ({"courseid": 99999}, "invalidparameter"),
        ({"courseid": OUT_OF_REACH}, "requireloginerror"),
        ({"courseid": SELF_ENROLLED}, "wsnoinstance"),
        ({"roleid": 1}, "wsusercannotassign"),
        ({"userid": 1200}, "userdeleted"),
    ],
)
def test_places_that_are_refused(asker: Asker, place: dict[str, int], code: str):
    asker.sandbox.delete_account(1200)
    one = {"roleid": 5, "userid": 1100, "courseid": DIG, **place}
    assert asker.ask(ENROL, {"enrolments": [one]}).code == code


@pytest.mark.parametrize(
    ("right", "function", "code"),
    [
        ("enrol/manual:enrol", ENROL, "nopermissions"),
        ("enrol/manual:unenrol", UNENROL, "nopermissions"),
        ("moodle/role:assign", ENROL, "wsusercannotassign"),
    ],
)
def test_rights_for_places(asker: Asker, right: str, function: str, code: str):
    asker.sandbox.take_right(right)
    place = {"userid": 1100, "courseid": DIG} | ({"roleid": 5} if function == ENROL else {})
    assert asker.ask(function, {"enrolments": [place]}).code == code
