"""A list as a college's MIS exports it, about the invented learners of the tour, and what loading it must count."""

import csv
from collections.abc import Iterator
from pathlib import Path

from app.sandbox.people import Kind, Person, people, person, uln

NAME = "College extract.csv"
_HEADINGS = (
    "Person Code", "ULN", "Family Name", "Given Names", "Date of Birth", "Postcode", "Campus", "Telephone",
    "Course Code",
)  # fmt: skip
_NEW, _MATCHES, _OTHER_ULNS = 12, 4, 3
_EVERY = 10
"""Of so many learners one has moved."""


def write(folder: Path, known: int) -> tuple[Path, dict[str, int]]:
    """Write the list about the first `known` learners; returns its path and the counts of its preview: some have
    moved, some are new, of some it is not clear who they are, and two rows cannot be loaded."""
    matched = [one for one in people(known) if one.kind is Kind.EXACT][:_MATCHES]
    others = [one for one in people(known) if one not in matched]
    asked = [one for one in others if one.kind is Kind.EXACT and one.uln][-_OTHER_ULNS:]
    moved = [one for one in others if one not in asked][::_EVERY]
    path = folder / NAME
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(_HEADINGS)
        for one in others:
            number = uln(one.number + 100_000) if one in asked else one.uln
            rows.writerow(_row(one, number, phone="01632 960 123" if one in moved else ""))
        rows.writerows(_strangers(known))
        rows.writerows(_row(one, "", ref=f"26A0{one.number:04}") for one in matched)
        lost = person(known + _NEW + 1)
        rows.writerow(_row(lost, "1.23457E+09"))
        rows.writerow(_row(person(known + _NEW + 2), "", ref=""))
    counts = {"new": _NEW, "changed": len(moved), "decision": len(matched) + len(asked), "problem": 2}
    counts["unchanged"] = len(others) - len(moved) - len(asked)
    return path, counts


def _strangers(known: int) -> Iterator[list[str]]:
    """Learners nobody has yet, on a course and partly on a campus that nobody has named yet."""
    for place in range(_NEW):
        one = person(known + 1 + place)
        yield _row(one, uln(one.number), campus="WATER01" if place % 3 == 0 else "", course=f"ENG-L{place % 3 + 1}")


def _row(
    one: Person, number: str | None, *, ref: str | None = None, campus: str = "", phone: str = "", course: str = ""
) -> list[str]:
    born = f"{one.birth_date:%d/%m/%Y}" if one.birth_date is not None else ""
    names = one.family_name or "", one.given_names or ""
    code = one.ref if ref is None else ref
    return [
        code,
        number or "",
        *names,
        born,
        one.postcode,
        campus or one.campus_code,
        phone or one.phone or "",
        course,
    ]
