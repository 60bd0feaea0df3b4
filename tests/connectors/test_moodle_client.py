"""How the connector asks: forms, limits, pages, waits, and what it does where a call is too slow."""

import gzip
import json
import threading
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from app.connectors.lms import Trouble
from app.connectors.moodle import PAGE, MoodleAccess, MoodleCalls
from app.connectors.moodle_call import MOST_ENTRIES, options, question
from app.connectors.moodle_site import NEEDED
from app.errors import BusyError, InputError, ServiceError, StopRunError
from app.sandbox.certificates import make_certificates
from app.sandbox.server import Manner, Reply
from app.tasks import now
from tests.connectors.moodle_recorded import (
    JSON,
    TOKEN,
    Answers,
    Played,
    failure_reply,
    json_reply,
    playing,
    recorded,
)

GRADEBOOK = "gradereport_user_get_grade_items"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    with playing(make_certificates(tmp_path_factory.mktemp("moodle"))) as played:
        yield played


@pytest.fixture
def site(running: Played) -> Played:
    running.asked.clear()
    running.bodies.clear()
    return running


def in_turn(*replies: Reply) -> Answers:
    """One answer after another, the last one for ever."""
    left = list(replies)
    return lambda function, parameters: left.pop(0) if len(left) > 1 else left[0]


def user_grades(course: int, *users: int) -> dict[str, Any]:
    rows = [{"itemtype": "course", "graderaw": 1, "gradeformatted": "1.00"}]
    told = [{"courseid": course, "userid": user, "useridnumber": "", "gradeitems": rows} for user in users]
    return {"usergrades": told, "warnings": []}


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


# -- participants


def participants(*numbers: int, role: str = "student") -> Reply:
    return json_reply([{"id": one, "fullname": "A", "roles": [{"roleid": 9, "shortname": role}]} for one in numbers])


def by_page(everybody: list[int], page: int = PAGE) -> Answers:
    def answer(function: str, parameters: dict[str, str]) -> Reply:
        named = {parameters[f"options[{n}][name]"]: parameters[f"options[{n}][value]"] for n in range(5)}
        if named.get("onlysuspended"):
            return json_reply([])
        start = int(named["limitfrom"])
        assert (named["sortby"], named["limitnumber"]) == ("id", str(PAGE))
        return participants(*everybody[start : start + page])

    return answer


def test_a_small_course_is_one_page(site: Played):
    site.answers = by_page(list(range(1, 60)))
    with site.calls() as calls:
        assert len(calls.participants("5")) == 59
    assert len(site.asked) == 2


def test_a_large_course_is_asked_for_until_nobody_comes(site: Played):
    site.answers = by_page(list(range(1, 2 * PAGE + 5)))
    with site.calls() as calls:
        assert len(calls.participants("5")) == 2 * PAGE + 4
    assert len(site.asked) == 5


def test_a_later_page_that_is_not_full_is_not_the_last(site: Played):
    everybody = list(range(1, 2 * PAGE + 5))

    def answer(function: str, parameters: dict[str, str]) -> Reply:
        whole = by_page(everybody)(function, parameters)
        told = json.loads(whole.body)
        hidden = {PAGE + 3, PAGE + 4}
        return json_reply([one for one in told if one["id"] not in hidden])

    site.answers = answer
    with site.calls() as calls:
        assert len(calls.participants("5")) == 2 * PAGE + 2


def test_a_site_that_gives_the_same_page_again_is_not_asked_for_ever(site: Played):
    site.answers = in_turn(participants(*range(1, PAGE + 1)))
    with site.calls() as calls, pytest.raises(ServiceError) as caught:
        calls.participants("5")
    assert caught.value.code == Trouble.NOT_AN_ANSWER


def test_who_changes_in_between_is_told_of_once(site: Played):
    site.answers = in_turn(participants(1, 2), participants(2, 3))
    with site.calls() as calls:
        assert [(one.user, one.active) for one in calls.participants("5")] == [
            ("1", True),
            ("2", False),
            ("3", False),
        ]


def test_teachers_are_no_students(site: Played):
    site.answers = in_turn(participants(4, role="editingteacher"), json_reply([]))
    with site.calls() as calls:
        assert [one.student for one in calls.participants("5")] == [False]


@pytest.mark.parametrize("roles", [None, "student", {"shortname": "student"}, [None], [["student"]], [{}]])
def test_roles_of_another_shape_make_nobody_a_student(site: Played, roles: Any):
    site.answers = in_turn(json_reply([{"id": 4, "roles": roles}]), json_reply([]))
    with site.calls() as calls:
        assert [one.student for one in calls.participants("5")] == [False]


def test_busy_in_the_middle_of_a_series_is_waited_for(site: Played):
    busy = Reply(429, b"", "text/html", {"Retry-After": "0"})
    site.answers = in_turn(busy, busy, participants(1), busy, json_reply([]))
    with site.calls() as calls:
        assert len(calls.participants("5")) == 1


@pytest.mark.parametrize("wish", ["0", "90"])
def test_busy_for_too_long_is_told(site: Played, wish: str):
    site.answers = in_turn(Reply(429, b"", "text/html", {"Retry-After": wish}))
    with site.calls() as calls, pytest.raises(BusyError) as caught:
        calls.participants("5")
    assert caught.value.retry_after == float(wish)
    assert len(site.asked) == (5 if wish == "0" else 1)


# -- accounts


def account(number: int, **told: Any) -> dict[str, Any]:
    return {"id": number, "username": "u", "fullname": "A B", "suspended": False, **told}


def test_accounts_are_asked_for_in_portions(site: Played):
    def answer(function: str, parameters: dict[str, str]) -> Reply:
        values = [value for name, value in parameters.items() if name.startswith("values")]
        assert len(values) <= MOST_ENTRIES
        return json_reply([account(int(one), idnumber=one) for one in values])

    site.answers = answer
    with site.calls() as calls:
        assert len(calls.accounts("idnumber", [str(one) for one in range(1, 502)])) == 501
    assert len(site.asked) == 3


def test_nobody_to_ask_for_is_no_question(site: Played):
    with site.calls() as calls:
        assert calls.accounts("email", ["", "  "]) == []
        assert calls.accounts("id", ["x", "٣"]) == []
    assert site.asked == []


def test_emails_are_the_same_in_any_case(site: Played):
    site.answers = in_turn(
        json_reply([account(5, email="Jo.Ng@College.example"), account(6, email="other@x.example")])
    )
    with site.calls() as calls:
        assert [one.user for one in calls.accounts("email", ["jo.ng@college.example"])] == ["5"]


def test_an_id_number_is_the_same_in_its_own_case_only(site: Played):
    site.answers = in_turn(json_reply([account(5, idnumber="lrn-1")]))
    with site.calls() as calls:
        assert calls.accounts("idnumber", ["LRN-1"]) == []


def test_a_value_that_moodle_does_not_take_spoils_no_other(site: Played):
    def answer(function: str, parameters: dict[str, str]) -> Reply:
        values = [value for name, value in parameters.items() if name.startswith("values")]
        if "not an e-mail" in values:
            return failure_reply("invalidparameter")
        return json_reply([account(ord(one[0]), email=one) for one in values])

    site.answers = answer
    with site.calls() as calls:
        found = calls.accounts("email", ["a@x.example", "not an e-mail", "b@x.example"])
    assert {one.email for one in found} == {"a@x.example", "b@x.example"}


# -- the gradebook


def whole_or_one(whole: Reply, **others: Reply) -> Answers:
    def answer(function: str, parameters: dict[str, str]) -> Reply:
        user = parameters["userid"]
        if user == "0":
            return whole
        return others.get(f"u{user}", json_reply(user_grades(5, int(user))))

    return answer


@pytest.mark.parametrize("status", [502, 504])
def test_a_gateway_without_patience_leads_to_one_call_each(site: Played, status: int):
    site.answers = whole_or_one(Reply(status, b"<html></html>", "text/html"))
    with site.calls() as calls:
        found = calls.gradebook("5", users=["7", "9", "7"])
    assert [(one.user, one.failed) for one in found] == [("7", None), ("9", None)]
    assert [parameters["userid"] for _, parameters in site.asked] == ["0", "7", "9"]


def test_a_slow_course_leads_to_one_call_each(site: Played):
    site.answers = whole_or_one(Reply(manner=Manner.SILENCE))
    with site.calls(gradebook_timeout=0.3) as calls:
        found = calls.gradebook("5", users=["7"])
    assert [one.user for one in found] == ["7"]


def test_a_slow_course_with_nobody_to_ask_for(site: Played):
    site.answers = whole_or_one(Reply(manner=Manner.SILENCE))
    with site.calls(gradebook_timeout=0.3) as calls, pytest.raises(ServiceError) as caught:
        calls.gradebook("5", timeout=0.2)
    assert caught.value.code == Trouble.TOO_SLOW
    assert not isinstance(caught.value, StopRunError)


def test_a_course_slow_for_each_is_too_slow(site: Played):
    silence = Reply(manner=Manner.SILENCE)
    site.answers = whole_or_one(silence, u7=silence)
    with (
        site.calls(read_timeout=0.3, deadline=0.4, gradebook_timeout=0.3) as calls,
        pytest.raises(ServiceError) as caught,
    ):
        calls.gradebook("5", users=["7", "9"])
    assert caught.value.code == Trouble.TOO_SLOW


def test_a_slow_answer_to_another_question_is_no_slow_gradebook(site: Played):
    site.answers = in_turn(Reply(manner=Manner.SILENCE))
    with site.calls(read_timeout=0.3) as calls, pytest.raises(ServiceError) as caught:
        calls.activities("5")
    assert caught.value.code == Trouble.UNREACHABLE
    assert not isinstance(caught.value, StopRunError)


def test_the_gradebook_has_more_time_than_other_calls(site: Played):
    let_go = threading.Event()

    def late() -> Iterator[bytes]:
        let_go.wait(1.0)
        yield json.dumps(user_grades(5, 7)).encode()

    site.answers = lambda function, parameters: Reply(200, b"", JSON, pieces=late())
    for usual, longer in ((10.0, None), (0.3, 10.0)):
        with site.calls(read_timeout=0.2, deadline=0.3, gradebook_timeout=usual) as calls:
            assert [one.user for one in calls.gradebook("5", timeout=longer)] == ["7"]


@pytest.mark.parametrize(
    ("reply", "failed"),
    [
        (failure_reply("user_deleted"), Trouble.ACCOUNT_GONE),
        (failure_reply("user_not_found"), Trouble.ACCOUNT_GONE),
        (json_reply(user_grades(5, 8)), Trouble.NOT_AN_ANSWER),
        (json_reply(user_grades(6, 7)), Trouble.NOT_AN_ANSWER),
        (json_reply(user_grades(5)), Trouble.NOT_AN_ANSWER),
        (json_reply(user_grades(5, 7, 8)), Trouble.NOT_AN_ANSWER),
        (failure_reply("courses_by_ids_one_missing"), Trouble.UNKNOWN),
        (Reply(200, b"nonsense", JSON), Trouble.NOT_AN_ANSWER),
    ],
)
def test_one_account_without_an_answer_stops_no_other(site: Played, reply: Reply, failed: Trouble):
    site.answers = whole_or_one(Reply(504, b"", "text/html"), u7=reply)
    with site.calls() as calls:
        bad, good = calls.gradebook("5", users=["7", "9"])
    assert (bad.user, bad.rows, bad.failed) == ("7", (), failed)
    assert (good.user, good.failed) == ("9", None)


@pytest.mark.parametrize(
    ("name", "trouble"), [("gradebook_no_viewall", Trouble.GRADES_CLOSED_TO_US), ("invalidtoken", Trouble.SIGN_IN)]
)
def test_what_concerns_more_than_one_account_is_raised(site: Played, name: str, trouble: Trouble):
    site.answers = whole_or_one(Reply(504, b"", "text/html"), u7=failure_reply(name))
    with site.calls() as calls, pytest.raises(ServiceError) as caught:
        calls.gradebook("5", users=["7", "9"])
    assert caught.value.code == trouble


def test_an_answer_that_tells_of_somebody_twice_is_refused(site: Played):
    site.answers = in_turn(json_reply(user_grades(5, 7, 7)))
    with site.calls() as calls, pytest.raises(ServiceError) as caught:
        calls.gradebook("5")
    assert caught.value.code == Trouble.NOT_AN_ANSWER


def row(**told: Any) -> dict[str, Any]:
    return {"itemtype": "mod", "cmid": 30, "graderaw": 1, "gradeformatted": "1.00", **told}


@pytest.mark.parametrize(
    ("raw", "grade", "wrong"),
    [
        (0, 0.0, ()),
        (None, None, ()),
        ("", None, ()),
        ("-", None, ()),
        ("12.5", 12.5, ()),
        (54.25, 54.25, ()),
        (True, None, ("grade",)),
        ("twelve", None, ("grade",)),
        ("1e9", None, ("grade",)),
        ([1], None, ("grade",)),
        (10**400, None, ("grade",)),
    ],
)
def test_values_of_a_grade(site: Played, raw: Any, grade: float | None, wrong: tuple[str, ...]):
    book = user_grades(5, 7)
    book["usergrades"][0]["gradeitems"] = [row(graderaw=raw)]
    site.answers = in_turn(json_reply(book))
    with site.calls() as calls:
        (found,) = calls.gradebook("5")[0].rows
    assert (found.known, found.grade, found.not_understood) == (True, grade, wrong)


def test_a_grade_that_cannot_be_read_is_kept_raw_where_nothing_is_shown(site: Played):
    book = user_grades(5, 7)
    book["usergrades"][0]["gradeitems"] = [row(graderaw="B+", gradeformatted="-"), row(graderaw=None)]
    site.answers = in_turn(json_reply(book))
    with site.calls() as calls:
        strange, none = calls.gradebook("5")[0].rows
    assert (strange.grade, strange.grade_text, strange.unread, strange.graded) == (None, "B+", True, True)
    assert (none.unread, none.graded) == (False, False)


def test_a_grade_of_infinite_size(site: Played):
    body = json.dumps(user_grades(5, 7)).replace('"graderaw": 1', '"graderaw": 1e999')
    site.answers = in_turn(Reply(200, body.encode(), JSON))
    with site.calls() as calls:
        (found,) = calls.gradebook("5")[0].rows
    assert (found.grade, found.not_understood, found.grade_text) == (None, ("grade",), "1.00")


def test_feedback_is_kept_as_html_and_names_nobody_in_a_repr(site: Played):
    book = user_grades(5, 7)
    html = '<p>Well done, Jo</p><script>x</script>\x00<img src="https://x">'
    book["usergrades"][0]["gradeitems"] = [row(feedback=html, gradeishidden=None, locked=True, outcomeid=3)]
    site.answers = in_turn(json_reply(book))
    with site.calls() as calls:
        (found,) = calls.gradebook("5")[0].rows
    assert found.feedback == html.replace("\x00", "")
    assert (found.hidden, found.locked, found.outcome) == (False, True, True)
    assert "Jo" not in repr(found)


@pytest.mark.parametrize("items", [None, {}, [None], [{"itemtype": 5}], "x"])
def test_rows_nobody_understands_are_one_learners_trouble(site: Played, items: Any):
    book = user_grades(5, 7, 8)
    book["usergrades"][0] = {**book["usergrades"][0], "gradeitems": items}
    site.answers = in_turn(json_reply(book))
    with site.calls() as calls:
        bad, good = calls.gradebook("5")
    assert (bad.user, bad.failed, bad.rows) == ("7", Trouble.NOT_AN_ANSWER, ())
    assert (good.failed, len(good.rows)) == (None, 1)


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
