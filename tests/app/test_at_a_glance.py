"""English and maths at a glance: what counts, which of two is better, and what is a full level (docs/grades.md)."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.attainments.at_a_glance import GCSE_RANKS, Glance, Measure, at_a_glance
from tests.builders import StoredRow

NEW, OLD, FS, VRQ = "GCSE (9 to 1)", "GCSE (A* to G)", "Functional Skills", "Vocationally-Related Qualification"
A_LEVEL, AS_LEVEL = "GCE A level", "GCE AS Level"
LONG_AGO, LATELY = date(2014, 8, 21), date(2024, 8, 22)


def held(subject: str | None, kind: str | None, grade: str | None, **other: object) -> StoredRow:
    return StoredRow(1, subject=subject, qualification_type=kind, grade=grade, **other)


def best(rows: Iterable[StoredRow], measure: Measure) -> str | None:
    found = at_a_glance(rows).get(measure)
    return found.shown if found is not None else None


ENGLISH = "NEB Level 1/Level 2 GCSE (9-1) in English Language"
MATHS = "NEB GCSE in Mathematics"


@pytest.mark.parametrize(
    ("subject", "kind", "measure"),
    [
        (ENGLISH, NEW, Measure.GCSE_ENGLISH),
        ("NEB Level 1/Level 2 GCSE (9-1) in English  Literature", NEW, Measure.GCSE_ENGLISH),
        ("GCSE in English", OLD, Measure.GCSE_ENGLISH),
        ("English Language & Literature", "gcse", Measure.GCSE_ENGLISH),
        ("GCSE English Language, seen on paper", None, Measure.GCSE_ENGLISH),
        (MATHS, OLD, Measure.GCSE_MATHS),
        ("NEB Level 1/Level 2 GCSE in Mathematics B (Linear)", OLD, Measure.GCSE_MATHS),
        ("maths", NEW, Measure.GCSE_MATHS),
        ("Mathematics", None, None),  # nobody says it is a GCSE
        ("Mathematics", "Other General Qualification", None),
        ("GCSE Mathematics", "Other General Qualification", None),  # the type is believed
        ("Mathematics", A_LEVEL, None),
        ("GCSE in Mathematics (Short Course)", OLD, None),
        ("GCSE in Methods in Mathematics (Linked Pair)", OLD, None),
        ("GCSE in Additional Mathematics", OLD, None),
        ("GCSE in Statistics", OLD, None),
        ("GCSE in English as a Second Language", OLD, None),
        ("GCSE in History (English)", OLD, None),
        ("NEB Level 1/Level 2 GCSE (9-1) in Welsh Second Language", NEW, None),
        ("English Language", "IGCSE", None),
        ("Mathematics", "International GCSE", None),
        ("Pearson Edexcel International GCSE (9-1) in Mathematics", None, None),
        (None, NEW, None),
    ],
)
def test_which_qualification_is_gcse_english_or_maths(subject: str | None, kind: str | None, measure: Measure | None):
    grade = "7" if kind != OLD else "A"
    found = at_a_glance([held(subject, kind, grade)])
    assert list(found) == ([measure] if measure is not None else [])


@pytest.mark.parametrize(
    "grade", ["U", "X", "N", "Fail", "", None, "9999999999", "10", "0", "H", "Pass", "A*A*", "-", "CC"]
)
def test_what_is_no_grade_never_counts(grade: str | None):
    assert at_a_glance([held(ENGLISH, NEW, grade)]) == {}


@pytest.mark.parametrize(
    ("grades", "wanted"),
    [
        ("3 4 U", "4"),
        ("D C", "C"),
        ("9 A*", "9"),
        ("8 A*", "A*"),
        ("B 6", "6"),
        ("B 5", "B"),
        ("4 D", "4"),
        ("3 C", "C"),
        ("F 1", "F"),
        ("a* 8", "A*"),
        ("C* C", "C*"),
    ],
)
def test_the_better_of_both_scales_is_shown_as_awarded(grades: str, wanted: str):
    for order in permutations(grades.split()):
        assert best([held(ENGLISH, NEW, grade) for grade in order], Measure.GCSE_ENGLISH) == wanted


def test_of_equal_ones_the_earliest_is_shown():
    rows = [held(MATHS, OLD, "C", award_date=LATELY), held(MATHS, NEW, "4", award_date=LONG_AGO)]
    for order in permutations(rows):
        found = at_a_glance(order)[Measure.GCSE_MATHS]
        assert (found.shown, found.since, found.through) == ("4", LONG_AGO, MATHS)


def test_an_attainment_without_award_date_is_dated_by_its_end():
    found = at_a_glance([held(MATHS, OLD, "C", end_date=LATELY)])[Measure.GCSE_MATHS]
    assert found.since == LATELY


@pytest.mark.parametrize(
    ("subject", "kind", "level", "grade", "wanted"),
    [
        ("Kestrel Functional Skills Qualification in English at Level 1", FS, "Level 1", "Pass", "Level 1"),
        ("Kestrel Functional Skills Qualification in English at Level 2", FS, None, "P", "Level 2"),
        ("English", "Functional Skills (QCF)", "Level 2", "PA", "Level 2"),
        ("Functional Skills in English at Entry 3", FS, "Entry Level", "Pass", "Entry 3"),
        ("Entry Level Functional Skills Qualification in English (Entry 2)", FS, None, "Pass", "Entry 2"),
        ("Functional Skills in English", FS, "Entry Level", "Pass", "Entry Level"),
        ("Functional Skills in English", FS, "Entry Level", "EL1", "Entry 1"),
        ("Functional Skills in English at Level 2", FS, "Level 1", "Pass", "Level 1"),  # the lower one
        ("Functional Skills English at Level 2", None, None, "Pass", "Level 2"),
        ("Functional Skills in English at Level 2", FS, None, "Fail", None),
        ("Functional Skills in English at Level 2", FS, None, None, None),
        ("Functional Skills in English", FS, None, "Pass", None),  # no level
        ("Functional Skills in ICT at Level 2", FS, "Level 2", "Pass", None),
        ("Functional Skills English: Reading at Level 2", FS, "Level 2", "Pass", None),  # one of its parts
        ("Functional Skills in English and Mathematics at Level 2", FS, "Level 2", "Pass", None),
        ("English at Level 2", "Other", "Level 2", "Pass", None),
    ],
)
def test_functional_skills(subject: str, kind: str | None, level: str | None, grade: str | None, wanted: str | None):
    assert best([held(subject, kind, grade, level=level)], Measure.FS_ENGLISH) == wanted


def test_the_order_of_functional_skills():
    levels = ["Entry Level", "Entry 1", "Entry 2", "Entry 3", "Level 1", "Level 2"]
    rows = [held(f"Functional Skills in Mathematics at {level}", FS, "Pass") for level in levels]
    for place in range(len(rows)):
        assert best(reversed(rows[: place + 1]), Measure.FS_MATHS) == levels[place]


def gcses(*grades: str, kind: str = NEW) -> list[StoredRow]:
    return [held(f"GCSE in Subject{number}", kind, grade) for number, grade in enumerate(grades)]


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        (gcses("4", "C", "9", "A*", "5"), "Level 2"),
        (gcses("4", "4", "4", "4"), None),
        (gcses("4", "4", "4", "4", "3"), None),
        (gcses("4", "4", "4", "4", "U"), None),
        ([*gcses("4", "4", "4"), held("GCSE in Combined Science", NEW, "5-4")], "Level 2"),
        ([*gcses("4", "4", "4"), held("GCSE in Combined Science", NEW, "4-3")], None),
        ([*gcses("4", "4", "4"), held("GCSE in Applied Science (Double Award)", OLD, "BC")], "Level 2"),
        ([*gcses("4", "4", "4", "4"), *gcses("5", "6", kind=OLD)], None),  # the same subjects again
        ([held("Advanced GCE in Biology", A_LEVEL, "E")], "Level 2"),
        ([held("Advanced GCE in Biology", A_LEVEL, "U")], None),
        ([held(f"Advanced GCE in {name}", A_LEVEL, "A*") for name in ("Biology", "Physics")], "Level 3"),
        ([held("Advanced GCE in Biology", A_LEVEL, grade) for grade in ("C", "A")], "Level 2"),
        (
            [held(f"Subsidiary GCE in {name}", AS_LEVEL, "A", award_date=LONG_AGO) for name in "PQRS"],
            "Level 3",
        ),
        ([held(f"Subsidiary GCE in {name}", AS_LEVEL, "A", award_date=LONG_AGO) for name in "PQ"], "Level 2"),
        ([held(f"Subsidiary GCE in {name}", AS_LEVEL, "A", award_date=LATELY) for name in "PQRS"], None),
        ([held(f"Subsidiary GCE in {name}", AS_LEVEL, "A") for name in "PQRS"], None),
        ([held("NVQ in Hairdressing", "NVQ", "Pass", level="Level 2")], "Level 2"),
        ([held("NVQ in Hairdressing", "NVQ", None, level="Level 2")], None),
        ([held("NVQ in Hairdressing", "NVQ", "Pass", level="Level 1")], None),
        ([held("Key Skills Unit at Level 2", "NVQ/GNVQ Key Skills Unit", "Pass", level="Level 2")], None),
        ([held("Level 3 Diploma in Design (QCF)", VRQ, "DM", level="Level 3")], "Level 3"),
        ([held("Level 2 Diploma in Design", "QCF", "Pass")], "Level 2"),
        ([held("Understand Workshop Drawings", "QCF", "Pass", level="Level 3")], None),  # a unit
        ([held("Access to Higher Education Diploma (Nursing)", "Other", "Pass", level="Level 3")], "Level 3"),
        ([held("Level 3 Extended Certificate in IT", "BTEC National Certificate", "D*")], "Cannot tell"),
        ([held("Level 2 Certificate in Boat Building", VRQ, "Pass", level="Level 2")], "Cannot tell"),
        ([held("Level 1 Award in Food Safety", VRQ, "Pass", level="Level 1")], None),
        (
            [*gcses("4", "4", "4", "4", "4"), held("Level 3 Diploma in Business", "BTEC National Diploma", "MM")],
            "At least Level 2",
        ),
        ([*gcses("4", "4", "4", "4", "4"), held("Level 2 Certificate in X", VRQ, "Pass")], "Level 2"),
        ([held("Functional Skills in English at Level 2", FS, "Pass")], None),
    ],
)
def test_the_highest_full_level(rows: list[StoredRow], wanted: str | None):
    assert best(rows, Measure.FULL_LEVEL) == wanted
    assert best(reversed(rows), Measure.FULL_LEVEL) == wanted


def test_a_full_level_is_held_since_its_last_part():
    rows = [held(f"GCSE in S{day}", NEW, "5", award_date=date(2020, 1, day)) for day in (9, 3, 7, 5, 1, 28)]
    found = at_a_glance(rows)[Measure.FULL_LEVEL]
    assert (found.since, found.through) == (date(2020, 1, 9), "5 GCSEs at 4 or C and above")


# Properties

TITLES = [ENGLISH, MATHS, "GCSE in English Literature", "GCSE in Combined Science", "GCSE in Art", "GCSE in Music"]
TITLES += ["Functional Skills in English at Level 1", "Functional Skills in Mathematics at Entry 3", "Mathematics"]
TITLES += ["Level 3 Diploma in Sport", "Level 2 Diploma in Sport (QCF)", "Level 4 Certificate", ""]
days = st.none() | st.dates(date(2012, 1, 1), date(2025, 1, 1))
attained = st.builds(
    held,
    st.sampled_from(TITLES) | st.none() | st.text(max_size=8),
    st.sampled_from([NEW, OLD, FS, VRQ, A_LEVEL, AS_LEVEL, "NVQ", "QCF", "Other", "", None]) | st.text(max_size=5),
    st.sampled_from([*GCSE_RANKS, "U", "X", "Pass", "Fail", "D*D", "6-5", "AB", "EL2", "9999999999", None])
    | st.text(max_size=4),
    level=st.sampled_from(["Level 1", "Level 2", "Level 3", "Entry Level", "Level 1/2", None]) | st.text(max_size=6),
    award_date=days,
    end_date=days,
)
records = st.lists(attained, max_size=12)


@settings(max_examples=60, deadline=None)
@given(records, st.randoms(use_true_random=False))
def test_the_order_of_attainments_does_not_matter(rows: list[StoredRow], draw):
    mixed = list(rows)
    draw.shuffle(mixed)
    assert at_a_glance(mixed) == at_a_glance(rows)


def ranks(glance: Glance) -> dict[Measure, int]:
    return {measure: glance[measure].rank if measure in glance else 0 for measure in Measure}


@settings(max_examples=60, deadline=None)
@given(records, attained)
def test_one_attainment_more_never_lowers_the_best(rows: list[StoredRow], more: StoredRow):
    before, after = ranks(at_a_glance(rows)), ranks(at_a_glance([*rows, more]))
    assert all(after[measure] >= before[measure] for measure in Measure)


@settings(max_examples=60, deadline=None)
@given(records, records)
def test_what_was_removed_never_counts(rows: list[StoredRow], removed: list[StoredRow]):
    for row in removed:
        row.removed_at = datetime(2026, 1, 1, tzinfo=UTC)
    assert at_a_glance([*removed, *rows]) == at_a_glance(rows)


@settings(max_examples=60, deadline=None)
@given(records)
def test_nobody_is_shown_in_a_log(rows: list[StoredRow]):
    for best_one in at_a_glance(rows).values():
        assert repr(best_one) == "Best()"
