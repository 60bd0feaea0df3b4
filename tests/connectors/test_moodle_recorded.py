"""Every recording through the connector, over a real line, with what moodle.md 4.5 says must come of it."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from app.connectors.lms import GradeRow, LearnerGrades, Trouble, Whereabouts
from app.connectors.moodle import MoodleCalls
from app.connectors.moodle_site import NEEDED
from app.errors import ServiceError
from app.sandbox.server import Reply
from tests.connectors.moodle_recorded import JSON, Played, failure_reply, json_reply, recorded

GRADEBOOKS = {
    ("5", "0"): "gradebook_dig_all.json",
    ("5", "9"): "gradebook_dig_one.json",
    ("5", "258"): "gradebook_dig_suspended_account.json",
    ("5", "259"): "gradebook_dig_unenrolled.json",
    ("3", "0"): "gradebook_hidden_course_all.json",
    ("4", "0"): "gradebook_no_graded_all.json",
    ("2", "25"): "gradebook_fse_one.json",
    ("2", "201"): "gradebook_fse_suspended_enrolment_one.json",
    ("6", "6"): "gradebook_csk_user6.json",
    ("6", "7"): "gradebook_csk_user7.json",
    ("6", "9"): "gradebook_csk_user9.json",
    ("6", "11"): "gradebook_csk_user11.json",
}
CONTENTS = {
    "2": "contents_fse.json",
    "3": "contents_hidden_course.json",
    "4": "contents_no_graded.json",
    "5": "contents_dig_hidden_items.json",
    "6": "contents_csk_categories.json",
}


@pytest.fixture
def site(site: Played) -> Played:
    site.answers = by_the_recordings
    return site


@pytest.fixture
def calls(site: Played) -> Iterator[MoodleCalls]:
    with site.calls() as calls:
        yield calls


def by_the_recordings(function: str, parameters: dict[str, str]) -> Reply:
    course, user = parameters.get("courseid", ""), parameters.get("userid", "")
    match function:
        case "core_webservice_get_site_info":
            name = "site_info.json"
        case "core_course_get_courses_by_field":
            name = "courses_by_field_no_match.json" if parameters else "courses_by_field_ids.json"
        case "core_course_get_contents":
            name = CONTENTS.get(course, "")
        case "core_enrol_get_enrolled_users":
            suspended = any(value == "onlysuspended" for value in parameters.values())
            name = "enrolled_fse_onlysuspended.json" if suspended else "enrolled_fse_slim.json"
        case "core_user_get_users_by_field":
            by_id = parameters["field"] == "id"
            name = "users_by_id_deleted_and_suspended.json" if by_id else "users_by_idnumber.json"
        case "gradereport_user_get_grade_items":
            name = GRADEBOOKS.get((course, user), "")
    return Reply(200, recorded(name), JSON) if name else failure_reply("course_not_found")


def answering(site: Played, name: str) -> None:
    site.answers = lambda function, parameters: Reply(200, recorded(name), JSON)


# -- site and courses


def test_site(calls: MoodleCalls):
    site = calls.site()
    assert (site.name, site.address) == ("Meridian Skills Online", "https://moodle.example.org")
    assert site.release == "4.5.6 (Build: 20250811)"
    assert site.missing == ()
    assert "gradereport_user_get_grade_items" in site.functions
    assert "00000000" not in repr(site)


def test_courses(calls: MoodleCalls, site: Played):
    found = {one.number: one for one in calls.courses()}
    assert sorted(found) == ["2", "3", "4", "5", "6"]
    fse = found["2"]
    assert (fse.short_name, fse.full_name) == ("FSE-L1", "Functional Skills English Level 1")
    assert (fse.id_number, fse.category, fse.visible) == ("FSEL1-2627", "Adult learning", True)
    # 1788739200 is 00:00 UTC, summer time in the United Kingdom; 1806019200 is in winter.
    assert (fse.starts, fse.ends) == (date(2026, 9, 7), date(2027, 3, 26))
    assert found["3"].visible is False
    assert site.asked == [("core_course_get_courses_by_field", {})]


def test_a_role_without_rights_tells_nothing_of_visibility(calls: MoodleCalls, site: Played):
    answering(site, "courses_by_field_restricted_role.json")
    found = {one.number: one for one in calls.courses()}
    assert "3" not in found
    assert {one.visible for one in found.values()} == {None}
    assert {one.id_number for one in found.values()} == {None}


def test_one_course(calls: MoodleCalls, site: Played):
    answering(site, "courses_by_field_idnumber.json")
    assert [one.number for one in calls.courses()] == ["5"]
    assert calls.whereabouts("5") is Whereabouts.THERE


def test_whereabouts(calls: MoodleCalls, site: Played):
    assert calls.whereabouts("99999") is Whereabouts.GONE
    assert calls.whereabouts("5") is Whereabouts.THERE
    assert site.functions == ["core_course_get_courses_by_field", "core_course_get_contents"] * 2
    site.answers = lambda function, parameters: (
        json_reply({"courses": [], "warnings": []})
        if function == "core_course_get_courses_by_field"
        else failure_reply("course_no_access_contents")
    )
    assert calls.whereabouts("5") is Whereabouts.OUT_OF_REACH


@pytest.mark.parametrize(
    ("course", "count", "hidden"), [("2", 22, 0), ("3", 3, 0), ("4", 4, 0), ("5", 11, 2), ("6", 4, 0)]
)
def test_activities(calls: MoodleCalls, course: str, count: int, hidden: int):
    found = calls.activities(course)
    assert (len(found), sum(not one.visible for one in found)) == (count, hidden)
    assert all(one.name and one.kind for one in found)


def test_activities_of_a_blind_role_are_silently_fewer(calls: MoodleCalls, site: Played):
    answering(site, "contents_dig_blind_role.json")
    assert not [one for one in calls.activities("5") if one.kind in ("assign", "quiz")]


# -- the gradebook


def visible_and_graded(calls: MoodleCalls, course: str, user: str, whole: bool) -> tuple[set[str], set[str]]:
    """V and done of moodle.md 4.5, from the connector's answers alone."""
    shown = {one.number for one in calls.activities(course) if one.visible}
    book = {one.user: one for one in (calls.gradebook(course) if whole else one_of(calls, course, user))}
    rows = [row for one in book.values() for row in one.rows if row.kind == "mod" and row.activity in shown]
    done = {
        row.activity
        for row in book[user].rows
        if row.kind == "mod" and row.activity in shown and row.grade is not None
    }
    return {row.activity for row in rows if row.activity}, {one for one in done if one}


def one_of(calls: MoodleCalls, course: str, user: str) -> list[LearnerGrades]:
    return [calls._grades_of(course, user)]


@pytest.mark.parametrize(("user", "done"), [("9", 3), ("6", 1), ("7", 2)])
def test_progress_of_the_course_with_hidden_activities(calls: MoodleCalls, user: str, done: int):
    visible, graded = visible_and_graded(calls, "5", user, whole=True)
    assert visible == {"30", "31", "33", "35", "36"}
    assert len(graded) == done


@pytest.mark.parametrize(
    ("course", "user", "of", "done", "total", "text"),
    [
        ("2", "25", 18, 11, 589.0, "589.00"),
        ("6", "7", 4, 3, 28.1, "Refer (28.10 %)"),
        ("6", "11", 4, 2, 74.7, "Pass (74.70 %)"),
    ],
)
def test_check_values(calls: MoodleCalls, course: str, user: str, of: int, done: int, total: float, text: str):
    visible, graded = visible_and_graded(calls, course, user, whole=False)
    assert (len(visible), len(graded)) == (of, done)
    row = total_of(one_of(calls, course, user)[0])
    assert (row.grade, row.grade_text) == (pytest.approx(total), text)


def total_of(learner: LearnerGrades) -> GradeRow:
    return next(row for row in learner.rows if row.kind == "course")


def test_the_maximum_differs_between_learners(calls: MoodleCalls):
    assert total_of(one_of(calls, "2", "25")[0]).maximum == 1100


def test_nothing_to_grade(calls: MoodleCalls):
    found = calls.gradebook("4")
    assert len(found) > 10
    assert {tuple(row.kind for row in one.rows) for one in found} == {("course",)}
    assert {total_of(one).maximum for one in found} == {0.0}
    assert {total_of(one).grade_text for one in found} == {None}


def test_a_hidden_course_answers_like_another(calls: MoodleCalls):
    assert len(calls.gradebook("3")) > 5


def test_an_account_suspended_with_an_active_place(calls: MoodleCalls):
    assert one_of(calls, "5", "258")[0].id_number == "LRN-09002"


def test_rows_as_delivered(calls: MoodleCalls):
    first, _, subtotal = one_of(calls, "6", "7")[0].rows[:3]
    assert (first.kind, first.activity, first.name) == ("mod", "41", "Measuring sheet")
    assert (first.grade, first.grade_text, first.percent, first.letter) == (
        32.0,
        "Refer (32.00 %)",
        "32.00 %",
        "Refer",
    )
    assert (first.minimum, first.maximum, first.range_text, first.weight) == (0.0, 100.0, "0–100", "25.00 %")
    assert first.submitted_at == datetime(2026, 11, 1, 10, 7, tzinfo=UTC)
    assert first.graded_at == datetime(2026, 11, 2, 10, 7, tzinfo=UTC)
    assert (first.feedback, first.hidden, first.locked, first.overridden) == (None, False, False, False)
    assert (first.known, first.missing_columns, first.not_understood, first.outcome) == (True, (), (), False)
    # The moment of the recalculation is no event of the learner's.
    assert (subtotal.kind, subtotal.activity, subtotal.name, subtotal.graded_at) == ("category", None, None, None)


def test_a_scale_shows_its_words(calls: MoodleCalls):
    row = next(row for row in one_of(calls, "6", "7")[0].rows if row.name == "Competence check")
    assert (row.grade, row.grade_text, row.range_text) == (None, None, "Not yet competent–Proficient")


def test_an_icon_is_no_grade(calls: MoodleCalls, site: Played):
    answering(site, "gradebook_dig_one_pass_mark.json")
    assert calls.gradebook("5")[0].rows[0].grade_text == "54.00"


def test_columns_switched_off_are_named(calls: MoodleCalls, site: Played):
    answering(site, "gradebook_dig_one_showgrade_off.json")
    rows = calls.gradebook("5")[0].rows
    assert {(row.known, row.grade, row.missing_columns) for row in rows} == {(False, None, ("grade",))}
    answering(site, "gradebook_dig_one_showrange_off.json")
    rows = calls.gradebook("5")[0].rows
    assert {(row.known, row.maximum, row.missing_columns) for row in rows} == {(True, None, ("range",))}


def test_a_blind_role_sees_a_total_without_rows(calls: MoodleCalls, site: Played):
    answering(site, "gradebook_dig_one_blind_role.json")
    rows = calls.gradebook("5")[0].rows
    assert [row.kind for row in rows] == ["course"]
    assert rows[0].grade is not None


def test_somebody_without_a_place_has_rows_without_grades(calls: MoodleCalls):
    rows = one_of(calls, "5", "259")[0].rows
    assert {row.grade for row in rows} == {None}


def test_an_answer_about_another_course_is_refused(calls: MoodleCalls, site: Played):
    answering(site, "gradebook_dig_all.json")
    with pytest.raises(ServiceError) as caught:
        calls.gradebook("6")
    assert caught.value.code == Trouble.NOT_AN_ANSWER


def test_an_answer_about_another_account_is_not_filed(calls: MoodleCalls, site: Played):
    answering(site, "gradebook_dig_one.json")
    other = calls._grades_of("5", "8")
    assert (other.user, other.rows, other.failed) == ("8", (), Trouble.NOT_AN_ANSWER)


# -- people


def test_participants(calls: MoodleCalls, site: Played):
    found = {one.user: one for one in calls.participants("2")}
    assert len(found) == 201
    assert sum(one.student for one in found.values() if one.active) == 195
    assert (found["6"].id_number, found["6"].email, found["6"].full_name) == (
        "LRN-00001",
        "learner001@example.org",
        "Bram Ashdown",
    )
    assert sum(not one.active for one in found.values()) == 5
    assert [len(parameters) for _, parameters in site.asked] == [11, 11]


@pytest.mark.parametrize(
    "name", ["enrolled_dig_full.json", "enrolled_fse_onlyactive.json", "enrolled_fse_slim_page1.json"]
)
def test_participants_in_other_forms(calls: MoodleCalls, site: Played, name: str):
    site.answers = lambda function, parameters: Reply(
        200, recorded(name) if "onlyactive" in parameters.values() else b"[]", JSON
    )
    found = calls.participants("5")
    assert found
    assert all(one.active for one in found)


def test_nobody(calls: MoodleCalls, site: Played):
    answering(site, "enrolled_fse_slim_page_past_end.json")
    assert calls.participants("2") == []
    answering(site, "users_by_idnumber_none.json")
    assert calls.accounts("idnumber", ["NOBODY"]) == []


def test_accounts(calls: MoodleCalls):
    found = calls.accounts("idnumber", ["LRN-00001", "LRN-00002", "NOBODY"])
    assert [(one.user, one.id_number, one.deleted) for one in found] == [
        ("6", "LRN-00001", False),
        ("7", "LRN-00002", False),
    ]
    gone, suspended = calls.accounts("id", ["257", "258"])
    assert (gone.deleted, gone.id_number) == (True, None)
    assert (suspended.suspended, suspended.deleted) == (True, False)


def test_accounts_nobody_asked_for_are_left_out(calls: MoodleCalls):
    assert [one.user for one in calls.accounts("idnumber", ["LRN-00002"])] == ["7"]


def test_every_recording_of_a_function_in_use_is_played_here():
    played = Path(__file__).read_text(encoding="utf-8")
    for call in json.loads(recorded("calls.json")):
        if call["function"] in NEEDED:
            assert call["file"] in played, call["file"]
