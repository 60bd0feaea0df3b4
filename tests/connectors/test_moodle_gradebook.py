"""How the connector asks for a gradebook, and what it does where a course is too slow or an answer odd."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from app.connectors.lms import Trouble
from app.errors import ServiceError, StopRunError
from app.sandbox.server import Manner, Reply
from tests.connectors.moodle_recorded import (
    JSON,
    Answers,
    Played,
    failure_reply,
    in_turn,
    json_reply,
)


def user_grades(course: int, *users: int) -> dict[str, Any]:
    rows = [{"itemtype": "course", "graderaw": 1, "gradeformatted": "1.00"}]
    told = [{"courseid": course, "userid": user, "useridnumber": "", "gradeitems": rows} for user in users]
    return {"usergrades": told, "warnings": []}


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
