"""Progress by the answers of a real Moodle: the counts that people who recorded them worked out by hand."""

import json

import pytest

from app.connectors.moodle_courses import read_activities, read_courses
from app.connectors.moodle_grades import read_gradebook
from app.lms.guards import Fetched, has_no_activities, refusal
from app.lms.progress import Progress, counted, progress, total
from tests.connectors.moodle_recorded import recorded

COURSE = {"fse": "2", "no_": "4", "dig": "5", "csk": "6"}


def gradebook(*names: str):
    return [
        one
        for name in names
        for one in read_gradebook(json.loads(recorded(f"gradebook_{name}.json")), COURSE[name[:3]])
    ]


def activities(name: str):
    return read_activities(json.loads(recorded(f"contents_{name}.json")))


def reached(contents: str, *grades: str) -> dict[str, Progress]:
    found = gradebook(*grades)
    counting = counted(activities(contents), found)
    return {one.user: progress(one.rows, counting) for one in found}


@pytest.mark.rule("LS-E1", "LS-E3", "LS-E4", "LS-E5")
def test_hidden_and_restricted_activities():
    found = gradebook("dig_all")
    assert counted(activities("dig_hidden_items"), found) == {"30", "31", "33", "35", "36"}
    by_user = reached("dig_hidden_items", "dig_all")
    assert (by_user["9"], by_user["6"], by_user["7"]) == (Progress(3, 5), Progress(1, 5), Progress(2, 5))


@pytest.mark.rule("LS-E14")
def test_a_large_course():
    [found] = gradebook("fse_one")
    assert reached("fse", "fse_one") == {"25": Progress(11, 18)}
    last = total(found.rows)
    assert last is not None
    assert (last.grade, last.maximum) == (589.0, 1100.0)


@pytest.mark.rule("LS-E1", "LS-E14")
def test_letters_scales_and_a_column_typed_in_by_a_teacher():
    users = [f"csk_user{number}" for number in (6, 7, 9, 11)]
    by_user = reached("csk_categories", *users)
    assert (by_user["7"], by_user["11"]) == (Progress(3, 4), Progress(2, 4))
    totals = {one.user: total(one.rows) for one in gradebook(*users)}
    assert [totals[user].grade_text for user in ("7", "11")] == ["Refer (28.10 %)", "Pass (74.70 %)"]


@pytest.mark.rule("LS-E10", "SE-15")
def test_nothing_to_be_graded():
    found = gradebook("no_graded_all")
    assert set(reached("no_graded", "no_graded_all").values()) == {Progress(0, 0)}
    assert has_no_activities(found)
    assert refusal(Fetched(activities("no_graded"), (), found), had_data=False) is None


@pytest.mark.rule("SE-17", "SE-18")
def test_recorded_answers_that_must_not_be_believed():
    blind = Fetched(activities("dig_blind_role"), (), gradebook("dig_one_blind_role"))
    no = refusal(blind, had_data=False)
    assert no is not None
    assert no.code == "SE-17"
    off = refusal(Fetched(activities("dig_hidden_items"), (), gradebook("dig_one_showgrade_off")), had_data=False)
    assert off is not None
    assert off.code == "SE-18"
    range_off = Fetched(activities("dig_hidden_items"), (), gradebook("dig_one_showrange_off"))
    assert refusal(range_off, had_data=False) is None


@pytest.mark.rule("LS-C8")
def test_the_front_page_is_no_course():
    told = json.loads(recorded("courses_by_field_ids.json"))
    assert next(one["id"] for one in told["courses"]) == 1
    assert [one.number for one in read_courses(told)] == ["2", "3", "4", "5", "6"]
