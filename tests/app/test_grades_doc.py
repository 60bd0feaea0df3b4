"""docs/grades.md says what the code does: each of its tables is the code's."""

import re
from pathlib import Path

import pytest

from app.attainments.at_a_glance import FULL_BY_NUMBER, FULL_RANKS, GCSE_PASS, GCSE_RANKS, reading
from app.attainments.titles import FUNCTIONAL_LEVELS, SUBJECTS, gcse_subject

DOC = (Path(__file__).resolve().parents[2] / "docs" / "grades.md").read_text(encoding="utf-8")


def table(first: str, part: str) -> list[list[str]]:
    """The rows below the header that begins with `first`, in the section headed `part`."""
    section = DOC.partition(f"\n## {part}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    start = next(place for place, line in enumerate(lines) if line.startswith(f"| {first} |"))
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[start + 2 :]]
    assert rows, part
    return rows


def test_the_order_of_gcse_grades():
    found = {}
    for place, *grades in table("place", "The order of GCSE grades"):
        found |= {grade: int(place) for grade in grades if grade}
    assert found == GCSE_RANKS
    assert [int(row[0]) for row in table("place", "The order of GCSE grades")] == sorted(
        set(GCSE_RANKS.values()), reverse=True
    )


def test_each_scale_runs_down_its_own_column():
    rows = table("place", "The order of GCSE grades")
    assert [row[1] for row in rows if row[1]] == list("987654321")
    assert [row[2] for row in rows if row[2]] == ["A*", "A", "B", "C*", "C", "D", "E", "F", "G"]


def test_the_pass_is_where_the_page_says():
    assert GCSE_PASS == GCSE_RANKS["4"] == GCSE_RANKS["C"]
    assert f"is place {GCSE_PASS} and above" in DOC


def test_the_order_of_functional_skills():
    found = {level: int(place) for place, level in table("place", "The order of functional skills")}
    assert found == FUNCTIONAL_LEVELS
    assert list(found) == list(FUNCTIONAL_LEVELS)


def test_the_subjects():
    rows = table("subject in the title", "What counts")
    assert {title.upper(): subject for title, subject in rows} == SUBJECTS
    for title, subject in rows:
        assert gcse_subject(f"NEB Level 1/Level 2 GCSE (9-1) in {title}", "GCSE (9 to 1)") == subject


def test_full_levels_by_number():
    rows = table("level", "The highest full level")
    last = next(place for place, row in enumerate(rows) if not row[0].isdecimal())
    found = [(int(level), what, int(number)) for level, what, number in rows[:last]]
    assert found == [(level, proof.value, number) for level, proof, number, _ in FULL_BY_NUMBER]


def test_what_is_shown_of_a_full_level():
    rows = table("place", "The highest full level")
    assert {shown: int(place) for place, shown, _ in rows} == FULL_RANKS


def test_every_source_is_listed_and_used():
    listed = {row[0] for row in table("tag", "Sources")}
    text = DOC.partition("\n## Sources\n")[0]
    assert set(re.findall(r"\[[A-Z]+\]", text)) == listed


@pytest.mark.parametrize("grade", ["U", "X", "N", "Fail", "9999999999"])
def test_what_the_page_says_never_counts(grade: str):
    assert grade in DOC or grade == "9999999999"
    for kind in ("GCSE (9 to 1)", "GCE A level", "Functional Skills", "NVQ", "Other"):
        read = reading("GCSE in English Level 2", kind, "Level 2", grade)
        assert (read.measure, read.worth) == (None, 0)
