"""The second opinion on small cases worked out by hand."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from app.sandbox.expected import expected, outcomes, summary
from app.sandbox.holdings import StoredAttainment
from app.sandbox.people import Kind, events_of, people
from app.sandbox.records import Event

TODAY = date(2026, 11, 23)

EVENT = Event(
    achievement_award_date="2023-08-24",
    achievement_provider_name="HARROWMERE  HIGH SCHOOL ",
    achievement_provider_ukprn="19990001",
    awarding_organisation_name="Northgate Examining Board",
    awarding_organisation_ukprn="190077",
    collection_type="A",
    credits="0",
    date_loaded="2024-01-16 06:12:40",
    grade="6",
    id="700311",
    language_for_assessment=None,
    level=None,
    participation_end_date="",
    participation_start_date="",
    qualification_type="GCSE (9 to 1)",
    restriction="0",
    return_number="01",
    source="NPD",
    status="F",
    subject="English Language",
    subject_code="60344712",
    under_data_challenge="N",
)
HELD = StoredAttainment(
    subject_code="603/4471/2",
    subject="English Language",
    qualification_type="GCSE (9 to 1)",
    grade="6",
    award_date=date(2023, 8, 24),
    provider="HARROWMERE HIGH SCHOOL",
    provider_ukprn="19990001",
    awarding_org="Northgate Examining Board",
    awarding_org_code="190077",
    under_challenge=False,
)


def of(held: StoredAttainment | list[StoredAttainment], *events: Event) -> dict[str, int]:
    return dict(Counter(outcomes([held] if isinstance(held, StoredAttainment) else held, events, TODAY)))


def told(**changes: str | None) -> Event:
    return replace(EVENT, **changes)


def test_an_event_without_an_attainment_is_new() -> None:
    assert of([], EVENT) == {"new": 1}
    assert of(replace(HELD, subject_code="60344713"), EVENT) == {"new": 1}
    assert of(replace(HELD, award_date=date(2023, 8, 23)), EVENT) == {"new": 1}


def test_the_same_under_another_spelling_is_unchanged() -> None:
    assert of(HELD, EVENT) == {"unchanged": 1}
    assert of(HELD, told(subject_code=" 603 / 4471/2 ")) == {"unchanged": 1}


@pytest.mark.parametrize(
    "changes",
    [
        {"grade": "7"},
        {"awarding_organisation_name": "Meridian Examinations"},
        {"level": "Level 2"},
        {"credits": "13"},
        {"language_for_assessment": "English"},
        {"participation_end_date": "2023-07-01"},
        {"under_data_challenge": "Y"},
        {"qualification_type": "gcse (9 to 1)"},
    ],
)
def test_one_column_that_differs_is_a_change(changes: dict[str, str]) -> None:
    assert of(HELD, told(**changes)) == {"changed": 1}


@pytest.mark.parametrize(
    "changes",
    [
        {"grade": "9999999999"},
        {"grade": None},
        {"awarding_organisation_name": "unknown"},
        {"awarding_organisation_ukprn": " UNKNWN "},
        {"achievement_provider_name": ""},
        {"participation_end_date": "2058-01-01"},
        {"participation_start_date": "2023-02-31"},
        {"subject": "English  Language "},
        {"under_data_challenge": None},
        {"date_loaded": "2026-01-01 00:00:00"},
        {"return_number": "09", "collection_type": "B", "status": "X", "restriction": "1"},
        {"credits": "0"},
        {"credits": "many"},
    ],
)
def test_nothing_and_what_is_not_compared_change_nothing(changes: dict[str, str | None]) -> None:
    assert of(replace(HELD, credits=500, end_date=date(2023, 7, 7)), told(**changes)) == {"unchanged": 1}


def test_participation_end_stands_in_for_a_missing_award_date() -> None:
    event = told(achievement_award_date="", participation_end_date="2023-08-24")
    assert of(replace(HELD, end_date=date(2023, 8, 24)), event) == {"unchanged": 1}
    assert of(replace(HELD, award_date=None, end_date=date(2023, 8, 24)), EVENT) == {"changed": 1}
    assert of(HELD, told(achievement_award_date="2058-07-01")) == {"new": 1}
    assert of(replace(HELD, award_date=None), told(achievement_award_date="2058-07-01")) == {"unchanged": 1}


def test_the_id_leads_to_the_attainment_though_the_date_moved() -> None:
    held = replace(HELD, award_date=date(2023, 8, 1), event_ids=((700311, "NPD", None),))
    assert of(held, EVENT) == {"changed": 1}
    assert of(replace(held, subject_code="X1"), EVENT) == {"new": 1}
    another = told(id="5", source="AO")
    assert of(held, EVENT, another) == {"changed": 1, "unchanged": 1}


def test_the_id_goes_before_the_date() -> None:
    by_date = replace(HELD, subject="Another")
    by_id = replace(HELD, award_date=date(2020, 1, 1), event_ids=((700311, "NPD", None),))
    assert of([by_date, by_id], EVENT) == {"changed": 1}
    assert of([by_date, replace(by_id, award_date=date(2023, 8, 24))], EVENT) == {"unchanged": 1}


def test_of_several_events_one_counts() -> None:
    owner = told(id="2", source="AO", subject_code="603/4471/2", grade="7")
    assert of([], EVENT, owner) == {"new": 1, "unchanged": 1}
    assert of(HELD, EVENT, owner) == {"changed": 1, "unchanged": 1}
    assert of(replace(HELD, grade="7"), EVENT, owner) == {"unchanged": 2}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"source": "AO"}, {"source": "QCFU"}),
        ({"source": "QCFU"}, {"source": "NPD"}),
        ({"source": "NPD"}, {"source": "ILR"}),
        ({"source": "ILR"}, {"source": "XYZ"}),
        ({"date_loaded": "2024-02-01 00:00:00"}, {"date_loaded": "2024-01-31 23:59:59"}),
        ({"date_loaded": "2024-02-01 00:00:00"}, {"date_loaded": None}),
        ({"id": "1000"}, {"id": "999"}),
    ],
)
def test_rank_decides_whose_values_count(first: dict[str, str], second: dict[str, str | None]) -> None:
    best = told(**{"id": "1", **first})
    other = told(**{"id": "2", "subject": "Something else", **second})
    assert of(HELD, other, best) == {"unchanged": 2}
    assert of(HELD, told(**{"id": "1", **first, "grade": "8"}), other) == {"changed": 1, "unchanged": 1}


def test_rank_holds_against_what_stands_behind_already() -> None:
    better = told(grade="9")
    assert of(replace(HELD, event_ids=((1, "AO", None),)), better) == {"unchanged": 1}
    assert of(replace(HELD, event_ids=((1, "ILR", "2026-01-01 00:00:00"),)), better) == {"changed": 1}
    assert of(replace(HELD, event_ids=((1, "NPD", "2025-01-01 00:00:00"),)), better) == {"unchanged": 1}
    itself = (700311, "NPD", "2025-01-01 00:00:00")
    assert of(replace(HELD, event_ids=(itself,)), better) == {"changed": 1}
    lower = replace(HELD, grade="9", event_ids=((1, "AO", None),))
    assert of(lower, EVENT) == {"unchanged": 1}


@pytest.mark.parametrize(
    ("grade", "kept", "kind"),
    [
        ("5", "6", "GCSE (9 to 1)"),
        ("U", "1", "GCSE (9 to 1)"),
        ("B", "A*", "GCSE (A* to G)"),
        ("U", "G", "GCSE (A* to G)"),
        ("E", "A", "GCE A Level"),
        ("Merit", "Distinction*", "BTEC National Certificate"),
        ("P", "D*", "BTEC National Certificate"),
        ("Pass", "M", "NVQ"),
    ],
)
def test_a_lower_grade_is_left_and_not_applied(grade: str, kept: str, kind: str) -> None:
    event = told(grade=grade, qualification_type=kind, subject="Something else")
    assert of(replace(HELD, grade=kept), event) == {"not_applied": 1}
    assert of(replace(HELD, grade=kept), event, told(id="1", source="ILR")) == {"not_applied": 1, "unchanged": 1}
    other_way = told(grade=kept, qualification_type=kind)
    assert of(replace(HELD, grade=grade), other_way) == {"changed": 1}


@pytest.mark.parametrize(
    ("grade", "kept", "kind"),
    [
        ("4", "B", "GCSE (9 to 1)"),
        ("Pass", "Distinction", "GCSE (9 to 1)"),
        ("F", "A", "GCE A level"),
        ("5-4", "6-6", "GCSE (9 to 1)"),
        ("P", "Pass", "NVQ"),
        ("DM", "DD", "BTEC National Diploma"),
    ],
)
def test_across_scales_nothing_is_lower(grade: str, kept: str, kind: str) -> None:
    assert of(replace(HELD, grade=kept), told(grade=grade, qualification_type=kind)) == {"changed": 1}


@pytest.mark.parametrize("code", [None, "", "  ", "UNKNOWN", "/"])
def test_an_event_without_a_code_cannot_be_applied(code: str | None) -> None:
    assert of(HELD, told(subject_code=code), EVENT) == {"not_applied": 1, "unchanged": 1}


def test_a_filler_grade_alone_is_still_stored() -> None:
    assert of([], told(grade="9999999999")) == {"new": 1}


def test_the_numbers_of_the_sandboxs_people_add_up() -> None:
    group = people(400)
    numbers = expected(group, TODAY)
    told_by = summary(group)
    assert list(numbers) == ["processed", "updated", "new", "changed", "unchanged", "not_applied"]
    assert numbers["updated"] == numbers["new"] + numbers["changed"]
    assert numbers["processed"] == numbers["updated"] + numbers["unchanged"] + numbers["not_applied"]
    without = sum(not events_of(person) for person in group)
    assert numbers["processed"] == told_by["records"] + without
    assert told_by["selected"] == 400
    assert told_by["with_events"] == 400 - without
    assert told_by["error_rows"] == without - sum(person.kind is Kind.EMPTY for person in group)
    assert min(numbers.values()) > 0
    assert numbers["not_applied"] > without


def test_a_college_that_holds_nothing_gets_everything_new() -> None:
    group = [replace(person, last_plr=None) for person in people(100) if not replace(person, last_plr=None).stored]
    numbers = expected(group, TODAY)
    assert numbers["changed"] == 0
    assert numbers["new"] > 0.8 * summary(group)["records"]
