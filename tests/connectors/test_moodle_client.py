"""How the connector asks: forms, limits, settings, courses, and how calls are ended."""

import gzip
import json
import threading
from datetime import date
from typing import Any

import pytest

from app.connectors.lms import Trouble
from app.connectors.moodle import MoodleAccess, MoodleCalls
from app.connectors.moodle_call import MOST_ENTRIES, options, question
from app.connectors.moodle_site import NEEDED
from app.errors import InputError, ServiceError
from app.sandbox.server import Manner, Reply
from app.tasks import now
from tests.connectors.moodle_recorded import (
    JSON,
    TOKEN,
    Played,
    in_turn,
    json_reply,
    recorded,
)

GRADEBOOK = "gradereport_user_get_grade_items"


# -- the form of a question


def test_the_control_parameters_come_first():
    body = question("abc", "f_x", {"courseid": 5, "options": options(excludecontents=True), "values": ["ä b", "&="]})
    assert body == (
        b"wstoken=abc&wsfunction=f_x&moodlewsrestformat=json&courseid=5"
        b"&options[0][name]=excludecontents&options[0][value]=1&values[0]=%C3%A4+b&values[1]=%26%3D"
    )


def test_no_question_is_longer_than_php_reads():
    question("a", "f", {"values": ["x"] * MOST_ENTRIES})
    with pytest.raises(ValueError, match="200"):
        question("a", "f", {"values": ["x"] * (MOST_ENTRIES + 1)})


def test_the_token_is_nowhere_but_in_the_body(site: Played):
    access = site.access()
    assert TOKEN not in repr(access)
    site.answers = in_turn(json_reply({"courses": []}))
    with site.calls() as calls:
        assert calls.courses() == []
    assert all(TOKEN.encode() in body for body in site.bodies)


# -- settings


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"url": ""}, "lms.url"),
        ({"url": "http://moodle.example"}, "lms.url"),
        ({"url": "https://moodle.example/webservice/rest/server.php"}, "lms.url"),
        ({"url": "https://me:secret@moodle.example"}, "lms.url"),
        ({"token": ""}, "lms_token"),
        ({"token": "two words"}, "lms_token"),
        ({"parallel": 0}, "lms.parallel"),
        ({"gradebook_timeout": 0.0}, "lms.gradebook_timeout"),
    ],
)
def test_settings_that_could_never_work(change: dict[str, Any], named: str):
    with pytest.raises(InputError) as caught:
        MoodleAccess(**{"url": "https://moodle.example", "token": TOKEN, **change})
    assert caught.value.field == named
    assert "secret" not in str(caught.value)


def test_a_site_in_a_folder():
    access = MoodleAccess(url="https://college.example/vle/", token=TOKEN)
    assert access.endpoint == "https://college.example/vle/webservice/rest/server.php"


# -- site


def test_missing_functions_are_named(site: Played):
    told = json.loads(recorded("site_info.json"))
    told["functions"] = [one for one in told["functions"] if one["name"] not in (GRADEBOOK, NEEDED[-1])]
    site.answers = in_turn(json_reply(told))
    with site.calls() as calls:
        assert calls.site().missing == (GRADEBOOK, NEEDED[-1])


# -- courses


def course(**told: Any) -> dict[str, Any]:
    return {"id": 7, "shortname": "A &amp; B", "fullname": "<span lang='en'>Art</span> &lt;b&gt;", **told}


def listed(site: Played, *courses: dict[str, Any]) -> Any:
    site.answers = in_turn(json_reply({"courses": list(courses), "warnings": []}))
    with site.calls() as calls:
        return calls.courses()


def test_texts_are_plain_and_decoded_once(site: Played):
    (one,) = listed(site, course(idnumber="A&amp;B"))
    # An id number is compared, so it stays as it came.
    assert (one.short_name, one.full_name, one.id_number) == ("A & B", "Art <b>", "A&amp;B")


@pytest.mark.parametrize(
    ("seconds", "day"),
    [
        (1_788_735_600, date(2026, 9, 7)),  # 23:00 UTC, midnight in summer
        (1_788_735_599, date(2026, 9, 6)),
        (1_798_761_600, date(2027, 1, 1)),  # midnight in winter
        (0, None),
        (-5, None),
        (None, None),
        ("1788735600", None),
        (True, None),
        (10**30, None),
        (253_402_300_799, None),
    ],
)
def test_dates_are_those_of_the_calendar_here(site: Played, seconds: Any, day: date | None):
    (one,) = listed(site, course(startdate=seconds))
    assert one.starts == day


@pytest.mark.parametrize(
    ("told", "visible"), [({"visible": 0}, False), ({"visible": 1}, True), ({}, None), ({"visible": "1"}, None)]
)
def test_visible_is_unknown_where_it_is_not_told(site: Played, told: dict[str, Any], visible: bool | None):
    (one,) = listed(site, course(**told))
    assert one.visible is visible


def test_a_course_without_names_has_its_number(site: Played):
    (one,) = listed(site, {"id": 12, "shortname": None, "fullname": ["x"]})
    assert (one.short_name, one.full_name) == ("12", "Course 12")


@pytest.mark.parametrize(
    "courses",
    [
        [course(), {"shortname": "no id"}],
        [course(), None],
        [course(), course()],
        [course(id="x")],
        [course(id=0)],
        [course(id=1.5)],
        [course(id=True)],
    ],
)
def test_a_list_with_a_hole_is_not_the_list(site: Played, courses: list[Any]):
    site.answers = in_turn(json_reply({"courses": courses, "warnings": []}))
    with site.calls() as calls, pytest.raises(ServiceError) as caught:
        calls.courses()
    assert caught.value.code == Trouble.NOT_AN_ANSWER


@pytest.mark.parametrize("manner", [Manner.HALF, Manner.RESET])
def test_a_list_that_breaks_off_is_not_the_list(site: Played, manner: Manner):
    body = recorded("courses_by_field_ids.json")
    site.answers = in_turn(Reply(200, body, JSON, manner=manner))
    with site.calls() as calls, pytest.raises(ServiceError) as caught:
        calls.courses()
    assert caught.value.code == Trouble.UNREACHABLE


def test_packed_answers(site: Played):
    packed = gzip.compress(recorded("courses_by_field_ids.json"))
    site.answers = in_turn(Reply(200, packed, JSON, {"Content-Encoding": "gzip"}))
    with site.calls() as calls:
        assert len(calls.courses()) == 5


def test_an_answer_that_is_larger_unpacked_than_is_allowed(site: Played):
    packed = gzip.compress(b"[" + b" " * 3_000_000 + b"]")
    site.answers = in_turn(Reply(200, packed, JSON, {"Content-Encoding": "gzip"}))
    with site.calls(largest_answer=1_000_000) as calls, pytest.raises(ServiceError) as caught:
        calls.courses()
    assert caught.value.code == Trouble.NOT_AN_ANSWER


# -- ending


def test_abort_ends_a_call_under_way(site: Played):
    arrived = threading.Event()

    def answer(function: str, parameters: dict[str, str]) -> Reply:
        arrived.set()
        return Reply(manner=Manner.SILENCE)

    site.answers = answer
    caught: list[ServiceError] = []
    with site.calls(read_timeout=60.0, deadline=60.0) as calls:
        thread = threading.Thread(target=_collect, args=(calls, caught))
        thread.start()
        assert arrived.wait(5)
        started = now()
        calls.abort()
        thread.join(5)
    assert now() - started < 2
    assert [error.code for error in caught] == ["LOCAL28"]


def test_abort_ends_a_wait_between_calls(site: Played):
    arrived = threading.Event()

    def answer(function: str, parameters: dict[str, str]) -> Reply:
        arrived.set()
        return Reply(429, b"", "text/html", {"Retry-After": "50"})

    site.answers = answer
    caught: list[ServiceError] = []
    with site.calls() as calls:
        thread = threading.Thread(target=_collect, args=(calls, caught))
        thread.start()
        assert arrived.wait(5)
        calls.abort()
        thread.join(5)
        assert not thread.is_alive()
    assert [error.code for error in caught] == ["LOCAL28"]


def _collect(calls: MoodleCalls, caught: list[ServiceError]) -> None:
    try:
        calls.participants("5")
    except ServiceError as error:
        caught.append(error)


def test_calls_go_side_by_side_on_lines_that_are_kept(site: Played):
    together = threading.Barrier(4, timeout=5)

    def answer(function: str, parameters: dict[str, str]) -> Reply:
        together.wait()
        return json_reply([])

    site.answers = answer
    before = site.server.connections
    with site.calls() as calls:
        for _ in range(2):
            threads = [threading.Thread(target=calls.activities, args=("5",)) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(5)
    assert len(site.asked) == 8
    assert site.server.connections - before == 4
