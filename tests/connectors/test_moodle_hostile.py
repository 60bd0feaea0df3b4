"""Made-up answers: no crash but errors of ours, no hang, and never a grade under another account or course.

500 of each kind; 10,000 with LM_LONG=1 in the environment.
"""

import json
import math
import time
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connectors.http import HttpAnswer
from app.connectors.lms import Account, Activity, Course, LearnerGrades, Participant, Site, Trouble
from app.connectors.moodle import MoodleAccess, MoodleClient
from app.connectors.moodle_answer import read_answer
from app.connectors.moodle_courses import read_activities, read_courses
from app.connectors.moodle_faults import GRADEBOOK
from app.connectors.moodle_grades import LONGEST_FEEDBACK, read_gradebook
from app.connectors.moodle_people import read_accounts, read_participants
from app.connectors.moodle_site import read_site
from app.connectors.moodle_values import Strange
from app.connectors.plain_text import LONGEST
from app.errors import ServiceError
from tests.connectors.damage import Edits, Replies, edited, edits, replies, replying
from tests.connectors.moodle_recorded import recorded
from tests.connectors.often import often
from tests.connectors.scripted_server import scripted

NAME, TOKEN = "Zaphodina Beeblebroxe", "0123456789abcdef0123456789abcdef"
COURSE, USER = "5", "9"
READERS: dict[str, Callable[[Any], Any]] = {
    "site_info.json": read_site,
    "courses_by_field_ids.json": read_courses,
    "contents_dig_hidden_items.json": read_activities,
    "gradebook_dig_one.json": lambda answer: read_gradebook(answer, COURSE),
    "enrolled_fse_slim_page1.json": lambda answer: read_participants(answer, active=True),
    "users_by_idnumber.json": lambda answer: read_accounts(answer, "idnumber", {"LRN-00001", "LRN-00002"}),
}
GOOD = {name: recorded(name) for name in READERS}


def check(name: str, body: bytes, status: int = 200) -> Any:
    """Read it as the answer it should be, and look at whatever comes of it."""
    started = time.perf_counter()
    try:
        found = READERS[name](read_answer(HttpAnswer(status, body), GRADEBOOK))
    except ServiceError as error:
        look_at_error(error)
        return None
    except Strange:
        return None
    finally:
        assert time.perf_counter() - started < 2
    for one in [found] if isinstance(found, Site) else found:
        look_at(one)
    return found


def look_at_error(error: ServiceError) -> None:
    assert error.code in set(Trouble)
    told = f"{error!r}{error}{error.hint}{error.__cause__!r}"
    for secret in (NAME, TOKEN, "LRN-0000", "learner001", "Ashdown"):
        assert secret not in told


def look_at(one: Any) -> None:
    match one:
        case Site():
            assert "00000000000000000000000000000000" not in repr(one)
            assert all(isinstance(name, str) for name in one.functions)
        case Course():
            assert_number(one.number)
            assert one.number != "1"
            assert_shown(one.short_name, one.full_name, one.id_number, one.category)
            assert one.short_name
            assert one.full_name
            assert all(day is None or type(day) is date for day in (one.starts, one.ends))
            assert one.visible in (True, False, None)
        case Activity():
            assert_number(one.number)
            assert type(one.visible) is bool
        case Participant() | Account():
            assert_number(one.user)
            assert_shown(one.id_number, one.email, one.full_name)
            assert one.id_number != ""
        case LearnerGrades():
            look_at_grades(one)
        case _:
            raise AssertionError(one)


def look_at_grades(one: LearnerGrades) -> None:
    assert_number(one.user)
    assert one.failed is None or not one.rows
    for row in one.rows:
        for number in (row.grade, row.minimum, row.maximum):
            assert number is None or (type(number) is float and math.isfinite(number))
        assert_shown(row.name, row.grade_text, row.range_text, row.percent, row.letter, row.weight)
        assert row.activity is None or row.kind == "mod"
        assert all(at is None or (isinstance(at, datetime) and at.tzinfo) for at in (row.submitted_at, row.graded_at))
        if row.feedback is not None:
            assert len(row.feedback) <= LONGEST_FEEDBACK
            assert "\x00" not in row.feedback
            row.feedback.encode()


def assert_number(text: str) -> None:
    assert text.isascii()
    assert text.isdecimal()
    assert 0 < int(text) < 2**63


def assert_shown(*texts: str | None) -> None:
    """What a database and a screen can carry."""
    for text in texts:
        assert text is None or (text == " ".join(text.split()) and "\x00" not in text and len(text) <= LONGEST)
        (text or "").encode("utf-8")


# -- bytes

PIECES = [
    *(b"[", b"]", b"{", b"}", b",", b":", b'"', b"\\", b"null", b"-", b"NaN", b"1e999", b"0" * 30),
    *(b'"id":1,', b'"userid":8,', b'"courseid":6,', b'"graderaw":{},', b'"exception":"x",', b"\\ud800"),
    *(b"9" * 5000, b"[" * 3000, b'"gradeitems":[],', b"\xff", b"\x00", b"\\u0000", b"<script>", b"&#0;"),
]
damage = edits(20_000, 80, PIECES)


@often
@given(st.sampled_from(list(READERS)), st.binary(max_size=300), st.integers(100, 599))
def test_any_bytes(name: str, body: bytes, status: int):
    check(name, body, status)


@often
@given(st.sampled_from(list(READERS)), damage, st.sampled_from([200, 200, 500, 503, 403]))
def test_good_answers_with_damage(name: str, changes: Edits, status: int):
    check(name, edited(GOOD[name], changes), status)


# -- well-formed nonsense

KEYS = [
    *("id", "courses", "functions", "modules", "usergrades", "gradeitems", "courseid", "userid", "itemtype", "cmid"),
    *("graderaw", "gradeformatted", "grademax", "visible", "name", "roles", "shortname", "fullname", "idnumber"),
    *(
        "email",
        "username",
        "startdate",
        "exception",
        "errorcode",
        "message",
        "feedback",
        "gradedategraded",
        "sitename",
    ),
]
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**40), 10**40),
    st.integers(0, 10),
    st.floats(allow_nan=False),
    st.sampled_from(["mod", "course", "", "-", "5", "9", "student", "<b>", "&lt;", "\ud800", "invalidtoken", NAME]),
    st.text(max_size=15),
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(KEYS), inner, max_size=6)),
    max_leaves=40,
)


@often
@given(st.sampled_from(list(READERS)), trees)
def test_well_formed_nonsense(name: str, value: Any):
    check(name, json.dumps(value).encode())


@st.composite
def spoiled(draw: st.DrawFn) -> tuple[str, Any]:
    """A good answer in which some values are other ones."""
    name = draw(st.sampled_from(list(READERS)))
    value = json.loads(GOOD[name])
    for _ in range(draw(st.integers(1, 5))):
        here: Any = value
        for _ in range(draw(st.integers(0, 6))):
            keys = list(here) if isinstance(here, dict) else range(len(here)) if isinstance(here, list) else ()
            if not keys:
                break
            key = draw(st.sampled_from(list(keys)))
            if draw(st.booleans()) or not isinstance(here[key], dict | list):
                here[key] = draw(trees)
                break
            here = here[key]
    return name, value


@often
@given(spoiled())
def test_good_answers_with_other_values(case: tuple[str, Any]):
    name, value = case
    check(name, json.dumps(value).encode())


@often
@given(
    st.lists(
        st.tuples(
            st.one_of(st.integers(0, 12), st.sampled_from(["5", "06", "5 ", "5.0", 5.0, None, True])),
            st.one_of(st.integers(0, 12), st.sampled_from(["9", "9x", 9.0, None, True, [9]])),
            st.integers(0, 100),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_a_grade_is_filed_where_it_belongs_or_nowhere(people: list[tuple[Any, Any, int]]):
    told = [
        {"courseid": course, "userid": user, "gradeitems": [{"itemtype": "course", "graderaw": raw}]}
        for course, user, raw in people
    ]
    found = check("gradebook_dig_one.json", json.dumps({"usergrades": told}).encode())
    if found is None:
        return
    assert all(str(course) == COURSE for course, _, _ in people)
    assert [(one.user, one.rows[0].grade) for one in found] == [(str(user), float(raw)) for _, user, raw in people]
    assert len({one.user for one in found}) == len(found)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 1_000_000,
        b'{"a":' * 200_000,
        b"[" * 900 + b"]" * 900,
        b"[" + b"1" * 2_000_000 + b"]",
        b'{"usergrades":[' + b",".join([b"{}"] * 300_000) + b"]}",
        b'{"exception":"x","message":"' + b"course " * 300_000 + b'","errorcode":"invalidrecord"}',
        b'{"' + b"x" * 3_000_000 + b'":1}',
        b"<!--" * 500_000,
    ],
    ids=["open", "deep", "nested", "digits", "many", "message", "key", "comments"],
)
def test_large_and_deep_answers_take_no_time(body: bytes):
    for name in READERS:
        check(name, body)


def test_long_texts_take_no_time():
    told = json.loads(GOOD["gradebook_dig_one.json"])
    for row in told["usergrades"][0]["gradeitems"]:
        row["gradeformatted"] = "<!--" * 50_000
        row["itemname"] = "<a '" * 50_000
        row["feedback"] = "x" * 100_000
    check("gradebook_dig_one.json", json.dumps(told).encode())


# -- over a real connection, with everything in between


@often
@given(replies(st.just(GOOD["gradebook_dig_one.json"]), damage))
def test_damage_over_a_connection(waiting: Replies):
    count = len(waiting)
    with scripted(lambda server: replying(server, waiting)) as server:
        url = server.url.rpartition("/")[0]
        access = MoodleAccess(
            url=url, token=TOKEN, parallel=1, read_timeout=0.05, deadline=0.2, gradebook_timeout=0.1
        )
        with MoodleClient(access).open() as calls:
            for _ in range(count):
                try:
                    for one in calls.gradebook(COURSE):
                        look_at_grades(one)
                except ServiceError as error:
                    look_at_error(error)
