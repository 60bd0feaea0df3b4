"""The rule of Update, sentence by sentence (data-model.md 4, learner-manager.md 6), worked out by hand."""

from datetime import date

import pytest

from app.attainments.stored import EMPTY, subject_key
from app.plr.plan import Change, links_to_write
from tests.app.carried_out import carried_out, planned
from tests.builders import StoredRow, event, stored

NEW, CHANGED, LOWER, SAME, CANNOT = Change.NEW, Change.CHANGED, Change.LOWER, Change.SAME, Change.CANNOT
HELD = {"subject_code": "603/4471/2", "subject": "Business", "award_date": date(2024, 7, 1), "grade": "Pass"}
HELD |= {"qualification_type": "Other Vocational Qualification"}


def changes(record, *events) -> list[Change]:
    return list(planned(record, events).changes)


def test_a_record_without_a_match_is_new():
    plan = planned(EMPTY, [event(7)])
    assert plan.changes == (NEW,)
    [target] = plan.targets
    assert target.stored is None
    assert target.writes["subject"] == "Business"
    assert target.writes["award_date"] == date(2024, 7, 1)
    assert links_to_write([], plan, [0]) == [(0, None)]


def test_matched_by_the_events_number_and_the_subject():
    """Even if the date moved; what differs is written."""
    record = stored(StoredRow(1, **HELD), links=[(7, 1, "AO", "2024-08-01 04:00:00")])
    plan = planned(record, [event(7, achievement_award_date="2024-07-02")])
    assert plan.changes == (CHANGED,)
    assert plan.targets[0].writes == {"award_date": date(2024, 7, 2)}


def test_the_number_alone_is_no_match_for_another_subject():
    record = stored(StoredRow(1, **HELD), links=[(7, 1, "AO", None)])
    plan = planned(record, [event(7, subject_code="500/1111/1")])
    assert plan.changes == (NEW,)
    # Its number now stands behind the new one.
    [(place, link)] = links_to_write(record.events, plan, [0])
    assert (place, link.attainment_id) == (0, 1)


@pytest.mark.parametrize("code", ["603/4471/2", "60344712", "603 4471 2", " 603/44712 "])
def test_both_spellings_are_one_qualification(code: str):
    assert changes(stored(StoredRow(1, **HELD)), event(subject_code=code)) == [SAME]


def test_keys_know_no_capitals():
    assert subject_key("zpro/g 001x") == "ZPROG001X"
    assert subject_key(None) is subject_key("") is subject_key(" / ") is None


def test_matched_by_subject_and_award_date():
    record = stored(StoredRow(1, **HELD))
    assert changes(record, event(grade="Merit")) == [CHANGED]
    assert changes(record, event(achievement_award_date="2024-07-02")) == [NEW]


@pytest.mark.parametrize("nothing", [None, "", "2058-07-01", "2023-02-31", "soon"])
def test_matched_by_the_participation_end_where_there_is_no_award_date(nothing: str | None):
    row = StoredRow(1, **{**HELD, "award_date": None, "end_date": date(2024, 7, 31)})
    one = event(achievement_award_date=nothing, participation_end_date="2024-07-31")
    assert changes(stored(row), one) == [SAME]
    assert changes(stored(row), event(achievement_award_date=nothing, participation_end_date="2024-08-01")) == [NEW]


def test_an_award_date_is_not_an_end_date_of_another():
    """The date an attainment is found by is one: of the award, else of the end."""
    row = StoredRow(1, **{**HELD, "award_date": date(2024, 7, 1), "end_date": date(2024, 7, 31)})
    assert changes(stored(row), event(achievement_award_date=None, participation_end_date="2024-07-31")) == [NEW]
    assert changes(stored(row), event(achievement_award_date=None, participation_end_date="2024-07-01")) == [CHANGED]


def test_without_any_date_it_is_still_one_record():
    one = event(1, achievement_award_date=None)
    assert changes(EMPTY, one, event(2, achievement_award_date=None, source="ILR")) == [NEW, SAME]
    assert changes(stored(StoredRow(1, **{**HELD, "award_date": None})), one) == [SAME]


@pytest.mark.parametrize("code", [None, "", "UNKNOWN", "unknwn", "9999999999", " / "])
def test_without_a_subject_code_nothing_can_be_stored(code: str | None):
    assert changes(EMPTY, event(subject_code=code)) == [CANNOT]
    held = stored(StoredRow(1, **{**HELD, "subject_code": None}), links=[(1, 1, "AO", None)])
    assert changes(held, event(subject_code=code)) == [CANNOT]


# ------------------------------------------------------------------------------ several events, one attainment


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (event(1, source="AO"), event(2, source="QCFU")),
        (event(1, source="QCFU"), event(2, source="NPD")),
        (event(1, source="NPD"), event(2, source="ILR")),
        (event(1, source="ILR"), event(2, source="XYZ")),
        (event(1, source="ao"), event(2, source="ILR")),
        (event(1, source="AO", date_loaded="2020"), event(2, source="NPD", date_loaded="2025")),
        (event(1, date_loaded="2024-08-02 04:00:00"), event(2, date_loaded="2024-08-01 04:00:00")),
        (event(1, date_loaded="2024-08-01 04:00:00"), event(2, date_loaded=None)),
        (event(2), event(1)),
    ],
)
def test_the_values_come_from_one_of_them(better, worse):
    """By source, then the later loading, then the higher number; whatever the order."""
    from dataclasses import replace

    better, worse = replace(better, grade="Merit"), replace(worse, grade="Pass", level="Level 2")
    for events, kinds in (([better, worse], [NEW, SAME]), ([worse, better], [SAME, NEW])):
        plan = planned(EMPTY, events)
        assert list(plan.changes) == kinds
        assert plan.targets[0].writes["grade"] == "Merit"
        assert plan.targets[0].writes["level"] is None, "not a mixture of the two"
        assert len(links_to_write([], plan, [0, 1])) == 2, "the other only adds its number"


def test_an_event_of_lower_rank_never_changes_what_a_higher_one_told():
    record = stored(StoredRow(1, **HELD), links=[(9, 1, "AO", "2020-01-01 00:00:00")])
    lesser = event(1, source="ILR", date_loaded="2026-01-01 00:00:00", subject="Other", grade="Distinction")
    plan = planned(record, [lesser])
    assert plan.changes == (SAME,)
    assert plan.targets[0].writes == {}
    assert links_to_write(record.events, plan, [0]) == [(0, None)]


def test_an_event_of_higher_rank_does():
    record = stored(StoredRow(1, **HELD), links=[(9, 1, "ILR", "2020-01-01 00:00:00")])
    assert changes(record, event(1, source="AO", subject="Other")) == [CHANGED]


def test_the_event_behind_it_may_change_what_it_told():
    """Its own rank does not stand in its way, also when it was loaded later than now."""
    record = stored(StoredRow(1, **HELD), links=[(1, 1, "AO", "2026-01-01 00:00:00")])
    assert changes(record, event(1, date_loaded="2020-01-01 00:00:00", subject="Other")) == [CHANGED]


def test_an_event_that_tells_of_another_subject_now_stands_behind_it_no_longer():
    """So it no longer outranks the others there; else a second update would find something to change."""
    record = stored(StoredRow(1, **HELD), links=[(1, 1, "AO", "2024-08-01 04:00:00")])
    events = [event(1, subject_code="500/1111/1"), event(2, source="ILR", subject="Other")]
    plan = planned(record, events)
    assert plan.changes == (NEW, CHANGED)
    assert planned(carried_out(record, plan), events).changes == (SAME, SAME)


def test_two_records_of_a_linked_learner_are_one_attainment():
    one, two = event(1), event(2, date_loaded="2019-08-01 04:00:00")
    plan = planned(EMPTY, [one, two])
    assert plan.changes == (NEW, SAME)
    after = carried_out(EMPTY, plan)
    assert {link.event_id for link in after.events} == {1, 2}
    assert len(after.attainments) == 1


def test_what_moves_by_its_number_takes_its_other_source_along():
    record = stored(StoredRow(1, **HELD), links=[(1, 1, "AO", "2024-08-01 04:00:00")])
    moved = event(1, achievement_award_date="2024-07-09")
    other = event(2, source="ILR", achievement_award_date=None, participation_end_date="2024-07-09")
    for events in ([moved, other], [other, moved]):
        plan = planned(record, events)
        assert sorted(plan.changes) == [CHANGED, SAME]
        assert len(plan.targets) == 1


def test_what_stands_at_the_new_date_already_comes_first():
    there = {**HELD, "award_date": date(2024, 7, 9)}
    record = stored(StoredRow(1, **HELD), StoredRow(2, **there), links=[(1, 1, "AO", "2024-08-01 04:00:00")])
    plan = planned(
        record, [event(1, achievement_award_date="2024-07-09"), event(2, achievement_award_date="2024-07-09")]
    )
    assert [target.stored.id for target in plan.target_of] == [1, 2]


def test_of_several_that_fit_the_first_stored_is_meant():
    record = stored(StoredRow(2, **HELD), StoredRow(5, **HELD))
    plan = planned(record, [event(1, grade="Merit")])
    assert plan.targets[0].stored.id == 2


# ------------------------------------------------------------------------------------------ what is compared

SAID = {
    "subject": ("Business Studies", "subject", "Business Studies"),
    "qualification_type": ("GCSE", "qualification_type", "GCSE"),
    "level": ("Level 3", "level", "Level 3"),
    "grade": ("Merit", "grade", "Merit"),
    "credits": ("12", "credits", 1200),
    "participation_start_date": ("2022-09-01", "start_date", date(2022, 9, 1)),
    "participation_end_date": ("2024-06-30", "end_date", date(2024, 6, 30)),
    "achievement_provider_name": ("A School", "provider", "A School"),
    "achievement_provider_ukprn": ("10001234", "provider_ukprn", "10001234"),
    "awarding_organisation_name": ("A Board", "awarding_org", "A Board"),
    "awarding_organisation_ukprn": ("000123", "awarding_org_code", "000123"),
    "language_for_assessment": ("English", "language", "English"),
    "under_data_challenge": ("Y", "under_challenge", True),
}


@pytest.mark.parametrize("name", sorted(SAID))
def test_each_compared_field_is_written_where_it_differs(name: str):
    said, column, value = SAID[name]
    plan = planned(stored(StoredRow(1, **HELD)), [event(1, **{name: said})])
    assert plan.changes == (CHANGED,)
    assert plan.targets[0].writes == {column: value}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("date_loaded", "2026-01-01 00:00:00"),
        ("return_number", "09"),
        ("collection_type", "W"),
        ("status", "F"),
        ("restriction", "1"),
        ("event_id", 4711),
        ("subject_code", "60344712"),
    ],
)
def test_what_never_makes_a_record_changed(name: str, said: object):
    record = stored(StoredRow(1, **HELD), links=[(1, 1, "AO", "2024-08-01 04:00:00")])
    assert changes(record, event(**{"event_id": 1, name: said})) == [SAME]


@pytest.mark.parametrize("nothing", [None, "", "UNKNOWN", "unknown", "UNKNWN", "9999999999", "  "])
@pytest.mark.parametrize("name", sorted(SAID))
def test_nothing_real_is_overwritten_by_nothing(name: str, nothing: str | None):
    _, column, value = SAID[name]
    record = stored(StoredRow(1, **{**HELD, column: value}))
    plain = {"grade": None, "subject": None, "qualification_type": None}
    assert changes(record, event(1, **{**plain, name: nothing})) == [SAME]


@pytest.mark.parametrize(
    "date_text", ["2058-07-01", "2026-11-24", "2023-02-31", "01/07/2024", "2024-W27-1", "20240701"]
)
def test_a_date_that_is_no_use_is_not_written_but_the_rest_is(date_text: str):
    record = stored(StoredRow(1, **HELD), links=[(1, 1, "AO", None)])
    plan = planned(record, [event(1, achievement_award_date=date_text, level="Level 2")])
    assert plan.targets[0].writes == {"level": "Level 2"}
    assert plan.values[0].unusable_dates == ("award_date",)


def test_credits_of_nought_say_nothing():
    record = stored(StoredRow(1, **{**HELD, "credits": 600}))
    assert changes(record, event(credits="0")) == [SAME]
    assert changes(record, event(credits="6")) == [SAME]


def test_spaces_are_no_difference():
    record = stored(StoredRow(1, **{**HELD, "subject": "Business  and Law "}))
    assert changes(record, event(subject=" Business and  Law")) == [SAME]


# -------------------------------------------------------------------------------------------------- lower grades


def test_a_grade_that_would_go_down_is_marked():
    record = stored(StoredRow(1, **{**HELD, "grade": "Merit"}))
    plan = planned(record, [event(1, grade="Pass", level="Level 2")])
    assert plan.changes == (LOWER,)
    assert plan.targets[0].writes == {"grade": "Pass", "level": "Level 2"}
    assert plan.changes == planned(carried_out(record, plan, lower_too=False), [event(1, grade="Pass")]).changes


def test_a_lower_grade_from_a_lower_rank_is_not_even_asked_about():
    record = stored(StoredRow(1, **{**HELD, "grade": "Merit"}), links=[(9, 1, "AO", None)])
    assert changes(record, event(1, source="ILR", grade="Pass")) == [SAME]


# ---------------------------------------------------------------------------------------------- what is hostile


def test_one_number_used_twice_in_an_answer():
    """The better event has it. The other is the same thing told twice, or cannot be stored."""
    better, worse = event(1, source="AO", subject_code="B1"), event(1, source="ILR", subject_code="A1")
    for events, kinds in (([better, worse], (NEW, CANNOT)), ([worse, better], (CANNOT, NEW))):
        plan = planned(EMPTY, events)
        assert plan.changes == kinds
        after = carried_out(EMPTY, plan)
        assert [row.subject_key for row in after.attainments] == ["B1"]
        again = planned(after, events)
        assert set(again.changes) == {SAME, CANNOT}
        assert links_to_write(after.events, again, [0, 1]) == []
    assert changes(EMPTY, event(1, source="ILR"), event(1, source="AO")) == [SAME, NEW]


def test_an_event_without_a_number():
    """Nothing could remember that it stood behind an attainment: it would be new again and again."""
    plan = planned(EMPTY, [event(None), event(3)])
    assert plan.changes == (CANNOT, NEW)
    assert "event ID" in plan.values[0].why_not
    assert "subject code" in planned(EMPTY, [event(1, subject_code=None)]).values[0].why_not


def test_many_events_are_planned_quickly():
    """No work by pairs: an answer may be as long as it likes."""
    plan = planned(EMPTY, [event(number, subject_code=f"X{number}") for number in range(20_000)])
    assert len(plan.targets) == 20_000
