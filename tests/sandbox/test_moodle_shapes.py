"""Every answer of the sandbox Moodle has the keys and types that a real Moodle's answer had."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.sandbox.moodle import MoodleSandbox
from app.sandbox.moodle_state import RIGHTS
from app.sandbox.people import people
from tests.sandbox.moodle_asker import Asker, asker_of

RECORDED = Path(__file__).parent.parent / "recorded" / "moodle"
PEOPLE = people(300)
GRADEBOOK = "gradereport_user_get_grade_items"
SLIM = [{"name": "userfields", "value": "id,idnumber,fullname,email,roles"}]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    with MoodleSandbox(tmp_path_factory.mktemp("moodle"), people=PEOPLE) as sandbox:
        yield asker_of(sandbox)


@pytest.fixture
def asker(running: Asker) -> Iterator[Asker]:
    yield running
    running.sandbox.give_right(*RIGHTS)


class Shape:
    """Which types stand at each path of some answers, and which keys every object at a path has."""

    def __init__(self) -> None:
        self.types: dict[str, set[str]] = {}
        self.always: dict[str, set[str]] = {}

    def add(self, value: Any, path: str = "") -> "Shape":
        name = "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__
        self.types.setdefault(path, set()).add(name)
        if isinstance(value, dict):
            path += f"<{value['itemtype']}>" if "itemtype" in value else ""
            self.always[path] = self.always.get(path, set(value)) & set(value)
            for key, inner in value.items():
                self.add(inner, f"{path}.{key}")
        elif isinstance(value, list):
            for inner in value:
                self.add(inner, f"{path}[]")
        return self


def recorded(*files: str) -> Shape:
    shape = Shape()
    for file in files:
        shape.add(json.loads((RECORDED / file).read_text(encoding="utf-8")))
    return shape


def numbers(asker: Asker) -> dict[str, int]:
    with asker.sandbox.changing() as site:
        return {one.short: one.id for one in site.courses.values()}


def gradebooks(asker: Asker, *shorts: str) -> Shape:
    shape = Shape()
    for short in shorts:
        shape.add(asker.told(GRADEBOOK, {"courseid": numbers(asker)[short], "userid": 0}))
    return shape


# What the contract tells beside the recordings (moodle.md 1 and 4.4): nobody in these was without grade or number.
ALSO = {
    ".usergrades[].gradeitems[]<category>.graderaw": {"NoneType"},
    ".usergrades[].gradeitems[]<category>.gradedategraded": {"NoneType"},
    ".usergrades[].gradeitems[]<category>.status": {"str"},
    ".usergrades[].gradeitems[]<course>.graderaw": {"NoneType"},
    ".usergrades[].gradeitems[]<course>.gradedategraded": {"NoneType"},
    ".usergrades[].gradeitems[]<manual>.graderaw": {"NoneType"},
    ".usergrades[].gradeitems[]<manual>.gradedatesubmitted": {"number"},
    ".usergrades[].gradeitems[]<manual>.gradedategraded": {"NoneType"},
    ".usergrades[].gradeitems[]<manual>.status": {"str"},
}
MAY_BE_ABSENT = {"idnumber", "numusers"}


def fits(ours: Shape, theirs: Shape) -> None:
    """Nothing that was never seen, and nothing missing that always was there."""
    for path, types in ours.types.items():
        seen = theirs.types.get(path, set()) | ALSO.get(path, set())
        assert seen, f"never recorded: {path}"
        assert types <= seen, (path, types, seen)
    for path, keys in theirs.always.items():
        assert path in ours.always, f"not answered: {path}"
        assert keys <= ours.always[path] | MAY_BE_ABSENT, (path, keys - ours.always[path])


def test_site_info(asker: Asker):
    fits(Shape().add(asker.told("core_webservice_get_site_info")), recorded("site_info.json"))


def test_courses(asker: Asker):
    fits(Shape().add(asker.told("core_course_get_courses_by_field")), both_forms())
    listed = asker.sandbox.course(numbers(asker)["STAFF-CPD"])
    asker.sandbox.remove_course(listed.id)
    fits(Shape().add(asker.told("core_course_get_courses")), recorded("courses_get_courses.json"))
    asker.sandbox.put_back(listed)


def both_forms() -> Shape:
    """One of the sandbox's courses is out of reach, and told of as to a role without rights."""
    return recorded("courses_by_field_ids.json", "courses_by_field_restricted_role.json")


def test_a_role_without_rights(asker: Asker):
    asker.sandbox.take_right("moodle/course:view", "moodle/course:viewhiddencourses", "moodle/course:update")
    fits(
        Shape().add(asker.told("core_course_get_courses_by_field")), recorded("courses_by_field_restricted_role.json")
    )


def test_no_match(asker: Asker):
    told = asker.told("core_course_get_courses_by_field", {"field": "id", "value": 99999})
    assert told == json.loads((RECORDED / "courses_by_field_no_match.json").read_text())
    assert asker.told("core_course_get_courses", {"options": {"ids": [99999]}}) == []


def test_contents(asker: Asker):
    ours = Shape()
    for short in ("FSE-L1", "DIG-ESS", "CSK-MATH", "IND-WEL", "BKS-ADV"):
        options = [{"name": "excludecontents", "value": 1}]
        ours.add(asker.told("core_course_get_contents", {"courseid": numbers(asker)[short], "options": options}))
    names = ("fse", "dig_hidden_items", "csk_categories", "no_graded", "hidden_course")
    fits(ours, recorded(*(f"contents_{name}.json" for name in names)))


def test_gradebook_with_points(asker: Asker):
    ours = gradebooks(asker, "FSE-L1", "DIG-ESS", "BKS-ADV", "IND-WEL")
    theirs = recorded(
        "gradebook_dig_all.json",
        "gradebook_fse_one.json",
        "gradebook_hidden_course_all.json",
        "gradebook_no_graded_all.json",
    )
    fits(ours, theirs)


def test_gradebook_with_categories_letters_and_ranks(asker: Asker):
    fits(gradebooks(asker, "CSK-MATH"), recorded(*(f"gradebook_csk_user{one}.json" for one in (6, 7, 9, 11))))


def test_gradebook_of_somebody_without_a_place(asker: Asker):
    course = numbers(asker)["DIG-ESS"]
    ours = Shape().add(asker.told(GRADEBOOK, {"courseid": course, "userid": 2}))
    fits(ours, recorded("gradebook_dig_unenrolled.json"))


def test_pass_marks_put_an_icon_before_the_grade(asker: Asker):
    told = asker.told(GRADEBOOK, {"courseid": numbers(asker)["FDH-L2"], "userid": 0})
    theirs = json.loads((RECORDED / "gradebook_dig_one_pass_mark.json").read_text())
    begin = theirs["usergrades"][0]["gradeitems"][0]["gradeformatted"].partition("</i>")[0]
    shown = [row["gradeformatted"] for user in told["usergrades"] for row in user["gradeitems"]]
    assert any(one.startswith(begin) for one in shown)
    fits(Shape().add(told), recorded("gradebook_dig_one_pass_mark.json", "gradebook_dig_all.json"))


def test_columns_switched_off(asker: Asker):
    fits(
        gradebooks(asker, "ART-DIP"),
        recorded("gradebook_dig_one_showgrade_off.json"),
    )
    told = asker.told(GRADEBOOK, {"courseid": numbers(asker)["MUS-L2"], "userid": 0})
    theirs = json.loads((RECORDED / "gradebook_dig_one_showrange_off.json").read_text())
    ours, other = told["usergrades"][0]["gradeitems"][0], theirs["usergrades"][0]["gradeitems"][0]
    assert set(ours) - {"status"} == set(other) - {"percentageformatted", "status"}


def test_participants(asker: Asker):
    course = numbers(asker)["FSE-L1"]
    slim = Shape().add(asker.told("core_enrol_get_enrolled_users", {"courseid": course, "options": SLIM}))
    fits(slim, recorded("enrolled_fse_slim.json", "enrolled_fse_onlyactive.json"))
    whole = Shape().add(asker.told("core_enrol_get_enrolled_users", {"courseid": course}))
    fits(whole, recorded("enrolled_dig_full.json"))
    options = [{"name": "onlysuspended", "value": 1}, {"name": "userfields", "value": "id,idnumber"}]
    suspended = Shape().add(asker.told("core_enrol_get_enrolled_users", {"courseid": course, "options": options}))
    assert suspended.types.keys() == recorded("enrolled_fse_onlysuspended.json").types.keys()


def test_accounts(asker: Asker):
    asker.sandbox.delete_account(1090)
    told = asker.told("core_user_get_users_by_field", {"field": "id", "values": [1001, 1090]})
    fits(
        Shape().add(told),
        recorded("users_by_idnumber.json", "users_by_id_deleted_and_suspended.json"),
    )


def test_what_only_says_yes(asker: Asker):
    place = {"userid": 1002, "courseid": numbers(asker)["IND-WEL"]}
    for function, one in (
        ("enrol_manual_enrol_users", {"roleid": 5, **place}),
        ("enrol_manual_enrol_users", {"roleid": 5, "suspend": 1, **place}),
        ("enrol_manual_unenrol_users", place),
        ("enrol_manual_unenrol_users", place),
    ):
        assert asker.told(function, {"enrolments": [one]}) is None


def test_access_information(asker: Asker):
    told = asker.told("gradereport_user_get_access_information", {"courseid": numbers(asker)["DIG-ESS"]})
    assert told == json.loads((RECORDED / "access_information.json").read_text())
