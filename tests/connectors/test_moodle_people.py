"""How the connector asks for participants and accounts: pages, portions, waits."""

import json
from typing import Any

import pytest

from app.connectors.lms import Trouble
from app.connectors.moodle import PAGE
from app.connectors.moodle_call import MOST_ENTRIES
from app.errors import BusyError, ServiceError
from app.sandbox.server import Reply
from tests.connectors.moodle_recorded import (
    Answers,
    Played,
    failure_reply,
    in_turn,
    json_reply,
)

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
