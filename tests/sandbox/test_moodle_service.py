"""The sandbox Moodle on the wire: how strict it is, what it leaves out, how time passes."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InputError
from app.sandbox.moodle import PATH, MoodleSandbox
from app.sandbox.moodle_errors import Failure
from app.sandbox.moodle_faults import FAULTS, RETRY_AFTER_SECONDS, MoodleFaultPlan
from app.sandbox.moodle_form import MOST_VARIABLES, checked, read_question
from app.sandbox.moodle_people import SECOND_ACCOUNT, TWO_ACCOUNTS, TWO_LEARNERS
from app.sandbox.moodle_state import RIGHTS, Place
from tests.certificates import certificates
from tests.connectors.often import often
from tests.sandbox.moodle_asker import (
    ACCOUNTS,
    CONTENTS,
    DIG,
    ENROL,
    GRADEBOOK,
    OUT_OF_REACH,
    PARTICIPANTS,
    PEOPLE,
    Asker,
    asker_of,
)
from tests.sandbox.test_moodle_places import in_course

RECORDED = Path(__file__).parent.parent / "recorded" / "moodle"


@pytest.fixture
def asker() -> Iterator[Asker]:
    with MoodleSandbox(certificates(), people=PEOPLE) as sandbox:
        yield asker_of(sandbox)


def make(folder: Path, **other: Any) -> MoodleSandbox:
    return MoodleSandbox(folder, people=PEOPLE, **other)


# -- strictness


@pytest.mark.parametrize(
    ("function", "parameters", "code"),
    [
        (CONTENTS, {}, "invalidparameter"),
        (CONTENTS, {"courseid": "five"}, "invalidparameter"),
        (CONTENTS, {"courseid": {"0": "5"}}, "invalidparameter"),
        (CONTENTS, {"courseid": 5, "sectionid": 1}, "invalidparameter"),
        (CONTENTS, {"courseid": 5, "options": [{"name": "x"}]}, "invalidparameter"),
        (CONTENTS, {"courseid": 99999}, "invalidrecord"),
        (CONTENTS, {"courseid": OUT_OF_REACH}, "errorcoursecontextnotvalid"),
        (GRADEBOOK, {"courseid": OUT_OF_REACH}, "requireloginerror"),
        (GRADEBOOK, {"courseid": 5, "userid": 99999}, "invaliduser"),
        (ACCOUNTS, {"field": "nope", "values": ["x"]}, "codingerror"),
        (ACCOUNTS, {"field": "email", "values": ["not one"]}, "invalidparameter"),
        (ACCOUNTS, {"field": "id"}, "invalidparameter"),
        ("core_course_get_courses", {}, "errorcoursecontextnotvalid"),
        ("core_course_get_courses_by_field", {"field": "ids", "value": "2,3,99999"}, "-"),
        ("core_nope_nope", {}, "invalidrecord"),
        (ENROL, {}, "invalidparameter"),
        (
            PARTICIPANTS,
            {"courseid": 5, "options": [{"name": n, "value": 1} for n in ("onlyactive", "onlysuspended")]},
            "codingerror",
        ),
    ],
)
def test_refusals(asker: Asker, function: str, parameters: dict[str, Any], code: str):
    answer = asker.ask(function, parameters)
    assert (answer.status, answer.code) == (200, code)
    assert answer.told["exception"]


def test_refusals_are_worded_as_recorded(asker: Asker):
    told = {one["name"]: json.loads(one["body"]) for one in failures() if one["body"].startswith("{")}
    assert asker.ask(CONTENTS, {"courseid": 99999}).told == told["course_not_found"]
    assert asker.ask("core_nope_nope").told == told["unknown_function"]
    assert asker.ask(CONTENTS).told == told["invalidparameter"]
    assert asker.ask(CONTENTS, {"courseid": 5}, wstoken="x" * 32).told == told["invalidtoken"]
    asker.sandbox.offer("contents", offered=False)
    assert asker.ask(CONTENTS, {"courseid": 5}).told == told["function_not_in_service"]
    place = {"roleid": 5, "userid": 99999, "courseid": 5}
    assert asker.ask(ENROL, {"enrolments": [place]}).told == told["enrol_user_missing"]
    assert asker.ask(GRADEBOOK, {"courseid": 99999}).told["errorcode"] == "invalidrecord"
    for name, right in (
        ("gradebook_no_viewall", "moodle/grade:viewall"),
        ("gradebook_no_report_view", "gradereport/user:view"),
    ):
        asker.sandbox.take_right(right)
        assert asker.ask(GRADEBOOK, {"courseid": 5, "userid": 0}).told == told[name]


def failures() -> list[dict[str, Any]]:
    return json.loads((RECORDED / "errors.json").read_text(encoding="utf-8"))


def test_without_the_format_it_answers_in_xml(asker: Asker):
    answer = asker.ask(CONTENTS, {"courseid": 5}, moodlewsrestformat="")
    recorded = next(one for one in failures() if one["name"] == "invalidtoken_xml")
    assert answer.headers["Content-Type"] == recorded["content_type"]
    assert answer.body.decode() == recorded["body"]


def test_a_body_in_json_is_not_understood(asker: Asker):
    answer = asker.send(b'{"wstoken":"x"}', Content_Type="application/json")
    assert b"invalidtoken" in answer.body


def test_other_paths_and_methods(asker: Asker):
    assert asker.send(b"", path="/login/token.php").status == 404
    assert asker.send(b"", method="PUT").status == 405
    token = asker.sandbox.info.token
    query = f"?wstoken={token}&wsfunction=core_webservice_get_site_info&moodlewsrestformat=json"
    assert asker.send(b"", path=PATH + query, method="GET").told["userid"] == 3


def test_php_drops_what_is_too_much_and_says_nothing():
    pairs = "".join(f"&values[{one}]={one}" for one in range(6000))
    head = "wstoken=t&wsfunction=core_user_get_users_by_field&moodlewsrestformat=json&field=id"
    asked = read_question("", f"{head}{pairs}".encode())
    assert asked.is_json
    assert len(checked(asked)["values"]) == MOST_VARIABLES - 4
    last = read_question("", f"field=id{pairs}&wstoken=t&wsfunction=f&moodlewsrestformat=json".encode())
    assert (last.is_json, last.token) == (False, "")


@often
@given(
    st.lists(
        st.tuples(
            st.text(st.sampled_from("ab[]0&= 1options"), max_size=12),
            st.text(st.sampled_from("01a[]%&="), max_size=5),
        ),
        max_size=12,
    ),
    st.sampled_from([CONTENTS, ENROL, ACCOUNTS, PARTICIPANTS]),
)
def test_any_form_is_read_or_refused(pairs: list[tuple[str, str]], function: str):
    body = "&".join(f"{name}={value}" for name, value in pairs).encode()
    asked = read_question(f"wstoken=t&wsfunction={function}&moodlewsrestformat=json", body)
    # What the form says comes last and so may say it anew.
    said = dict(parse_qsl(body.decode(), keep_blank_values=True))
    assert said.get("wsfunction", function) == asked.function
    try:
        assert isinstance(checked(asked), dict)
    except Failure as failure:
        refused = failure.code
    else:
        refused = "invalidparameter"
    assert refused == "invalidparameter"


def test_large_answers_are_packed_if_asked_for(asker: Asker):
    plain = asker.ask(GRADEBOOK, {"courseid": 5})
    packed = asker.ask(GRADEBOOK, {"courseid": 5}, Accept_Encoding="gzip")
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.body) < len(plain.body) / 4
    assert packed.told == plain.told


# -- what is left out without a word


def test_rights_that_are_missing_silently(asker: Asker):
    sandbox = asker.sandbox

    def listed() -> dict[int, dict[str, Any]]:
        return {one["id"]: one for one in asker.told("core_course_get_courses_by_field")["courses"]}

    def rows() -> list[Any]:
        return [row["itemname"] for row in asker.told(GRADEBOOK, {"courseid": DIG})["usergrades"][0]["gradeitems"]]

    whole, every = listed(), rows()
    assert whole[3]["visible"] == 0
    assert "visible" not in whole[OUT_OF_REACH]
    sandbox.take_right("moodle/course:update")
    assert "idnumber" not in listed()[DIG]
    assert listed()[DIG]["visible"] == 1
    sandbox.take_right("moodle/course:viewhiddenactivities")
    assert set(every) - set(rows()) == {"Hidden draft task", "Task in hidden section"}
    sandbox.take_right("moodle/course:ignoreavailabilityrestrictions")
    assert "Opens later (not shown)" not in rows()
    assert "Opens later (greyed)" in rows()
    sandbox.take_right("moodle/course:viewhiddencourses")
    assert whole.keys() - listed().keys() == {3}
    sandbox.give_right(*RIGHTS)
    assert (listed(), rows()) == (whole, every)


def test_a_deleted_account_has_no_flag(asker: Asker):
    asker.sandbox.delete_account(1001)
    (one,) = asker.told(ACCOUNTS, {"field": "id", "values": [1001]})
    assert "idnumber" not in one
    assert len(one["email"]) == 32
    assert one["username"].endswith(f".{asker.sandbox.account(1001).deleted_at}")
    assert 1001 not in set().union(*(in_course(asker, course) for course in (2, 4, 5)))


# -- the people


def test_accounts_fit_the_colleges_learners_in_every_way(asker: Asker):
    with asker.sandbox.changing() as site:
        users = dict(site.users)
    fits = {"number": 0, "e-mail only": 0, "nobody": 0}
    for person in PEOPLE:
        account = users[1000 + person.number]
        if account.idnumber:
            assert account.idnumber == person.ref
            fits["number"] += 1
        elif account.email == person.email:
            fits["e-mail only"] += 1
        else:
            fits["nobody"] += 1
    assert fits["number"] > 200
    assert fits["e-mail only"] >= 5
    assert fits["nobody"] >= 3
    for one in TWO_ACCOUNTS:
        assert users[SECOND_ACCOUNT + one].email == users[1000 + one].email
    for first, second in TWO_LEARNERS:
        person, other = PEOPLE[first - 1], PEOPLE[second - 1]
        assert (users[1000 + first].idnumber, users[1000 + first].email) == (person.ref, other.email)


# -- the same on every run, and time that passes


def whole_state(sandbox: MoodleSandbox) -> str:
    with sandbox.changing() as site:
        parts = [asdict(one) for one in (*site.users.values(), *site.courses.values())]
        return repr((site.now, parts))


def test_the_same_people_and_courses_on_every_run(tmp_path: Path):
    one, other, third = make(tmp_path / "a"), make(tmp_path / "b"), make(tmp_path / "c", seed=2)
    assert whole_state(one) == whole_state(other)
    happened = [one.move() for _ in range(8)]
    assert happened == [other.move() for _ in range(8)]
    assert whole_state(one) == whole_state(other)
    assert happened != [third.move() for _ in range(8)]
    for sandbox in (one, other, third):
        sandbox.stop()


def test_grades_arrive_and_courses_appear_and_vanish(asker: Asker):
    sandbox = asker.sandbox

    def courses() -> set[int]:
        return {one["id"] for one in asker.told("core_course_get_courses_by_field")["courses"]}

    def graded() -> int:
        with sandbox.changing() as site:
            return sum(grade.raw is not None for one in site.courses.values() for grade in one.grades.values())

    before, count = courses(), graded()
    sandbox.move()
    assert graded() == count + 40
    new = courses() - before
    assert len(new) == 1
    assert asker.told(GRADEBOOK, {"courseid": new.pop()})["usergrades"]
    gone: set[int] = set()
    for _ in range(11):
        gone |= before - courses()
        sandbox.move()
    assert gone
    # The courses of a kind of their own are there for ever.
    assert min(gone) > 16


def test_numbers_are_never_used_again(asker: Asker):
    sandbox = asker.sandbox
    first = sandbox.add_course("ONE", "One", [1001])
    sandbox.remove_course(first)
    assert sandbox.add_course("ONE", "One") != first
    seen = {first}
    for _ in range(12):
        with sandbox.changing() as site:
            before = set(site.courses)
        sandbox.move()
        with sandbox.changing() as site:
            fresh = set(site.courses) - before
        assert not fresh & seen
        seen |= fresh
        for one in fresh:
            sandbox.remove_course(one)
    assert len(seen) == 7


@pytest.mark.parametrize(
    "change",
    [
        lambda sandbox: sandbox.hide_course(DIG),
        lambda sandbox: sandbox.remove_course(DIG),
        lambda sandbox: sandbox.add_course("X", "X"),
        lambda sandbox: sandbox.suspend(DIG, next(iter(sandbox.course(DIG).places))),
        lambda sandbox: sandbox.set_grade(DIG, 1001, "Visible one", 7.0),
        lambda sandbox: sandbox.set_place(DIG, 1299, Place()),
        lambda sandbox: sandbox.delete_account(1001),
    ],
    ids=["hide", "remove", "add", "suspend", "grade", "enrol", "delete"],
)
def test_what_a_test_changes(asker: Asker, change: Callable[[MoodleSandbox], Any]):
    before = whole_state(asker.sandbox)
    change(asker.sandbox)
    assert whole_state(asker.sandbox) != before


def test_a_grade_that_is_set_is_told(asker: Asker):
    user = asker.told(GRADEBOOK, {"courseid": DIG})["usergrades"][0]["userid"]
    for raw, shown in ((7.0, "7.00"), (0.0, "0.00"), (None, "-")):
        asker.sandbox.set_grade(DIG, user, "Visible one", raw)
        row = asker.told(GRADEBOOK, {"courseid": DIG, "userid": user})["usergrades"][0]["gradeitems"][0]
        assert (row["graderaw"], row["gradeformatted"]) == (raw, shown)


def test_a_token_is_withdrawn_and_given_back(asker: Asker):
    asker.sandbox.revoke_token()
    assert asker.ask(CONTENTS, {"courseid": DIG}).code == "invalidtoken"
    asker.sandbox.restore_token()
    assert asker.ask(CONTENTS, {"courseid": DIG}).code == ""


def test_only_as_many_ordinary_courses_as_asked_for(tmp_path: Path):
    sandbox = make(tmp_path, courses=60, learners=60)
    with sandbox.changing() as site:
        assert len(site.courses) == 60
        assert {sum(place.role == "student" for place in one.places.values()) for one in site.courses.values()} == {
            60
        }
    sandbox.stop()


# -- faults


def test_faults_that_do_not_exist():
    for spec in ("nonsense", "html:2", "html:x", "html@moon", "error-"):
        with pytest.raises(InputError) as caught:
            MoodleFaultPlan([spec])
        assert caught.value.hint


def test_a_fault_hits_what_it_names(asker: Asker):
    asker.sandbox.set_fault("server-error@contents", "error-notingroup@4")
    assert asker.ask(CONTENTS, {"courseid": DIG}).status == 500
    assert asker.ask(GRADEBOOK, {"courseid": DIG}).code == ""
    assert asker.ask(GRADEBOOK, {"courseid": 4}).code == "notingroup"


def test_a_share_of_the_calls_is_the_same_share_on_every_run(asker: Asker):
    asker.sandbox.set_fault("server-error:0.3")
    hit = [asker.ask(GRADEBOOK, {"courseid": 4}).status == 500 for _ in range(40)]
    assert 3 < sum(hit) < 25


def test_once_is_the_first_call_of_each_course(asker: Asker):
    asker.ask(CONTENTS, {"courseid": DIG})
    asker.sandbox.set_fault("server-error@contents:once")
    assert [asker.ask(CONTENTS, {"courseid": one}).status for one in (5, 5, 4, 4)] == [500, 200, 500, 200]


def test_busy_says_how_long(asker: Asker):
    asker.sandbox.set_fault("busy")
    answer = asker.ask(CONTENTS, {"courseid": DIG})
    assert (answer.status, answer.headers["Retry-After"]) == (429, str(RETRY_AFTER_SECONDS))


@pytest.mark.parametrize(
    "name", sorted(set(FAULTS) - {"timeout", "hang-up", "reset", "truncated", "trickle", "oversized"})
)
def test_every_fault_is_an_answer(asker: Asker, name: str):
    asker.sandbox.set_fault(name)
    assert asker.ask(GRADEBOOK, {"courseid": DIG}).status in (200, 303, 403, 404, 429, 500, 502, 503, 504)


def test_latency_of_one_function(asker: Asker):
    asker.sandbox.set_latency(60_000, "gradebook")
    with pytest.raises(TimeoutError):
        asker.ask(GRADEBOOK, {"courseid": DIG}, timeout=0.3)
    assert asker.ask(CONTENTS, {"courseid": DIG}).code == ""
    assert asker.sandbox.calls[-1] == (CONTENTS, "5")
