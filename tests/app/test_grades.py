"""Which grade is lower: only within one scale (issue 1; lrs.md 4.5)."""

from itertools import combinations

import pytest

from app.attainments.grades import is_lower

GCSE, A_LEVEL, BTEC = "GCSE (9 to 1)", "GCE A level", "BTEC National Certificate"
SCALES = [
    (GCSE, "9 8 7 6 5 4 3 2 1 U"),
    ("GCSE (A* to G)", "A* A B C D E F G U"),
    (A_LEVEL, "A* A B C D E U"),
    ("GCE AS Level", "A* A B C D E U"),
    (BTEC, "D* D M P"),
    (BTEC, "Distinction* Distinction Merit Pass Fail"),
    (None, "Distinction Merit Pass"),
    ("Other", "9 8 7 6 5 4 3 2 1"),
]


@pytest.mark.parametrize(("kind", "scale"), SCALES)
def test_each_scale_from_top_to_bottom(kind: str | None, scale: str):
    for higher, lower in combinations(scale.split(), 2):
        assert is_lower(lower, higher, kind)
        assert not is_lower(higher, lower, kind)
    for grade in scale.split():
        assert not is_lower(grade, grade, kind)


@pytest.mark.parametrize(
    ("new", "old", "kind"),
    [
        ("4", "C", GCSE),  # nine to one beside letters
        ("C", "4", GCSE),
        ("G", "E", A_LEVEL),  # no G on the scale of an A level
        ("9", "A", A_LEVEL),
        ("P", "D", GCSE),  # a D of a GCSE is no Distinction
        ("Pass", "Merit", GCSE),
        ("DMM", "DDM", BTEC),  # families nobody ordered for us
        ("AB", "AA", A_LEVEL),
        ("PA", "M", BTEC),
        ("M", "A", BTEC),
        ("", "9", GCSE),
        (None, "9", GCSE),
        ("1", None, GCSE),
        ("Working towards", "Pass", None),
    ],
)
def test_across_scales_nothing_is_lower(new: str | None, old: str | None, kind: str | None):
    assert not is_lower(new, old, kind)


def test_capitals_and_short_forms_are_one_grade():
    assert is_lower("pass", "MERIT", BTEC)
    assert is_lower("P", "Distinction", BTEC)
    assert not is_lower("M", "Merit", BTEC)
    assert not is_lower(" d ", "Distinction", BTEC)
